//! Waivers and what has become of them, as programs read it: in the report, and as a document of its own.

use std::io::{self, Write};

use serde::Serialize;

use super::safe_json;
use crate::{
    model::Sha256,
    policy::{Accepts, Judged, Lived, waivers_of},
};

/// A waiver, frozen.
#[derive(Serialize)]
pub(super) struct Waiver<'a> {
    state: &'static str,
    ends_soon: bool,
    days_left: Option<i32>,
    rule: Option<&'a str>,
    gap: Option<&'static str>,
    path: Option<&'a str>,
    sha256: &'a [Sha256],
    reason: &'a str,
    owner: Option<&'a str>,
    expires: Option<String>,
    forbidden_by: Option<&'a str>,
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    waivers: Vec<Waiver<'a>>,
}

/// Writes one JSON document; docs/schema/waivers-v1.json describes it.
pub fn waivers<'a>(
    all: impl IntoIterator<Item = &'a Lived>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let waivers = all.into_iter().map(Waiver::new).collect();
    let schema_version = 1;
    let document = Document {
        schema_version,
        waivers,
    };
    safe_json::write(&document, out)
}

/// Those of artifacts.
pub(super) fn all(artifacts: &[Judged]) -> Vec<Waiver<'_>> {
    let all = waivers_of(artifacts).into_iter();
    all.map(Waiver::new).collect()
}

impl<'a> Waiver<'a> {
    fn new(lived: &'a Lived) -> Self {
        let waiver = &lived.waiver;
        let (rule, gap) = match &waiver.accepts {
            Accepts::Rule(id) => (Some(id.as_str()), None),
            Accepts::Gap(kind) => (None, Some(kind.name())),
            // It is a line of the lock, and not among the waivers.
            Accepts::Pinned => (None, None),
        };
        Self {
            state: lived.state.name(),
            ends_soon: lived.ends_soon(),
            days_left: lived.days_left,
            rule,
            gap,
            path: waiver.path.as_deref(),
            sha256: &waiver.sha256,
            reason: &waiver.reason,
            owner: waiver.owner.as_deref(),
            expires: waiver.expires.map(|last| last.to_string()),
            forbidden_by: waiver.forbidden_by.as_deref(),
            file: &waiver.file,
            line: waiver.line,
        }
    }
}
