//! One original source, as it comes out of a map.

use memchr::memchr_iter;

use crate::detect::{Out, text_digest::TextDigest};

/// What is kept of a source's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    /// Digest of the text, line ends normalised.
    pub(super) digest: u128,
    pub(super) lines: u64,
    pub(super) bytes: u64,
}

/// Measures a source's content while it passes, and hands it on as a derived text.
pub(super) struct ContentReader {
    digest: TextDigest,
    newlines: u64,
    bytes: u64,
    ends_in_newline: bool,
    blank: bool,
    deriving: bool,
}

impl ContentReader {
    /// Starts on the source `name`. `deriving` is set to `false` once the budget of derived texts is
    /// used up.
    pub(super) fn new(name: &str, deriving: &mut bool, out: &mut dyn Out) -> Self {
        if *deriving {
            *deriving = out.derive(name);
        }
        Self {
            digest: TextDigest::new(),
            newlines: 0,
            bytes: 0,
            ends_in_newline: true,
            blank: true,
            deriving: *deriving,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.digest.push(piece);
        self.newlines += memchr_iter(b'\n', piece).count() as u64;
        self.bytes += piece.len() as u64;
        self.blank = self.blank && piece.trim_ascii_start().is_empty();
        if let Some(end) = piece.last() {
            self.ends_in_newline = *end == b'\n';
        }
        if self.deriving {
            out.derived(piece, last);
        }
    }

    /// What was read, unless it was nothing but white space.
    pub(super) fn finish(self) -> Option<Content> {
        (!self.blank).then(|| Content {
            digest: self.digest.finish(),
            lines: self.newlines + u64::from(!self.ends_in_newline),
            bytes: self.bytes,
        })
    }
}
