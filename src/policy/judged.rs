//! One artifact, judged: what every report is written from.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use super::{
    life::Lived,
    profile::ProfileChoice,
    verdict::{Outcome, Summary},
    waiver::Waiver,
};
use crate::model::{
    ArtifactInfo, Finding, Gap, Level, Limits, Listed, SelfKind, Sha256, SourcePlaces,
};

/// One artifact, judged.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The artifact.
    pub artifact: ArtifactInfo,
    /// What it was judged by.
    pub policy: PolicyFacts,
    /// Findings above level off: the highest level first, then the highest severity, then by rule,
    /// path and location.
    pub findings: Vec<JudgedFinding>,
    /// What could not be read, by kind and path.
    pub gaps: Vec<JudgedGap>,
    /// The artifact's files in order of path, if they were asked for.
    pub inventory: Vec<Listed>,
    /// The waivers, and what has become of each.
    pub waivers: Vec<Lived>,
    /// In profile open: what profile closed would have blocked beyond this.
    pub closed_hint: Option<ClosedHint>,
    /// Where in its repository it comes from, as far as anybody has looked.
    pub sources: SourcePlaces,
}

/// What an artifact was judged by.
#[derive(Debug, Clone)]
pub struct PolicyFacts {
    /// The profile, and why it holds.
    pub profile: ProfileChoice,
    /// Configuration files and locks that were read, as the user sees them.
    pub sources: Vec<String>,
    /// Where the lock lies that holds for it, or would lie.
    pub lock_place: PathBuf,
    /// Whether it was held to a lock.
    pub locked: bool,
    /// The configuration file itself, if there is one; never told.
    pub file: Option<PathBuf>,
    /// Flags of the command line that change the policy.
    pub overrides: Vec<String>,
    /// SHA-256 over the effective rules, levels, waivers and profile.
    pub digest: Sha256,
    /// How many rules were applied.
    pub rules: usize,
    /// Which values of this machine were looked for.
    pub self_match: Vec<SelfKind>,
    /// For how many secrets that are in use on it.
    pub secrets: usize,
    /// What may hold further ones and can't be read, each with the reason.
    pub unread: Vec<String>,
    /// The reader's limits.
    pub limits: Limits,
}

/// A finding, with what is to be done about it.
#[derive(Debug, Clone)]
pub struct JudgedFinding {
    /// The finding.
    pub finding: Finding,
    /// What to do about it, unless it is waived.
    pub level: Level,
    /// The waiver that accepts it.
    pub waiver: Option<Arc<Waiver>>,
}

impl JudgedFinding {
    /// Whether it stops the publish.
    pub fn blocks(&self) -> bool {
        self.level == Level::Deny && self.waiver.is_none()
    }
}

/// Something that could not be read, and whether somebody has accepted that.
#[derive(Debug, Clone)]
pub struct JudgedGap {
    /// The gap.
    pub gap: Gap,
    /// The waiver that accepts it.
    pub waiver: Option<Arc<Waiver>>,
}

/// What profile closed would have blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedHint {
    /// How many findings.
    pub findings: usize,
    /// Of which rules, in order.
    pub rules: Vec<String>,
}

impl Judged {
    /// Has what it quotes of the user's settings say what `open` makes of it: none of that is redacted with
    /// the findings, because the digest is of the settings as they are written.
    pub fn reword_settings(&mut self, open: impl Fn(&str) -> Option<String>) {
        let PolicyFacts {
            sources, overrides, ..
        } = &mut self.policy;
        for text in sources.iter_mut().chain(overrides) {
            *text = open(text).unwrap_or_else(|| text.clone());
        }
        let of_findings = self.findings.iter_mut().map(|one| &mut one.waiver);
        let of_gaps = self.gaps.iter_mut().map(|one| &mut one.waiver);
        let all = self.waivers.iter_mut().map(|one| &mut one.waiver);
        // One waiver may accept thousands of findings.
        let mut reworded: HashMap<(String, usize), Arc<Waiver>> = HashMap::new();
        for waiver in all.chain(of_findings.chain(of_gaps).flatten()) {
            let place = (waiver.file.clone(), waiver.line);
            let once = reworded.entry(place);
            *waiver = once
                .or_insert_with(|| Arc::new(waiver.reworded(&open)))
                .clone();
        }
    }

    /// What it comes to. Something unread outranks a finding, and no rules are no check.
    pub fn outcome(&self) -> Outcome {
        if self.policy.rules == 0 {
            Outcome::Error
        } else if self.gaps.iter().any(|gap| gap.waiver.is_none()) {
            Outcome::Incomplete
        } else if self.findings.iter().any(JudgedFinding::blocks) {
            Outcome::Blocked
        } else {
            Outcome::Passed
        }
    }

    /// The exit code that says so.
    pub fn exit_code(&self) -> u8 {
        match self.outcome() {
            Outcome::Passed => 0,
            Outcome::Blocked => 1,
            Outcome::Incomplete => 4,
            Outcome::Error => 70,
        }
    }

    /// How many findings stand at each level.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary {
            waived: self.gaps.iter().filter(|gap| gap.waiver.is_some()).count(),
            ..Summary::default()
        };
        for finding in &self.findings {
            match finding.waiver {
                Some(_) => summary.waived += 1,
                None => summary.count(finding.level),
            }
        }
        summary
    }
}
