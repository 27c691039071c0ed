//! Tokens of GitHub and npm: 30 random characters and the CRC32 of these in six.
//!
//! Source: GitHub's blog, "Behind GitHub's new authentication token formats" (2021-04-05), and its
//! announcement of the same form for npm (2021-09-23).

use super::Answer;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM: usize = 30;
const CHECKSUM: usize = 6;

/// Classic GitHub tokens.
pub(super) fn github(value: &[u8]) -> Answer {
    let prefixes: [&[u8]; 5] = [b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"];
    let body = prefixes
        .iter()
        .find_map(|prefix| value.strip_prefix(*prefix));
    body.map_or(Answer::Other, judge)
}

/// npm tokens.
pub(super) fn npm(value: &[u8]) -> Answer {
    value.strip_prefix(b"npm_").map_or(Answer::Other, judge)
}

/// Longer tokens (GitHub issues some) are of a form that can't be checked.
fn judge(body: &[u8]) -> Answer {
    match body.split_at_checked(RANDOM) {
        Some((random, sum)) if sum.len() == CHECKSUM => Answer::checksum(sum == checksum(random)),
        Some((_, rest)) if rest.len() > CHECKSUM => Answer::SOUND,
        _ => Answer::Other,
    }
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
        assert_eq!(github(token.as_bytes()), Answer::checksum(true));
        assert_eq!(npm(token.as_bytes()), Answer::Other);
        assert_eq!(
            npm(fill("{{npm-token}}").unwrap().as_bytes()),
            Answer::checksum(true)
        );
        for index in 4..token.len() {
            let mut mutated = token.clone().into_bytes();
            mutated[index] = if mutated[index] == b'a' { b'b' } else { b'a' };
            assert_eq!(
                github(&mutated),
                Answer::checksum(false),
                "changed at {index}"
            );
        }
        assert_eq!(github(&token.as_bytes()[..39]), Answer::Other);
        assert_eq!(github(format!("{token}a").as_bytes()), Answer::SOUND);
    }

    #[test]
    fn the_example_of_the_documentation_is_doubtful() {
        let example = ["gho", "_16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        assert_eq!(github(example.as_bytes()), Answer::checksum(false));
    }

    #[test]
    fn a_short_checksum_is_padded() {
        // CRC32 of the empty string is 0.
        assert_eq!(&checksum(b""), b"000000");
        // 0xcbf43926 = 3421780262, the check value of CRC-32/ISO-HDLC.
        assert_eq!(&checksum(b"123456789"), b"3jZRME");
    }
}
