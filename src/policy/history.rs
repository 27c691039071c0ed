//! When a finding came in and when it went, over the versions of a package.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::Arc,
};

use super::{
    judged::{Judged, JudgedFinding},
    verdict::Outcome,
};
use crate::model::{Format, Level, RuleInfo};

/// A finding at one path, in versions that follow each other.
#[derive(Debug, Clone)]
pub struct Stay {
    /// The package.
    pub package: String,
    /// The rule that was met.
    pub rule: Arc<RuleInfo>,
    /// The highest level that it had.
    pub level: Level,
    /// Where, below the root directory.
    pub path: String,
    /// The first version that has it.
    pub since: String,
    /// Whether that is the first of all.
    pub from_the_first: bool,
    /// The last version that has it.
    pub until: String,
    /// The version in which it is gone, if there is one.
    pub gone_in: Option<String>,
    /// How many versions have it.
    pub versions: usize,
}

/// What becomes of each finding that is not waived, from warnings on. The artifacts are in the order of their
/// versions; those of one version follow each other.
pub fn history(artifacts: &[Judged]) -> Vec<Stay> {
    let name = |judged: &Judged| {
        let ecosystem = judged.artifact.format.map(Format::ecosystem);
        let name = judged.artifact.name.clone();
        (ecosystem, name.unwrap_or_default())
    };
    let version = |judged: &Judged| judged.artifact.version.clone().unwrap_or_default();
    let packages: BTreeSet<_> = artifacts.iter().map(name).collect();
    let mut stays = Vec::new();
    for package in packages {
        let of_package: Vec<_> = artifacts
            .iter()
            .filter(|judged| name(judged) == package)
            .collect();
        let releases: Vec<_> = of_package
            .chunk_by(|one, next| version(one) == version(next))
            .collect();
        let mut open: BTreeMap<(String, String), Stay> = BTreeMap::new();
        for (number, release) in releases.iter().enumerate() {
            let version = version(release[0]);
            let findings = release.iter().flat_map(|judged| &judged.findings);
            let shown = findings.filter(|one| one.waiver.is_none() && one.level >= Level::Warn);
            let mut met = BTreeSet::new();
            for JudgedFinding { finding, level, .. } in shown {
                let path = finding.path.in_package().into_owned();
                let key = (finding.rule.id.clone(), path.clone());
                let is_first = met.insert(key.clone());
                let stay = open.entry(key).or_insert_with(|| Stay {
                    package: package.1.clone(),
                    rule: finding.rule.clone(),
                    level: *level,
                    path,
                    since: version.clone(),
                    from_the_first: number == 0,
                    until: version.clone(),
                    gone_in: None,
                    versions: 0,
                });
                stay.level = stay.level.max(*level);
                stay.until.clone_from(&version);
                stay.versions += usize::from(is_first);
            }
            // What could not be read in full may still have it.
            if release
                .iter()
                .any(|judged| judged.outcome() == Outcome::Incomplete)
            {
                continue;
            }
            let (kept, gone): (BTreeMap<_, _>, BTreeMap<_, _>) = mem::take(&mut open)
                .into_iter()
                .partition(|(key, _)| met.contains(key));
            open = kept;
            stays.extend(gone.into_values().map(|stay| Stay {
                gone_in: Some(version.clone()),
                ..stay
            }));
        }
        stays.extend(open.into_values());
    }
    stays.sort_by(|one, other| {
        (&one.package, other.level, &one.rule.id, &one.path).cmp(&(
            &other.package,
            one.level,
            &other.rule.id,
            &other.path,
        ))
    });
    stays
}
