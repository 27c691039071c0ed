//! Keys of Azure that say of themselves when they were issued ("common annotated security keys": base64 of 63 or
//! 64 bytes with `JQQJ` in the middle).
//!
//! Source: microsoft/security-utilities, `IdentifiableSecrets.cs`. Their checksum is not held against them: how
//! it is written out depends on a library that is not documented.

use super::Answer;

/// Where the signature stands, and where the date: year and month, a letter each.
const SIGNATURE: usize = 52;
const DATE: usize = SIGNATURE + 6;
const FIRST_YEAR: usize = 2024;
const YEARS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

pub(super) fn judge(value: &[u8]) -> Answer {
    match issued(value) {
        Some((year, month)) => Answer::known(format!("issued in {year}-{month:02}")),
        None => Answer::SOUND,
    }
}

fn issued(value: &[u8]) -> Option<(usize, u8)> {
    let rest = value.get(SIGNATURE..)?;
    let date = value
        .get(DATE..DATE + 2)
        .filter(|_| rest.starts_with(b"JQQJ"))?;
    let year = YEARS.iter().position(|letter| *letter == date[0])?;
    let month = date[1].checked_sub(b'A').filter(|month| *month < 12)?;
    Some((FIRST_YEAR + year, month + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate::fill;

    #[test]
    fn the_date_is_told() {
        let key = fill("{{random-alnum:52}}JQQJ99BC{{random-alnum:24}}").unwrap();
        assert_eq!(judge(key.as_bytes()), Answer::known("issued in 2025-03"));
        let other = fill("{{random-alnum:52}}JQQJ99BZ{{random-alnum:24}}").unwrap();
        assert_eq!(judge(other.as_bytes()), Answer::SOUND);
        assert_eq!(judge(&key.as_bytes()[..59]), Answer::SOUND);
    }
}
