//! One artifact times the rule set times a context: findings and gaps.
//!
//! One thread decompresses and walks the archive, the others match; a bounded channel between them
//! keeps memory independent of the artifact's size. When all entries are read, what needs the whole
//! artifact is concluded from the facts.

mod bounds;
mod changes;
mod collected;
mod declared;
mod decoding;
mod docstrings;
mod encoded;
mod entry_scan;
mod example_tree;
mod examples;
mod hashing;
mod key_collection;
mod manifest;
mod members;
mod pipeline;
mod redaction;
mod steady_file;
mod surroundings;
#[cfg(test)]
mod tests;

use std::io::Read;

use crate::{
    detect::{self, Detector},
    model::{
        ArtifactInfo, Context, Destination, Entry, EntryKind, Limits, Origin, PackedBy, Progress,
        Rebuilt, Scanned,
    },
    rule::RuleSet,
};

use bounds::Bounds;
use entry_scan::EntryScan;
use hashing::HashingReader;

pub use changes::changes;
pub use examples::{Failure, run_examples};
pub use members::members;
pub use redaction::Redaction;
pub use steady_file::SteadyFile;

/// Where the texts are that a registry shows beside an artifact: no entry of an archive can be called so.
const BESIDE: &str = "!/registry/";

/// An artifact about to be read.
pub struct Source {
    /// What the user knows it by.
    pub label: String,
    /// Its file name, where it has one.
    pub file_name: Option<String>,
    /// Its bytes; read once, in order.
    pub content: Box<dyn Read + Send>,
    /// Where the bytes come from.
    pub origin: Origin,
    /// The client that packed it.
    pub packed_by: Option<PackedBy>,
    /// Where it would go, if anybody was asked.
    pub destination: Option<Destination>,
    /// Whether its SHA-512 is wanted.
    pub sha512: bool,
}

/// A scan that could not be carried out. What lies in the artifact is never an error, but a gap.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// A thread died; what it has not told is unknown.
    #[error("an internal error stopped the scan of {label}")]
    #[diagnostic(help(
        "this is a defect of packwarden: please report it with the artifact's name"
    ))]
    Panicked {
        /// The artifact.
        label: String,
    },
}

/// What every entry is matched against.
struct Scope<'s> {
    rules: &'s RuleSet,
    detectors: Vec<Box<dyn Detector>>,
    limits: &'s Limits,
    derived: pipeline::DerivedBudget,
    bounds: Bounds<'s>,
    redaction: Redaction<'s>,
    inventory: bool,
}

/// Reads and matches one artifact.
pub fn scan(
    source: Source,
    rules: &RuleSet,
    context: &Context,
    limits: &Limits,
    progress: &Progress,
) -> Result<Scanned, Error> {
    let panicked = || Error::Panicked {
        label: source.label.clone(),
    };
    let scope = Scope {
        rules,
        detectors: detect::DETECTORS
            .iter()
            .map(|line| (line.make)(context))
            .collect(),
        limits,
        derived: pipeline::DerivedBudget::default(),
        bounds: Bounds::new(limits),
        redaction: Redaction::new(Some(rules), &context.live_secrets),
        inventory: context.inventory,
    };
    let mut reader = HashingReader::new(source.content, source.sha512);
    let (summary, mut collected) =
        pipeline::run(&mut reader, source.file_name.as_deref(), &scope, progress)
            .map_err(|_| panicked())?;
    for beside in &context.beside {
        let text = beside.text.as_bytes();
        let entry = Entry {
            kind: EntryKind::Derived,
            ..Entry::file(&format!("{BESIDE}{}", beside.name), text.len() as u64)
        };
        EntryScan::new(&scope, entry).push(text, true, &mut collected);
    }
    let packed = reader
        .finish(|| scope.bounds.late())
        .map_err(|_| panicked())?;
    let is_whole = summary.release.is_some() && !scope.bounds.stopped();
    let fresh = context.dist.as_ref().and_then(|dist| dist.fresh.as_ref());
    let rebuilt = fresh.filter(|_| is_whole).map(|fresh| Rebuilt {
        by: fresh.by.clone(),
        comparison: detect::compare(&collected.facts, fresh),
    });
    let concluded = collected.conclude(&scope, &summary);

    let mut self_match: Vec<_> = context.self_values.iter().map(|value| value.kind).collect();
    self_match.sort();
    self_match.dedup();
    let identity = concluded.manifest.clone().unwrap_or_default();
    let mut scanned = Scanned {
        artifact: ArtifactInfo {
            path: source.label,
            format: summary.format,
            name: identity.name,
            version: identity.version,
            size: packed.size,
            unpacked_size: summary.unpacked_size,
            sha256: packed.sha256,
            sha512: packed.sha512,
            entries: summary.entries,
            origin: source.origin,
            packed_by: source.packed_by,
            earlier: None,
            rebuilt,
            commit: None,
            dirty: None,
            commit_unknown: None,
            withdrawn: None,
            destination: match (&context.asked_of, &concluded.manifest) {
                (Some(asked_of), Some(packed)) if !asked_of.goes_where(packed) => {
                    Some(Destination::contradicted())
                }
                _ => source.destination,
            },
        },
        manifest: concluded.manifest,
        findings: concluded.findings,
        inventory: concluded.inventory,
        gaps: concluded.gaps,
        rules: rules.len(),
        self_match,
        secrets: context.live_secrets.secrets.len(),
        unread: context.live_secrets.unread.clone(),
        limits: limits.clone(),
    };
    scope.redaction.scanned(&mut scanned);
    Ok(scanned)
}
