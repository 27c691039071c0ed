//! What of a value is worth a search: not what may stand in a file by chance.

use std::path::Path;

use super::{
    addresses::{in_address, in_connection, is_connection},
    pairs,
};

/// Shorter values are guessed, and found by chance.
const SHORTEST: usize = 12;
/// Shorter numbers are identifiers, dates and versions.
const SHORTEST_NUMBER: usize = 24;
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
/// What templates and references are written between.
const TEMPLATES: &[(&str, &str)] = &[("${", "}"), ("$(", ")"), ("{{", "}}"), ("%(", ")s")];
/// Longer ones are not read: each may begin at any character.
const LONGEST_TEMPLATE: usize = 4096;
/// What hosts end in, where two words may make one.
const TOP_DOMAINS: &[&str] = &[
    "ai", "app", "cloud", "co", "com", "dev", "internal", "io", "local", "net", "org",
];
/// The letters and numbers of an address of Ethereum; a key has more.
const CHAIN_ADDRESS: usize = 40;

/// Tells the parts of `value` to look for; nothing where it is no secret after all. `depth` is how often
/// a value may be a document with values of its own.
pub(super) fn parts(value: &str, depth: u8, found: &mut dyn FnMut(&str)) {
    let value = value.trim();
    if value.contains("PRIVATE KEY") && value.contains("-----BEGIN") {
        key_line(value, found);
    } else if value.starts_with('{') && value.ends_with('}') || value.contains('\n') {
        if depth > 0 {
            pairs::each(value.as_bytes(), &mut |pair| {
                if pair.is_secret() {
                    parts(&pair.value, depth - 1, found);
                }
            });
        }
    } else if value.contains("://") {
        in_address(value, found);
    } else if is_connection(value) {
        in_connection(value, found);
    } else if is_secret(value) {
        found(match value.len() > LONGEST && value.is_ascii() {
            true => &value[value.len() - END..],
            false => value,
        });
    }
}

/// The secrets in what has no name of one: in an address, in a connection string, in a document or a key.
pub(super) fn within(value: &str, depth: u8, found: &mut dyn FnMut(&str)) {
    let is_key = value.contains("PRIVATE KEY") && value.contains("-----BEGIN");
    if is_key || value.trim_start().starts_with('{') {
        parts(value, depth, found);
    }
    in_address(value, found);
    if is_connection(value) {
        in_connection(value, found);
    }
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

/// Whether a value that stands where a secret stands is one.
pub(super) fn is_secret(value: &str) -> bool {
    value.len() >= SHORTEST
        && value.chars().all(|character| !character.is_control())
        && !(value.len() < SHORTEST_NUMBER
            && value
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b".,:-+ ".contains(&byte)))
        && !PUBLIC.iter().any(|prefix| value.starts_with(prefix))
        && !is_template(value)
        && distinct(value) >= VARIED
        && !is_of_words(value)
        && !is_file(value)
        && !is_host(value)
        && !is_chain_address(value)
}

/// Whether nothing is left of it without what stands for something else, or too little.
fn is_template(value: &str) -> bool {
    if value.starts_with('<') && value.ends_with('>') {
        return true;
    }
    if value.len() > LONGEST_TEMPLATE {
        return false;
    }
    let (mut rest, mut own, mut filled) = (value, 0, false);
    while !rest.is_empty() {
        let inside = TEMPLATES.iter().find_map(|(begin, end)| {
            let inner = rest.strip_prefix(begin)?;
            Some(&inner[inner.find(end)? + end.len()..])
        });
        match inside {
            Some(behind) => (rest, filled) = (behind, true),
            None => {
                let mut letters = rest.chars();
                letters.next();
                (rest, own) = (letters.as_str(), own + 1);
            }
        }
    }
    filled && own < SHORTEST
}

/// `db.internal.example.com:5432`
fn is_host(value: &str) -> bool {
    let (host, port) = value.rsplit_once(':').unwrap_or((value, ""));
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        let small = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        !label.is_empty() && label.bytes().all(small)
    };
    let last = labels.last().copied().unwrap_or_default();
    port.bytes().all(|byte| byte.is_ascii_digit())
        && labels.iter().all(is_label)
        && last.bytes().all(|byte| byte.is_ascii_lowercase())
        && (labels.len() > 2 || labels.len() == 2 && TOP_DOMAINS.contains(&last))
}

fn is_chain_address(value: &str) -> bool {
    let digits = value.strip_prefix("0x");
    digits.is_some_and(|digits| {
        digits.len() == CHAIN_ADDRESS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn distinct(value: &str) -> usize {
    let mut seen = [false; 256];
    for byte in value.bytes() {
        seen[usize::from(byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

/// Whether it is a path, of this machine or another one. Base64 may begin with a slash too, but hardly with
/// a directory in small letters; a password may begin with `~/`, but what follows is then hardly a name.
fn is_file(value: &str) -> bool {
    let root = value
        .strip_prefix('/')
        .and_then(|below| below.split_once('/'));
    let is_directory = |(first, _): (&str, &str)| {
        let word = first.strip_prefix(['U', 'V', 'L']).unwrap_or(first);
        word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let bytes = value.as_bytes();
    let drive = matches!(bytes, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let beside = ["~/", "./", "../"]
        .iter()
        .any(|begin| value.starts_with(begin));
    let is_of_names = || {
        let names = value.get(1..).unwrap_or_default();
        names
            .chars()
            .all(|c| c.is_alphanumeric() || "._-+@/\\: ".contains(c))
    };
    (root.is_some_and(is_directory) || drive || beside) && is_of_names()
        || value.contains(['/', '\\']) && Path::new(value).exists()
}

/// Whether each of its parts is a number or a word of the table, or all of it one word of some language.
fn is_of_words(value: &str) -> bool {
    let is_part = |part: &str| {
        let word = part.trim_matches(|c: char| c.is_ascii_digit());
        part.len() - word.len() < SHORTEST_NUMBER && is_joined(word)
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

    /// Those of a value with the name of a secret, but for a connection without one; and without.
    fn within_too(value: &str) -> Vec<String> {
        let mut found = match value.contains(';') {
            true => Vec::new(),
            false => of(value),
        };
        within(value, 2, &mut |part| found.push(part.to_owned()));
        found
    }

    #[test]
    fn connection_strings_tell_their_passwords() {
        let secret = ["aB3dE6gH", "9jK2mN5p"].concat();
        for value in [
            format!("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={secret}=="),
            format!("Endpoint=sb://h/;SharedAccessKeyName=a;SharedAccessKey={secret}=="),
            format!("Server=h;User Id=a;Password={secret}==;Encrypt=True"),
            format!("host=h user=a password='{secret}==' dbname=d"),
            format!("h:6379,password={secret}==,ssl=True"),
            format!("app:{secret}==@tcp(h:3306)/db?parseTime=true"),
            format!("postgres://h/db?user=a&password={secret}==&x=1"),
            format!("postgres://u:{secret}==@h/db"),
        ] {
            let mut found = Vec::new();
            within(&value, 2, &mut |part| found.push(part.to_owned()));
            assert_eq!(found, [format!("{secret}==")], "{value}");
        }
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
            "${HOST}-${OTHER_TOKEN}",
            "Bearer ${OTHER_TOKEN}",
            "%(other_password)s",
            "vault7.internal.example.com:8200",
            "secrets-9.example.io",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "/srv/other/machine/keys.json",
            "/Users/other/keys-1.json",
            "C:\\keys\\deploy-1.pem",
            "~/keys/deploy-1.pem",
            "https://0123456789abcdef0123456789abcdef@o1.ingest.example.io/42",
            "http://localhost:4873/some/long/path/@scope/x",
            "https://maps.example.com/js?key=aB3dE6gH9jK2mN5p",
            "Server=db7;User Id=app9;Encrypt=True",
            "pgsql:host=localhost;dbname=app7",
        ] {
            assert_eq!(within_too(value), [""; 0], "{value}");
        }
    }

    #[test]
    fn what_is_random_is_one() {
        for value in [
            "Tr0ub4dor&3xyz",
            "correct-horse-battery",
            "0b1c2d3e-4f5a-6789-abcd-ef0123456789",
            "qzxkwvbnmrtp",
            "681392932957514822296971",
            "kL9#mN2$pQ5^rS8",
            "p\u{e4}ssw\u{f6}rt-9137",
            "two words 77 here it is",
            "{aB3dE6gH9jK2mN",
            "aB3<dE6gH9jK2mN",
            "aB3${dE6gH9jK2mN",
            "aB3{{dE6gH9jK2mN",
            "x9%(dE6gH9jK2mN",
            "/aB3dE6/gH9jK2mN5pQ8",
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
    fn a_path_is_no_secret_and_a_password_that_begins_like_one_is() {
        for path in [
            "~/keys/deploy-key.pem",
            "../other/secrets.json",
            "/run/secrets/db_1",
        ] {
            assert_eq!(of(path), [""; 0], "{path}");
        }
        assert!(of("C:\\Users\\ann\\id_rsa").is_empty());
        for begin in ["~/", "../", "a:/", "/ab/"] {
            let password = [begin, "!!~A8F'*", "#x9=Q"].concat();
            assert_eq!(of(&password), [&*password]);
        }
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
