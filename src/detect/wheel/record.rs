//! `RECORD`: every file of a wheel with its hash and size
//! (<https://packaging.python.org/en/latest/specifications/recording-installed-packages/>).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::model::{EntryPath, Sha256};

/// A longer list is not read, in bytes: a hundred thousand files need a fifth of it.
pub(super) const LONGEST: usize = 64 << 20;
/// A wheel of more files is over the reader's limit.
const MOST_LINES: usize = 200_000;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A wheel's list of its files.
#[derive(Debug)]
pub struct WheelRecord {
    pub(super) path: EntryPath,
    /// Or why it was not read.
    pub(super) lines: Result<Vec<Line>, &'static str>,
}

#[derive(Debug)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    pub(super) path: Box<str>,
    /// Or why it can't be compared.
    pub(super) said: Result<Said, &'static str>,
}

/// What the list says of a file. It may leave out either, but only of itself and its signatures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) sha256: Option<Sha256>,
    pub(super) size: Option<u64>,
}

impl WheelRecord {
    /// Reads the list, unless it was longer than [`LONGEST`].
    pub(super) fn parse(path: &EntryPath, text: Option<&[u8]>) -> Self {
        Self {
            path: path.clone(),
            lines: text.map_or(Err("it is longer than any wheel needs"), lines),
        }
    }
}

fn lines(text: &[u8]) -> Result<Vec<Line>, &'static str> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        if lines.len() == MOST_LINES {
            return Err("it has more lines than a wheel may have files");
        }
        let (path, said) = match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(line) => (
                parse_line(line).0,
                Err(
                    "it begins with a byte order mark, which installers take for a part of the name",
                ),
            ),
            None => parse_line(line),
        };
        lines.push(Line {
            number,
            path: path.into(),
            said,
        });
    }
    Ok(lines)
}

/// The path, as far as it can be told, and the rest.
fn parse_line(line: &[u8]) -> (String, Result<Said, &'static str>) {
    let text = String::from_utf8_lossy(line);
    let (fields, closed) = csv_fields(&text);
    let said = match fields.as_slice() {
        _ if str::from_utf8(line).is_err() => Err("the line is not UTF-8"),
        _ if !closed => Err("the line has a quote that is not closed"),
        [_, hash, size] => said(hash, size),
        _ => Err("the line has not the three fields path, hash and size"),
    };
    (fields.into_iter().next().unwrap_or_default(), said)
}

fn said(hash: &str, size: &str) -> Result<Said, &'static str> {
    let sha256 = match hash.split_once('=') {
        None if hash.is_empty() => None,
        None => return Err("the hash does not say of which kind it is"),
        Some((kind, value)) => match kind.to_ascii_lowercase().as_str() {
            "sha256" => Some(sha256(value).ok_or("the hash is not a SHA-256 in base64")?),
            "md5" | "sha1" => return Err("the hash is of a kind that can be forged"),
            // RECORD mostly comes last: every file would have to be hashed in every way.
            _ => return Err("the hash is not a SHA-256, the only kind that is compared here"),
        },
    };
    let size = match size.is_empty() {
        true => None,
        false => Some(size.parse().map_err(|_| "the size is not a number")?),
    };
    Ok(Said { sha256, size })
}

fn sha256(base64: &str) -> Option<Sha256> {
    let bytes = URL_SAFE_NO_PAD.decode(base64.trim_end_matches('=')).ok()?;
    Some(Sha256::from_bytes(bytes.try_into().ok()?))
}

/// Fields separated by commas; one in quotes may hold commas, and quotes written twice (RFC 4180).
/// And whether the last quote is closed: if not, what follows it is not one field.
fn csv_fields(line: &str) -> (Vec<String>, bool) {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    match quoted {
        true => fields.extend(field.split(',').map(str::to_owned)),
        false => fields.push(field),
    }
    (fields, !quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[u8]) -> (String, Result<(bool, Option<u64>), &'static str>) {
        let (path, said) = parse_line(line);
        (path, said.map(|said| (said.sha256.is_some(), said.size)))
    }

    #[test]
    fn lines_are_read_as_installers_read_them() {
        let hash = URL_SAFE_NO_PAD.encode([7; 32]);
        for (line, path, hashed, size) in [
            ("a.py,,".to_owned(), "a.py", false, None),
            (format!("a.py,sha256={hash},12"), "a.py", true, Some(12)),
            (format!("a.py,SHA256={hash}=,"), "a.py", true, None),
            ("\"a,\"\"b\"\"\",,".to_owned(), "a,\"b\"", false, None),
        ] {
            assert_eq!(
                parse(line.as_bytes()),
                (path.to_owned(), Ok((hashed, size)))
            );
        }
    }

    #[test]
    fn what_cannot_be_compared_keeps_its_path() {
        for line in [
            &b"a.py"[..],
            b"a.py,,,",
            b"a.py,sha256=AAAA,",
            b"a.py,md5=AAAA,",
            b"a.py,sha512=AAAA,",
            b"a.py,AAAA,",
            b"a.py,,-1",
            b"\"a.py,,",
            b"a.py,\xff,",
        ] {
            let (path, said) = parse(line);
            assert_eq!(path, "a.py", "{line:?}");
            assert!(said.is_err(), "{line:?}");
        }
        let record = lines(b"\xef\xbb\xbfa.py,,\r\n\r\nb.py,,\n").unwrap();
        let known: Vec<_> = record
            .iter()
            .map(|line| (line.number, &*line.path, line.said.is_ok()))
            .collect();
        assert_eq!(known, [(1, "a.py", false), (3, "b.py", true)]);
    }

    #[test]
    fn a_list_of_endless_length_is_not_read() {
        assert!(lines(&b"a,,\n".repeat(MOST_LINES)).is_ok());
        assert!(lines(&b"a,,\n".repeat(MOST_LINES + 1)).is_err());
    }
}
