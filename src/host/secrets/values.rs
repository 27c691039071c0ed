//! What of a value is worth a search: not what may stand in a file by chance.

use std::path::Path;

use zeroize::Zeroizing;

use super::pairs;

/// Shorter values are guessed, and found by chance.
const SHORTEST: usize = 12;
/// Of longer values the end is looked for, where tokens have their signature.
const LONGEST: usize = 96;
const END: usize = 64;
/// Characters of a line of a key that are looked for: more may be wrapped in another way.
const KEY_LINE: usize = 48;
/// A key of more lines begins with what its public half has too.
const SHORT_KEY: usize = 8;
/// The fewest different characters of a value that was not typed without a thought.
const VARIED: usize = 5;

/// Words that passwords which nobody keeps secret are made of.
const WORDS: &[&str] = &[
    "access",
    "admin",
    "api",
    "app",
    "auth",
    "aws",
    "changeit",
    "change",
    "ci",
    "client",
    "db",
    "default",
    "demo",
    "dev",
    "development",
    "docker",
    "dummy",
    "enter",
    "example",
    "fake",
    "foo",
    "bar",
    "baz",
    "github",
    "here",
    "in",
    "insert",
    "jwt",
    "key",
    "local",
    "localhost",
    "master",
    "me",
    "mock",
    "my",
    "mysql",
    "new",
    "none",
    "not",
    "npm",
    "null",
    "of",
    "only",
    "openai",
    "pass",
    "passwd",
    "password",
    "placeholder",
    "please",
    "postgres",
    "private",
    "prod",
    "production",
    "public",
    "pypi",
    "redacted",
    "redis",
    "replace",
    "root",
    "sample",
    "secret",
    "secure",
    "some",
    "sk",
    "stripe",
    "super",
    "test",
    "testing",
    "this",
    "to",
    "todo",
    "token",
    "undefined",
    "use",
    "user",
    "value",
    "very",
    "with",
    "x",
    "your",
];
/// What a value begins with that everybody may know: keys of Stripe, Mapbox and PostHog for browsers.
const PUBLIC: &[&str] = &["pk_live_", "pk_test_", "pk.", "phc_"];
/// What templates and references are written in.
const TEMPLATES: &[&str] = &["${", "$(", "{{", "<", "%("];

/// Tells the parts of `value` to look for; nothing where it is no secret after all. `depth` is how often
/// a value may be a document with values of its own.
pub(super) fn parts(value: &str, depth: u8, found: &mut dyn FnMut(&str)) {
    let value = value.trim();
    if value.contains("PRIVATE KEY") && value.contains("-----BEGIN") {
        key_line(value, found);
    } else if value.starts_with('{') || value.contains('\n') {
        if depth > 0 {
            pairs::each(value.as_bytes(), &mut |pair| {
                if pair.is_secret() {
                    parts(&pair.value, depth - 1, found);
                }
            });
        }
    } else if value.contains("://") {
        in_address(value, found);
    } else if is_secret(value) {
        found(match value.len() > LONGEST && value.is_ascii() {
            true => &value[value.len() - END..],
            false => value,
        });
    }
}

/// The password in an address, or the name where that is all that there is: a token.
pub(super) fn in_address(value: &str, found: &mut dyn FnMut(&str)) {
    for (at, _) in value.match_indices("://") {
        let rest = &value[at + 3..];
        let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'`<>,".contains(c));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let Some((user, _)) = authority.rsplit_once('@') else {
            continue;
        };
        let password = user.split_once(':').map_or(user, |(_, password)| password);
        if is_secret(password) {
            found(password);
        }
        let decoded = percent_decoded(password);
        if *decoded != password && is_secret(&decoded) {
            found(&decoded);
        }
    }
}

fn percent_decoded(text: &str) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).and_then(|two| str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    Zeroizing::new(str::from_utf8(&bytes).unwrap_or_default().to_owned())
}

/// A line of the key that its public half has no part in. Long ones (RSA: the modulus first, then what is
/// secret) and those of OpenSSH (the whole public key first) have it behind their middle, those of elliptic
/// curves in the first line.
fn key_line(value: &str, found: &mut dyn FnMut(&str)) {
    let body = value.split("-----").nth(2).unwrap_or_default();
    // In one line of a file that quotes it, line ends are written out.
    let lines = body
        .split(['\n', '\r', ' '])
        .flat_map(|line| line.split("\\n"));
    let is_body = |line: &&str| {
        line.len() >= KEY_LINE
            && line
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    };
    let lines: Vec<&str> = lines.filter(is_body).collect();
    let behind = lines.len() > SHORT_KEY || value.contains("OPENSSH") || value.contains("PGP");
    let index = if behind { lines.len() * 5 / 8 } else { 0 };
    if let Some(line) = lines.get(index) {
        found(&line[line.len() - KEY_LINE..]);
    }
}

fn is_secret(value: &str) -> bool {
    value.len() >= SHORTEST
        && value.chars().all(|character| !character.is_control())
        && !value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".,:-+ ".contains(&byte))
        && !PUBLIC.iter().any(|prefix| value.starts_with(prefix))
        && !TEMPLATES.iter().any(|template| value.contains(template))
        && distinct(value) >= VARIED
        && !is_of_words(value)
        && !is_file(value)
}

fn distinct(value: &str) -> usize {
    let mut seen = [false; 256];
    for byte in value.bytes() {
        seen[usize::from(byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

/// Whether it is a path of this machine.
fn is_file(value: &str) -> bool {
    value.contains(['/', '\\']) && Path::new(value).exists()
}

/// Whether each of its parts is a number or a word of the table, or all of it one word of some language.
fn is_of_words(value: &str) -> bool {
    let is_part = |part: &str| {
        let part = part.trim_matches(|c: char| c.is_ascii_digit());
        part.is_empty() || is_joined(part)
    };
    value.split(|c: char| !c.is_alphanumeric()).all(is_part) || is_word(value)
}

/// `changeme`, `supersecretkey`
fn is_joined(text: &str) -> bool {
    // Which beginnings are made of words.
    let mut made = vec![false; text.len() + 1];
    made[0] = true;
    for start in 0..text.len() {
        if made[start] {
            for word in WORDS {
                let end = start + word.len();
                if text
                    .get(start..end)
                    .is_some_and(|part| part.eq_ignore_ascii_case(word))
                {
                    made[end] = true;
                }
            }
        }
    }
    made[text.len()]
}

/// Letters of one case that can be spoken: with vowels, and never five other letters in a row.
fn is_word(value: &str) -> bool {
    let letters = value.chars().all(char::is_alphabetic);
    let small = value.chars().skip(1).all(|letter| !letter.is_uppercase());
    let large = value.chars().all(|letter| !letter.is_lowercase());
    let is_vowel = |letter: char| !letter.is_ascii() || "aeiouyAEIOUY".contains(letter);
    let spoken = value.split(is_vowel).all(|others| others.len() < 5);
    letters && (small || large) && spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Vec<String> {
        let mut found = Vec::new();
        parts(value, 2, &mut |part| found.push(part.to_owned()));
        found
    }

    #[test]
    fn what_everybody_writes_is_no_secret() {
        for value in [
            "",
            "short",
            "123456789012345",
            "2026-11-21 10:00:00",
            "true",
            "changeme12345",
            "supersecretkey",
            "your-api-key-here",
            "my_test_password",
            "${OTHER_TOKEN}",
            "$(pass show a-token)",
            "<your token>",
            "{{ secrets.TOKEN }}",
            "aaaaaaaaaaaaaaaa",
            "abababababababab",
            "authentication",
            "Development",
            "PRODUCTIONLIKE",
            "/usr/bin/../bin/env",
            "https://example.com/a/long/path",
            "pk_live_0a1b2c3d4e5f6g7h",
            "file:///etc/passwd",
            "redis://localhost:6379/0",
        ] {
            assert_eq!(of(value), [""; 0], "{value}");
        }
    }

    #[test]
    fn what_is_random_is_one() {
        for value in [
            "Tr0ub4dor&3xyz",
            "correct-horse-battery",
            "0b1c2d3e-4f5a-6789-abcd-ef0123456789",
            "qzxkwvbnmrtp",
            "kL9#mN2$pQ5^rS8",
            "p\u{e4}ssw\u{f6}rt-9137",
            "two words 77 here it is",
        ] {
            assert_eq!(of(value), [value], "{value}");
        }
    }

    #[test]
    fn of_an_address_the_password_is_one() {
        let secret = ["aB3dE6gH", "9jK2mN5p"].concat();
        assert_eq!(
            of(&format!("postgres://app:{secret}@db/app?x=1")),
            [&*secret]
        );
        assert_eq!(of(&format!("https://{secret}@host/x")), [&*secret]);
        let encoded = format!("amqp://u:{secret}%21@h https://a:short@b");
        assert_eq!(of(&encoded), [format!("{secret}%21"), format!("{secret}!")]);
    }

    #[test]
    fn of_a_long_value_the_end_is_looked_for() {
        let value = ["eyJhbGciOiJIUzI1NiJ9".repeat(5), "kX".repeat(32)].concat();
        assert_eq!(of(&value), ["kX".repeat(32)]);
    }

    #[test]
    fn of_a_key_a_line_is_looked_for_that_its_public_half_has_not() {
        let line = |index: usize| {
            format!("{index:02}{}", "aB3+".repeat(16))
                .split_off(2)
                .replace("aB3+", &format!("a{index:02}+"))
        };
        let key = |kind: &str, lines: usize| {
            let body: Vec<_> = (0..lines).map(line).collect();
            format!(
                "-----BEGIN {kind}PRIVATE KEY-----\n{}\n-----END {kind}PRIVATE KEY-----\n",
                body.join("\n")
            )
        };
        let end = |index: usize| line(index).split_off(16);
        assert_eq!(of(&key("RSA ", 25)), [end(15)]);
        assert_eq!(of(&key("OPENSSH ", 6)), [end(3)]);
        assert_eq!(of(&key("", 3)), [end(0)]);
        assert_eq!(of(&key("", 3).replace('\n', "\\n")), [end(0)]);
    }

    #[test]
    fn a_document_is_looked_into() {
        let secret = ["aB3dE6gH", "9jK2mN5p"].concat();
        let json = format!("{{\"type\":\"service_account\",\"client_secret\":\"{secret}\"}}");
        assert_eq!(of(&json), [&*secret]);
        assert_eq!(
            of(&format!("user = ann-of-green-gables\npassword = {secret}")),
            [secret]
        );
    }
}
