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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::audit::lockfile::{read, tests::lines};

    #[test]
    fn errors_name_the_file_the_line_and_a_way_out() {
        let directory = tempfile::tempdir().unwrap();
        let told = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err();
            let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
            let told = format!("{error} ({})", help.unwrap_or_default());
            told.replace(&directory.path().display().to_string(), "DIR")
        };
        assert_eq!(
            told(
                "uv.lock",
                "version = 1\n[[package]]\nname = \"a\"\nsource = {}\n"
            ),
            "the lock file can't be read in full: DIR/uv.lock:2: it is not known where `a` is from (have it written anew: uv lock)"
        );
        assert_eq!(
            told("x.lock", "a"),
            "DIR/x.lock is no lock file that is known here (known are package-lock.json, npm-shrinkwrap.json, \
             pnpm-lock.yaml, yarn.lock, bun.lock, uv.lock, poetry.lock, pdm.lock, pylock.toml, Cargo.lock, requirements.txt)"
        );
        assert_eq!(
            told("bun.lockb", ""),
            "DIR/bun.lockb is not text: what it names is not read (run `bun install --save-text-lockfile \
             --lockfile-only`, and name the `bun.lock` that it writes)"
        );
        let missing = read(&directory.path().join("uv.lock2"));
        assert!(matches!(missing, Err(LockFileError::Unreadable { .. })));
    }

    #[test]
    fn a_mark_of_the_byte_order_is_no_content() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("requirements.txt");
        fs::write(&path, "\u{feff}a==1\r\n").unwrap();
        assert_eq!(lines(&read(&path).unwrap()), "pypi:a==1");
    }
}
