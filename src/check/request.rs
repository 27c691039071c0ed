//! What is to be checked, and what comes of it.

use std::{
    mem,
    path::{Path, PathBuf},
};

use super::{ConfigChoice, Error, PackOptions, PolicyFrom, Selection};
use crate::{
    ecosystem::{Fetched, Packed, Project},
    model::{Destination, Sha256},
    policy::{Judged, Overrides, Verdict},
};

/// What is to be checked, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What is to be checked, in this order.
    pub targets: Vec<Target>,
    /// Which configuration to use.
    pub config: ConfigChoice,
    /// The revision that it is taken from, instead of the working tree.
    pub policy_from: Option<PolicyFrom>,
    /// The organisation's floors, which no configuration can loosen.
    pub floors: Vec<PathBuf>,
    /// What the command line sets on top of it.
    pub overrides: Overrides,
    /// Which projects of a directory are meant.
    pub selection: Selection,
    /// How to pack them.
    pub pack: PackOptions,
    /// Whether to look for values of this machine; the configuration may turn it off too.
    pub self_match: bool,
    /// Whether to take the SHA-512 of each artifact, beside its SHA-256: no check needs it, and it
    /// costs a third of what decompressing does.
    pub sha512: bool,
    /// Whether the files of each artifact are to be listed.
    pub inventory: bool,
    /// Whether to judge as if there were no lock, which is read all the same: whoever makes one wants to know
    /// what ships.
    pub no_lock: bool,
    /// The list of the only artifacts that may pass.
    pub expect: Option<PathBuf>,
    /// The directory to keep the artifacts in, if all pass.
    pub save: Option<PathBuf>,
    /// Where it all goes, if that is known better than what is checked tells.
    pub destination: Option<Destination>,
}

/// One thing to check.
#[derive(Debug, Clone)]
pub enum Target {
    /// A project directory or an artifact file.
    Path(PathBuf),
    /// Artifacts that are there already, and what is known of the project that they were made of.
    Made(Vec<Packed>),
    /// A project that was located already, in a copy of where its user works on it.
    Copy {
        /// The project in the copy.
        project: Project,
        /// Its directory where the user works: whose secrets, and whose place, must not ship.
        of: PathBuf,
    },
    /// An artifact on standard input.
    Stdin,
    /// A package that npm has staged, by its id.
    Staged(String),
    /// A file that was published, and was fetched.
    Published(Fetched),
}

/// What is to be checked now, or why it can't be.
#[derive(Debug)]
pub struct Arrival {
    /// What people know it by.
    pub label: String,
    /// What it is.
    pub target: Result<Target, Error>,
}

impl Arrival {
    /// Of something that can be checked.
    pub fn of(target: Target) -> Self {
        Self {
            label: target.label(),
            target: Ok(target),
        }
    }
}

/// What came of a request: the verdict, and the errors in it in the form that is rendered for
/// people.
#[derive(Debug)]
pub struct Checked {
    /// The verdict.
    pub verdict: Verdict,
    /// Why something could not be checked; each is in the verdict too.
    pub errors: Vec<Error>,
    /// What lies in the directory that was to keep what passes: the names of the files, in the order in which
    /// they were checked, and their hashes.
    pub kept: Vec<(String, Sha256)>,
}

impl Checked {
    /// Adds why something could not be checked.
    pub(super) fn fail(&mut self, error: Error, label: Option<&str>) {
        self.verdict.errors.push(error.for_machines(label));
        self.errors.push(error);
    }

    /// Puts artifacts, and apart from them errors, into the order of what people know them by.
    pub fn sort_by_key<K: Ord>(&mut self, key: impl Fn(&str) -> K) {
        let artifacts = &mut self.verdict.artifacts;
        artifacts.sort_by_key(|judged| key(&judged.artifact.path));
        let (told, shown) = (
            mem::take(&mut self.verdict.errors),
            mem::take(&mut self.errors),
        );
        let mut errors: Vec<_> = told.into_iter().zip(shown).collect();
        errors.sort_by_key(|(told, _)| key(told.path.as_deref().unwrap_or_default()));
        (self.verdict.errors, self.errors) = errors.into_iter().unzip();
    }

    /// Adds what came of an artifact of `target`.
    pub(super) fn take(&mut self, label: &str, result: Result<Judged, Error>) {
        match result {
            Ok(judged) => self.verdict.artifacts.push(judged),
            Err(error) => self.fail(error, Some(label)),
        }
    }
}

impl Target {
    /// The directory that it is, or was made of.
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Target::Path(path) if path.is_dir() => Some(path),
            Target::Made(all) => Some(&all.first()?.root),
            Target::Copy { of, .. } => Some(of),
            Target::Path(_) | Target::Stdin | Target::Staged(_) | Target::Published(_) => None,
        }
    }

    pub(super) fn label(&self) -> String {
        match self {
            Target::Path(path) => path.display().to_string(),
            Target::Made(all) => all
                .first()
                .map_or_else(String::new, |one| one.label.clone()),
            Target::Copy { project, .. } => project.root.display().to_string(),
            Target::Stdin => "-".to_owned(),
            Target::Staged(id) => format!("npm-stage:{id}"),
            Target::Published(fetched) => fetched.label(),
        }
    }
}
