//! Runs of digits of base64, which hexadecimal digits are too, and of narrow letters in UTF-16.
//!
//! All of an artifact is searched for them, and so it is tested in words of eight bytes: of a run of
//! [`SHORTEST`] digits, two words side by side hold nothing else.

use std::ops::Range;

/// The fewest digits that are looked at: 18 bytes in base64.
pub(super) const SHORTEST: usize = 24;
/// How far a run is followed before it is known what it is, in bytes.
pub(super) const FOLLOWED: usize = 4096;

const WORD: usize = 8;
/// The fewest letters of UTF-16 that are looked at: so many hold one of the words that are tested, whole.
const LETTERS: usize = 12;

/// Not a digit.
pub(super) const NONE: u8 = 0xff;

/// The value of each digit of base64, in the standard alphabet and in the one for URLs.
pub(super) const BASE64: [u8; 256] = {
    let mut table = [NONE; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
};

/// The value of each hexadecimal digit.
pub(super) const HEX: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

/// Whether the byte is a digit of base64.
pub(super) fn is_digit(byte: u8) -> bool {
    BASE64[usize::from(byte)] != NONE
}

/// Whether the byte is one of text: printable, a tab or part of a line's end.
pub(super) fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// A run of some length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    /// Of digits; at most [`FOLLOWED`] of them.
    Digits(Range<usize>),
    /// Of pairs of a letter and a zero, whichever comes first; it begins with a letter.
    Wide(usize),
}

impl Run {
    pub(super) fn start(&self) -> usize {
        match self {
            Run::Digits(range) => range.start,
            Run::Wide(start) => *start,
        }
    }
}

/// The next run that begins in `from..to`.
pub(super) fn next(bytes: &[u8], from: usize, to: usize) -> Option<Run> {
    let (mut at, mut before) = (from, false);
    while at < bytes.len().min(to + SHORTEST) {
        let block = block(bytes, at);
        let (first, second) = (block as u64, (block >> 64) as u64);
        let (is_first, is_second) = (are_digits(first), are_digits(second));
        // Without branches: most are wrong.
        if is_first & (before | is_second) {
            let start = start_of_digits(bytes, from, at);
            let end = end_of_digits(bytes, at, start + FOLLOWED);
            if start >= to {
                return None;
            }
            if end - start >= SHORTEST {
                return Some(Run::Digits(start..end));
            }
            (at, before) = (end, false);
            continue;
        }
        if may_be_wide(first)
            && let Some(start) = wide(bytes, from, at)
        {
            return (start < to).then_some(Run::Wide(start));
        }
        (at, before) = (at + 2 * WORD, is_second);
    }
    None
}

/// The bytes of two words from `at` on, the first one the lowest, with zeros where there are no more.
fn block(bytes: &[u8], at: usize) -> u128 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(block) => u128::from_le_bytes(*block),
        None => last_block(rest),
    }
}

#[cold]
fn last_block(rest: &[u8]) -> u128 {
    let mut block = [0; 2 * WORD];
    block[..rest.len()].copy_from_slice(rest);
    u128::from_le_bytes(block)
}

/// Where the digits begin that end at `at`, seen from `from` on.
pub(super) fn start_of_digits(bytes: &[u8], from: usize, at: usize) -> usize {
    let before = bytes[from..at].iter().rev();
    at - before.take_while(|byte| is_digit(**byte)).count()
}

/// Where the digits end that begin at `at`, up to `limit`.
pub(super) fn end_of_digits(bytes: &[u8], mut at: usize, limit: usize) -> usize {
    let bytes = &bytes[..bytes.len().min(limit)];
    while are_digits(block(bytes, at) as u64) {
        at += WORD;
    }
    let after = bytes.get(at..).unwrap_or_default();
    at + after.iter().take_while(|byte| is_digit(**byte)).count()
}

const ONES: u64 = u64::from_ne_bytes([1; WORD]);
const HIGHS: u64 = ONES << 7;

/// Whether all eight bytes are digits of base64.
fn are_digits(word: u64) -> bool {
    // The highest bit of each byte says what holds for it; no carry crosses over, for seven bits are added.
    let low = word & !HIGHS;
    let from = |low: u64, first: u8| low + ONES * u64::from(0x80 - first);
    let between = |low: u64, first: u8, last: u8| from(low, first) & !from(low, last + 1);
    let is = |low: u64, byte: u8| !((low ^ (ONES * u64::from(byte))) + ONES * 0x7f);
    let letters = between(low | (ONES * 0x20), b'a', b'z');
    let numbers = between(low, b'0', b'9');
    // `+`, `-` and `/` have these bits in common, with `)` alone.
    let signs = is(low & (ONES * 0x79), b'+' & 0x79) & !is(low, b')') | is(low, b'_');
    (letters | numbers | signs) & !word & HIGHS == HIGHS
}

/// Whether every second byte is zero, and not all are.
fn may_be_wide(word: u64) -> bool {
    const EVEN: u64 = u64::from_le_bytes([0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0]);
    word != 0 && (word & EVEN == 0 || word & !EVEN == 0)
}

/// Where the run of narrow letters in UTF-16 begins that goes through `at`, if it is long enough.
fn wide(bytes: &[u8], from: usize, at: usize) -> Option<usize> {
    let mut letter = if bytes[at] == 0 { at + 1 } else { at };
    let is_letter = |at: usize| bytes.get(at).is_some_and(|byte| is_text(*byte));
    let zero = |at: usize| bytes.get(at) == Some(&0);
    if !is_letter(letter) {
        return None;
    }
    while letter >= from + 2 && zero(letter - 1) && is_letter(letter - 2) {
        letter -= 2;
    }
    let is_pair = |pair: &usize| zero(letter + 2 * pair + 1) && is_letter(letter + 2 * pair + 2);
    let pairs = (0..LETTERS - 1).take_while(is_pair).count();
    (pairs == LETTERS - 1).then_some(letter)
}
