//! Conversations, a line each: what chat models are trained on, and what coding agents write down.
//!
//! The forms are those that trainers document: `messages` of a role and content each, `conversations` of
//! `from` and `value`, or an instruction and an answer
//! (<https://huggingface.co/docs/trl/dataset_formats>). Agents' transcripts name their session and
//! directory in every line.

use serde_json::Value;

use super::{Detection, Detector, Inspection, Out};
use crate::model::{Context, Entry, EntryKind, EntryPath, Evidence, Location, count};

const DATA_SET: &str = "conversation:data-set";
const TRANSCRIPT: &str = "conversation:transcript";
pub(super) const KINDS: &[&str] = &[DATA_SET, TRANSCRIPT];

/// So many of the lines that are looked at must be of one form: fewer are a test's.
const ENOUGH: usize = 5;
/// So many lines are looked at; the others are counted.
const LOOKED_AT: usize = 64;
/// A longer line is not looked at, in bytes.
const LONGEST: usize = 1 << 20;
/// Any of these is in the first line, or nothing is looked at.
const KEYS: [&str; 6] = [
    "\"messages\"",
    "\"conversations\"",
    "\"prompt\"",
    "\"instruction\"",
    "\"question\"",
    "\"sessionId\"",
];
/// Lists of turns, and what each turn has.
const TURNS: [(&str, [&str; 2]); 2] = [
    ("messages", ["role", "content"]),
    ("conversations", ["from", "value"]),
];
/// What is asked, and what is answered.
const ASKED: [&str; 3] = ["prompt", "instruction", "question"];
const ANSWERED: [&str; 5] = ["completion", "response", "output", "answer", "chosen"];
/// What every line of a transcript has, as text.
const SESSION: [&str; 3] = ["sessionId", "cwd", "type"];

struct Conversations;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Conversations)
}

impl Detector for Conversations {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let has = |key: &str| memchr::memmem::find(first, key.as_bytes()).is_some();
        let is_line = first.starts_with(b"{") && KEYS.iter().any(|key| has(key));
        (entry.kind == EntryKind::File && is_line).then(|| {
            Box::new(Lines {
                path: entry.path.clone(),
                line: Vec::new(),
                is_long: false,
                rows: 0,
                looked_at: 0,
                data_rows: 0,
                transcript_rows: 0,
            }) as Box<dyn Inspection>
        })
    }
}

struct Lines {
    path: EntryPath,
    line: Vec<u8>,
    /// Whether the line is too long to be looked at.
    is_long: bool,
    rows: u64,
    looked_at: usize,
    data_rows: usize,
    transcript_rows: usize,
}

impl Inspection for Lines {
    fn push(&mut self, mut piece: &[u8], last: bool, out: &mut dyn Out) {
        while let Some(end) = memchr::memchr(b'\n', piece) {
            self.keep(&piece[..end]);
            self.end_of_line();
            piece = &piece[end + 1..];
        }
        self.keep(piece);
        if !last {
            return;
        }
        self.end_of_line();
        let rows = count(self.rows);
        if self.data_rows >= ENOUGH {
            let message = format!("{rows} rows of conversations, as chat models are trained on");
            self.found(DATA_SET, message, out);
        } else if self.transcript_rows >= ENOUGH {
            let message =
                format!("{rows} lines of what a coding agent and its user have said and done");
            self.found(TRANSCRIPT, message, out);
        }
    }
}

impl Lines {
    fn keep(&mut self, part: &[u8]) {
        if self.looked_at == LOOKED_AT {
            // Only whether there is anything in the line.
            self.is_long |= !part.is_empty();
            return;
        }
        self.is_long |= self.line.len() + part.len() > LONGEST;
        match self.is_long {
            true => self.line.clear(),
            false => self.line.extend_from_slice(part),
        }
    }

    fn end_of_line(&mut self) {
        let is_empty = !self.is_long && self.line.trim_ascii().is_empty();
        self.rows += u64::from(!is_empty);
        if !is_empty && self.looked_at < LOOKED_AT {
            self.looked_at += 1;
            if let Ok(row) = serde_json::from_slice(&self.line) {
                self.data_rows += usize::from(is_data(&row));
                self.transcript_rows += usize::from(is_transcript(&row));
            }
        }
        self.line.clear();
        self.is_long = false;
    }

    fn found(&self, kind: &'static str, message: String, out: &mut dyn Out) {
        out.detection(Detection {
            kind,
            path: self.path.clone(),
            location: Location::default(),
            evidence: Evidence::fact(format!("{} rows", count(self.rows))),
            message,
            fix: None,
            sha256: None,
        });
    }
}

fn is_data(row: &Value) -> bool {
    let has = |of: &Value, keys: &[&str]| keys.iter().any(|key| of.get(key).is_some());
    let is_turns = |(key, parts): &(&str, [&str; 2])| {
        let turns = row.get(key).and_then(Value::as_array);
        let is_turn = |turn: &Value| parts.iter().all(|part| turn.get(part).is_some());
        turns.is_some_and(|turns| !turns.is_empty() && turns.iter().all(is_turn))
    };
    TURNS.iter().any(is_turns) || has(row, &ASKED) && has(row, &ANSWERED)
}

fn is_transcript(row: &Value) -> bool {
    let is_text = |key: &str| row.get(key).is_some_and(Value::is_string);
    SESSION.iter().all(|key| is_text(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect_in_steps;

    fn said(content: &str) -> Vec<(&'static str, String)> {
        let entry = Entry::file("package/data/a.jsonl", content.len() as u64);
        let said = |step| {
            let recorder = inspect_in_steps(&Conversations, &entry, content.as_bytes(), step);
            let detections = recorder.detections.into_iter();
            detections
                .map(|one| (one.kind, one.evidence.as_str().to_owned()))
                .collect()
        };
        let whole: Vec<_> = said(usize::MAX);
        assert_eq!(said(7), whole);
        whole
    }

    #[test]
    fn rows_of_every_documented_form_are_known() {
        for row in [
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#,
            r#"{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}],"id":1}"#,
            r#"{"prompt":"a","completion":"b"}"#,
            r#"{"instruction":"a","input":"","output":"b"}"#,
            r#"{"prompt":"a","chosen":"b","rejected":"c"}"#,
        ] {
            let rows = format!("{row}\n").repeat(70) + "\n" + row;
            assert_eq!(said(&rows), [(DATA_SET, "71 rows".to_owned())], "{row}");
            // A few are an example's.
            assert_eq!(said(&format!("{row}\n").repeat(4)), []);
        }
        let line = r#"{"sessionId":"7","cwd":"/srv/a","type":"user","message":{"role":"user"}}"#;
        let lines = format!("{line}\n").repeat(9);
        assert_eq!(said(&lines), [(TRANSCRIPT, "9 rows".to_owned())]);
    }

    #[test]
    fn other_lines_are_not() {
        for row in [
            r#"{"messages":["a","b"]}"#,
            r#"{"messages":[]}"#,
            r#"{"prompt":"a"}"#,
            r#"{"input":"a","output":"b"}"#,
            r#"{"sessionId":"a","type":"b"}"#,
            r#"{"messages":[{"role":"user","content":"a"}"#,
            r#"["messages"]"#,
        ] {
            assert_eq!(said(&format!("{row}\n").repeat(9)), [], "{row}");
        }
    }

    #[test]
    fn long_lines_are_counted_and_take_no_memory() {
        let row = r#"{"prompt":"a","completion":"b"}"#;
        let long = format!(r#"{{"prompt":"{}","completion":"b"}}"#, "x".repeat(LONGEST));
        let rows = format!("{}{long}\n{long}", format!("{row}\n").repeat(5));
        assert_eq!(said(&rows), [(DATA_SET, "7 rows".to_owned())]);
    }
}
