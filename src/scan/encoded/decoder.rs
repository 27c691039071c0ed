//! From what is written to what is meant: one decoder per form, fed with positions of a view.

use std::collections::VecDeque;

use super::{
    Form,
    runs::{self, is_digit, is_text},
};

/// How much follows without an escape until a text with escapes is taken to have ended, in bytes.
const WITHOUT_ESCAPE: usize = 256;
/// Lines of digits are at least so long where a text is broken into lines.
const SHORTEST_LINE: usize = 24;
/// How much may lie between two lines of digits, in bytes: quotes, signs, white space.
const BETWEEN_LINES: usize = 256;
/// How padding is written: plainly, for an address, and in JSON that may stand in HTML.
const PADDING: [&[u8]; 5] = [b"=", b"%3D", b"%3d", br"\u003d", br"\u003D"];
/// Places further behind are forgotten: the search for matches does not look back so far.
const REMEMBERED: u64 = 64 << 10;

/// Decodes one stretch.
pub(super) enum Decoder {
    Digits(Digits),
    Escaped(Escaped),
    Wide,
}

impl Decoder {
    pub(super) fn new(form: Form) -> Self {
        match form {
            Form::Base64 => Self::Digits(Digits::new(&runs::BASE64, 6)),
            Form::Hex => Self::Digits(Digits::new(&runs::HEX, 4)),
            Form::Percent | Form::Escapes => Self::Escaped(Escaped::new(form)),
            Form::Utf16 => Self::Wide,
        }
    }

    /// Decodes `bytes` from `at` to `to` and says how far it came, and whether the text ends there. What
    /// lies behind `to` is only looked at.
    pub(super) fn decode(
        &mut self,
        bytes: &[u8],
        at: usize,
        to: usize,
        out: &mut Vec<u8>,
    ) -> (usize, bool) {
        match self {
            Self::Digits(digits) => digits.decode(bytes, at, to, out),
            Self::Escaped(escaped) => escaped.decode(bytes, at, to, out),
            Self::Wide => wide(bytes, at, to, out),
        }
    }

    /// How long the padding is that `after` begins with, if what was decoded asks for it.
    pub(super) fn padding(&self, after: &[u8]) -> usize {
        match self {
            Self::Digits(digits) => digits.padding(after),
            Self::Escaped(_) | Self::Wide => 0,
        }
    }
}

/// Digits of base64 or hexadecimal ones, perhaps in lines.
pub(super) struct Digits {
    values: &'static [u8; 256],
    bits: u32,
    /// Bits that do not make a byte yet.
    rest: u32,
    count: u32,
    /// Digits in this line.
    line: usize,
}

impl Digits {
    fn new(values: &'static [u8; 256], bits: u32) -> Self {
        Self {
            values,
            bits,
            rest: 0,
            count: 0,
            line: 0,
        }
    }

    fn decode(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        to: usize,
        out: &mut Vec<u8>,
    ) -> (usize, bool) {
        while at < to {
            let value = self.values[usize::from(bytes[at])];
            if value != runs::NONE {
                self.digit(value, out);
                at += 1;
            } else if self.bits == 6 && bytes[at..].starts_with(br"\/") {
                // As some writers of JSON put it.
                self.digit(self.values[usize::from(b'/')], out);
                at += 2;
            } else if let Some(next) = next_line(&bytes[at..], self.line, self.values) {
                self.line = 0;
                at += next;
            } else {
                return (at, true);
            }
        }
        (at, at >= bytes.len())
    }

    fn padding(&self, after: &[u8]) -> usize {
        // Two bits are left for each sign of padding.
        let signs = match (self.bits, self.count) {
            (6, 2 | 4) => self.count / 2,
            _ => 0,
        };
        let mut length = 0;
        for _ in 0..signs {
            let rest = &after[length..];
            let sign = PADDING.iter().find(|sign| rest.starts_with(sign));
            length += sign.map_or(0, |sign| sign.len());
        }
        // Where more digits follow, the padding is what parts the two.
        let is_last = after.get(length).is_none_or(|byte| !is_digit(*byte));
        if is_last { length } else { 0 }
    }

    fn digit(&mut self, value: u8, out: &mut Vec<u8>) {
        self.line += 1;
        self.rest = (self.rest << self.bits) | u32::from(value);
        self.count += self.bits;
        if self.count >= 8 {
            self.count -= 8;
            out.push((self.rest >> self.count) as u8);
            self.rest &= (1 << self.count) - 1;
        }
    }
}

/// Where the next line of digits begins after a line of so many, if what follows is one. What follows must
/// be as long as the line, or shorter and the last; a name (`next: …`) is none.
pub(super) fn next_line(bytes: &[u8], line: usize, values: &[u8; 256]) -> Option<usize> {
    if line < SHORTEST_LINE || !line.is_multiple_of(4) {
        return None;
    }
    let bytes = &bytes[..bytes.len().min(BETWEEN_LINES + 4 * line)];
    let gap = line_break(bytes)?;
    let next = &bytes[gap..];
    let is_digit = |byte: &u8| values[usize::from(*byte)] != runs::NONE;
    let length = next.iter().take_while(|byte| is_digit(byte)).count();
    let after = &next[length..];
    let padding = after.iter().take_while(|byte| **byte == b'=').count();
    let is_padded = padding == 0 || (padding <= 2 && (length + padding).is_multiple_of(4));
    let ends = match after.get(padding) {
        Some(byte) => b" \t\r\n\"'`\\<,;)".contains(byte),
        None => true,
    };
    (length > 0 && length <= line && is_padded && ends).then_some(gap)
}

/// How long the break between two lines of digits is: white space with a line's end in it, real or written
/// as an escape, or the quotes and the sign between two parts of a string.
fn line_break(bytes: &[u8]) -> Option<usize> {
    let quote = |at: usize| {
        let escaped = bytes[at..].starts_with(b"\\\"") || bytes[at..].starts_with(b"\\'");
        let quote = bytes.get(at + usize::from(escaped));
        let quote = quote.filter(|byte| b"\"'`".contains(byte));
        quote.map_or(0, |_| 1 + usize::from(escaped))
    };
    let opened = quote(0);
    let (mut at, mut broken) = (opened, false);
    while at < BETWEEN_LINES {
        let length = match bytes.get(at..)? {
            [b'\n' | b'\r', ..] => 1,
            [b'\\', b'\n', ..] => 2,
            [b'\\', b'n' | b'r', ..] => 2,
            [b'\\', b'\\', b'n' | b'r', ..] => 3,
            [b'+' | b'.', ..] if opened > 0 => 1,
            [b' ' | b'\t', ..] => {
                at += 1;
                continue;
            }
            _ => break,
        };
        broken = true;
        at += length;
    }
    let closed = quote(at);
    (broken && (opened > 0) == (closed > 0)).then_some(at + closed)
}

/// A string with escapes, or a text with percent-encoding.
pub(super) struct Escaped {
    form: Form,
    /// How much was read since the last escape that is worth decoding.
    plain: usize,
    /// How much was written.
    written: u64,
    read: u64,
    /// Where in what was read and in what was written the two get out of step.
    marks: VecDeque<(u64, u64)>,
}

impl Escaped {
    fn new(form: Form) -> Self {
        Self {
            form,
            plain: 0,
            written: 0,
            read: 0,
            marks: VecDeque::new(),
        }
    }

    fn decode(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        to: usize,
        out: &mut Vec<u8>,
    ) -> (usize, bool) {
        while at < to {
            let (before, byte) = (out.len(), bytes[at]);
            let length = match (self.form, byte) {
                (Form::Percent, b'%') => percent(&bytes[at..], out),
                (Form::Escapes, b'\\') => escape(&bytes[at..], out),
                _ => None,
            };
            match length {
                Some(length) => {
                    let telling = self.form == Form::Percent || length > 2 || bytes[at + 1] == b'/';
                    if telling {
                        self.plain = 0;
                    }
                    self.step(length, out.len() - before);
                    at += length;
                }
                None if self.ends_at(byte) => return (at, true),
                None => {
                    out.push(byte);
                    self.plain += 1;
                    self.read += 1;
                    self.written += 1;
                    at += 1;
                }
            }
        }
        (at, at >= bytes.len())
    }

    fn ends_at(&self, byte: u8) -> bool {
        // Base64 is not cut in two.
        let long = self.plain >= WITHOUT_ESCAPE && !is_digit(byte);
        let closes = match self.form {
            Form::Percent => b" \"'`<>\t".contains(&byte),
            _ => b"\"'`".contains(&byte),
        };
        long || closes || matches!(byte, 0 | b'\r' | b'\n')
    }

    fn step(&mut self, read: usize, written: usize) {
        self.read += read as u64;
        self.written += written as u64;
        self.marks.push_back((self.written, self.read));
        let is_old = |mark: &(u64, u64)| mark.0 + REMEMBERED < self.written;
        while self.marks.len() > 1 && self.marks.get(1).is_some_and(is_old) {
            self.marks.pop_front();
        }
    }

    /// Where in what was read the byte comes from that was written at `written`.
    pub(super) fn origin(&self, written: u64) -> u64 {
        let after = self.marks.partition_point(|mark| mark.0 <= written);
        let mark = after.checked_sub(1).and_then(|index| self.marks.get(index));
        mark.map_or(written, |(there, here)| here + (written - there))
            .min(self.read)
    }
}

/// The byte that `%XX` stands for; returns its length.
pub(super) fn percent(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let value = number(text.get(1..3)?)?;
    out.push(u8::try_from(value).ok()?);
    Some(3)
}

/// What an escape of JSON, JavaScript or Python stands for; returns its length.
pub(super) fn escape(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let character = |value: u32, out: &mut Vec<u8>| {
        let character = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    };
    let byte = *text.get(1)?;
    match byte {
        b'x' => {
            if let Some(value) = text.get(2..4).and_then(number) {
                out.push(u8::try_from(value).ok()?);
                return Some(4);
            }
        }
        b'u' if text.get(2) == Some(&b'{') => {
            let length = text.iter().take(10).position(|byte| *byte == b'}')?;
            character(number(text.get(3..length)?)?, out);
            return Some(length + 1);
        }
        b'u' => {
            if let Some(value) = text.get(2..6).and_then(number) {
                character(value, out);
                return Some(6);
            }
        }
        b'\n' => return Some(2),
        _ => {}
    }
    out.push(match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'0' => 0,
        other => other,
    });
    Some(2)
}

/// Hexadecimal digits as a number.
fn number(digits: &[u8]) -> Option<u32> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    digits
        .iter()
        .map(digit)
        .try_fold(0, |value, digit| Some((value << 4) | digit?))
}

/// The letters of narrow text in UTF-16.
fn wide(bytes: &[u8], mut at: usize, to: usize, out: &mut Vec<u8>) -> (usize, bool) {
    while at < to {
        if !is_text(bytes[at]) {
            return (at, true);
        }
        out.push(bytes[at]);
        at += 1;
        match bytes.get(at) {
            Some(0) => at += 1,
            _ => return (at, true),
        }
    }
    (at, at >= bytes.len())
}
