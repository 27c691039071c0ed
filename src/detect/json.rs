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
        handler: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<usize, Malformed> {
        let mut at = 0;
        while at < bytes.len() && self.state != State::Done {
            let rest = &bytes[at..];
            let taken = match self.state {
                State::Text => self.text(rest, handler),
                State::Scalar => self.scalar(rest, handler),
                State::Skip => self.skip(rest),
                _ => self.structure(rest[0], handler),
            };
            at += taken.map_err(|what| Malformed {
                what,
                offset: self.offset + at as u64,
            })?;
        }
        self.offset += at as u64;
        Ok(at)
    }

    /// One byte between values. Returns 0 where it starts a number or literal, which is read anew.
    fn structure(
        &mut self,
        byte: u8,
        handler: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<usize, &'static str> {
        if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            return Ok(1);
        }
        match (self.state, byte) {
            (State::ValueOrEnd, b']') | (State::KeyOrEnd, b'}') => self.end(byte, handler)?,
            (State::Value | State::ValueOrEnd, _) => return self.value(byte, handler),
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
            (_, b',') => self.state = [State::Value, State::Key][self.in_object()],
            (_, b']' | b'}') => self.end(byte, handler)?,
            _ => return Err("a comma is missing"),
        }
        Ok(1)
    }

    fn value(
        &mut self,
        byte: u8,
        handler: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<usize, &'static str> {
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
                Ok(1)
            }
            b'"' => {
                self.is_key = false;
                self.state = State::Text;
                if self.unwanted {
                    self.start_skipping(self.depth, true);
                }
                Ok(1)
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                self.state = State::Scalar;
                Ok(0)
            }
            _ => Err("a value is missing"),
        }
    }

    fn in_object(&self) -> usize {
        (self.kinds & 1) as usize
    }

    fn open(&mut self, bracket: u8) -> Result<(), &'static str> {
        if self.depth == DEPTH {
            return Err("it is nested too deep");
        }
        self.depth += 1;
        self.kinds = self.kinds << 1 | u64::from(bracket == b'{');
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Result<(), &'static str> {
        if self.depth == 0 || (self.in_object() == 1) != (bracket == b'}') {
            return Err("a bracket closes what it did not open");
        }
        self.depth -= 1;
        self.kinds >>= 1;
        Ok(())
    }

    fn end(
        &mut self,
        bracket: u8,
        handler: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<(), &'static str> {
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

    fn scalar(
        &mut self,
        bytes: &[u8],
        handler: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<usize, &'static str> {
        let end = bytes.iter().position(
            |byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'E' | b'.' | b'-' | b'+'),
        );
        let text = &bytes[..end.unwrap_or(bytes.len())];
        if !self.buffer.is_empty() || end.is_none() {
            let room = SCALAR.saturating_sub(self.buffer.len()).min(text.len());
            self.buffer.extend_from_slice(&text[..room]);
        }
        let Some(end) = end else {
            return Ok(bytes.len());
        };
        let text = if self.buffer.is_empty() {
            &text[..end.min(SCALAR)]
        } else {
            &self.buffer[..]
        };
        let number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'e' | b'E' | b'.' | b'-' | b'+');
        if !matches!(text, b"true" | b"false" | b"null") && !text.iter().all(number) {
            return Err("there is neither a number nor a literal");
        }
        if !self.unwanted {
            handler(Event::Scalar(text));
        }
        self.buffer.clear();
        self.after_value();
        Ok(end)
    }

    fn text(
        &mut self,
        bytes: &[u8],
        handler: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<usize, &'static str> {
        let mut at = 0;
        while at < bytes.len() {
            match self.escape {
                Escape::None => {
                    let rest = &bytes[at..];
                    let Some(end) = memchr2(b'"', b'\\', rest) else {
                        self.stretch(rest, handler);
                        return Ok(bytes.len());
                    };
                    at += end + 1;
                    if rest[end] == b'"' {
                        self.end_text(&rest[..end], handler);
                        return Ok(at);
                    }
                    self.stretch(&rest[..end], handler);
                    self.escape = Escape::Backslash;
                }
                Escape::Backslash => {
                    self.escaped(bytes[at], handler)?;
                    at += 1;
                }
                Escape::Unicode { digits, value } => {
                    let digit = char::from(bytes[at]).to_digit(16);
                    let digit = digit.ok_or("an escape is wrong")?;
                    self.unicode(digits + 1, (value << 4) | digit as u16, handler);
                    at += 1;
                }
            }
        }
        Ok(at)
    }

    /// The character after a backslash.
    fn escaped(
        &mut self,
        byte: u8,
        handler: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<(), &'static str> {
        let character = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                self.escape = Escape::Unicode {
                    digits: 0,
                    value: 0,
                };
                return Ok(());
            }
            _ => return Err("an escape is wrong"),
        };
        self.lone_surrogate(handler);
        self.gather(&[character], handler);
        self.escape = Escape::None;
        Ok(())
    }

    /// A digit of `\uXXXX`; four make a UTF-16 unit.
    fn unicode(&mut self, digits: u8, value: u16, handler: &mut impl FnMut(Event<'_>) -> Flow) {
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

    fn lone_surrogate(&mut self, handler: &mut impl FnMut(Event<'_>) -> Flow) {
        if self.high.take().is_some() {
            self.character(char::REPLACEMENT_CHARACTER, handler);
        }
    }

    fn character(&mut self, character: char, handler: &mut impl FnMut(Event<'_>) -> Flow) {
        let mut utf8 = [0; 4];
        self.gather(character.encode_utf8(&mut utf8).as_bytes(), handler);
    }

    /// Part of a string without escapes, after which the string goes on.
    fn stretch(&mut self, bytes: &[u8], handler: &mut impl FnMut(Event<'_>) -> Flow) {
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

    /// Unescaped text goes through the buffer, which never grows beyond what is handed over at once.
    fn gather(&mut self, bytes: &[u8], handler: &mut impl FnMut(Event<'_>) -> Flow) {
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

    fn hand_over(&mut self, handler: &mut impl FnMut(Event<'_>) -> Flow) {
        if !self.buffer.is_empty() {
            handler(Event::Text {
                piece: &self.buffer,
                last: false,
            });
            self.buffer.clear();
        }
    }

    fn end_text(&mut self, bytes: &[u8], handler: &mut impl FnMut(Event<'_>) -> Flow) {
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
    fn skip(&mut self, bytes: &[u8]) -> Result<usize, &'static str> {
        let mut at = 0;
        while at < bytes.len() {
            if self.escape == Escape::Backslash {
                self.escape = Escape::None;
                at += 1;
                continue;
            }
            let rest = &bytes[at..];
            if self.skip_in_text {
                let Some(end) = memchr2(b'"', b'\\', rest) else {
                    return Ok(bytes.len());
                };
                at += end + 1;
                if rest[end] == b'\\' {
                    self.escape = Escape::Backslash;
                    continue;
                }
                self.skip_in_text = false;
            } else {
                let Some(end) = rest.iter().position(|byte| BRACKET[usize::from(*byte)]) else {
                    return Ok(bytes.len());
                };
                at += end + 1;
                match rest[end] {
                    b'"' => {
                        self.skip_in_text = true;
                        continue;
                    }
                    open @ (b'{' | b'[') => {
                        self.open(open)?;
                        continue;
                    }
                    close => self.close(close)?,
                }
            }
            if self.depth == self.skip_to {
                self.after_value();
                return Ok(at);
            }
        }
        Ok(at)
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
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// One line per event; pieces of a string are put together.
    fn events(pieces: &[&[u8]], skip: &str) -> Result<Vec<String>, String> {
        let mut tokenizer = Tokenizer::new();
        let mut seen = Vec::new();
        let mut text = Vec::new();
        for piece in pieces {
            let taken = tokenizer
                .push(piece, &mut |event| {
                    match event {
                        Event::Object => seen.push("{".into()),
                        Event::ObjectEnd => seen.push("}".into()),
                        Event::Array => seen.push("[".into()),
                        Event::ArrayEnd => seen.push("]".into()),
                        Event::Key(key) => {
                            let key = String::from_utf8_lossy(key);
                            seen.push(format!("{key}:"));
                            if key == skip {
                                return Flow::Skip;
                            }
                        }
                        Event::Scalar(scalar) => seen.push(String::from_utf8_lossy(scalar).into()),
                        Event::Text { piece, last } => {
                            text.extend_from_slice(piece);
                            if last {
                                seen.push(format!("{:?}", String::from_utf8_lossy(&text)));
                                text.clear();
                            }
                        }
                    }
                    Flow::Go
                })
                .map_err(|malformed| malformed.to_string())?;
            if taken < piece.len() {
                return Err("more follows".into());
            }
        }
        if tokenizer.done() {
            Ok(seen)
        } else {
            Err(tokenizer.broken_off().to_string())
        }
    }

    fn whole(text: &str) -> Result<Vec<String>, String> {
        events(&[text.as_bytes()], "-")
    }

    #[test]
    fn a_document_becomes_events() {
        let seen = whole(r#" {"a" : [1, -2.5e3,true ,null], "b\n\"": "x\tA\/", "c":{}, "d":[]} "#);
        // What follows the document is the caller's to judge.
        assert_eq!(seen, Err("more follows".into()));
        let seen = whole(r#" {"a" : [1, -2.5e3,true ,null], "b\n\"": "x\tA\/", "c":{}, "d":[]}"#);
        insta::assert_snapshot!(
            seen.unwrap().join(" ").replace('\n', "¶"),
            @r#"{ a: [ 1 -2.5e3 true null ] b¶": "x\tA/" c: { } d: [ ] }"#
        );
    }

    #[test]
    fn surrogates_are_joined_or_replaced() {
        let seen = whole(
            r#"["\ud83d\ude00","\ud83d","\ud83dx","\ude00","\ud83d\ud83d\ude00","\ud83d\n"]"#,
        );
        assert_eq!(
            seen.unwrap()[1..7],
            [
                "\"😀\"",
                "\"\u{fffd}\"",
                "\"\u{fffd}x\"",
                "\"\u{fffd}\"",
                "\"\u{fffd}😀\"",
                "\"\u{fffd}\\n\""
            ]
        );
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in [
            "",
            "{",
            "[1",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "[1,]",
            "[1 2]",
            "[1}",
            "[\"\\x\"]",
            "[\"\\u12g4\"]",
            "[tru]",
            "[truest]",
            "[\"a]",
            "]",
            "[,1]",
            "{,}",
            "{1:2}",
            "[nul",
            "@",
        ] {
            assert!(whole(text).is_err(), "{text}");
        }
        assert!(whole(&("[".repeat(64) + &"]".repeat(64))).is_ok());
        assert!(whole(&("[".repeat(65) + &"]".repeat(65))).is_err());
    }

    #[test]
    fn a_skipped_value_leaves_no_event() {
        for value in [r#"{"b":["}",{"\"":"\\"}]}"#, r#""te\"xt""#, "12", "[]"] {
            let text = format!(r#"{{"a":1,"skip":{value},"z":2}}"#);
            let seen = events(&[text.as_bytes()], "skip").unwrap();
            assert_eq!(seen, ["{", "a:", "1", "skip:", "z:", "2", "}"], "{value}");
        }
        assert!(events(&[br#"{"skip":[}]}"#], "skip").is_err());
        assert!(events(&[br#"{"skip":["a\"]}"#], "skip").is_err());
    }

    #[test]
    fn long_keys_and_numbers_are_cut() {
        let text = format!(r#"{{"{}":{}}}"#, "k".repeat(1000), "1".repeat(1000));
        let cut = whole(&text).unwrap();
        assert_eq!(cut[1].len(), KEY + 1);
        assert_eq!(cut[2].len(), SCALAR);
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(3).collect();
        assert_eq!(events(&bytes, "-").unwrap(), cut);
    }

    #[test]
    fn memory_is_bounded_whatever_a_string_is_made_of() {
        for unit in ["\\n", "\\ud83d", "\\u00e9", "x", "xxxxxxxxxxxxxxxxxxxx\\n"] {
            for (start, end) in [("{\"a\":\"", "\"}"), ("{\"", "\":1}")] {
                let mut tokenizer = Tokenizer::new();
                let middle = unit.repeat(1000);
                tokenizer.push(start.as_bytes(), &mut |_| Flow::Go).unwrap();
                for _ in 0..200 {
                    tokenizer
                        .push(middle.as_bytes(), &mut |_| Flow::Go)
                        .unwrap();
                }
                tokenizer.push(end.as_bytes(), &mut |_| Flow::Go).unwrap();
                assert!(tokenizer.done());
                assert!(tokenizer.buffer.capacity() <= 2 * GATHERED, "{unit}");
            }
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let text = "(?s).{0,12}|[a-z\\\\\"\n\u{0}-\u{1f}\u{10000}-\u{10020}]{0,12}";
        let leaf = prop_oneof![
            4 => Just(Value::Null),
            4 => any::<bool>().prop_map(Value::from),
            4 => any::<i64>().prop_map(Value::from),
            4 => any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
            9 => text.prop_map(Value::from),
            1 => Just(Value::from("long\n".repeat(20_000))),
        ];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(text, inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn expected(value: &Value, seen: &mut Vec<String>) {
        match value {
            Value::String(text) => seen.push(format!("{text:?}")),
            Value::Array(values) => {
                seen.push("[".into());
                values.iter().for_each(|value| expected(value, seen));
                seen.push("]".into());
            }
            Value::Object(map) => {
                seen.push("{".into());
                for (key, value) in map {
                    seen.push(format!("{key}:"));
                    expected(value, seen);
                }
                seen.push("}".into());
            }
            scalar => seen.push(scalar.to_string()),
        }
    }

    /// Every character outside ASCII, and every seventh inside, as an escape.
    fn escaped(text: &str) -> String {
        let mut units = [0; 2];
        let mut quoted = false;
        let mut escape = false;
        let mut result = String::new();
        for (index, character) in text.chars().enumerate() {
            let plain =
                character.is_ascii() && (index % 7 != 0 || !character.is_ascii_alphanumeric());
            if quoted && !escape && !plain {
                for unit in character.encode_utf16(&mut units) {
                    result.push_str(&format!("\\u{unit:04X}"));
                }
            } else {
                result.push(character);
            }
            quoted ^= character == '"' && !escape;
            // An escape of serde_json's own may be `\u00xx`: its digits stay as they are.
            escape = character == '\\' && !escape;
        }
        result
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 300,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn any_split_gives_what_serde_json_reads(value in json(), step in 1usize..40, pretty: bool) {
            let value = serde_json::json!({ "top": value });
            let mut text = if pretty {
                serde_json::to_string_pretty(&value).unwrap()
            } else {
                value.to_string()
            };
            if !text.contains("\\u") {
                text = escaped(&text);
                prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &value);
            }
            let mut wanted = Vec::new();
            expected(&value, &mut wanted);
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(step).collect();
            prop_assert_eq!(&events(&pieces, "-").unwrap(), &wanted);
            prop_assert_eq!(&whole(&text).unwrap(), &wanted);
            prop_assert_eq!(events(&pieces, "top").unwrap(), ["{", "top:", "}"]);
        }

        #[test]
        fn nothing_makes_it_panic(bytes: Vec<u8>, step in 1usize..9) {
            let pieces: Vec<&[u8]> = bytes.chunks(step).collect();
            prop_assert_eq!(events(&pieces, "a").is_ok(), events(&[&bytes], "a").is_ok());
        }

        #[test]
        fn a_cut_document_is_not_complete(value in json(), cut in 0.0f64..1.0) {
            let text = serde_json::json!([value]).to_string();
            let cut = (text.len() as f64 * cut) as usize;
            prop_assert!(events(&[&text.as_bytes()[..cut]], "-").is_err());
        }
    }
}
