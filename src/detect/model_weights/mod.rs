//! Model weights that a few magic bytes do not show: safetensors and pickle.
//!
//! Neither is ever loaded: a pickle is a program, and to read it with Python's own reader is to run
//! it.

mod pickle;
mod safetensors;

use super::{Detector, Inspection};
use crate::model::{Context, Entry, EntryKind};

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
