//! Hash values: written and read as lower-case hexadecimal.

use std::{
    fmt,
    io::{self, Read, Write},
    str::FromStr,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, digest::Output};

/// Bytes that are copied at a time.
const PIECE: usize = 1 << 16;

/// The value of an N-byte hash function.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashValue<const N: usize>([u8; N]);

/// A SHA-256 value.
pub type Sha256 = HashValue<32>;
/// A SHA-512 value.
pub type Sha512 = HashValue<64>;

impl Sha256 {
    /// The SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// Copies a stream, and says what was copied.
    ///
    /// # Errors
    ///
    /// When reading or writing fails.
    pub fn copying(from: impl Read, to: impl Write) -> io::Result<Self> {
        Ok(Self(copying::<sha2::Sha256>(from, to)?.into()))
    }

    /// The SHA-256 of all that is read.
    ///
    /// # Errors
    ///
    /// When reading fails.
    pub fn reading(from: impl Read) -> io::Result<Self> {
        Self::copying(from, io::sink())
    }
}

impl Sha512 {
    /// The SHA-512 of all that is read.
    ///
    /// # Errors
    ///
    /// When reading fails.
    pub fn reading(from: impl Read) -> io::Result<Self> {
        Ok(Self(copying::<sha2::Sha512>(from, io::sink())?.into()))
    }

    /// The value that subresource integrity writes `sha512-…`, with nothing beside it.
    pub fn of_integrity(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha512-")?;
        let bytes = BASE64_STANDARD.decode(digits).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

/// Copies a stream, and returns the hash of what was copied.
pub(super) fn copying<D: Digest>(mut from: impl Read, mut to: impl Write) -> io::Result<Output<D>> {
    let (mut hash, mut piece) = (D::new(), vec![0; PIECE]);
    loop {
        let length = from.read(&mut piece)?;
        if length == 0 {
            return Ok(hash.finalize());
        }
        hash.update(&piece[..length]);
        to.write_all(&piece[..length])?;
    }
}

impl<const N: usize> HashValue<N> {
    /// A value from the raw bytes that a hash function returned.
    pub fn from_bytes(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Display for HashValue<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl<const N: usize> fmt::Debug for HashValue<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<const N: usize> FromStr for HashValue<N> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected {} hexadecimal digits", N * 2);
        let digits = text.as_bytes();
        if digits.len() != N * 2 {
            return Err(wrong());
        }
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |d: u8| char::from(d).to_digit(16).ok_or_else(wrong);
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(bytes))
    }
}

impl<const N: usize> Serialize for HashValue<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for HashValue<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_survives_a_round_trip() {
        let value = Sha256::of(b"abc");
        assert_eq!(
            value.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(value.to_string().parse::<Sha256>(), Ok(value));
        assert!("ba78".parse::<Sha256>().is_err());
        assert!("é".repeat(32).parse::<Sha256>().is_err());
    }
}
