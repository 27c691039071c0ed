//! What is new: two artifacts compared, each as the one flow has judged it.

mod alike;

use std::collections::BTreeSet;

pub use crate::detect::{Files, First, KnownBy, Pair, total};
use crate::{
    model::{ArtifactInfo, Format, Listed, escape},
    policy::{Judged, JudgedFinding, JudgedGap},
};
pub use alike::{likest, likest_file};

/// Two artifacts, compared.
#[derive(Debug)]
pub struct Difference<'a> {
    /// The earlier one.
    pub before: &'a Judged,
    /// The later one.
    pub after: &'a Judged,
    /// What speaks against comparing them, each as one sentence.
    pub notes: Vec<String>,
    /// Extensions and directories that only the later one has.
    pub first: First<'a>,
    /// Their files.
    pub files: Files<'a>,
    /// Findings that only the later one has.
    pub new: Vec<&'a JudgedFinding>,
    /// Findings that only the earlier one has.
    pub gone: Vec<&'a JudgedFinding>,
}

/// Compares two artifacts whose files were listed.
pub fn compare<'a>(before: &'a Judged, after: &'a Judged) -> Difference<'a> {
    Difference {
        before,
        after,
        notes: notes(&before.artifact, &after.artifact),
        first: First::seen(&before.inventory, &after.inventory),
        files: Files::compare(&before.inventory, &after.inventory),
        new: only_in(after, before),
        gone: only_in(before, after),
    }
}

impl<'a> Difference<'a> {
    /// Files that only the later one has, the largest first.
    pub fn added(&self) -> Vec<&'a Listed> {
        largest_first(&self.files.added)
    }

    /// Files that only the earlier one has, the largest first.
    pub fn removed(&self) -> Vec<&'a Listed> {
        largest_first(&self.files.removed)
    }

    /// Files that have grown, by most bytes first.
    pub fn grown(&self) -> Vec<Pair<'a>> {
        let mut grown: Vec<_> = self.pairs(|pair| pair.growth() > 0).collect();
        grown.sort_by_key(|pair| std::cmp::Reverse(pair.growth()));
        grown
    }

    /// Files that were texts and are not any more, or the other way round.
    pub fn changed_in_kind(&self) -> Vec<Pair<'a>> {
        let is_other = |pair: &Pair<'_>| pair.before.binary != pair.after.binary;
        self.pairs(is_other).collect()
    }

    /// Files that are there under another path.
    pub fn renamed(&self) -> Vec<Pair<'a>> {
        let is_renamed = |pair: &Pair<'_>| pair.known_by == KnownBy::Content;
        self.pairs(is_renamed).collect()
    }

    /// Files with another content.
    pub fn changed(&self) -> Vec<Pair<'a>> {
        self.pairs(Pair::has_changed).collect()
    }

    fn pairs(&self, is_meant: impl Fn(&Pair<'a>) -> bool) -> impl Iterator<Item = Pair<'a>> {
        let pairs = self.files.pairs.iter();
        pairs.filter(move |pair| is_meant(pair)).copied()
    }

    /// What could not be read in either: then the rest is not all there is.
    pub fn gaps(&self) -> impl Iterator<Item = (&'a Judged, &'a JudgedGap)> {
        let of = |judged: &'a Judged| judged.gaps.iter().map(move |gap| (judged, gap));
        of(self.before).chain(of(self.after))
    }

    /// Whether both were read in full, but for what somebody has accepted.
    pub fn is_complete(&self) -> bool {
        self.gaps().all(|(_, gap)| gap.waiver.is_some())
    }
}

fn largest_first<'a>(files: &[&'a Listed]) -> Vec<&'a Listed> {
    let mut files = files.to_vec();
    files.sort_by_key(|one| std::cmp::Reverse(one.size));
    files
}

/// The findings of one that the other does not have, by their fingerprints.
fn only_in<'a>(one: &'a Judged, other: &Judged) -> Vec<&'a JudgedFinding> {
    let fingerprint = |judged: &JudgedFinding| judged.finding.fingerprint();
    let known: BTreeSet<_> = other.findings.iter().map(fingerprint).collect();
    let findings = one.findings.iter();
    findings
        .filter(|judged| !known.contains(&fingerprint(judged)))
        .collect()
}

fn notes(before: &ArtifactInfo, after: &ArtifactInfo) -> Vec<String> {
    let mut notes = Vec::new();
    if before.format != after.format {
        let [one, other] =
            [before, after].map(|artifact| artifact.format.map_or("no known format", Format::name));
        notes.push(format!("they are of different formats: {one} and {other}"));
    }
    if let (Some(one), Some(other)) = (&before.name, &after.name)
        && one != other
    {
        let (one, other) = (escape(one), escape(other));
        notes.push(format!("they are of different packages: {one} and {other}"));
    }
    notes
}

/// All that two sides come to.
#[derive(Debug, Default)]
pub struct Comparison<'a> {
    /// Each artifact of the later side with its likest of the earlier one.
    pub differences: Vec<Difference<'a>>,
    /// What only the earlier side has one of.
    pub only_before: Vec<&'a Judged>,
    /// What only the later side has one of.
    pub only_after: Vec<&'a Judged>,
}

impl<'a> Comparison<'a> {
    /// Compares two sides. What is alone on its side is compared with what is alone on the other,
    /// whatever both are.
    pub fn of(before: &'a [Judged], after: &'a [Judged]) -> Self {
        if let ([before], [after]) = (before, after) {
            return Self {
                differences: vec![compare(before, after)],
                ..Self::default()
            };
        }
        let mut comparison = Self {
            only_before: before.iter().collect(),
            ..Self::default()
        };
        for after in after {
            let left = comparison.only_before.iter();
            let likest = likest(&after.artifact, left.map(|judged| &judged.artifact));
            match likest {
                Some(index) => {
                    let before = comparison.only_before.remove(index);
                    comparison.differences.push(compare(before, after));
                }
                None => comparison.only_after.push(after),
            }
        }
        comparison
    }

    /// Whether all of it was read in full, but for what somebody has accepted.
    pub fn is_complete(&self) -> bool {
        let alone = self.only_before.iter().chain(&self.only_after);
        let mut gaps = alone.flat_map(|judged| &judged.gaps);
        self.differences.iter().all(Difference::is_complete) && gaps.all(|gap| gap.waiver.is_some())
    }
}
