//! What artifacts are judged by, made once for each place that it comes from.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Error, Request, rules::rules_of};
use crate::{
    policy::{self, ConfigFile, Lock, PolicyError, Settings},
    rule::RuleSet,
};

/// A configuration, and the rules in effect with it.
type Configured = Arc<(Option<ConfigFile>, RuleSet)>;

/// What artifacts are judged by.
pub(super) struct Policy {
    pub(super) settings: Settings,
    configured: Configured,
}

/// By configuration file, or none, and by lock.
#[derive(Default)]
pub(super) struct Policies {
    configured: HashMap<Option<PathBuf>, Configured>,
    made: HashMap<(Option<PathBuf>, PathBuf), Arc<Policy>>,
}

impl Policy {
    pub(super) fn rules(&self) -> &RuleSet {
        &self.configured.1
    }
}

impl Policies {
    /// What holds for artifacts of `directory`: that of the project, or for a file the current one. Never
    /// the one next to the file or inside it: whoever made the artifact must not set the policy that it
    /// is judged by.
    pub(super) fn of(
        &mut self,
        directory: &Path,
        request: &Request,
    ) -> Result<Arc<Policy>, Vec<Error>> {
        let wrong = |error: PolicyError| vec![Error::from(error)];
        let place = policy::find(&request.config, directory).map_err(wrong)?;
        let lock = policy::lock_place(&request.config, place.as_deref(), directory);
        let (lock, is_there) = lock.map_err(wrong)?;
        let key = (place.clone(), lock.clone());
        if let Some(policy) = self.made.get(&key) {
            return Ok(policy.clone());
        }
        let configured = self.configured(place)?;
        let names: Vec<_> = configured.1.names().collect();
        let settings = Settings::new(configured.0.as_ref(), &request.overrides, &names);
        let read = is_there.then(|| Lock::read(&lock)).transpose();
        let applied = read.map_err(wrong)?.filter(|_| !request.no_lock);
        let policy = Arc::new(Policy {
            settings: settings.map_err(wrong)?.with_lock(applied, lock),
            configured,
        });
        self.made.insert(key, policy.clone());
        Ok(policy)
    }

    fn configured(&mut self, place: Option<PathBuf>) -> Result<Configured, Vec<Error>> {
        if let Some(configured) = self.configured.get(&place) {
            return Ok(configured.clone());
        }
        let configured = Arc::new(rules_of(place.as_deref())?);
        self.configured.insert(place, configured.clone());
        Ok(configured)
    }
}
