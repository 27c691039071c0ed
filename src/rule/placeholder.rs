//! Values that are plainly made up: what documentation and tests have where a secret would be.
//!
//! Every condition is so unlikely to hold for a random value of a token's length that no real
//! secret is passed over (below one in a million for each; `a_random_value_is_no_placeholder`).

use super::commonplace::is_commonplace;

/// Words that no random value contains, in any case.
const LONG_MARKERS: &[&[u8]] = &[
    b"example",
    b"placeholder",
    b"redacted",
    b"changeme",
    b"change_me",
];
/// Words that a random value may contain, so that they must stand alone or come twice.
const SHORT_MARKERS: &[&[u8]] = &[
    b"your", b"xxxx", b"dummy", b"fake", b"test", b"sample", b"mock",
];
/// What templates are written in.
const TEMPLATES: &[(&[u8], &[u8])] = &[
    (b"${", b"}"),
    (b"{", b"}"),
    (b"#{", b"}"),
    (b"$(", b")"),
    (b"<", b">"),
    (b"[", b"]"),
    (b"%", b"%"),
    (b"__", b"__"),
    (b"%(", b")s"),
];
/// What integrity hashes begin with (Subresource Integrity, lock files, image digests).
const HASHES: &[&[u8]] = &[
    b"sha1", b"sha224", b"sha256", b"sha384", b"sha512", b"md5", b"blake3",
];

/// The longest value in which a short marker counts: a key of thousands of bytes may hold any.
const SHORT_VALUE: usize = 128;
/// The longest run of one character that a random value may well have.
const LONGEST_RUN: usize = 6;
/// The shortest run of ascending characters that is no accident.
const SHORTEST_SEQUENCE: usize = 4;
/// Values of this length have more than four distinct characters unless they are made up.
const VARIED: usize = 16;
/// Nobody writes a longer password that consists of words.
const COMMONPLACE: usize = 40;
/// The longest text that is written again and again to fill a value.
const LONGEST_REPEATED: usize = 16;

/// Whether `value` is plainly no secret.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    LONG_MARKERS
        .iter()
        .any(|marker| memchr::memmem::find(&lower, marker).is_some())
        || lower.len() <= SHORT_VALUE
            && SHORT_MARKERS
                .iter()
                .any(|marker| stands_out(&lower, marker))
        || TEMPLATES
            .iter()
            .any(|(open, close)| value.starts_with(open) && value.ends_with(close))
        || longest_run(value) >= LONGEST_RUN.max(value.len() / 4)
        || in_sequences(value) * 2 > value.len()
        || repeats(value)
        || value.len() <= COMMONPLACE && is_commonplace(value)
        || value.len() >= VARIED && distinct(value) <= 4
}

/// Whether what stands before a value says that it is a hash: `sha512-…`, `sha256:…`.
pub(super) fn is_hash(before: &[u8]) -> bool {
    let [.., _, b'-' | b':' | b'='] = before else {
        return false;
    };
    let name = before[..before.len() - 1].to_ascii_lowercase();
    HASHES.iter().any(|hash| name.ends_with(hash))
}

/// Whether the value is a short text written several times: `a1b2c3d4a1b2c3d4a1b2c3d4`.
fn repeats(value: &[u8]) -> bool {
    let longest = LONGEST_REPEATED.min(value.len() / 2);
    value.len() >= VARIED
        && (1..=longest).any(|length| value[length..] == value[..value.len() - length])
}

/// Whether `marker` occurs as a word, or twice.
fn stands_out(lower: &[u8], marker: &[u8]) -> bool {
    let mut places = memchr::memmem::find_iter(lower, marker);
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let mut found = 0;
    places.any(|place| {
        found += 1;
        let before = place.checked_sub(1).and_then(|index| lower.get(index));
        found > 1 || is_edge(before) && is_edge(lower.get(place + marker.len()))
    })
}

fn longest_run(value: &[u8]) -> usize {
    let runs = value.chunk_by(|left, right| left == right);
    runs.map(<[u8]>::len).max().unwrap_or_default()
}

/// How many bytes lie in sequences such as `12345`, `abcdef` or `98765`.
fn in_sequences(value: &[u8]) -> usize {
    let count = |follows: fn(u8, u8) -> bool| {
        let sequences = value
            .chunk_by(|left, right| follows(*left, *right))
            .map(<[u8]>::len);
        sequences
            .filter(|length| *length >= SHORTEST_SEQUENCE)
            .sum::<usize>()
    };
    count(|left, right| left.checked_add(1) == Some(right))
        + count(|left, right| right.checked_add(1) == Some(left))
}

fn distinct(value: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in value {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate;

    #[test]
    fn made_up_values_are_placeholders() {
        for value in [
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "npm_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "npm_000000000000000000000000000000000000",
            "YOUR_API_KEY",
            "sk-ant-api03-your-key-here",
            "my-test-token-1234",
            "fakefake8a7s6d",
            "[REDACTED]",
            "${NPM_TOKEN}",
            "<token>",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "0123456789abcdef0123456789abcdef",
            "9876543210zyxwvuts",
            "abababababababab",
            "changeme",
            "a1b2c3d4a1b2c3d4a1b2c3d4",
            "{token}",
            "[your token]",
            "__API_KEY__",
            "%(password)s",
            "mysecretpassword",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn hashes_say_that_they_are_some() {
        for before in [
            "sha512-",
            "\"integrity\": \"SHA256-",
            "image@sha256:",
            "md5=",
        ] {
            assert!(is_hash(before.as_bytes()), "{before}");
        }
        for before in ["token: ", "sha512", "-", "", "key="] {
            assert!(!is_hash(before.as_bytes()), "{before}");
        }
    }

    #[test]
    fn a_key_with_long_runs_is_no_placeholder() {
        let key = generate::fill("{{openssh-private-key}}").unwrap();
        assert!(key.contains("AAAAAA"));
        assert!(!is_placeholder(key.as_bytes()));
        assert!(!is_placeholder(b"attestation-9f3kQ2"));
    }

    #[test]
    fn a_random_value_is_no_placeholder() {
        for (alphabet, length) in [
            ("alnum", 30),
            ("base64url", 24),
            ("base32", 20),
            ("hex", 32),
        ] {
            let text = generate::fill(&format!("{{{{random-{alphabet}:60000}}}}")).unwrap();
            for value in text.as_bytes().chunks_exact(length) {
                assert!(!is_placeholder(value), "{}", String::from_utf8_lossy(value));
            }
        }
    }
}
