//! What the tests of detectors share.

use super::{Detection, Detector, Fact, Out};
use crate::model::{Entry, GapKind};

/// Keeps everything that an inspection puts out.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) detections: Vec<Detection>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) gaps: Vec<(GapKind, String)>,
    pub(crate) derived: Vec<(String, Vec<u8>)>,
}

impl Recorder {
    /// Every detection's kind and message.
    pub(crate) fn said(&self) -> Vec<(&str, &str)> {
        self.detections
            .iter()
            .map(|detection| (detection.kind, detection.message.as_str()))
            .collect()
    }
}

impl Out for Recorder {
    fn detection(&mut self, detection: Detection) {
        self.detections.push(detection);
    }

    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    fn gap(&mut self, kind: GapKind, reason: String) {
        self.gaps.push((kind, reason));
    }

    fn derive(&mut self, name: &str) -> bool {
        self.derived.push((name.to_owned(), Vec::new()));
        true
    }

    fn derived(&mut self, piece: &[u8], _last: bool) {
        let (_, text) = self.derived.last_mut().expect("derive comes first");
        text.extend_from_slice(piece);
    }
}

/// Shows an entry to a detector in pieces of `step` bytes.
pub(crate) fn inspect_in_steps(
    detector: &dyn Detector,
    entry: &Entry,
    content: &[u8],
    step: usize,
) -> Recorder {
    let mut recorder = Recorder::default();
    let head = &content[..content.len().min(64 << 10)];
    if let Some(mut inspection) = detector.inspect(entry, head) {
        let mut rest = content;
        loop {
            let (piece, after) = rest.split_at(rest.len().min(step));
            rest = after;
            inspection.push(piece, rest.is_empty(), &mut recorder);
            if rest.is_empty() {
                break;
            }
        }
    }
    recorder
}

/// Shows an entry to a detector in one piece.
pub(crate) fn inspect(detector: &dyn Detector, entry: &Entry, content: &[u8]) -> Recorder {
    inspect_in_steps(detector, entry, content, usize::MAX)
}
