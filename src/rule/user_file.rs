//! A rule file of the user's, read.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::model::read_text_file;

/// A rule file of the user's.
#[derive(Debug)]
pub struct RuleFile {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// What it holds, or why it can't be read.
    pub text: io::Result<String>,
}

impl RuleFile {
    /// As it lies on the disk.
    pub fn read(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            text: read_text_file(path),
        }
    }
}
