//! Artifacts that have passed, held where nobody else writes until the client has uploaded them.

use std::{
    fs::{self, File},
    path::PathBuf,
};

use super::{Error, Gate, neutral};
use crate::{
    check::{LIST, Target},
    ecosystem::{self, PrivateDirectory},
    model::{Sha256, escape},
};

/// Artifacts that have passed. They are gone when this is dropped.
pub(super) struct Held {
    /// In the order in which they were checked.
    pub(super) artifacts: Vec<HeldArtifact>,
    _directory: PrivateDirectory,
}

/// An artifact that has passed.
pub(super) struct HeldArtifact {
    /// A private copy, by an absolute path.
    pub(super) file: PathBuf,
    /// What was checked.
    pub(super) sha256: Sha256,
}

/// Codes of a check that `--override` puts aside: blocked, and incomplete.
const OVERRIDDEN: [u8; 2] = [1, 4];

impl Gate<'_> {
    /// Checks, and holds what has passed, or what is to be published all the same; or the exit code of what
    /// is not.
    ///
    /// # Errors
    ///
    /// When there is no place for a private copy.
    pub(super) fn hold(&self, targets: Vec<Target>) -> Result<Result<Held, u8>, Error> {
        let directory = neutral::directory()?;
        let mut request = self.request.clone();
        request.targets = targets;
        let place = directory.path().join("passed");
        request.save = Some(place.clone());
        let told = (self.check)(&request);
        let kept = told.checked.kept;
        match (told.code, &request.overrides.publish_anyway) {
            (0, _) => {}
            (code, Some(reason)) if OVERRIDDEN.contains(&code) && !kept.is_empty() => {
                (self.say)(&format!(
                    "OVERRIDDEN: the check says no, and it is published all the same. The reason given: {}",
                    escape(reason)
                ));
            }
            (code, _) => return Ok(Err(code)),
        }
        // A client that uploads a directory would take it for an artifact.
        let list = place.join(LIST);
        fs::remove_file(&list).map_err(|source| ecosystem::Error::Unreadable {
            path: escape(&list.display().to_string()),
            source,
        })?;
        let artifacts = kept.into_iter().map(|(name, sha256)| HeldArtifact {
            file: place.join(name),
            sha256,
        });
        Ok(Ok(Held {
            artifacts: artifacts.collect(),
            _directory: directory,
        }))
    }

    /// Says what the client gets.
    pub(super) fn let_through(&self, artifact: &HeldArtifact, client: &str) {
        let name = artifact.file.file_name().unwrap_or_default();
        (self.say)(&format!(
            "{client} gets {}, sha256 {}",
            escape(&name.to_string_lossy()),
            artifact.sha256
        ));
    }
}

impl Held {
    /// Reads all artifacts once more: to be called directly before they are handed over.
    ///
    /// # Errors
    ///
    /// When one is not what was checked.
    pub(super) fn verify(&self, client: &str) -> Result<(), Error> {
        for artifact in &self.artifacts {
            let open = File::open(&artifact.file);
            let read = open.and_then(Sha256::reading);
            if read.ok() != Some(artifact.sha256) {
                let name = artifact.file.file_name().unwrap_or_default();
                return Err(Error::Changed {
                    name: escape(&name.to_string_lossy()),
                    client: client.to_owned(),
                });
            }
        }
        Ok(())
    }
}
