//! What a verdict has to say, one remark at a time and the most severe first: what the formats for CI are
//! made of.

use std::{borrow::Cow, cmp::Reverse, collections::HashMap, path::Path};

use super::human::gap_title;
use crate::{
    model::{EntryPath, Fingerprint, Format, Level, Severity, begin_of, end_of, escape},
    policy::{Judged, JudgedFinding, JudgedGap, RunError, Verdict, Waiver},
};

/// What is shown of a path and of a sentence, in characters.
const LONGEST_PATH: usize = 300;
const LONGEST_SENTENCE: usize = 1000;

/// What a remark is about.
pub(super) enum Subject<'a> {
    /// Why something could not be checked at all.
    Error(Cow<'a, RunError>),
    /// Something that could not be read.
    Gap(&'a JudgedGap),
    /// A finding.
    Finding(&'a JudgedFinding),
}

/// What a remark means for the publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It stops the publish.
    Blocks,
    /// It is shown.
    Warns,
    /// It is shown on request.
    Notes,
    /// Somebody has accepted it.
    Waived,
}

/// One thing that a verdict says.
pub(super) struct Remark<'a> {
    pub(super) subject: Subject<'a>,
    /// The artifact, and its number.
    pub(super) artifact: Option<(usize, &'a Judged)>,
    /// A name of its own among all remarks, the same in the next run.
    pub(super) key: String,
}

/// Where in a repository to show a remark.
pub(super) struct Place<'a> {
    /// Relative to the top, exactly as the file is named.
    pub(super) path: Cow<'a, str>,
    /// Line and column, where they are those of that file.
    pub(super) line: Option<u64>,
    pub(super) column: Option<u64>,
}

/// Everything that the verdict says: what stops the publish first, and of that what was not checked.
pub(super) fn remarks(verdict: &Verdict) -> Vec<Remark<'_>> {
    let artifacts = || verdict.artifacts.iter().enumerate();
    let errors = verdict.errors.iter().map(Cow::Borrowed);
    let errors = errors.chain(unsaid(verdict).map(Cow::Owned));
    let gaps = artifacts().flat_map(|(number, judged)| {
        let gaps = judged.gaps.iter().map(Subject::Gap);
        gaps.map(move |gap| (gap, Some((number, judged))))
    });
    let findings = artifacts().flat_map(|(number, judged)| {
        let findings = judged.findings.iter().map(Subject::Finding);
        findings.map(move |finding| (finding, Some((number, judged))))
    });
    let mut all: Vec<Remark<'_>> = errors
        .map(|error| (Subject::Error(error), None))
        .chain(gaps)
        .chain(findings)
        .map(|(subject, artifact)| Remark {
            subject,
            artifact,
            key: String::new(),
        })
        .collect();
    // Each kind comes in its order, and the sort keeps it.
    all.sort_by_key(|remark| (remark.standing(), Reverse(remark.severity())));
    // The same secret twice in a file has one fingerprint, and so has an entry of two artifacts.
    let mut seen: HashMap<String, usize> = HashMap::new();
    for remark in &mut all {
        let fingerprint = remark.fingerprint();
        let times = seen.entry(fingerprint.clone()).or_default();
        *times += 1;
        remark.key = format!("{fingerprint}:{times}");
    }
    all
}

/// Errors that no sentence of the run says: nothing was checked, or by no rules.
fn unsaid(verdict: &Verdict) -> impl Iterator<Item = RunError> {
    let nothing = verdict.artifacts.is_empty() && verdict.errors.is_empty();
    let nothing = nothing.then_some(("nothing was checked", 3, None));
    let unruled = verdict.artifacts.iter().filter(|one| one.policy.rules == 0);
    let unruled = unruled.map(|one| ("no rules were applied", 70, Some(&one.artifact.path)));
    nothing
        .into_iter()
        .chain(unruled)
        .map(|(message, code, path)| RunError {
            code,
            message: message.to_owned(),
            path: path.cloned(),
            help: None,
        })
}

impl<'a> Remark<'a> {
    /// The rule's id, or a name in which a slash tells that it is no rule: `gap/tar`, `error/usage`.
    pub(super) fn id(&self) -> Cow<'_, str> {
        match &self.subject {
            Subject::Finding(judged) => Cow::Borrowed(&judged.finding.rule.id),
            Subject::Gap(judged) => format!("gap/{}", judged.gap.kind.name()).into(),
            Subject::Error(error) => Cow::Borrowed(match error.code {
                2 => "error/usage",
                3 => "error/no-artifact",
                4 => "error/unreadable",
                _ => "error/internal",
            }),
        }
    }

    /// A short noun phrase for all with this id.
    pub(super) fn title(&self) -> &str {
        match &self.subject {
            Subject::Finding(judged) => &judged.finding.rule.title,
            Subject::Gap(judged) => gap_title(judged.gap.kind),
            Subject::Error(_) => "not checked",
        }
    }

    pub(super) fn standing(&self) -> Standing {
        match &self.subject {
            Subject::Error(_) => Standing::Blocks,
            _ if self.waiver().is_some() => Standing::Waived,
            Subject::Gap(_) => Standing::Blocks,
            Subject::Finding(judged) => match judged.level {
                Level::Deny => Standing::Blocks,
                Level::Warn => Standing::Warns,
                Level::Note | Level::Off => Standing::Notes,
            },
        }
    }

    /// The word for what it is.
    pub(super) fn word(&self) -> &'static str {
        match (&self.subject, self.standing()) {
            (_, Standing::Waived) => "waived",
            (Subject::Error(_), _) => "error",
            (Subject::Gap(_), _) => "gap",
            (Subject::Finding(judged), _) => judged.level.name(),
        }
    }

    /// What was not checked is as bad as the worst that may be in it.
    pub(super) fn severity(&self) -> Severity {
        match &self.subject {
            Subject::Finding(judged) => judged.finding.rule.severity,
            Subject::Gap(_) | Subject::Error(_) => Severity::Critical,
        }
    }

    pub(super) fn waiver(&self) -> Option<&'a Waiver> {
        match &self.subject {
            Subject::Finding(judged) => judged.waiver.as_deref(),
            Subject::Gap(judged) => judged.waiver.as_deref(),
            Subject::Error(_) => None,
        }
    }

    pub(super) fn is_finding(&self) -> bool {
        matches!(self.subject, Subject::Finding(_))
    }

    /// The entry, exactly as it is named.
    pub(super) fn entry(&self) -> Option<&EntryPath> {
        match &self.subject {
            Subject::Finding(judged) => Some(&judged.finding.path),
            Subject::Gap(judged) => judged.gap.path.as_ref(),
            Subject::Error(_) => None,
        }
    }

    /// The entry and the place in it, to be shown: `package/a.js:3:9`.
    pub(super) fn entry_shown(&self) -> Option<String> {
        let path = escape(&end_of(self.entry()?.as_str(), LONGEST_PATH));
        let Subject::Finding(judged) = &self.subject else {
            return Some(path);
        };
        let location = &judged.finding.location;
        Some(match (location.line, location.column, location.offset) {
            (Some(line), Some(column), _) => format!("{path}:{line}:{column}"),
            (Some(line), None, _) => format!("{path}:{line}"),
            (None, _, Some(offset)) => format!("{path}, byte {offset}"),
            (None, _, None) => path,
        })
    }

    /// What was found here, on one line.
    pub(super) fn sentence(&self) -> String {
        match &self.subject {
            Subject::Finding(judged) => shown(&judged.finding.message),
            Subject::Gap(judged) => shown(&judged.gap.reason),
            Subject::Error(error) => one_line(&error.message),
        }
    }

    /// What shows it; nothing where that would say the path again.
    pub(super) fn evidence(&self) -> Option<String> {
        let Subject::Finding(judged) = &self.subject else {
            return None;
        };
        let finding = &judged.finding;
        let evidence = shown(finding.evidence.as_str());
        let says_more = !evidence.is_empty() && evidence != escape(&finding.path.in_package());
        says_more.then_some(evidence)
    }

    /// The way out, on one line.
    pub(super) fn fix(&self) -> Option<String> {
        match &self.subject {
            Subject::Finding(judged) => {
                let ecosystem = self.format().map(Format::ecosystem);
                let finding = &judged.finding;
                let own = finding.fix.as_deref().map(one_line);
                Some(own.unwrap_or_else(|| one_line(&finding.rule.fix.of(ecosystem))))
            }
            Subject::Gap(judged) => judged.gap.help.as_deref().map(one_line),
            Subject::Error(error) => error.help.as_deref().map(one_line),
        }
        .filter(|fix| !fix.is_empty())
    }

    /// All of it as running text on one line: what, where, and what shows it.
    pub(super) fn text(&self) -> String {
        let (title, sentence) = (self.title(), self.sentence());
        let mut text = match sentence == title {
            true => sentence,
            false => format!("{title}: {sentence}"),
        };
        if !text.ends_with(['.', '!', '?']) {
            text.push('.');
        }
        let artifact = self.artifact.map(|(_, judged)| known_as(judged));
        // A gap's reason may have named the entry.
        let entry = self.entry_shown();
        match (
            entry.filter(|entry| self.is_finding() || !text.contains(entry)),
            artifact,
        ) {
            (Some(entry), Some(artifact)) => text += &format!(" In {entry} of {artifact}"),
            (None, Some(artifact)) => text += &format!(" In {artifact}"),
            (_, None) => {}
        }
        if let Some(evidence) = self.evidence() {
            text += &format!(": {evidence}");
        }
        text
    }

    /// All of it, and the way out.
    pub(super) fn text_and_fix(&self) -> String {
        let text = self.text();
        match self.fix() {
            Some(fix) => format!("{}. To fix it: {fix}", text.trim_end_matches('.')),
            None => text,
        }
    }

    /// Where in the repository to show it: the file that the entry comes from, or else the one that stands
    /// for the artifact.
    pub(super) fn place(&self) -> Option<Place<'_>> {
        let whole = |path: Cow<'a, str>| Place {
            path,
            line: None,
            column: None,
        };
        let Some((_, judged)) = self.artifact else {
            let Subject::Error(error) = &self.subject else {
                return None;
            };
            return Some(whole(relative(error.path.as_deref()?).into()));
        };
        let sources = &judged.sources;
        let source = self
            .entry()
            .and_then(|path| Some((path, sources.of(path)?)));
        let Some((path, file)) = source else {
            let given = || relative(&judged.artifact.path).into();
            let stands = sources.whole.as_deref().map(Cow::Borrowed);
            return Some(whole(stands.unwrap_or_else(given)));
        };
        let location = match &self.subject {
            // Lines of a nested member are not those of the file that it lies in.
            Subject::Finding(judged) if path.as_str() == path.outermost() => {
                judged.finding.location
            }
            _ => Default::default(),
        };
        Some(Place {
            path: Cow::Borrowed(file),
            line: location.line,
            column: location.column,
        })
    }

    /// The format of the artifact.
    pub(super) fn format(&self) -> Option<Format> {
        self.artifact?.1.artifact.format
    }

    fn fingerprint(&self) -> String {
        match &self.subject {
            Subject::Finding(judged) => judged.finding.fingerprint(),
            Subject::Gap(judged) => judged.gap.fingerprint(),
            Subject::Error(error) => {
                let path = EntryPath::rootless(error.path.as_deref().unwrap_or_default());
                Fingerprint::new(&error.message, &path, None)
            }
        }
        .to_string()
    }
}

/// What people know an artifact by, to be shown.
pub(super) fn known_as(judged: &Judged) -> String {
    let artifact = &judged.artifact;
    let name = match (&artifact.name, &artifact.version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.clone(),
        (None, _) if artifact.path == "-" => "standard input".to_owned(),
        (None, _) => artifact.path.clone(),
    };
    escape(&end_of(&name, LONGEST_PATH))
}

/// Text that may hold anything, made safe, and not too long.
pub(super) fn shown(text: &str) -> String {
    escape(&begin_of(text, LONGEST_SENTENCE))
}

/// Running text of several lines on one.
pub(super) fn one_line(text: &str) -> String {
    shown(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A path as the user gave it, as one that leads nowhere above the repository.
fn relative(path: &str) -> String {
    let path = match path {
        "-" => "stdin",
        path => path,
    };
    let slashed = path.replace(std::path::MAIN_SEPARATOR, "/");
    let parts: Vec<&str> = slashed
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let leaves = Path::new(path).is_absolute() || parts.contains(&"..");
    match (parts.last(), leaves) {
        (None, _) => ".".to_owned(),
        (Some(&".."), true) => ".".to_owned(),
        (Some(name), true) => (*name).to_owned(),
        (Some(_), false) => parts.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_repository() {
        for (path, shown) in [
            ("-", "stdin"),
            ("./a//b.tgz", "a/b.tgz"),
            ("/srv/a.tgz", "a.tgz"),
            ("../x/a.tgz", "a.tgz"),
            (".", "."),
            ("..", "."),
        ] {
            assert_eq!(relative(path), shown, "{path}");
        }
    }

    #[test]
    fn a_text_of_several_lines_is_told_on_one() {
        assert_eq!(
            one_line("a\n  b\u{1b}\r\n::error::c"),
            "a b\\u{1b} ::error::c"
        );
    }
}
