//! TensorFlow Lite (LiteRT): a FlatBuffer with graphs of operators.
//! <https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs>

use crate::{
    detect::{Detection, Inspection, bytes::shown, content::beginning, flatbuffer::Table},
    model::{Entry, counted},
};

pub(super) const KIND: &str = "model-weights:tflite";

const IDENTIFIER: &[u8] = b"TFL3";
/// Graphs lie before the numbers in most files; where not, and beyond this, they are not described.
const READ: usize = 4 << 20;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    // The root table's offset is small.
    let is_model = head.get(2..4)? == [0, 0] && head.get(4..8)? == IDENTIFIER;
    let path = entry.path.clone();
    is_model.then(|| {
        beginning(READ, move |bytes, _, out| {
            let message = "model weights in the TensorFlow Lite format".to_owned();
            out.detection(Detection::new(KIND, &path, message, described(bytes)));
        })
    })
}

fn described(bytes: &[u8]) -> String {
    let Some(model) = Table::new(bytes, 0) else {
        return "its header can't be read".to_owned();
    };
    let (mut graphs, mut tensors, mut operators) = (0, 0, 0);
    for graph in model.tables(2) {
        graphs += 1;
        tensors += graph.length(0).unwrap_or(0);
        operators += graph.length(3).unwrap_or(0);
    }
    let told = [
        model
            .text(3)
            .and_then(shown)
            .map(|text| format!("`{text}`")),
        (graphs > 0).then(|| counted(tensors, "tensor")),
        (graphs > 0).then(|| counted(operators, "operator")),
        model
            .scalar(0)
            .map(|version| format!("schema version {}", u32::from_le_bytes(version))),
    ];
    let told: Vec<_> = told.into_iter().flatten().collect();
    match told.is_empty() {
        true => "its header says nothing".to_owned(),
        false => told.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{
        flatbuffer::testing::{Field, buffer},
        model_weights::testing::evidence,
    };

    fn file() -> Vec<u8> {
        let tensors = Field::Tables(vec![vec![], vec![], vec![]]);
        let operators = Field::Tables(vec![vec![], vec![]]);
        let graph = vec![tensors, Field::None, Field::None, operators];
        let fields = [
            Field::Scalar(3u32.to_le_bytes().to_vec()),
            Field::None,
            Field::Tables(vec![graph]),
            Field::Text("MLIR Converted."),
        ];
        buffer(IDENTIFIER, &fields)
    }

    #[test]
    fn graphs_are_counted() {
        assert_eq!(
            evidence(&file()).as_deref(),
            Some("`MLIR Converted.`, 3 tensors, 2 operators, schema version 3")
        );
    }

    #[test]
    fn offsets_are_not_trusted() {
        for at in 8..file().len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut content = file();
                content[at] = value;
                assert!(evidence(&content).is_some(), "{at}");
            }
            assert!(evidence(&file()[..at]).is_some(), "{at}");
        }
        assert_eq!(evidence(b"\xff\xff\xff\xffTFL3"), None);
        assert_eq!(
            evidence(b"\xff\xff\0\0TFL3").as_deref(),
            Some("its header can't be read")
        );
        assert_eq!(evidence(b"TFL3 is its name"), None);
    }
}
