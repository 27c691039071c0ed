//! Private keys in PEM (RFC 7468), also as they stand in string literals of code and JSON.

use base64::{Engine as _, engine::general_purpose::STANDARD_PAD_INDIFFERENT};

use super::asn1;

/// What the binary form of an OpenSSH key begins with (PROTOCOL.key of OpenSSH).
const OPENSSH: &[u8] = b"openssh-key-v1\0";

/// Whether `value` is a whole private key that needs no password.
pub(super) fn is_plain(value: &[u8]) -> bool {
    kind(value) == Some(Kind::Plain)
}

/// Whether `value` is a whole private key that needs a password.
pub(super) fn is_encrypted(value: &[u8]) -> bool {
    kind(value) == Some(Kind::Encrypted)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Encrypted,
}

fn kind(value: &[u8]) -> Option<Kind> {
    let text = unescaped(value);
    let (_, text) = text.split_once("-----BEGIN ")?;
    let (label, text) = text.split_once("-----")?;
    if !label.ends_with("PRIVATE KEY") {
        return None;
    }
    let (text, _) = text.split_once("-----END ")?;
    let (headers, body): (Vec<&str>, Vec<&str>) = text
        .split_ascii_whitespace()
        .partition(|word| word.contains([':', ',']));
    // The values of `Proc-Type: 4,ENCRYPTED` and `DEK-Info: AES-128-CBC,…` have a comma each.
    let der = STANDARD_PAD_INDIFFERENT.decode(body.concat()).ok()?;
    if let Some(rest) = der.strip_prefix(OPENSSH) {
        return match rest.strip_prefix(&[0, 0, 0, 4]) {
            Some(cipher) if cipher.starts_with(b"none") => Some(Kind::Plain),
            _ => (rest.len() > 64).then_some(Kind::Encrypted),
        };
    }
    if headers.contains(&"4,ENCRYPTED") {
        return (der.len() >= 64).then_some(Kind::Encrypted);
    }
    if asn1::is_private_key(&der) {
        return Some(Kind::Plain);
    }
    asn1::is_encrypted_private_key(&der).then_some(Kind::Encrypted)
}

/// The text without what a string literal adds to it: escaped line ends and slashes, and whatever
/// stands between the end of one literal and the begin of the next.
fn unescaped(value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len());
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => match bytes.find(|next| *next != b'\\') {
                Some(b'n' | b'r' | b't') => text.push('\n'),
                Some(quote @ (b'"' | b'\'' | b'`')) => {
                    bytes.find(|next| *next == quote);
                }
                Some(other) => text.push(char::from(other)),
                None => {}
            },
            b'"' | b'\'' | b'`' => {
                bytes.find(|next| *next == byte);
            }
            _ => text.push(char::from(byte)),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate::fill;

    const PLAIN: [&str; 3] = [
        "{{rsa-private-key}}",
        "{{ec-private-key}}",
        "{{openssh-private-key}}",
    ];

    #[test]
    fn plain_and_encrypted_keys_are_told_apart() {
        for template in PLAIN {
            let key = fill(template).unwrap();
            assert_eq!(kind(key.as_bytes()), Some(Kind::Plain), "{template}");
        }
        let encrypted = fill("{{encrypted-private-key}}").unwrap();
        assert_eq!(kind(encrypted.as_bytes()), Some(Kind::Encrypted));
        let key = fill("{{rsa-private-key}}").unwrap();
        let legacy = key.replacen(
            '\n',
            "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n",
            1,
        );
        assert_eq!(kind(legacy.as_bytes()), Some(Kind::Encrypted));
    }

    #[test]
    fn keys_in_string_literals_are_read() {
        for template in PLAIN {
            let key = fill(template).unwrap();
            for written in [
                key.replace('\n', "\\n"),
                key.replace('\n', "\\\\n"),
                key.replace('\n', "\r\n    "),
                key.replace('/', "\\/").replace('\n', "\\r\\n"),
                key.replace('\n', "\\n\" +\n  \""),
            ] {
                assert!(is_plain(written.as_bytes()), "{template}");
            }
        }
    }

    #[test]
    fn cut_and_made_up_keys_do_not_hold() {
        let key = fill("{{rsa-private-key}}").unwrap();
        let lines: Vec<&str> = key.lines().collect();
        let cut = [&lines[..3], &lines[4..]].concat().join("\n");
        assert_eq!(kind(cut.as_bytes()), None);
        assert_eq!(kind(key.replace("PRIVATE", "PUBLIC").as_bytes()), None);
        assert_eq!(kind(key.replacen(lines[1], "...", 1).as_bytes()), None);
        let [begin, .., end] = lines.as_slice() else {
            panic!("a key has several lines");
        };
        assert_eq!(kind(format!("{begin}\n{end}").as_bytes()), None);
        assert_eq!(
            kind(format!("{begin}\n{}\n{end}", "x".repeat(64)).as_bytes()),
            None
        );
    }
}
