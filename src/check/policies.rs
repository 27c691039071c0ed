//! What artifacts are judged by, made once for each place that it comes from.

use std::{
    collections::{BTreeSet, HashMap},
    path::{self, Path, PathBuf},
    sync::Arc,
};

use super::{Error, Request, revision::InRevision, rules};
use crate::{
    policy::{self, ConfigFile, Disk, Lock, PolicyError, PolicyFiles, Settings},
    rule::RuleSet,
};

/// A configuration, the rules in effect with it, and the ids of those that floors bring.
struct Made {
    config: Option<ConfigFile>,
    rules: RuleSet,
    of_floors: BTreeSet<String>,
}

type Configured = Arc<Made>;

/// What artifacts are judged by.
pub(super) struct Policy {
    pub(super) settings: Settings,
    configured: Configured,
}

/// The policies of a run: by configuration file, or none, and by lock.
pub(super) struct Policies<'a> {
    request: &'a Request,
    /// Read before the first policy is made.
    floors: Option<Arc<[ConfigFile]>>,
    configured: HashMap<Option<PathBuf>, Configured>,
    made: HashMap<(Option<PathBuf>, PathBuf), Arc<Policy>>,
    by_directory: HashMap<PathBuf, Arc<Policy>>,
}

impl Policy {
    pub(super) fn rules(&self) -> &RuleSet {
        &self.configured.rules
    }

    /// The ids of the rules that floors bring.
    pub(super) fn of_floors(&self) -> &BTreeSet<String> {
        &self.configured.of_floors
    }
}

impl<'a> Policies<'a> {
    pub(super) fn new(request: &'a Request) -> Self {
        Self {
            request,
            floors: None,
            configured: HashMap::new(),
            made: HashMap::new(),
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
        let wrong = |error: PolicyError| vec![Error::from(error)];
        let config = &self.request.config;
        if let (Some(from), Some(link)) = (&self.request.policy_from, link_on_the_way(directory)) {
            return Err(wrong(from.behind_link(&link)));
        }
        let files = policy_files(self.request, directory).map_err(wrong)?;
        let place = policy::find(config, directory, &*files).map_err(wrong)?;
        let lock = policy::lock_place(config, place.as_deref(), directory, &*files);
        let (lock, is_there) = lock.map_err(wrong)?;
        let key = (place.clone(), lock.clone());
        let policy = match self.made.get(&key) {
            Some(policy) => policy.clone(),
            None => {
                let configured = self.configured(place, &*files)?;
                let settings = self.settings(&configured).map_err(wrong)?;
                let read = is_there.then(|| Lock::read(&lock, &*files)).transpose();
                let applied = read.map_err(wrong)?.filter(|_| !self.request.no_lock);
                let settings = settings.with_lock(applied, lock);
                let policy = Arc::new(Policy {
                    settings,
                    configured,
                });
                self.made.insert(key, policy.clone());
                policy
            }
        };
        self.by_directory
            .insert(directory.to_owned(), policy.clone());
        Ok(policy)
    }

    fn configured(
        &mut self,
        place: Option<PathBuf>,
        files: &dyn PolicyFiles,
    ) -> Result<Configured, Vec<Error>> {
        if let Some(configured) = self.configured.get(&place) {
            return Ok(configured.clone());
        }
        let wrong = |error: PolicyError| vec![Error::from(error)];
        let read = place.as_deref().map(|place| ConfigFile::read(place, files));
        let config = read.transpose().map_err(wrong)?;
        let floors = self.floors().map_err(wrong)?;
        let rules = rules::in_effect(config.as_ref(), files, &floors)?;
        let nothing = || files.nothing().as_deref().map(ConfigFile::empty);
        let (rules, of_floors) = rules;
        let config = config.or_else(nothing);
        let configured = Arc::new(Made {
            config,
            rules,
            of_floors,
        });
        self.configured.insert(place, configured.clone());
        Ok(configured)
    }

    fn settings(&mut self, configured: &Configured) -> Result<Settings, PolicyError> {
        let Made {
            config,
            rules,
            of_floors,
        } = &**configured;
        let names: Vec<_> = rules.names().collect();
        let floors = self.floors()?;
        let settings = Settings::new(config.as_ref(), &self.request.overrides, &names)?;
        settings.held_to(&floors, &names, of_floors)
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

/// The first link on the way from the top of a repository to a directory, as it was named: behind one lies what the
/// change says, and not what the revision has there.
fn link_on_the_way(directory: &Path) -> Option<PathBuf> {
    let absolute = path::absolute(directory).ok()?;
    let is_inside = |link: &Path| {
        let mut above = link.ancestors().skip(1);
        above.any(|above| above.join(".git").symlink_metadata().is_ok())
    };
    let on_the_way: Vec<&Path> = absolute.ancestors().collect();
    let mut on_the_way = on_the_way.into_iter().rev();
    let link = on_the_way.find(|path| path.is_symlink() && is_inside(path));
    link.map(Path::to_owned)
}
