//! What an artifact holds, file by file.

use super::{EntryPath, Sha256};

/// One file or link of an artifact itself; members of what is nested in it are not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is.
    pub path: EntryPath,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content; `None` of a link, and if it was not read to its end.
    pub sha256: Option<Sha256>,
    /// Whether its beginning is not that of a text.
    pub binary: bool,
}

/// A text that a registry shows beside an artifact: it is public as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BesideText {
    /// What it is called, as a file name: `readme.md`.
    pub name: String,
    /// What it says.
    pub text: String,
}
