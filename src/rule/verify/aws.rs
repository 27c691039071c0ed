//! AWS access key ids: four letters and sixteen characters of base32 that carry the account number.
//!
//! Source of the account's place: Tal Be'ery, "A short note on AWS KEY ID" (2023).

/// Account numbers that AWS's documentation uses.
const DOCUMENTATION: [u64; 4] = [
    123_456_789_012,
    111_122_223_333,
    444_455_556_666,
    999_999_999_999,
];

pub(super) fn holds(value: &[u8]) -> bool {
    let Some((prefix, rest)) = value.split_first_chunk::<4>() else {
        return false;
    };
    [b"AKIA", b"ASIA", b"ABIA", b"ACCA"].contains(&prefix)
        && rest.len() == 16
        && !value.ends_with(b"EXAMPLE")
        && account(rest).is_some_and(|account| !DOCUMENTATION.contains(&account))
}

/// The account number in the first ten characters, or `None` if there are others than base32's.
fn account(rest: &[u8]) -> Option<u64> {
    let digits: Option<Vec<u64>> = rest.iter().map(|byte| base32(*byte)).collect();
    let first = digits?
        .into_iter()
        .take(10)
        .fold(0, |bits, digit| bits << 5 | digit);
    // Fifty bits; the first six bytes are the upper 48 of them.
    Some((first >> 2 & 0x7fff_ffff_ff80) >> 7)
}

fn base32(byte: u8) -> Option<u64> {
    match byte {
        b'A'..=b'Z' => Some(u64::from(byte - b'A')),
        b'2'..=b'7' => Some(u64::from(byte - b'2') + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_and_other_alphabets_do_not_hold() {
        let key = crate::rule::generate::fill("{{aws-access-key-id}}").unwrap();
        assert!(holds(key.as_bytes()));
        assert!(holds(key.replacen("AKIA", "ASIA", 1).as_bytes()));
        assert!(!holds(key.replacen("AKIA", "AKIB", 1).as_bytes()));
        assert!(!holds(&key.as_bytes()[..19]));
        assert!(!holds(["AKIA", "IOSFODNN7EXAMPLE"].concat().as_bytes()));
        assert!(!holds(["AKIA", "1234567890ABCDEF"].concat().as_bytes()));
    }

    #[test]
    fn the_documentation_account_does_not_hold() {
        let bits = 123_456_789_012u64 << 9 | 1 << 49;
        let digit = |index: u32| {
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> (45 - 5 * index) & 31) as usize]
        };
        let rest: Vec<u8> = (0..10).map(digit).chain(*b"QWERTY").collect();
        assert_eq!(account(&rest), Some(123_456_789_012));
        assert!(!holds(&[b"AKIA", rest.as_slice()].concat()));
    }
}
