//! The rows of a file: its lines, or the objects of the one list that it is.

use memchr::{memchr, memchr2};

/// A longer row is not looked at, in bytes.
pub(super) const LONGEST: usize = 1 << 20;

/// Keys of an object that is there for one list of rows.
const HOLDERS: [&[u8]; 6] = [
    b"\"data\"",
    b"\"rows\"",
    b"\"train\"",
    b"\"examples\"",
    b"\"samples\"",
    b"\"instances\"",
];

/// Cuts what comes into rows.
pub(super) struct Splitter {
    form: Form,
    row: Vec<u8>,
    /// Whether the row is too long to be looked at.
    is_long: bool,
    /// Whether anybody still looks at rows; they are counted anyway.
    is_wanted: bool,
}

enum Form {
    Lines,
    List {
        /// How many brackets are open around a row.
        around: u64,
        /// How many brackets are open, that of the list among them.
        depth: u64,
        in_text: bool,
        is_escaped: bool,
    },
}

/// What is done with a row: `None` if it is too long, or no longer wanted. Returns whether the next is.
type Each<'a> = dyn FnMut(Option<&[u8]>) -> bool + 'a;

impl Splitter {
    /// For a file with this beginning, if it is one of rows.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let form = match unmarked(head).trim_ascii_start() {
            [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{") => Form::List {
                around: 1,
                depth: 0,
                in_text: false,
                is_escaped: false,
            },
            [b'{', rest @ ..] if holds_list(rest) => Form::List {
                around: 2,
                depth: 0,
                in_text: false,
                is_escaped: false,
            },
            // A document over several lines is no row.
            [b'{', rest @ ..] if !rest.trim_ascii_start().is_empty() && !starts_line(rest) => {
                Form::Lines
            }
            _ => return None,
        };
        Some(Self {
            form,
            row: Vec::new(),
            is_long: false,
            is_wanted: true,
        })
    }

    pub(super) fn push(&mut self, piece: &[u8], last: bool, each: &mut Each<'_>) {
        match self.form {
            Form::Lines => self.lines(piece, last, each),
            Form::List { .. } => self.list(piece, each),
        }
    }

    fn lines(&mut self, mut piece: &[u8], last: bool, each: &mut Each<'_>) {
        while let Some(end) = memchr(b'\n', piece) {
            self.keep(&piece[..end]);
            self.end_of_row(each);
            piece = &piece[end + 1..];
        }
        self.keep(piece);
        if last {
            self.end_of_row(each);
        }
    }

    fn list(&mut self, mut piece: &[u8], each: &mut Each<'_>) {
        while let [first, ..] = piece {
            let Form::List {
                around,
                depth,
                in_text,
                is_escaped,
            } = &mut self.form
            else {
                return;
            };
            let mut taken = 1;
            let mut ends = false;
            if *is_escaped {
                *is_escaped = false;
            } else if *in_text {
                match memchr2(b'"', b'\\', piece) {
                    None => taken = piece.len(),
                    Some(at) => {
                        taken = at + 1;
                        *is_escaped = piece[at] == b'\\';
                        *in_text = *is_escaped;
                    }
                }
            } else {
                match first {
                    b'"' => *in_text = true,
                    b'{' | b'[' => *depth += 1,
                    b'}' | b']' => {
                        *depth = depth.saturating_sub(1);
                        ends = *depth == *around;
                    }
                    _ => {}
                }
            }
            let (row, rest) = piece.split_at(taken);
            if *depth > *around || ends {
                self.keep(row);
            }
            if ends {
                self.end_of_row(each);
            }
            piece = rest;
        }
    }

    fn keep(&mut self, part: &[u8]) {
        if !self.is_wanted {
            // Only whether there is anything in the row.
            self.is_long |= !part.is_empty();
            return;
        }
        self.is_long |= self.row.len() + part.len() > LONGEST;
        match self.is_long {
            true => self.row.clear(),
            false => self.row.extend_from_slice(part),
        }
    }

    fn end_of_row(&mut self, each: &mut Each<'_>) {
        if self.is_long || !self.row.trim_ascii().is_empty() {
            let row = (!self.is_long).then_some(unmarked(&self.row));
            self.is_wanted = each(row) && self.is_wanted;
        }
        self.row.clear();
        self.is_long = false;
    }
}

/// The text without the mark of its encoding that some editors put first.
fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Whether an object begins with a list of objects that is all of it, such as `{"data":[{`.
fn holds_list(object: &[u8]) -> bool {
    let beginning = object.trim_ascii_start();
    let key = HOLDERS.iter().find_map(|key| beginning.strip_prefix(*key));
    let list = key.and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"));
    let rows = list.and_then(|rest| rest.trim_ascii_start().strip_prefix(b"["));
    rows.is_some_and(|rows| rows.trim_ascii_start().starts_with(b"{"))
}

/// Whether a line ends before anything else comes.
fn starts_line(rest: &[u8]) -> bool {
    let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
    blank.clone().any(|byte| *byte == b'\n')
}
