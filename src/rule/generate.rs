//! Synthetic, well-formed secrets for the examples of rules, made when they are needed, so that no
//! file holds what looks like a secret.
//!
//! A generator returns the same value each time.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::verify;

const ALNUM: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL_SAFE: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const BASE64: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const UPPER: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const HEX: &[u8] = b"0123456789abcdef";
const DIGITS: &[u8] = b"123456789";

/// The most characters that a `random-…:N` may ask for.
const MOST: usize = 1 << 20;

type Make = fn(&mut Random) -> String;

/// All generators but the `random-…:N` family.
const GENERATORS: &[(&str, Make)] = &[
    ("anthropic-key", |random| {
        format!("sk-ant-api03-{}AA", random.text(93, URL_SAFE))
    }),
    ("aws-access-key-id", |random| {
        format!("AKIA{}", random.text(16, BASE32))
    }),
    ("aws-secret-access-key", |random| random.text(40, BASE64)),
    ("ec-private-key", |random| {
        pem("EC PRIVATE KEY", &ec_key(random))
    }),
    ("encrypted-private-key", |random| {
        pem("ENCRYPTED PRIVATE KEY", &encrypted_key(random))
    }),
    ("github-fine-grained-token", |random| {
        format!(
            "github_pat_{}_{}",
            random.text(22, ALNUM),
            random.text(59, ALNUM)
        )
    }),
    ("github-token", |random| checksummed("ghp_", random)),
    ("google-api-key", |random| {
        format!("AIza{}", random.text(35, ALNUM))
    }),
    ("npm-token", |random| checksummed("npm_", random)),
    ("openai-key", |random| {
        format!(
            "sk-proj-{}T3BlbkFJ{}",
            random.text(74, ALNUM),
            random.text(74, ALNUM)
        )
    }),
    ("openssh-private-key", |random| {
        pem("OPENSSH PRIVATE KEY", &openssh_key(random))
    }),
    ("pypi-token", |random| {
        format!("pypi-{}", URL_SAFE_NO_PAD.encode(macaroon(random)))
    }),
    ("rsa-private-key", |random| {
        pem("RSA PRIVATE KEY", &rsa_key(random))
    }),
    ("slack-bot-token", |random| {
        let (team, bot) = (random.text(12, DIGITS), random.text(13, DIGITS));
        format!("xoxb-{team}-{bot}-{}", random.text(24, ALNUM))
    }),
    ("slack-webhook-path", |random| {
        let (team, hook) = (random.text(10, UPPER), random.text(10, UPPER));
        format!("T{team}/B{hook}/{}", random.text(24, ALNUM))
    }),
    ("stripe-live-key", |random| {
        format!("sk_live_{}", random.text(24, ALNUM))
    }),
];

/// The alphabets of `random-…:N`.
const ALPHABETS: [(&str, &[u8]); 8] = [
    ("random-alnum", ALNUM),
    ("random-base32", BASE32),
    ("random-base64", BASE64),
    ("random-base64url", URL_SAFE),
    ("random-digits", DIGITS),
    ("random-hex", HEX),
    ("random-lower", b"0123456789abcdefghijklmnopqrstuvwxyz"),
    ("random-upper", UPPER),
];

/// The name of a generator that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no generator `{0}`")]
pub struct UnknownGenerator(pub String);

/// The template with every `{{generator}}` replaced by what it makes.
pub fn fill(template: &str) -> Result<String, UnknownGenerator> {
    let mut filled = String::with_capacity(template.len());
    let rest = each(template, |before, name, generator| {
        filled.push_str(before);
        filled.push_str(&generator.make(name));
    })?;
    filled.push_str(rest);
    Ok(filled)
}

/// Whether every `{{generator}}` in the template exists. Nothing is made: rules are read at every
/// start, and examples may be long.
pub(super) fn check(template: &str) -> Result<(), UnknownGenerator> {
    each(template, |_, _, _| ()).map(drop)
}

/// The names that may stand in a template.
pub fn generators() -> impl Iterator<Item = String> {
    let plain = GENERATORS.iter().map(|(name, _)| (*name).to_owned());
    plain.chain(ALPHABETS.iter().map(|(family, _)| format!("{family}:N")))
}

/// Shows each placeholder with the text before it, and returns what follows the last.
fn each<'t>(
    mut template: &'t str,
    mut show: impl FnMut(&'t str, &'t str, Generator),
) -> Result<&'t str, UnknownGenerator> {
    while let Some((before, after)) = template.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        let name = name.trim();
        let generator = Generator::called(name).ok_or_else(|| UnknownGenerator(name.to_owned()))?;
        show(before, name, generator);
        template = after;
    }
    Ok(template)
}

/// What a placeholder stands for.
enum Generator {
    Made(fn(&mut Random) -> String),
    Text(usize, &'static [u8]),
}

impl Generator {
    fn called(name: &str) -> Option<Self> {
        let Some((family, length)) = name.split_once(':') else {
            let (_, make) = GENERATORS.iter().find(|(known, _)| *known == name)?;
            return Some(Generator::Made(*make));
        };
        let (_, alphabet) = ALPHABETS.iter().find(|(known, _)| *known == family)?;
        let length = length.parse().ok().filter(|length| *length <= MOST)?;
        Some(Generator::Text(length, alphabet))
    }

    fn make(&self, name: &str) -> String {
        let mut random = Random::new(name);
        match self {
            Generator::Made(make) => make(&mut random),
            Generator::Text(length, alphabet) => random.text(*length, alphabet),
        }
    }
}

/// SplitMix64, started from a name.
struct Random(u64);

impl Random {
    fn new(name: &str) -> Self {
        Self(xxhash_rust::xxh3::xxh3_64(name.as_bytes()))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        let size = alphabet.len() as u64;
        (0..length)
            .map(|_| char::from(alphabet[(self.next() % size) as usize]))
            .collect()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// A token of GitHub's and npm's form.
fn checksummed(prefix: &str, random: &mut Random) -> String {
    let body = random.text(30, ALNUM);
    let checksum = verify::base62_checksum(body.as_bytes());
    format!("{prefix}{body}{}", String::from_utf8_lossy(&checksum))
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

/// A DER value.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len() as u16;
    let header = match length {
        0..=0x7f => vec![tag, length as u8],
        _ => [&[tag, 0x82], length.to_be_bytes().as_slice()].concat(),
    };
    [header, content.to_vec()].concat()
}

/// A positive DER integer of this many random bytes.
fn integer(random: &mut Random, length: usize) -> Vec<u8> {
    let mut content = random.bytes(length);
    content[0] = content[0] & 0x7f | 0x40;
    der(0x02, &content)
}

fn rsa_key(random: &mut Random) -> Vec<u8> {
    let mut content = der(0x02, &[0]);
    content.extend(integer(random, 256));
    content.extend(der(0x02, &[1, 0, 1]));
    content.extend(integer(random, 256));
    for _ in 0..5 {
        content.extend(integer(random, 128));
    }
    der(0x30, &content)
}

fn ec_key(random: &mut Random) -> Vec<u8> {
    // prime256v1 (RFC 5480).
    let curve = der(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
    let mut content = der(0x02, &[1]);
    content.extend(der(0x04, &random.bytes(32)));
    content.extend(der(0xa0, &curve));
    let point = [&[0, 4], random.bytes(64).as_slice()].concat();
    content.extend(der(0xa1, &der(0x03, &point)));
    der(0x30, &content)
}

fn encrypted_key(random: &mut Random) -> Vec<u8> {
    // PBES2 (RFC 8018), its parameters left random.
    let mut algorithm = der(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d]);
    algorithm.extend(der(0x30, &random.bytes(60)));
    let mut content = der(0x30, &algorithm);
    content.extend(der(0x04, &random.bytes(1232)));
    der(0x30, &content)
}

fn openssh_key(random: &mut Random) -> Vec<u8> {
    let string = |bytes: &[u8]| [(bytes.len() as u32).to_be_bytes().as_slice(), bytes].concat();
    let public = [string(b"ssh-ed25519"), string(&random.bytes(32))].concat();
    let private = random.bytes(136);
    [
        b"openssh-key-v1\0".to_vec(),
        string(b"none"),
        string(b"none"),
        string(b""),
        1u32.to_be_bytes().to_vec(),
        string(&public),
        string(&private),
    ]
    .concat()
}

/// A macaroon of PyPI's form: its location, an identifier, one caveat, a signature.
fn macaroon(random: &mut Random) -> Vec<u8> {
    let field = |kind: u8, content: &[u8]| [&[kind, content.len() as u8], content].concat();
    let location = URL_SAFE_NO_PAD.decode("cHlwaS5vcmc").unwrap_or_default();
    let identifier = random.text(36, HEX);
    let caveat = format!("[2,\"{}\"]", random.text(36, HEX));
    let signature = random.bytes(32);
    [
        vec![2],
        field(1, &location),
        field(2, identifier.as_bytes()),
        vec![0],
        field(2, caveat.as_bytes()),
        vec![0, 0],
        field(6, &signature),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::placeholder::is_placeholder;

    #[test]
    fn templates_are_filled() {
        assert_eq!(
            fill("a {{random-hex:0}}b }} {{"),
            Ok("a b }} {{".to_owned())
        );
        assert_eq!(
            fill("{{ npm-token }}"),
            fill("{{npm-token}}").map(|token| token.to_owned())
        );
        for wrong in [
            "nonsense",
            "random-hex",
            "random-hex:x",
            "random-hex:9999999",
            "npm-token:3",
        ] {
            let template = format!("{{{{{wrong}}}}}");
            assert_eq!(fill(&template), Err(UnknownGenerator(wrong.to_owned())));
        }
    }

    #[test]
    fn generated_values_pass_for_secrets() {
        for (name, make) in GENERATORS {
            let value = make(&mut Random::new(name));
            assert!(!is_placeholder(value.as_bytes()), "{name}");
        }
        assert!(GENERATORS.is_sorted_by_key(|(name, _)| name));
    }

    #[test]
    fn generated_values_are_of_the_right_form() {
        let shape = |name: &str, regex: &str| {
            let value = fill(&format!("{{{{{name}}}}}")).unwrap();
            assert!(
                regex::Regex::new(&format!("^{regex}$"))
                    .unwrap()
                    .is_match(&value),
                "{name}"
            );
        };
        shape("github-token", "ghp_[0-9A-Za-z]{36}");
        shape(
            "openai-key",
            "sk-proj-[A-Za-z0-9_-]{74}T3BlbkFJ[A-Za-z0-9_-]{74}",
        );
        shape(
            "slack-bot-token",
            "xoxb-[0-9]{10,13}-[0-9]{10,13}-[a-zA-Z0-9]{24}",
        );
        shape(
            "slack-webhook-path",
            "T[0-9A-Z]+/B[0-9A-Z]+/[0-9A-Za-z]{24}",
        );
        shape("pypi-token", "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}");
        shape("random-base64:12", "[A-Za-z0-9+/]{12}");
    }
}
