//! Whole artifacts through the detector: every form in which a map can ship.

mod broken;
mod inline;

use serde_json::{Value, json};

use super::{Budget, SourceMaps};
use crate::{
    detect::{Detection, Detector, Fact, Facts, Out, text_digest},
    model::{Context, Entry, EntryKind, EntryPath, GapKind, Manifest, Sha256},
};

/// Writes down all that comes out of an inspection.
#[derive(Default)]
struct Record {
    facts: Facts,
    detections: Vec<Detection>,
    gaps: Vec<(GapKind, String)>,
    derived: Vec<(String, Vec<u8>)>,
    open: bool,
    /// How many derived texts are taken.
    derives: Option<usize>,
}

impl Out for Record {
    fn detection(&mut self, detection: Detection) {
        self.detections.push(detection);
    }

    fn fact(&mut self, fact: Fact) {
        self.facts.add(fact);
    }

    fn gap(&mut self, kind: GapKind, reason: String) {
        self.gaps.push((kind, reason));
    }

    fn derive(&mut self, name: &str) -> bool {
        assert!(!self.open, "{name} starts before the last one has ended");
        if self.derives.is_some_and(|most| self.derived.len() >= most) {
            return false;
        }
        self.open = true;
        self.derived.push((name.to_owned(), Vec::new()));
        true
    }

    fn derived(&mut self, piece: &[u8], last: bool) {
        assert!(self.open, "no derived text is open");
        self.derived.last_mut().unwrap().1.extend_from_slice(piece);
        self.open = !last;
    }
}

impl Record {
    /// Pushes one entry through the detector and the text digests, in pieces of `step` bytes.
    fn push(&mut self, detector: &dyn Detector, entry: &Entry, content: &[u8], step: usize) {
        let texts = text_digest::make(&Context::default());
        let head = &content[..content.len().min(64 << 10)];
        for detector in [detector, texts.as_ref()] {
            let Some(mut inspection) = detector.inspect(entry, head) else {
                continue;
            };
            let mut pieces = content.chunks(step).peekable();
            if pieces.peek().is_none() {
                inspection.push(&[], true, self);
            }
            while let Some(piece) = pieces.next() {
                inspection.push(piece, pieces.peek().is_none(), self);
            }
        }
        assert!(!self.open, "a derived text has no end");
        self.facts
            .entries
            .insert(entry.path.clone(), content.len() as u64);
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.detections
            .iter()
            .map(|detection| detection.kind)
            .collect()
    }

    fn names(&self) -> Vec<&str> {
        self.derived.iter().map(|(name, _)| &**name).collect()
    }
}

fn scan_in_steps(files: &[(&str, &[u8])], step: usize) -> Record {
    let detector = SourceMaps {
        budget: Budget::new(),
    };
    let mut record = Record::default();
    record.facts.manifest = Some(Manifest {
        name: Some("@acme/cli".into()),
        ..Manifest::default()
    });
    for (path, content) in files {
        let entry = Entry::file(path, content.len() as u64);
        record.push(&detector, &entry, content, step);
    }
    let mut detections = Vec::new();
    detector.conclude(&record.facts, &mut |detection| detections.push(detection));
    record.detections.extend(detections);
    record
}

/// Scans the files whole and in pieces, which must come to the same.
fn scan(files: &[(&str, &[u8])]) -> Record {
    let record = scan_in_steps(files, usize::MAX);
    for step in [1, 7, 4096] {
        let other = scan_in_steps(files, step);
        assert_eq!(record.detections, other.detections, "in steps of {step}");
        assert_eq!(record.gaps, other.gaps, "in steps of {step}");
        assert_eq!(record.derived, other.derived, "in steps of {step}");
    }
    record
}

fn scan_one(path: &str, content: impl AsRef<[u8]>) -> Record {
    scan(&[(path, content.as_ref())])
}

fn scan_map(map: &Value) -> Record {
    scan_one("package/dist/cli.js.map", map.to_string())
}

fn map(sources: Value, contents: Value) -> Value {
    json!({"version": 3, "sources": sources, "sourcesContent": contents, "names": [], "mappings": "AAAA"})
}

fn one_source() -> Value {
    map(json!(["../src/main.ts"]), json!(["let a;\nlet b;\n"]))
}

#[test]
fn the_publishers_sources_are_not_ignored() {
    let of = |sources: Value| {
        let mut map = map(sources, json!(["let a;", "let b;"]));
        map["ignoreList"] = json!([0, 1]);
        scan_map(&map).kinds()
    };
    // All that look like the publisher's are listed, beside those of others.
    for own in ["../lib/main.ts", "../src/main.ts"] {
        let sources = json!([own, "../node_modules/left/a.js"]);
        assert_eq!(of(sources), ["source-map:first-party"], "{own}");
    }
    // The package of a workspace, as bundlers see it.
    let sources = json!(["../node_modules/@acme/lib/src/a.ts", "../lib/main.ts"]);
    assert_eq!(of(sources), ["source-map:first-party"]);
    let mut map = map(
        json!([
            "../lib/main.ts",
            "../vendor/left.js",
            "../node_modules/@acme/lib/a.ts"
        ]),
        json!([null, "let a;", null]),
    );
    map["ignoreList"] = json!([0, 1, 2]);
    assert_eq!(scan_map(&map).kinds(), ["source-map:first-party"]);
    map["ignoreList"] = json!([1]);
    assert_eq!(scan_map(&map).kinds(), ["source-map:vendor"]);
}

#[test]
fn a_map_with_content_is_found_with_its_numbers() {
    let record = scan_map(&map(
        json!([
            "../src/main.ts",
            "../src/a/query.ts",
            "../node_modules/x/i.js",
            "../src/b.ts",
            "../src/c.ts"
        ]),
        json!(["let a;\nlet b;\n", "x", "vendor", " \n", "l\n".repeat(1000)]),
    ));
    let [detection] = &record.detections[..] else {
        panic!("{:?}", record.detections);
    };
    assert_eq!(detection.kind, "source-map:first-party");
    assert_eq!(detection.path.as_str(), "package/dist/cli.js.map");
    insta::assert_snapshot!(
        detection.message,
        @"3 original files (1,003 lines) can be recovered: src/main.ts, src/a/query.ts, src/c.ts"
    );
    insta::assert_snapshot!(detection.evidence.as_str(), @"sourcesContent of 3 files, 2.0 kB");
    assert_eq!(detection.sha256, None);
    assert_eq!(
        record.names(),
        [
            "src/main.ts",
            "src/a/query.ts",
            "node_modules/x/i.js",
            "src/b.ts",
            "src/c.ts"
        ]
    );
    assert_eq!(record.derived[0].1, b"let a;\nlet b;\n");
    assert!(record.gaps.is_empty());
}

#[test]
fn maps_are_known_whatever_their_name_and_the_order_of_their_keys() {
    let keys = [
        r#""mappings":"AAAA""#,
        r#""version":3"#,
        r#""sources":["a.ts"]"#,
        r#""sourcesContent":["x"]"#,
        r#""names":["a","b"],"x_google_linecount":{"a":[1,{"b":"]"}]}"#,
    ];
    // All rotations and their reverses.
    for start in 0..keys.len() {
        for reverse in [false, true] {
            let mut order: Vec<_> = (0..keys.len())
                .map(|at| keys[(start + at) % keys.len()])
                .collect();
            if reverse {
                order.reverse();
            }
            let text = format!("{{{}}}", order.join(","));
            for path in [
                "package/a.js.map",
                "package/data.json",
                "package/LICENSE",
                "package/x.png",
            ] {
                let record = scan_one(path, &text);
                assert_eq!(record.kinds(), ["source-map:first-party"], "{path} {text}");
                assert!(record.detections[0].message.ends_with(": a.ts"));
                let named = text.find("\"sources\"") < text.find("\"sourcesContent\"");
                assert_eq!(record.names(), [if named { "a.ts" } else { "source-0" }]);
            }
        }
    }
}

#[test]
fn versions_are_written_in_many_ways() {
    for version in ["3", "3.0", "\"3\"", "3e0", " 3 "] {
        let text = format!(r#"{{"version":{version},"sources":["../a.ts"],"mappings":""}}"#);
        assert_eq!(
            scan_one("package/x", text).kinds(),
            ["source-map:structure"],
            "{version}"
        );
    }
    for version in ["2", "\"1.0.0\"", "null", "[3]", "{\"a\":3}", "33"] {
        let text = format!(r#"{{"version":{version},"sources":["../a.ts"],"mappings":""}}"#);
        assert_eq!(scan_one("package/x", text).kinds(), [""; 0], "{version}");
    }
}

#[test]
fn what_stands_before_the_object_is_passed_over() {
    let text = one_source().to_string();
    for lead in [
        "\u{feff}",
        " \r\n\t",
        ")]}'\n",
        ")]}'junk\r\n  ",
        "\u{feff})]}'\n",
        &format!(")]}}'{}\n{}", "junk".repeat(1000), " ".repeat(1000)),
    ] {
        let record = scan_one("package/a.js.map", format!("{lead}{text}\n"));
        assert_eq!(record.kinds(), ["source-map:first-party"], "{lead:?}");
        assert!(record.gaps.is_empty());
    }
}

#[test]
fn what_is_no_map_passes() {
    for (path, content) in [
        (
            "package/package.json",
            r#"{"name":"x","version":"3.0.0","sources":["a"]}"#,
        ),
        (
            "package/index.json",
            r#"{"version":3,"mappings":{"properties":{}}}"#,
        ),
        (
            "package/a.json",
            r#"{"sections":[{"map":{"sources":["a"]}}],"version":1}"#,
        ),
        ("package/ld.map", "Archive member included\n\n{ x }"),
        ("package/quake.map", "{\n\"classname\" \"worldspawn\"\n}"),
        ("package/quake2.map", "// Game: Quake\n{\n\"a\" \"b\"\n}"),
        ("package/empty.map", ""),
        ("package/other.map", r#"{"a":[1,2]}"#),
        ("package/broken.json", r#"{"version":1,"a":"#),
        (
            "package/main.js",
            "{ let a = 'sourceMappingURL=data:application/json;base64,' + x }",
        ),
        (
            "package/b.js",
            "// sourceMappingURL=data:application/json;base64,AAAA",
        ),
        (
            "package/c.js",
            "//# sourceMappingURL=data:application/json;base64,eyJhIjoxfQ==",
        ),
        ("package/d.js", "//# sourceMappingURL=data:text/plain,hello"),
        (
            "package/e.js",
            "//# sourceMappingURL=data:application/json,{",
        ),
        (
            "package/g.js",
            "m={version:3,sources:[a],sourcesContent:[b],names:[],mappings:c};",
        ),
        (
            "package/g.md",
            r#"m = {"version":3,"sources":["a"],"sourcesContent":["b\n"],"names":[],"mappings":""}"#,
        ),
    ] {
        let record = scan_one(path, content);
        assert_eq!((record.kinds(), &record.gaps), (vec![], &vec![]), "{path}");
    }
}

#[test]
fn index_maps_are_read_to_the_inner_maps() {
    let record = scan_map(&json!({
        "version": 3,
        "sections": [
            {"offset": {"line": 0, "column": 0}, "map": map(json!(["../a.ts", "../b.ts"]), json!(["a", null]))},
            {"offset": {"line": 9, "column": 0}, "map": {
                "version": 3, "sourcesContent": ["c"], "sources": ["c.ts"], "mappings": "", "sourceRoot": "/home/jdoe/x"
            }},
            {"offset": {"line": 10, "column": 0}, "map": {"version": 3, "sections": [
                {"offset": {}, "map": map(json!(["deep.ts"]), json!(["d"]))}
            ]}},
            {"offset": {}, "url": "x.map"},
        ],
    }));
    assert_eq!(
        record.kinds(),
        ["source-map:first-party", "source-map:absolute-path"]
    );
    let message = &record.detections[0].message;
    assert!(message.starts_with("3 original files"), "{message}");
    assert_eq!(record.detections[1].evidence.as_str(), "/home/jdoe/x/c.ts");
    assert_eq!(record.names(), ["a.ts", "c.ts", "deep.ts"]);
}

#[test]
fn lists_may_be_partly_null_and_of_different_lengths() {
    let record = scan_map(&map(json!(["a.ts", null, "c.ts"]), json!([null, "x"])));
    assert_eq!(record.names(), ["source-1"]);
    assert_eq!(record.kinds(), ["source-map:first-party"]);
    let record = scan_map(&map(json!([["odd"], "b.ts"]), json!([1, "x", "y", ""])));
    assert_eq!(record.names(), ["b.ts", "source-2"]);
    assert!(
        record.detections[0]
            .message
            .starts_with("2 original files (2 lines)")
    );
    let record = scan_map(&map(json!([]), json!([])));
    assert_eq!(record.kinds(), [""; 0]);
}

#[test]
fn what_ships_anyway_is_no_leak() {
    let content = "let a;\r\nlet b;\r\n";
    let redundant = map(json!(["../src/main.ts"]), json!([content])).to_string();
    let shipped: &[u8] = b"\xef\xbb\xbflet a;\nlet b;";
    let files: [(&str, &[u8]); 2] = [
        ("package/a.map", redundant.as_bytes()),
        ("package/other.ts", shipped),
    ];
    assert_eq!(scan(&files).kinds(), [""; 0]);
    // It must be text that ships, not text that is derived.
    assert_eq!(scan(&files[..1]).kinds(), ["source-map:first-party"]);
    let changed: [(&str, &[u8]); 2] = [files[0], ("package/other.ts", b"let a;\nlet c;")];
    assert_eq!(scan(&changed).kinds(), ["source-map:first-party"]);
}

#[test]
fn vendor_content_is_told_from_first_party() {
    let record = scan_map(&map(
        json!([
            "../node_modules/react/a.js",
            "webpack/bootstrap",
            "../node_modules/@x/y/b.js",
            "../node_modules/react/c.js"
        ]),
        json!(["a", "b", "c", "d"]),
    ));
    assert_eq!(record.kinds(), ["source-map:vendor"]);
    insta::assert_snapshot!(
        record.detections[0].message,
        @"carries 4 source files of other packages, such as react, @x/y"
    );
    assert_eq!(record.derived.len(), 4);
    // A workspace's own packages are linked under node_modules.
    let record = scan_map(&map(
        json!(["../node_modules/@acme/lib/a.ts"]),
        json!(["a"]),
    ));
    assert_eq!(record.kinds(), ["source-map:first-party"]);
}

#[test]
fn ignored_sources_are_vendor_unless_all_are() {
    for key in ["ignoreList", "x_google_ignoreList"] {
        let mut ignoring = map(json!(["third_party/a.js", "b.ts"]), json!(["a", null]));
        ignoring[key] = json!([0]);
        assert_eq!(scan_map(&ignoring).kinds(), ["source-map:vendor"]);
        ignoring[key] = json!([0, 1, 7]);
        assert_eq!(scan_map(&ignoring).kinds(), ["source-map:first-party"]);
    }
}

#[test]
fn maps_without_content_pass_when_their_sources_ship() {
    let text =
        json!({"version": 3, "sourceRoot": "../src/", "sources": ["a.ts", "b.ts"], "mappings": ""})
            .to_string();
    let map: (&str, &[u8]) = ("package/dist/x.js.map", text.as_bytes());
    let a: (&str, &[u8]) = ("package/src/a.ts", b"");
    let b: (&str, &[u8]) = ("package/src/b.ts", b"");
    assert_eq!(scan(&[map, a, b]).kinds(), [""; 0]);
    let piped = json!({"version": 3, "sources": ["Input_0", "?", ""], "mappings": ""});
    assert_eq!(scan_map(&piped).kinds(), [""; 0]);
    let record = scan(&[map, a]);
    assert_eq!(record.kinds(), ["source-map:structure"]);
    assert_eq!(
        record.detections[0].message,
        "names 1 original file outside the package: src/b.ts"
    );
    assert_eq!(record.detections[0].evidence.as_str(), "1 of 2 sources");
}

#[test]
fn places_outside_the_package_are_found() {
    let record = scan_map(&map(json!(["file:///Users/jdoe/acme/a.ts"]), json!([null])));
    assert_eq!(
        record.kinds(),
        ["source-map:structure", "source-map:absolute-path"]
    );
    assert_eq!(
        record.detections[1].evidence.as_str(),
        "file:///Users/jdoe/acme/a.ts"
    );
    let record = scan_map(&map(
        json!(["https://me:word@acme.com/src.zip?sig=x"]),
        json!([null]),
    ));
    assert_eq!(record.kinds(), ["source-map:remote"]);
    assert_eq!(
        record.detections[0].evidence.as_str(),
        "https://acme.com/src.zip"
    );
    let rooted = json!({"version": 3, "sourceRoot": "http://builds.corp/x", "sources": ["a.ts"], "mappings": ""});
    assert_eq!(scan_map(&rooted).kinds(), ["source-map:remote"]);
    let public = map(
        json!([
            "https://raw.githubusercontent.com/a/b/c.ts",
            "/home/runner/work/a.ts"
        ]),
        json!([]),
    );
    assert_eq!(scan_map(&public).kinds(), ["source-map:structure"]);
}

#[test]
fn remote_comments_count_at_the_end_of_scripts() {
    let comment = "f();\n//# sourceMappingURL=https://maps.acme.com/a.js.map?key=1\n";
    let record = scan_one("package/a.js", comment);
    assert_eq!(record.kinds(), ["source-map:remote"]);
    assert_eq!(
        record.detections[0].evidence.as_str(),
        "https://maps.acme.com/a.js.map"
    );
    assert_eq!(record.detections[0].location.line, Some(2));
    let css = "a{}\n/*# sourceMappingURL=http://acme.com/a.css.map */";
    assert_eq!(
        scan_one("package/a.css", css).kinds(),
        ["source-map:remote"]
    );
    assert_eq!(scan_one("package/README.md", comment).kinds(), [""; 0]);
    assert_eq!(
        scan_one("package/a.js", format!("{comment}{}", " ".repeat(5000))).kinds(),
        [""; 0]
    );
    let local = "f();\n//# sourceMappingURL=/Users/jdoe/acme/a.js.map";
    let record = scan_one("package/a.js", local);
    assert_eq!(record.kinds(), ["source-map:absolute-path"]);
    assert_eq!(
        record.detections[0].evidence.as_str(),
        "/Users/jdoe/acme/a.js.map"
    );
    assert_eq!(
        scan_one("package/a.js", local.replace("Users/jdoe", "assets")).kinds(),
        [""; 0]
    );
    let quoted = "f(\"//# sourceMappingURL=https://maps.acme.com/a.js.map\")";
    assert_eq!(scan_one("package/a.js", quoted).kinds(), [""; 0]);
    let public = comment.replace("maps.acme.com", "unpkg.com");
    assert_eq!(scan_one("package/a.js", public).kinds(), [""; 0]);
}

/// As the map that Claude Code 2.1.88 shipped: 1,900 sources in one file, mappings last.
#[test]
fn a_whole_product_in_a_map_is_found() {
    let names: Vec<_> = (0..1900)
        .map(|index| match index % 20 {
            19 => format!("../node_modules/dep{index}/index.js"),
            _ => format!("../src/tools/file{index}.ts"),
        })
        .collect();
    let contents: Vec<_> = (0..1900)
        .map(|index| format!("import {{ x }} from './file{index}.js';\n").repeat(5 + index % 7))
        .collect();
    let text = map(json!(names), json!(contents)).to_string();
    let record = scan_in_steps(&[("package/cli.js.map", text.as_bytes())], 1 << 20);
    insta::assert_snapshot!(
        record.detections[0].message,
        @"1,805 original files (14,432 lines) can be recovered, among them src/tools/file0.ts, src/tools/file1.ts, src/tools/file2.ts"
    );
    assert_eq!(record.derived.len(), 1900);
    assert_eq!(record.derived[1234].1, contents[1234].as_bytes());
}

#[test]
fn names_cannot_forge_output() {
    let record = scan_map(&map(
        json!(["../src/\u{1b}[2J\n::error::x.ts"]),
        json!(["x"]),
    ));
    let message = &record.detections[0].message;
    assert!(
        message.ends_with(": src/\\u{1b}[2J\\n::error::x.ts"),
        "{message}"
    );
}
