//! HDF5, in which Keras keeps weights and research keeps data.
//! <https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html>

use memchr::memmem;

use crate::{
    detect::{Detection, Inspection, content::told},
    model::Entry,
};

pub(super) const KIND: &str = "model-weights:hdf5";

const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
/// Names of what Keras writes at the root, and what they show.
const KERAS: [(&[u8], &str); 4] = [
    (b"keras_version", "a Keras model"),
    (b"model_config", "its architecture as JSON"),
    (b"optimizer_weights", "the state of its training"),
    (b"training_config", "how it was trained"),
];

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    // The signature may stand at 0, 512, 1024, 2048 …
    let places = std::iter::successors(Some(512), |place| Some(place * 2));
    let mut places = std::iter::once(0).chain(places.take_while(|place| *place < head.len()));
    places.find(|place| head[*place..].starts_with(SIGNATURE))?;
    let has = |name: &[u8]| memmem::find(head, name).is_some();
    let found = KERAS.iter().filter(|(name, _)| has(name));
    let mut found: Vec<_> = found.map(|(_, shows)| *shows).collect();
    let is_keras = entry.path.file_name().ends_with(".weights.h5") || has(b"model_weights");
    if found.is_empty() && is_keras {
        found.push("weights of a Keras model");
    }
    let (message, evidence) = match found.is_empty() {
        true => ("an HDF5 file: weights or data", "HDF5".to_owned()),
        false => ("Keras weights in the HDF5 format", found.join(", ")),
    };
    let detection = Detection::new(KIND, &entry.path, message.to_owned(), evidence);
    Some(told(detection))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::model_weights::testing::evidence;

    #[test]
    fn keras_is_told_from_other_data() {
        let file = |before: usize, text: &[u8]| {
            [&vec![0; before][..], SIGNATURE, &[0; 40], text, &[0; 8]].concat()
        };
        assert_eq!(evidence(&file(0, b"temperature")).as_deref(), Some("HDF5"));
        assert_eq!(evidence(&file(2048, b"")).as_deref(), Some("HDF5"));
        assert_eq!(
            evidence(&file(512, b"keras_version\0model_config\0model_weights")).as_deref(),
            Some("a Keras model, its architecture as JSON")
        );
        assert_eq!(evidence(&file(100, b"keras_version")), None);
        assert_eq!(evidence(b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(evidence(b""), None);
    }
}
