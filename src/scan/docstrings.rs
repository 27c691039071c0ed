//! Where the docstrings of a Python file are: the strings that a module, a class or a function begins with.
//!
//! A string that is given to something is none, however it is written: a key in `KEY = """…"""` is a key.

use std::ops::Range;

use crate::model::View;

/// What the statement of a body with a docstring begins with.
const HEADS: [&[u8]; 3] = [b"def ", b"class ", b"async "];
/// How far ahead it takes to tell what begins at a byte.
const AHEAD: usize = 6;

/// What was read of a file until now.
#[derive(Debug, Clone)]
pub(super) struct Docstrings {
    /// Up to where it was read, in the file.
    read: u64,
    inside: Inside,
    /// Brackets that are open.
    depth: usize,
    /// The last byte of code that is no space.
    last: Option<u8>,
    /// Whether only spaces stand before on the line.
    line_begins: bool,
    /// Whether the statement may have a docstring in its body.
    is_head: bool,
    /// Those at hand; of the one that is being read, the end is not known.
    found: Vec<Range<u64>>,
}

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Code,
    Comment,
    /// A string in one or three of these quotes.
    Text(u8, usize),
}

impl Default for Docstrings {
    fn default() -> Self {
        Self {
            read: 0,
            inside: Inside::Code,
            depth: 0,
            last: None,
            line_begins: true,
            is_head: false,
            found: Vec::new(),
        }
    }
}

impl Docstrings {
    /// Those of a file that is seen as a whole.
    pub(super) fn of(view: &View<'_>) -> Self {
        let mut all = Self::default();
        all.see(view);
        all
    }

    /// Reads on, up to the end of what is at hand. Those before it are forgotten.
    pub(super) fn see(&mut self, view: &View<'_>) {
        self.found.retain(|range| range.end > view.offset);
        let mut at = self.read.saturating_sub(view.offset) as usize;
        while at + AHEAD <= view.bytes.len() {
            at += self.step(&view.bytes[at..], view.offset + at as u64);
        }
        self.read = self.read.max(view.offset + at as u64);
    }

    /// Whether the byte at `offset` of the file stands in one.
    pub(super) fn hold(&self, offset: u64) -> bool {
        let next = self.found.partition_point(|range| range.start <= offset);
        self.found[..next]
            .last()
            .is_some_and(|range| offset < range.end)
    }

    /// Reads what `rest` begins with, and returns how many bytes that is.
    fn step(&mut self, rest: &[u8], offset: u64) -> usize {
        let byte = rest[0];
        match self.inside {
            Inside::Comment => {
                let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                if line < rest.len() {
                    self.inside = Inside::Code;
                }
                line
            }
            Inside::Text(quote, quotes) => match byte {
                b'\\' => 2,
                b'\n' if quotes == 1 => {
                    self.inside = Inside::Code;
                    0
                }
                _ if rest.starts_with(&[quote; 3][..quotes]) => {
                    self.inside = Inside::Code;
                    if let Some(open) = self.found.last_mut().filter(|open| open.end == u64::MAX) {
                        open.end = offset;
                    }
                    quotes
                }
                _ => 1,
            },
            Inside::Code => self.code(rest, offset),
        }
    }

    fn code(&mut self, rest: &[u8], offset: u64) -> usize {
        let begins = self.line_begins && self.depth == 0;
        match rest[0] {
            b'\n' => self.line_begins = true,
            b'#' => self.inside = Inside::Comment,
            b' ' | b'\t' | b'\r' | 0x0c => {}
            // The line goes on behind its end.
            b'\\' => return 2,
            quote @ (b'"' | b'\'') => {
                let quotes = if rest.starts_with(&[quote; 3]) { 3 } else { 1 };
                let in_body = self.is_head && self.last == Some(b':');
                if begins && quotes == 3 && (in_body || self.last.is_none()) {
                    self.found.push(offset..u64::MAX);
                }
                self.inside = Inside::Text(quote, quotes);
                self.significant(quote);
                return quotes;
            }
            b'r' | b'R' | b'u' | b'U' if begins && matches!(rest[1], b'"' | b'\'') => {}
            byte => {
                if begins {
                    self.is_head = HEADS.iter().any(|head| rest.starts_with(head));
                }
                match byte {
                    b'(' | b'[' | b'{' => self.depth += 1,
                    b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                self.significant(byte);
            }
        }
        1
    }

    fn significant(&mut self, byte: u8) {
        self.last = Some(byte);
        self.line_begins = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Window;

    /// What of `text` stands in docstrings, read in pieces.
    fn documented(text: &str, piece: usize) -> String {
        let mut read = Docstrings::default();
        let mut window = Window::new(16, 16);
        let mut found = String::new();
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(piece).collect();
        for (index, piece) in pieces.iter().enumerate() {
            window.push(piece, index + 1 == pieces.len(), &mut |view| {
                read.see(&view);
                for at in view.search.0..view.search.1 {
                    if read.hold(view.offset + at as u64) {
                        found.push(char::from(view.bytes[at]));
                    }
                }
            });
        }
        found
    }

    #[test]
    fn docstrings_are_told_from_other_strings() {
        for (text, expected) in [
            ("#!/usr/bin/python\n\n\"\"\"a\"\"\"\nb = 1\n", "\"\"\"a"),
            ("r'''a\\'''b'''\nb = 1\n", "'''a\\'''b"),
            ("def a():\n    '''b \"\"\" c'''\n    d()\n", "'''b \"\"\" c"),
            (
                "class A(B):\n\n    # it's\n    \"\"\"b\"\"\"\n    d = 1\n",
                "\"\"\"b",
            ),
            (
                "async def a(\n    b: str = \"):\",\n) -> C:\n    \"\"\"d\"\"\"\n    e()\n",
                "\"\"\"d",
            ),
            (
                "def a() -> \\\n    B[C]:\n    \"\"\"d\"\"\"\n    e()\n",
                "\"\"\"d",
            ),
            ("a = 1\n\"\"\"b\"\"\"\nc()\n", ""),
            ("A = \"\"\"\nb\n\"\"\"\nc()\n", ""),
            ("A = {\n    'b':\n    \"\"\"c\"\"\"\n}\n", ""),
            ("def a():\n    b(\n    \"\"\"c\"\"\"\n    )\n", ""),
            ("if a:\n    \"\"\"b\"\"\"\n    c()\n", ""),
            ("def a(): return \"\"\"b\"\"\"\nc()\n", ""),
            ("a = 'it''s'\n'''b'''\nd = \"\n", ""),
        ] {
            for piece in [text.len(), 40, 7] {
                assert_eq!(
                    documented(text, piece),
                    expected,
                    "{text} in pieces of {piece}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_closed_reaches_to_the_end() {
        let text = "def a():\n    \"\"\"".to_owned() + &"b".repeat(100);
        assert_eq!(documented(&text, 30).len(), 103);
    }
}
