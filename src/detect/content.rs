//! The content of an entry of which the whole, the beginning or the end is looked at, up to a length.

use super::{Detection, Inspection, Out};

/// An inspection that has nothing left to look at: what the entry's header or its first bytes say.
pub(super) fn told(detection: Detection) -> Box<dyn Inspection> {
    beginning(0, |_, _, out: &mut dyn Out| out.detection(detection))
}

/// An inspection that looks at the first bytes, at most `longest` of them, and is told whether they are all
/// that there are.
pub(super) fn beginning(
    longest: usize,
    look: impl FnOnce(&[u8], bool, &mut dyn Out) + Send + 'static,
) -> Box<dyn Inspection> {
    Box::new(Beginning {
        bytes: Vec::new(),
        longest,
        look: Some(look),
    })
}

struct Beginning<F> {
    bytes: Vec<u8>,
    longest: usize,
    look: Option<F>,
}

impl<F: FnOnce(&[u8], bool, &mut dyn Out) + Send> Inspection for Beginning<F> {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let room = self.longest - self.bytes.len();
        if self.look.is_some() {
            self.bytes
                .extend_from_slice(&piece[..piece.len().min(room)]);
        }
        let is_cut = piece.len() > room;
        if let Some(look) = self.look.take_if(|_| last || is_cut) {
            look(&std::mem::take(&mut self.bytes), !is_cut, out);
        }
    }
}

/// An inspection that looks at the last bytes, at most `longest` of them.
pub(super) fn end(
    longest: usize,
    look: impl FnOnce(&[u8], &mut dyn Out) + Send + 'static,
) -> Box<dyn Inspection> {
    Box::new(End {
        bytes: Vec::new(),
        longest,
        look: Some(look),
    })
}

struct End<F> {
    /// Up to twice as many as are wanted, so that they are seldom moved.
    bytes: Vec<u8>,
    longest: usize,
    look: Option<F>,
}

impl<F: FnOnce(&[u8], &mut dyn Out) + Send> Inspection for End<F> {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let piece = &piece[piece.len().saturating_sub(self.longest)..];
        if self.bytes.len() + piece.len() > 2 * self.longest {
            self.bytes
                .drain(..self.bytes.len() + piece.len() - self.longest);
        }
        self.bytes.extend_from_slice(piece);
        if let Some(look) = self.look.take_if(|_| last) {
            let from = self.bytes.len().saturating_sub(self.longest);
            look(&self.bytes[from..], out);
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::Recorder;

    fn looked_at(
        make: impl Fn(std::sync::mpsc::Sender<(Vec<u8>, bool)>) -> Box<dyn Inspection>,
    ) -> Vec<(Vec<u8>, bool)> {
        let mut seen = Vec::new();
        for step in [1, 3, 100] {
            let (sender, receiver) = std::sync::mpsc::channel();
            let mut inspection = make(sender);
            let pieces: Vec<_> = b"0123456789".chunks(step).collect();
            for (index, piece) in pieces.iter().enumerate() {
                inspection.push(piece, index + 1 == pieces.len(), &mut Recorder::default());
            }
            drop(inspection);
            seen.extend(receiver);
        }
        seen.dedup();
        seen
    }

    #[test]
    fn beginnings_and_ends_do_not_depend_on_the_pieces() {
        for (longest, all) in [(0, false), (4, false), (9, false), (10, true), (20, true)] {
            let seen = looked_at(|sender| {
                beginning(longest, move |bytes, all, _| {
                    sender.send((bytes.to_vec(), all)).unwrap()
                })
            });
            assert_eq!(seen, [(b"0123456789"[..longest.min(10)].to_vec(), all)]);
            let seen = looked_at(|sender| {
                end(longest, move |bytes, _| {
                    sender.send((bytes.to_vec(), true)).unwrap()
                })
            });
            let from = 10 - longest.min(10);
            assert_eq!(seen, [(b"0123456789"[from..].to_vec(), true)]);
        }
    }
}
