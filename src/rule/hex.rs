//! Bytes written as hexadecimal digits.

/// Reads pairs of hexadecimal digits, with white space between pairs.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    pattern(text)?.into_iter().collect()
}

/// Reads pairs of hexadecimal digits or `??`, which is any byte (`None`).
pub(super) fn pattern(text: &str) -> Option<Vec<Option<u8>>> {
    let mut pattern = Vec::new();
    for word in text.split_ascii_whitespace() {
        for pair in word.as_bytes().chunks(2) {
            pattern.push(match pair {
                b"??" => None,
                [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
                _ => return None,
            });
        }
    }
    (!pattern.is_empty()).then_some(pattern)
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_bytes() {
        assert_eq!(bytes("00fF 7a"), Some(vec![0, 255, 0x7a]));
        assert_eq!(pattern("00??"), Some(vec![Some(0), None]));
        for wrong in ["", "0", "0g", "0?", "??", "é"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
