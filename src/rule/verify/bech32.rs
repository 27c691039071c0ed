//! Secret keys in bech32 (BIP 173): age's `AGE-SECRET-KEY-1…`, Nostr's `nsec1…`.

use super::Answer;

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS: [u32; 5] = [
    0x3b6a_57b2,
    0x2650_8e6d,
    0x1ea1_19fa,
    0x3d42_33dd,
    0x2a14_62b3,
];

pub(super) fn judge(value: &[u8]) -> Answer {
    let lower = value.to_ascii_lowercase();
    let digits = memchr::memrchr(b'1', &lower).and_then(|at| {
        let (prefix, data) = lower.split_at(at);
        let digit = |byte: &u8| ALPHABET.iter().position(|known| known == byte);
        let data: Option<Vec<usize>> = data[1..].iter().map(digit).collect();
        Some((prefix, data?)).filter(|(prefix, data)| !prefix.is_empty() && data.len() > 6)
    });
    match digits {
        Some((prefix, data)) => Answer::checksum(checksum(prefix, &data) == 1),
        None => Answer::Other,
    }
}

fn checksum(prefix: &[u8], data: &[usize]) -> u32 {
    let high = prefix.iter().map(|byte| usize::from(byte >> 5));
    let low = prefix.iter().map(|byte| usize::from(byte & 31));
    let all = high.chain([0]).chain(low).chain(data.iter().copied());
    all.fold(1, |sum: u32, digit| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ digit as u32;
        let chosen = GENERATORS
            .iter()
            .enumerate()
            .filter(|(bit, _)| top >> bit & 1 == 1);
        chosen.fold(next, |next, (_, generator)| next ^ generator)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_must_be_right() {
        // From BIP 173's list of valid strings.
        let right = "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw";
        for value in [right.to_owned(), right.to_uppercase()] {
            assert_eq!(judge(value.as_bytes()), Answer::checksum(true), "{value}");
        }
        assert_eq!(
            judge(right.replace("9x8", "8x9").as_bytes()),
            Answer::checksum(false)
        );
        for other in ["abc", "1qqqqqqqqq", "nsec1bbbbbbbb", "nsec1qqqq", ""] {
            assert_eq!(judge(other.as_bytes()), Answer::Other, "{other}");
        }
    }
}
