//! Grafana service account tokens: `glsa_`, 32 characters, `_` and eight hexadecimal digits, the
//! little-endian CRC32 of everything before the last `_`.

use super::Answer;

pub(super) fn judge(value: &[u8]) -> Answer {
    let parts = value.split_last_chunk::<8>();
    match parts.and_then(|(rest, digits)| Some((rest.strip_suffix(b"_")?, digits))) {
        Some((body, digits)) if body.starts_with(b"glsa_") => {
            Answer::checksum(digits.eq_ignore_ascii_case(checksum(body).as_bytes()))
        }
        _ => Answer::Other,
    }
}

fn checksum(body: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(body).swap_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_must_be_right() {
        let body = format!(
            "glsa_{}",
            crate::rule::generate::fill("{{random-alnum:32}}").unwrap()
        );
        let token = format!("{body}_{}", checksum(body.as_bytes()));
        assert_eq!(judge(token.as_bytes()), Answer::checksum(true));
        let sum = checksum(body.as_bytes());
        let upper = token.replace(&sum, &sum.to_uppercase());
        assert_eq!(judge(upper.as_bytes()), Answer::checksum(true));
        let wrong = token.replacen("glsa_", "glsa_a", 1);
        assert_eq!(judge(wrong.as_bytes()), Answer::checksum(false));
        let cut = format!("glsa_{}00000000", "x".repeat(32));
        assert_eq!(judge(cut.as_bytes()), Answer::Other);
        // CRC-32 of "123456789" is cbf43926, written from its lowest byte on.
        assert_eq!(checksum(b"123456789"), "2639f4cb");
    }
}
