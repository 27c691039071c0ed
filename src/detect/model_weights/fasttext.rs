//! fastText: twelve numbers on how the model was trained, its vocabulary, then the vectors.
//! <https://github.com/facebookresearch/fastText/blob/main/src/fasttext.cc>

use crate::{
    detect::{Detection, Inspection, bytes::Bytes, content::told},
    model::{Entry, counted},
};

pub(super) const KIND: &str = "model-weights:fasttext";

const MAGIC: u64 = 793_712_314;
const VERSIONS: [u64; 2] = [11, 12];

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let mut bytes = Bytes::new(head);
    let is_model = bytes.little(4)? == MAGIC && VERSIONS.contains(&bytes.little(4)?);
    let message = "model weights in the fastText format".to_owned();
    let evidence = described(bytes).unwrap_or_else(|| "its header breaks off".to_owned());
    is_model.then(|| told(Detection::new(KIND, &entry.path, message, evidence)))
}

fn described(mut bytes: Bytes<'_>) -> Option<String> {
    let dimensions = bytes.little(4)?;
    // Window, epochs, least count, negatives, n-grams and loss.
    bytes.take(6 * 4)?;
    let purpose = match bytes.little(4)? {
        1 | 2 => "word vectors",
        3 => "a classifier",
        _ => return None,
    };
    // Buckets, shortest and longest n-gram, update rate, sampling and the vocabulary's size.
    bytes.take(4 * 4 + 8 + 4)?;
    let (words, labels) = (bytes.little(4)?, bytes.little(4)?);
    let labels = match labels {
        0 => String::new(),
        labels => format!(", {}", counted(labels, "label")),
    };
    Some(format!(
        "{purpose}, {}, {}{labels}",
        counted(dimensions, "dimension"),
        counted(words, "word")
    ))
}

#[cfg(test)]
mod tests {
    use crate::detect::model_weights::testing::evidence;

    #[test]
    fn the_vocabulary_is_counted() {
        let words = [
            793_712_314u32,
            12,
            100,
            5,
            5,
            1,
            5,
            1,
            3,
            3,
            2_000_000,
            0,
            0,
            100,
            0,
            0,
            7_003,
            7_000,
            3,
        ];
        let file: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(
            evidence(&file).as_deref(),
            Some("a classifier, 100 dimensions, 7,000 words, 3 labels")
        );
        for end in 8..file.len() {
            assert_eq!(
                evidence(&file[..end]).as_deref(),
                Some("its header breaks off")
            );
        }
        assert_eq!(evidence(&file[..7]), None);
        assert_eq!(evidence(b"\xba\x16\x4f\x2f\xff\xff\xff\xff"), None);
    }
}
