//! The forms of rows that trainers, evaluations and agents document.

use serde_json::Value;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// Turns of a conversation, or an instruction and an answer
    /// (<https://huggingface.co/docs/trl/dataset_formats>).
    Conversation,
    /// Two answers, one of them better.
    Preference,
    /// A question and what is held against the answer
    /// (<https://github.com/openai/evals/blob/main/docs/build-eval.md>).
    Evaluation,
    /// A step of a coding agent.
    Transcript,
}

/// How many forms there are.
pub(super) const FORMS: usize = Row::ALL.len();

/// Any of these is near the beginning, or no row is looked at.
pub(super) const KEYS: [&str; 12] = [
    "\"messages\"",
    "\"conversations\"",
    "\"prompt\"",
    "\"instruction\"",
    "\"question\"",
    "\"chosen\"",
    "\"ideal\"",
    "\"sessionId\"",
    "\"session_meta\"",
    "\"response_item\"",
    "\"event_msg\"",
    "\"turn_context\"",
];
/// Lists of turns, and what each turn has.
const TURNS: [(&str, [&str; 2]); 2] = [
    ("messages", ["role", "content"]),
    ("conversations", ["from", "value"]),
];
/// What is asked, and what is answered.
const ASKED: [&str; 3] = ["prompt", "instruction", "question"];
const ANSWERED: [&str; 4] = ["completion", "response", "output", "answer"];
const PAIR: [&str; 2] = ["chosen", "rejected"];
/// What is asked in an evaluation, and what its answer is held against.
const EXAMINED: [&str; 4] = ["question", "query", "prompt", "user_input"];
const EXPECTED: [&str; 8] = [
    "ideal",
    "ground_truth",
    "ground_truths",
    "expected_output",
    "reference_answer",
    "reference_answers",
    "golden_answer",
    "rubric",
];
/// What every line of a Claude Code transcript has, as text.
const SESSION: [&str; 3] = ["sessionId", "cwd", "type"];
/// What lines of a Codex rollout are.
const ROLLOUT: [&str; 5] = [
    "session_meta",
    "response_item",
    "event_msg",
    "turn_context",
    "compacted",
];

impl Row {
    pub(super) const ALL: [Row; 4] = [
        Row::Conversation,
        Row::Preference,
        Row::Evaluation,
        Row::Transcript,
    ];

    /// What this row is, if it is of any form.
    pub(super) fn of(row: &Value) -> Option<Self> {
        let has = |key: &&str| row.get(key).is_some();
        let is_text = |key: &&str| row.get(key).is_some_and(Value::is_string);
        let kind = row.get("type").and_then(Value::as_str).unwrap_or_default();
        let is_rollout =
            ROLLOUT.contains(&kind) && row.get("payload").is_some_and(Value::is_object);
        if SESSION.iter().all(is_text) || is_rollout && is_text(&"timestamp") {
            return Some(Row::Transcript);
        }
        if PAIR.iter().all(has) {
            return Some(Row::Preference);
        }
        let is_sample = has(&"input") && has(&"ideal");
        if is_sample || EXAMINED.iter().any(has) && EXPECTED.iter().any(has) {
            return Some(Row::Evaluation);
        }
        let is_turns = |(key, parts): &(&str, [&str; 2])| {
            let turns = row.get(key).and_then(Value::as_array);
            let is_turn = |turn: &Value| parts.iter().all(|part| turn.get(part).is_some());
            turns.is_some_and(|turns| !turns.is_empty() && turns.iter().all(is_turn))
        };
        let is_answered = ASKED.iter().any(has) && ANSWERED.iter().any(has);
        (TURNS.iter().any(is_turns) || is_answered).then_some(Row::Conversation)
    }
}

/// What the columns of a table say of conversations, if they do.
pub(in crate::detect) fn columns(names: &[String]) -> Option<String> {
    let named = |name: &&&str| names.iter().any(|column| column == **name);
    let quoted = |names: Vec<&&str>| {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("columns {}", names.join(", "))
    };
    let turns: Vec<_> = TURNS.iter().map(|(key, _)| key).filter(named).collect();
    let pair: Vec<_> = PAIR.iter().filter(named).collect();
    let asked: Vec<_> = ASKED.iter().filter(named).collect();
    let answered: Vec<_> = ANSWERED.iter().filter(named).collect();
    if !turns.is_empty() {
        Some(quoted(turns))
    } else if pair.len() == PAIR.len() {
        Some(quoted(pair))
    } else if !asked.is_empty() && !answered.is_empty() {
        Some(quoted([asked, answered].concat()))
    } else {
        None
    }
}
