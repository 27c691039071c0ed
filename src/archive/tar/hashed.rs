//! Content that is hashed on its way.

use std::io::{self, BufRead, Read};

use sha2::{Digest as _, Sha256 as Running};

use crate::model::Sha256;

/// Passes the bytes of `inner` on, and hashes them.
pub(super) struct Hashed<'c> {
    inner: &'c mut dyn BufRead,
    hash: Running,
}

impl<'c> Hashed<'c> {
    pub(super) fn new(inner: &'c mut dyn BufRead) -> Self {
        Self {
            inner,
            hash: Running::new(),
        }
    }

    /// The hash of what was read.
    pub(super) fn sha256(self) -> Sha256 {
        Sha256::from_bytes(self.hash.finalize().into())
    }
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

impl BufRead for Hashed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // The buffer is there already: it was looked at before.
        if let Ok(bytes) = self.inner.fill_buf() {
            self.hash.update(&bytes[..count.min(bytes.len())]);
        }
        self.inner.consume(count);
    }
}
