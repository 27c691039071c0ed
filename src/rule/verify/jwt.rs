//! JSON Web Tokens (RFC 7519): a header with an algorithm, an object of claims, a signature.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The subject of the token that every documentation shows (that of jwt.io).
const DOCUMENTATION_SUBJECT: &str = "1234567890";
/// HMAC-SHA-256, the shortest signature in use, in bytes.
const SHORTEST_SIGNATURE: usize = 32;

pub(super) fn holds(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value.split(|byte| *byte == b'.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return false;
    };
    let signed = object(header)
        .and_then(|header| Some(header.get("alg")?.as_str()? != "none"))
        .unwrap_or(false);
    let real = object(claims).is_some_and(|claims| {
        claims.get("sub").and_then(Value::as_str) != Some(DOCUMENTATION_SUBJECT)
    });
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    signed && real && signature.len() >= SHORTEST_SIGNATURE
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str, signature: &[u8]) -> Vec<u8> {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        [
            part(header.as_bytes()),
            part(claims.as_bytes()),
            part(signature),
        ]
        .join(".")
        .into_bytes()
    }

    #[test]
    fn it_must_be_signed_and_not_be_the_documented_one() {
        let (header, claims) = (r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"sub":"42"}"#);
        assert!(holds(&token(header, claims, &[7; 32])));
        assert!(!holds(&token(r#"{"alg":"none"}"#, claims, &[7; 32])));
        assert!(!holds(&token(r#"{"typ":"JWT"}"#, claims, &[7; 32])));
        assert!(!holds(&token(header, r#"{"sub":"1234567890"}"#, &[7; 32])));
        assert!(!holds(&token(header, r#"["sub"]"#, &[7; 32])));
        assert!(!holds(&token(header, claims, b"")));
        assert!(!holds(b"eyJhbGciOi.eyJhbGciOi"));
    }
}
