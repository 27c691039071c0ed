//! A file that must not change while it is read.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::Path,
};

/// Reads a file, and fails at its end if it was written to since it was opened: what was checked is
/// then neither the old file nor the new one.
#[derive(Debug)]
pub struct SteadyFile {
    file: File,
    before: Metadata,
    read: u64,
}

impl SteadyFile {
    /// Opens the file at `path`.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let before = file.metadata()?;
        Ok(Self {
            file,
            before,
            read: 0,
        })
    }

    fn is_steady(&self) -> io::Result<bool> {
        let now = self.file.metadata()?;
        Ok(self.read == self.before.len()
            && now.len() == self.before.len()
            && now.modified().ok() == self.before.modified().ok()
            && changed(&now) == changed(&self.before))
    }
}

/// When the system last noted a change, in seconds and nanoseconds. The time of the last write can be
/// set back by whoever wrote, this one can't.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec())
}

/// Other systems have no such time.
#[cfg(not(unix))]
fn changed(_: &Metadata) {}

impl Read for SteadyFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        if count == 0 && !buffer.is_empty() && !self.is_steady()? {
            let message = "the file was changed while it was read; let the program that writes it finish first";
            return Err(io::Error::other(message));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What reading says when `change` is done to the file half-way.
    fn read_while(change: impl FnOnce(&Path)) -> io::Result<usize> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tgz");
        fs::write(&path, [7; 1000]).unwrap();
        let mut file = SteadyFile::open(&path).unwrap();
        file.read_exact(&mut [0; 500])?;
        change(&path);
        file.read_to_end(&mut Vec::new())
    }

    #[test]
    fn a_file_that_stays_is_read() {
        assert_eq!(read_while(|_| {}).unwrap(), 500);
    }

    #[test]
    fn a_file_that_grows_or_shrinks_is_an_error() {
        for length in [1500, 700, 100] {
            let resize = |path: &Path| {
                let file = File::options().write(true).open(path).unwrap();
                file.set_len(length).unwrap();
            };
            assert!(read_while(resize).is_err(), "{length}");
        }
    }

    #[test]
    fn a_file_that_is_written_over_is_an_error() {
        let overwrite = |path: &Path| {
            let file = File::options().write(true).open(path).unwrap();
            let long_ago = std::time::SystemTime::UNIX_EPOCH;
            file.set_modified(long_ago).unwrap();
        };
        assert!(read_while(overwrite).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_written_over_and_dated_back_is_an_error() {
        let overwrite = |path: &Path| {
            let before = fs::metadata(path).unwrap();
            // Until the file system's clock has moved on, which ticks some hundred times a second.
            while changed(&fs::metadata(path).unwrap()) == changed(&before) {
                fs::write(path, [8; 1000]).unwrap();
                let file = File::options().write(true).open(path).unwrap();
                file.set_modified(before.modified().unwrap()).unwrap();
            }
        };
        assert!(read_while(overwrite).is_err());
    }
}
