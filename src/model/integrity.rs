//! Hashes that registries and lock files give of what they name.

use std::io::{self, Read};

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    Sha256, Sha512,
    digest::{HashValue, copying},
};

/// The hash of a file, of whichever function; in order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Integrity {
    /// What npm had before 2017.
    Sha1(HashValue<20>),
    /// What PyPI and cargo have.
    Sha256(Sha256),
    /// What npm has.
    Sha512(Sha512),
}

impl Integrity {
    /// The strongest that is known of those that subresource integrity lists: `sha512-BASE64 sha1-BASE64`
    /// (<https://www.w3.org/TR/SRI/>).
    pub fn of_subresource(text: &str) -> Option<Self> {
        let of_one = |one: &str| {
            let (algorithm, rest) = one.split_once('-')?;
            let digits = rest.split('?').next()?;
            Self::of_bytes(algorithm, &BASE64_STANDARD.decode(digits).ok()?)
        };
        text.split_whitespace().filter_map(of_one).max()
    }

    /// A hash in hexadecimal digits.
    pub fn of_hex(algorithm: &str, digits: &str) -> Option<Self> {
        match algorithm {
            "sha1" => digits.parse().ok().map(Self::Sha1),
            "sha256" => digits.parse().ok().map(Self::Sha256),
            "sha512" => digits.parse().ok().map(Self::Sha512),
            _ => None,
        }
    }

    fn of_bytes(algorithm: &str, bytes: &[u8]) -> Option<Self> {
        Some(match algorithm {
            "sha1" => Self::Sha1(HashValue::from_bytes(bytes.try_into().ok()?)),
            "sha256" => Self::Sha256(HashValue::from_bytes(bytes.try_into().ok()?)),
            "sha512" => Self::Sha512(HashValue::from_bytes(bytes.try_into().ok()?)),
            _ => return None,
        })
    }

    /// Whether another is of the same function, so that the two can be compared.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.parts().0 == other.parts().0
    }

    /// The name of the function, and the digits.
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Sha1(value) => ("sha1", value.to_string()),
            Self::Sha256(value) => ("sha256", value.to_string()),
            Self::Sha512(value) => ("sha512", value.to_string()),
        }
    }

    /// The hash of all that is read, by the same function.
    ///
    /// # Errors
    ///
    /// When reading fails.
    pub fn of_same(&self, content: impl Read) -> io::Result<Self> {
        Ok(match self {
            Self::Sha1(_) => {
                let hash = copying::<sha1::Sha1>(content, io::sink())?;
                Self::Sha1(HashValue::from_bytes(hash.into()))
            }
            Self::Sha256(_) => Self::Sha256(Sha256::reading(content)?),
            Self::Sha512(_) => Self::Sha512(Sha512::reading(content)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_hash_of_a_list_counts() {
        let sha512 = BASE64_STANDARD.encode([7; 64]);
        let sha1 = BASE64_STANDARD.encode([8; 20]);
        let list = format!("sha1-{sha1} md5-AAAA sha512-{sha512}?option");
        let found = Integrity::of_subresource(&list);
        assert_eq!(
            found,
            Some(Integrity::Sha512(HashValue::from_bytes([7; 64])))
        );
        for wrong in ["", "sha512-AAAA", "md5-AAAA", "sha512"] {
            assert_eq!(Integrity::of_subresource(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_content_is_hashed_by_the_function_that_is_asked_for() {
        for (algorithm, digits) in [
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "sha256",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
        ] {
            let known = Integrity::of_hex(algorithm, digits).unwrap();
            assert_eq!(known.of_same(&b"abc"[..]).unwrap(), known);
            assert_ne!(known.of_same(&b"abd"[..]).unwrap(), known);
            assert_eq!(known.parts(), (algorithm, digits.to_owned()));
        }
        assert_eq!(Integrity::of_hex("md5", "00"), None);
    }
}
