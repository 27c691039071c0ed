//! The keys at the top of a YAML document: what stands before a colon at the beginning of a line.

use memchr::memchr;

/// A longer line has no key that anybody looks for, in bytes.
const LONGEST: usize = 200;

/// Puts lines together, as far as a key may reach.
#[derive(Default)]
pub(super) struct Lines {
    line: Vec<u8>,
}

impl Lines {
    pub(super) fn push(&mut self, mut piece: &[u8], last: bool, key: &mut dyn FnMut(String)) {
        while let Some(end) = memchr(b'\n', piece) {
            self.keep(&piece[..end]);
            self.end_of_line(key);
            piece = &piece[end + 1..];
        }
        self.keep(piece);
        if last {
            self.end_of_line(key);
        }
    }

    fn keep(&mut self, part: &[u8]) {
        let room = LONGEST - self.line.len();
        self.line.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn end_of_line(&mut self, key: &mut dyn FnMut(String)) {
        if let Some(found) = str::from_utf8(&self.line).ok().and_then(key_of) {
            key(found.to_owned());
        }
        self.line.clear();
    }
}

/// `key: value`, or `key:`, at the beginning of a line.
fn key_of(line: &str) -> Option<&str> {
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    let colon = line.find(':')?;
    let (key, value) = (&line[..colon], &line[colon + 1..]);
    let key = key.trim_end().trim_matches(['"', '\'']);
    let is_key = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let is_mapped = value.is_empty() || value.starts_with([' ', '\t', '\r']);
    (is_mapped && !key.is_empty() && key.chars().all(is_key) && !key.starts_with('-'))
        .then_some(key)
}
