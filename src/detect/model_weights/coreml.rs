//! Core ML: a protocol buffer without a magic, known by what it says of the model's inputs.
//! <https://apple.github.io/coremltools/mlmodel/Format/Model.html>

use crate::{
    detect::{
        Detection, Inspection,
        bytes::shown,
        content::told,
        protobuf::{Flow, Handler, Walk},
    },
    model::Entry,
};

pub(super) const KIND: &str = "model-weights:coreml";

/// Versions of the format; the newest is below half of that.
const VERSIONS: std::ops::RangeInclusive<u8> = 1..=20;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let &[0x08, version, 0x12, ..] = head else {
        return None;
    };
    let mut model = Model::default();
    if VERSIONS.contains(&version) {
        Walk::default().push(head, &mut model);
    }
    let (Some(kind), Some(input)) = (model.kind, model.input) else {
        return None;
    };
    let message = "a Core ML model".to_owned();
    let evidence = format!("{kind}, input `{input}`, specification version {version}");
    Some(told(Detection::new(KIND, &entry.path, message, evidence)))
}

#[derive(Default)]
struct Model {
    input: Option<String>,
    kind: Option<&'static str>,
}

impl Handler for Model {
    fn begin(&mut self, path: &[u64]) -> Flow {
        match path {
            [2] | [2, 1] => Flow::Enter,
            [2, 1, 1] => Flow::Keep,
            [number] => {
                self.kind = self.kind.or_else(|| kind(*number));
                Flow::Skip
            }
            _ => Flow::Skip,
        }
    }

    fn number(&mut self, _: &[u64], _: u64) {}

    fn bytes(&mut self, _: &[u64], bytes: &[u8]) {
        self.input = self.input.take().or_else(|| shown(bytes));
    }
}

/// What the field with the model itself is called in the format.
fn kind(number: u64) -> Option<&'static str> {
    Some(match number {
        200..=202 => "a pipeline",
        300 | 400 => "a linear model",
        301 | 401 => "a support vector machine",
        302 | 402 => "an ensemble of trees",
        303 | 403 | 500 => "a neural network",
        404 => "nearest neighbours",
        502 => "an ML program",
        555 | 556 => "a model with code of its own",
        2000..=2006 => "a text, picture or sound model",
        3000 => "a serialised model",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::detect::{
        model_weights::testing::evidence,
        protobuf::testing::{bytes, number},
    };

    #[test]
    fn a_described_model_is_known() {
        let description = bytes(2, &bytes(1, &bytes(1, b"image")));
        let file = [number(1, 5), description.clone(), bytes(500, &[7; 90])].concat();
        assert_eq!(
            evidence(&file).as_deref(),
            Some("a neural network, input `image`, specification version 5")
        );
        for at in 0..file.len() {
            for value in [0, 0x7f, 0xff] {
                let mut content = file.clone();
                content[at] = value;
                evidence(&content);
            }
        }
        let no_model = [number(1, 5), description].concat();
        let no_input = [number(1, 5), bytes(2, b""), bytes(500, b"a")].concat();
        for content in [no_model, no_input, b"\x08\x05\x12".to_vec()] {
            assert_eq!(evidence(&content), None);
        }
    }
}
