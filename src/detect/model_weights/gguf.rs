//! GGUF: what a model is, as keys and values, then its tensors' shapes, then the numbers.
//! <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>

use crate::{
    detect::{
        Detection, Inspection,
        bytes::{Bytes, shown},
        content::beginning,
    },
    model::{Entry, counted},
};

pub(super) const KIND: &str = "model-weights:gguf";

const MAGIC: &[u8] = b"GGUF";
/// Vocabularies of 256,000 words take some 6 MB; what lies behind is not read.
const READ: usize = 8 << 20;
/// Lists inside lists that are gone into.
const DEPTH: u8 = 4;
/// Dimensions of one tensor, at most.
const DIMENSIONS: u64 = 8;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let version = head.strip_prefix(MAGIC)?.first_chunk()?;
    let is_big = match version {
        [1..=255, 0, 0, 0] => false,
        [0, 0, 0, 1..=255] => true,
        _ => return None,
    };
    let path = entry.path.clone();
    Some(beginning(READ, move |bytes, _, out| {
        let header = Header::read(bytes, is_big);
        let message = "model weights in the GGUF format".to_owned();
        out.detection(Detection::new(KIND, &path, message, header.to_string()));
    }))
}

/// What could be read of a header.
#[derive(Default)]
struct Header {
    version: u64,
    tensors: u64,
    architecture: Option<String>,
    name: Option<String>,
    size: Option<String>,
    quantisation: Option<&'static str>,
    /// Known when every tensor's shape was read.
    parameters: Option<u64>,
}

impl std::fmt::Display for Header {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parameters = self.parameters.map(|number| counted(number, "parameter"));
        let told = [
            self.name.as_ref().map(|name| format!("`{name}`")),
            self.architecture
                .as_ref()
                .map(|name| format!("architecture {name}")),
            self.size.clone().filter(|_| parameters.is_none()),
            parameters,
            Some(counted(self.tensors, "tensor")),
            self.quantisation.map(str::to_owned),
        ];
        let told: Vec<_> = told.into_iter().flatten().collect();
        write!(
            formatter,
            "{}, GGUF version {}",
            told.join(", "),
            self.version
        )
    }
}

impl Header {
    fn read(bytes: &[u8], is_big: bool) -> Self {
        let mut header = Self::default();
        let mut reader = Reader {
            bytes: Bytes::new(&bytes[bytes.len().min(MAGIC.len())..]),
            is_big,
            width: 8,
        };
        // What breaks off is told as far as it goes.
        let _ = header.read_on(&mut reader);
        header
    }

    fn read_on(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        self.version = reader.number(4)?;
        if self.version == 1 {
            reader.width = 4;
        }
        self.tensors = reader.length()?;
        for _ in 0..reader.length()? {
            let key = reader.text()?;
            let value = reader.value(0)?;
            match (key, value) {
                (b"general.architecture", Value::Text(text)) => self.architecture = shown(text),
                (b"general.name", Value::Text(text)) => self.name = shown(text),
                (b"general.size_label", Value::Text(text)) => self.size = shown(text),
                (b"general.file_type", Value::Number(number)) => {
                    self.quantisation = quantisation(number);
                }
                _ => {}
            }
        }
        let mut parameters: u64 = 0;
        for _ in 0..self.tensors {
            reader.text()?;
            let dimensions = reader.number(4).filter(|count| *count <= DIMENSIONS)?;
            let mut product: u64 = 1;
            for _ in 0..dimensions {
                product = product.saturating_mul(reader.length()?);
            }
            reader.number(4)?;
            reader.number(8)?;
            parameters = parameters.saturating_add(product);
        }
        self.parameters = Some(parameters);
        Some(())
    }
}

struct Reader<'a> {
    bytes: Bytes<'a>,
    is_big: bool,
    /// How wide lengths are, in bytes: four in the first version.
    width: u64,
}

enum Value<'a> {
    Number(u64),
    Text(&'a [u8]),
    Other,
}

impl<'a> Reader<'a> {
    fn number(&mut self, width: u64) -> Option<u64> {
        match self.is_big {
            true => self.bytes.big(width),
            false => self.bytes.little(width),
        }
    }

    fn length(&mut self) -> Option<u64> {
        self.number(self.width)
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.bytes.take(length)
    }

    fn value(&mut self, depth: u8) -> Option<Value<'a>> {
        let kind = self.number(4)?;
        self.value_of(kind, depth)
    }

    fn value_of(&mut self, kind: u64, depth: u8) -> Option<Value<'a>> {
        match kind {
            8 => self.text().map(Value::Text),
            9 if depth < DEPTH => {
                let kind = self.number(4)?;
                let length = self.length()?;
                if let Some(width) = width(kind) {
                    self.bytes.take(length.checked_mul(width)?)?;
                } else {
                    // Each takes some bytes, so that the loop ends where they do.
                    for _ in 0..length {
                        self.value_of(kind, depth + 1)?;
                    }
                }
                Some(Value::Other)
            }
            _ => self.number(width(kind)?).map(Value::Number),
        }
    }
}

/// How many bytes a number of this type takes.
fn width(kind: u64) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

/// What llama.cpp calls the type of most tensors (`llama_ftype`).
fn quantisation(number: u64) -> Option<&'static str> {
    Some(match number {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        7 => "Q8_0",
        8 => "Q5_0",
        9 => "Q5_1",
        10 => "Q2_K",
        11 => "Q3_K_S",
        12 => "Q3_K_M",
        13 => "Q3_K_L",
        14 => "Q4_K_S",
        15 => "Q4_K_M",
        16 => "Q5_K_S",
        17 => "Q5_K_M",
        18 => "Q6_K",
        19 => "IQ2_XXS",
        20 => "IQ2_XS",
        21 => "Q2_K_S",
        22 => "IQ3_XS",
        23 => "IQ3_XXS",
        24 => "IQ1_S",
        25 => "IQ4_NL",
        26 => "IQ3_S",
        27 => "IQ3_M",
        28 => "IQ2_S",
        29 => "IQ2_M",
        30 => "IQ4_XS",
        31 => "IQ1_M",
        32 => "BF16",
        36 => "TQ1_0",
        37 => "TQ2_0",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::detect::model_weights::testing::evidence;

    fn text(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    fn file() -> Vec<u8> {
        let word = |number: u32| number.to_le_bytes().to_vec();
        let long = |number: u64| number.to_le_bytes().to_vec();
        [
            b"GGUF".to_vec(),
            word(3),
            long(2),
            long(5),
            [text("general.architecture"), word(8), text("llama")].concat(),
            [text("general.name"), word(8), text("Acme 7B")].concat(),
            [text("general.file_type"), word(4), word(15)].concat(),
            [
                text("tokenizer.ggml.tokens"),
                word(9),
                word(8),
                long(2),
                text("a"),
                text("b"),
            ]
            .concat(),
            [
                text("tokenizer.ggml.scores"),
                word(9),
                word(6),
                long(2),
                vec![0; 8],
            ]
            .concat(),
            [text("a"), word(2), long(8), long(4), word(12), long(0)].concat(),
            [text("b"), word(1), long(10), word(0), long(64)].concat(),
            vec![0; 64],
        ]
        .concat()
    }

    #[test]
    fn a_header_says_what_the_model_is() {
        assert_eq!(
            evidence(&file()).as_deref(),
            Some("`Acme 7B`, architecture llama, 42 parameters, 2 tensors, Q4_K_M, GGUF version 3")
        );
        let mut big = b"GGUF\0\0\0\x03".to_vec();
        big.extend(7u64.to_be_bytes());
        assert_eq!(evidence(&big).as_deref(), Some("7 tensors, GGUF version 3"));
    }

    #[test]
    fn hostile_headers_are_told_as_far_as_they_go() {
        for end in 8..file().len() {
            assert!(evidence(&file()[..end]).is_some(), "{end}");
        }
        for at in 8..file().len() {
            for value in [0, 0x7f, 0xff] {
                let mut content = file();
                content[at] = value;
                assert!(evidence(&content).is_some(), "{at}");
            }
        }
        let mut deep = [
            &b"GGUF"[..],
            &3u32.to_le_bytes(),
            &1u64.to_le_bytes(),
            &1u64.to_le_bytes(),
        ]
        .concat();
        deep.extend(text("a"));
        for _ in 0..9_000 {
            deep.extend([&9u32.to_le_bytes()[..], &[0xff; 8]].concat());
        }
        assert_eq!(evidence(&deep).as_deref(), Some("1 tensor, GGUF version 3"));
        assert_eq!(evidence(b"GGUF\x11\x22\x33\x44"), None);
        assert_eq!(evidence(b"GGUF is a format"), None);
    }
}
