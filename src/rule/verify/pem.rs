//! Private keys in PEM (RFC 7468), also as they stand in string literals of code and JSON.

use base64::{Engine as _, engine::general_purpose::STANDARD_PAD_INDIFFERENT};

use super::{Answer, Known, asn1, published};

/// What the binary form of an OpenSSH key begins with (PROTOCOL.key of OpenSSH).
const OPENSSH: &[u8] = b"openssh-key-v1\0";

/// Types of OpenSSH keys (RFC 4253, RFC 5656, RFC 8709), and what their algorithms are called elsewhere.
const KINDS: [(&str, &str); 6] = [
    ("ssh-rsa", "RSA"),
    ("ssh-dss", "DSA"),
    ("ssh-ed25519", "Ed25519"),
    ("ecdsa-sha2-nistp256", "elliptic curve P-256"),
    ("ecdsa-sha2-nistp384", "elliptic curve P-384"),
    ("ecdsa-sha2-nistp521", "elliptic curve P-521"),
];

/// Whether `value` is a whole private key that needs no password.
pub(super) fn plain(value: &[u8]) -> Answer {
    match kind(value) {
        Some(Kind::Plain(kind)) => key(&kind),
        Some(Kind::Published(why)) => Answer::Doubtful(why),
        _ => Answer::Other,
    }
}

/// A key of that kind: `RSA, 2048 bits`.
pub(super) fn key(kind: &str) -> Answer {
    let (algorithm, more) = kind.split_at(kind.find(',').unwrap_or(kind.len()));
    let Some((_, common)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        return Answer::key(algorithm, more);
    };
    Answer::Sound(Known {
        detail: Some(kind.to_owned()),
        algorithm: Some((*common).to_owned()),
        expires: None,
    })
}

/// Whether `value` is a whole private key that needs a password.
pub(super) fn encrypted(value: &[u8]) -> Answer {
    Answer::sound_if(kind(value) == Some(Kind::Encrypted))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Plain(String),
    Published(&'static str),
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
        return openssh(rest).map_or((rest.len() > 64).then_some(Kind::Encrypted), |kind| {
            Some(published::doubt(&der).map_or(Kind::Plain(kind), Kind::Published))
        });
    }
    if headers.contains(&"4,ENCRYPTED") {
        return (der.len() >= 64).then_some(Kind::Encrypted);
    }
    if let Some(kind) = asn1::private_key(&der) {
        return Some(published::doubt(&der).map_or(Kind::Plain(kind), Kind::Published));
    }
    asn1::is_encrypted_private_key(&der).then_some(Kind::Encrypted)
}

/// The type of an OpenSSH key, if it needs no password.
fn openssh(rest: &[u8]) -> Option<String> {
    let mut rest = rest;
    let cipher = string(&mut rest)?;
    if cipher != b"none" {
        return None;
    }
    let kind = (|| {
        let (_function, _options) = (string(&mut rest)?, string(&mut rest)?);
        let (_number, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        let mut public = string(&mut rest)?;
        let kind = str::from_utf8(string(&mut public)?).ok()?;
        let known = KINDS.iter().any(|(name, _)| *name == kind);
        known.then(|| kind.to_owned())
    })();
    Some(kind.unwrap_or_else(|| "OpenSSH".to_owned()))
}

/// Takes a string with its length off the front (RFC 4251, section 5).
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (string, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(string)
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
        let kinds = ["RSA, 2047 bits", "elliptic curve P-256", "ssh-ed25519"];
        for (template, kind) in PLAIN.into_iter().zip(kinds) {
            let key = fill(template).unwrap();
            assert_eq!(plain(key.as_bytes()), super::key(kind), "{template}");
            assert_eq!(encrypted(key.as_bytes()), Answer::Other, "{template}");
        }
        let locked = fill("{{encrypted-private-key}}").unwrap();
        assert_eq!(kind(locked.as_bytes()), Some(Kind::Encrypted));
        assert_eq!(encrypted(locked.as_bytes()), Answer::SOUND);
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
                let answer = plain(written.as_bytes());
                assert!(matches!(answer, Answer::Sound(_)), "{template}");
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
