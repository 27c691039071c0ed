//! The git repositories that packed projects lie in.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use crate::{
    host::git::{self, Repository},
    model::{ArtifactInfo, SourceContext},
};

/// Repositories by project, each read once, and only after its project was packed: the scripts of a pack
/// may change files.
#[derive(Default)]
pub(super) struct Repositories(HashMap<PathBuf, Known>);

/// What is known of the repository of a project.
#[derive(Clone)]
pub(super) enum Known {
    /// There is none.
    Nothing,
    /// All of it.
    Read(Repository),
    /// That it can't be read, and why.
    Unreadable(String),
}

impl Repositories {
    pub(super) fn of(&mut self, project: &Path) -> &Known {
        let read = || match git::repository(project) {
            Ok(None) => Known::Nothing,
            Ok(Some(repository)) => Known::Read(repository),
            Err(reason) => Known::Unreadable(reason),
        };
        self.0.entry(project.to_owned()).or_insert_with(read)
    }
}

impl Known {
    /// The repository, if it could be read.
    pub(super) fn read(&self) -> Option<&Repository> {
        match self {
            Self::Read(repository) => Some(repository),
            Self::Nothing | Self::Unreadable(_) => None,
        }
    }

    /// What the scan may know of it.
    pub(super) fn context(
        &self,
        client: Option<&str>,
        outputs: &[String],
    ) -> Option<SourceContext> {
        match self {
            Self::Nothing | Self::Unreadable(_) => None,
            Self::Read(repository) => Some(SourceContext {
                tree: repository.tree.clone(),
                client: client.map(str::to_owned),
                outputs: outputs.to_owned(),
            }),
        }
    }

    /// Adds what is told of it in reports.
    pub(super) fn tell(&self, artifact: &mut ArtifactInfo) {
        match self {
            Self::Nothing => {}
            Self::Read(repository) => {
                artifact.commit = repository.commit.clone();
                artifact.dirty = repository.dirty;
            }
            Self::Unreadable(reason) => artifact.commit_unknown = Some(reason.clone()),
        }
    }
}
