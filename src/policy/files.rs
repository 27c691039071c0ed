//! Where the files of a policy are read: on the disk, or as a revision of the repository holds them.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::model::{escape, read_text_file};

/// Reads what decides: configurations, and the rule files that they name. Paths are those of the working tree.
pub trait PolicyFiles {
    /// Whether there is anything at `path`.
    ///
    /// # Errors
    ///
    /// When that can't be known: nothing that decides is passed over.
    fn is_there(&self, path: &Path) -> io::Result<bool>;

    /// The text of the file at `path`.
    ///
    /// # Errors
    ///
    /// When it is not there, is no text, or can't be read.
    fn text(&self, path: &Path) -> io::Result<String>;

    /// The path that the user sees.
    fn name(&self, path: &Path) -> String;

    /// What reports call the source where there is no configuration, if that is worth a word.
    fn nothing(&self) -> Option<String>;
}

/// The files as they lie there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl PolicyFiles for Disk {
    /// A link that leads nowhere is there too: reading it then fails aloud, where passing over it would drop a
    /// configuration in silence. And `.git` is a file in work trees and submodules
    /// (<https://github.com/zizmorcore/zizmor/issues/2381>).
    fn is_there(&self, path: &Path) -> io::Result<bool> {
        match path.symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn text(&self, path: &Path) -> io::Result<String> {
        read_text_file(path)
    }

    /// As seen from the current directory where it lies below, whole otherwise.
    fn name(&self, path: &Path) -> String {
        let current = std::env::current_dir().and_then(|directory| directory.canonicalize());
        let below = current
            .ok()
            .and_then(|directory| path.strip_prefix(directory).ok().map(PathBuf::from));
        escape(&below.as_deref().unwrap_or(path).to_string_lossy())
    }

    fn nothing(&self) -> Option<String> {
        None
    }
}
