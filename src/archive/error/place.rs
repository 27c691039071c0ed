//! Where in an archive something is.

use std::fmt;

use super::{ArchiveError, BundleProblem, NameProblem, TarProblem, ZipProblem, shown};

/// Which entry of an archive, and where it starts: in the uncompressed stream of a tar, in the file of
/// a zip or bundle.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    archive: &'static str,
    /// Its name as it is in the archive.
    entry: Option<Vec<u8>>,
    offset: u64,
}

impl Place {
    /// A header or block of a tar, before it is known which entry it belongs to.
    pub(crate) fn tar_block(offset: u64) -> Self {
        Self {
            archive: "tar",
            entry: None,
            offset,
        }
    }

    /// An entry of a tar by its name in the archive.
    pub(crate) fn tar_entry(name: &[u8], offset: u64) -> Self {
        Self {
            entry: Some(name.to_vec()),
            ..Self::tar_block(offset)
        }
    }

    /// A record of a zip that belongs to no entry.
    pub(crate) fn zip_record(offset: u64) -> Self {
        Self {
            archive: "zip",
            entry: None,
            offset,
        }
    }

    /// An entry of a zip by its name in the archive.
    pub(crate) fn zip_entry(name: &[u8], offset: u64) -> Self {
        Self {
            entry: Some(name.to_vec()),
            ..Self::zip_record(offset)
        }
    }

    /// A file in a bundle by its name there, or the bundle as such.
    pub(crate) fn bundle(archive: &'static str, name: Option<&[u8]>, offset: u64) -> Self {
        Self {
            archive,
            entry: name.map(<[u8]>::to_vec),
            offset,
        }
    }

    /// Says that `problem` is here.
    pub(crate) fn tar(&self, problem: TarProblem) -> ArchiveError {
        let place = self.clone();
        ArchiveError::Tar { place, problem }
    }

    /// Says that `problem` is here.
    pub(crate) fn zip(&self, problem: ZipProblem) -> ArchiveError {
        let place = self.clone();
        ArchiveError::Zip { place, problem }
    }

    /// Says that `problem` is here.
    pub(crate) fn of_bundle(&self, problem: BundleProblem) -> ArchiveError {
        let place = self.clone();
        ArchiveError::Bundle { place, problem }
    }

    /// Says that the archive is cut off here.
    pub(crate) fn truncated(&self) -> ArchiveError {
        match self.archive {
            "tar" => self.tar(TarProblem::Truncated),
            "zip" => self.zip(ZipProblem::Truncated),
            _ => self.of_bundle(BundleProblem::Truncated),
        }
    }

    /// Says that the entry's name has this `problem`.
    pub(crate) fn name(&self, problem: NameProblem) -> ArchiveError {
        let place = self.clone();
        ArchiveError::Name { place, problem }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry {
            Some(name) => {
                let name = shown(&String::from_utf8_lossy(name));
                let Self {
                    archive, offset, ..
                } = self;
                write!(formatter, "Entry `{name}` ({archive} byte {offset})")
            }
            None if self.archive == "tar" => write!(formatter, "Tar byte {}", self.offset),
            None if self.archive == "zip" => write!(formatter, "Zip byte {}", self.offset),
            None => write!(formatter, "{} byte {}", self.archive, self.offset),
        }
    }
}
