//! UUIDs (RFC 9562), as some providers issue them for keys.

use super::Answer;
use crate::rule::placeholder::is_placeholder;

pub(super) fn judge(value: &[u8]) -> Answer {
    Answer::sound_if(is_random(value).unwrap_or(false))
}

/// Whether version and variant are those of a random one, and the rest is no pattern.
fn is_random(value: &[u8]) -> Option<bool> {
    let parts: Vec<&[u8]> = value.split(|byte| *byte == b'-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let digits = parts.concat();
    let is_uuid = lengths == [8, 4, 4, 4, 12] && digits.iter().all(u8::is_ascii_hexdigit);
    let (version, variant) = (parts.get(2)?.first()?, parts.get(3)?.first()?);
    let is_of_kind = (b'1'..=b'8').contains(version) && b"89abAB".contains(variant);
    Some(is_uuid && is_of_kind && !is_placeholder(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_variant_must_be_right() {
        assert_eq!(
            judge(b"7d1c5b2e-90f3-4a68-b1d7-3c0e9f64a825"),
            Answer::SOUND
        );
        for other in [
            "00000000-0000-0000-0000-000000000000",
            "12345678-1234-1234-1234-123456789012",
            "7d1c5b2e-90f3-0a68-b1d7-3c0e9f64a825",
            "7d1c5b2e-90f3-4a68-c1d7-3c0e9f64a825",
            "7d1c5b2e90f34a68b1d73c0e9f64a825",
            "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx",
            "",
        ] {
            assert_eq!(judge(other.as_bytes()), Answer::Other, "{other}");
        }
    }
}
