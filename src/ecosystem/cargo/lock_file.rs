//! The user's lock file, which `cargo package` writes or changes in passing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::ecosystem::Error;

/// A lock file as it was.
pub(super) struct LockFile {
    path: PathBuf,
    content: Option<Vec<u8>>,
}

impl LockFile {
    /// That of the workspace with this manifest.
    pub(super) fn beside(manifest: &Path) -> Result<Self, Error> {
        let path = manifest.with_file_name("Cargo.lock");
        let content = read(&path)?;
        Ok(Self { path, content })
    }

    /// Makes it as it was, if it is not.
    pub(super) fn restore(self) -> Result<(), Error> {
        let now = read(&self.path)?;
        if now == self.content {
            return Ok(());
        }
        let restored = match &self.content {
            Some(content) => fs::write(&self.path, content),
            None => fs::remove_file(&self.path),
        };
        restored.map_err(|source| Error::unreadable(&self.path, source))
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::unreadable(path, error)),
    }
}
