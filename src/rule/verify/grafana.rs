//! Grafana service account tokens: `glsa_`, 32 characters, `_` and eight hexadecimal digits, the
//! little-endian CRC32 of everything before the last `_`.

pub(super) fn holds(value: &[u8]) -> bool {
    let Some((rest, digits)) = value.split_last_chunk::<8>() else {
        return false;
    };
    let Some((b'_', body)) = rest.split_last() else {
        return false;
    };
    body.starts_with(b"glsa_") && digits.eq_ignore_ascii_case(checksum(body).as_bytes())
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
        assert!(holds(token.as_bytes()));
        assert!(holds(
            token
                .replace(
                    &checksum(body.as_bytes()),
                    &checksum(body.as_bytes()).to_uppercase()
                )
                .as_bytes()
        ));
        assert!(!holds(token.replacen("glsa_", "glsa_a", 1).as_bytes()));
        assert!(!holds(
            format!("glsa_{}_00000000", "x".repeat(32)).as_bytes()
        ));
        // CRC-32 of "123456789" is cbf43926, written from its lowest byte on.
        assert_eq!(checksum(b"123456789"), "2639f4cb");
    }
}
