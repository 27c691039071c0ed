//! Conversations and questions, a row each: what chat models are trained on and judged by, and what coding
//! agents write down.
//!
//! Rows are lines of JSON, or the objects of one JSON list.

mod row;
mod split;

use serde_json::Value;

use super::{Detection, Detector, Inspection, Out};
use crate::model::{Context, Entry, EntryKind, EntryPath, count, counted};

use row::Row;
use split::Splitter;

pub(super) use row::columns;

pub(super) const DATA_SET: &str = "conversation:data-set";
const EVALUATION: &str = "conversation:evaluation";
const TRANSCRIPT: &str = "conversation:transcript";
pub(super) const KINDS: &[&str] = &[DATA_SET, EVALUATION, TRANSCRIPT];

/// So many of the rows that are looked at must be of one form: fewer are a test's.
const ENOUGH: usize = 5;
/// So many rows are looked at; the others are counted.
const LOOKED_AT: usize = 64;
/// So much of the beginning is searched for a key of some form, in bytes: a transcript may begin with a long summary.
const SEARCHED: usize = 64 << 10;

struct Conversations;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Conversations)
}

impl Detector for Conversations {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        if entry.kind != EntryKind::File {
            return None;
        }
        let splitter = Splitter::of(head)?;
        let first = &head[..head.len().min(SEARCHED)];
        let has = |key: &&str| memchr::memmem::find(first, key.as_bytes()).is_some();
        row::KEYS.iter().any(has).then(|| {
            Box::new(Rows {
                path: entry.path.clone(),
                splitter,
                rows: 0,
                found: [0; row::FORMS],
                looked_at: 0,
            }) as Box<dyn Inspection>
        })
    }
}

struct Rows {
    path: EntryPath,
    splitter: Splitter,
    rows: u64,
    looked_at: usize,
    /// How many of the rows that were looked at are of each form.
    found: [usize; row::FORMS],
}

impl Inspection for Rows {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let Self {
            splitter,
            rows,
            looked_at,
            found,
            ..
        } = self;
        splitter.push(piece, last, &mut |content| {
            *rows += 1;
            *looked_at += 1;
            let value = content.and_then(|text| serde_json::from_slice::<Value>(text).ok());
            if let Some(form) = value.as_ref().and_then(Row::of) {
                found[form as usize] += 1;
            }
            *looked_at < LOOKED_AT
        });
        if last {
            self.tell(out);
        }
    }
}

impl Rows {
    fn tell(&self, out: &mut dyn Out) {
        let most = Row::ALL
            .into_iter()
            .max_by_key(|row| self.found[*row as usize]);
        let Some(row) = most.filter(|row| self.found[*row as usize] >= ENOUGH) else {
            return;
        };
        let rows = count(self.rows);
        let (kind, message) = match row {
            Row::Conversation => (
                DATA_SET,
                format!("{rows} rows of conversations, as chat models are trained on"),
            ),
            Row::Preference => (
                DATA_SET,
                format!(
                    "{rows} pairs of a preferred and a rejected answer, as models are trained on"
                ),
            ),
            Row::Evaluation => (
                EVALUATION,
                format!("{rows} questions with the answers that a model is judged by"),
            ),
            Row::Transcript => (
                TRANSCRIPT,
                format!("{rows} lines of what a coding agent and its user have said and done"),
            ),
        };
        let evidence = counted(self.rows, "row");
        out.detection(Detection::new(kind, &self.path, message, evidence));
    }
}

#[cfg(test)]
mod tests {
    use super::{split::LONGEST, *};
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
        for (kind, row) in [
            (
                DATA_SET,
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#,
            ),
            (
                DATA_SET,
                r#"{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}],"id":1}"#,
            ),
            (
                DATA_SET,
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{}]}]}"#,
            ),
            (
                DATA_SET,
                r#"{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[]}]}"#,
            ),
            (
                DATA_SET,
                r#"{"custom_id":"1","body":{"messages":[{"role":"user","content":"a"}]}}"#,
            ),
            (
                DATA_SET,
                r#"{"input":{},"preferred_output":[],"non_preferred_output":[]}"#,
            ),
            (EVALUATION, r#"{"user_input":"a","reference":"b"}"#),
            (EVALUATION, r#"{"query":"a","ground_truth":"b"}"#),
            (
                EVALUATION,
                r#"{"question":"a","choices":["b","c"],"answer":1}"#,
            ),
            (DATA_SET, r#"{"prompt":"a","completion":"b]}\""}"#),
            (DATA_SET, r#"{"instruction":"a","input":"","output":"b"}"#),
            (DATA_SET, r#"{"prompt":"a","chosen":"b","rejected":"c"}"#),
            (DATA_SET, r#"{"chosen":[],"rejected":[]}"#),
            (
                EVALUATION,
                r#"{"input":[{"role":"user","content":"2+2"}],"ideal":"4"}"#,
            ),
            (
                EVALUATION,
                r#"{"question":"a","answer":"b","contexts":["c"],"ground_truth":"d"}"#,
            ),
            (
                TRANSCRIPT,
                r#"{"sessionId":"7","cwd":"/srv/a","type":"user","message":{"role":"user"}}"#,
            ),
            (
                TRANSCRIPT,
                r#"{"timestamp":"2026-01-01T00:00:00Z","type":"response_item","payload":{"type":"message"}}"#,
            ),
        ] {
            let rows = format!("{row}\n").repeat(70) + "\n" + row;
            assert_eq!(said(&rows), [(kind, "71 rows".to_owned())], "{row}");
            let list = format!("[\n{}{row}]", format!("{row},\n  ").repeat(70));
            assert_eq!(said(&list), [(kind, "71 rows".to_owned())], "{list}");
            let held = format!("{{ \"data\": {list} }}");
            assert_eq!(said(&held), [(kind, "71 rows".to_owned())], "{held}");
            let marked = format!("\u{feff}{}", format!("{row}\n").repeat(5));
            assert_eq!(said(&marked), [(kind, "5 rows".to_owned())], "{marked}");
            // A few are an example's.
            assert_eq!(said(&format!("{row}\n").repeat(4)), []);
        }
    }

    #[test]
    fn a_transcript_may_begin_with_a_long_summary() {
        let row = r#"{"sessionId":"7","cwd":"/srv/a","type":"user"}"#;
        let summary = format!(r#"{{"type":"summary","summary":"{}"}}"#, "x".repeat(20_000));
        let rows = format!("{summary}\n{}", format!("{row}\n").repeat(5));
        assert_eq!(said(&rows), [(TRANSCRIPT, "6 rows".to_owned())]);
    }

    #[test]
    fn other_lines_are_not() {
        for row in [
            r#"{"messages":["a","b"]}"#,
            r#"{"messages":[]}"#,
            r#"{"prompt":"a"}"#,
            r#"{"input":"a","output":"b"}"#,
            r#"{"input":"a","expected_output":"b"}"#,
            r#"{"sessionId":"a","type":"b"}"#,
            r#"{"timestamp":"a","type":"b","payload":{}}"#,
            r#"{"messages":[{"role":"user","content":"a"}"#,
            r#"["messages"]"#,
        ] {
            assert_eq!(said(&format!("{row}\n").repeat(9)), [], "{row}");
            assert_eq!(
                said(&format!("[{row}{}]", format!(",{row}").repeat(9))),
                [],
                "{row}"
            );
        }
    }

    #[test]
    fn long_lines_are_counted_and_take_no_memory() {
        let row = r#"{"prompt":"a","completion":"b"}"#;
        let long = format!(r#"{{"prompt":"{}","completion":"b"}}"#, "x".repeat(LONGEST));
        let rows = format!("{}{long}\n{long}", format!("{row}\n").repeat(5));
        assert_eq!(said(&rows), [(DATA_SET, "7 rows".to_owned())]);
        let list = format!("[{}{long},{long}]", format!("{row},").repeat(5));
        assert_eq!(said(&list), [(DATA_SET, "7 rows".to_owned())]);
    }
}
