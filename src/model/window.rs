//! Content that arrives in pieces, seen through a window with an overlap.

use super::Location;

/// A stretch of an entry's content in which every position of `search` can be looked at together
/// with what lies before and after it.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The bytes at hand.
    pub bytes: &'a [u8],
    /// Positions in `bytes` that this view is responsible for. Over all views of an entry, each
    /// position is searched exactly once.
    pub search: (usize, usize),
    /// Offset of `bytes[0]` in the entry.
    pub offset: u64,
    /// Newlines in the entry before `bytes[0]`.
    pub lines: u64,
}

impl<'a> View<'a> {
    /// All of a short content.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            search: (0, bytes.len()),
            offset: 0,
            lines: 0,
        }
    }

    /// Where the byte at `position` of `bytes` lies in the entry: by line and column, or in `binary`
    /// content by its offset.
    pub fn locate(&self, position: usize, binary: bool) -> Location {
        if binary {
            return Location {
                offset: Some(self.offset + position as u64),
                ..Location::default()
            };
        }
        let before = &self.bytes[..position];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let lines = memchr::memchr_iter(b'\n', before).count() as u64;
        // The line may have begun before what is at hand: then its column is not known.
        let known = line_start > 0 || self.offset == 0;
        Location {
            line: Some(self.lines + lines + 1),
            column: known.then(|| (position - line_start) as u64 + 1),
            offset: None,
        }
    }
}

/// Keeps the end of each piece, so that what straddles two pieces is seen whole.
///
/// All of a piece but its ends is looked at in place, without a copy.
#[derive(Debug)]
pub struct Window {
    before: usize,
    after: usize,
    carry: Vec<u8>,
    searched: usize,
    offset: u64,
    lines: u64,
}

impl Window {
    /// A window that shows at least `before` bytes before and `after` bytes after each position,
    /// where the content has them.
    pub fn new(before: usize, after: usize) -> Self {
        Self {
            before,
            after,
            carry: Vec::new(),
            searched: 0,
            offset: 0,
            lines: 0,
        }
    }

    /// Takes the next piece and shows what can now be searched. `last` says that no more follows.
    pub fn push(&mut self, piece: &[u8], last: bool, look: &mut dyn FnMut(View<'_>)) {
        let seam = self.before + self.after;
        let mut carry = std::mem::take(&mut self.carry);
        if !carry.is_empty() && piece.len() <= seam {
            carry.extend_from_slice(piece);
            let done = self.look_at(&carry, last, look);
            carry.drain(..done);
        } else {
            // What straddles two pieces is looked at in a copy of their seam, the rest in place.
            if !carry.is_empty() {
                let end = carry.len();
                carry.extend_from_slice(&piece[..seam]);
                look(self.view(&carry, end + self.before));
                self.searched = end + self.before;
                self.pass(&carry[..end]);
                carry.clear();
            }
            let done = self.look_at(piece, last, look);
            carry.extend_from_slice(&piece[done..]);
        }
        self.carry = carry;
    }

    /// Shows what can be searched in `bytes`, and returns how many of them are no longer needed.
    fn look_at(&mut self, bytes: &[u8], last: bool, look: &mut dyn FnMut(View<'_>)) -> usize {
        let end = match last {
            true => bytes.len(),
            false => bytes.len().saturating_sub(self.after),
        };
        if end > self.searched {
            look(self.view(bytes, end));
            self.searched = end;
        }
        if last {
            return bytes.len();
        }
        let done = self.searched.saturating_sub(self.before);
        self.pass(&bytes[..done]);
        done
    }

    fn view<'a>(&self, bytes: &'a [u8], end: usize) -> View<'a> {
        View {
            bytes,
            search: (self.searched, end),
            offset: self.offset,
            lines: self.lines,
        }
    }

    /// Goes on behind `bytes`, of which every position was searched.
    fn pass(&mut self, bytes: &[u8]) {
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.offset += bytes.len() as u64;
        self.searched -= bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_position_is_searched_once_with_its_surroundings() {
        let content: Vec<u8> = (0..100u8).collect();
        for step in [1, 7, 13, 14, 15, 30, 100] {
            let mut window = Window::new(4, 9);
            let mut searched = Vec::new();
            let pieces: Vec<_> = content.chunks(step).collect();
            for (index, piece) in pieces.iter().enumerate() {
                window.push(piece, index + 1 == pieces.len(), &mut |view| {
                    for position in view.search.0..view.search.1 {
                        let at = view.offset as usize + position;
                        searched.push(view.bytes[position]);
                        assert_eq!(view.bytes[position], content[at]);
                        assert!(position >= at.min(4));
                        assert!(view.bytes.len() - position >= (100 - at).min(10));
                    }
                    assert_eq!(view.lines, u64::from(view.offset > 10));
                });
            }
            assert_eq!(searched, content, "in steps of {step}");
        }
    }

    #[test]
    fn lines_are_counted_over_pieces() {
        let mut window = Window::new(1, 1);
        let mut seen = Vec::new();
        for (piece, last) in [("a\nb\n", false), ("c\nd", true)] {
            window.push(piece.as_bytes(), last, &mut |view| {
                seen.push((view.offset, view.lines));
            });
        }
        // The seam of both, then the second one.
        assert_eq!(seen, [(0, 0), (2, 1), (4, 2)]);
    }
}
