//! Validators: what can be said offline of whether a value is a real secret.
//!
//! One file each, one table. A value that a validator does not know is left to the rule.

mod asn1;
mod atlassian;
mod aws;
mod azure;
mod base58;
mod base62_crc;
mod base64_json;
mod basic_auth;
mod bech32;
mod discord;
mod gitlab;
mod grafana;
mod jwk;
mod jwt;
mod mailchimp;
mod pem;
mod person;
mod published;
mod pypi;
mod secp256k1;
mod solana;
mod stellar;
mod telegram;
mod url;
mod uuid;
mod wireguard;

use crate::model::looks_random;

pub(super) use base62_crc::checksum as base62_checksum;
pub(super) use published::doubt as published;

/// What a validator says of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It can be what the rule takes it for.
    Sound(Known),
    /// It is of that form, but no secret that is in use: why.
    Doubtful(&'static str),
    /// It is something else.
    Other,
}

/// What a value says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// A few words for the message, with nothing secret in them.
    pub detail: Option<String>,
    /// When it stops being a secret, in seconds since 1970.
    pub expires: Option<i64>,
    /// The algorithm of a private key.
    pub algorithm: Option<String>,
}

impl Answer {
    /// Nothing is known but that nothing speaks against it.
    pub(super) const SOUND: Self = Self::Sound(Known {
        detail: None,
        expires: None,
        algorithm: None,
    });

    fn known(detail: impl Into<String>) -> Self {
        Self::Sound(Known {
            detail: Some(detail.into()),
            ..Known::default()
        })
    }

    /// A private key of that algorithm, and what else there is to say of it.
    fn key(algorithm: &str, more: &str) -> Self {
        Self::Sound(Known {
            detail: Some(format!("{algorithm}{more}")),
            algorithm: Some(algorithm.to_owned()),
            expires: None,
        })
    }

    /// A value that carries a checksum. A wrong one hides nothing: it may have been mistyped.
    fn checksum(is_right: bool) -> Self {
        match is_right {
            true => Self::known("its checksum is right"),
            false => Self::Doubtful("its checksum does not match: an example or a redacted token"),
        }
    }

    /// Sound, or something else.
    fn sound_if(holds: bool) -> Self {
        if holds { Self::SOUND } else { Self::Other }
    }

    /// The answer that says more for the value.
    pub(super) fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Sound(_), _) | (_, Self::Other) => self,
            (Self::Doubtful(_), Self::Doubtful(_)) => self,
            _ => other,
        }
    }
}

/// One line of the table of validators.
#[derive(Debug)]
pub(super) struct Validator {
    /// The name used in `verify`.
    pub(super) name: &'static str,
    /// What is to be said of a value.
    pub(super) judge: fn(&[u8]) -> Answer,
}

/// All validators.
pub(super) const VALIDATORS: &[Validator] = &[
    validator("atlassian-crc32", atlassian::judge),
    validator("aws-key-id", aws::judge),
    validator("azure-key", azure::judge),
    validator("base58check", base58::judge),
    validator("base64-json", base64_json::judge),
    validator("basic-auth", basic_auth::judge),
    validator("bech32", bech32::judge),
    validator("der-private-key", der),
    validator("discord-bot", discord::judge),
    validator("encrypted-private-key", pem::encrypted),
    validator("github-crc32", base62_crc::github),
    validator("gitlab-routable", gitlab::judge),
    validator("grafana-crc32", grafana::judge),
    validator("jwk", jwk::judge),
    validator("jwt", jwt::judge),
    validator("mailchimp", mailchimp::judge),
    validator("npm-crc32", base62_crc::npm),
    validator("pem-private-key", pem::plain),
    validator("person-path", person::judge),
    validator("pypi-macaroon", pypi::judge),
    validator("secp256k1-key", secp256k1::judge),
    validator("solana-keypair", solana::judge),
    validator("stellar-seed", stellar::judge),
    validator("telegram-bot", telegram::judge),
    validator("url-credentials", url::judge),
    validator("uuid", uuid::judge),
    validator("wireguard-key", wireguard::judge),
];

const fn validator(name: &'static str, judge: fn(&[u8]) -> Answer) -> Validator {
    Validator { name, judge }
}

/// A file that begins with a private key in DER, whatever follows it.
fn der(value: &[u8]) -> Answer {
    let Some((key, kind)) = asn1::first(value).and_then(|key| Some((key, asn1::private_key(key)?)))
    else {
        return Answer::Other;
    };
    published::doubt(key).map_or_else(|| pem::key(&kind), Answer::Doubtful)
}

/// The name of a variable before its value: that to which it is assigned.
pub(super) fn variable(before: &[u8]) -> Option<&str> {
    let text = str::from_utf8(before)
        .ok()?
        .trim_start()
        .trim_start_matches('-');
    let text = ["export", "ENV"]
        .iter()
        .find_map(|word| {
            Some(
                text.strip_prefix(word)?
                    .strip_prefix([' ', '\t'])?
                    .trim_start(),
            )
        })
        .unwrap_or(text);
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && !"_-.".contains(letter));
    name(&text[..end.unwrap_or(text.len())])
}

/// The validator of that name.
pub(super) fn find(name: &str) -> Option<&'static Validator> {
    VALIDATORS.iter().find(|validator| validator.name == name)
}

/// What is told of a value, in characters at most.
const TOLD: usize = 60;

/// A user's name out of a value. What changes between letters and digits or looks random may be a secret too.
fn name(text: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte);
    let fits = (1..=TOLD).contains(&text.len()) && text.bytes().all(is_plain);
    let kinds = text
        .as_bytes()
        .chunk_by(|one, other| one.is_ascii_digit() == other.is_ascii_digit());
    let may_be_secret = kinds.count() > 3 || text.len() >= 16 && looks_random(text.as_bytes());
    (fits && !may_be_secret).then_some(text)
}

/// The host that a value names, alone or in an address.
fn host(text: &str) -> Option<&str> {
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    let host = behind.split(['/', '?', '#']).next()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    let fits = (1..=TOLD).contains(&host.len()) && host.bytes().all(is_plain);
    (fits && host.contains(['.', ':'])).then_some(host)
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

    #[test]
    fn the_better_answer_counts() {
        let doubtful = Answer::Doubtful("why");
        assert_eq!(doubtful.clone().or(Answer::SOUND), Answer::SOUND);
        assert_eq!(Answer::SOUND.or(doubtful.clone()), Answer::SOUND);
        assert_eq!(Answer::Other.or(doubtful.clone()), doubtful);
        assert_eq!(doubtful.clone().or(Answer::Other), doubtful);
        assert_eq!(Answer::Other.or(Answer::Other), Answer::Other);
    }

    #[test]
    fn a_name_that_may_be_the_secret_is_not_told() {
        for plain in ["deploy@acme.com", "app", "svc-build-2", "postgres"] {
            assert_eq!(name(plain), Some(plain));
        }
        assert_eq!(name("x8fj2k9q"), None);
        assert_eq!(
            host("https://auth.acme.com/realms?a"),
            Some("auth.acme.com")
        );
        assert_eq!(host("https://me:pw@acme.com"), None);
        assert_eq!(host("nothing"), None);
        assert_eq!(name("two words"), None);
        assert_eq!(name(""), None);
        let token = crate::rule::generate::fill("{{github-token}}").unwrap();
        assert_eq!(name(&token), None);
    }

    #[test]
    fn a_variable_is_told_by_its_name() {
        for (before, expected) in [
            ("apiKey\": \"", Some("apiKey")),
            ("  export DB_PASSWORD='", Some("DB_PASSWORD")),
            ("ENV api_key ", Some("api_key")),
            ("--auth-token=", Some("auth-token")),
            ("exported = ", Some("exported")),
            ("= ", None),
            ("x8fj2k9qw3key = ", None),
        ] {
            assert_eq!(variable(before.as_bytes()), expected, "{before}");
        }
    }

    #[test]
    fn a_key_in_der_is_known_with_what_follows_it() {
        let key = [
            &[0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34][..],
            &[7; 34],
        ]
        .concat();
        let known = Answer::key("Ed25519", "");
        assert_eq!(der(&key), known);
        assert_eq!(der(&[&key[..], b"\n"].concat()), known);
        assert_eq!(der(&key[..40]), Answer::Other);
        assert_eq!(der(b""), Answer::Other);
    }

    proptest! {
        #[test]
        fn no_value_makes_a_validator_panic(
            prefix in prop::sample::select(vec![
                "", "ghp_", "npm_", "AKIA", "eyJ", "pypi-", "glsa_", "ATATT", "-----BEGIN PRIVATE KEY-----",
                "glpat-", "AGE-SECRET-KEY-1", "nsec1", "xprv", "S", "[", "{\"kty\":\"RSA\",", "123456789:", "postgres://a:",
            ]),
            bytes in prop::collection::vec(any::<u8>(), 0..120),
            text in "[ -~]{0,120}",
        ) {
            for value in [[prefix.as_bytes(), &bytes].concat(), [prefix, &text].concat().into_bytes()] {
                for validator in VALIDATORS {
                    (validator.judge)(&value);
                }
            }
        }
    }
}
