//! Atlassian API tokens (`ATATT…`, `ATBB…`, `ATCTT…`): the last eight characters are the CRC32 of
//! everything before them, in upper-case hexadecimal.

pub(super) fn holds(value: &[u8]) -> bool {
    let Some((body, digits)) = value.split_last_chunk::<8>() else {
        return false;
    };
    let prefixes: [&[u8]; 3] = [b"ATATT", b"ATBB", b"ATCTT"];
    prefixes.iter().any(|prefix| body.starts_with(prefix))
        && digits == format!("{:08X}", crc32fast::hash(body)).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_must_be_right() {
        let body = format!(
            "ATATT3{}=",
            crate::rule::generate::fill("{{random-alnum:180}}").unwrap()
        );
        let token = format!("{body}{:08X}", crc32fast::hash(body.as_bytes()));
        assert!(holds(token.as_bytes()));
        assert!(!holds(token.replacen("ATATT3", "ATATT4", 1).as_bytes()));
        assert!(!holds(token.replacen("ATATT3", "BTATT3", 1).as_bytes()));
        assert!(!holds(format!("ATATT3{}", "x".repeat(186)).as_bytes()));
    }
}
