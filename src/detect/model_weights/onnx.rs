//! ONNX: a protocol buffer without a magic, known by the graph of operators in it.
//! <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>

use crate::{
    detect::{
        Detection, Inspection, Out,
        bytes::{Bytes, shown},
        protobuf::{Flow, Handler, Walk},
    },
    model::{Entry, EntryPath, counted},
};

pub(super) const KIND: &str = "model-weights:onnx";

/// Versions of the format; the newest is below half of that.
const VERSIONS: std::ops::RangeInclusive<u8> = 1..=30;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let &[0x08, version, ..] = head else {
        return None;
    };
    let mut model = Model::default();
    if VERSIONS.contains(&version) {
        Walk::default().push(head, &mut model);
    }
    model.has_operator.then(|| {
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
        if last {
            self.model.end_of_tensor();
            let message = "model weights in the ONNX format".to_owned();
            let evidence = self.model.to_string();
            out.detection(Detection::new(KIND, &self.path, message, evidence));
        }
    }
}

#[derive(Default)]
struct Model {
    producer: Option<String>,
    graph: Option<String>,
    opset: Option<u64>,
    has_operator: bool,
    operators: u64,
    tensors: u64,
    parameters: u64,
    /// Of the tensor that is being read.
    product: Option<u64>,
}

impl std::fmt::Display for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told = [
            self.graph.as_ref().map(|name| format!("graph `{name}`")),
            self.producer.as_ref().map(|name| format!("made by {name}")),
            Some(counted(self.operators, "operator")),
            Some(counted(self.tensors, "tensor")),
            Some(counted(self.parameters, "parameter")),
            self.opset.map(|version| format!("opset {version}")),
        ];
        formatter.write_str(&told.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

impl Model {
    fn end_of_tensor(&mut self) {
        self.parameters = self
            .parameters
            .saturating_add(self.product.take().unwrap_or(0));
    }

    fn dimension(&mut self, size: u64) {
        self.product = Some(self.product.unwrap_or(1).saturating_mul(size));
    }
}

impl Handler for Model {
    fn begin(&mut self, path: &[u64]) -> Flow {
        match path {
            [7, 1] => {
                self.operators += 1;
                // Only the first shows that these are operators.
                match self.has_operator {
                    true => Flow::Skip,
                    false => Flow::Enter,
                }
            }
            [7, 5] => {
                self.end_of_tensor();
                self.tensors += 1;
                self.product = Some(1);
                Flow::Enter
            }
            [7 | 8] => Flow::Enter,
            [2] | [7, 2] | [7, 1, 4] | [7, 5, 1] => Flow::Keep,
            _ => Flow::Skip,
        }
    }

    fn number(&mut self, path: &[u64], number: u64) {
        match path {
            [7, 5, 1] => self.dimension(number),
            [8, 2] => self.opset = self.opset.max(Some(number)),
            _ => {}
        }
    }

    fn bytes(&mut self, path: &[u64], bytes: &[u8]) {
        match path {
            [2] => self.producer = shown(bytes),
            [7, 2] => self.graph = shown(bytes),
            [7, 1, 4] => self.has_operator |= is_operator(bytes),
            [7, 5, 1] => {
                let mut packed = Bytes::new(bytes);
                while let Some(size) = packed.varint() {
                    self.dimension(size);
                }
            }
            _ => {}
        }
    }
}

/// `Conv`, `MatMul`, `FusedMatMul`.
fn is_operator(name: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name.len() > 1 && name[0].is_ascii_uppercase() && name.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use crate::detect::{
        model_weights::testing::evidence,
        protobuf::testing::{bytes, number},
    };

    fn file() -> Vec<u8> {
        let node = |name: &[u8]| {
            bytes(
                1,
                &[bytes(1, b"x"), bytes(2, b"y"), bytes(4, name)].concat(),
            )
        };
        let tensor = [number(1, 3), number(1, 5), number(2, 1), bytes(9, &[7; 60])].concat();
        let packed = [bytes(1, &[2, 2]), number(2, 1)].concat();
        let graph = [
            node(b"Conv"),
            node(b"Relu"),
            bytes(2, b"main_graph"),
            bytes(5, &tensor),
            bytes(5, &packed),
        ]
        .concat();
        [
            number(1, 8),
            bytes(2, b"pytorch"),
            bytes(3, b"2.1.0"),
            bytes(7, &graph),
            bytes(8, &number(2, 17)),
        ]
        .concat()
    }

    #[test]
    fn a_graph_of_operators_is_a_model() {
        assert_eq!(
            evidence(&file()).as_deref(),
            Some(
                "graph `main_graph`, made by pytorch, 2 operators, 2 tensors, 19 parameters, opset 17"
            )
        );
    }

    #[test]
    fn hostile_and_other_messages_pass() {
        for end in 0..file().len() {
            evidence(&file()[..end]);
        }
        for at in 0..file().len() {
            for value in [0, 0x7f, 0xff] {
                let mut content = file();
                content[at] = value;
                evidence(&content);
            }
        }
        let no_operator = bytes(7, &bytes(1, &bytes(4, b"a lower-case text")));
        let other = [number(1, 8), bytes(2, b"pytorch")].concat();
        for content in [
            &[number(1, 8), no_operator].concat()[..],
            &other,
            b"\x08\x08",
        ] {
            assert_eq!(evidence(content), None);
        }
    }
}
