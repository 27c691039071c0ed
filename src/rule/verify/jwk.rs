//! Private keys as JSON Web Keys (RFC 7517), also as they stand in code and in JSON within a string.

use super::{Answer, name, published};

/// What stands around names and values, escaped or not.
const QUOTES: [char; 4] = ['\\', '"', '\'', '`'];
/// The longest name of a curve, in bytes.
const CURVE: usize = 12;
/// What a character of base64 stands for, in bits.
const BITS: usize = 6;

pub(super) fn judge(value: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(value);
    let published = field(&text, "d").and_then(|private| published::doubt(private.as_bytes()));
    if let Some(why) = published {
        return Answer::Doubtful(why);
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let curve = field(&text, "crv")
        .filter(|curve| curve.len() <= CURVE && curve.bytes().all(is_plain) && !curve.is_empty());
    let algorithm = match (field(&text, "kty"), curve) {
        (Some("OKP"), Some(curve)) => curve.to_owned(),
        (_, Some(curve)) => format!("elliptic curve {curve}"),
        (Some("EC"), None) => "elliptic curve".to_owned(),
        // Only RSA has `dp`, by which a key without its `kty` is known.
        _ => "RSA".to_owned(),
    };
    let modulus = field(&text, "n").filter(|_| algorithm == "RSA");
    let bits = modulus.map(|modulus| format!(", {} bits", modulus.len() * BITS / 8 * 8));
    let id = field(&text, "kid").and_then(name);
    let id = id.map(|id| format!(", kid {id}"));
    let more = bits.unwrap_or_default() + &id.unwrap_or_default();
    Answer::key(&algorithm, &more)
}

/// The text that has this name in the object.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let is_name = |letter: char| letter.is_alphanumeric() || "_-$".contains(letter);
    text.match_indices(name).find_map(|(at, _)| {
        if text[..at].ends_with(is_name) {
            return None;
        }
        let behind = text[at + name.len()..].trim_start_matches(QUOTES);
        let value = behind.trim_start().strip_prefix(':')?.trim_start();
        let value = value.strip_prefix('\\').unwrap_or(value);
        let value = value.strip_prefix(QUOTES)?;
        let end = value.find(QUOTES)?;
        Some(&value[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate::fill;

    fn of(template: &str) -> Answer {
        judge(fill(template).unwrap().as_bytes())
    }

    #[test]
    fn it_says_of_which_kind_it_is_and_what_it_is_called() {
        let private = r#""d":"{{random-base64url:43}}""#;
        for (template, algorithm, more) in [
            (
                r#"{"kty":"EC","crv":"P-256",D}"#,
                "elliptic curve P-256",
                "",
            ),
            (
                r#"{"kid": "release-1", "kty": "OKP", "crv": "Ed25519", D}"#,
                "Ed25519",
                ", kid release-1",
            ),
            (
                r#"{"kty":"RSA","n":"{{random-base64url:342}}",D}"#,
                "RSA",
                ", 2048 bits",
            ),
            (
                r#"{"kty":"EC",D,"crv":"secp256k1"}"#,
                "elliptic curve secp256k1",
                "",
            ),
            (
                r#"{"kid":"{{random-hex:40}}","kty":"EC",D}"#,
                "elliptic curve",
                "",
            ),
            (r#"D, "dp":"a""#, "RSA", ""),
        ] {
            let template = template.replace('D', private);
            let known = Answer::key(algorithm, more);
            assert_eq!(of(&template), known, "{template}");
            assert_eq!(of(&template.replace('"', "\\\"")), known, "{template}");
        }
        let code = "{ kty: 'OKP', crv: 'X25519', d: '{{random-base64url:43}}' }";
        assert_eq!(of(code), Answer::key("X25519", ""));
    }

    #[test]
    fn keys_of_the_standards_are_known() {
        // RFC 8037, appendix A.
        let private = ["nWGxne_9WmC6hEr0kuwsxERJ", "xWl7MmkZcDusAxyuf2A"].concat();
        let key = format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{private}"}}"#);
        assert!(matches!(judge(key.as_bytes()), Answer::Doubtful(_)));
    }
}
