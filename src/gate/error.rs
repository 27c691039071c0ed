//! Why a gate stays shut although no verdict says so.

use miette::Diagnostic;
use thiserror::Error as ThisError;

use super::push::PushError;
use crate::{ecosystem, policy::PolicyError};

/// Why a gate stays shut. Nothing was uploaded, unless the sentence says so.
#[derive(Debug, ThisError, Diagnostic)]
pub enum Error {
    /// What passed is no longer there as it was.
    #[error("{name} was changed after it was checked, and was not handed to {client}")]
    #[diagnostic(help(
        "find out what writes into the directory for temporary files, and publish again"
    ))]
    Changed {
        /// The artifact's file name.
        name: String,
        /// Who would have uploaded it.
        client: String,
    },

    /// A command that nobody but its client understands.
    #[error("`{command}` is not run: {reason}")]
    #[diagnostic(help("{instead}"))]
    Refused {
        /// As it was typed.
        command: String,
        /// What is in the way.
        reason: String,
        /// What to type instead.
        instead: String,
    },

    /// What is pushed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Push(#[from] PushError),

    /// The configuration has a mistake.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] PolicyError),

    /// The client, or a directory for it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ecosystem(#[from] ecosystem::Error),
}

impl Error {
    /// The exit code of the table in the design.
    pub fn code(&self) -> u8 {
        match self {
            Error::Refused { .. } | Error::Policy(_) => 2,
            Error::Push(error) => error.exit_code(),
            Error::Changed { .. } => 4,
            Error::Ecosystem(_) => 3,
        }
    }
}
