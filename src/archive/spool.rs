//! Content that must be sought in: kept in memory, or in a temporary file if it is large.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write},
};

use super::error::ArchiveError;

/// As much is kept in memory, in bytes.
const MEMORY: usize = 8 << 20;
/// Bytes of a temporary file at hand.
const BUFFER: usize = 64 << 10;

/// Content that was read to its end and can be read again from anywhere.
pub(crate) struct Spool {
    size: u64,
    kept: Kept,
}

enum Kept {
    Memory(Cursor<Vec<u8>>),
    File(BufReader<Temporary>),
}

impl Spool {
    pub(crate) fn new(content: &mut dyn BufRead) -> Result<Self, ArchiveError> {
        let mut first = Vec::new();
        (&mut *content)
            .take(MEMORY as u64 + 1)
            .read_to_end(&mut first)?;
        let mut size = first.len() as u64;
        if first.len() <= MEMORY {
            let kept = Kept::Memory(Cursor::new(first));
            return Ok(Self { size, kept });
        }
        // It has no name from the start, so that nothing is left behind however this ends.
        let mut file = tempfile::tempfile().map_err(ArchiveError::Spool)?;
        file.write_all(&first).map_err(ArchiveError::Spool)?;
        drop(first);
        loop {
            let bytes = content.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            file.write_all(bytes).map_err(ArchiveError::Spool)?;
            let count = bytes.len();
            size += count as u64;
            content.consume(count);
        }
        let kept = Kept::File(BufReader::with_capacity(BUFFER, Temporary(file)));
        Ok(Self { size, kept })
    }

    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The content from `offset` on.
    pub(crate) fn at(&mut self, offset: u64) -> Result<&mut dyn BufRead, ArchiveError> {
        let offset = SeekFrom::Start(offset);
        Ok(match &mut self.kept {
            Kept::Memory(bytes) => {
                bytes.seek(offset)?;
                bytes
            }
            Kept::File(file) => {
                file.seek(offset)?;
                file
            }
        })
    }
}

/// The temporary file, whose failures are not the archive's.
struct Temporary(File);

impl Read for Temporary {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0
            .read(buffer)
            .map_err(|error| ArchiveError::Spool(error).into())
    }
}

impl Seek for Temporary {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0
            .seek(to)
            .map_err(|error| ArchiveError::Spool(error).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_content_can_be_read_from_anywhere() {
        for size in [0, 10, MEMORY, MEMORY + 1, MEMORY + 300_000] {
            let content: Vec<u8> = (0..size).map(|index| (index / 999) as u8).collect();
            let mut spool = Spool::new(&mut &content[..]).unwrap();
            assert_eq!(spool.size(), size as u64);
            for offset in [size / 2, 0, size.saturating_sub(1), size] {
                let mut rest = Vec::new();
                let from = spool.at(offset as u64).unwrap();
                from.read_to_end(&mut rest).unwrap();
                assert!(rest == content[offset..], "{size} {offset}");
            }
        }
    }

    #[test]
    fn a_full_directory_is_said() {
        let full = ArchiveError::Spool(io::ErrorKind::StorageFull.into());
        assert!(!full.is_local());
        assert_eq!(
            full.to_string(),
            "The zip file is too large to be read in memory, and the temporary directory is full"
        );
    }
}
