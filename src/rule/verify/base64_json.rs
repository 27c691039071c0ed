//! Tokens that are, after a prefix such as `glc_`, a JSON object in base64.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_NO_PAD_INDIFFERENT},
};
use serde_json::{Map, Value};

use super::Answer;

pub(super) fn judge(value: &[u8]) -> Answer {
    Answer::sound_if(object(value).is_some())
}

/// The object in `value`, in what follows its first `_` or what stands before its last.
fn object(value: &[u8]) -> Option<Map<String, Value>> {
    let after = memchr::memchr(b'_', value).map_or(value, |at| &value[at + 1..]);
    let between = memchr::memrchr(b'_', after).map_or(after, |at| &after[..at]);
    [value, after, between].into_iter().find_map(decoded)
}

fn decoded(text: &[u8]) -> Option<Map<String, Value>> {
    // `{"` in base64.
    text.strip_prefix(b"ey")?;
    let json = STANDARD_PAD_INDIFFERENT
        .decode(text)
        .or_else(|_| URL_SAFE_NO_PAD_INDIFFERENT.decode(text));
    serde_json::from_slice(&json.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn an_object_must_be_in_it() {
        let body = STANDARD.encode(r#"{"o":"1","n":"acme","k":"9f2?>~"}"#);
        for token in [
            body.clone(),
            format!("glc_{body}"),
            format!("sntrys_{body}_a8Fk2"),
        ] {
            assert_eq!(judge(token.as_bytes()), Answer::SOUND, "{token}");
        }
        for other in ["glc_", "glc_eyJvIjoi", "glc_abcdefgh", "eyJ", ""] {
            assert_eq!(judge(other.as_bytes()), Answer::Other, "{other}");
        }
    }
}
