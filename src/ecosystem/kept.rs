//! Files of the user's that a client changes in passing: cargo writes the lock file when it packs.

use std::{fs, io, path::PathBuf, sync::Arc};

use super::{Error, private};

/// A file as it was. It is made so again when this is dropped, and when a signal ends the program.
pub(super) struct KeptFile(Arc<Kept>);

/// The content of a file, if it was there.
pub(super) struct Kept {
    path: PathBuf,
    content: Option<Vec<u8>>,
}

impl KeptFile {
    /// The file that is there now, or that is not.
    pub(super) fn new(path: PathBuf) -> Result<Self, Error> {
        let content = read(&path).map_err(|source| Error::unreadable(&path, source))?;
        let kept = Arc::new(Kept { path, content });
        private::keep(kept.clone())?;
        Ok(Self(kept))
    }

    /// Makes it as it was, if it is not.
    pub(super) fn restore(self) -> Result<(), Error> {
        let restored = self.0.restore();
        restored.map_err(|source| Error::unreadable(&self.0.path, source))
    }
}

impl Drop for KeptFile {
    fn drop(&mut self) {
        // Whoever wants to know whether it could be restored has asked.
        let _ = self.0.restore();
        private::forget(&self.0);
    }
}

impl Kept {
    pub(super) fn restore(&self) -> io::Result<()> {
        if read(&self.path)? == self.content {
            return Ok(());
        }
        match &self.content {
            Some(content) => fs::write(&self.path, content),
            None => fs::remove_file(&self.path),
        }
    }
}

fn read(path: &PathBuf) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
