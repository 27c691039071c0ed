//! JSON Web Tokens (RFC 7519): a header with an algorithm, an object of claims, a signature.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD_INDIFFERENT};
use serde_json::{Map, Value};

use super::{Answer, Known, host, name};

/// The subject of the token that every documentation shows (that of jwt.io).
const DOCUMENTATION_SUBJECT: &str = "1234567890";
/// HMAC-SHA-256, the shortest signature in use, in bytes.
const SHORTEST_SIGNATURE: usize = 32;

pub(super) fn judge(value: &[u8]) -> Answer {
    let parts: Vec<&[u8]> = value.split(|byte| *byte == b'.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Answer::Other;
    };
    let (Some(header), Some(claims)) = (object(header), object(claims)) else {
        return Answer::Other;
    };
    let Some(algorithm) = text(&header, "alg") else {
        return Answer::Other;
    };
    let signature = URL_SAFE_NO_PAD_INDIFFERENT
        .decode(signature)
        .unwrap_or_default();
    let issuer = text(&claims, "iss");
    let supabase = issuer.is_some_and(|issuer| issuer.starts_with("supabase"));
    if algorithm.eq_ignore_ascii_case("none") {
        return Answer::Doubtful("it is not signed, so that nobody accepts it");
    }
    if text(&claims, "sub") == Some(DOCUMENTATION_SUBJECT) {
        return Answer::Doubtful("the sample that every documentation shows");
    }
    if supabase && issuer == Some("supabase-demo") {
        return Answer::Doubtful("the key of every local Supabase");
    }
    if supabase && text(&claims, "role") == Some("anon") {
        return Answer::Doubtful("an anonymous key, which is meant to be public");
    }
    if signature.len() < SHORTEST_SIGNATURE {
        return Answer::Doubtful("its signature is cut: an example or a redacted token");
    }
    let issued = issuer
        .and_then(|issuer| host(issuer).or(name(issuer)))
        .map(|issuer| format!(", issued by {issuer}"));
    let role = text(&claims, "role")
        .and_then(name)
        .map(|role| format!(", role {role}"));
    Answer::Sound(Known {
        detail: name(algorithm).map(|algorithm| {
            format!(
                "{algorithm}{}{}",
                issued.unwrap_or_default(),
                role.unwrap_or_default()
            )
        }),
        expires: claims.get("exp").and_then(Value::as_i64),
        algorithm: None,
    })
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD_INDIFFERENT.decode(part).ok()?).ok()
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str, signature: &[u8]) -> Vec<u8> {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD_INDIFFERENT.encode(bytes);
        [
            part(header.as_bytes()),
            part(claims.as_bytes()),
            part(signature),
        ]
        .join(".")
        .into_bytes()
    }

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    #[test]
    fn it_says_who_issued_it_and_until_when_it_holds() {
        let claims = r#"{"iss":"https://auth.acme.com","role":"service_role","exp":1893456000}"#;
        let known = Known {
            detail: Some("HS256, issued by auth.acme.com, role service_role".to_owned()),
            expires: Some(1_893_456_000),
            algorithm: None,
        };
        assert_eq!(
            judge(&token(HEADER, claims, &[7; 32])),
            Answer::Sound(known)
        );
        let bare = judge(&token(
            HEADER,
            r#"{"sub":"42","iss":"a\nb","exp":"x"}"#,
            &[7; 32],
        ));
        assert_eq!(bare, Answer::known("HS256"));
    }

    #[test]
    fn samples_and_public_ones_are_doubtful() {
        let sub = r#"{"sub":"42"}"#;
        for doubtful in [
            token(r#"{"alg":"none"}"#, sub, &[7; 32]),
            token(HEADER, r#"{"sub":"1234567890"}"#, &[7; 32]),
            token(HEADER, r#"{"iss":"supabase","role":"anon"}"#, &[7; 32]),
            token(
                HEADER,
                r#"{"iss":"supabase-demo","role":"service_role"}"#,
                &[7; 32],
            ),
            token(HEADER, sub, &[7; 31]),
            token(HEADER, sub, b""),
        ] {
            assert!(matches!(judge(&doubtful), Answer::Doubtful(_)));
        }
        let service = token(
            HEADER,
            r#"{"iss":"supabase","role":"service_role"}"#,
            &[7; 32],
        );
        assert!(matches!(judge(&service), Answer::Sound(_)));
    }

    #[test]
    fn other_things_with_dots_are_none() {
        for other in [
            token(r#"{"typ":"JWT"}"#, "{}", &[7; 32]),
            token(HEADER, r#"["sub"]"#, &[7; 32]),
            b"eyJhbGciOi.eyJhbGciOi".to_vec(),
            b"a.b.c".to_vec(),
        ] {
            assert_eq!(judge(&other), Answer::Other);
        }
    }
}
