//! AWS access key ids: four letters and sixteen characters of base32 that carry the account number.
//!
//! Source of the account's place: Tal Be'ery, "A short note on AWS KEY ID" (2023).

use super::Answer;

/// Account numbers that AWS's documentation uses.
const DOCUMENTATION: [u64; 4] = [
    123_456_789_012,
    111_122_223_333,
    444_455_556_666,
    999_999_999_999,
];

pub(super) fn judge(value: &[u8]) -> Answer {
    let account = value.split_first_chunk::<4>().and_then(|(prefix, rest)| {
        let known = [b"AKIA", b"ASIA", b"ABIA", b"ACCA"].contains(&prefix);
        (known && rest.len() == 16).then(|| account(rest))?
    });
    match account {
        None => Answer::Other,
        Some(_) if value.ends_with(b"EXAMPLE") => {
            Answer::Doubtful("an example of AWS's documentation")
        }
        Some(account) if DOCUMENTATION.contains(&account) => {
            Answer::Doubtful("of an account that AWS's documentation uses")
        }
        Some(account) => Answer::known(format!("account {account:012}")),
    }
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
    fn other_forms_are_something_else() {
        let key = crate::rule::generate::fill("{{aws-access-key-id}}").unwrap();
        for value in [&key, &key.replacen("AKIA", "ASIA", 1)] {
            let known =
                matches!(judge(value.as_bytes()), Answer::Sound(known) if known.detail.is_some());
            assert!(known, "{value}");
        }
        for value in [
            key.replacen("AKIA", "AKIB", 1),
            key[..19].to_owned(),
            ["AKIA", "1234567890ABCDEF"].concat(),
        ] {
            assert_eq!(judge(value.as_bytes()), Answer::Other, "{value}");
        }
    }

    #[test]
    fn examples_are_doubtful() {
        let example = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        assert!(matches!(judge(example.as_bytes()), Answer::Doubtful(_)));
        let of = |account: u64| {
            let bits = account << 9 | 1 << 49;
            let digit = |index: u32| {
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> (45 - 5 * index) & 31) as usize]
            };
            (0..10).map(digit).chain(*b"QWERTY").collect::<Vec<u8>>()
        };
        assert_eq!(account(&of(123_456_789_012)), Some(123_456_789_012));
        let value = |account| [b"AKIA", of(account).as_slice()].concat();
        assert!(matches!(
            judge(&value(123_456_789_012)),
            Answer::Doubtful(_)
        ));
        assert_eq!(judge(&value(42)), Answer::known("account 000000000042"));
    }
}
