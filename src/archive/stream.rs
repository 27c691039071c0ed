//! An uncompressed stream that knows how far it was read.

use std::io::{self, BufRead, Read};

use super::error::{Place, TarProblem};

/// The unit that a tar is made of, in bytes.
pub(crate) const BLOCK: usize = 512;

/// An uncompressed stream and the offset of its next byte.
pub(crate) struct Stream<'s> {
    inner: &'s mut dyn BufRead,
    offset: u64,
}

impl<'s> Stream<'s> {
    pub(crate) fn new(inner: &'s mut dyn BufRead) -> Self {
        Self::at(inner, 0)
    }

    /// A stream that begins at `offset` of what it is a part of.
    pub(crate) fn at(inner: &'s mut dyn BufRead, offset: u64) -> Self {
        Self { inner, offset }
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next block, or `None` at the end.
    pub(crate) fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let place = Place::tar_block(self.offset);
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.read(&mut block[filled..])? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(place.tar(TarProblem::Truncated).into()),
                count => filled += count,
            }
        }
        Ok(Some(block))
    }

    /// Reads to the end; the offset of the first byte that is not zero, if there is one.
    pub(crate) fn zeros_to_the_end(&mut self) -> io::Result<Option<u64>> {
        loop {
            let available = self.fill_buf()?;
            if available.is_empty() {
                return Ok(None);
            }
            if let Some(position) = first_nonzero(available) {
                self.consume(position);
                return Ok(Some(self.offset));
            }
            let count = available.len();
            self.consume(count);
        }
    }
}

/// Compares whole blocks, which is a memcmp, and looks at single bytes only where one differs.
fn first_nonzero(bytes: &[u8]) -> Option<usize> {
    let zeros = [0; BLOCK];
    let mut blocks = bytes.chunks(BLOCK);
    let block = blocks.position(|block| *block != zeros[..block.len()])?;
    let start = block * BLOCK;
    let within = bytes[start..].iter().position(|byte| *byte != 0)?;
    Some(start + within)
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.offset += count as u64;
        Ok(count)
    }
}

impl BufRead for Stream<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.offset += count as u64;
        self.inner.consume(count);
    }
}

/// The content of one member: ends where the member ends, and fails where the stream ends before.
pub(crate) struct Content<'c, 's> {
    pub(crate) stream: &'c mut Stream<'s>,
    pub(crate) left: u64,
    pub(crate) place: &'c Place,
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let within = usize::try_from(self.left).unwrap_or(usize::MAX);
        let within = buffer.len().min(within);
        if within == 0 {
            return Ok(0);
        }
        match self.stream.read(&mut buffer[..within])? {
            0 => Err(self.place.truncated().into()),
            count => {
                self.left -= count as u64;
                Ok(count)
            }
        }
    }
}

impl BufRead for Content<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let available = self.stream.fill_buf()?;
        if available.is_empty() {
            return Err(self.place.truncated().into());
        }
        let within = usize::try_from(self.left).unwrap_or(usize::MAX);
        Ok(&available[..available.len().min(within)])
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        self.stream.consume(count);
    }
}
