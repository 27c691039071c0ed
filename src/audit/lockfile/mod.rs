//! What a lock file names: the exact releases, with the hashes that their files must have.

use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::model::{Skipped, Spec};

/// What a lock file names.
#[derive(Debug, Default)]
pub struct Locked {
    /// What is from a registry, each release once, in order.
    pub specs: Vec<Spec>,
    /// What is not, with the reason: members of the workspace, what is from git, what is bundled.
    pub skipped: Vec<Skipped>,
}

/// Why a lock file can't be used.
#[derive(Debug, Error, Diagnostic)]
pub enum LockFileError {
    /// Nobody reads such files here.
    #[error("{path} is no lock file that is known here")]
    Unknown {
        /// The file.
        path: String,
    },
}

/// Reads a lock file; its name says what it is.
///
/// # Errors
///
/// When it can't be read in full.
pub fn read(path: &Path) -> Result<Locked, LockFileError> {
    Err(LockFileError::Unknown {
        path: path.display().to_string(),
    })
}
