//! Files shown to a detector, whole and in steps.

use packwarden::{
    archive::HEAD,
    detect::{DETECTORS, Detection, Detector, Fact, Facts, Out},
    model::{Context, Entry, EntryPath, Evidence, GapKind, Location, Sha256},
};

/// Keeps everything, and watches over the order of calls.
#[derive(Default)]
pub struct Recorder {
    pub detections: Vec<Detection>,
    pub facts: Vec<Fact>,
    pub gaps: Vec<(GapKind, String)>,
    pub derived: Vec<(String, Vec<u8>)>,
    open: bool,
}

impl Out for Recorder {
    fn detection(&mut self, detection: Detection) {
        self.detections.push(detection);
    }

    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    fn gap(&mut self, kind: GapKind, reason: String) {
        assert!(
            !reason.contains(char::is_control),
            "not escaped: {reason:?}"
        );
        self.gaps.push((kind, reason));
    }

    fn derive(&mut self, name: &str) -> bool {
        assert!(!self.open, "{name} starts inside another text");
        self.open = true;
        self.derived.push((name.to_owned(), Vec::new()));
        true
    }

    fn derived(&mut self, piece: &[u8], last: bool) {
        assert!(self.open, "a piece follows the last");
        self.open = !last;
        let (_, text) = self.derived.last_mut().expect("a text is open");
        text.extend_from_slice(piece);
    }
}

/// What does not depend on how the content came.
type Outcome = (
    Vec<(
        &'static str,
        EntryPath,
        Location,
        String,
        Evidence,
        Option<Sha256>,
    )>,
    Vec<(GapKind, String)>,
    Vec<(String, Vec<u8>)>,
);

/// The detector that finds `kind`.
pub fn detector(kind: &str) -> Box<dyn Detector> {
    let mut lines = DETECTORS.iter();
    let line = lines.find(|line| line.kinds.contains(&kind));
    (line.expect("there is one for the kind").make)(&Context::default())
}

/// Shows a file to the detector in one piece and in steps, which must come to the same.
pub fn read(detector: &dyn Detector, path: &str, content: &[u8]) -> Recorder {
    let whole = inspect(detector, path, content, content.len().max(1));
    for step in [1, 7, 300] {
        let stepwise = inspect(detector, path, content, step);
        assert_eq!(outcome(&whole), outcome(&stepwise), "in steps of {step}");
    }
    whole
}

fn outcome(recorder: &Recorder) -> Outcome {
    let detections = recorder.detections.iter().map(|detection| {
        (
            detection.kind,
            detection.path.clone(),
            detection.location,
            detection.message.clone(),
            detection.evidence.clone(),
            detection.sha256,
        )
    });
    let (gaps, derived) = (recorder.gaps.clone(), recorder.derived.clone());
    (detections.collect(), gaps, derived)
}

fn inspect(detector: &dyn Detector, path: &str, content: &[u8], step: usize) -> Recorder {
    let mut recorder = Recorder::default();
    let entry = Entry::file(path, content.len() as u64);
    let head = &content[..content.len().min(HEAD)];
    if let Some(mut inspection) = detector.inspect(&entry, head) {
        let mut pieces = content.chunks(step).peekable();
        if pieces.peek().is_none() {
            inspection.push(b"", true, &mut recorder);
        }
        while let Some(piece) = pieces.next() {
            inspection.push(piece, pieces.peek().is_none(), &mut recorder);
        }
    }
    assert!(!recorder.open, "a text without an end");
    let mut facts = Facts::default();
    facts.entries.insert(entry.path, content.len() as u64);
    recorder.facts.drain(..).for_each(|fact| facts.add(fact));
    detector.conclude(&facts, &mut |detection| recorder.detections.push(detection));
    for detection in &recorder.detections {
        let text = format!("{} {}", detection.message, detection.evidence.as_str());
        assert!(!text.contains(char::is_control), "not escaped: {text:?}");
    }
    recorder
}
