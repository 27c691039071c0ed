//! PyPI tokens: `pypi-` and a macaroon in libmacaroons' binary format, version 2.
//!
//! The signature can't be checked without the server's key, but the structure can: a location, an
//! identifier, caveats, and a signature of 32 bytes at the very end.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD_INDIFFERENT};

const VERSION: u8 = 2;
const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const VERIFICATION: u8 = 4;
const SIGNATURE: u8 = 6;

pub(super) fn holds(value: &[u8]) -> bool {
    let Some(body) = value.strip_prefix(b"pypi-") else {
        return false;
    };
    let Ok(macaroon) = URL_SAFE_NO_PAD_INDIFFERENT.decode(body) else {
        return false;
    };
    is_macaroon(&macaroon).unwrap_or(false)
}

fn is_macaroon(bytes: &[u8]) -> Option<bool> {
    let mut rest = bytes.strip_prefix(&[VERSION])?;
    field(&mut rest, LOCATION)?;
    field(&mut rest, IDENTIFIER)?;
    rest = rest.strip_prefix(&[END])?;
    while *rest.first()? != END {
        let _ = field(&mut rest, LOCATION);
        field(&mut rest, IDENTIFIER)?;
        let _ = field(&mut rest, VERIFICATION);
        rest = rest.strip_prefix(&[END])?;
    }
    rest = rest.strip_prefix(&[END])?;
    let signature = field(&mut rest, SIGNATURE)?;
    Some(signature.len() == 32 && rest.is_empty())
}

/// Takes a field of this kind off the front, if it is one.
fn field<'a>(rest: &mut &'a [u8], kind: u8) -> Option<&'a [u8]> {
    let mut after = rest.strip_prefix(&[kind])?;
    let mut length = 0usize;
    for shift in [0, 7, 14] {
        let (byte, tail) = after.split_first()?;
        after = tail;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (field, tail) = after.split_at_checked(length)?;
            *rest = tail;
            return Some(field);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structure_must_be_whole() {
        let token = crate::rule::generate::fill("{{pypi-token}}").unwrap();
        assert!(holds(token.as_bytes()));
        assert!(!holds(&token.as_bytes()[..token.len() - 2]));
        assert!(!holds(format!("{token}AAAA").as_bytes()));
        assert!(!holds(token.replacen("pypi-Ag", "pypi-Aw", 1).as_bytes()));
        assert!(!holds(
            format!("{}{}", &token[..21], "x".repeat(150)).as_bytes()
        ));
    }
}
