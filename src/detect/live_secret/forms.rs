//! The forms in which a secret may be written in a file. All of them are overwritten after use.

use base64::engine::general_purpose;
use zeroize::Zeroizing;

use crate::detect::machine::{Digits, Form, base64, percent_encoded, utf16};

/// A secret in one form.
pub(super) type Written = (Form, Zeroizing<Vec<u8>>);

/// Every form of `value`, the plainer first; some may be alike.
pub(super) fn written(value: &str) -> Vec<Written> {
    let bytes = value.as_bytes();
    let reversed: Zeroizing<Vec<u8>> = Zeroizing::new(bytes.iter().rev().copied().collect());
    let mut forms = vec![(Form::Plain, Zeroizing::new(bytes.to_vec()))];
    let once = json_escaped(value, false);
    // JSON in a string of JSON: a source in a map, a log.
    let twice = json_escaped(&once, false);
    for text in [json_escaped(value, true), once, twice] {
        forms.push((Form::JsonEscaped, Zeroizing::new(text.as_bytes().to_vec())));
    }
    let (upper, lower) = (Digits::UPPER, Digits::LOWER);
    for (kept, digits) in [("", upper), ("", lower), ("/", upper), ("!'()*", upper)] {
        forms.push((Form::PercentEncoded, percent_encoded(bytes, kept, digits)));
    }
    for lead in 0..3 {
        forms.push((
            Form::Base64,
            base64(bytes, lead, &general_purpose::STANDARD_NO_PAD),
        ));
        forms.push((
            Form::Base64,
            base64(bytes, lead, &general_purpose::URL_SAFE_NO_PAD),
        ));
    }
    forms.push((Form::Utf16Le, utf16(value, u16::to_le_bytes)));
    forms.push((Form::Utf16Be, utf16(value, u16::to_be_bytes)));
    for digits in [upper, lower] {
        let mut backwards = hex(bytes, digits);
        backwards.reverse();
        forms.push((Form::Hex, hex(bytes, digits)));
        forms.push((Form::ReversedHex, hex(&reversed, digits)));
        forms.push((Form::ReversedHex, backwards));
    }
    forms.push((Form::Reversed, reversed));
    forms
}

fn json_escaped(value: &str, slash: bool) -> Zeroizing<String> {
    let mut escaped = Zeroizing::new(String::with_capacity(value.len() * 2));
    for character in value.chars() {
        if matches!(character, '"' | '\\') || slash && character == '/' {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn hex(value: &[u8], digits: Digits) -> Zeroizing<Vec<u8>> {
    let mut written = Zeroizing::new(Vec::with_capacity(value.len() * 2));
    for &byte in value {
        written.extend_from_slice(&digits.of(byte));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_its_forms() {
        let value = "aB3/\"é";
        let texts = |form: Form| -> Vec<String> {
            let of_form = written(value)
                .into_iter()
                .filter(|(known, _)| *known == form);
            of_form
                .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
                .collect()
        };
        assert_eq!(texts(Form::Plain), [value]);
        assert_eq!(
            texts(Form::JsonEscaped),
            [r#"aB3\/\"é"#, r#"aB3/\"é"#, r#"aB3/\\\"é"#]
        );
        assert_eq!(
            texts(Form::PercentEncoded)[..3],
            ["aB3%2F%22%C3%A9", "aB3%2f%22%c3%a9", "aB3/%22%C3%A9"]
        );
        assert_eq!(texts(Form::Base64)[0], "YUIzLyLDq"[..9]);
        assert_eq!(texts(Form::Hex), ["6142332F22C3A9", "6142332f22c3a9"]);
        assert_eq!(
            texts(Form::ReversedHex)[..2],
            ["A9C3222F334261", "9A3C22F2332416"]
        );
        assert_eq!(texts(Form::Utf16Le)[0], "a\0B\u{0}3\0/\0\"\0\u{fffd}\0");
    }
}
