//! Keys of Bitcoin and its kin in base58 with a checksum: single ones in the wallet import format, and extended ones
//! (BIP 32).

use super::Answer;
use crate::model::Sha256;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// An extended key takes 111 characters.
const LONGEST: usize = 120;

pub(super) fn judge(value: &[u8]) -> Answer {
    match checked(value).as_deref() {
        Some([0x80, key @ ..]) if matches!(key.len(), 32 | 33) => {
            Answer::known("wallet import format")
        }
        Some([0xef, key @ ..]) if matches!(key.len(), 32 | 33) => Answer::Doubtful(TEST_NETWORK),
        Some([0x04, 0x88, 0xad, 0xe4, key @ ..]) if key.len() == 74 => {
            Answer::known(match key[0] {
                0 => "an extended key, from which all keys of the wallet come",
                _ => "an extended key",
            })
        }
        Some([0x04, 0x35, 0x83, 0x94, key @ ..]) if key.len() == 74 => {
            Answer::Doubtful(TEST_NETWORK)
        }
        _ => Answer::Other,
    }
}

const TEST_NETWORK: &str = "of the network for tests, where coins are worth nothing";

/// The bytes that `value` stands for, if the checksum at their end is right.
fn checked(value: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = decode(value)?;
    let (body, sum) = bytes.split_last_chunk::<4>()?;
    let hash = Sha256::of(Sha256::of(body).as_bytes());
    if hash.as_bytes()[..4] != *sum {
        return None;
    }
    bytes.truncate(bytes.len() - 4);
    Some(bytes)
}

fn decode(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() > LONGEST {
        return None;
    }
    // From the lowest byte on.
    let mut number: Vec<u8> = Vec::new();
    for character in value {
        let mut carry = ALPHABET.iter().position(|known| known == character)?;
        for byte in &mut number {
            carry += usize::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            number.push(carry as u8);
        }
    }
    let zeros = value
        .iter()
        .take_while(|character| **character == b'1')
        .count();
    number.extend(std::iter::repeat_n(0, zeros));
    number.reverse();
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(body: &[u8]) -> String {
        let hash = Sha256::of(Sha256::of(body).as_bytes());
        let mut number = [body, &hash.as_bytes()[..4]].concat();
        let mut text = Vec::new();
        while number.iter().any(|byte| *byte != 0) {
            let mut rest = 0;
            for byte in &mut number {
                rest = rest << 8 | usize::from(*byte);
                *byte = (rest / 58) as u8;
                rest %= 58;
            }
            text.push(ALPHABET[rest]);
        }
        text.reverse();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_checksum_and_the_version_must_be_right() {
        let key: Vec<u8> = (1..=32).map(|n: u8| n.wrapping_mul(37)).collect();
        let wif = encode(&[&[0x80], key.as_slice(), &[1]].concat());
        assert_eq!(wif.len(), 52);
        assert!(matches!(judge(wif.as_bytes()), Answer::Sound(_)));
        let test = encode(&[&[0xef], key.as_slice(), &[1]].concat());
        assert!(matches!(judge(test.as_bytes()), Answer::Doubtful(_)));
        let extended = encode(&[&[4, 0x88, 0xad, 0xe4, 0], [7; 73].as_slice()].concat());
        assert!(extended.starts_with("xprv"), "{extended}");
        assert!(matches!(judge(extended.as_bytes()), Answer::Sound(_)));
        for other in [
            format!("{}2", &wif[..51]),
            wif[..51].to_owned(),
            encode(&[0, 1, 2, 3]),
            "0OIl".to_owned(),
            "1".repeat(200),
        ] {
            assert_eq!(judge(other.as_bytes()), Answer::Other, "{other}");
        }
    }

    #[test]
    fn leading_zeros_are_kept() {
        // The vectors of draft-msporny-base58.
        assert_eq!(decode(b"2NEpo7TZRRrLZSi2U").unwrap(), b"Hello World!");
        assert_eq!(decode(b"11233QC4").unwrap(), [0, 0, 0x28, 0x7f, 0xb4, 0xcd]);
    }
}
