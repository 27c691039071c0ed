//! A map that is written into code as it is: an object literal, JSON, or JSON inside of a string.
//!
//! Style loaders, instrumenters and packers of whole programs leave maps so. What tells one from the
//! code that handles maps is that it reads to the end as a map with content.

use std::sync::LazyLock;

use memchr::memmem;

/// What most maps start with.
const VERSION: &str = "version";
static VERSIONS: LazyLock<memmem::FinderRev<'static>> =
    LazyLock::new(|| memmem::FinderRev::new(VERSION));
/// Bytes in front of that word that are looked at.
const BEFORE: usize = 64;

/// What a text at hand starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    /// Bytes from the word back to the start.
    before: usize,
    /// What belongs in front of it.
    pub(super) lead: &'static [u8],
    /// Whether it lies in a string literal.
    quoted: bool,
}

/// Keys one of which follows a map's version.
const KEYS: &[&[u8]] = &[
    b"file",
    b"sources",
    b"names",
    b"mappings",
    b"sections",
    b"debugId",
    b"ignoreList",
    b"x_",
];

/// The start of the object that `word` lies in, if it is at hand and no earlier than that.
pub(super) fn object_before(bytes: &[u8], earliest: usize, word: usize) -> Option<(usize, Start)> {
    let text = bytes.get(earliest..word)?;
    let starts = VERSIONS.rfind_iter(text).filter_map(|found| {
        let at = earliest + found;
        let before = &bytes[earliest.max(at.saturating_sub(BEFORE))..at];
        let start = object(before, &bytes[at + VERSION.len()..])?;
        Some((at - start.before, start))
    });
    starts.into_iter().next()
}

/// What starts at the word `version`, which `before` and `after` surround: `{"version":3,"sources"`.
fn object(before: &[u8], after: &[u8]) -> Option<Start> {
    let (rest, escaped) = without_quote_behind(before);
    let rest = rest.trim_ascii_end();
    let outside = rest.strip_suffix(b"{")?;
    let after = without_quote(after).trim_ascii_start();
    let after = without_quote(after.strip_prefix(b":")?.trim_ascii_start());
    let after = without_quote(after.strip_prefix(b"3")?).trim_ascii_start();
    let next = without_quote(after.strip_prefix(b",")?.trim_ascii_start());
    let is_map = KEYS.iter().any(|key| next.starts_with(key));
    is_map.then(|| Start {
        before: before.len() - outside.len(),
        lead: b"",
        quoted: escaped || matches!(outside.last(), Some(b'\'' | b'"' | b'`')),
    })
}

/// What starts at the word `sourcesContent`: the list of contents, wherever in its object it stands.
pub(super) fn contents(after: &[u8]) -> Option<(usize, Start)> {
    let rest = without_quote(after).trim_ascii_start();
    let list = rest.strip_prefix(b":")?.trim_ascii_start();
    let first = list.strip_prefix(b"[")?.trim_ascii_start();
    let quoted = first.starts_with(b"\\\"");
    let is_text =
        quoted || first.starts_with(b"null,") || matches!(first.first(), Some(b'"' | b'\'' | b'`'));
    is_text.then(|| {
        let start = Start {
            before: 0,
            lead: b"{\"version\":3,\"sourcesContent\":",
            quoted,
        };
        (after.len() - list.len(), start)
    })
}

fn without_quote(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"\\").unwrap_or(text);
    match text {
        [b'"' | b'\'', rest @ ..] => rest,
        _ => text,
    }
}

/// What stands before an opening quote, if there is one, and whether that is escaped.
fn without_quote_behind(text: &[u8]) -> (&[u8], bool) {
    match text {
        [rest @ .., b'\\', b'"' | b'\''] => (rest, true),
        [rest @ .., b'"' | b'\''] => (rest, false),
        _ => (text, false),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    /// In a key without quotes.
    Key,
    Text(u8),
    Escape(u8),
}

/// Turns the text into JSON, as it arrives in pieces, up to the end of the object.
#[derive(Debug)]
pub(super) struct Literal {
    quoted: bool,
    /// In a string literal: a backslash came last.
    backslash: bool,
    state: State,
    /// The last character outside of strings that is no white space.
    before: u8,
    /// A comma came last; the one before a bracket that closes is none in JSON.
    comma: bool,
    depth: usize,
    ended: bool,
}

impl Literal {
    /// `lead` has been turned into JSON already.
    pub(super) fn new(start: Start) -> Self {
        Self {
            quoted: start.quoted,
            backslash: false,
            state: State::Outside,
            before: b' ',
            comma: false,
            depth: usize::from(!start.lead.is_empty()),
            ended: false,
        }
    }

    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Turns `body` at the end of `to`, and returns how much of it was taken.
    pub(super) fn decode(&mut self, body: &[u8], to: &mut Vec<u8>) -> usize {
        for (at, &byte) in body.iter().enumerate() {
            if self.ended {
                return at;
            }
            if self.quoted {
                self.in_string(byte, to);
            } else {
                self.byte(byte, to);
            }
        }
        body.len()
    }

    /// One level of escapes taken off.
    fn in_string(&mut self, byte: u8, to: &mut Vec<u8>) {
        if !self.backslash {
            self.backslash = byte == b'\\';
            if !self.backslash {
                self.byte(byte, to);
            }
            return;
        }
        self.backslash = false;
        match byte {
            b'n' | b'r' | b't' => self.byte(b' ', to),
            b'u' => b"\\u".iter().for_each(|byte| self.byte(*byte, to)),
            b'x' => b"\\u00".iter().for_each(|byte| self.byte(*byte, to)),
            b'\n' => {}
            byte => self.byte(byte, to),
        }
    }

    fn byte(&mut self, byte: u8, to: &mut Vec<u8>) {
        match self.state {
            State::Outside => self.outside(byte, to),
            State::Key if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') => {
                to.push(byte);
            }
            State::Key => {
                to.push(b'"');
                self.state = State::Outside;
                self.outside(byte, to);
            }
            State::Text(quote) => match byte {
                b'\\' => self.state = State::Escape(quote),
                b'\n' => to.extend_from_slice(b"\\n"),
                b'"' if quote != b'"' => to.extend_from_slice(b"\\\""),
                _ if byte == quote => {
                    to.push(b'"');
                    self.state = State::Outside;
                }
                _ => to.push(byte),
            },
            State::Escape(quote) => {
                self.state = State::Text(quote);
                match byte {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u' => {
                        to.extend_from_slice(&[b'\\', byte]);
                    }
                    b'x' => to.extend_from_slice(b"\\u00"),
                    b'0' => to.extend_from_slice(b"\\u0000"),
                    b'v' => to.extend_from_slice(b"\\u000b"),
                    b'\n' => {}
                    _ => to.push(byte),
                }
            }
        }
    }

    fn outside(&mut self, byte: u8, to: &mut Vec<u8>) {
        if byte.is_ascii_whitespace() {
            return to.push(b' ');
        }
        let closes = matches!(byte, b'}' | b']');
        if std::mem::take(&mut self.comma) && !closes {
            to.push(b',');
        }
        match byte {
            b',' => self.comma = true,
            b'"' | b'\'' | b'`' => {
                to.push(b'"');
                self.state = State::Text(byte);
            }
            _ if byte.is_ascii_alphabetic() && matches!(self.before, b'{' | b',') => {
                to.extend_from_slice(&[b'"', byte]);
                self.state = State::Key;
            }
            _ => to.push(byte),
        }
        self.before = byte;
        if matches!(byte, b'{' | b'[') {
            self.depth += 1;
        } else if closes {
            self.depth = self.depth.saturating_sub(1);
            self.ended = self.depth == 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The object around the word `version` in a text, and what follows it.
    fn read(text: &str) -> Option<(Value, &str)> {
        let word = text.find("version")?;
        let after = &text.as_bytes()[word + "version".len()..];
        let start = object(&text.as_bytes()[..word], after)?;
        let from = word - start.before;
        let mut whole = None;
        for step in [1, 2, 7, text.len()] {
            let (mut literal, mut json, mut taken) = (Literal::new(start), Vec::new(), 0);
            for piece in text.as_bytes()[from..].chunks(step) {
                taken += literal.decode(piece, &mut json);
            }
            let read = (String::from_utf8(json).unwrap(), &text[from + taken..]);
            assert_eq!(*whole.get_or_insert(read.clone()), read);
        }
        let (json, rest) = whole?;
        Some((serde_json::from_str(&json).unwrap_or(Value::Null), rest))
    }

    #[test]
    fn every_way_to_write_an_object_is_read() {
        let expected: Value = serde_json::json!({
            "version": 3, "sources": ["a.ts"], "sourcesContent": ["a(\"x\") + '\\n';\n"]
        });
        let json = r#"{"version":3,"sources":["a.ts"],"sourcesContent":["a(\"x\") + '\\n';\n"]}"#;
        let in_single = json.replace('\\', "\\\\").replace('\'', "\\'");
        let in_double = json.replace('\\', "\\\\").replace('"', "\\\"");
        for text in [
            format!("push([id, {json}]);"),
            format!("m = JSON.parse('{in_single}');"),
            format!("m = JSON.parse(\"{in_double}\");"),
            format!("m = `{in_single}`;"),
            r#"m = {version: 3, sources: ['a.ts'], sourcesContent: ["a(\"x\") + '\\n';\n"]};"#.to_owned(),
            "m = {'version': 3, 'sources': [`a.ts`,], sourcesContent: [`a(\"\\x78\") + '\\\\n';\n`,],}".to_owned(),
            "m={ version:3,sources:[\"a.ts\"],sourcesContent:['a(\"x\") + \\'\\\\n\\';\\n']}".to_owned(),
        ] {
            let (object, rest) = read(&text).unwrap();
            assert_eq!(object, expected, "{text}");
            assert!(rest.len() < 5, "{text}: {rest}");
        }
    }

    #[test]
    fn code_that_handles_maps_is_no_literal() {
        for text in [
            "if (map.version == 3) {}",
            "f({version:2,sources:[]})",
            "f({name:1,version:3,sources:[]})",
            "f({version:3,id:7})",
            "f({version:30,sources:[]})",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let (object, _) = read("return {version:3,sources:n,names:[]}").unwrap();
        assert_eq!(object, Value::Null);
    }

    #[test]
    fn a_list_of_contents_is_found_wherever_it_stands() {
        let starts = |after: &str| contents(after.as_bytes()).map(|(at, start)| (at, start.quoted));
        assert_eq!(starts("\":[\"let a\"]"), Some((2, false)));
        assert_eq!(starts(": ['let a']"), Some((2, false)));
        assert_eq!(starts("\\\":[\\\"let a\\\"]"), Some((3, true)));
        for other in ["", " = []", ":[]", ":[e]", ":[null]", ":[]", ":e.map(x)"] {
            assert_eq!(starts(other), None, "{other}");
        }
    }
}
