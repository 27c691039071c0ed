//! `packwarden hook git-pre-push`: the packages that a push changes are checked, as the pushed commits hold
//! them. The working tree, which may hide a leak or hold the fix of one, is not looked at.

mod build;
mod changes;
mod checkout;
mod entry_points;
mod error;
mod projects;
mod pushed;
mod repository;

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{Error, Gate};
use crate::{
    check::{Request, Target},
    ecosystem::{self, PrivateDirectory, Project},
    model::{Ecosystem, escape},
};
use build::Builds;
use changes::Changes;
use checkout::{Within, check_out, filtered};
use error::MOST_COMMITS;
pub use error::PushError;
use projects::Tree;
use repository::{Object, Repository, name};

/// As much of a commit's name is shown.
const SHORT: usize = 10;
/// More names than these are not listed.
const MOST: usize = 5;

/// A commit that is pushed, and what is to be checked of it.
struct Commit {
    id: String,
    tree: Tree,
    /// What is set to it.
    refs: Vec<String>,
    /// Directories of projects, from the top of the repository.
    directories: BTreeSet<String>,
}

/// Checks what is pushed to the remote that git calls so. Returns the exit code: git pushes if it is 0.
///
/// # Errors
///
/// When what is pushed can't be known, read or written to a private directory.
pub fn pre_push(gate: &Gate<'_>, remote: Option<&OsStr>) -> Result<u8, Error> {
    let remote = remote.unwrap_or_default().to_string_lossy();
    let repository = Repository::here()?;
    let commits = pushed(gate, &repository, &remote)?;
    if commits.is_empty() {
        (gate.say)("nothing that can be published is changed by this push");
        return Ok(0);
    }
    if commits.len() > MOST_COMMITS {
        return Err(PushError::TooMany(commits.len()).into());
    }
    let directory = PrivateDirectory::create()?;
    let mut work = Work {
        gate,
        request: in_checkouts(&gate.request, &repository)?,
        repository: &repository,
        targets: Vec::new(),
    };
    let _within = match commits.as_slice() {
        [only] => {
            let place = directory.path().join(name(&repository.top));
            check_out(&repository, &only.id, &place)?;
            let within = enter(&place, only)?;
            work.commit(only, Path::new(""))?;
            within
        }
        several => {
            let within = enter(directory.path(), &several[0])?;
            for commit in several {
                let place = short(&commit.id);
                check_out(&repository, &commit.id, &directory.path().join(place))?;
                work.commit(commit, Path::new(place))?;
            }
            within
        }
    };
    work.check()
}

/// The commits that are pushed with something to check.
fn pushed(
    gate: &Gate<'_>,
    repository: &Repository,
    remote: &str,
) -> Result<Vec<Commit>, PushError> {
    let mut commits: Vec<Commit> = Vec::new();
    for pushed in pushed::told()? {
        let id = match repository.object(&pushed.revision)? {
            Object::Commit(id) => id,
            Object::Other => {
                (gate.say)(&format!(
                    "{} is no commit, and holds no package",
                    pushed.name
                ));
                continue;
            }
            Object::Missing => {
                let what = escape(&pushed.revision);
                let reason = "git has no such object".to_owned();
                return Err(PushError::Object { what, reason });
            }
        };
        let changes = Changes::of(&pushed, &id, repository, remote)?;
        let known = commits.iter().position(|commit| commit.id == id);
        let at = match known {
            Some(at) => at,
            None => {
                commits.push(Commit {
                    tree: Tree::of(repository, &id)?,
                    id,
                    refs: Vec::new(),
                    directories: BTreeSet::new(),
                });
                commits.len() - 1
            }
        };
        let commit = &mut commits[at];
        let touched = commit.tree.touched(repository, &changes)?;
        for (manifest, reason) in touched.unreadable {
            (gate.say)(&format!("{manifest} can't be published: {reason}"));
        }
        commit.refs.push(pushed.name);
        commit.directories.extend(touched.directories);
    }
    commits.retain(|commit| !commit.directories.is_empty());
    Ok(commits)
}

/// A request that knows by its commit what the repository knows by a name: checkouts share the objects, and no
/// names.
fn in_checkouts(request: &Request, repository: &Repository) -> Result<Request, PushError> {
    let mut request = request.clone();
    if let Some(from) = &mut request.policy_from {
        match repository.object(&from.name)? {
            Object::Commit(id) => from.commit = Some(id),
            Object::Other | Object::Missing => {
                let what = escape(&from.name);
                let reason = "--policy-from names no commit of this repository".to_owned();
                return Err(PushError::Object { what, reason });
            }
        }
    }
    Ok(request)
}

fn enter(directory: &Path, commit: &Commit) -> Result<Within, PushError> {
    Within::enter(directory).map_err(|error| PushError::Checkout {
        commit: commit.id.clone(),
        reason: error.to_string(),
    })
}

/// What is checked, as it comes together.
struct Work<'a> {
    gate: &'a Gate<'a>,
    /// How to check, in checkouts.
    request: Request,
    repository: &'a Repository,
    targets: Vec<Target>,
}

impl Work<'_> {
    /// Adds the projects of a commit that was checked out at `place` of the current directory.
    fn commit(&mut self, commit: &Commit, place: &Path) -> Result<(), Error> {
        let say = self.gate.say;
        let current = ecosystem::real(Path::new("."));
        let checkout = current.join(place);
        say(&format!(
            "checking commit {}, pushed as {}",
            short(&commit.id),
            listed(&commit.refs)
        ));
        let absolute: Vec<PathBuf> = commit
            .directories
            .iter()
            .map(|one| checkout.join(one))
            .collect();
        let request = &self.request;
        let builds = Builds::of(absolute.iter().map(PathBuf::as_path), request, &checkout)?;
        builds.run(&current, &request.pack, say)?;
        let mut together: Vec<PathBuf> = Vec::new();
        for (directory, absolute) in commit.directories.iter().zip(&absolute) {
            let shown = shown(&place.join(directory));
            self.tell_hidden(commit, directory, absolute, &shown)?;
            for project in ecosystem::projects_in(&shown, &request.pack)? {
                let is_built = builds.hold_for(absolute);
                match project.ecosystem {
                    Ecosystem::Npm => self.tell_missing(absolute, &shown, is_built),
                    Ecosystem::Pypi if self.is_unbuilt(&project, is_built)? => continue,
                    Ecosystem::Pypi => {}
                    Ecosystem::Crates if together.contains(absolute) => continue,
                    Ecosystem::Crates => together.extend(project.roots().map(ecosystem::real)),
                }
                let of = self.repository.top.join(directory);
                self.targets.push(Target::Copy { project, of });
            }
        }
        Ok(())
    }

    /// Says which entry points no check of a clean checkout can see.
    fn tell_missing(&self, absolute: &Path, shown: &Path, is_built: bool) {
        let missing = entry_points::missing(absolute);
        if !missing.is_empty() {
            let how = match is_built {
                true => "the build has not made them",
                false => "`[hooks] pre-push-build` in packwarden.toml builds first",
            };
            (self.gate.say)(&format!(
                "{}: not in the commit, so not checked: {}; {how}",
                escape(&shown.to_string_lossy()),
                listed(&missing)
            ));
        }
    }

    /// Says what git keeps elsewhere than in the commit.
    fn tell_hidden(
        &self,
        commit: &Commit,
        directory: &str,
        absolute: &Path,
        shown: &Path,
    ) -> Result<(), Error> {
        let say = self.gate.say;
        let shown = escape(&shown.to_string_lossy());
        let filtered = filtered(
            absolute,
            commit.tree.below(directory).filter_map(|path| {
                let below = path.strip_prefix(directory)?;
                Some(below.trim_start_matches('/'))
            }),
        )?;
        if !filtered.is_empty() {
            say(&format!(
                "{shown}: kept by git through a filter (LFS, git-crypt), so only what stands for them was \
                 checked: {}",
                listed(&filtered)
            ));
        }
        let modules = commit.tree.modules(directory);
        if modules > 0 {
            say(&format!(
                "{shown}: submodules are not checked ({modules} here)"
            ));
        }
        Ok(())
    }

    /// Whether the artifacts of a project are only there once its own code has run, which nobody has asked
    /// for. To refuse the push would refuse every one.
    fn is_unbuilt(&self, project: &Project, is_built: bool) -> Result<bool, Error> {
        let is_unbuilt = !is_built && project.must_be_built()?;
        if is_unbuilt {
            let shown = escape(&project.root.to_string_lossy());
            (self.gate.say)(&format!(
                "{shown}: NOT checked: what it ships is known once its build backend has run, which no push \
                 does unasked; `[hooks] pre-push-build = \"uv build\"` in packwarden.toml asks for it"
            ));
        }
        Ok(is_unbuilt)
    }

    /// Checks all of it at once.
    fn check(self) -> Result<u8, Error> {
        if self.targets.is_empty() {
            return Ok(0);
        }
        let mut request = self.request;
        request.targets = self.targets;
        request.pack.ignore_scripts = true;
        let told = (self.gate.check)(&request);
        let why = match told.code {
            0 => return Ok(0),
            1 => "what it changes would ship what is denied above",
            _ => {
                "not everything that it changes could be checked (if a client only misses dependencies, \
                 `[hooks] pre-push-build` can install them)"
            }
        };
        (self.gate.say)(&format!(
            "the push is refused, because {why}. `git push --no-verify` skips this hook, not the gate before \
             the upload"
        ));
        Ok(told.code)
    }
}

/// A path from the current directory, as people write it.
fn shown(path: &Path) -> PathBuf {
    match path.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => path.to_owned(),
    }
}

fn short(id: &str) -> &str {
    &id[..SHORT.min(id.len())]
}

/// The first of some names.
fn listed(names: &[String]) -> String {
    match names.len().checked_sub(MOST) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MOST].join(", ")),
    }
}
