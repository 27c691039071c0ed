//! Secrets that their makers publish themselves: emulators' keys, test accounts, keys that come with libraries.
//!
//! Known by their SHA-256, so that nothing here looks like a secret: of the text, or of a private key's DER.

use crate::model::Sha256;

/// By what they are hashed to, in hexadecimal; why they are no secret.
const PUBLISHED: &[(&str, &str)] = &[];

/// Why the value is no secret, if everybody can read it elsewhere.
pub(in crate::rule) fn doubt(value: &[u8]) -> Option<&'static str> {
    let hash = Sha256::of(value).to_string();
    let (_, why) = PUBLISHED.iter().find(|(known, _)| *known == hash)?;
    Some(why)
}
