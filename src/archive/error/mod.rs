//! Everything that makes an archive unreadable or ambiguous, one variant and one sentence each.
//!
//! A sentence says what is wrong and what an attacker (or an accident) gains by it. Names from the
//! archive are escaped and shortened where the sentence is made.

mod bundle;
mod format;
mod gzip;
mod limit;
mod name;
mod place;
mod stream;
mod tar;
mod zip;

use std::io;

use crate::model::{EntryPath, Gap, GapKind, Sha256, begin_of, escape};

pub(crate) use bundle::BundleProblem;
pub(crate) use format::{FormatError, ManifestError};
pub(crate) use gzip::GzipError;
pub(crate) use limit::{Bytes, LimitError};
pub(crate) use name::NameProblem;
pub(crate) use place::Place;
pub(crate) use stream::StreamError;
pub(crate) use tar::TarProblem;
pub(crate) use zip::ZipProblem;

/// Why reading an archive stopped, or could not account for every byte.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("{0}")]
    Format(#[from] FormatError),
    #[error("{0}")]
    Gzip(#[from] GzipError),
    #[error("{0}")]
    Stream(#[from] StreamError),
    #[error("{place}: {problem}")]
    Tar { place: Place, problem: TarProblem },
    #[error("{place}: {problem}")]
    Zip { place: Place, problem: ZipProblem },
    #[error("{place}: {problem}")]
    Bundle {
        place: Place,
        problem: BundleProblem,
    },
    #[error("{place}: {problem}")]
    Name { place: Place, problem: NameProblem },
    #[error("{0}")]
    Manifest(#[from] ManifestError),
    #[error("{0}")]
    Limit(#[from] LimitError),
    #[error("Reading the artifact failed: {0}")]
    Io(io::Error),
    #[error("{}", spool(.0))]
    Spool(io::Error),
}

impl ArchiveError {
    /// Whether it ends only the reading of the container it is in, not of everything.
    pub(crate) fn is_local(&self) -> bool {
        !matches!(
            self,
            ArchiveError::Limit(_) | ArchiveError::Io(_) | ArchiveError::Spool(_)
        )
    }

    /// Whether nothing in it says which entry it is about, and there is one.
    pub(crate) fn has_no_place(&self) -> bool {
        matches!(self, ArchiveError::Limit(_) | ArchiveError::Spool(_))
    }

    fn kind(&self) -> GapKind {
        match self {
            ArchiveError::Format(_) => GapKind::Format,
            ArchiveError::Gzip(_) => GapKind::Gzip,
            ArchiveError::Stream(_) => GapKind::NestedContainer,
            ArchiveError::Tar { .. } => GapKind::Tar,
            ArchiveError::Zip { .. } => GapKind::Zip,
            ArchiveError::Bundle { .. } => GapKind::NestedContainer,
            ArchiveError::Name { .. } => GapKind::Name,
            ArchiveError::Manifest(_) => GapKind::Manifest,
            ArchiveError::Limit(_) => GapKind::Limit,
            ArchiveError::Io(_) | ArchiveError::Spool(_) => GapKind::Io,
        }
    }

    fn help(&self) -> String {
        match self {
            ArchiveError::Format(error) => error.help(),
            ArchiveError::Manifest(error) => return error.help(),
            ArchiveError::Gzip(_) | ArchiveError::Stream(_) | ArchiveError::Bundle { .. } => {
                "Pack again. If the file was copied or downloaded, compare its size and hash with the original."
            }
            ArchiveError::Tar { .. } => {
                "Pack again with the project's own client. If a tool of yours writes or edits the tarball, have it write plain ustar or pax headers."
            }
            ArchiveError::Zip { .. } => {
                "Build again with the project's own backend. If a tool of yours writes or edits the file, have it write each member once, with its sizes in the header before it, and nothing between members."
            }
            ArchiveError::Name { .. } => {
                "Rename the entry or leave it out, and pack again."
            }
            ArchiveError::Limit(limit) => return limit.help(),
            ArchiveError::Spool(_) => {
                "Make room in the temporary directory, or name another one in the environment (`TMPDIR`, on Windows `TEMP`)."
            }
            ArchiveError::Io(_) => "Check that the file or pipe can be read, and try again.",
        }
        .into()
    }

    /// What is handed to the visitor.
    pub(crate) fn gap(&self, path: Option<EntryPath>) -> Gap {
        Gap {
            kind: self.kind(),
            path,
            reason: format!("{self}."),
            help: Some(self.help()),
            sha256: None,
        }
    }
}

/// What kept a large nested zip from being put aside.
fn spool(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "The zip file is too large to be read in memory, and the temporary directory is full"
                .into()
        }
        _ => format!(
            "The zip file is too large to be read in memory, and using the temporary directory failed: {error}"
        ),
    }
}

/// What is handed to the visitor for a container in the artifact that could not be opened or not be
/// read to its end. The hash is left open where the reader did not take it.
pub(crate) fn container_gap(
    path: EntryPath,
    reason: String,
    sha256: impl Into<Option<Sha256>>,
) -> Gap {
    let help = "Leave the file out of the package, or accept it unread by its hash: `--verbose` shows what to write.";
    Gap {
        kind: GapKind::NestedContainer,
        path: Some(path),
        reason,
        help: Some(help.to_owned()),
        sha256: sha256.into(),
    }
}

/// A name from the archive, safe and short enough to show.
pub(crate) fn shown(name: &str) -> String {
    const LENGTH: usize = 200;
    escape(&begin_of(name, LENGTH))
}

/// Readers are stacked as [`io::Read`]s; an error of this room travels through them whole.
impl From<ArchiveError> for io::Error {
    fn from(error: ArchiveError) -> Self {
        io::Error::other(error)
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(ArchiveError::Io)
    }
}

/// Why reading ended before the end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The visitor wants no more.
    Visitor,
    /// It could not go on.
    Error(Box<ArchiveError>),
}

impl Stop {
    /// Whether reading may go on after the container that it comes from.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self, Stop::Error(error) if error.is_local())
    }
}

impl<E: Into<ArchiveError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Error(Box::new(error.into()))
    }
}
