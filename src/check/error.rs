//! Why something could not be checked.

use std::io;

use super::WaiveError;
use crate::{
    ecosystem::{self, FetchError},
    policy::{PolicyError, RunError},
    rule::RuleError,
    scan,
};

/// Why something could not be checked.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The path names nothing.
    #[error("{path} does not exist")]
    #[diagnostic(help("give a project directory or an artifact file (such as a .tgz)"))]
    NotFound {
        /// As the user gave it.
        path: String,
    },
    /// A pipe, a socket or a device: to open it could wait forever.
    #[error("{path} is neither a file nor a directory")]
    #[diagnostic(help("pipe it in: `COMMAND | packwarden check -`"))]
    NotAFile {
        /// As the user gave it.
        path: String,
    },
    /// The file can't be opened.
    #[error("can't open {path}: {cause}")]
    #[diagnostic(help("make sure that you may read it"))]
    Open {
        /// As the user gave it.
        path: String,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The list of what is expected can't be used.
    #[error("{path} is no list of the artifacts that are expected: {reason}")]
    #[diagnostic(help("give the SHA256SUMS that `packwarden check --save DIR` has written"))]
    Expected {
        /// As the user gave it.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What passed can't be kept.
    #[error("the artifacts can't be kept in {path}: {reason}")]
    #[diagnostic(help("name a directory that is not there yet, or is empty"))]
    NotSaved {
        /// As the user gave it.
        path: String,
        /// What is in the way.
        reason: String,
    },
    /// A build to compare with can't be read.
    #[error("{path} can't be compared with a fresh build, which can't be read in full: {reason}")]
    #[diagnostic(help("check without --build; a broken build would be refused there too"))]
    UnreadableBuild {
        /// What lies in `dist/`.
        path: String,
        /// What is wrong with the build.
        reason: String,
    },
    /// The project could not be packed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ecosystem(#[from] ecosystem::Error),
    /// What was published can't be had.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Fetch(#[from] FetchError),
    /// The configuration has a mistake.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] PolicyError),
    /// A rule file has a mistake.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rule(#[from] RuleError),
    /// Something is not waived.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Waive(#[from] WaiveError),
    /// A defect of packwarden.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Scan(#[from] scan::Error),
}

impl Error {
    /// The exit code of the table in the design.
    pub fn code(&self) -> u8 {
        match self {
            Error::Policy(_)
            | Error::Rule(_)
            | Error::Waive(_)
            | Error::Expected { .. }
            | Error::NotSaved { .. } => 2,
            Error::NotFound { .. }
            | Error::NotAFile { .. }
            | Error::Open { .. }
            | Error::Ecosystem(_)
            | Error::Fetch(_) => 3,
            Error::UnreadableBuild { .. } => 4,
            Error::Scan(_) => 70,
        }
    }

    pub(super) fn for_machines(&self, label: Option<&str>) -> RunError {
        RunError {
            code: self.code(),
            message: self.to_string(),
            path: label.map(str::to_owned),
            help: miette::Diagnostic::help(self).map(|help| help.to_string()),
        }
    }
}
