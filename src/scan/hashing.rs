//! The packed bytes, hashed on a thread of their own while they are read.
//!
//! The hash is taken of the very bytes that are checked, never of a second reading of the file,
//! which may have changed in between.

use std::{
    io::{self, Read},
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Sender, bounded};
use sha2::Digest as _;

use crate::model::{Sha256, Sha512};

/// Pieces that may wait to be hashed: half a megabyte of what the reader asks for at once.
const WAITING: usize = 8;
/// What is read at once when only the hash is wanted, in bytes.
const BUFFER: usize = 64 << 10;

/// Passes bytes on and hashes them.
pub(super) struct HashingReader {
    inner: Box<dyn Read + Send>,
    size: u64,
    failed: bool,
    pieces: Sender<Vec<u8>>,
    hasher: JoinHandle<(Sha256, Option<Sha512>)>,
}

/// What is known of the packed bytes.
pub(super) struct Packed {
    /// In bytes.
    pub(super) size: u64,
    /// `None` when the bytes could not be read to their end.
    pub(super) sha256: Option<Sha256>,
    /// `None` when the bytes could not be read to their end, or it is not wanted.
    pub(super) sha512: Option<Sha512>,
}

impl HashingReader {
    /// With `with_sha512`, that is taken too: it costs more than twice as much as SHA-256.
    pub(super) fn new(inner: Box<dyn Read + Send>, with_sha512: bool) -> Self {
        let (pieces, waiting) = bounded::<Vec<u8>>(WAITING);
        let hasher = thread::spawn(move || {
            let mut sha256 = sha2::Sha256::new();
            let mut sha512 = with_sha512.then(sha2::Sha512::new);
            for piece in waiting {
                sha256.update(&piece);
                if let Some(sha512) = &mut sha512 {
                    sha512.update(&piece);
                }
            }
            (
                Sha256::from_bytes(sha256.finalize().into()),
                sha512.map(|sha512| Sha512::from_bytes(sha512.finalize().into())),
            )
        });
        Self {
            inner,
            size: 0,
            failed: false,
            pieces,
            hasher,
        }
    }

    /// Reads what is left, so that the hash is that of the whole file even when its framing was
    /// refused half-way. What has no end, such as a device on standard input, is given up once it is
    /// `late`.
    pub(super) fn finish(mut self, late: impl Fn() -> bool) -> thread::Result<Packed> {
        let whole = !self.failed && self.drain(late).unwrap_or(false);
        drop(self.pieces);
        let (sha256, sha512) = self.hasher.join()?;
        Ok(Packed {
            size: self.size,
            sha256: whole.then_some(sha256),
            sha512: sha512.filter(|_| whole),
        })
    }
}

impl HashingReader {
    /// Whether the end was reached.
    fn drain(&mut self, late: impl Fn() -> bool) -> io::Result<bool> {
        let mut buffer = vec![0; BUFFER];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return Ok(true),
                Ok(_) if late() => return Ok(false),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Read for HashingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).inspect_err(|error| {
            self.failed |= error.kind() != io::ErrorKind::Interrupted;
        })?;
        self.size += read as u64;
        if read > 0 && self.pieces.send(buffer[..read].to_vec()).is_err() {
            return Err(io::Error::other("the hashing thread has died"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_reader_left_is_hashed_too() {
        let content = vec![7; 200_000];
        let mut reader = HashingReader::new(Box::new(io::Cursor::new(content.clone())), true);
        reader.read_exact(&mut [0; 1000]).unwrap();
        let packed = reader.finish(|| false).unwrap();
        assert_eq!(packed.size, 200_000);
        assert_eq!(packed.sha256, Some(Sha256::of(&content)));
        let sha512 = Sha512::from_bytes(sha2::Sha512::digest(&content).into());
        assert_eq!(packed.sha512, Some(sha512));
    }

    #[test]
    fn a_reading_error_leaves_no_hash() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let mut reader = HashingReader::new(Box::new(Failing), true);
        assert!(reader.read(&mut [0; 8]).is_err());
        let packed = reader.finish(|| false).unwrap();
        assert_eq!((packed.sha256, packed.sha512), (None, None));
    }

    #[test]
    fn what_has_no_end_is_given_up() {
        let reader = HashingReader::new(Box::new(io::repeat(0)), true);
        let packed = reader.finish(|| true).unwrap();
        assert_eq!((packed.sha256, packed.sha512), (None, None));
    }
}
