//! As much of DER (X.690) as it takes to recognise a private key by its shape.

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// Whether it is an unencrypted key: PKCS#1 (RFC 8017), DSA, SEC 1 (RFC 5915) or PKCS#8 (RFC 5958).
pub(super) fn is_private_key(der: &[u8]) -> bool {
    private_key(der).is_some()
}

/// Whether it is PKCS#8 `EncryptedPrivateKeyInfo` (RFC 5958).
pub(super) fn is_encrypted_private_key(der: &[u8]) -> bool {
    encrypted_private_key(der).is_some()
}

fn private_key(der: &[u8]) -> Option<()> {
    let mut body = only(der, SEQUENCE)?;
    let version = value(&mut body, INTEGER)?;
    match (version, body.first()?) {
        ([0 | 1], &SEQUENCE) => {
            let mut algorithm = value(&mut body, SEQUENCE)?;
            value(&mut algorithm, OBJECT_ID)?;
            value(&mut body, OCTETS).filter(|key| key.len() >= 16)?;
        }
        ([1], &OCTETS) => {
            value(&mut body, OCTETS).filter(|key| key.len() >= 16)?;
        }
        ([0 | 1], &INTEGER) => {
            value(&mut body, INTEGER).filter(|modulus| modulus.len() >= 32)?;
            for _ in 0..4 {
                value(&mut body, INTEGER)?;
            }
        }
        _ => return None,
    }
    Some(())
}

fn encrypted_private_key(der: &[u8]) -> Option<()> {
    let mut body = only(der, SEQUENCE)?;
    let mut algorithm = value(&mut body, SEQUENCE)?;
    value(&mut algorithm, OBJECT_ID)?;
    value(&mut body, OCTETS).filter(|data| data.len() >= 16 && body.is_empty())?;
    Some(())
}

/// The content of the one value that `der` consists of.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let mut rest = der;
    let content = value(&mut rest, tag)?;
    rest.is_empty().then_some(content)
}

/// Takes a value of this kind off the front.
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
    *rest = after;
    (*found == tag).then_some(content)
}
