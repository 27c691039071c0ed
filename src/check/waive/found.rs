//! What was found, and which of it is meant.

use super::WaiveError;
use crate::{
    model::{EntryPath, Finding, Fingerprint, Gap, Sha256, escape},
    policy::{Judged, Verdict, Waiver},
};

/// The shortest beginning of a fingerprint that is taken for one.
const SHORTEST: usize = 6;
/// All of it.
const WHOLE: usize = 16;
/// More things than these are not listed.
const MOST: usize = 12;

/// A finding or a gap.
#[derive(Clone, Copy)]
pub(super) enum Found<'a> {
    Finding(&'a Finding),
    Gap(&'a Gap),
}

/// One of them, in its artifact.
#[derive(Clone)]
pub(super) struct Candidate<'a> {
    pub(super) found: Found<'a>,
    pub(super) fingerprint: Fingerprint,
    pub(super) waiver: Option<&'a Waiver>,
    pub(super) judged: &'a Judged,
}

/// All that was found, what blocks first.
pub(super) fn candidates(verdict: &Verdict) -> Vec<Candidate<'_>> {
    verdict.artifacts.iter().flat_map(of).collect()
}

fn of(judged: &Judged) -> impl Iterator<Item = Candidate<'_>> {
    let findings = judged.findings.iter().map(|one| Candidate {
        found: Found::Finding(&one.finding),
        fingerprint: one.finding.fingerprint(),
        waiver: one.waiver.as_deref(),
        judged,
    });
    let gaps = judged.gaps.iter().map(|one| Candidate {
        found: Found::Gap(&one.gap),
        fingerprint: one.gap.fingerprint(),
        waiver: one.waiver.as_deref(),
        judged,
    });
    gaps.chain(findings)
}

/// Those that a word of the command line names.
pub(super) fn chosen<'c, 'v>(
    word: &str,
    candidates: &'c [Candidate<'v>],
) -> Result<Vec<&'c Candidate<'v>>, WaiveError> {
    let is_hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let chosen: Vec<_> = match word.split_once(':') {
        None if is_hex && (SHORTEST..=WHOLE).contains(&word.len()) => {
            let word = word.to_lowercase();
            let is_meant = |one: &&Candidate<'_>| one.fingerprint.as_str().starts_with(&word);
            candidates.iter().filter(is_meant).collect()
        }
        None => return Err(WaiveError::NoName(escape(word))),
        Some((name, path)) => {
            let is_meant = |one: &&Candidate<'_>| one.found.is(name, path);
            let chosen = candidates.iter().filter(is_meant).collect();
            return not_empty(word, chosen, candidates);
        }
    };
    let first = chosen.first().map(|one| &one.fingerprint);
    if chosen.iter().any(|one| Some(&one.fingerprint) != first) {
        return Err(WaiveError::Ambiguous {
            wanted: escape(word),
            help: listed("it may be", chosen),
        });
    }
    not_empty(word, chosen, candidates)
}

fn not_empty<'c, 'v>(
    word: &str,
    chosen: Vec<&'c Candidate<'v>>,
    candidates: &'c [Candidate<'v>],
) -> Result<Vec<&'c Candidate<'v>>, WaiveError> {
    match chosen.is_empty() {
        false => Ok(chosen),
        true => Err(WaiveError::Unknown {
            wanted: escape(word),
            help: listed("what was found:", candidates.iter().collect()),
        }),
    }
}

fn listed(head: &str, mut all: Vec<&Candidate<'_>>) -> String {
    all.dedup_by(|one, other| one.fingerprint == other.fingerprint);
    if all.is_empty() {
        return "nothing was found that could be waived".to_owned();
    }
    let mut text = head.to_owned();
    for one in all.iter().take(MOST) {
        text.push_str(&format!("\n  {}  {}", one.fingerprint, one.found.shown()));
    }
    match all.len().checked_sub(MOST) {
        None | Some(0) => text,
        Some(more) => format!("{text}\n  and {more} more"),
    }
}

impl<'a> Found<'a> {
    /// The rule's id, or the kind of gap.
    pub(super) fn name(self) -> &'a str {
        match self {
            Found::Finding(finding) => &finding.rule.id,
            Found::Gap(gap) => gap.kind.name(),
        }
    }

    pub(super) fn path(self) -> Option<&'a EntryPath> {
        match self {
            Found::Finding(finding) => Some(&finding.path),
            Found::Gap(gap) => gap.path.as_ref(),
        }
    }

    pub(super) fn sha256(self) -> Option<Sha256> {
        match self {
            Found::Finding(finding) => finding.sha256,
            Found::Gap(gap) => gap.sha256,
        }
    }

    /// Under what a waiver names it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Found::Finding(_) => "rule",
            Found::Gap(_) => "gap",
        }
    }

    /// `rule in path`
    pub(super) fn shown(self) -> String {
        match self.path() {
            Some(path) => format!("{} in {}", self.name(), escape(&path.in_package())),
            None => self.name().to_owned(),
        }
    }

    /// Whether it has this name, in the entry with this path: below the root directory, or as reports show it.
    fn is(self, name: &str, path: &str) -> bool {
        let own = self.path();
        self.name() == name
            && own.is_some_and(|own| own.in_package() == path || own.as_str() == path)
    }

    /// Whether a waiver accepts it.
    pub(super) fn is_covered_by(self, waiver: &Waiver) -> bool {
        match self {
            Found::Finding(finding) => waiver.covers_finding(finding),
            Found::Gap(gap) => waiver.covers_gap(gap),
        }
    }
}
