//! Model weights that a few magic bytes do not show: safetensors and pickle.
//!
//! Neither is ever loaded: a pickle is a program, and to read it with Python's own reader is to run
//! it.

mod pickle;
mod safetensors;

use super::{Detection, Detector, Inspection};
use crate::model::{Context, Entry, EntryKind, EntryPath, Evidence, Location};

pub(super) const KINDS: &[&str] = &[safetensors::KIND, pickle::KIND];

pub(super) struct ModelWeights;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(ModelWeights)
}

impl Detector for ModelWeights {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        if entry.kind != EntryKind::File || entry.opened {
            return None;
        }
        safetensors::inspect(entry, head).or_else(|| pickle::inspect(entry, head))
    }
}

fn detection(kind: &'static str, path: &EntryPath, message: String, evidence: String) -> Detection {
    Detection {
        kind,
        path: path.clone(),
        location: Location::default(),
        message,
        evidence: Evidence::fact(evidence),
        fix: None,
        sha256: None,
    }
}
