//! Why a gate stays shut although no verdict says so.

use miette::Diagnostic;
use thiserror::Error as ThisError;

use crate::ecosystem;

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

    /// A hook of a publish, outside of one.
    #[error(
        "no publish is around: no script that a client runs before it uploads has started this"
    )]
    #[diagnostic(help(
        "write `packwarden hook npm` into `postpack` of package.json (into `prepack` for Yarn 4), and not into a script that it calls; to check by hand, type `packwarden check`"
    ))]
    NoPublishAround,

    /// The registry has made something else of what was sent.
    #[error(
        "what is staged as {id} is not what was checked: its sha256 is {held}, and {sent} was sent"
    )]
    #[diagnostic(help("do not approve it: `npm stage reject {id}`, and stage it again"))]
    OtherStaged {
        /// The id that npm has given it.
        id: String,
        /// What the registry holds.
        held: String,
        /// What passed.
        sent: String,
    },

    /// The client, or a directory for it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ecosystem(#[from] ecosystem::Error),
}

impl Error {
    /// The exit code of the table in the design.
    pub fn code(&self) -> u8 {
        match self {
            Error::Refused { .. } | Error::NoPublishAround => 2,
            Error::Changed { .. } | Error::OtherStaged { .. } => 4,
            Error::Ecosystem(_) => 3,
        }
    }
}
