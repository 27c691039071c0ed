//! The rows of a file: its lines, or the objects of the one list that it is.

use memchr::{memchr, memchr2};

/// A longer row is not looked at, in bytes.
pub(super) const LONGEST: usize = 1 << 20;

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
        let form = match head.trim_ascii_start() {
            [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{") => Form::List {
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
                        ends = *depth == 1;
                    }
                    _ => {}
                }
            }
            let (row, rest) = piece.split_at(taken);
            if *depth > 1 || ends {
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
            let row = (!self.is_long).then_some(&self.row[..]);
            self.is_wanted = each(row) && self.is_wanted;
        }
        self.row.clear();
        self.is_long = false;
    }
}

/// Whether a line ends before anything else comes.
fn starts_line(rest: &[u8]) -> bool {
    let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
    blank.clone().any(|byte| *byte == b'\n')
}
