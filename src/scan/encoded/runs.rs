//! Runs of digits of base64, which hexadecimal digits are too, and of narrow letters in UTF-16.
//!
//! All of an artifact is searched for them, and so it is tested in blocks of bytes: no run begins before the
//! last byte in the block that is no digit.

use std::ops::Range;

/// The fewest digits that are looked at: 18 bytes in base64.
pub(super) const SHORTEST: usize = 24;
/// How far a run is followed before it is known what it is, in bytes.
pub(super) const FOLLOWED: usize = 4096;

const BLOCK: usize = 16;
/// The fewest letters of UTF-16 that are looked at: so many hold one of the blocks that are tested, whole.
const LETTERS: usize = 20;

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
    let mut at = from;
    while at < to {
        // A run that begins at `at` ends with this block or behind it.
        let block_at = at + SHORTEST - BLOCK;
        let block = block(bytes, block_at)?;
        let others = others(block);
        if others != 0 {
            if may_be_wide(block)
                && let Some(start) = wide(bytes, from, block_at)
            {
                return (start < to).then_some(Run::Wide(start));
            }
            at = block_at + BLOCK - (others.leading_zeros() / 8) as usize;
            continue;
        }
        let before = bytes[at..block_at].iter();
        if let Some(other) = before.rev().position(|byte| !is_digit(*byte)) {
            at = block_at - other;
            continue;
        }
        let end = end_of_digits(bytes, block_at + BLOCK, at + FOLLOWED);
        return Some(Run::Digits(at..end));
    }
    None
}

fn block(bytes: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    bytes.get(at..)?.first_chunk()
}

/// The bytes that are no digits of base64, the last one the highest.
fn others(block: &[u8; BLOCK]) -> u128 {
    // Without branches, so that compilers make it a few instructions for all bytes together.
    let mut others = [0; BLOCK];
    for (other, byte) in others.iter_mut().zip(*block) {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let number = byte.wrapping_sub(b'0') < 10;
        let sign = (byte == b'+') | (byte == b'-') | (byte == b'/') | (byte == b'_');
        *other = u8::from(letter | number | sign).wrapping_sub(1);
    }
    u128::from_le_bytes(others)
}

/// Where the digits begin that end at `at`, seen from `from` on.
pub(super) fn start_of_digits(bytes: &[u8], from: usize, at: usize) -> usize {
    let before = bytes[from..at].iter().rev();
    at - before.take_while(|byte| is_digit(**byte)).count()
}

/// Where the digits end that begin at `at`, up to `limit`.
pub(super) fn end_of_digits(bytes: &[u8], mut at: usize, limit: usize) -> usize {
    let bytes = &bytes[..bytes.len().min(limit)];
    while block(bytes, at).is_some_and(|block| others(block) == 0) {
        at += BLOCK;
    }
    let after = bytes.get(at..).unwrap_or_default();
    at + after.iter().take_while(|byte| is_digit(**byte)).count()
}

/// Whether every second byte is zero, and not all are.
fn may_be_wide(block: &[u8; BLOCK]) -> bool {
    const EVEN: u128 = u128::from_le_bytes([
        0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0,
    ]);
    let block = u128::from_le_bytes(*block);
    block != 0 && (block & EVEN == 0 || block & !EVEN == 0)
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
