//! Why a push can't be checked.

use std::io;

use miette::Diagnostic;
use thiserror::Error as ThisError;

/// Each is checked out and packed, which takes seconds.
pub(super) const MOST_COMMITS: usize = 20;

/// Why a push can't be checked, and is refused therefore.
#[derive(Debug, ThisError, Diagnostic)]
pub enum PushError {
    /// The words on standard input.
    #[error("what is pushed was told in a form that is not known here: `{0}`")]
    #[diagnostic(help(
        "have the hook manager hand on what git writes to standard input, unchanged: docs/gates.md has a snippet for each"
    ))]
    Line(String),

    /// What is pushed could not be read.
    #[error("what is pushed can't be read: {0}")]
    #[diagnostic(help(
        "call this from git's hook pre-push, with its arguments and standard input"
    ))]
    Untold(io::Error),

    /// There is none, or git can't read it.
    #[error("the repository that is pushed from can't be read: {0}")]
    #[diagnostic(help("call this from git's hook pre-push, in the repository"))]
    Repository(String),

    /// An object that is not there.
    #[error("{what} can't be read, so nothing of it was checked: {reason}")]
    #[diagnostic(help(
        "see what `git fsck` says; a partial clone must have the objects first: `git fetch --refetch --no-filter`; `git push --no-verify` pushes without this check"
    ))]
    Object {
        /// What git calls it.
        what: String,
        /// What is wrong.
        reason: String,
    },

    /// All tags of a history, for instance.
    #[error(
        "{0} commits with packages to check are pushed at once, and more than {MOST_COMMITS} are not checked"
    )]
    #[diagnostic(help(
        "push fewer at once; to fill a mirror with what was published long ago, `git push --no-verify`"
    ))]
    TooMany(usize),

    /// The commit can't be written to a directory.
    #[error("commit {commit} can't be checked out into a private directory: {reason}")]
    #[diagnostic(help(
        "make room in the system's directory for temporary files, or name another with TMPDIR; a partial clone must have the objects first: `git fetch --refetch --no-filter`"
    ))]
    Checkout {
        /// The commit.
        commit: String,
        /// What is wrong.
        reason: String,
    },
}

impl PushError {
    /// The exit code of the table in the design.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            PushError::Line(_) => 2,
            _ => 3,
        }
    }
}
