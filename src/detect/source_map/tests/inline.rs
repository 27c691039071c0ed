//! Maps inside of other files.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;

/// Every way in which a map is written into another file.
fn inline_forms(text: &str) -> Vec<String> {
    let base64 = STANDARD.encode(text);
    let bare = base64.trim_end_matches('=');
    let url_safe = bare.replace('+', "-").replace('/', "_");
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let encoded: String = text
        .chars()
        .map(|c| {
            if "{}[]\" ".contains(c) {
                format!("%{:02x}", u32::from(c))
            } else {
                c.to_string()
            }
        })
        .collect();
    let quoted = json!(text).to_string();
    let quoted = &quoted[1..quoted.len() - 1];
    vec![
        format!("a();\n//# sourceMappingURL=data:application/json;base64,{base64}"),
        format!("a();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{base64}\n"),
        format!(
            "a();\n//@ sourceMappingURL = DATA:Application/JSON;Charset=UTF8;BASE64,{bare}\r\n"
        ),
        format!("a();\n//# sourceMappingURL=data:text/json;base64,{url_safe}\nb();"),
        format!("a();\n//# sourceMappingURL=data:;base64,{base64} x"),
        format!("a{{}}\n/*# sourceMappingURL=data:application/json;base64,{bare}*/"),
        format!("<script>a()\n//# sourceMappingURL=data:application/json;base64,{base64}</script>"),
        format!("<style>\n/*# sourceMappingURL=data:application/json;base64,{base64} */</style>"),
        format!(
            "x;\neval(\"a();\\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{base64}\\n//# sourceURL=webpack-internal:///./a.js\\n\");"
        ),
        format!("x;\neval('a()//# sourceMappingURL=data:application/json;base64,{base64}');"),
        format!("x;\neval(`a()//# sourceMappingURL=data:application/json;base64,{bare}`);"),
        format!(
            "x;\n//# sourceMappingURL=data:application/json;base64,{}",
            base64.replace('=', "%3D")
        ),
        format!("x;\n//# sourceMappingURL=data:application/json,{percent}"),
        format!("x;\n//# sourceMappingURL=data:application/json;charset=utf-8,{encoded}\ny"),
        format!("x;\n/*# sourceMappingURL=data:application/json,{encoded} */"),
        format!("x;\n//# sourceMappingURL=data:application/json,{text}\ny"),
        format!(
            "x;\neval(\"b//# sourceMappingURL=data:application/json,{quoted}\\n//# sourceURL=x\")"
        ),
    ]
}

#[test]
fn wide_text_in_a_program_is_searched() {
    let encoded = STANDARD.encode(one_source().to_string());
    let script = format!("a();//# sourceMappingURL=data:application/json;base64,{encoded}");
    let little: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = script.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for wide in [little, big] {
        for after in [&b""[..], b"\0", b"\n\0x", b"\x7fcode"] {
            let program = [b"\x7fELF\0\x01", &wide[..], after].concat();
            let record = scan_one("package/bin/plan", program);
            assert_eq!(
                record.kinds(),
                ["source-map:inline-first-party"],
                "{after:?}"
            );
            assert!(record.detections[0].location.offset.is_some());
            assert_eq!(record.names(), ["src/main.ts"]);
        }
    }
}

#[test]
fn inline_maps_are_found_in_every_form() {
    let map = map(
        json!(["../src/mäin.ts"]),
        json!(["let a = \"100%\";\n\tlet ü?; <b> ÿþ>>>"]),
    );
    let text = map.to_string();
    for content in inline_forms(&text) {
        let record = scan_one("package/dist/cli.js", &content);
        assert_eq!(
            record.kinds(),
            ["source-map:inline-first-party"],
            "{content}"
        );
        let detection = &record.detections[0];
        assert_eq!(
            detection.sha256,
            Some(Sha256::of(text.as_bytes())),
            "{content}"
        );
        assert_eq!(
            detection.location.line,
            Some(2).filter(|_| !content.starts_with("<")).or(
                if content.starts_with("<style") || content.starts_with("<script") {
                    Some(2)
                } else {
                    None
                }
            )
        );
        assert_eq!(record.names(), ["src/mäin.ts"]);
        assert_eq!(
            record.derived[0].1,
            map["sourcesContent"][0].as_str().unwrap().as_bytes()
        );
        assert!(record.gaps.is_empty(), "{:?}", record.gaps);
    }
}

/// Style loaders, instrumenters and bundlers of bundles write maps out.
#[test]
fn maps_that_are_written_out_are_found() {
    let text = r#"{"version":3,"sources":["../src/main.ts"],"sourcesContent":["let a;\nlet b;\n"],"names":[],"mappings":"AAAA"}"#;
    let in_single = text.replace('\\', "\\\\");
    let in_double = in_single.replace('"', "\\\"");
    let unordered = r#"{"mappings":"A","sources":["../src/main.ts"],"sourcesContent":["let a;\nlet b;\n"],"version":3}"#;
    let literal = r#"{version:3,sources:["../src/main.ts"],names:[],sourcesContent:[`let a;\nlet b;\n`],mappings:"AAAA"}"#;
    for (form, name) in [
        (format!("push([id,\"\",{text}]);"), "src/main.ts"),
        (format!("JSON.parse('{in_single}')"), "src/main.ts"),
        (format!("JSON.parse(\"{in_double}\")"), "src/main.ts"),
        (format!("m={literal},n"), "src/main.ts"),
        (format!("m = {unordered};"), "source-0"),
        (format!("[{text}]"), "src/main.ts"),
    ] {
        let code = format!("const a = 1;\nf({form});\n");
        for path in ["package/a.js", "package/a.json", "package/a.vue"] {
            let record = scan_one(path, &code);
            assert_eq!(record.kinds(), ["source-map:inline-first-party"], "{code}");
            assert_eq!(record.names(), [name], "{code}");
            assert_eq!(record.derived[0].1, b"let a;\nlet b;\n", "{code}");
            assert_eq!(record.detections[0].location.line, Some(2));
        }
    }
    // As many as there are, one behind the other.
    let many = format!("push({text});").repeat(3);
    let record = scan_one("package/a.js", &many);
    assert!(
        record.detections[0].message.starts_with("3 original files"),
        "{:?}",
        record.detections
    );
}

/// Bundles hold the code that writes such references, and have few lines.
#[test]
fn code_that_writes_references_hides_no_map_after_it() {
    let text = map(json!(["../src/a.ts"]), json!(["let a = 1;\n"])).to_string();
    let base64 = STANDARD.encode(&text);
    for code in [
        "f(\"sourceMappingURL=data:application/json,\" + encodeURIComponent(m));",
        "f(`sourceMappingURL=data:application/json,${encodeURIComponent(m)}`);",
        "f('sourceMappingURL=data:application/json,{\"a\": ' + m + '}');",
        "f('sourceMappingURL=data:application/json,)]}\\' + m);",
        "f('sourceMappingURL=data:,    ');",
    ] {
        let content =
            format!("{code} e(\"//# sourceMappingURL=data:application/json;base64,{base64}\");");
        for step in [1, 7, content.len()] {
            let record = scan_in_steps(&[("package/cli.js", content.as_bytes())], step);
            assert_eq!(
                record.kinds(),
                ["source-map:inline-first-party"],
                "{code} in steps of {step}"
            );
            assert_eq!(record.names(), ["src/a.ts"]);
        }
    }
}

#[test]
fn many_inline_maps_make_one_finding() {
    let mut bundle = String::new();
    for module in 0..300 {
        let name = format!("webpack://@acme/cli/./src/module{module}.ts?");
        let map = map(
            json!([name]),
            json!([format!("export const a = {module};\n")]),
        );
        let base64 = STANDARD.encode(map.to_string());
        writeln!(bundle, "eval(\"a\\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{base64}\\n//# sourceURL=x\");").unwrap();
    }
    let record = scan(&[
        ("package/cli.js", bundle.as_bytes()),
        ("package/x/module1.ts", b"export const a = 1;"),
    ]);
    let [detection] = &record.detections[..] else {
        panic!("{:?}", record.detections);
    };
    insta::assert_snapshot!(
        detection.message,
        @"299 original files (299 lines) can be recovered from a source map inside the file, among them src/module0.ts, src/module2.ts, src/module3.ts"
    );
    assert_eq!(detection.location.line, Some(1));
    assert_eq!(
        detection.fix.as_deref(),
        Some("Set `devtool: false` in webpack.config.js.")
    );
    assert_eq!(record.derived.len(), 300);
}

#[test]
fn inline_maps_inside_sources_are_left_to_the_derived_texts() {
    let inner = STANDARD.encode(one_source().to_string());
    let content = format!("x\n//# sourceMappingURL=data:application/json;base64,{inner}\n");
    let record = scan_map(&map(json!(["a.ts"]), json!([content])));
    assert_eq!(record.kinds(), ["source-map:first-party"]);
    // The derived text is an entry of its own.
    let detector = SourceMaps {
        budget: Budget::new(),
    };
    let mut record = Record::default();
    let entry = Entry {
        kind: EntryKind::Derived,
        path: EntryPath::new("package/a.map!/a.ts"),
        ..Entry::file("", 0)
    };
    record.push(&detector, &entry, content.as_bytes(), 10);
    assert_eq!(record.names(), ["src/main.ts"]);
    assert!(record.facts.texts.is_empty());
    // In pieces, what was found before the content came is kept.
    let both =
        json!({"a": content, "b": "-".repeat(2000), "sources": ["b.ts"], "sourcesContent": ["y"]});
    let record = scan_in_steps(&[("package/x.json", both.to_string().as_bytes())], 10);
    let kinds = ["source-map:first-party", "source-map:inline-first-party"];
    assert_eq!(record.kinds(), kinds);
    // JSON that is no map may hold references as well.
    let stats = json!({"modules": [{"source": content}]}).to_string();
    assert_eq!(
        scan_one("package/stats.json", stats).kinds(),
        ["source-map:inline-first-party"]
    );
}
