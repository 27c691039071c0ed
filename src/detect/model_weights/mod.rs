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

use super::{Detection, Detector, Facts, Inspection, unreadable};
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
    unreadable::KIND,
];

/// Looks at an entry's first bytes, and goes on where they are those of its format.
type Inspect = fn(&Entry, &[u8]) -> Option<Box<dyn Inspection>>;

/// What is called so is of one of the formats.
const NAMES: [&str; 4] = ["safetensors", "onnx", "gguf", "tflite"];
/// One line for each format that is recognised by content.
const FORMATS: [Inspect; 11] = [
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
    |entry, head| unreadable::inspect(entry, head, &NAMES),
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
mod tests {
    use super::*;
    use crate::detect::testing::inspect;

    #[test]
    fn what_is_called_weights_and_is_not_readable_is_told_of() {
        let said = |path: &str, content: &[u8]| {
            let entry = Entry::file(path, content.len() as u64);
            let recorder = inspect(&ModelWeights, &entry, content);
            let mut detections = recorder.detections.into_iter();
            detections.next().map(|one| (one.kind, one.message))
        };
        let told = |name: &str| {
            let message = format!("called .{name} but can't be read as one");
            Some((unreadable::KIND, message))
        };
        let damaged = [0xff; 40];
        assert_eq!(said("package/a.SafeTensors", &damaged), told("safetensors"));
        assert_eq!(said("package/a.onnx", &damaged), told("onnx"));
        assert_eq!(said("package/a.gguf", b"GGUX"), told("gguf"));
        assert_eq!(said("package/a.onnx", b""), None);
        assert_eq!(
            said(
                "package/a.onnx",
                b"version https://git-lfs.github.com/spec/v1"
            ),
            None
        );
        assert_eq!(said("package/a.bin", &damaged), None);
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
