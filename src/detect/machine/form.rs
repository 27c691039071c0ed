//! The forms in which a value may be written in a file. What is made of one may be a secret, and is
//! overwritten after use.

use zeroize::Zeroizing;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::detect) enum Form {
    Plain,
    JsonEscaped,
    PercentEncoded,
    Base64,
    Utf16Le,
    Utf16Be,
    Hex,
    Reversed,
    ReversedHex,
}

impl Form {
    /// What people call it.
    pub(in crate::detect) fn name(self) -> &'static str {
        match self {
            Form::Plain => "plain",
            Form::JsonEscaped => "JSON-escaped",
            Form::PercentEncoded => "percent-encoded",
            Form::Base64 => "base64",
            Form::Utf16Le => "UTF-16LE",
            Form::Utf16Be => "UTF-16BE",
            Form::Hex => "hexadecimal",
            Form::Reversed => "reversed",
            Form::ReversedHex => "reversed hexadecimal",
        }
    }
}

/// Hexadecimal digits, in one case.
#[derive(Clone, Copy)]
pub(in crate::detect) struct Digits(&'static [u8; 16]);

impl Digits {
    pub(in crate::detect) const UPPER: Self = Self(b"0123456789ABCDEF");
    pub(in crate::detect) const LOWER: Self = Self(b"0123456789abcdef");

    /// The two digits of a byte.
    pub(in crate::detect) fn of(self, byte: u8) -> [u8; 2] {
        let digit = |value: u8| self.0[usize::from(value & 15)];
        [digit(byte >> 4), digit(byte)]
    }
}

/// `value` with `%` and digits for what may not stand in an address, nor in `kept`.
pub(in crate::detect) fn percent_encoded(
    value: &[u8],
    kept: &str,
    digits: Digits,
) -> Zeroizing<Vec<u8>> {
    let mut encoded = Zeroizing::new(Vec::with_capacity(value.len() * 3));
    for &byte in value {
        if byte.is_ascii_alphanumeric()
            || b"-._~".contains(&byte)
            || kept.as_bytes().contains(&byte)
        {
            encoded.push(byte);
        } else {
            encoded.push(b'%');
            encoded.extend_from_slice(&digits.of(byte));
        }
    }
    encoded
}

/// `value` in base64 behind `lead` other bytes: inside a longer text, it may begin at any byte of a group of
/// three. Only the characters count that its neighbours have no part in.
pub(in crate::detect) fn base64(
    value: &[u8],
    lead: usize,
    engine: &impl base64::Engine,
) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(lead + value.len()));
    bytes.resize(lead, 0);
    bytes.extend_from_slice(value);
    let encoded = Zeroizing::new(engine.encode(&*bytes));
    let own = (lead * 8).div_ceil(6)..bytes.len() * 8 / 6;
    Zeroizing::new(encoded.as_bytes()[own].to_vec())
}

/// `value` in UTF-16, its units in this order of bytes.
pub(in crate::detect) fn utf16(value: &str, order: fn(u16) -> [u8; 2]) -> Zeroizing<Vec<u8>> {
    let mut units = Zeroizing::new(Vec::with_capacity(value.len() * 2));
    value
        .encode_utf16()
        .for_each(|unit| units.extend_from_slice(&order(unit)));
    units
}
