//! Source maps: bytes as a map of its own, and as one inside a script.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use packwarden::{
    detect::{DETECTORS, Detector},
    model::Context,
};
use serde_json::Value;

/// What only the detector for source maps finds.
const FIRST_PARTY: &str = "source-map:first-party";
use super::inspecting::{self, Recorder};

/// Containers inside containers that a map may have.
const DEPTH: usize = 64;

pub fn run(data: &[u8]) {
    let read = |path, content: &[u8]| read(FIRST_PARTY, path, content);
    let map = read("package/a.js.map", data);
    let inline = [
        b"a();\n//# sourceMappingURL=data:application/json;base64,",
        BASE64_STANDARD.encode(data).as_bytes(),
        b"\n",
    ]
    .concat();
    let script = read("package/a.js", &inline);
    read("package/a.js", data);
    if let Ok(json @ Value::Object(_)) = serde_json::from_slice(plain(data))
        && depth(&json) <= DEPTH
    {
        assert_eq!(map.gaps, [], "a map that can be read is refused");
        assert_told(&json, &map);
        assert_told(&json, &script);
    }
}

/// Without what may stand before a map's object.
fn plain(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)
}

fn depth(json: &Value) -> usize {
    let below = match json {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + below.unwrap_or(0)
}

/// Every source that the map carries is searched.
fn assert_told(map: &Value, recorder: &Recorder) {
    let contents = map["sourcesContent"].as_array().into_iter().flatten();
    for content in contents.filter_map(Value::as_str).filter(|c| !c.is_empty()) {
        let mut derived = recorder.derived.iter();
        let told = derived.any(|(_, text)| text == content.as_bytes());
        assert!(told, "not searched: {content:?} in {map}");
    }
    for section in map["sections"].as_array().into_iter().flatten() {
        assert_told(&section["map"], recorder);
    }
}

/// Keeps everything, and watches over the order of calls.
#[derive(Default)]
pub struct Recorder {
    detections: Vec<Detection>,
    facts: Vec<Fact>,
    gaps: Vec<(GapKind, String)>,
    derived: Vec<(String, Vec<u8>)>,
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

/// Shows a file to the detector that finds `kind`, in one piece and in steps, which must come to the
/// same.
pub fn read(kind: &str, path: &str, content: &[u8]) -> Recorder {
    let whole = inspect(kind, path, content, content.len().max(1));
    for step in [1, 7, 300] {
        let stepwise = inspect(kind, path, content, step);
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

fn inspect(kind: &str, path: &str, content: &[u8], step: usize) -> Recorder {
    let detector = detector(kind);
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
fn read(path: &str, content: &[u8]) -> Recorder {
    inspecting::read(&*detector(), path, content)
}

fn detector(kind: &str) -> Box<dyn Detector> {
    let mut lines = DETECTORS.iter();
    let line = lines.find(|line| line.kinds.contains(&kind));
    (line.expect("there is one for the kind").make)(&Context::default())
}

pub fn seeds() -> Vec<Vec<u8>> {
    let inner = r#"{"version":3,"sources":["b.ts"],"sourcesContent":["let b"],"mappings":""}"#;
    let maps = [
        r#"{"version":3,"file":"a.js","sourceRoot":"/home/u/","sources":["../src/a.ts","webpack://x/./node_modules/b/i.js",null],"sourcesContent":["let a = 1\n// \u00e9\n","module.exports = {}",null],"names":[],"mappings":"AAAA","ignoreList":[1],"debugId":"00"}"#.to_owned(),
        format!(r#"{{"version":3,"sections":[{{"offset":{{"line":0,"column":0}},"map":{inner}}},{{"map":{inner}}}]}}"#),
        inner.to_owned(),
        format!(")]}}'\n{inner}"),
        format!("\u{feff} {inner}"),
        format!("{inner}\n{inner}"),
        r#"{"sourcesContent":["\ud83d\ude00 \"x\"","sourceMappingURL=data:application/json,{}"],"sources":[]}"#.to_owned(),
        r#"{"sourcesContent":["x"],"sourcesContent":["y"],"sources":["a"],"sources":["b"]}"#.to_owned(),
        r#"{"version":"3","sources":"a","sourcesContent":"x","mappings":[]}"#.to_owned(),
        r#"{"version":3,"sources":["a"],"sourcesContent":["let"#.to_owned(),
        format!("//# sourceMappingURL=data:application/json;charset=utf-8,{inner}"),
        format!("/*# sourceMappingURL=data:application/json;base64,{} */", BASE64_STANDARD.encode(inner)),
        "//# sourceMappingURL=https://maps.example.internal/a.js.map".to_owned(),
        "//# sourceMappingURL=/home/rosalind/a.js.map".to_owned(),
    ];
    let utf16 = inner.encode_utf16().flat_map(u16::to_le_bytes);
    let utf16 = b"\xff\xfe".iter().copied().chain(utf16).collect();
    let mut seeds: Vec<_> = maps.into_iter().map(String::into_bytes).collect();
    seeds.push(utf16);
    seeds
}
