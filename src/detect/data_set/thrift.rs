//! Thrift's compact protocol, read from bytes at hand.
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

use crate::detect::bytes::Bytes;

/// Structures inside structures that are gone through.
const DEPTH: u8 = 32;

const STOP: u64 = 0;
pub(super) const I32: u64 = 5;
pub(super) const I64: u64 = 6;
pub(super) const BINARY: u64 = 8;
pub(super) const LIST: u64 = 9;
pub(super) const STRUCT: u64 = 12;

/// The next field of a structure: its number, which goes on from the `last`, and its type. `None` at the
/// structure's end, and where the bytes end.
pub(super) fn field(bytes: &mut Bytes<'_>, last: &mut i64) -> Option<(i64, u64)> {
    let byte = bytes.little(1)?;
    let (delta, kind) = (byte >> 4, byte & 0xf);
    if kind == STOP {
        return None;
    }
    *last = match delta {
        0 => bytes.zigzag()?,
        delta => last.checked_add(delta as i64)?,
    };
    Some((*last, kind))
}

/// The number and the type of a list's elements.
pub(super) fn list(bytes: &mut Bytes<'_>) -> Option<(u64, u64)> {
    let byte = bytes.little(1)?;
    let length = match byte >> 4 {
        15 => bytes.varint()?,
        length => length,
    };
    Some((length, byte & 0xf))
}

/// A text, or bytes.
pub(super) fn binary<'a>(bytes: &mut Bytes<'a>) -> Option<&'a [u8]> {
    let length = bytes.varint()?;
    bytes.take(length)
}

/// Passes a value over.
pub(super) fn skip(bytes: &mut Bytes<'_>, kind: u64) -> Option<()> {
    skip_at(bytes, kind, 0)
}

fn skip_at(bytes: &mut Bytes<'_>, kind: u64, depth: u8) -> Option<()> {
    if depth == DEPTH {
        return None;
    }
    match kind {
        // True and false as fields: the type is the value.
        1 | 2 => {}
        3 => drop(bytes.take(1)?),
        4 | I32 | I64 => drop(bytes.varint()?),
        7 => drop(bytes.take(8)?),
        BINARY => drop(binary(bytes)?),
        LIST | 10 => {
            let (length, kind) = list(bytes)?;
            for _ in 0..length {
                element(bytes, kind, depth)?;
            }
        }
        11 => {
            let length = bytes.varint()?;
            if length > 0 {
                let kinds = bytes.little(1)?;
                for _ in 0..length {
                    element(bytes, kinds >> 4, depth)?;
                    element(bytes, kinds & 0xf, depth)?;
                }
            }
        }
        STRUCT => {
            let mut last = 0;
            while let Some((_, kind)) = field(bytes, &mut last) {
                skip_at(bytes, kind, depth + 1)?;
            }
        }
        _ => return None,
    }
    Some(())
}

/// Passes an element of a list or map over. Each takes a byte at least, so that a loop over as many as a
/// header claims ends where the bytes do.
fn element(bytes: &mut Bytes<'_>, kind: u64, depth: u8) -> Option<()> {
    bytes.rest.first()?;
    match kind {
        1 | 2 => bytes.take(1).map(drop),
        kind => skip_at(bytes, kind, depth + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_elements_as_are_claimed_need_not_be_there() {
        let endless = [0xff; 9];
        for kind in [1, 2, 3, I64, 7, BINARY, LIST, 11, STRUCT] {
            let list = [&[0xf0 | kind as u8][..], &endless, &[0x01]].concat();
            assert_eq!(skip(&mut Bytes::new(&list), LIST), None, "list of {kind}");
            let kinds = kind << 4 | kind;
            let map = [&endless[..], &[0x01, kinds as u8]].concat();
            assert_eq!(skip(&mut Bytes::new(&map), 11), None, "map of {kind}");
        }
    }
}
