//! What is particular to wheels: the list of files that every installer goes by, and what lies where
//! an installer puts it beside other packages.

mod record;
mod top_level;

use super::{Detection, Detector, Fact, Facts, Inspection, Out};
use crate::model::{Context, Entry, EntryKind, EntryPath, Evidence, Format, Location, escape};

pub use record::WheelRecord;

const UNLISTED: &str = "wheel:unlisted-file";
const MISMATCH: &str = "wheel:record-mismatch";
const INCOMPLETE: &str = "wheel:record-incomplete";
const TOP_LEVEL: &str = "wheel:unexpected-top-level";
pub(super) const KINDS: &[&str] = &[UNLISTED, MISMATCH, INCOMPLETE, TOP_LEVEL];

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
        match is_record(&entry.path) {
            true => Some(Box::new(record::Reading::new(&entry.path))),
            false => Some(Box::new(Member(entry.path.clone()))),
        }
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        if facts.format == Some(Format::Wheel) {
            record::compare(facts, out);
            top_level::check(facts, out);
        }
    }
}

/// `NAME-VERSION.dist-info/RECORD`.
fn is_record(path: &EntryPath) -> bool {
    let directory = path.as_str().strip_suffix("/RECORD");
    directory.is_some_and(|directory| !directory.contains('/') && directory.ends_with(".dist-info"))
}

/// A file, whose hash is kept.
struct Member(EntryPath);

impl Inspection for Member {
    fn push(&mut self, _: &[u8], last: bool, out: &mut dyn Out) {
        if last {
            out.fact(Fact::WheelFile(self.0.clone()));
        }
    }
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
