//! Documents that are known by their keys at the top (JSON and YAML) or by a wording: configurations of
//! training and serving, evaluations, rewards, guardrails, states of runs, transcripts.
//!
//! No value is looked at, so that a document of any size takes no memory.

mod forms;
mod wording;
mod yaml;

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    Detection, Detector, Inspection, Out,
    content::told,
    json::{Event, Flow, Tokenizer},
};
use crate::model::{Context, Entry, EntryKind, EntryPath};

use forms::FORMS;
use wording::Wording;
use yaml::Lines;

pub(super) use forms::KINDS;

/// More keys at the top are those of data.
const MOST_KEYS: usize = 512;

struct Documents;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Documents)
}

impl Detector for Documents {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        let extension = entry.path.lower_extension();
        if entry.kind != EntryKind::File || entry.opened {
            return None;
        }
        if let Some((wording, shows)) = Wording::of(&extension, head) {
            let message = wording.what.to_owned();
            return Some(told(Detection::new(
                wording.kind,
                &entry.path,
                message,
                shows,
            )));
        }
        let is_json = head.trim_ascii_start().starts_with(b"{");
        let reader = match extension.as_str() {
            "json" if is_json => Reader::Json(Tokenizer::new()),
            "yaml" | "yml" if !is_json => Reader::Yaml(Lines::default()),
            _ => return None,
        };
        may_be_known(head).then(|| {
            Box::new(Reading {
                path: entry.path.clone(),
                reader,
                keys: Vec::new(),
            }) as Box<dyn Inspection>
        })
    }
}

/// Whether the first key of any form stands in the beginning: most documents are of no form, and need
/// not be read.
fn may_be_known(head: &[u8]) -> bool {
    static FIRST_KEYS: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let searcher = FIRST_KEYS.get_or_init(|| {
        let keys = FORMS.iter().filter_map(|form| form.all.first());
        let builder = &mut AhoCorasick::builder();
        builder
            .match_kind(MatchKind::LeftmostFirst)
            .build(keys)
            .ok()
    });
    searcher
        .as_ref()
        .is_none_or(|searcher| searcher.is_match(head))
}

enum Reader {
    Json(Tokenizer),
    Yaml(Lines),
    /// It is no such document, or has too many keys.
    Lost,
}

struct Reading {
    path: EntryPath,
    reader: Reader,
    keys: Vec<String>,
}

impl Inspection for Reading {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let keys = &mut self.keys;
        let is_lost = match &mut self.reader {
            Reader::Json(tokenizer) => tokenizer
                .push(piece, &mut |event| top_key(event, keys))
                .is_err(),
            Reader::Yaml(lines) => {
                lines.push(piece, last, &mut |key| keys.push(key));
                false
            }
            Reader::Lost => true,
        };
        if is_lost || self.keys.len() > MOST_KEYS {
            self.reader = Reader::Lost;
            self.keys = Vec::new();
        }
        if last {
            self.tell(out);
        }
    }
}

/// Keeps a key of the document itself; what it names is passed over.
fn top_key(event: Event<'_>, keys: &mut Vec<String>) -> Flow {
    match event {
        Event::Key(key) => {
            keys.push(String::from_utf8_lossy(key).into_owned());
            Flow::Skip
        }
        _ => Flow::Go,
    }
}

impl Reading {
    fn tell(&self, out: &mut dyn Out) {
        let has = |key: &&&str| self.keys.iter().any(|known| known == **key);
        let form = FORMS.iter().find(|form| {
            form.all.iter().all(|key| has(&key))
                && (form.any.is_empty() || form.any.iter().any(|key| has(&key)))
        });
        if let Some(form) = form {
            let found: Vec<_> = form
                .all
                .iter()
                .chain(form.any)
                .filter(has)
                .copied()
                .collect();
            let (kind, message) = (form.kind, form.what.to_owned());
            let evidence = format!("keys: {}", found.join(", "));
            out.detection(Detection::new(kind, &self.path, message, evidence));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect_in_steps;

    fn said(name: &str, content: &str) -> Vec<String> {
        let entry = Entry::file(&format!("package/{name}"), content.len() as u64);
        let said = |step| -> Vec<String> {
            let recorder = inspect_in_steps(&Documents, &entry, content.as_bytes(), step);
            let detections = recorder.detections.iter();
            detections
                .map(|one| format!("{}: {}", one.kind, one.message))
                .collect()
        };
        let whole = said(usize::MAX);
        assert_eq!(said(3), whole);
        whole
    }

    #[test]
    fn documents_are_known_by_their_keys() {
        for (name, content, expected) in [
            (
                "a.json",
                r#"{"train_batch_size": 8, "zero_optimization": {"stage": 3}}"#,
                "document:training: a configuration of DeepSpeed",
            ),
            (
                "b.yml",
                "# how\nbase_model: acme/base\r\ndatasets:\n  - path: a\n\"adapter\": lora\n",
                "document:training: a configuration of Axolotl",
            ),
            (
                "c.yaml",
                "---\ntask: acme_qa\ndoc_to_text: \"{{q}}\"\ndoc_to_target: a",
                "document:evaluation: a task of lm-evaluation-harness",
            ),
        ] {
            assert_eq!(said(name, content), [expected], "{content}");
        }
    }

    #[test]
    fn documents_are_known_by_their_wording() {
        for (name, content, expected) in [
            (
                "a.md",
                "\n# aider chat started at 2026-01-01 10:00:00\n",
                "document:transcript: a conversation with Aider",
            ),
            (
                "a.py",
                "def format_reward(completions, **kwargs):\n",
                "document:reward: a reward function as TRL calls it",
            ),
            (
                "a.json",
                r#"{"type": "score_model"}"#,
                "document:grader: a grader that is a model",
            ),
            (
                "a.co",
                "define user ask about politics\n",
                "document:guardrail: a guardrail in Colang",
            ),
        ] {
            assert_eq!(said(name, content), [expected], "{content}");
        }
        for (name, content) in [
            ("a.md", "It begins with `# aider chat started at 20`."),
            (
                "a.py",
                "def reward_points(customer):\n    return completions\n",
            ),
            ("a.js", r#"a = {"type": "score_model"}"#),
            ("a.co", "int main() {}"),
        ] {
            assert_eq!(said(name, content), [""; 0], "{content}");
        }
    }

    #[test]
    fn keys_below_the_top_do_not_count() {
        for (name, content) in [
            (
                "a.json",
                r#"{"a": {"train_batch_size": 8, "zero_optimization": {}}}"#,
            ),
            (
                "a.json",
                r#"[{"train_batch_size": 8, "zero_optimization": {}}]"#,
            ),
            (
                "a.json",
                r#"{"train_batch_size": 8, "zero_optimization" {}}"#,
            ),
            (
                "a.yaml",
                "a:\n  base_model: b\n  datasets: []\n  adapter: lora\n",
            ),
            (
                "a.yaml",
                "# base_model: b\n# datasets: []\n# adapter: lora\n",
            ),
            ("a.md", "base_model: b\ndatasets: []\nadapter: lora\n"),
        ] {
            assert_eq!(said(name, content), [""; 0], "{content}");
        }
        let many: String = (0..600).map(|index| format!("k{index}: 1\n")).collect();
        assert_eq!(
            said(
                "a.yaml",
                &format!("{many}base_model: b\ndatasets: []\nadapter: c\n")
            ),
            [""; 0]
        );
    }
}
