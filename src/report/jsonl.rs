//! JSON lines, for audits of many packages: an artifact or an error on each line, and a summary on the last.

use std::{
    io::{self, Write},
    slice,
};

use serde::Serialize;

use super::{
    Style,
    json::{Report, SCHEMA_VERSION, Stay, Summary, moment, stays},
    safe_json,
};
use crate::{
    model::Skipped,
    policy::{Judged, Outcome, Verdict},
};

/// A document of the format `json`, of one artifact or one error.
#[derive(Serialize)]
struct One<'a> {
    r#type: &'static str,
    #[serde(flatten)]
    report: Report<'a>,
}

#[derive(Serialize)]
struct Last<'a> {
    r#type: &'static str,
    schema_version: u32,
    outcome: &'static str,
    exit_code: u8,
    checked_at: String,
    elapsed_ms: u128,
    passed: usize,
    blocked: usize,
    incomplete: usize,
    errors: usize,
    skipped: &'a [Skipped],
    summary: Summary,
    history: Option<Vec<Stay<'a>>>,
}

/// Writes the lines.
pub(super) fn write(verdict: &Verdict, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for judged in &verdict.artifacts {
        let report = Report::of(verdict, judged.outcome(), slice::from_ref(judged), &[]);
        let r#type = "artifact";
        safe_json::write_compact(&One { r#type, report }, out)?;
    }
    for error in &verdict.errors {
        let report = Report::of(verdict, Outcome::Error, &[], slice::from_ref(error));
        let r#type = "error";
        safe_json::write_compact(&One { r#type, report }, out)?;
    }
    let number = |outcome| {
        let all = verdict.artifacts.iter().map(Judged::outcome);
        all.filter(|one| *one == outcome).count()
    };
    let last = Last {
        r#type: "summary",
        schema_version: SCHEMA_VERSION,
        outcome: verdict.outcome().name(),
        exit_code: verdict.exit_code(),
        checked_at: moment(verdict),
        elapsed_ms: verdict.elapsed.as_millis(),
        passed: number(Outcome::Passed),
        blocked: number(Outcome::Blocked),
        incomplete: number(Outcome::Incomplete),
        errors: verdict.errors.len(),
        skipped: &verdict.skipped,
        summary: verdict.summary().into(),
        history: stays(verdict),
    };
    safe_json::write_compact(&last, out)
}
