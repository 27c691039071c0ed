//! TensorFlow's SavedModel: a protocol buffer of the graph; its numbers lie in files beside it.
//! <https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/saved_model.proto>

use crate::{
    detect::{
        Detection, Inspection, Out,
        bytes::shown,
        protobuf::{Flow, Handler, Walk},
    },
    model::{Entry, EntryPath},
};

pub(super) const KIND: &str = "model-weights:tensorflow";

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    head.starts_with(&[0x08, 0x01, 0x12]).then(|| {
        Box::new(Reading {
            path: entry.path.clone(),
            walk: Walk::default(),
            model: Model::default(),
        }) as Box<dyn Inspection>
    })
}

struct Reading {
    path: EntryPath,
    walk: Walk,
    model: Model,
}

impl Inspection for Reading {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.walk.push(piece, &mut self.model);
        // The tags and the version are what other messages with such a beginning do not have.
        if let (true, Some(version), [_, ..]) = (last, &self.model.version, &self.model.tags[..]) {
            let message = "a TensorFlow model (SavedModel)".to_owned();
            let tags = self.model.tags.join(" ");
            let evidence = format!("TensorFlow {version}, tags {tags}");
            out.detection(Detection::new(KIND, &self.path, message, evidence));
        }
    }
}

#[derive(Default)]
struct Model {
    version: Option<String>,
    tags: Vec<String>,
}

/// More tags than that are not shown.
const TAGS: usize = 8;

impl Handler for Model {
    fn begin(&mut self, path: &[u64]) -> Flow {
        match path {
            [2] | [2, 1] => Flow::Enter,
            [2, 1, 4 | 5] => Flow::Keep,
            _ => Flow::Skip,
        }
    }

    fn number(&mut self, _: &[u64], _: u64) {}

    fn bytes(&mut self, path: &[u64], bytes: &[u8]) {
        let is_version = |text: &String| text.starts_with(|c: char| c.is_ascii_digit());
        match path {
            [2, 1, 5] => self.version = shown(bytes).filter(is_version),
            _ if self.tags.len() < TAGS => self.tags.extend(shown(bytes)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::{
        model_weights::testing::evidence,
        protobuf::testing::{bytes, number},
    };

    #[test]
    fn a_graph_with_its_version_is_a_model() {
        let file = |about: &[u8]| [number(1, 1), bytes(2, &bytes(1, about))].concat();
        let about = [
            bytes(2, &[7; 70_000]),
            bytes(4, b"serve"),
            bytes(5, b"2.15.0"),
        ]
        .concat();
        assert_eq!(
            evidence(&file(&about)).as_deref(),
            Some("TensorFlow 2.15.0, tags serve")
        );
        assert_eq!(evidence(&file(&bytes(4, b"serve"))), None);
        let other = [bytes(4, b"a"), bytes(5, b"b")].concat();
        assert_eq!(evidence(&file(&other)), None);
        for end in 0..12 {
            assert_eq!(evidence(&file(&about)[..end]), None);
        }
    }
}
