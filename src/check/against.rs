//! What an artifact is compared with: the release before it, or what else the user names.

use std::{
    cell::RefCell,
    collections::HashMap,
    path::{Path, PathBuf},
    rc::Rc,
    str::FromStr,
};

use super::{Arrival, Error, HERE, Request, Target, check_each};
use crate::{
    diff::{likest, likest_file},
    ecosystem::{Cache, FetchError, Fetching, Release},
    model::{
        ArtifactInfo, Earlier, Ecosystem, Format, Gap, Progress, Scanned, Spec, compare_versions,
    },
    policy::Judged,
    rule::RuleSet,
    scan,
};

/// What artifacts are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// The latest release of each, other than itself.
    Published,
    /// A release.
    Spec(Spec),
    /// A file, or what a project packs.
    Path(PathBuf),
}

impl FromStr for Against {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "published" => Ok(Self::Published),
            text if Spec::is_meant(text) => text.parse().map(Self::Spec),
            text => Ok(Self::Path(text.into())),
        }
    }
}

/// Compares the artifacts of a run.
pub(super) struct Comparing<'a> {
    against: &'a Against,
    /// How that is checked in its turn.
    request: Request,
    progress: &'a Progress,
    fetching: Fetching,
    failures: RefCell<Vec<Error>>,
    /// What was named, or fetched for one artifact, is there for the next one.
    known: RefCell<HashMap<String, Rc<Vec<Judged>>>>,
}

impl<'a> Comparing<'a> {
    /// Nothing, unless the request asks for it.
    pub(super) fn new(request: &'a Request, progress: &'a Progress) -> Option<Self> {
        Some(Self {
            against: request.against.as_ref()?,
            request: Request {
                targets: Vec::new(),
                against: None,
                expect: None,
                save: None,
                destination: None,
                inventory: true,
                no_lock: true,
                ..request.clone()
            },
            progress,
            fetching: Fetching::new(Path::new(HERE), Cache::of_user()),
            failures: RefCell::default(),
            known: RefCell::default(),
        })
    }

    /// Adds what is new in an artifact to its findings, and says what it was compared with. Where it can't be
    /// compared, what was found in it still stands.
    pub(super) fn compare(&self, scanned: &mut Scanned, file_name: Option<&str>, rules: &RuleSet) {
        if let Err(error) = self.try_compare(scanned, file_name, rules) {
            self.failures.borrow_mut().push(error);
        }
    }

    /// Why artifacts could not be compared, since this was asked last.
    pub(super) fn failures(&self) -> Vec<Error> {
        self.failures.take()
    }

    fn try_compare(
        &self,
        scanned: &mut Scanned,
        file_name: Option<&str>,
        rules: &RuleSet,
    ) -> Result<(), Error> {
        let artifact = &scanned.artifact;
        let (all, index) = match self.earlier(artifact, file_name.unwrap_or(&artifact.path))? {
            Found::Nothing(why) => {
                scanned.artifact.earlier = Some(Earlier::Nothing(why));
                return Ok(());
            }
            Found::One(all, index) => (all, index),
        };
        let earlier = &all[index];
        let label = label(&earlier.artifact);
        if let Some(gap) = unread(earlier) {
            return Err(Error::UnreadableEarlier {
                path: artifact.path.clone(),
                earlier: label,
                reason: gap.reason.clone(),
            });
        }
        let ecosystem = artifact.format.map(Format::ecosystem);
        let new = scan::changes(rules, &earlier.inventory, &scanned.inventory, ecosystem);
        scanned.findings.extend(new);
        scanned.artifact.earlier = Some(Earlier::Release(label));
        Ok(())
    }

    fn earlier(&self, artifact: &ArtifactInfo, file_name: &str) -> Result<Found, Error> {
        match self.against {
            Against::Path(path) => {
                let arrival = || Ok(Arrival::of(Target::Path(path.clone())));
                let all = self.judged(path.display().to_string(), arrival)?;
                self.alike(artifact, all)
            }
            Against::Spec(spec) => {
                let release = self.fetching.release(spec)?;
                let all = self.fetched(spec, &release, file_name)?;
                let all = all.ok_or_else(|| self.nothing_alike(artifact))?;
                self.alike(artifact, all)
            }
            Against::Published => self.published(artifact, file_name),
        }
    }

    fn published(&self, artifact: &ArtifactInfo, file_name: &str) -> Result<Found, Error> {
        let unnamed = |reason: String| Error::NoRelease {
            path: artifact.path.clone(),
            reason,
        };
        let (Some(format), Some(name)) = (artifact.format, &artifact.name) else {
            return Err(unnamed("nothing tells its name".to_owned()));
        };
        let latest = Spec::latest(format.ecosystem(), name).map_err(unnamed)?;
        let mut release = match self.fetching.release(&latest) {
            Ok(release) => release,
            Err(error @ FetchError::NoPackage { .. }) => {
                return Ok(Found::Nothing(error.to_string()));
            }
            Err(error) => return Err(error.into()),
        };
        let is_own = |version: &str| same_version(format, artifact.version.as_deref(), version);
        if is_own(&release.version) {
            let registry = self.fetching.registry(format.ecosystem())?;
            let versions = registry.versions(&release.name)?;
            let own = versions.iter().position(|version| is_own(version));
            let Some(before) = own.and_then(|own| versions[..own].last()) else {
                return Ok(Found::Nothing(format!(
                    "{latest} has no release before {}",
                    release.version
                )));
            };
            let before = Spec::exact(format.ecosystem(), &release.name, before);
            release = self.fetching.release(&before)?;
        }
        match self.fetched(&latest, &release, file_name)? {
            Some(all) => self.alike(artifact, all),
            None => Ok(Found::Nothing(format!(
                "{latest} {} has no {}",
                release.version,
                format.name()
            ))),
        }
    }

    /// The file of a release that is most like the one of this name, judged.
    fn fetched(
        &self,
        spec: &Spec,
        release: &Release,
        file_name: &str,
    ) -> Result<Option<Rc<Vec<Judged>>>, Error> {
        let names = release.files.iter().map(|file| file.name.as_str());
        let index = match release.files.len() {
            1 => Some(0),
            _ => likest_file(file_name, names),
        };
        let Some(file) = index.and_then(|index| release.files.get(index)) else {
            return Ok(None);
        };
        let key = format!("{:?} {} {}", spec.ecosystem, release.name, file.name);
        let arrival = || {
            let fetched = self.fetching.file(spec, release, file)?;
            Ok(Arrival::of(Target::Published(fetched)))
        };
        self.judged(key, arrival).map(Some)
    }

    /// What an arrival comes to; asked for once.
    fn judged(
        &self,
        key: String,
        arrival: impl FnOnce() -> Result<Arrival, Error>,
    ) -> Result<Rc<Vec<Judged>>, Error> {
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(known.clone());
        }
        let checked = check_each(&self.request, [arrival()?], self.progress);
        match checked.errors.into_iter().next() {
            Some(error) => Err(error),
            None => {
                let all = Rc::new(checked.verdict.artifacts);
                self.known.borrow_mut().insert(key, all.clone());
                Ok(all)
            }
        }
    }

    fn alike(&self, artifact: &ArtifactInfo, all: Rc<Vec<Judged>>) -> Result<Found, Error> {
        let likest = likest(artifact, all.iter().map(|judged| &judged.artifact));
        // Of what was not read nobody knows what it is.
        let unread = || all.iter().position(|judged| unread(judged).is_some());
        match likest.or_else(unread) {
            Some(index) => Ok(Found::One(all, index)),
            None => Err(self.nothing_alike(artifact)),
        }
    }

    fn nothing_alike(&self, artifact: &ArtifactInfo) -> Error {
        Error::NothingAlike {
            path: artifact.path.clone(),
            format: artifact.format.map_or("no known format", Format::name),
        }
    }
}

/// What there is to compare with.
enum Found {
    One(Rc<Vec<Judged>>, usize),
    /// Nothing, and why.
    Nothing(String),
}

/// What could not be read in it, unless that is accepted.
fn unread(judged: &Judged) -> Option<&Gap> {
    let mut gaps = judged.gaps.iter().filter(|gap| gap.waiver.is_none());
    gaps.next().map(|judged| &judged.gap)
}

fn label(artifact: &ArtifactInfo) -> String {
    match (&artifact.name, &artifact.version) {
        (Some(name), Some(version)) if !artifact.path.contains(version.as_str()) => {
            format!("{} ({name} {version})", artifact.path)
        }
        _ => artifact.path.clone(),
    }
}

fn same_version(format: Format, own: Option<&str>, other: &str) -> bool {
    let Some(own) = own else {
        return false;
    };
    let same = || compare_versions(own, other).is_some_and(|order| order.is_eq());
    own == other || format.ecosystem() == Ecosystem::Pypi && same()
}

#[cfg(test)]
mod tests;
