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
pub(super) const KEYS: [&str; 17] = [
    "\"messages\"",
    "\"contents\"",
    "\"conversations\"",
    "\"prompt\"",
    "\"instruction\"",
    "\"question\"",
    "\"query\"",
    "\"user_input\"",
    "\"chosen\"",
    "\"preferred_output\"",
    "\"choices\"",
    "\"ideal\"",
    "\"sessionId\"",
    "\"session_meta\"",
    "\"response_item\"",
    "\"event_msg\"",
    "\"turn_context\"",
];
/// Lists of turns, who speaks in each, and what is said, of which one is enough: a turn that calls a tool says
/// nothing else.
const TURNS: [(&str, &str, &[&str]); 4] = [
    (
        "messages",
        "role",
        &["content", "tool_calls", "function_call"],
    ),
    ("conversations", "from", &["value"]),
    ("conversations", "role", &["content", "tool_calls"]),
    ("contents", "role", &["parts"]),
];
/// Columns that hold such lists.
const COLUMNS: [&str; 2] = ["messages", "conversations"];
/// What is asked, and what is answered.
const ASKED: [&str; 3] = ["prompt", "instruction", "question"];
const ANSWERED: [&str; 4] = ["completion", "response", "output", "answer"];
const PAIRS: [[&str; 2]; 2] = [
    ["chosen", "rejected"],
    ["preferred_output", "non_preferred_output"],
];
/// What is asked in an evaluation, and what its answer is held against.
const EXAMINED: [&str; 4] = ["question", "query", "prompt", "user_input"];
const EXPECTED: [&str; 9] = [
    "ideal",
    "reference",
    "ground_truth",
    "ground_truths",
    "expected_output",
    "reference_answer",
    "reference_answers",
    "golden_answer",
    "rubric",
];
/// What a question may be answered with, and which of these is right.
const CHOICES: [&str; 2] = ["choices", "options"];
const RIGHT: [&str; 6] = [
    "answer",
    "answer_index",
    "answer_idx",
    "answerKey",
    "correct_answer",
    "label",
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
        if PAIRS.iter().any(|pair| pair.iter().all(has)) {
            return Some(Row::Preference);
        }
        let is_sample = has(&"input") && has(&"ideal");
        let is_expected = EXPECTED.iter().any(has);
        let is_choice = CHOICES.iter().any(has) && RIGHT.iter().any(has);
        if is_sample || EXAMINED.iter().any(has) && (is_expected || is_choice) {
            return Some(Row::Evaluation);
        }
        // A line of a batch holds the request as it is sent.
        let request = row.get("body").filter(|_| is_text(&"custom_id"));
        let is_answered = ASKED.iter().any(has) && ANSWERED.iter().any(has);
        let is_turns = has_turns(row) || request.is_some_and(has_turns);
        (is_turns || is_answered).then_some(Row::Conversation)
    }
}

/// Whether a row has a list of turns.
fn has_turns(row: &Value) -> bool {
    TURNS.iter().any(|(key, who, said)| {
        let turns = row.get(key).and_then(Value::as_array);
        let is_turn = |turn: &Value| {
            turn.get(who).is_some() && said.iter().any(|said| turn.get(said).is_some())
        };
        turns.is_some_and(|turns| !turns.is_empty() && turns.iter().all(is_turn))
    })
}

/// What the columns of a table say of conversations, if they do.
pub(in crate::detect) fn columns(names: &[String]) -> Option<String> {
    let named = |name: &&&str| names.iter().any(|column| column == **name);
    let quoted = |names: Vec<&&str>| {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("columns {}", names.join(", "))
    };
    let turns: Vec<_> = COLUMNS.iter().filter(named).collect();
    let pair = PAIRS
        .iter()
        .find(|pair| pair.iter().all(|name| named(&name)));
    let asked: Vec<_> = ASKED.iter().filter(named).collect();
    let answered: Vec<_> = ANSWERED.iter().filter(named).collect();
    if !turns.is_empty() {
        Some(quoted(turns))
    } else if let Some(pair) = pair {
        Some(quoted(pair.iter().collect()))
    } else if !asked.is_empty() && !answered.is_empty() {
        Some(quoted([asked, answered].concat()))
    } else {
        None
    }
}
