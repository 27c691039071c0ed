//! The content of an entry that is taken as a whole, up to a length.

use super::{Inspection, Out};

/// An inspection that looks at all of the content at once: at `None` if it is longer than `longest`
/// bytes.
pub(super) fn whole(
    longest: usize,
    look: impl FnOnce(Option<Vec<u8>>, &mut dyn Out) + Send + 'static,
) -> Box<dyn Inspection> {
    Box::new(Whole {
        content: Content::new(longest),
        look: Some(look),
    })
}

struct Whole<F> {
    content: Content,
    look: Option<F>,
}

impl<F: FnOnce(Option<Vec<u8>>, &mut dyn Out) + Send> Inspection for Whole<F> {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.content.push(piece);
        if let Some(look) = self.look.take_if(|_| last) {
            look(self.content.take(), out);
        }
    }
}

/// Puts pieces together; what is longer is let go.
#[derive(Debug)]
pub(super) struct Content {
    bytes: Option<Vec<u8>>,
    longest: usize,
}

impl Content {
    /// Keeps at most `longest` bytes.
    pub(super) fn new(longest: usize) -> Self {
        Self {
            bytes: Some(Vec::new()),
            longest,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        let fits = |bytes: &Vec<u8>| bytes.len() + piece.len() <= self.longest;
        self.bytes = self.bytes.take().filter(fits);
        if let Some(bytes) = &mut self.bytes {
            bytes.extend_from_slice(piece);
        }
    }

    /// All of it, unless it is too long.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        self.bytes.take()
    }
}
