//! The rules in effect, and what came of testing some.

use std::path::{Path, PathBuf};

use super::{ConfigChoice, Error};
use crate::{
    detect,
    policy::{self, ConfigFile, PolicyError},
    rule::{RuleError, RuleSet},
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

/// The configuration that holds in `directory`, and the rules in effect with it.
pub fn rules(
    choice: &ConfigChoice,
    directory: &Path,
) -> Result<(Option<ConfigFile>, RuleSet), Vec<Error>> {
    let place = policy::find(choice, directory).map_err(|error| vec![error.into()])?;
    rules_of(place.as_deref())
}

/// A configuration, and the rules in effect with it.
pub(super) fn rules_of(place: Option<&Path>) -> Result<(Option<ConfigFile>, RuleSet), Vec<Error>> {
    let policy = |error: PolicyError| vec![Error::from(error)];
    let config = place.map(ConfigFile::read).transpose().map_err(policy)?;
    let own = config
        .as_ref()
        .map_or(Ok(Vec::new()), ConfigFile::rule_files);
    let organisation = config.as_ref().map(ConfigFile::organisation);
    let organisation = organisation.transpose().map_err(policy)?;
    let kinds: Vec<_> = detect::kinds().collect();
    let rules = RuleSet::load_with(&own.map_err(policy)?, organisation.as_ref(), &kinds);
    let rules = rules.map_err(each)?;
    Ok((config, rules))
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
