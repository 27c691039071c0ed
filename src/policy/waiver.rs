//! Waivers: findings and gaps that somebody has accepted, with a reason.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use toml::Spanned;

use super::{
    config::{ConfigFile, DateText, OneOrMany, RawWaiver},
    error::PolicyError,
};
use crate::model::{Category, EntryPath, Finding, Gap, GapKind, Sha256, did_you_mean};

/// What a waiver accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepts {
    /// Findings of the rule with this id.
    Rule(String),
    /// Gaps of this kind.
    Gap(GapKind),
    /// Findings of the AI rules in the asset that the lock pins.
    Pinned,
}

impl fmt::Display for Accepts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Accepts::Rule(id) => formatter.write_str(id),
            Accepts::Gap(kind) => write!(formatter, "{} gap", kind.name()),
            Accepts::Pinned => formatter.write_str("pinned asset"),
        }
    }
}

/// One `[[waive]]`, ready to apply.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// What it accepts.
    pub accepts: Accepts,
    /// A glob over paths below the root directory, as written; any path, if it is left out.
    pub path: Option<String>,
    glob: Option<GlobMatcher>,
    /// Hashes that it is bound to; any content, if there are none.
    pub sha256: Vec<Sha256>,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it applies.
    pub expires: Option<Date>,
    /// The file it is written in, as the user sees it.
    pub file: String,
    /// The line in that file, counted from 1.
    pub line: usize,
    /// The floor that lets nobody accept this: then it does not apply.
    pub forbidden_by: Option<String>,
}

impl Waiver {
    /// Checks what is written in `raw`. `known` finds a rule by its id, or says what is wrong.
    pub(super) fn new(
        config: &ConfigFile,
        raw: &Spanned<RawWaiver>,
        known: impl Fn(&Spanned<String>) -> Result<Category, PolicyError>,
    ) -> Result<Self, PolicyError> {
        let wrong = |message: &str, help: &str| {
            Err(config.error(raw.span(), message, "this waiver", Some(help.to_owned())))
        };
        let written = raw.get_ref();
        let (accepts, must_be_bound) = match (&written.rule, &written.gap) {
            (Some(rule), None) => {
                let bound = matches!(known(rule)?, Category::Secret | Category::Ai);
                (Accepts::Rule(rule.get_ref().clone()), bound)
            }
            (None, Some(gap)) => (Accepts::Gap(gap_kind(config, gap)?), true),
            _ => {
                let help = "write `rule = \"ID\"` or `gap = \"KIND\"`";
                return wrong("a waiver names one rule or one kind of gap", help);
            }
        };
        let sha256 = hashes(config, written.sha256.as_ref())?;
        if sha256.is_empty() && must_be_bound {
            let help = "add `sha256 = \"…\"`, so that other content is a new finding; \
                        `packwarden check --verbose` shows the value";
            return wrong(&format!("a waiver of {accepts} needs a sha256"), help);
        }
        if sha256.is_empty() && written.path.is_none() {
            let help = "add `path = \"…\"` (below the root directory) or `sha256 = \"…\"`";
            return wrong("a waiver needs a path, a sha256 or both", help);
        }
        if written.reason.get_ref().trim().is_empty() {
            let help = "say why this may ship, for whoever reads it next year";
            let span = written.reason.span();
            let message = "a waiver needs a reason";
            return Err(config.error(span, message, "empty", Some(help.to_owned())));
        }
        let path = written.path.as_ref();
        Ok(Self {
            accepts,
            path: path.map(|path| path.get_ref().clone()),
            glob: path.map(|path| glob(config, path)).transpose()?,
            sha256,
            reason: written.reason.get_ref().clone(),
            owner: written.owner.clone(),
            expires: written
                .expires
                .as_ref()
                .map(|date| day(config, date))
                .transpose()?,
            file: config.name().to_owned(),
            line: config.line(raw.span()),
            forbidden_by: None,
        })
    }

    /// What a pin of the lock comes to, which is written in a line of a file. The lock says itself where it
    /// applies.
    pub(super) fn of_pin(path: &str, sha256: Sha256, (file, line): (&str, usize)) -> Self {
        Self {
            accepts: Accepts::Pinned,
            path: Some(path.to_owned()),
            glob: None,
            sha256: vec![sha256],
            reason: format!("pinned in {file}:{line}"),
            owner: None,
            expires: None,
            file: file.to_owned(),
            line,
            forbidden_by: None,
        }
    }

    /// The same, with what `open` makes of its texts.
    pub(super) fn reworded(&self, open: impl Fn(&str) -> Option<String>) -> Self {
        let said = |text: &String| open(text).unwrap_or_else(|| text.clone());
        Self {
            path: self.path.as_ref().map(said),
            reason: said(&self.reason),
            owner: self.owner.as_ref().map(said),
            file: said(&self.file),
            forbidden_by: self.forbidden_by.as_ref().map(said),
            ..self.clone()
        }
    }

    /// Whether it accepts this finding, its end date aside.
    pub fn covers_finding(&self, finding: &Finding) -> bool {
        matches!(&self.accepts, Accepts::Rule(id) if *id == finding.rule.id)
            && self.covers(Some(&finding.path), finding.sha256)
    }

    /// Whether it accepts this gap, its end date aside. The framing and the limits of the artifact
    /// itself can't be accepted, whatever a waiver says.
    pub fn covers_gap(&self, gap: &Gap) -> bool {
        gap.kind.waivable()
            && self.accepts == Accepts::Gap(gap.kind)
            && self.covers(gap.path.as_ref(), gap.sha256)
    }

    /// Whether its end date has passed.
    pub fn has_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    /// How many days it still applies after today, if it ends; below zero once it has.
    pub fn days_left(&self, today: Date) -> Option<i32> {
        let span = today.until(self.expires?);
        // Both are dates of the calendar, so that the days between them are known.
        span.ok().map(|span| span.get_days())
    }

    fn covers(&self, path: Option<&EntryPath>, sha256: Option<Sha256>) -> bool {
        let content = self.sha256.is_empty() || sha256.is_some_and(|h| self.sha256.contains(&h));
        let place = self.glob.as_ref().is_none_or(|glob| {
            // A path that is spelled out holds even where it reads as a glob: `app/[id]/page.js`.
            let below = path.map(EntryPath::in_package);
            below.is_some_and(|below| {
                glob.is_match(&*below) || self.path.as_deref() == Some(&*below)
            })
        });
        content && place
    }
}

fn gap_kind(config: &ConfigFile, written: &Spanned<String>) -> Result<GapKind, PolicyError> {
    let name = written.get_ref();
    let kind = GapKind::WAIVABLE
        .into_iter()
        .find(|kind| kind.name() == name);
    kind.ok_or_else(|| {
        let names = GapKind::WAIVABLE.map(GapKind::name);
        let message = format!("a `{name}` gap can't be waived");
        let help = did_you_mean(name, names)
            .unwrap_or_else(|| format!("only what lies inside an entry can: {}", names.join(", ")));
        config.error(
            written.span(),
            message,
            "not a kind that can be waived",
            Some(help),
        )
    })
}

fn hashes(
    config: &ConfigFile,
    written: Option<&Spanned<OneOrMany>>,
) -> Result<Vec<Sha256>, PolicyError> {
    let Some(written) = written else {
        return Ok(Vec::new());
    };
    let texts = match written.get_ref() {
        OneOrMany::One(text) => std::slice::from_ref(text),
        OneOrMany::Many(texts) => texts,
    };
    let wrong = |message| config.error(written.span(), message, "not a SHA-256", None);
    if texts.is_empty() {
        return Err(wrong("the list of hashes is empty".to_owned()));
    }
    texts
        .iter()
        .map(|text| text.parse().map_err(wrong))
        .collect()
}

fn glob(config: &ConfigFile, written: &Spanned<String>) -> Result<GlobMatcher, PolicyError> {
    let wrong = |message: String| {
        let help = "a path below the root directory, like `dist/*.map` or `vendor/**`";
        config.error(written.span(), message, "not a path", Some(help.to_owned()))
    };
    let path = written.get_ref();
    if path.is_empty() || path.starts_with(['/', '.']) && path.split('/').any(is_navigation) {
        return Err(wrong(format!("`{path}` is not below the root directory")));
    }
    GlobBuilder::new(path)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| wrong(format!("`{path}` is no glob: {}", error.kind())))
}

/// No entry has such a component, so that a waiver with one would never apply.
fn is_navigation(component: &str) -> bool {
    matches!(component, "" | "." | "..")
}

fn day(config: &ConfigFile, written: &Spanned<DateText>) -> Result<Date, PolicyError> {
    let text = match written.get_ref() {
        DateText::Quoted(text) => text.clone(),
        DateText::Bare(date) => date.to_string(),
    };
    text.parse().map_err(|_| {
        let message = "`expires` is not a date";
        let help = "write the last day as year, month and day: \"2027-06-30\"".to_owned();
        config.error(written.span(), message, "not a date", Some(help))
    })
}
