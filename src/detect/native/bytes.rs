//! The bytes of a file that are kept, read as if they were all of it.

use std::{collections::VecDeque, ops::Range};

use object::ReadRef;

/// A file of up to twice as many bytes is kept as a whole, of a longer one the beginning and the end:
/// headers lie there, and what says where everything is.
const END: usize = 16 << 20;
/// The longest text in a table of names: else a table without ends would be searched for each name.
const LONGEST_TEXT: u64 = 4 << 10;

/// What is kept of a file while it comes.
pub(super) struct Kept {
    first: Vec<u8>,
    last: VecDeque<u8>,
    length: u64,
    /// How long it will be at least.
    expected: u64,
    is_long: bool,
}

impl Kept {
    pub(super) fn new(expected: u64) -> Self {
        Self {
            first: Vec::new(),
            last: VecDeque::new(),
            length: 0,
            expected,
            is_long: expected > 2 * END as u64,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        let mut offset = self.length;
        self.length += piece.len() as u64;
        if !self.is_long && self.first.len() + piece.len() <= 2 * END {
            self.first.extend_from_slice(piece);
            return;
        }
        self.is_long = true;
        if self.first.len() > END {
            self.last.extend(self.first.drain(END..));
            self.first.shrink_to_fit();
        }
        let room = END - self.first.len();
        let (to_first, piece) = piece.split_at(room.min(piece.len()));
        self.first.extend_from_slice(to_first);
        offset += to_first.len() as u64;
        // What lies before the end need not be copied.
        let left_out = self.expected.saturating_sub(END as u64 + offset);
        let left_out = piece
            .len()
            .min(usize::try_from(left_out).unwrap_or(usize::MAX));
        self.last.extend(&piece[left_out..]);
        let over = self.last.len().saturating_sub(END);
        self.last.drain(..over);
    }

    pub(super) fn bytes(&mut self) -> Bytes<'_> {
        Bytes {
            first: &self.first,
            last: self.last.make_contiguous(),
            length: self.length,
        }
    }
}

/// A file of which the middle may be missing.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'d> {
    first: &'d [u8],
    last: &'d [u8],
    length: u64,
}

impl<'d> Bytes<'d> {
    /// All of a file.
    pub(super) fn whole(bytes: &'d [u8]) -> Self {
        Self {
            first: bytes,
            last: &[],
            length: bytes.len() as u64,
        }
    }

    /// What is kept from the beginning on.
    pub(super) fn first(self) -> &'d [u8] {
        self.first
    }

    /// What else is kept, and from where on.
    pub(super) fn last(self) -> (&'d [u8], u64) {
        (self.last, self.length - self.last.len() as u64)
    }
}

impl<'d> ReadRef<'d> for Bytes<'d> {
    fn len(self) -> Result<u64, ()> {
        Ok(self.length)
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'d [u8], ()> {
        let within = |bytes: &'d [u8], offset: u64| {
            let start = usize::try_from(offset).ok()?;
            let end = start.checked_add(usize::try_from(size).ok()?)?;
            bytes.get(start..end)
        };
        let after = offset.checked_sub(self.last().1);
        within(self.first, offset)
            .or_else(|| within(self.last, after?))
            .ok_or(())
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'d [u8], ()> {
        let most = range.end.min(range.start.saturating_add(LONGEST_TEXT));
        let size = most.checked_sub(range.start).ok_or(())?;
        let bytes = self.read_bytes_at(range.start, size)?;
        let end = memchr::memchr(delimiter, bytes).ok_or(())?;
        Ok(&bytes[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_and_end_of_a_long_file_are_kept() {
        let content: Vec<u8> = (0..5 * END / 2).map(|index| (index / 7) as u8).collect();
        let size = content.len();
        for (step, expected) in [
            (1 << 20, size),
            (3 << 20, size),
            (size, size),
            (1 << 20, 0),
            (1 << 20, size - 5),
            (size, 0),
        ] {
            let mut kept = Kept::new(expected as u64);
            content.chunks(step).for_each(|piece| kept.push(piece));
            let bytes = kept.bytes();
            let at = |offset: usize, size: usize| bytes.read_bytes_at(offset as u64, size as u64);
            for (offset, size) in [(0, END), (content.len() - END, END), (5, 0), (END - 1, 1)] {
                assert_eq!(at(offset, size), Ok(&content[offset..offset + size]));
            }
            for (offset, size) in [(END, 1), (content.len(), 1), (usize::MAX, 9), (END - 1, 2)] {
                assert_eq!(at(offset, size), Err(()), "{offset} {size}");
            }
        }
        let mut kept = Kept::new(0);
        content[..2 * END]
            .chunks(1 << 20)
            .for_each(|piece| kept.push(piece));
        assert_eq!(kept.bytes().first(), &content[..2 * END]);
    }

    #[test]
    fn a_text_has_an_end() {
        let bytes = [&[b'a'; 3][..], &[0], &[b'b'; 5000], &[0]].concat();
        let until = |range| Bytes::whole(&bytes).read_bytes_at_until(range, 0);
        assert_eq!(until(0..5005), Ok(&b"aaa"[..]));
        assert_eq!(until(0..3), Err(()));
        assert_eq!(until(4..5005), Err(()));
    }
}
