//! Validators: what can be said offline of whether a value is a real secret.
//!
//! One file each, one table. A value that a validator does not know is left to the rule.

mod asn1;
mod atlassian;
mod aws;
mod base62_crc;
mod grafana;
mod jwt;
mod pem;
mod person;
mod pypi;

pub(super) use base62_crc::checksum as base62_checksum;

/// One line of the table of validators.
#[derive(Debug)]
pub(super) struct Validator {
    /// The name used in `verify`.
    pub(super) name: &'static str,
    /// Whether the value can be what the rule takes it for.
    pub(super) holds: fn(&[u8]) -> bool,
}

/// All validators.
pub(super) const VALIDATORS: &[Validator] = &[
    validator("atlassian-crc32", atlassian::holds),
    validator("aws-key-id", aws::holds),
    validator("encrypted-private-key", pem::is_encrypted),
    validator("github-crc32", base62_crc::github),
    validator("grafana-crc32", grafana::holds),
    validator("jwt", jwt::holds),
    validator("npm-crc32", base62_crc::npm),
    validator("pem-private-key", pem::is_plain),
    validator("person-path", person::holds),
    validator("pypi-macaroon", pypi::holds),
];

const fn validator(name: &'static str, holds: fn(&[u8]) -> bool) -> Validator {
    Validator { name, holds }
}

/// The validator of that name.
pub(super) fn find(name: &str) -> Option<&'static Validator> {
    VALIDATORS.iter().find(|validator| validator.name == name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(VALIDATORS.is_sorted_by(|left, right| left.name < right.name));
        assert_eq!(find("jwt").map(|validator| validator.name), Some("jwt"));
    }

    proptest! {
        #[test]
        fn no_value_makes_a_validator_panic(
            prefix in prop::sample::select(vec![
                "", "ghp_", "npm_", "AKIA", "eyJ", "pypi-", "glsa_", "ATATT", "-----BEGIN PRIVATE KEY-----",
            ]),
            bytes in prop::collection::vec(any::<u8>(), 0..120),
        ) {
            let value = [prefix.as_bytes(), &bytes].concat();
            for validator in VALIDATORS {
                (validator.holds)(&value);
            }
        }
    }
}
