//! What all entries gave, put together and concluded from.

use std::collections::{HashMap, HashSet};

use super::{BESIDE, Scope, declared::Declared, key_collection, manifest};
use crate::{
    archive::Summary,
    detect::{Detection, Facts, drop_derived_twins},
    model::{Doubt, Entry, EntryPath, Finding, Gap, Listed, Manifest, Sha256},
    rule::is_among_tests,
};

/// What one thread has collected, and in the end all of them.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) findings: Vec<Finding>,
    pub(super) detections: Vec<Detection>,
    pub(super) gaps: Vec<Gap>,
    pub(super) facts: Facts,
    pub(super) inventory: Vec<Listed>,
}

/// What an artifact comes to.
pub(super) struct Concluded {
    pub(super) manifest: Option<Manifest>,
    pub(super) findings: Vec<Finding>,
    pub(super) gaps: Vec<Gap>,
    pub(super) inventory: Vec<Listed>,
}

impl Collected {
    /// What the reading thread knows.
    pub(super) fn new(
        gaps: Vec<Gap>,
        entries: Vec<(EntryPath, u64)>,
        containers: HashMap<EntryPath, Sha256>,
    ) -> Self {
        Self {
            gaps,
            facts: Facts {
                entries: entries.into_iter().collect(),
                hashes: containers,
                ..Facts::default()
            },
            ..Self::default()
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.detections.extend(other.detections);
        self.gaps.extend(other.gaps);
        self.facts.merge(other.facts);
        self.inventory.extend(other.inventory);
    }

    /// Draws the conclusions that need the whole artifact, and puts everything in an order that does
    /// not depend on which thread came first.
    pub(super) fn conclude(mut self, scope: &Scope<'_>, summary: &Summary) -> Concluded {
        self.facts.format = summary.format;
        // What the matching threads have left out is not known either.
        self.facts.release = (summary.release.clone()).filter(|_| !scope.bounds.stopped());
        self.gaps.extend(manifest::choose(&mut self.facts, summary));
        // There may be as many detections as entries: each becomes a finding when it is made, and none
        // waits for the others.
        drop_derived_twins(&mut self.detections);
        let mut findings = std::mem::take(&mut self.findings);
        for detection in std::mem::take(&mut self.detections) {
            self.find(detection, scope, &mut findings);
        }
        for detector in &scope.detectors {
            detector.conclude(&self.facts, &mut |detection| {
                self.find(detection, scope, &mut findings);
            });
            self.gaps.extend(detector.gap());
        }
        self.findings = findings;
        self.facts.source_maps = Vec::new();
        // The bytes of an opened container are known as a whole only when its members were read.
        for finding in &mut self.findings {
            finding.sha256 = finding
                .sha256
                .or_else(|| self.facts.hashes.get(&finding.path).copied());
        }
        for gap in self.gaps.iter_mut().filter(|gap| gap.kind.waivable()) {
            let hash = |path| self.facts.hashes.get(path).copied();
            gap.sha256 = gap.sha256.or_else(|| gap.path.as_ref().and_then(hash));
        }
        drop_raw_twins(&mut self.findings);
        drop_told_beside(&mut self.findings);
        key_collection::doubt(&mut self.findings);
        if let Some(format) = summary.format {
            let ecosystem = format.ecosystem();
            self.findings.retain(|finding| {
                let rule = scope.rules.get(&finding.rule.id);
                rule.is_none_or(|rule| rule.is_for(ecosystem))
            });
        }
        let declared = Declared::of(self.facts.manifest.as_ref());
        self.findings
            .retain(|finding| !declared.covers(finding, scope.rules));
        self.gaps.extend(scope.bounds.gaps());
        self.findings.sort_by(|a, b| {
            (&a.path, &a.rule.id, a.location).cmp(&(&b.path, &b.rule.id, b.location))
        });
        self.gaps
            .sort_by(|a, b| (&a.path, a.kind, &a.reason).cmp(&(&b.path, b.kind, &b.reason)));
        for listed in &mut self.inventory {
            let container = self.facts.hashes.get(&listed.path).copied();
            listed.sha256 = listed.sha256.or(container);
        }
        self.inventory.sort_by(|a, b| a.path.cmp(&b.path));
        Concluded {
            manifest: self.facts.manifest,
            findings: self.findings,
            gaps: self.gaps,
            inventory: self.inventory,
        }
    }
}

impl Collected {
    /// Adds what the rules make of a detection.
    fn find(&self, detection: Detection, scope: &Scope<'_>, findings: &mut Vec<Finding>) {
        let size = self.facts.entries.get(&detection.path).copied();
        let sha256 = detection
            .sha256
            .or_else(|| self.facts.hashes.get(&detection.path).copied());
        let entry = Entry {
            path: detection.path.clone(),
            ..Entry::file("", size.unwrap_or(0))
        };
        for &rule in scope.rules.reporting(detection.kind) {
            if scope.rules.covers(rule, &entry) && scope.bounds.another() {
                let info = scope.rules.rule(rule).info.clone();
                let among_tests = info.level.tests.is_some() && is_among_tests(&entry);
                findings.push(Finding {
                    rule: info,
                    path: detection.path.clone(),
                    location: detection.location,
                    message: detection.message.clone(),
                    evidence: detection.evidence.clone(),
                    doubt: if among_tests {
                        Doubt::Tests
                    } else {
                        Doubt::None
                    },
                    expires: None,
                    algorithm: None,
                    fix: detection.fix.clone(),
                    sha256,
                    value: None,
                });
            }
        }
    }
}

/// What was found in a derived text was also found in the raw bytes that it was derived from: the
/// finding with the telling path stays.
fn drop_raw_twins(findings: &mut Vec<Finding>) {
    let derived: HashSet<_> = findings
        .iter()
        .filter_map(|finding| {
            let (container, _) = finding.path.as_str().rsplit_once("!/")?;
            Some((
                finding.rule.id.clone(),
                container.to_owned(),
                finding.value.or(finding.sha256)?,
            ))
        })
        .collect();
    if !derived.is_empty() {
        findings.retain(|finding| {
            finding.value.or(finding.sha256).is_none_or(|known| {
                let path = finding.path.as_str().to_owned();
                !derived.contains(&(finding.rule.id.clone(), path, known))
            })
        });
    }
}

/// What a registry shows beside an artifact is mostly the artifact's own readme and manifest: what was found in
/// these is told once, with the path that can be mended.
fn drop_told_beside(findings: &mut Vec<Finding>) {
    let is_beside = |finding: &Finding| finding.path.as_str().starts_with(BESIDE);
    let key = |finding: &Finding| {
        let known = finding.value.or(finding.sha256)?;
        Some((finding.rule.id.clone(), known))
    };
    let inside = findings.iter().filter(|finding| !is_beside(finding));
    let inside: HashSet<_> = inside.filter_map(key).collect();
    findings.retain(|finding| {
        !is_beside(finding) || key(finding).is_none_or(|known| !inside.contains(&known))
    });
}
