//! One rule met in one entry.

use std::{fmt, sync::Arc};

use super::{EntryPath, RuleInfo, Sha256, begin_of, escape, is_unguessable};

/// How much of a matched text that is no secret is shown, in characters.
const QUOTED: usize = 120;

/// What is shown of a secret that can't be guessed, in characters, and of its hash, in digits.
const KEPT: usize = 4;
/// How a key in PEM begins, and the longest name of a kind of keys that is shown.
const PEM: &[u8] = b"-----BEGIN ";
const LABEL: usize = 40;
const HASH: usize = 8;

/// Where in an entry a finding lies. Lines and columns count from 1, columns and offsets in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line, for text.
    pub line: Option<u64>,
    /// The column, for text.
    pub column: Option<u64>,
    /// The byte offset, for what has no lines.
    pub offset: Option<u64>,
}

/// The redacted text or the fact that shows a finding.
///
/// A secret cannot get in whole: [`Evidence::redacted`] is the only way in for matched values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence(String);

impl Evidence {
    /// A fact that is no secret: a size, a count, a file name.
    pub fn fact(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A matched secret: its first four characters and the beginning of its hash where nobody can find it
    /// by trying, and else nothing but its length. Of a key in PEM the label is shown, of an object nothing.
    pub fn redacted(value: &[u8]) -> Self {
        let length = value.len();
        if !is_unguessable(value) {
            return Self(format!("{length} bytes, not shown"));
        }
        let kept = String::from_utf8_lossy(begin_of_secret(value));
        let hash = Sha256::of(value).to_string();
        Self(format!(
            "{kept}… ({length} bytes, sha256 {}…)",
            &hash[..HASH]
        ))
    }

    /// A matched text that is no secret: its beginning, without what a URL in it may hold of one.
    pub fn quoted(text: &[u8]) -> Self {
        Self(escape(&begin_of(&String::from_utf8_lossy(text), QUOTED)))
    }

    /// The text to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What may be shown of a secret that can't be guessed: of structured ones all begin alike.
fn begin_of_secret(value: &[u8]) -> &[u8] {
    let is_label = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ';
    if let Some(rest) = value.strip_prefix(PEM) {
        let label = rest.iter().take_while(|byte| is_label(byte)).count();
        if label <= LABEL && rest[label..].starts_with(b"-----") {
            return &value[..PEM.len() + label + 5];
        }
    }
    let kept = &value[..KEPT.min(value.len())];
    match kept.first() {
        Some(b'{' | b'[') => &[],
        _ => kept,
    }
}

/// A finding's name that stays the same from release to release: what a waiver refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of `what` (a rule's id, a gap's kind) at `path`, bound to `sha256`.
    pub fn new(what: &str, path: &EntryPath, sha256: Option<Sha256>) -> Self {
        let bound = sha256.map(|hash| hash.to_string()).unwrap_or_default();
        let text = format!("{what}\0{}\0{bound}", path.in_package());
        let mut hex = Sha256::of(text.as_bytes()).to_string();
        hex.truncate(16);
        Self(hex)
    }

    /// Sixteen hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What speaks against a finding being as bad as its rule says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Nothing does.
    #[default]
    None,
    /// It lies among tests, examples or in documentation, where such values are made up as a rule.
    Tests,
    /// The value can't be a secret that is in use: its checksum does not match, everybody knows it.
    Value,
}

/// One rule met in one entry. It holds no opinion on what to do: the policy judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that was met.
    pub rule: Arc<RuleInfo>,
    /// The entry it was met in.
    pub path: EntryPath,
    /// Where in the entry.
    pub location: Location,
    /// One sentence that says what was found here.
    pub message: String,
    /// What shows it.
    pub evidence: Evidence,
    /// What speaks against it; the message says why.
    pub doubt: Doubt,
    /// When the value stops being a secret by its own word, in seconds since 1970.
    pub expires: Option<i64>,
    /// The algorithm of a private key, where it says so.
    pub algorithm: Option<String>,
    /// What to type against it, where it is known better than by the rule's own fix.
    pub fix: Option<String>,
    /// SHA-256 of the matched value for text, of the entry for everything else, and for secrets that can be
    /// guessed (who knows the hash of a password tries passwords until one fits): what a waiver binds to.
    /// `None` where the content has no part in it (a directory, a link).
    pub sha256: Option<Sha256>,
    /// SHA-256 of the matched value, to know it again in another entry. Never told.
    pub value: Option<Sha256>,
}

impl Finding {
    /// The name that a waiver refers to.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(&self.rule.id, &self.path, self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown_whole() {
        let random = ["q8Vz0Lw2Jt7Xb", "4Nc9Rk1Hs6"].concat();
        let hash = Sha256::of(random.as_bytes()).to_string();
        assert_eq!(
            Evidence::redacted(random.as_bytes()).as_str(),
            format!("q8Vz… (23 bytes, sha256 {}…)", &hash[..8])
        );
        assert_eq!(
            Evidence::redacted(b"correct horse battery").as_str(),
            "21 bytes, not shown"
        );
        assert_eq!(Evidence::redacted(b"").as_str(), "0 bytes, not shown");
    }

    #[test]
    fn what_is_shown_of_a_key_is_what_it_is_called() {
        let random = ["q8Vz0Lw2Jt7Xb", "4Nc9Rk1Hs6"].concat();
        let shown = |value: &str| {
            let evidence = Evidence::redacted(value.as_bytes());
            let (shown, _) = evidence.as_str().split_once(" (").unwrap();
            shown.to_owned()
        };
        for (before, begin) in [
            (
                "-----BEGIN EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----…",
            ),
            ("-----BEGIN ", "----…"),
            ("-----BEGIN KEY", "----…"),
            ("{\"kty\":\"EC\",\"d\":\"", "…"),
        ] {
            assert_eq!(shown(&format!("{before}{random}")), begin);
        }
        let long = format!("-----BEGIN {}-----{random}", "A".repeat(41));
        assert_eq!(shown(&long), "----…");
    }

    #[test]
    fn a_quoted_text_is_short_and_safe_to_show() {
        for (text, shown) in [
            ("a\n\u{1b}b".to_owned(), "a\\n\\u{1b}b".to_owned()),
            ("é ".repeat(61), format!("{}…", "é ".repeat(60))),
        ] {
            assert_eq!(Evidence::quoted(text.as_bytes()).as_str(), shown);
        }
    }

    #[test]
    fn a_fingerprint_outlives_the_root_directory() {
        let of = |path| Fingerprint::new("env-file", &EntryPath::new(path), None);
        assert_eq!(of("package/.env"), of("other/.env"));
        assert_ne!(of("package/.env"), of("package/a/.env"));
    }
}
