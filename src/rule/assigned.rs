//! Values that are recognised by what they are assigned to: tokens without a prefix, and passwords.
//!
//! Such a rule has words in place of anchors, looked for in any case, and an expression for the value alone. What
//! stands between is the same for all of them: a name that says secret, and a sign of assignment.

use crate::model::{Entry, EntryKind};

/// How far before the name a word may stand, in bytes: `new Datadog({ apiKey: "…" })`.
pub(super) const NEAR: usize = 160;
/// How long a name and the signs behind it are at most, in bytes; of longer ones the end counts.
pub(super) const NAME: usize = 96;

/// Larger files are data, or were put together by a tool.
const LARGEST: u64 = 4 << 20;
/// What is looked at of a file to tell which it is, in bytes.
const START: usize = 8 << 10;
/// Longer lines than these, on average, are a minifier's.
const LINE: usize = 300;
/// What is data in one line as often as not, up to a size at which somebody could still read it.
const DATA: [&str; 9] = [
    "json", "env", "yml", "yaml", "toml", "ini", "cfg", "conf", "xml",
];
const SMALL: usize = 16 << 10;
/// What has names and values by the thousand, and no secrets.
const NEVER: [&str; 9] = [
    "map", "svg", "css", "scss", "less", "csv", "tsv", "po", "lock",
];

/// The expression of a whole assignment to which `value`, an expression too, is assigned. It captures the value
/// first.
pub(super) fn expression(value: &str) -> String {
    const SAYS: &str = "(?i:key|token|secret|passw|passphrase|[_-]pass|pwd|auth|cred|dsn|sid|webhook|signature|[_-]pat)";
    // `"apiKey": "…"`, `settings['api_key'] = …`, `api_key: str = …`, `<add key="apiKey" value="…"/>`,
    // `setdefault("API_KEY", "…")`, `process.env.API_KEY || "…"`, `<apiKey>…`, `name: API_KEY` over `value: …`.
    const SIGN: &str = concat!(
        r#"(?:\\?["'`])?\]?(?:>|\s{0,8}(?:"#,
        r#"(?::\s{0,4}(?:&\[u8\]|&?(?:'static\s)?[A-Za-z_.]{1,24})(?:\[\w{0,16}\]|<\w{0,16}>)?\s{0,4})?"#,
        r#"(?:=>|:=|\?=|\|\|=|\?\?=|[=:])\s{0,8}"#,
        r#"|(?:\|\||\?\?|,|value\s?=|[ \t])\s{0,8}[\\"'`]|\s{0,40}value:\s{0,4}))"#,
    );
    const OPENS: &str = r##"(?:(?:String::from\()?[rbfuRBFU]{0,2}#?(?:"""|'''|\\?["'`]))?(?i:(?:bearer|token|basic)\s)?"##;
    const CLOSES: &str = r#"(?:\\?["'`]|[\s,;)}\]<&#|]|\\[nr]|$)"#;
    format!(
        r#"(?:(?:--|ENV\s)[\w-]*{SAYS}[\w-]*[ \t=]|[\w.$-]*{SAYS}[\w.$-]*{SIGN}){OPENS}({value}){CLOSES}"#
    )
}

/// Whether a name is one of what everybody may know, though it also says secret: `tokenSha256`, `authCommit`.
pub(super) fn is_of_hash(assignment: &[u8]) -> bool {
    const ENDS: [&[u8]; 12] = [
        b"commit",
        b"sha",
        b"sha1",
        b"sha256",
        b"sha512",
        b"hash",
        b"etag",
        b"digest",
        b"checksum",
        b"integrity",
        b"fingerprint",
        b"tenantid",
    ];
    let length = assignment.iter().take_while(is_name).count();
    let name: Vec<u8> = assignment[..length]
        .iter()
        .filter(|byte| !b"_-.".contains(byte))
        .map(u8::to_ascii_lowercase)
        .collect();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether values are looked for in an entry that begins with `head`: in configuration and source text, not in
/// what a tool made of it.
pub(super) fn looks_at(entry: &Entry, head: &[u8]) -> bool {
    let is_text = matches!(entry.kind, EntryKind::File | EntryKind::Derived)
        && !entry.opened
        && entry.size <= LARGEST
        && memchr::memchr(0, head).is_none();
    if !is_text {
        return false;
    }
    let extension = entry.path.lower_extension();
    let is = |extensions: &[&str]| extensions.contains(&extension.as_str());
    let start = &head[..head.len().min(START)];
    let lines = 1 + memchr::memchr_iter(b'\n', start).count();
    !is(&NEVER)
        && (start.len() / lines <= LINE
            || head.len() <= SMALL && (extension.is_empty() || is(&DATA)))
}

/// Where a name that has `word` in it begins.
pub(super) fn name_start(bytes: &[u8], word: usize) -> usize {
    let before = &bytes[word.saturating_sub(NAME)..word];
    word - before.iter().rev().take_while(is_name).count()
}

/// Whether a byte may be part of a name.
fn is_name(byte: &&u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.$".contains(byte)
}
