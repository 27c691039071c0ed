//! A JSON tokenizer that is fed in pieces of any size and works in constant memory.
//!
//! It is strict about structure, strings and escapes, so that a document which breaks off or is
//! malformed is known as such, and loose where nothing hangs on it: control characters inside
//! strings are taken, numbers are only looked at for their characters, and of a value that the
//! handler skips only the brackets are checked.

use std::fmt;

use memchr::memchr2;

/// Containers inside containers, at most.
const DEPTH: u32 = 64;
/// Bytes of a key that are handed over.
const KEY: usize = 256;
/// Bytes of a number or literal that are handed over.
const SCALAR: usize = 32;
/// Unescaped text is handed over when this much has gathered.
const GATHERED: usize = 64 << 10;
/// A stretch without escapes that is this long is handed over where it lies, without a copy.
const DIRECT: usize = 16 << 10;

/// What was met in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'a> {
    Object,
    ObjectEnd,
    Array,
    ArrayEnd,
    /// An object's key, unescaped, its first 256 bytes.
    Key(&'a [u8]),
    /// A piece of a string value, unescaped; `last` ends it.
    Text {
        piece: &'a [u8],
        last: bool,
    },
    /// A number, `true`, `false` or `null`, its first 32 bytes.
    Scalar(&'a [u8]),
}

/// What the handler wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// The next event.
    Go,
    /// Nothing more of the value that this key names or this bracket opened: no event of it follows,
    /// not even its end. Means nothing after other events.
    Skip,
}

/// Takes the events of a document.
pub(super) trait Handler: FnMut(Event<'_>) -> Flow {}

impl<F: FnMut(Event<'_>) -> Flow> Handler for F {}

/// Why a document cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed {
    /// What is wrong there.
    pub(super) what: &'static str,
    /// The byte at which it is wrong.
    pub(super) offset: u64,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.what, self.offset)
    }
}

/// What came of a step, or what is wrong.
type Read = Result<(), &'static str>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    Colon,
    CommaOrEnd,
    Text,
    Scalar,
    /// Inside a value that nobody wants.
    Skip,
    Done,
}

/// Where a string stands in an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Backslash,
    Unicode { digits: u8, value: u16 },
}

/// See the module.
#[derive(Debug)]
pub(super) struct Tokenizer {
    state: State,
    /// The open containers, the innermost in the lowest bit: 1 for an object.
    kinds: u64,
    depth: u32,
    offset: u64,
    is_key: bool,
    /// A key and its colon have been met.
    paired: bool,
    escape: Escape,
    /// The first half of a surrogate pair, waiting for the second.
    high: Option<u16>,
    buffer: Vec<u8>,
    /// The next value is not wanted.
    unwanted: bool,
    /// The depth at which skipping ends.
    skip_to: u32,
    skip_in_text: bool,
}

impl Tokenizer {
    pub(super) fn new() -> Self {
        Self {
            state: State::Value,
            kinds: 0,
            depth: 0,
            offset: 0,
            is_key: false,
            paired: false,
            escape: Escape::None,
            high: None,
            buffer: Vec::new(),
            unwanted: false,
            skip_to: 0,
            skip_in_text: false,
        }
    }

    /// Whether the document is complete. A number at the top is never known to be.
    pub(super) fn done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether a key and its colon have been met: the start of JSON, and of little else.
    pub(super) fn paired(&self) -> bool {
        self.paired
    }

    /// What is missing when the input ends here.
    pub(super) fn broken_off(&self) -> Malformed {
        Malformed {
            what: "it ends before it is complete,",
            offset: self.offset,
        }
    }

    /// Takes the next bytes and returns how many of them belong to the document: fewer than given
    /// only when it is complete.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        handler: &mut impl Handler,
    ) -> Result<usize, Malformed> {
        let mut at = 0;
        while at < bytes.len() && self.state != State::Done {
            let rest = &bytes[at..];
            let mut taken = 0;
            let read = match self.state {
                State::Text => self.text(rest, &mut taken, handler),
                State::Scalar => self.scalar(rest, &mut taken, handler),
                State::Skip => self.skip(rest, &mut taken),
                _ => self.structure(rest[0], &mut taken, handler),
            };
            at += taken;
            read.map_err(|what| Malformed {
                what,
                offset: self.offset + at as u64,
            })?;
        }
        self.offset += at as u64;
        Ok(at)
    }

    /// One byte between values. It is not taken where it starts a number or literal.
    fn structure(&mut self, byte: u8, taken: &mut usize, handler: &mut impl Handler) -> Read {
        if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            *taken = 1;
            return Ok(());
        }
        match (self.state, byte) {
            (State::ValueOrEnd, b']') | (State::KeyOrEnd, b'}') => self.end(byte, handler)?,
            (State::Value | State::ValueOrEnd, b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                self.state = State::Scalar;
                return Ok(());
            }
            (State::Value | State::ValueOrEnd, _) => self.value(byte, handler)?,
            (State::Key | State::KeyOrEnd, b'"') => {
                self.is_key = true;
                self.state = State::Text;
            }
            (State::Key | State::KeyOrEnd, _) => return Err("a key is missing"),
            (State::Colon, b':') => {
                self.paired = true;
                self.state = State::Value;
            }
            (State::Colon, _) => return Err("a colon is missing"),
            (_, b',') if self.in_object() => self.state = State::Key,
            (_, b',') => self.state = State::Value,
            (_, b']' | b'}') => self.end(byte, handler)?,
            _ => return Err("a comma is missing"),
        }
        *taken = 1;
        Ok(())
    }

    fn value(&mut self, byte: u8, handler: &mut impl Handler) -> Read {
        match byte {
            b'{' | b'[' => {
                self.open(byte)?;
                let (state, event) = match byte {
                    b'{' => (State::KeyOrEnd, Event::Object),
                    _ => (State::ValueOrEnd, Event::Array),
                };
                self.state = state;
                if self.unwanted || handler(event) == Flow::Skip {
                    self.start_skipping(self.depth - 1, false);
                }
            }
            b'"' => {
                self.is_key = false;
                self.state = State::Text;
                if self.unwanted {
                    self.start_skipping(self.depth, true);
                }
            }
            _ => return Err("a value is missing"),
        }
        Ok(())
    }

    fn in_object(&self) -> bool {
        self.kinds & 1 == 1
    }

    fn open(&mut self, bracket: u8) -> Read {
        if self.depth == DEPTH {
            return Err("it is nested too deep");
        }
        self.depth += 1;
        self.kinds = (self.kinds << 1) | u64::from(bracket == b'{');
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Read {
        if self.depth == 0 || self.in_object() != (bracket == b'}') {
            return Err("a bracket closes what it did not open");
        }
        self.depth -= 1;
        self.kinds >>= 1;
        Ok(())
    }

    fn end(&mut self, bracket: u8, handler: &mut impl Handler) -> Read {
        self.close(bracket)?;
        handler(if bracket == b'}' {
            Event::ObjectEnd
        } else {
            Event::ArrayEnd
        });
        self.after_value();
        Ok(())
    }

    fn after_value(&mut self) {
        self.unwanted = false;
        self.state = if self.depth == 0 {
            State::Done
        } else {
            State::CommaOrEnd
        };
    }

    fn scalar(&mut self, bytes: &[u8], taken: &mut usize, handler: &mut impl Handler) -> Read {
        let within =
            |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'E' | b'.' | b'-' | b'+');
        let end = bytes.iter().position(|byte| !within(byte));
        *taken = end.unwrap_or(bytes.len());
        let room = SCALAR.saturating_sub(self.buffer.len()).min(*taken);
        self.buffer.extend_from_slice(&bytes[..room]);
        if end.is_none() {
            return Ok(());
        }
        let number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'e' | b'E' | b'.' | b'-' | b'+');
        let text = &self.buffer[..];
        if !matches!(text, b"true" | b"false" | b"null") && !text.iter().all(number) {
            return Err("there is neither a number nor a literal");
        }
        if !self.unwanted {
            handler(Event::Scalar(text));
        }
        self.buffer.clear();
        self.after_value();
        Ok(())
    }

    fn text(&mut self, bytes: &[u8], taken: &mut usize, handler: &mut impl Handler) -> Read {
        while *taken < bytes.len() {
            match self.escape {
                Escape::None => {
                    let rest = &bytes[*taken..];
                    let Some(end) = memchr2(b'"', b'\\', rest) else {
                        self.stretch(rest, handler);
                        *taken = bytes.len();
                        return Ok(());
                    };
                    *taken += end + 1;
                    if rest[end] == b'"' {
                        self.end_text(&rest[..end], handler);
                        return Ok(());
                    }
                    // Source code is full of escapes, and they seldom lie across two pieces.
                    let next = bytes.get(*taken).and_then(|next| unescaped(*next));
                    match next {
                        Some(character) => {
                            self.stretch_and(&rest[..end], character, handler);
                            *taken += 1;
                        }
                        None => {
                            self.stretch(&rest[..end], handler);
                            self.escape = Escape::Backslash;
                        }
                    }
                }
                Escape::Backslash => {
                    self.escaped(bytes[*taken], handler)?;
                    *taken += 1;
                }
                Escape::Unicode { digits, value } => {
                    let digit = char::from(bytes[*taken]).to_digit(16);
                    let digit = digit.ok_or("an escape is wrong")?;
                    self.unicode(digits + 1, (value << 4) | digit as u16, handler);
                    *taken += 1;
                }
            }
        }
        Ok(())
    }

    /// The character after a backslash.
    fn escaped(&mut self, byte: u8, handler: &mut impl Handler) -> Read {
        if byte == b'u' {
            self.escape = Escape::Unicode {
                digits: 0,
                value: 0,
            };
            return Ok(());
        }
        let character = unescaped(byte).ok_or("an escape is wrong")?;
        self.lone_surrogate(handler);
        self.gather(&[character], handler);
        self.escape = Escape::None;
        Ok(())
    }

    /// A digit of `\uXXXX`; four make a UTF-16 unit.
    fn unicode(&mut self, digits: u8, value: u16, handler: &mut impl Handler) {
        if digits < 4 {
            self.escape = Escape::Unicode { digits, value };
            return;
        }
        self.escape = Escape::None;
        let unit = match (self.high.take(), value) {
            (Some(high), 0xdc00..=0xdfff) => {
                0x1_0000 + (u32::from(high - 0xd800) << 10) + u32::from(value - 0xdc00)
            }
            (high, _) => {
                self.high = high;
                self.lone_surrogate(handler);
                u32::from(value)
            }
        };
        if matches!(value, 0xd800..=0xdbff) {
            self.high = Some(value);
        } else {
            self.character(
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER),
                handler,
            );
        }
    }

    fn lone_surrogate(&mut self, handler: &mut impl Handler) {
        if self.high.take().is_some() {
            self.character(char::REPLACEMENT_CHARACTER, handler);
        }
    }

    fn character(&mut self, character: char, handler: &mut impl Handler) {
        let mut utf8 = [0; 4];
        self.gather(character.encode_utf8(&mut utf8).as_bytes(), handler);
    }

    /// Part of a string without escapes, after which the string goes on.
    fn stretch(&mut self, bytes: &[u8], handler: &mut impl Handler) {
        if bytes.is_empty() {
            return;
        }
        self.lone_surrogate(handler);
        if bytes.len() >= DIRECT && !self.is_key {
            self.hand_over(handler);
            handler(Event::Text {
                piece: bytes,
                last: false,
            });
        } else {
            self.gather(bytes, handler);
        }
    }

    /// Part of a string without escapes, and the character that an escape after it stands for.
    fn stretch_and(&mut self, bytes: &[u8], character: u8, handler: &mut impl Handler) {
        if self.is_key || self.high.is_some() || bytes.len() >= DIRECT {
            self.stretch(bytes, handler);
            self.lone_surrogate(handler);
            self.gather(&[character], handler);
            return;
        }
        // The common case, short: this is most of the work on a source map.
        self.buffer.reserve(bytes.len() + 1);
        self.buffer.extend_from_slice(bytes);
        self.buffer.push(character);
        if self.buffer.len() >= GATHERED {
            self.hand_over(handler);
        }
    }

    /// Unescaped text goes through the buffer, which never grows beyond what is handed over at once.
    fn gather(&mut self, bytes: &[u8], handler: &mut impl Handler) {
        if self.is_key {
            let room = KEY.saturating_sub(self.buffer.len()).min(bytes.len());
            self.buffer.extend_from_slice(&bytes[..room]);
            return;
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= GATHERED {
            self.hand_over(handler);
        }
    }

    fn hand_over(&mut self, handler: &mut impl Handler) {
        if !self.buffer.is_empty() {
            handler(Event::Text {
                piece: &self.buffer,
                last: false,
            });
            self.buffer.clear();
        }
    }

    fn end_text(&mut self, bytes: &[u8], handler: &mut impl Handler) {
        let whole = self.buffer.is_empty() && self.high.is_none();
        if !whole {
            self.stretch(bytes, handler);
            self.lone_surrogate(handler);
        }
        let text = if whole { bytes } else { &self.buffer };
        if self.is_key {
            let flow = handler(Event::Key(&text[..text.len().min(KEY)]));
            self.unwanted = flow == Flow::Skip;
            self.state = State::Colon;
        } else {
            handler(Event::Text {
                piece: text,
                last: true,
            });
            self.after_value();
        }
        self.buffer.clear();
    }

    fn start_skipping(&mut self, skip_to: u32, in_text: bool) {
        self.state = State::Skip;
        self.skip_to = skip_to;
        self.skip_in_text = in_text;
    }

    /// Runs over a value of which only the end is wanted.
    fn skip(&mut self, bytes: &[u8], taken: &mut usize) -> Read {
        while *taken < bytes.len() {
            if self.escape == Escape::Backslash {
                self.escape = Escape::None;
                *taken += 1;
                continue;
            }
            let rest = &bytes[*taken..];
            let end = if self.skip_in_text {
                memchr2(b'"', b'\\', rest)
            } else {
                rest.iter().position(|byte| BRACKET[usize::from(*byte)])
            };
            let Some(end) = end else {
                *taken = bytes.len();
                return Ok(());
            };
            *taken += end + 1;
            match rest[end] {
                b'\\' => self.escape = Escape::Backslash,
                b'"' => self.skip_in_text = !self.skip_in_text,
                open @ (b'{' | b'[') => self.open(open)?,
                close => self.close(close)?,
            }
            if self.depth == self.skip_to && !self.skip_in_text {
                self.after_value();
                return Ok(());
            }
        }
        Ok(())
    }
}

/// What the character after a backslash stands for, if it does so alone.
fn unescaped(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' | b'/' => Some(byte),
        b'n' => Some(b'\n'),
        b't' => Some(b'\t'),
        b'r' => Some(b'\r'),
        b'b' => Some(8),
        b'f' => Some(12),
        _ => None,
    }
}

/// The bytes that matter when a value is skipped.
const BRACKET: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"\"{}[]";
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests;
