//! pax extended headers (POSIX pax, "pax Header Block").

use crate::archive::error::TarProblem;

/// The longest body read in a nested tar, in bytes (node-tar ignores longer ones).
pub(super) const META: u64 = 1 << 20;

/// Keys whose values are numbers and tell nothing more. All other values are texts to search.
pub(super) const NUMBERS: &[&str] = &["size", "mtime", "atime", "ctime", "uid", "gid"];

/// A record: key and value.
pub(super) type Record<'b> = (&'b str, &'b [u8]);

/// The records of a body: `LENGTH KEY=VALUE\n`, where LENGTH counts the whole record.
pub(super) fn records(mut body: &[u8]) -> Result<Vec<Record<'_>>, TarProblem> {
    let mut records = Vec::new();
    while !body.is_empty() {
        let (record, rest) = record(body).map_err(TarProblem::PaxMalformed)?;
        records.push(record);
        body = rest;
    }
    Ok(records)
}

fn record(body: &[u8]) -> Result<(Record<'_>, &[u8]), &'static str> {
    let space = body.iter().position(|byte| *byte == b' ');
    let digits = &body[..space.ok_or("a record has no length")?];
    if digits.is_empty() || digits[0] == b'0' || !digits.iter().all(u8::is_ascii_digit) {
        return Err("a record's length is not a decimal number");
    }
    let length = str::from_utf8(digits).ok().and_then(|d| d.parse().ok());
    let length: usize = length.ok_or("a record's length is too large")?;
    let (record, rest) = body
        .split_at_checked(length)
        .ok_or("a record is longer than the header")?;
    let fields = record
        .get(digits.len() + 1..)
        .and_then(|fields| fields.strip_suffix(b"\n"))
        .ok_or("a record does not end in a newline where its length says")?;
    let equals = fields.iter().position(|byte| *byte == b'=');
    let (key, value) = fields.split_at(equals.ok_or("a record has no `=`")?);
    let key = str::from_utf8(key).map_err(|_| "a key is not UTF-8")?;
    if key.is_empty() {
        return Err("a record has no key");
    }
    Ok(((key, &value[1..]), rest))
}

/// What records say of an entry; of several with one key the last holds.
#[derive(Debug, Default)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link_path: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    /// Everything else that is text.
    pub(super) texts: Vec<(String, Vec<u8>)>,
}

impl Pax {
    pub(super) fn new(records: &[Record<'_>]) -> Result<Self, TarProblem> {
        let mut pax = Self::default();
        for (key, value) in records {
            match *key {
                "path" => pax.path = Some(value.to_vec()),
                "linkpath" => pax.link_path = Some(value.to_vec()),
                "size" => pax.size = Some(size(value)?),
                key if is_number(key, value) => {}
                key => pax.texts.push((key.to_owned(), value.to_vec())),
            }
        }
        Ok(pax)
    }
}

fn size(value: &[u8]) -> Result<u64, TarProblem> {
    let digits = value.iter().all(u8::is_ascii_digit);
    let text = digits.then(|| str::from_utf8(value).ok()).flatten();
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| TarProblem::PaxNumber("size".into()))
}

/// Whether it is one of the numbers that tell nothing more: digits, with a sign and a fraction.
pub(super) fn is_number(key: &str, value: &[u8]) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    let dots = value.iter().filter(|byte| **byte == b'.').count();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    NUMBERS.contains(&key) && dots <= 1 && digits > 0 && digits + dots == value.len()
}
