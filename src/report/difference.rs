//! What is new, as JSON for programs, schema version 1: `docs/schema/diff-v1.json` describes it.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;

use super::safe_json;
use crate::{
    diff::{Comparison, Difference, KnownBy, Pair},
    model::{self, Ecosystem, Format, Level, Origin, Severity, Sha256},
    policy::{Judged, JudgedFinding, JudgedGap, RunError},
};

/// Writes the document. `errors` say why a side, or a part of it, is not there.
pub fn differences_json(
    comparison: &Comparison<'_>,
    errors: &[RunError],
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = Document {
        schema_version: 1,
        tool: Tool {
            name: "packwarden",
            version: env!("CARGO_PKG_VERSION"),
        },
        complete: errors.is_empty() && comparison.is_complete(),
        errors: errors.iter().map(Error::new).collect(),
        differences: comparison.differences.iter().map(Compared::new).collect(),
        only_before: comparison
            .only_before
            .iter()
            .map(|one| Artifact::new(one))
            .collect(),
        only_after: comparison
            .only_after
            .iter()
            .map(|one| Artifact::new(one))
            .collect(),
    };
    safe_json::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    complete: bool,
    errors: Vec<Error<'a>>,
    differences: Vec<Compared<'a>>,
    only_before: Vec<Artifact<'a>>,
    only_after: Vec<Artifact<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Error<'a> {
    code: u8,
    message: &'a str,
    path: Option<&'a str>,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Compared<'a> {
    before: Artifact<'a>,
    after: Artifact<'a>,
    notes: &'a [String],
    first_extensions: Vec<First<'a>>,
    first_directories: Vec<First<'a>>,
    added: Vec<File<'a>>,
    removed: Vec<File<'a>>,
    changed: Vec<Changed<'a>>,
    unchanged: usize,
    new_findings: Vec<Finding<'a>>,
    gone_findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Artifact<'a> {
    path: &'a str,
    ecosystem: Option<Ecosystem>,
    format: Option<&'static str>,
    name: Option<&'a str>,
    version: Option<&'a str>,
    size: u64,
    unpacked_size: u64,
    sha256: Option<Sha256>,
    entries: u64,
    origin: Origin,
    outcome: &'static str,
    gaps: Vec<Gap<'a>>,
}

#[derive(Serialize)]
struct Gap<'a> {
    kind: &'static str,
    path: Option<&'a str>,
    reason: &'a str,
    waived: bool,
}

#[derive(Serialize)]
struct First<'a> {
    name: &'a str,
    files: usize,
    bytes: u64,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    size: u64,
    sha256: Option<Sha256>,
    binary: bool,
}

#[derive(Serialize)]
struct Changed<'a> {
    known_by: &'static str,
    before: File<'a>,
    after: File<'a>,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    severity: Severity,
    level: Level,
    path: &'a str,
    line: Option<u64>,
    message: &'a str,
    evidence: &'a str,
    fingerprint: String,
    waived: bool,
}

impl<'a> Error<'a> {
    fn new(error: &'a RunError) -> Self {
        Self {
            code: error.code,
            message: &error.message,
            path: error.path.as_deref(),
            help: error.help.as_deref(),
        }
    }
}

impl<'a> Compared<'a> {
    fn new(difference: &'a Difference<'a>) -> Self {
        let is_told = |pair: &&Pair<'_>| pair.has_changed() || pair.known_by != KnownBy::Path;
        let pairs = &difference.files.pairs;
        let changed: Vec<_> = pairs.iter().filter(is_told).map(Changed::new).collect();
        Self {
            before: Artifact::new(difference.before),
            after: Artifact::new(difference.after),
            notes: &difference.notes,
            first_extensions: firsts(&difference.first.extensions),
            first_directories: firsts(&difference.first.directories),
            added: difference.added().into_iter().map(File::new).collect(),
            removed: difference.removed().into_iter().map(File::new).collect(),
            unchanged: pairs.len() - changed.len(),
            changed,
            new_findings: difference.new.iter().map(|one| Finding::new(one)).collect(),
            gone_findings: difference
                .gone
                .iter()
                .map(|one| Finding::new(one))
                .collect(),
        }
    }
}

impl<'a> Artifact<'a> {
    fn new(judged: &'a Judged) -> Self {
        let artifact = &judged.artifact;
        Self {
            path: &artifact.path,
            ecosystem: artifact.format.map(Format::ecosystem),
            format: artifact.format.map(Format::name),
            name: artifact.name.as_deref(),
            version: artifact.version.as_deref(),
            size: artifact.size,
            unpacked_size: artifact.unpacked_size,
            sha256: artifact.sha256,
            entries: artifact.entries,
            origin: artifact.origin,
            outcome: judged.outcome().name(),
            gaps: judged.gaps.iter().map(Gap::new).collect(),
        }
    }
}

impl<'a> Gap<'a> {
    fn new(judged: &'a JudgedGap) -> Self {
        Self {
            kind: judged.gap.kind.name(),
            path: judged.gap.path.as_ref().map(|path| path.as_str()),
            reason: &judged.gap.reason,
            waived: judged.waiver.is_some(),
        }
    }
}

fn firsts<'a>(seen: &'a BTreeMap<String, Vec<&model::Listed>>) -> Vec<First<'a>> {
    let first = |(name, files): (&'a String, &Vec<&model::Listed>)| First {
        name,
        files: files.len(),
        bytes: files.iter().map(|file| file.size).sum(),
    };
    seen.iter().map(first).collect()
}

impl<'a> File<'a> {
    fn new(listed: &'a model::Listed) -> Self {
        Self {
            path: listed.path.as_str(),
            size: listed.size,
            sha256: listed.sha256,
            binary: listed.binary,
        }
    }
}

impl<'a> Changed<'a> {
    fn new(pair: &Pair<'a>) -> Self {
        Self {
            known_by: match pair.known_by {
                KnownBy::Path => "path",
                KnownBy::Content => "content",
                KnownBy::HashedName => "hashed-name",
            },
            before: File::new(pair.before),
            after: File::new(pair.after),
        }
    }
}

impl<'a> Finding<'a> {
    fn new(judged: &'a JudgedFinding) -> Self {
        let finding = &judged.finding;
        Self {
            rule: &finding.rule.id,
            severity: finding.rule.severity,
            level: judged.level,
            path: finding.path.as_str(),
            line: finding.location.line,
            message: &finding.message,
            evidence: finding.evidence.as_str(),
            fingerprint: finding.fingerprint().to_string(),
            waived: judged.waiver.is_some(),
        }
    }
}
