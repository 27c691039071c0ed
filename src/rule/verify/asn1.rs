//! As much of DER (X.690) as it takes to recognise a private key by its shape, and to say of which kind it is.

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The parameters of a SEC 1 key.
const PARAMETERS: u8 = 0xa0;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

/// Algorithms and curves by their object identifiers (RFC 8410, RFC 5480, SEC 2, FIPS 203 and 204).
const NAMES: &[(&[u8], &str)] = &[
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1], "DSA"),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1],
        "Diffie-Hellman",
    ),
    (&[0x2b, 0x65, 0x6e], "X25519"),
    (&[0x2b, 0x65, 0x6f], "X448"),
    (&[0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], "P-256"),
    (&[0x2b, 0x81, 4, 0, 0x0a], "secp256k1"),
    (&[0x2b, 0x81, 4, 0, 0x21], "P-224"),
    (&[0x2b, 0x81, 4, 0, 0x22], "P-384"),
    (&[0x2b, 0x81, 4, 0, 0x23], "P-521"),
];

/// What kind of unencrypted key it is: PKCS#1 (RFC 8017), DSA, SEC 1 (RFC 5915) or PKCS#8 (RFC 5958).
pub(super) fn private_key(der: &[u8]) -> Option<String> {
    let mut body = only(der, SEQUENCE)?;
    let version = value(&mut body, INTEGER)?;
    match (version, body.first()?) {
        ([0 | 1], &SEQUENCE) => {
            let mut algorithm = value(&mut body, SEQUENCE)?;
            let id = value(&mut algorithm, OBJECT_ID)?;
            let key = value(&mut body, OCTETS).filter(|key| key.len() >= 16)?;
            Some(match id {
                RSA => private_key(key).unwrap_or_else(|| "RSA".to_owned()),
                EC => elliptic(value(&mut algorithm, OBJECT_ID)),
                id => named(id).unwrap_or("PKCS#8").to_owned(),
            })
        }
        ([1], &OCTETS) => {
            value(&mut body, OCTETS).filter(|key| key.len() >= 16)?;
            let curve = value(&mut body, PARAMETERS);
            Some(elliptic(
                curve.and_then(|mut curve| value(&mut curve, OBJECT_ID)),
            ))
        }
        ([0 | 1], &INTEGER) => {
            let modulus = value(&mut body, INTEGER).filter(|modulus| modulus.len() >= 32)?;
            let mut numbers = 0;
            while value(&mut body, INTEGER).is_some() {
                numbers += 1;
            }
            let bits = bits(modulus);
            match numbers {
                0..4 => None,
                // p, then q, g, y and x.
                4 => Some(format!("DSA, {bits} bits")),
                _ => Some(format!("RSA, {bits} bits")),
            }
        }
        _ => None,
    }
}

/// Whether it is PKCS#8 `EncryptedPrivateKeyInfo` (RFC 5958).
pub(super) fn is_encrypted_private_key(der: &[u8]) -> bool {
    encrypted_private_key(der).is_some()
}

fn encrypted_private_key(der: &[u8]) -> Option<()> {
    let mut body = only(der, SEQUENCE)?;
    let mut algorithm = value(&mut body, SEQUENCE)?;
    value(&mut algorithm, OBJECT_ID)?;
    value(&mut body, OCTETS).filter(|data| data.len() >= 16 && body.is_empty())?;
    Some(())
}

fn elliptic(curve: Option<&[u8]>) -> String {
    match curve.and_then(named) {
        Some(curve) => format!("elliptic curve {curve}"),
        None => "elliptic curve".to_owned(),
    }
}

fn named(id: &[u8]) -> Option<&'static str> {
    let (_, name) = NAMES.iter().find(|(known, _)| *known == id)?;
    Some(name)
}

/// The length of a positive number.
fn bits(number: &[u8]) -> usize {
    let from = number.iter().position(|byte| *byte != 0);
    let number = &number[from.unwrap_or(number.len())..];
    let spare = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() * 8).saturating_sub(spare as usize)
}

/// The value that `der` begins with, whole.
pub(super) fn first(der: &[u8]) -> Option<&[u8]> {
    let mut rest = der;
    value(&mut rest, SEQUENCE)?;
    Some(&der[..der.len() - rest.len()])
}

/// The content of the one value that `der` consists of.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let mut rest = der;
    let content = value(&mut rest, tag)?;
    rest.is_empty().then_some(content)
}

/// Takes a value of this kind off the front, if it is one.
fn value<'a>(rest: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let [found, first, after @ ..] = *rest else {
        return None;
    };
    let long = usize::from(first & 0x7f);
    let (length, after) = match *first {
        0..=0x7f => (long, after),
        0x81..=0x84 => {
            let (digits, after) = after.split_at_checked(long)?;
            let length = digits
                .iter()
                .fold(0usize, |length, byte| length << 8 | usize::from(*byte));
            (length, after)
        }
        _ => return None,
    };
    let (content, after) = after.split_at_checked(length)?;
    if *found != tag {
        return None;
    }
    *rest = after;
    Some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_number_is_told_without_its_sign() {
        assert_eq!(bits(&[0, 0x80, 0]), 16);
        assert_eq!(bits(&[1, 0]), 9);
        assert_eq!(bits(&[0]), 0);
    }

    #[test]
    fn what_is_cut_is_no_value() {
        for der in [
            &[][..],
            &[0x30],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 3, 2, 1],
        ] {
            assert_eq!(private_key(der), None);
            assert!(!is_encrypted_private_key(der));
        }
    }
}
