//! Private keys of Ethereum and its kin: 32 bytes in hexadecimal, below the order of the curve secp256k1.

use super::Answer;

/// The order of the curve (SEC 2), from which on there are no keys.
const ORDER: &[u8; 64] = b"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

pub(super) fn judge(value: &[u8]) -> Answer {
    let digits = value
        .strip_prefix(b"0x")
        .unwrap_or(value)
        .to_ascii_lowercase();
    let is_hex = digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit);
    let in_range =
        digits.iter().any(|digit| *digit != b'0') && digits.as_slice() < ORDER.as_slice();
    match is_hex && in_range {
        true => super::published(&digits).map_or(Answer::SOUND, Answer::Doubtful),
        false => Answer::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate::fill;

    #[test]
    fn a_key_lies_below_the_order() {
        let key = fill("{{random-hex:64}}").unwrap();
        for value in [key.clone(), format!("0x{}", key.to_uppercase())] {
            assert_eq!(judge(value.as_bytes()), Answer::SOUND, "{value}");
        }
        for other in [&key[1..], &"0".repeat(64), &"f".repeat(64), &"g".repeat(64)] {
            assert_eq!(judge(other.as_bytes()), Answer::Other, "{other}");
        }
    }

    #[test]
    fn accounts_of_local_test_chains_are_doubtful() {
        // The first account of Hardhat and Anvil.
        let halves = [
            "ac0974bec39a17e36ba4a6b4d238ff94",
            "4bacb478cbed5efcae784d7bf4f2ff80",
        ];
        assert!(matches!(
            judge(halves.concat().as_bytes()),
            Answer::Doubtful(_)
        ));
    }
}
