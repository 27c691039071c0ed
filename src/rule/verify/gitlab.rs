//! GitLab's routable tokens: prefix, payload, version, the payload's length and, in the last seven characters, the
//! CRC32 of everything before them in base 36.
//!
//! Source: GitLab's token decoder. No published token was at hand to prove it with, so that a checksum which
//! does not match is not held against a token.

use super::Answer;

const CHECKSUM: usize = 7;

pub(super) fn judge(value: &[u8]) -> Answer {
    match value.split_last_chunk::<CHECKSUM>() {
        Some((body, sum)) if *sum == checksum(body) => Answer::checksum(true),
        _ => Answer::SOUND,
    }
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM] {
    let mut rest = crc32fast::hash(body);
    let mut text = [b'0'; CHECKSUM];
    for character in text.iter_mut().rev() {
        *character = b"0123456789abcdefghijklmnopqrstuvwxyz"[rest as usize % 36];
        rest /= 36;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate::fill;

    #[test]
    fn only_a_right_checksum_says_something() {
        let body = fill("glpat-{{random-alnum:36}}.01.10").unwrap();
        let sum = String::from_utf8(checksum(body.as_bytes()).to_vec()).unwrap();
        assert_eq!(
            judge(format!("{body}{sum}").as_bytes()),
            Answer::checksum(true)
        );
        assert_eq!(judge(format!("{body}a{sum}").as_bytes()), Answer::SOUND);
        // 0xcbf43926, the check value of CRC-32/ISO-HDLC.
        assert_eq!(&checksum(b"123456789"), b"1kl8mjq");
    }
}
