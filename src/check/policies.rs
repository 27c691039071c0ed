//! What artifacts are judged by: made once for each configuration, or none, and lock.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Error, Request, revision::InRevision, rules};
use crate::{
    policy::{self, ConfigFile, Disk, Lock, PolicyError, PolicyFiles, Settings},
    rule::RuleSet,
};

/// What artifacts are judged by.
#[derive(Clone)]
pub(super) struct Policy {
    pub(super) settings: Settings,
    pub(super) rules: Arc<RuleSet>,
}

/// The policies of a run.
pub(super) struct Policies<'a> {
    request: &'a Request,
    /// Read before the first is made.
    floors: Option<Arc<[ConfigFile]>>,
    /// Without a lock.
    by_file: HashMap<Option<PathBuf>, Policy>,
    by_directory: HashMap<PathBuf, Arc<Policy>>,
}

impl<'a> Policies<'a> {
    pub(super) fn new(request: &'a Request) -> Self {
        Self {
            request,
            floors: None,
            by_file: HashMap::new(),
            by_directory: HashMap::new(),
        }
    }

    /// What holds for artifacts of `directory`: that of the project, or for a file the current one. Never
    /// the one next to the file or inside it: whoever made the artifact must not set the policy that it
    /// is judged by.
    pub(super) fn of(&mut self, directory: &Path) -> Result<Arc<Policy>, Vec<Error>> {
        if let Some(policy) = self.by_directory.get(directory) {
            return Ok(policy.clone());
        }
        let one = |error: PolicyError| vec![Error::from(error)];
        let files = policy_files(self.request, directory).map_err(one)?;
        let choice = &self.request.config;
        let place = policy::find(choice, directory, &*files).map_err(one)?;
        let lock = policy::lock_place(choice, place.as_deref(), directory, &*files);
        let (lock_place, is_there) = lock.map_err(one)?;
        let configured = match self.by_file.get(&place) {
            Some(policy) => policy.clone(),
            None => {
                let policy = self.made(place.as_deref(), &*files)?;
                self.by_file.insert(place, policy.clone());
                policy
            }
        };
        let read = is_there.then(|| Lock::read(&lock_place, &*files));
        let lock = read.transpose().map_err(one)?;
        let lock = lock.filter(|_| !self.request.no_lock);
        let policy = Arc::new(Policy {
            settings: configured.settings.with_lock(lock, lock_place),
            rules: configured.rules,
        });
        self.by_directory
            .insert(directory.to_owned(), policy.clone());
        Ok(policy)
    }

    fn made(
        &mut self,
        place: Option<&Path>,
        files: &dyn PolicyFiles,
    ) -> Result<Policy, Vec<Error>> {
        let one = |error: PolicyError| vec![Error::from(error)];
        let config = place.map(|place| ConfigFile::read(place, files));
        let config = config.transpose().map_err(one)?;
        let floors = self.floors().map_err(one)?;
        let rules = Arc::new(rules::in_effect(config.as_ref(), files, &floors)?);
        let names: Vec<_> = rules.names().collect();
        let nothing = || files.nothing().as_deref().map(ConfigFile::empty);
        let config = config.or_else(nothing);
        let settings = Settings::new(config.as_ref(), &self.request.overrides, &names);
        let settings = settings.and_then(|settings| settings.held_to(&floors, &names));
        let settings = settings.map_err(one)?;
        Ok(Policy { settings, rules })
    }

    /// The organisation's floors.
    pub(super) fn floors(&mut self) -> Result<Arc<[ConfigFile]>, PolicyError> {
        if let Some(floors) = &self.floors {
            return Ok(floors.clone());
        }
        let floors = self.request.floors.iter();
        let floors = floors.map(|path| ConfigFile::read(path, &Disk));
        let floors: Arc<[ConfigFile]> = floors.collect::<Result<_, _>>()?;
        self.floors = Some(floors.clone());
        Ok(floors)
    }
}

/// Where the files of the policy are read that holds for `directory`. Whoever reads one reads it here.
///
/// # Errors
///
/// When there is no such revision.
pub fn policy_files(
    request: &Request,
    directory: &Path,
) -> Result<Box<dyn PolicyFiles>, PolicyError> {
    Ok(match &request.policy_from {
        Some(from) => Box::new(InRevision::new(from, directory)?),
        None => Box::new(Disk),
    })
}

/// The settings that hold for `directory`.
///
/// # Errors
///
/// When a file of the policy has a mistake.
pub fn settings(request: &Request, directory: &Path) -> Result<Settings, Vec<Error>> {
    Ok(Policies::new(request).of(directory)?.settings.clone())
}
