//! Source maps: bytes as a map of its own, and as one inside a script.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

use super::inspecting::{self, Recorder};

/// Containers inside containers that a map may have.
const DEPTH: usize = 64;

pub fn run(data: &[u8]) {
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

fn read(path: &str, content: &[u8]) -> Recorder {
    inspecting::read(
        &*inspecting::detector("source-map:first-party"),
        path,
        content,
    )
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
