//! Where in a text something may be encoded, and in which form.

use memchr::{memchr2_iter, memmem};

use super::{
    Form,
    decoder::{escape, next_line, percent},
    runs::{self, FOLLOWED, Run, is_digit, is_text},
    stream::Opened,
};

/// How far before an escape the text with escapes may begin, in bytes.
const BEFORE_ESCAPE: usize = 512;
/// Digits that hold no text are decoded all the same if there are so many of them.
const LONG: usize = 256;
/// What a source map in a comment stands behind: it is read as such.
const MAP: &[u8] = b"sourceMappingURL";

/// What binary data in base64 begins with that holds no text: pictures, fonts, sound, WebAssembly, what is
/// compressed, and DER.
const NO_TEXT: [&str; 20] = [
    "iVBOR", "/9j/", "R0lGOD", "UklGR", "d09GR", "d09GM", "AAEAAAA", "T1RUTw", "AGFzb", "H4sI",
    "UEsDB", "KLUv/", "SUQz", "T2dnU", "AAABAA", "AAAAGGZ0", "AAAAHGZ0", "AAAAIGZ0", "MII",
    "QlpoO",
];

/// Looks for the next stretch.
#[derive(Default)]
pub(super) struct Finder {
    run: Option<Next<Run>>,
    escape: Option<Next<Opened>>,
    /// The view has ended within digits that are passed over.
    skipping: bool,
}

/// The first of a kind from some place on, if there is one.
type Next<T> = Option<(usize, T)>;

impl Finder {
    /// Begins with a view, of which what lies before `at` was seen.
    pub(super) fn start(&mut self, bytes: &[u8], at: &mut usize) {
        let skipping = self.skipping;
        *self = Self::default();
        if skipping {
            self.skip(bytes, at, *at);
        }
    }

    /// The next stretch that begins in `at..to`. `at` comes to where there is nothing more before.
    pub(super) fn next(&mut self, bytes: &[u8], at: &mut usize, to: usize) -> Option<Opened> {
        while *at < to {
            let from = *at;
            let run = known(&mut self.run, from, || {
                let run = runs::next(bytes, from, to)?;
                Some((run.start(), run))
            });
            let escape = known(&mut self.escape, from, || next_escape(bytes, from, to));
            match (run, escape) {
                (run, Some(escape)) if run.is_none_or(|run| run.start() >= escape.start) => {
                    return Some(*escape);
                }
                (Some(Run::Wide(start)), _) => {
                    return Some(Opened {
                        form: Form::Utf16,
                        start: *start,
                    });
                }
                (Some(Run::Digits(range)), _) => {
                    if let Some(opened) = judge(bytes, range.clone()) {
                        return Some(opened);
                    }
                    let end = range.end;
                    self.skip(bytes, at, end);
                }
                (None, _) => *at = to,
            }
        }
        None
    }

    /// Passes over the digits that go on at `from`.
    fn skip(&mut self, bytes: &[u8], at: &mut usize, from: usize) {
        *at = runs::end_of_digits(bytes, from, bytes.len());
        self.skipping = *at == bytes.len();
    }
}

/// What is known to come next, or is looked for now.
fn known<T>(next: &mut Option<Next<T>>, at: usize, look: impl FnOnce() -> Next<T>) -> Option<&T> {
    let is_passed = |next: &Next<T>| next.as_ref().is_some_and(|(start, _)| *start < at);
    if next.as_ref().is_none_or(is_passed) {
        *next = Some(look());
    }
    next.as_ref()?.as_ref().map(|(_, next)| next)
}

/// What a run of digits is, if it is worth decoding.
fn judge(bytes: &[u8], run: std::ops::Range<usize>) -> Option<Opened> {
    let digits = &bytes[run.clone()];
    let number = digits.strip_prefix(b"0x").or(digits.strip_prefix(b"x"));
    let number = number.unwrap_or(digits);
    if number[..number.len().min(runs::SHORTEST)]
        .iter()
        .all(|byte| runs::HEX[usize::from(*byte)] != runs::NONE)
    {
        let start = run.end - number.len();
        let text = is_hex_text(number);
        return text.then_some(Opened {
            form: Form::Hex,
            start,
        });
    }
    let start = run.start + start_of_text(digits, &bytes[run.end..])?;
    let before = &bytes[run.start.saturating_sub(64)..run.start];
    let is_data = || {
        let mut starts = NO_TEXT.iter();
        starts.any(|start| digits.starts_with(start.as_bytes()))
    };
    let is_map = || memmem::find(before, MAP).is_some();
    (!is_data() && !is_map()).then_some(Opened {
        form: Form::Base64,
        start,
    })
}

fn is_hex_text(digits: &[u8]) -> bool {
    let values = |pair: &[u8]| {
        let value = |digit: u8| runs::HEX[usize::from(digit)];
        (value(pair[0]) << 4) | value(pair[1])
    };
    let mut pairs = digits[..digits.len().min(runs::SHORTEST)].chunks_exact(2);
    digits.len() >= runs::SHORTEST && pairs.all(|pair| is_text(values(pair)))
}

/// Where in the digits the text begins that they stand for: what stands before them without a gap, such as
/// the path of an address, puts them out of step. Data that is no text is decoded if there is much of it.
fn start_of_text(digits: &[u8], after: &[u8]) -> Option<usize> {
    let whole = digits.len() < FOLLOWED;
    let padding = after
        .iter()
        .take(3)
        .take_while(|byte| **byte == b'=')
        .count();
    let known = (whole && padding > 0).then_some((digits.len() + padding) % 4);
    let steps = || (0..4).filter(|step| known.is_none_or(|known| known == *step));
    let head = |step: &usize| is_base64_text(&digits[*step..]);
    let tail = |step: &usize| {
        let groups = (digits.len() - step) / 4;
        let last = groups.saturating_sub(runs::SHORTEST / 4);
        is_base64_text(&digits[step + 4 * last..step + 4 * groups])
    };
    let text = steps().find(head);
    let text = text.or_else(|| steps().find(|step| whole && tail(step)));
    let is_long =
        || digits.len() >= LONG || next_line(after, digits.len(), &runs::BASE64).is_some();
    text.or_else(|| is_long().then_some(known.unwrap_or(0)))
}

/// Whether the first digits stand for text, narrow or in UTF-16.
fn is_base64_text(digits: &[u8]) -> bool {
    let mut decoded = [0; runs::SHORTEST / 4 * 3];
    let mut length = 0;
    for group in digits[..digits.len().min(runs::SHORTEST)].chunks_exact(4) {
        let bits = group.iter().fold(0, |bits, digit| {
            (bits << 6) | u32::from(runs::BASE64[usize::from(*digit)])
        });
        let bytes = bits.to_be_bytes();
        let is_possible = |byte: &u8| *byte == 0 || is_text(*byte) || length < 3;
        if !bytes[1..].iter().all(is_possible) {
            return false;
        }
        decoded[length..length + 3].copy_from_slice(&bytes[1..]);
        length += 3;
    }
    let decoded = &decoded[..length];
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    let mark = marks.iter().find_map(|mark| decoded.strip_prefix(*mark));
    let decoded = mark.unwrap_or(decoded);
    let every_second = |from: usize, is: fn(u8) -> bool| {
        decoded.iter().skip(from).step_by(2).all(|byte| is(*byte))
    };
    let is_wide = |letters: usize| {
        every_second(letters, is_text) && every_second(1 - letters, |byte| byte == 0)
    };
    decoded.len() >= 12 && (decoded.iter().all(|byte| is_text(*byte)) || is_wide(0) || is_wide(1))
}

/// The next text with escapes or percent-encoding that begins in `at..to`.
fn next_escape(bytes: &[u8], at: usize, to: usize) -> Next<Opened> {
    let end = bytes.len().min(to + BEFORE_ESCAPE);
    let places = memchr2_iter(b'\\', b'%', bytes.get(at..end)?);
    let place = places
        .map(|place| at + place)
        .find(|place| is_telling(bytes, *place))?;
    begin(bytes, at, place, to)
}

/// Whether what no writer escapes without need is escaped at `place`: printable ASCII within a word, or
/// beside another one.
fn is_telling(bytes: &[u8], place: usize) -> bool {
    let (before, rest) = bytes.split_at(place);
    let mut meant = Vec::new();
    let length = match rest {
        [b'\\', b'/', ..] => return ends_in_word(before) && begins_with_word(&rest[2..]),
        [b'\\', b'x' | b'u', ..] => escape(rest, &mut meant),
        [b'%', b'2'..=b'7', ..] => percent(rest, &mut meant),
        _ => None,
    };
    let Some(length) = length.filter(|_| meant.iter().all(|byte| is_text(*byte))) else {
        return false;
    };
    let after = &rest[length..];
    let goes_on = match rest[0] {
        b'%' => after.starts_with(b"%"),
        _ => after.starts_with(br"\x") || after.starts_with(br"\u"),
    };
    goes_on || ends_in_word(before) || begins_with_word(after)
}

fn ends_in_word(bytes: &[u8]) -> bool {
    matches!(bytes, [.., a, b] if is_digit(*a) && is_digit(*b))
}

fn begins_with_word(bytes: &[u8]) -> bool {
    matches!(bytes, [a, b, ..] if is_digit(*a) && is_digit(*b))
}

/// The text that has the escape at `place` in it, if it begins before `to`: at its first escape.
fn begin(bytes: &[u8], at: usize, place: usize, to: usize) -> Next<Opened> {
    let form = match bytes[place] {
        b'%' => Form::Percent,
        _ => Form::Escapes,
    };
    let before = &bytes[at.max(place.saturating_sub(BEFORE_ESCAPE))..place];
    let ends = |byte: &u8| match form {
        Form::Percent => b" \"'`<>\t\r\n\0".contains(byte),
        _ => b"\r\n\0".contains(byte),
    };
    let before = match before.iter().rposition(ends) {
        Some(end) => &before[end + 1..],
        None => before,
    };
    let first = match form {
        Form::Percent => memchr::memchr(b'%', before),
        _ => first_escape(before),
    };
    let start = place - first.map_or(0, |first| before.len() - first);
    (start < to).then_some((start, Opened { form, start }))
}

/// The first escape in the string that `before` ends in.
fn first_escape(before: &[u8]) -> Option<usize> {
    let (mut first, mut at) = (None, 0);
    while at < before.len() {
        match before[at] {
            b'\\' => {
                first = first.or(Some(at));
                at += 1;
            }
            b'"' | b'\'' | b'`' => first = None,
            _ => {}
        }
        at += 1;
    }
    first
}
