//! Why a project can't be set up.

use miette::Diagnostic;
use thiserror::Error as ThisError;

use crate::{ecosystem, policy::PolicyError};

/// Why a project can't be set up, or looked at. Nothing was written.
#[derive(Debug, ThisError, Diagnostic)]
pub enum Error {
    /// A file that is there and can't be read.
    #[error("{path} can't be read: {reason}")]
    #[diagnostic(help("nothing was written: correct the file, or move it away, and try again"))]
    Unreadable {
        /// The file.
        path: String,
        /// The end of the sentence.
        reason: String,
    },

    /// git does not say where its hooks are.
    #[error("git can't tell where the hooks of {path} are: {reason}")]
    #[diagnostic(help("nothing was written: correct the repository, and try again"))]
    Repository {
        /// The directory.
        path: String,
        /// The end of the sentence.
        reason: String,
    },

    /// Nothing is uploaded from here.
    #[error("{0}")]
    #[diagnostic(help(
        "nothing was written: a package that is to be published needs a name, a version, and nothing that forbids it"
    ))]
    NothingToGuard(String),

    /// What is to be set up.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ecosystem(#[from] ecosystem::Error),

    /// The configuration.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(Box<PolicyError>),
}

impl From<PolicyError> for Error {
    fn from(error: PolicyError) -> Self {
        Self::Policy(Box::new(error))
    }
}

impl Error {
    /// The exit code of the table in the design.
    pub fn code(&self) -> u8 {
        match self {
            Error::Unreadable { .. } | Error::Repository { .. } | Error::Policy(_) => 2,
            Error::NothingToGuard(_) | Error::Ecosystem(_) => 3,
        }
    }
}
