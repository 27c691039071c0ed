//! What is particular to wheels: the list of files that every installer goes by, and what lies where
//! an installer puts it beside other packages.

mod compare;
mod outside;
mod record;
mod told;
mod top_level;

use std::collections::BTreeMap;

use super::{Detection, Detector, Fact, Facts, Inspection, Out, content::Content};
use crate::model::{Context, Entry, EntryKind, EntryPath, Evidence, Format, Location, escape};

pub use record::WheelRecord;

const UNLISTED: &str = "wheel:unlisted-file";
const MISMATCH: &str = "wheel:record-mismatch";
const INCOMPLETE: &str = "wheel:record-incomplete";
const TOP_LEVEL: &str = "wheel:unexpected-top-level";
const DIRECT_URL: &str = "wheel:direct-url";
const DATA_FILE: &str = "wheel:data-file";
pub(super) const KINDS: &[&str] = &[
    UNLISTED, MISMATCH, INCOMPLETE, TOP_LEVEL, DIRECT_URL, DATA_FILE,
];

struct Wheels;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Wheels)
}

impl Detector for Wheels {
    fn inspect(&self, entry: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        let is_member = entry.path.is_rootless() && entry.depth == 0;
        if !is_member || entry.kind != EntryKind::File {
            return None;
        }
        let is_record = is_metadata(&entry.path, "RECORD");
        Some(Box::new(Member {
            path: entry.path.clone(),
            record: is_record.then(|| Content::new(record::LONGEST)),
        }))
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        if facts.format != Some(Format::Wheel) {
            return;
        }
        // Of a wheel that was not read to its end nobody knows what is not in it.
        if let Some(release) = &facts.release {
            compare::compare(release, facts, out);
        }
        top_level::check(facts, out);
        outside::check(facts, out);
    }
}

/// A file, whose hash is kept; of the list of files, the content.
struct Member {
    path: EntryPath,
    record: Option<Content>,
}

impl Inspection for Member {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        if let Some(record) = &mut self.record {
            record.push(piece);
        }
        if !last {
            return;
        }
        out.fact(Fact::WheelFile(self.path.clone()));
        if let Some(mut record) = self.record.take() {
            let record = WheelRecord::parse(&self.path, record.take().as_deref());
            out.fact(Fact::WheelRecord(Box::new(record)));
        }
    }
}

/// Whether it is `NAME-VERSION.dist-info/FILE`.
fn is_metadata(path: &EntryPath, file: &str) -> bool {
    path.in_dist_info().is_some_and(|(_, name)| name == file)
}

/// The directory, KIND and REST of `NAME-VERSION.data/KIND/REST`.
fn in_data(path: &EntryPath) -> Option<(&str, &str, &str)> {
    let (directory, below) = path.as_str().split_once('/')?;
    let (kind, rest) = below.split_once('/')?;
    directory
        .ends_with(".data")
        .then_some((directory, kind, rest))
}

/// The first file of each key, and how many there are.
fn grouped<'f, K: Ord>(
    files: &'f [EntryPath],
    key: impl Fn(&'f EntryPath) -> Option<K>,
) -> BTreeMap<K, (&'f EntryPath, usize)> {
    let mut groups = BTreeMap::new();
    for path in files {
        if let Some(key) = key(path) {
            let (first, count) = groups.entry(key).or_insert((path, 0));
            *first = (*first).min(path);
            *count += 1;
        }
    }
    groups
}

fn detection(
    kind: &'static str,
    path: &EntryPath,
    line: Option<u64>,
    message: String,
    evidence: &str,
) -> Detection {
    Detection {
        kind,
        path: path.clone(),
        location: Location {
            line,
            ..Location::default()
        },
        message,
        evidence: Evidence::fact(escape(evidence)),
        fix: None,
        sha256: None,
    }
}
