//! Tokens of GitHub and npm: 30 random characters and the CRC32 of these in six.
//!
//! Source: GitHub's blog, "Behind GitHub's new authentication token formats" (2021-04-05), and its
//! announcement of the same form for npm (2021-09-23).

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM: usize = 30;
const CHECKSUM: usize = 6;

/// Classic GitHub tokens.
pub(super) fn github(value: &[u8]) -> bool {
    let prefixes: [&[u8]; 5] = [b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"];
    prefixes.iter().any(|prefix| has_checksum(value, prefix))
}

/// npm tokens.
pub(super) fn npm(value: &[u8]) -> bool {
    has_checksum(value, b"npm_")
}

/// Longer tokens (GitHub issues some) are of a form that can't be checked, and hold.
fn has_checksum(value: &[u8], prefix: &[u8]) -> bool {
    value.strip_prefix(prefix).is_some_and(|body| {
        body.len() > RANDOM + CHECKSUM
            || body
                .split_at_checked(RANDOM)
                .is_some_and(|(random, sum)| sum == checksum(random))
    })
}

/// The CRC32 of `random` as six characters.
pub(in crate::rule) fn checksum(random: &[u8]) -> [u8; CHECKSUM] {
    let mut rest = crc32fast::hash(random) as usize;
    let mut text = [b'0'; CHECKSUM];
    for character in text.iter_mut().rev() {
        *character = ALPHABET[rest % 62];
        rest /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate::fill;

    #[test]
    fn the_checksum_must_be_right() {
        let token = fill("{{github-token}}").unwrap();
        assert!(github(token.as_bytes()));
        assert!(!npm(token.as_bytes()));
        assert!(npm(fill("{{npm-token}}").unwrap().as_bytes()));
        for index in 4..token.len() {
            let mut mutated = token.clone().into_bytes();
            mutated[index] = if mutated[index] == b'a' { b'b' } else { b'a' };
            assert!(!github(&mutated), "changed at {index}");
        }
        assert!(!github(&token.as_bytes()[..39]));
    }

    #[test]
    fn the_example_of_the_documentation_does_not_hold() {
        assert!(!github(
            ["gho", "_16C7e42F292c6912E7710c838347Ae178B4a"]
                .concat()
                .as_bytes()
        ));
        assert!(!npm(format!("npm_{}", "x".repeat(36)).as_bytes()));
    }

    #[test]
    fn a_short_checksum_is_padded() {
        // CRC32 of the empty string is 0.
        assert_eq!(&checksum(b""), b"000000");
        // 0xcbf43926 = 3421780262, the check value of CRC-32/ISO-HDLC.
        assert_eq!(&checksum(b"123456789"), b"3jZRME");
    }
}
