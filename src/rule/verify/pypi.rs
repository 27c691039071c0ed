//! PyPI tokens: `pypi-` and a macaroon in libmacaroons' binary format, version 2.
//!
//! The signature can't be checked without the server's key, but the structure can: a location, an
//! identifier, caveats, and a signature of 32 bytes at the very end.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD_INDIFFERENT};

use super::Answer;

const VERSION: u8 = 2;
const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const VERIFICATION: u8 = 4;
const SIGNATURE: u8 = 6;

pub(super) fn judge(value: &[u8]) -> Answer {
    let Some(body) = value.strip_prefix(b"pypi-") else {
        return Answer::Other;
    };
    let macaroon = URL_SAFE_NO_PAD_INDIFFERENT.decode(body).unwrap_or_default();
    match is_macaroon(&macaroon) {
        Some(true) => Answer::SOUND,
        _ => Answer::Doubtful("its structure is broken: an example or a redacted token"),
    }
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
        assert_eq!(judge(token.as_bytes()), Answer::SOUND);
        for broken in [
            token[..token.len() - 2].to_owned(),
            format!("{token}AAAA"),
            token.replacen("pypi-Ag", "pypi-Aw", 1),
            format!("{}{}", &token[..21], "x".repeat(150)),
            "pypi-AgE".to_owned(),
        ] {
            assert!(
                matches!(judge(broken.as_bytes()), Answer::Doubtful(_)),
                "{broken}"
            );
        }
        assert_eq!(judge(b"AgEIcHlwaS5vcmc"), Answer::Other);
    }
}
