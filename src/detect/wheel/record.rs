//! `RECORD`: every file of a wheel with its hash and size
//! (<https://packaging.python.org/en/latest/specifications/recording-installed-packages/>).
//!
//! Installers write what the zip holds, whatever RECORD says; PyPI compares the names only, and tells
//! by mail.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{INCOMPLETE, MISMATCH, UNLISTED, detection};
use crate::{
    detect::{Detection, Fact, Facts, Inspection, Out},
    model::{EntryPath, Sha256, counted, escape},
};

/// A longer list is not read, in bytes: a hundred thousand files need a fifth of it.
const LONGEST: usize = 64 << 20;
/// A wheel of more files is over the reader's limit.
const MOST_LINES: usize = 200_000;
/// Files that are told one by one; further ones are counted.
const TOLD: usize = 10;

/// A wheel's list of its files.
#[derive(Debug)]
pub struct WheelRecord {
    path: EntryPath,
    lines: Vec<Line>,
    /// What can't be understood, by line.
    malformed: Vec<(u64, &'static str)>,
}

#[derive(Debug)]
struct Line {
    number: u64,
    path: String,
    /// Of another kind than SHA-256 if it is `None`, or left out.
    sha256: Option<Sha256>,
    size: Option<u64>,
}

/// RECORD being read.
pub(super) struct Reading {
    path: EntryPath,
    text: Vec<u8>,
    too_long: bool,
}

impl Reading {
    pub(super) fn new(path: &EntryPath) -> Self {
        Self {
            path: path.clone(),
            text: Vec::new(),
            too_long: false,
        }
    }
}

impl Inspection for Reading {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.too_long |= self.text.len() + piece.len() > LONGEST;
        if !self.too_long {
            self.text.extend_from_slice(piece);
        }
        if last {
            let text = std::mem::take(&mut self.text);
            let record = match self.too_long {
                true => WheelRecord {
                    path: self.path.clone(),
                    lines: Vec::new(),
                    malformed: vec![(1, "the list is longer than any wheel needs")],
                },
                false => parse(&self.path, &text),
            };
            out.fact(Fact::WheelRecord(Box::new(record)));
        }
    }
}

fn parse(path: &EntryPath, text: &[u8]) -> WheelRecord {
    let mut record = WheelRecord {
        path: path.clone(),
        lines: Vec::new(),
        malformed: Vec::new(),
    };
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        if record.lines.len() + record.malformed.len() == MOST_LINES {
            record.malformed.push((
                number,
                "the list has more lines than a wheel may have files",
            ));
            break;
        }
        match parse_line(number, line) {
            Ok(line) => record.lines.push(line),
            Err(reason) => record.malformed.push((number, reason)),
        }
    }
    record
}

fn parse_line(number: u64, line: &[u8]) -> Result<Line, &'static str> {
    let line = str::from_utf8(line).map_err(|_| "the line is not UTF-8")?;
    let fields = csv_fields(line).ok_or("the line has a quote that is not closed")?;
    let [path, hash, size] = fields.as_slice() else {
        return Err("the line has not the three fields path, hash and size");
    };
    let sha256 = match hash.split_once('=') {
        None if hash.is_empty() => None,
        None => return Err("the hash does not say of which kind it is"),
        Some(("sha256", value)) => {
            Some(sha256(value).ok_or("the hash is not a SHA-256 in base64")?)
        }
        Some(("md5" | "sha1", _)) => return Err("the hash is of a kind that can be forged"),
        Some(_) => None,
    };
    let size = match size.is_empty() {
        true => None,
        false => Some(size.parse().map_err(|_| "the size is not a number")?),
    };
    Ok(Line {
        number,
        path: path.clone(),
        sha256,
        size,
    })
}

fn sha256(base64: &str) -> Option<Sha256> {
    let bytes = URL_SAFE_NO_PAD.decode(base64.trim_end_matches('=')).ok()?;
    Some(Sha256::from_bytes(bytes.try_into().ok()?))
}

/// Fields separated by commas; one in quotes may hold commas, and quotes written twice (RFC 4180).
fn csv_fields(line: &str) -> Option<Vec<String>> {
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
    fields.push(field);
    (!quoted).then_some(fields)
}

/// Compares the list with the files. The list itself and signatures of it can't hold their own hash.
pub(super) fn compare(facts: &Facts, out: &mut dyn FnMut(Detection)) {
    let Some(record) = &facts.wheel_record else {
        if let Some(metadata) = facts.wheel_files.iter().find(|path| is_metadata(path)) {
            let message = "the wheel has no RECORD beside it, so its files can't be verified";
            out(detection(
                INCOMPLETE,
                metadata,
                None,
                message.into(),
                "no RECORD",
            ));
        }
        return;
    };
    for (number, reason) in record.malformed.iter().take(TOLD) {
        let message = malformed(record.malformed.len(), reason);
        out(detection(
            INCOMPLETE,
            &record.path,
            Some(*number),
            message,
            reason,
        ));
    }
    let mut listed: HashMap<&str, &Line> = HashMap::new();
    let mut twice = Told::new(INCOMPLETE);
    for line in &record.lines {
        if listed.insert(&line.path, line).is_some() {
            let message = format!("`{}` is listed twice", escape(&line.path));
            twice.push(&record.path, Some(line.number), message, &line.path);
        }
    }
    let mut unlisted = Told::new(UNLISTED);
    let mut mismatched = Told::new(MISMATCH);
    let mut files = facts.wheel_files.clone();
    files.sort();
    for file in &files {
        let Some(line) = listed.remove(file.as_str()) else {
            if !is_signature(file.as_str(), &record.path) {
                let message = "is in the wheel, but RECORD does not list it".to_owned();
                unlisted.push(file, None, message, file.as_str());
            }
            continue;
        };
        if let Some(difference) = difference(line, file, facts) {
            let message = format!(
                "is not what line {} of RECORD says: {difference}",
                line.number
            );
            mismatched.push(file, None, message, &difference);
        }
    }
    let mut absent = Told::new(INCOMPLETE);
    let mut left: Vec<_> = listed
        .into_values()
        .filter(|line| line.path != record.path.as_str())
        .collect();
    left.sort_by_key(|line| line.number);
    for line in left {
        let message = format!("lists `{}`, which is not in the wheel", escape(&line.path));
        absent.push(&record.path, Some(line.number), message, &line.path);
    }
    for told in [twice, unlisted, mismatched, absent] {
        told.finish(out);
    }
}

fn malformed(count: usize, reason: &str) -> String {
    match count.saturating_sub(TOLD) {
        0 => format!("RECORD can't be understood here: {reason}"),
        more => format!(
            "RECORD can't be understood here: {reason}, and so {} more",
            counted(more, "line")
        ),
    }
}

fn is_metadata(path: &EntryPath) -> bool {
    path.as_str().ends_with(".dist-info/METADATA")
}

fn is_signature(path: &str, record: &EntryPath) -> bool {
    path.strip_prefix(record.as_str())
        .is_some_and(|suffix| matches!(suffix, ".jws" | ".p7s"))
}

fn difference(line: &Line, file: &EntryPath, facts: &Facts) -> Option<String> {
    let size = facts.entries.get(file).copied();
    if let (Some(listed), Some(size)) = (line.size, size)
        && listed != size
    {
        return Some(format!("{size} bytes instead of {listed}"));
    }
    match (line.sha256, facts.hashes.get(file)) {
        (Some(listed), Some(sha256)) if listed != *sha256 => Some("another SHA-256".to_owned()),
        (Some(_), Some(_)) => None,
        // PyPI and pip do not ask for a hash of any kind but this.
        _ => Some("no SHA-256 to compare with".to_owned()),
    }
}

/// Detections of one kind: the first ones, and how many there are.
struct Told {
    kind: &'static str,
    detections: Vec<Detection>,
    more: usize,
}

impl Told {
    fn new(kind: &'static str) -> Self {
        Self {
            kind,
            detections: Vec::new(),
            more: 0,
        }
    }

    fn push(&mut self, path: &EntryPath, line: Option<u64>, message: String, evidence: &str) {
        if self.detections.len() == TOLD {
            self.more += 1;
        } else {
            let told = detection(self.kind, path, line, message, evidence);
            self.detections.push(told);
        }
    }

    fn finish(mut self, out: &mut dyn FnMut(Detection)) {
        if let (Some(last), true) = (self.detections.last_mut(), self.more > 0) {
            last.message += &format!(", and so are {} more", counted(self.more, "file"));
        }
        self.detections.into_iter().for_each(out);
    }
}
