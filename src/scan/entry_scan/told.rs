//! What is told of what the rules are met by: each value once, and of too many the number.

use std::{collections::HashSet, ops::Range};

use super::EntryScan;
use crate::{
    detect::Detection,
    model::{Category, Doubt, Evidence, Finding, Location, Sha256, View, escape, is_unguessable},
    rule::{Answer, TextMatch},
};

/// Findings of one rule in one entry that are told apart; further ones are counted.
pub(super) const FINDINGS_OF_A_RULE: u64 = 100;
/// Said of a finding that stands for more than the value it shows.
pub(in crate::scan) const OTHERS: &str =
    ", and with it other values than those told apart in this file";

/// What one rule was found to be met by.
#[derive(Default)]
pub(super) struct Told {
    pub(super) count: u64,
    pub(super) values: HashSet<Sha256>,
    /// Further values have a finding together.
    others: bool,
}

/// What is to be said of a value.
pub(super) struct Grade {
    answer: Answer,
    /// Where it lies, if such values are made up there.
    place: Option<&'static str>,
}

impl Grade {
    fn doubt(&self) -> Doubt {
        match (&self.answer, self.place) {
            (Answer::Doubtful(_), _) => Doubt::Value,
            (_, Some(_)) => Doubt::Tests,
            (_, None) => Doubt::None,
        }
    }

    /// The finding with what there is to say in its message.
    pub(super) fn of(self, mut finding: Finding) -> Finding {
        finding.doubt = self.doubt();
        match self.answer {
            Answer::Doubtful(why) => finding.message += &format!("; {why}"),
            Answer::Sound(known) => {
                finding.expires = known.expires;
                finding.algorithm = known.algorithm;
                let detail = known.detail.map(|detail| format!(" ({detail})"));
                finding.message += &detail.unwrap_or_default();
            }
            Answer::Other => {}
        }
        if let Some(place) = self.place {
            finding.message += &format!("; {place}, where such values are made up as a rule");
        }
        finding
    }
}

impl EntryScan<'_> {
    pub(super) fn finding(&self, rule: usize, evidence: Evidence, value: Option<&[u8]>) -> Finding {
        let info = self.scope.rules.rule(rule).info.clone();
        let told = value.filter(|value| info.category != Category::Secret || is_unguessable(value));
        Finding {
            message: info.title.clone(),
            rule: info,
            path: self.entry.path.clone(),
            location: Location::default(),
            evidence,
            doubt: Doubt::None,
            expires: None,
            algorithm: None,
            fix: None,
            sha256: told.map(Sha256::of),
            value: value.map(Sha256::of),
        }
    }

    /// What speaks against a value of the rule: what its validator says of it, or else where it lies.
    pub(super) fn grade(
        &self,
        rule: usize,
        answer: Answer,
        place: impl FnOnce() -> Option<&'static str>,
    ) -> Grade {
        let lowers = self.scope.rules.rule(rule).info.level.tests.is_some();
        let place = match answer {
            Answer::Doubtful(_) => None,
            _ if lowers => place(),
            _ => None,
        };
        Grade { answer, place }
    }

    pub(super) fn evidence(&self, rule: usize, value: &[u8]) -> Evidence {
        match self.scope.rules.rule(rule).info.category {
            Category::Secret => Evidence::redacted(value),
            // Before it is cut: the begin of a secret is not known for one.
            _ => match self.scope.redaction.of(&String::from_utf8_lossy(value)) {
                Some(open) => Evidence::quoted(open.as_bytes()),
                None => Evidence::quoted(value),
            },
        }
    }

    /// Keeps a finding, or only counts it where the rule has met many before. What is only counted
    /// must not pass with a waiver of what is told: the first other value is a finding of its own,
    /// and that is bound to the whole entry. Returns whether the finding was kept.
    /// What is doubtful is counted by itself, so that a hundred examples do not hide a secret.
    pub(super) fn tell(
        &mut self,
        rule: usize,
        value: &[u8],
        grade: Grade,
        make: impl FnOnce(&Self) -> Finding,
    ) -> bool {
        let told = self.told.entry((rule, grade.doubt())).or_default();
        // Of what may turn out to be said in the manifest each value counts once, so that a hundred links
        // to the repository do not push the next name out of what is told apart.
        let once = !self.scope.rules.rule(rule).counts_declared();
        if once && told.values.contains(&Sha256::of(value)) {
            return false;
        }
        told.count += 1;
        if told.count <= FINDINGS_OF_A_RULE {
            told.values.insert(Sha256::of(value));
            let finding = grade.of(make(self));
            self.made.findings.push((rule, finding));
            return true;
        }
        if !told.others && !told.values.contains(&Sha256::of(value)) {
            told.others = true;
            let mut finding = grade.of(make(self));
            // The others may differ in what they say of themselves.
            (finding.sha256, finding.value, finding.expires) = (None, None, None);
            finding.message += OTHERS;
            self.made.findings.push((rule, finding));
        }
        false
    }

    pub(super) fn covers(&mut self, rule: usize) -> bool {
        let (rules, entry) = (self.scope.rules, &self.entry);
        let covered = self.covered.entry(rule);
        *covered.or_insert_with(|| rules.covers(rule, entry))
    }

    pub(super) fn text_match(&mut self, view: &View<'_>, text_match: &TextMatch) {
        let rule = text_match.rule;
        let offset = view.offset + text_match.start as u64;
        // A match may begin before the positions that a view is asked for, and then has been seen.
        if !self.covers(rule) || self.scope.bounds.full() || !self.seen.insert((rule, offset)) {
            return;
        }
        let value = &view.bytes[text_match.value.clone()];
        let grade = self.grade(rule, text_match.answer.clone(), || {
            self.surroundings.of(&self.entry, view, text_match.start)
        });
        let kept = self.tell(rule, value, grade, |scan| Finding {
            location: view.locate(text_match.value.start, scan.binary),
            ..scan.finding(rule, scan.evidence(rule, value), Some(value))
        });
        if kept {
            let end = view.offset + text_match.end as u64;
            self.plain.push((rule, offset..end));
            let place = |at: usize| view.offset + at as u64;
            let value = place(text_match.value.start)..place(text_match.value.end);
            self.values.push((self.made.findings.len() - 1, value));
        } else {
            self.seen.remove(&(rule, offset));
        }
    }

    pub(super) fn match_keys(&mut self, document: &[u8]) {
        // A file that is no JSON has no keys: npm and its peers could not read it either.
        let matches = self
            .scope
            .rules
            .match_keys(&self.entry, document)
            .unwrap_or_default();
        for met in matches {
            let value = met.value.as_bytes();
            let place = || self.surroundings.of_path(&self.entry);
            let grade = self.grade(met.rule, Answer::Other, place);
            self.tell(met.rule, value, grade, |scan| {
                let evidence = scan.evidence(met.rule, value);
                let mut finding = scan.finding(met.rule, evidence, Some(value));
                finding.message += &format!(" in `{}`", escape(&met.key));
                finding.location.line = met.line;
                finding
            });
        }
    }

    /// Leaves out what a generic rule finds where another one, or a detector of secrets, finds the same value.
    pub(super) fn give_way(
        &mut self,
        findings: &mut Vec<(usize, Finding)>,
        detections: &[Detection],
    ) {
        let rules = self.scope.rules;
        let is_generic = |index: usize| rules.rule(findings[index].0).is_generic();
        let (generic, named): (Vec<_>, Vec<_>) = std::mem::take(&mut self.values)
            .into_iter()
            .partition(|(index, _)| is_generic(*index));
        let is_named = |value: &Range<u64>| {
            let mut named = named.iter().map(|(_, range)| range);
            named.any(|range| range.start < value.end && value.start < range.end)
        };
        let secrets: Vec<Location> = detections
            .iter()
            .filter(|detection| rules.reports_secret(detection.kind))
            .map(|detection| detection.location)
            .collect();
        // A detector tells where a value is first: wherever else it is, it is the same.
        let detected: HashSet<Sha256> = generic
            .iter()
            .map(|(index, _)| &findings[*index].1)
            .filter(|finding| secrets.contains(&finding.location))
            .filter_map(|finding| finding.value)
            .collect();
        let is_detected = |index: usize| {
            let value = findings[index].1.value;
            value.is_some_and(|value| detected.contains(&value))
        };
        let mut given_way: Vec<usize> = generic
            .iter()
            .filter(|(index, value)| is_named(value) || is_detected(*index))
            .map(|(index, _)| *index)
            .collect();
        given_way.sort_unstable();
        for index in given_way.into_iter().rev() {
            findings.remove(index);
        }
    }
}
