//! What the rules make of what has changed since an earlier release.

use crate::{
    detect::{self, Detection},
    model::{Doubt, Ecosystem, Entry, Finding, Listed},
    rule::RuleSet,
};

/// What is found in an artifact with the files `after`, where an earlier release has the files `before`.
pub fn changes(
    rules: &RuleSet,
    before: &[Listed],
    after: &[Listed],
    ecosystem: Option<Ecosystem>,
) -> Vec<Finding> {
    let detections = detect::changes(before, after).into_iter();
    detections
        .flat_map(|detection| findings(rules, &detection, ecosystem))
        .collect()
}

fn findings(rules: &RuleSet, detection: &Detection, ecosystem: Option<Ecosystem>) -> Vec<Finding> {
    let entry = Entry {
        path: detection.path.clone(),
        ..Entry::file("", 0)
    };
    let is_meant = |rule: &&usize| {
        let is_for = |ecosystem| rules.rule(**rule).is_for(ecosystem);
        ecosystem.is_none_or(is_for) && rules.covers(**rule, &entry)
    };
    let meant = rules.reporting(detection.kind).iter().filter(is_meant);
    meant
        .map(|&rule| Finding {
            rule: rules.rule(rule).info.clone(),
            path: detection.path.clone(),
            location: detection.location,
            message: detection.message.clone(),
            evidence: detection.evidence.clone(),
            doubt: Doubt::None,
            expires: None,
            algorithm: None,
            fix: detection.fix.clone(),
            sha256: detection.sha256,
            value: None,
        })
        .collect()
}
