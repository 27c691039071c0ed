//! JSON in which nothing acts on a terminal or a CI system, for all formats that are JSON.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::model::escape;

/// Writes `value`, to be read by people too.
pub(super) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut disarmed = Disarmed::new(out);
    serde_json::to_writer_pretty(&mut disarmed, value)?;
    disarmed.end()?;
    writeln!(out)
}

/// Writes `value` on one line.
pub(super) fn write_compact(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut disarmed = Disarmed::new(out);
    serde_json::to_writer(&mut disarmed, value)?;
    disarmed.end()?;
    writeln!(out)
}

/// `value` as it is written on one line.
pub(super) fn raw(value: &impl Serialize) -> io::Result<Box<RawValue>> {
    let mut line = Vec::new();
    write_compact(value, &mut line)?;
    let text = String::from_utf8(line).map_err(io::Error::other)?;
    Ok(RawValue::from_string(text)?)
}

/// Writes what it is given disarmed, piece by piece: a report may be long, and is not held twice.
struct Disarmed<'a> {
    out: &'a mut dyn Write,
    /// The character that came last.
    before: char,
    /// The begin of a character whose end is still to come.
    cut: Vec<u8>,
}

impl<'a> Disarmed<'a> {
    fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            before: ' ',
            cut: Vec::new(),
        }
    }

    fn end(self) -> io::Result<()> {
        match self.cut.is_empty() {
            true => Ok(()),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl Write for Disarmed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.cut.extend_from_slice(bytes);
        let text = match str::from_utf8(&self.cut) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                str::from_utf8(&self.cut[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        };
        let safe = disarm(text, self.before);
        self.out.write_all(safe.as_bytes())?;
        self.before = text.chars().next_back().unwrap_or(self.before);
        let whole = text.len();
        self.cut.drain(..whole);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// `json`, which comes after the character `before`, with what a terminal or a CI system would act on
/// written as escapes: `\u001b`. The strings that a program reads stay exactly what they were, because such
/// characters occur in strings only, and each may be written so (RFC 8259, section 7).
fn disarm(json: &str, mut before: char) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        // `##[` and `##vso[` are commands to GitHub's runner and to Azure Pipelines.
        let command = character == '#' && before == '#';
        before = character;
        if !command && (character == '\n' || character.is_ascii() && !character.is_ascii_control())
        {
            safe.push(character);
        } else if command || escape(character.encode_utf8(&mut [0; 4])).starts_with('\\') {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_output_is_escaped_and_reads_the_same() {
        for text in [
            "a\u{7f}\u{1b}[2J",
            "\u{202e}é日",
            "##[error]###vso[",
            "\u{e0041}",
            "\"\\u##\"",
        ] {
            let json = serde_json::to_string(text).unwrap();
            let mut pieces = Vec::new();
            let mut disarmed = Disarmed::new(&mut pieces);
            for byte in json.bytes() {
                disarmed.write_all(&[byte]).unwrap();
            }
            disarmed.end().unwrap();
            let json = disarm(&json, ' ');
            assert_eq!(pieces, json.as_bytes());
            assert!(!json.contains("##"), "{json}");
            assert_eq!(escape(&json), json);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
