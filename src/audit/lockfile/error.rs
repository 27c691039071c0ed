//! Why a lock file can't be used.

use std::{io, path::Path};

use miette::Diagnostic;
use thiserror::Error;

use super::collected::{Wrong, shown};
use crate::model::escape;

/// Why a lock file can't be used.
#[derive(Debug, Error, Diagnostic)]
pub enum LockFileError {
    /// It is not there, or no text.
    #[error("can't read the lock file {path}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// Nobody reads such files here.
    #[error("{path} is no lock file that is known here")]
    #[diagnostic(help("known are {known}"))]
    Unknown {
        /// The file.
        path: String,
        /// The names of those that are read.
        known: String,
    },
    /// The older form of Bun's.
    #[error("{path} is not text: what it names is not read")]
    #[diagnostic(help(
        "run `bun install --save-text-lockfile --lockfile-only`, and name the `bun.lock` that it writes"
    ))]
    Binary {
        /// The file.
        path: String,
    },
    /// An entry can't be understood: what would be installed is not known.
    #[error("the lock file can't be read in full: {place}: {why}")]
    #[diagnostic(help("have it written anew: {again}"))]
    Broken {
        /// The file, and the line where it is known.
        place: String,
        /// What is wrong.
        why: String,
        /// The command that writes it.
        again: &'static str,
    },
}

impl LockFileError {
    pub(super) fn unreadable(path: &Path, source: io::Error) -> Self {
        let path = named(path);
        Self::Unreadable { path, source }
    }

    pub(super) fn unknown<const N: usize>(path: &Path, known: [(&str, &str); N]) -> Self {
        let known = known.map(|(begin, end)| match begin {
            "" => format!("requirements{end}"),
            begin => format!("{begin}{end}"),
        });
        Self::Unknown {
            path: named(path),
            known: known.join(", "),
        }
    }

    pub(super) fn binary(path: &Path) -> Self {
        Self::Binary { path: named(path) }
    }

    pub(super) fn broken(path: &Path, wrong: Wrong, again: &'static str) -> Self {
        let file = wrong.file.map_or_else(|| named(path), |file| shown(&file));
        Self::Broken {
            place: match wrong.line {
                Some(line) => format!("{file}:{line}"),
                None => file,
            },
            why: wrong.why,
            again,
        }
    }
}

fn named(path: &Path) -> String {
    escape(&path.display().to_string())
}
