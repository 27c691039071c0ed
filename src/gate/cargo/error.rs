//! Why cargo does not get a token.

use miette::Diagnostic;
use thiserror::Error as ThisError;

use crate::model::Sha256;

/// Why cargo does not get a token. Nothing was uploaded with one.
#[derive(Debug, ThisError, Diagnostic)]
pub enum Error {
    /// Not the protocol that is known here.
    #[error("what cargo asks its credential provider can't be understood: {0}")]
    #[diagnostic(help("update packwarden, or publish with a cargo of this year"))]
    Protocol(String),

    /// A finding or a gap, which people were told of.
    #[error("{name} is not uploaded: the check has not passed (see above)")]
    Blocked {
        /// The crate and its version.
        name: String,
    },

    /// The bytes are nowhere.
    #[error(
        "{name} is not uploaded: no file with the SHA-256 that cargo names ({sha256}) was found, and what was not read may hold anything"
    )]
    #[diagnostic(help(
        "run cargo in the directory of the workspace, and have it start packwarden itself, with no program between them"
    ))]
    NoCrate {
        /// The crate and its version.
        name: String,
        /// What cargo says.
        sha256: Sha256,
    },

    /// A crate that comes after it.
    #[error("{name}, which cargo will upload too, can't be read: {source}")]
    #[diagnostic(help("make room in the directory for temporary files, and publish again"))]
    NotCopied {
        /// The crate's file.
        name: String,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// Its project is not known.
    #[error(
        "{name} is of no package of the workspace that cargo runs in, so that it can't be judged as one"
    )]
    #[diagnostic(help(
        "run cargo in the directory of the workspace, or give it the manifest by --manifest-path"
    ))]
    NoPackage {
        /// The crate's file.
        name: String,
    },

    /// There is nothing to hand on.
    #[error("there is no token for the registry {registry}")]
    #[diagnostic(help("{help}"))]
    NoToken {
        /// The name or the address of its index.
        registry: String,
        /// How to get one.
        help: String,
    },

    /// The provider that has the token.
    // Behind a colon, what names a token would be taken for one, and hidden.
    #[error("the credential provider `{provider}`, which packwarden asks, has failed ({reason})")]
    #[diagnostic(help(
        "correct the words behind `--` where cargo is configured to start packwarden"
    ))]
    Inner {
        /// Its program.
        provider: String,
        /// What went wrong.
        reason: String,
    },

    /// Something was uploaded past the gate, or nothing at all.
    #[error(
        "cargo says that it has published, but packwarden was not asked about all of it: what was uploaded is not known"
    )]
    #[diagnostic(help(
        "look at what the registry has, yank what should not be there, and see which credential provider cargo has asked: `cargo publish --verbose` shows it"
    ))]
    NotAsked,

    /// Nobody could tell what was uploaded.
    #[error("what came of an upload can't be recorded in {path}: {source}")]
    #[diagnostic(help("make room in the directory for temporary files, and publish again"))]
    Record {
        /// Where.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Error {
    pub(super) fn said(reason: impl ToString) -> Self {
        Self::Protocol(reason.to_string())
    }
}
