//! safetensors: a length, a JSON header with every tensor's type and place, then the numbers.
//! <https://huggingface.co/docs/safetensors/index#format>

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer as _,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{
    detect::{Detection, Inspection, Out},
    model::{Entry, EntryPath, escape},
};

pub(super) const KIND: &str = "model-weights:safetensors";

/// What the reference reader takes at most.
const LONGEST_HEADER: u64 = 100_000_000;
/// A longer header is not counted through, only recognised.
const COUNTED_HEADER: usize = 8 << 20;
const LENGTH: usize = 8;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let length = u64::from_le_bytes(*head.first_chunk()?);
    let fits = (2..=LONGEST_HEADER).contains(&length) && length + LENGTH as u64 <= entry.size;
    (fits && head.get(LENGTH) == Some(&b'{')).then(|| {
        Box::new(Header {
            path: entry.path.clone(),
            skip: LENGTH,
            length: length as usize,
            text: Vec::new(),
            done: false,
        }) as Box<dyn Inspection>
    })
}

/// A header being gathered.
struct Header {
    path: EntryPath,
    skip: usize,
    length: usize,
    text: Vec<u8>,
    done: bool,
}

impl Inspection for Header {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        if self.done {
            return;
        }
        let skipped = piece.len().min(self.skip);
        self.skip -= skipped;
        let wanted = self.length.min(COUNTED_HEADER);
        let room = wanted - self.text.len();
        let piece = &piece[skipped..];
        self.text.extend_from_slice(&piece[..piece.len().min(room)]);
        if self.text.len() < wanted && !last {
            return;
        }
        self.done = true;
        let text = std::mem::take(&mut self.text);
        let evidence = if self.length <= COUNTED_HEADER {
            let Some(tensors) = count(&text) else { return };
            tensors.to_string()
        } else if names_tensors(&text) {
            format!("a header of {} bytes", self.length)
        } else {
            return;
        };
        let message = "model weights in the safetensors format".to_owned();
        out.detection(Detection::new(KIND, &self.path, message, evidence));
    }
}

fn names_tensors(text: &[u8]) -> bool {
    ["\"dtype\"", "\"data_offsets\""]
        .iter()
        .all(|key| memchr::memmem::find(text, key.as_bytes()).is_some())
}

fn count(text: &[u8]) -> Option<Tensors> {
    let mut parser = serde_json::Deserializer::from_slice(text);
    let tensors = parser.deserialize_map(Counting).ok()?;
    (tensors.count > 0).then_some(tensors)
}

/// What a header says of the model.
#[derive(Default)]
struct Tensors {
    count: u64,
    parameters: u64,
    types: BTreeSet<String>,
}

impl fmt::Display for Tensors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types: Vec<_> = self.types.iter().map(|name| escape(name)).collect();
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        write!(
            formatter,
            "{} tensor{}, {} parameter{}, {}",
            self.count,
            plural(self.count),
            self.parameters,
            plural(self.parameters),
            types.join(" ")
        )
    }
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<u64>,
    #[serde(rename = "data_offsets")]
    _data_offsets: (u64, u64),
}

/// Counts the tensors without keeping them.
struct Counting;

impl<'de> Visitor<'de> for Counting {
    type Value = Tensors;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tensors, A::Error> {
        /// Real files hold one to three types; more are not worth showing.
        const MOST_TYPES: usize = 8;
        let mut tensors = Tensors::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let tensor: Tensor = map.next_value()?;
            let parameters = tensor
                .shape
                .iter()
                .fold(1, |product: u64, size| product.saturating_mul(*size));
            tensors.count += 1;
            tensors.parameters = tensors.parameters.saturating_add(parameters);
            if tensors.types.len() < MOST_TYPES {
                tensors.types.insert(tensor.dtype);
            }
        }
        Ok(tensors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{
        model_weights::{ModelWeights, testing::evidence},
        testing::inspect_in_steps,
    };

    fn file(header: &str) -> Vec<u8> {
        [
            &(header.len() as u64).to_le_bytes(),
            header.as_bytes(),
            &[0; 24],
        ]
        .concat()
    }

    const TENSORS: &str = r#"{"__metadata__":{"format":"pt"},
        "a":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]},
        "b":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}}"#;

    #[test]
    fn tensors_are_counted() {
        assert_eq!(
            evidence(&file(TENSORS)).as_deref(),
            Some("2 tensors, 9 parameters, BF16 F32")
        );
    }

    #[test]
    fn a_long_header_is_recognised() {
        let header = TENSORS.replacen('\n', &" ".repeat(COUNTED_HEADER), 1);
        let content = file(&header);
        let entry = Entry::file("package/data.bin", content.len() as u64);
        let found = inspect_in_steps(&ModelWeights, &entry, &content, 1 << 20);
        // What names the tensors lies beyond the part that is kept.
        assert_eq!(found.detections, []);
        let header = format!("{}{}", TENSORS, " ".repeat(COUNTED_HEADER));
        let content = file(&header);
        let entry = Entry::file("package/data.bin", content.len() as u64);
        let found = inspect_in_steps(&ModelWeights, &entry, &content, 1 << 20);
        assert_eq!(
            found.detections[0].evidence.as_str(),
            format!("a header of {} bytes", header.len())
        );
    }

    #[test]
    fn near_misses_are_not_models() {
        assert_eq!(evidence(&file("{}")), None);
        assert_eq!(
            evidence(&file(r#"{"a":{"type":"BF16","shape":[2]}}"#)),
            None
        );
        assert_eq!(evidence(&file(r#"["dtype","data_offsets"]"#)), None);
        assert_eq!(evidence(&file(TENSORS)[..40]), None);
        assert_eq!(evidence(&TENSORS.as_bytes()[..4]), None);
    }
}
