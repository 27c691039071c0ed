//! The rules in effect, and what came of testing some.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{ConfigChoice, Error, expect};
use crate::{
    detect,
    policy::{self, ConfigFile, Disk, PolicyError, PolicyFiles},
    rule::{Organisation, RuleError, RuleFile, RuleSet},
    scan::{self, Failure},
};

/// What came of testing rule files.
#[derive(Debug)]
pub struct Tested {
    /// How many rules they hold.
    pub rules: usize,
    /// How many examples were run.
    pub examples: usize,
    /// Examples that do not behave as they say.
    pub failures: Vec<Failure>,
}

/// The rules in effect in `directory`, without a floor's.
pub fn rules(choice: &ConfigChoice, directory: &Path) -> Result<RuleSet, Vec<Error>> {
    let policy = |error: PolicyError| vec![Error::from(error)];
    let place = policy::find(choice, directory, &Disk).map_err(policy)?;
    let config = place.map(|place| ConfigFile::read(&place, &Disk));
    let config = config.transpose().map_err(policy)?;
    Ok(in_effect(config.as_ref(), &Disk, &[])?.0)
}

/// The rules in effect with a configuration, which `files` hold, and with floors, and the ids of those that the floors
/// bring.
pub(super) fn in_effect(
    config: Option<&ConfigFile>,
    files: &dyn PolicyFiles,
    floors: &[ConfigFile],
) -> Result<(RuleSet, BTreeSet<String>), Vec<Error>> {
    let read = || -> Result<_, PolicyError> {
        let mut own: Vec<RuleFile> = Vec::new();
        let mut named = Vec::new();
        for floor in floors {
            own.extend(floor.rule_files(&Disk)?);
            named.push(floor.organisation(None)?);
        }
        let mut ids: BTreeSet<String> = own.iter().flat_map(RuleFile::ids).collect();
        ids.extend(Organisation::IDS_OF_FLOORS.map(str::to_owned));
        let floor = Organisation::of_floors(named);
        let mut organisations = Vec::new();
        if let Some(config) = config {
            own.extend(config.rule_files(files)?);
            organisations.push(config.organisation(Some(&floor))?);
        }
        organisations.push(floor);
        Ok((own, organisations, ids))
    };
    let (own, organisations, ids) = read().map_err(|error| vec![error.into()])?;
    let kinds: Vec<_> = detect::kinds().collect();
    let reserved: Vec<_> = policy::lock::ids().chain([expect::ID]).collect();
    let rules = RuleSet::load_with(own, &organisations, &kinds, &reserved).map_err(each)?;
    Ok((rules, ids))
}

/// Checks rule files and runs the examples in them.
pub fn test_rules(files: &[PathBuf]) -> Result<Tested, Vec<Error>> {
    let kinds: Vec<_> = detect::kinds().collect();
    let rules = RuleSet::from_files(files, &kinds).map_err(each)?;
    let (examples, failures) = scan::run_examples(&rules);
    Ok(Tested {
        rules: rules.len(),
        examples,
        failures,
    })
}

fn each(errors: Vec<RuleError>) -> Vec<Error> {
    errors.into_iter().map(Error::from).collect()
}
