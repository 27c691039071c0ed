//! Code quality for GitLab: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    Style,
    remark::{Remark, Standing, remarks},
    safe_json,
};
use crate::{model::Severity, policy::Verdict};

#[derive(Serialize)]
struct Degradation<'a> {
    description: String,
    check_name: String,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// Writes the list. What is waived is left out: GitLab has no word for it.
pub(super) fn write(verdict: &Verdict, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let remarks = remarks(verdict);
    let open = remarks.iter();
    let open = open.filter(|remark| remark.standing() != Standing::Waived);
    let list: Vec<Degradation<'_>> = open.map(Degradation::new).collect();
    safe_json::write(&list, out)
}

impl<'a> Degradation<'a> {
    fn new(remark: &'a Remark<'_>) -> Self {
        let place = remark.place();
        let line = place.as_ref().and_then(|place| place.line);
        Self {
            description: remark.text_and_fix(),
            check_name: remark.id().into_owned(),
            fingerprint: &remark.key,
            severity: severity(remark),
            location: Location {
                // It wants a path for what is about none, too.
                path: place.map_or_else(|| ".".to_owned(), |place| place.path.into_owned()),
                lines: Lines {
                    begin: line.unwrap_or(1),
                },
            },
        }
    }
}

/// What stops the publish stands above all that does not.
fn severity(remark: &Remark<'_>) -> &'static str {
    match (remark.standing(), remark.severity()) {
        (Standing::Blocks, Severity::Critical | Severity::High) => "blocker",
        (Standing::Blocks, Severity::Medium | Severity::Low) => "critical",
        (Standing::Warns, _) => "major",
        (Standing::Notes | Standing::Waived, Severity::Low) => "info",
        (Standing::Notes | Standing::Waived, _) => "minor",
    }
}
