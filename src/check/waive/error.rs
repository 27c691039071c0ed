//! Why something is not waived.

use miette::Diagnostic;
use thiserror::Error;

/// Why something is not waived. Nothing is written then.
#[derive(Debug, Error, Diagnostic)]
pub enum WaiveError {
    /// Neither form.
    #[error("`{0}` names no finding")]
    #[diagnostic(help(
        "give the fingerprint of a finding (six of its sixteen digits at least), as `packwarden check --verbose` \
         and all formats for machines show it, or RULE:PATH"
    ))]
    NoName(String),
    /// Nothing of the kind was found.
    #[error("nothing that was found here is `{wanted}`")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// What there is.
        #[help]
        help: String,
    },
    /// More than one thing was found.
    #[error("`{wanted}` is the beginning of several fingerprints")]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// What there is.
        #[help]
        help: String,
    },
    /// It is accepted.
    #[error("{what} is waived already, in {place}")]
    Already {
        /// What was asked for.
        what: String,
        /// The file and the line.
        place: String,
    },
    /// Nobody can accept it.
    #[error("{what} can't be waived: {reason}")]
    Never {
        /// What was asked for.
        what: String,
        /// Why.
        reason: String,
    },
    /// It would be accepted for ever, whatever becomes of it.
    #[error(
        "{what} has no content that a waiver could be bound to, and so the waiver needs an end"
    )]
    #[diagnostic(help("give it one: --expires 90d"))]
    Endless {
        /// What was asked for.
        what: String,
    },
    /// `--expires` is of no use.
    #[error("--expires {given}: {reason}")]
    Expires {
        /// What was given.
        given: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `--path` is of no use.
    #[error("the path `{path}` does not cover {what}")]
    #[diagnostic(help(
        "a path or a glob below the root directory of the artifact, like `dist/*.map`"
    ))]
    Path {
        /// What was given.
        path: String,
        /// What was asked for.
        what: String,
    },
    /// The configuration can't be edited.
    #[error("{name} can't be edited: {reason}")]
    #[diagnostic(help("add these lines yourself:\n{lines}"))]
    NotEdited {
        /// The file.
        name: String,
        /// What is in the way.
        reason: String,
        /// What was to be added.
        lines: String,
    },
}
