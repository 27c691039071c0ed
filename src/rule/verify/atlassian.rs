//! Atlassian API tokens (`ATATT…`, `ATBB…`, `ATCTT…`): the last eight characters are the CRC32 of
//! everything before them, in upper-case hexadecimal.

use super::Answer;

pub(super) fn judge(value: &[u8]) -> Answer {
    let prefixes: [&[u8]; 3] = [b"ATATT", b"ATBB", b"ATCTT"];
    match value.split_last_chunk::<8>() {
        Some((body, digits)) if prefixes.iter().any(|prefix| body.starts_with(prefix)) => {
            Answer::checksum(digits == format!("{:08X}", crc32fast::hash(body)).as_bytes())
        }
        _ => Answer::Other,
    }
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
        let right = Answer::checksum(true);
        let wrong = Answer::checksum(false);
        assert_eq!(judge(token.as_bytes()), right);
        assert_eq!(
            judge(token.replacen("ATATT3", "ATATT4", 1).as_bytes()),
            wrong
        );
        assert_eq!(
            judge(format!("ATATT3{}", "x".repeat(186)).as_bytes()),
            wrong
        );
        assert_eq!(
            judge(token.replacen("ATATT3", "BTATT3", 1).as_bytes()),
            Answer::Other
        );
        assert_eq!(judge(b"ATATT"), Answer::Other);
    }
}
