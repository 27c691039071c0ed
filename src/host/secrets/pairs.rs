//! Names and values in the files that clients keep their credentials in: INI, TOML, YAML and `.env` by
//! their lines, JSON, netrc. Nothing else of a file is kept, and no value in memory that is not overwritten.

use zeroize::Zeroizing;

use super::names;

/// Poetry keeps tokens by the name of their registry.
const SECTION_OF_TOKENS: &str = "pypi-token";
/// An inline table in an inline table has no credentials.
const DEEPEST: u8 = 2;

/// One value by its name.
pub(super) struct Pair<'t> {
    section: &'t str,
    pub(super) key: &'t str,
    pub(super) value: Zeroizing<String>,
}

impl Pair<'_> {
    pub(super) fn is_secret(&self) -> bool {
        names::is_secret(self.key) || self.section == SECTION_OF_TOKENS
    }
}

/// Tells every pair of a file. In what is no text (the SQLite file of gcloud) there may be JSON.
pub(super) fn each(content: &[u8], found: &mut dyn FnMut(Pair<'_>)) {
    match str::from_utf8(content) {
        Ok(text) if !text.trim_start().starts_with('{') => lines(text, DEEPEST, found),
        _ => json(content, found),
    }
}

fn lines(text: &str, depth: u8, found: &mut dyn FnMut(Pair<'_>)) {
    let (mut section, mut rest) = ("", text);
    while !rest.is_empty() {
        let line = rest.split('\n').next().unwrap_or_default();
        let mut length = line.len();
        let trimmed = line.trim();
        if let Some(name) = trimmed
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
        {
            section = name.trim();
        } else if let (false, Some((key, at))) = (trimmed.starts_with(['#', ';']), key(line)) {
            let written = &rest[at..];
            if let Some(inner) = line[at..].trim().strip_prefix('{').filter(|_| depth > 0) {
                for part in inner.trim_end_matches('}').split(',') {
                    lines(part, depth - 1, found);
                }
            } else {
                let (value, end) = value(written);
                length = length.max(at + end);
                found(Pair {
                    section,
                    key,
                    value,
                });
            }
        }
        rest = rest.get(length + 1..).unwrap_or_default();
    }
}

/// The name in a line, and where its value begins. Names in `.npmrc` have colons.
fn key(line: &str) -> Option<(&str, usize)> {
    let equals = line.find('=');
    let colon = line.find(": ").or_else(|| line.find(":\t"));
    let close = || {
        // Python's own reader of `.pypirc` takes `password:x`; an address has slashes there.
        let at = line.find(':')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        let name = line[..at].trim();
        (name.chars().all(is_name)
            && !line[at..].starts_with("://")
            && at + 1 < line.trim_end().len())
        .then_some(at)
    };
    let at = equals.into_iter().chain(colon).min().or_else(close)?;
    let key = line[..at].trim().trim_start_matches("- ");
    let key = key.strip_prefix("export ").unwrap_or(key).trim();
    Some((key.trim_matches(['"', '\'']), at + 1))
}

/// The value that is written at the begin of the text, and where it ends. In quotes it may have lines.
fn value(text: &str) -> (Zeroizing<String>, usize) {
    let begin = text.len() - text.trim_start_matches([' ', '\t']).len();
    let written = &text[begin..];
    if let Some(quote) = written
        .chars()
        .next()
        .filter(|first| "\"'`".contains(*first))
    {
        let inner = &written[1..];
        if let Some(end) = closing(inner.as_bytes(), quote as u8) {
            let value = match quote {
                '"' => unescaped(&inner[..end]),
                _ => Zeroizing::new(inner[..end].to_owned()),
            };
            // What follows belongs to the line.
            let line = inner[end..].find('\n').unwrap_or(inner.len() - end);
            return (value, begin + 1 + end + line);
        }
    }
    let line = written.split('\n').next().unwrap_or_default();
    let open = line.find(" #").or_else(|| line.find("\t#"));
    let value = line[..open.unwrap_or(line.len())].trim();
    (Zeroizing::new(value.to_owned()), begin + line.len())
}

/// Where the text in quotes ends. In double ones a quote may be escaped.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|byte| {
        let ends = *byte == quote && !escaped;
        escaped = quote == b'"' && *byte == b'\\' && !escaped;
        ends
    })
}

/// What the text in double quotes says. No escape says more bytes than it has.
fn unescaped(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match rest.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('u') => {
                let digits = rest.as_str().get(..4);
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                if let Some(said) = code.and_then(char::from_u32) {
                    plain.push(said);
                    rest.nth(3);
                }
            }
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}

/// Every text of JSON that has a name, wherever it lies.
fn json(content: &[u8], found: &mut dyn FnMut(Pair<'_>)) {
    let mut key = None;
    let mut rest = content;
    while let Some(begin) = memchr::memchr(b'"', rest) {
        let inner = &rest[begin + 1..];
        let end = closing(inner, b'"').unwrap_or(inner.len());
        // A control character is in no text of JSON: the quote was something else's.
        let text = match inner[..end].iter().position(u8::is_ascii_control) {
            Some(stop) => {
                rest = &inner[stop..];
                key = None;
                continue;
            }
            None => str::from_utf8(&inner[..end]).unwrap_or_default(),
        };
        rest = inner.get(end + 1..).unwrap_or_default();
        let is_key = rest.trim_ascii_start().starts_with(b":");
        if let (false, Some(key)) = (is_key, key) {
            found(Pair {
                section: "",
                key,
                value: unescaped(text),
            });
        }
        // Of what is no text the name counts for nothing.
        let next = rest.trim_ascii_start().get(1..).unwrap_or_default();
        key = (is_key && next.trim_ascii_start().starts_with(b"\"")).then_some(text);
    }
}

/// Every password of a netrc file; macros (`macdef`) end with an empty line and have none.
pub(super) fn netrc(text: &str, found: &mut dyn FnMut(Pair<'_>)) {
    let mut in_macro = false;
    let mut key = "";
    for line in text.lines() {
        in_macro &= !line.trim().is_empty();
        if in_macro || line.trim_start().starts_with('#') {
            continue;
        }
        let mut rest = line;
        while let Some((word, behind)) = word(rest) {
            rest = behind;
            if word == "macdef" {
                in_macro = true;
                break;
            }
            if key == "password" {
                let value = unescaped(word);
                found(Pair {
                    section: "",
                    key,
                    value,
                });
                key = "";
            } else {
                key = word;
            }
        }
    }
}

/// The first word of a line of netrc, and what follows. In quotes it may have spaces.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if let Some(inner) = text.strip_prefix('"')
        && let Some(end) = closing(inner.as_bytes(), b'"')
    {
        return Some((&inner[..end], &inner[end + 1..]));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        each(text.as_bytes(), &mut |pair| {
            all.push(format!("{}|{}={}", pair.section, pair.key, *pair.value));
        });
        all
    }

    #[test]
    fn lines_of_every_client() {
        assert_eq!(
            all(
                "; c\n//npm.example/:_authToken=a=b:c\n\n[pypi]\nusername: ann\npassword = p w # not this\n"
            ),
            [
                "|//npm.example/:_authToken=a=b:c",
                "pypi|username=ann",
                "pypi|password=p w"
            ]
        );
        assert_eq!(
            all(
                "[registries]\nmy = { index = \"x\", token = \"t\\\"1\" }\n\"https://a\" = 'q\\'\n"
            ),
            [
                "registries|index=x",
                "registries|token=t\"1",
                "registries|https://a=q\\"
            ][..]
                .iter()
                .map(|line| line
                    .replace("registries|index", "|index")
                    .replace("registries|token", "|token"))
                .collect::<Vec<_>>()
        );
        assert_eq!(
            all("export A=\"one\ntwo\" # c\nB='x'\nhosts:\n    oauth_token: gho\n- C: d\n"),
            ["|A=one\ntwo", "|B=x", "|oauth_token=gho", "|C=d"]
        );
        assert_eq!(all("[pypi]\npassword:x\nhttps://a\n"), ["pypi|password=x"]);
        assert_eq!(all("A=\"open\nB=1"), ["|A=\"open", "|B=1"]);
    }

    #[test]
    fn texts_of_json_wherever_they_lie() {
        assert_eq!(
            all(r#"{"auths": {"h": {"auth": "YQ==", "n": 1, "b": "c\n\u0041\/"}}, "l": ["x"]}"#),
            ["|auth=YQ==", "|b=c\nA/"]
        );
        let mut all = Vec::new();
        each(
            b"SQLite\0\xff\"a\0\x01{\"refresh_token\": \"1//x\"}\0",
            &mut |pair| {
                all.push(format!("{}={}", pair.key, *pair.value));
            },
        );
        assert_eq!(all, ["refresh_token=1//x"]);
    }

    #[test]
    fn passwords_of_netrc_but_not_its_macros() {
        let text = "machine a login b password c\nmacdef init\npassword no\n\nmachine b\n  login x password \"q\"\n\
            # password not\nmachine c password \"two \\\"words\"\ndefault login y\npassword z";
        let mut all = Vec::new();
        netrc(text, &mut |pair| all.push((*pair.value).clone()));
        assert_eq!(all, ["c", "q", "two \"words", "z"]);
    }
}
