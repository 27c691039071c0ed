//! Model weights, by what their headers say, under any name.
//!
//! None is ever loaded: a pickle is a program, and to read it with Python's own reader is to run it.

mod coreml;
mod fasttext;
mod gguf;
mod hdf5;
mod onnx;
mod pickle;
mod pytorch;
mod safetensors;
mod tensorflow;
mod tflite;

use super::{Detection, Detector, Facts, Inspection};
use crate::model::{Context, Entry, EntryKind};

pub(super) const KINDS: &[&str] = &[
    coreml::KIND,
    fasttext::KIND,
    gguf::KIND,
    hdf5::KIND,
    onnx::KIND,
    pickle::KIND,
    pytorch::KIND,
    safetensors::KIND,
    tensorflow::KIND,
    tflite::KIND,
];

/// Looks at an entry's first bytes, and goes on where they are those of its format.
type Inspect = fn(&Entry, &[u8]) -> Option<Box<dyn Inspection>>;

/// One line for each format that is recognised by content.
const FORMATS: [Inspect; 10] = [
    safetensors::inspect,
    pickle::inspect,
    gguf::inspect,
    onnx::inspect,
    tflite::inspect,
    hdf5::inspect,
    fasttext::inspect,
    coreml::inspect,
    tensorflow::inspect,
    pickle::inspect_named,
];

pub(super) struct ModelWeights;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(ModelWeights)
}

impl Detector for ModelWeights {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        if entry.kind != EntryKind::File || entry.opened {
            return None;
        }
        FORMATS.iter().find_map(|inspect| inspect(entry, head))
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        pytorch::conclude(facts, out);
    }
}

#[cfg(test)]
mod testing {
    use super::ModelWeights;
    use crate::{
        detect::testing::{inspect, inspect_in_steps},
        model::Entry,
    };

    /// What a file is told by, in one piece as in many.
    pub(super) fn evidence(content: &[u8]) -> Option<String> {
        let entry = Entry::file("package/data.bin", content.len() as u64);
        let whole = inspect(&ModelWeights, &entry, content);
        let pieces = inspect_in_steps(&ModelWeights, &entry, content, 5);
        assert_eq!(whole.said(), pieces.said());
        let first = whole.detections.first()?;
        Some(first.evidence.as_str().to_owned())
    }
}
