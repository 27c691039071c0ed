//! The content of a file, cut into pieces.

use std::io::{self, BufRead};

use super::{PIECE, WHOLE};

/// Pieces from this size on are decoded in place; smaller ones are copied out of the buffer that they
/// are decoded into, which is as long.
pub(super) const DIRECT: usize = 256 << 10;

/// The content of a file, whose first piece was looked at.
pub(super) struct Pieces<'c> {
    /// The first bytes: all of them if there are at most [`WHOLE`].
    pub(super) first: Vec<u8>,
    /// What follows; it ends where the file ends.
    pub(super) rest: &'c mut dyn BufRead,
    is_last: bool,
    left: Option<u64>,
}

impl<'c> Pieces<'c> {
    /// Takes the first piece of `content`. `size` is `None` where it is not known beforehand.
    pub(super) fn new(size: Option<u64>, content: &'c mut dyn BufRead) -> io::Result<Self> {
        let mut pieces = Self {
            first: Vec::new(),
            rest: content,
            is_last: false,
            left: size,
        };
        let at_most = match size {
            Some(size) if size > WHOLE as u64 => PIECE,
            _ => WHOLE,
        };
        (pieces.first, pieces.is_last) = pieces.next(at_most)?;
        Ok(pieces)
    }

    /// Whether the first piece is all.
    pub(super) fn is_whole(&self) -> bool {
        self.is_last
    }

    /// Hands out every piece, and says which is the last.
    pub(super) fn each<E: From<io::Error>>(
        mut self,
        mut take: impl FnMut(Vec<u8>, bool) -> Result<(), E>,
    ) -> Result<(), E> {
        let first = std::mem::take(&mut self.first);
        if self.is_last || first.len() <= PIECE {
            take(first, self.is_last)?;
        } else {
            for piece in first.chunks(PIECE) {
                take(piece.to_vec(), false)?;
            }
        }
        while !self.is_last {
            let piece;
            (piece, self.is_last) = self.next(PIECE)?;
            take(piece, self.is_last)?;
        }
        Ok(())
    }

    /// The next bytes, and whether they are the last. Only as much memory is taken as they need.
    fn next(&mut self, at_most: usize) -> io::Result<(Vec<u8>, bool)> {
        let left = usize::try_from(self.left.unwrap_or(0)).unwrap_or(usize::MAX);
        let expected = left.min(at_most);
        let mut piece = Vec::with_capacity(expected);
        if expected >= DIRECT {
            piece.resize(expected, 0);
            self.rest.read_exact(&mut piece)?;
        }
        while piece.len() < at_most {
            let available = self.rest.fill_buf()?;
            if available.is_empty() {
                return Ok((piece, true));
            }
            let taken = available.len().min(at_most - piece.len());
            piece.extend_from_slice(&available[..taken]);
            self.rest.consume(taken);
        }
        self.left = self.left.map(|left| left - piece.len() as u64);
        Ok((piece, self.rest.fill_buf()?.is_empty()))
    }
}
