//! What there is to set up: the packages of a place, the repository around them, and what they are held
//! together by.

use std::path::{Path, PathBuf};

use super::{Error, manifest::manifest, plan::text_of};
use crate::{
    ecosystem::{self, PackOptions, Selection},
    host::git::{Hooks, hooks},
    model::{Ecosystem, Manifest, Skipped, escape},
};

/// What makes a directory a project.
const MANIFESTS: [&str; 6] = [
    "package.json",
    "pnpm-workspace.yaml",
    "Cargo.toml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
];

/// A package that can be published.
pub(super) struct Package {
    pub(super) ecosystem: Ecosystem,
    pub(super) root: PathBuf,
    pub(super) manifest: Manifest,
}

/// What there is.
pub(super) struct Survey {
    /// Where the packages are, without links.
    pub(super) directory: PathBuf,
    pub(super) packages: Vec<Package>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) hooks: Option<Hooks>,
}

impl Survey {
    /// Looks at a directory.
    pub(super) fn of(directory: &Path) -> Result<Self, Error> {
        let located = ecosystem::locate(directory, &Selection::Workspace, &PackOptions::default());
        let located = located.map_err(|error| match error {
            ecosystem::Error::NothingPublishable { .. } => Error::NothingToGuard(error.to_string()),
            error => error.into(),
        })?;
        let mut packages = Vec::new();
        for project in &located.projects {
            for root in project.roots() {
                let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
                packages.push(Package {
                    manifest: manifest(&root, project.ecosystem)?,
                    ecosystem: project.ecosystem,
                    root,
                });
            }
        }
        let hooks = hooks(directory).map_err(|reason| Error::Repository {
            path: escape(&directory.to_string_lossy()),
            reason,
        })?;
        let mut survey = Self {
            directory: directory
                .canonicalize()
                .unwrap_or_else(|_| directory.to_owned()),
            packages,
            skipped: located.skipped,
            hooks,
        };
        survey.directory = survey.own_directory();
        Ok(survey)
    }

    /// The nearest directory that all packages lie in and that is a project itself: the root of a workspace,
    /// or the only package.
    fn own_directory(&self) -> PathBuf {
        let holds_all = |place: &Path| self.packages.iter().all(|one| one.root.starts_with(place));
        let is_project = |place: &Path| MANIFESTS.iter().any(|name| place.join(name).is_file());
        let mut above = self.directory.ancestors();
        let found = above.find(|place| holds_all(place) && is_project(place));
        found.unwrap_or(&self.directory).to_owned()
    }

    /// The packages of an ecosystem.
    pub(super) fn of_ecosystem(&self, ecosystem: Ecosystem) -> impl Iterator<Item = &Package> {
        let packages = self.packages.iter();
        packages.filter(move |package| package.ecosystem == ecosystem)
    }

    pub(super) fn has(&self, ecosystem: Ecosystem) -> bool {
        self.of_ecosystem(ecosystem).next().is_some()
    }

    /// The top of the repository, or where there is none, of the project.
    pub(super) fn top(&self) -> &Path {
        self.hooks
            .as_ref()
            .map_or(&self.directory, |hooks| &hooks.top)
    }

    /// Whether a file without links belongs to the project.
    pub(super) fn holds(&self, file: &Path) -> bool {
        let own = self.hooks.as_ref().map(|hooks| hooks.own.clone());
        let own = own.and_then(|own| own.parent()?.canonicalize().ok());
        file.starts_with(self.top()) || own.is_some_and(|own| file.starts_with(own))
    }

    /// A path for people: from the top, if it lies below it.
    pub(super) fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.top()).unwrap_or(path);
        escape(&below.to_string_lossy().replace('\\', "/"))
    }

    /// The first of these files at the top that is there, and its text.
    pub(super) fn first_of(&self, names: &[&str]) -> Result<Option<(PathBuf, String)>, Error> {
        for name in names {
            let path = self.top().join(name);
            if let Some(text) = text_of(&path)? {
                return Ok(Some((path, text)));
            }
        }
        Ok(None)
    }
}
