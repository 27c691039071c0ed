//! Numbers and texts out of bytes that nobody vouches for: what would go past the end is `None`.

use crate::model::{begin_of, escape};

/// Names in headers are shown up to so many characters.
const SHOWN: usize = 60;

/// Bytes that are read from the front.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let count = usize::try_from(count).ok()?;
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// A number of `width` bytes, eight at most, the lowest first.
    pub(super) fn little(&mut self, width: u64) -> Option<u64> {
        let bytes = self.take(width)?.iter().rev();
        Some(bytes.fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    /// The same, the highest byte first.
    pub(super) fn big(&mut self, width: u64) -> Option<u64> {
        let bytes = self.take(width)?.iter();
        Some(bytes.fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    /// A number in groups of seven bits, the lowest first (LEB128).
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.little(1)?;
            number |= (byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// The same for signed numbers, which alternate: 0, -1, 1, -2 …
    pub(super) fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

/// A name out of a header, fit to be shown; `None` if it is empty or no text.
pub(super) fn shown(bytes: &[u8]) -> Option<String> {
    let text = str::from_utf8(bytes).ok()?.trim();
    (!text.is_empty()).then(|| escape(&begin_of(text, SHOWN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_the_bytes_do() {
        let mut bytes = Bytes::new(&[1, 2, 3, 4, 0x96, 0x01, 0x03, 0xff]);
        assert_eq!(bytes.little(2), Some(0x0201));
        assert_eq!(bytes.big(2), Some(0x0304));
        assert_eq!(bytes.varint(), Some(150));
        assert_eq!(bytes.zigzag(), Some(-2));
        assert_eq!(bytes.varint(), None);
        assert_eq!(Bytes::new(&[0xff; 20]).varint(), None);
        assert_eq!(Bytes::new(b"a").take(u64::MAX), None);
    }

    #[test]
    fn names_are_shown_short_and_escaped() {
        assert_eq!(shown(b"a\x1b[2J").as_deref(), Some("a\\u{1b}[2J"));
        assert_eq!(shown(b"\xff"), None);
        assert_eq!(shown(b"  "), None);
        assert_eq!(
            shown("a ".repeat(99).as_bytes()).map(|text| text.chars().count()),
            Some(61)
        );
    }
}
