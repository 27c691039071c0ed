//! Maps that break off, are too large, or are none at all.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;

use super::*;

#[test]
fn what_breaks_off_is_a_gap() {
    let text = r#"{"version":3,"sources":["a.ts"],"sourcesContent":["let a;\nlet b;"],"names":[],"mappings":""}"#;
    let at = text.find("let b").unwrap();
    for cut in [at, text.len() - 1, text.find(",").unwrap()] {
        let record = scan_one("package/a.js.map", &text[..cut]);
        let [(GapKind::SourceMap, reason)] = &record.gaps[..] else {
            panic!("{:?}", record.gaps);
        };
        assert!(reason.contains(&format!("at byte {cut}")), "{reason}");
    }
    // What came before the break is known all the same, under any name.
    let record = scan_one("package/data", &text[..text.len() - 1]);
    assert_eq!(record.kinds(), ["source-map:first-party"]);
    assert_eq!(record.gaps.len(), 1);
    let record = scan_one("package/data", text.to_owned() + "x");
    assert_eq!((record.kinds().len(), record.gaps.len()), (1, 1));
    let wrong = text.replace("\"names\":[]", "\"names\":[}");
    assert_eq!(scan_one("package/data", wrong).gaps.len(), 1);
    let utf16: Vec<u8> = "\u{feff}{\"version\":3}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(scan_one("package/a.js.map", utf16).gaps.len(), 1);
    let inline = STANDARD.encode(&text[..text.len() - 1]);
    let record = scan_one(
        "package/a.js",
        format!("//# sourceMappingURL=data:application/json;base64,{inline}"),
    );
    assert_eq!((record.kinds().len(), record.gaps.len()), (1, 1));
    assert_eq!(record.gaps[0].0, GapKind::SourceMap);
}

#[test]
fn what_is_named_as_a_map_must_be_readable() {
    let utf16: Vec<u8> = one_source()
        .to_string()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for content in [&b"\x78\x9c\x4b\x04"[..], b"<!doctype html>", &utf16] {
        for name in ["a.js.map", "a.CSS.map", "a.d.ts.map", "a.wasm.map"] {
            let record = scan_one(&format!("package/{name}"), content);
            assert_eq!(record.gaps.len(), 1, "{name}");
        }
        assert_eq!(scan_one("package/level.map", content).gaps, []);
    }
    assert_eq!(scan_one("package/a.js.map", "").gaps, []);
    let tiles = r#"{"tiles":[1,2,3"#;
    assert_eq!(scan_one("package/level.map", tiles).gaps, []);
    assert_eq!(scan_one("package/a.js.map", tiles).gaps.len(), 1);
    let cut = r#"{"sources":["a.ts"#;
    assert_eq!(scan_one("package/bundle.map", cut).gaps.len(), 1);
}

#[test]
fn more_than_can_be_kept_is_a_gap() {
    let text = map(json!(vec!["a.ts"; 500]), json!(vec!["x"; 500])).to_string();
    for (bytes, derives) in [(60_000, None), (usize::MAX, Some(100))] {
        let detector = SourceMaps {
            budget: Budget::of(bytes),
        };
        let mut record = Record {
            derives,
            ..Record::default()
        };
        record.push(
            &detector,
            &Entry::file("package/a.map", 0),
            text.as_bytes(),
            100,
        );
        assert_eq!(record.gaps, []);
        let gap = detector.gap().unwrap();
        assert_eq!((gap.kind, gap.path), (GapKind::Limit, None));
        let detections = &mut record.detections;
        detector.conclude(&record.facts, &mut |detection| detections.push(detection));
        assert_eq!(record.kinds(), ["source-map:first-party"]);
    }
    // What turns out to be no map gives its part back.
    let detector = SourceMaps {
        budget: Budget::of(100_000),
    };
    let mut record = Record::default();
    for _ in 0..10 {
        let text = json!({"sources": vec!["a.ts"; 500]}).to_string();
        record.push(
            &detector,
            &Entry::file("package/a.json", 0),
            text.as_bytes(),
            100,
        );
    }
    assert_eq!(detector.gap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_makes_it_panic(
        pieces in prop::collection::vec(prop_oneof![
            Just("sourceMappingURL"), Just("=data:"), Just("application/json"), Just(";base64,"), Just(","),
            Just("{\"version\":3"), Just("eyJ2ZXJzaW9uIjoz"), Just("{\\\""), Just("\"sections\":["), Just("{\"map\":{"),
            Just("\"sources\":["), Just("\"sourcesContent\":["), Just("\"a.ts\""), Just("]"), Just("}"), Just("%"),
            Just("\\"), Just("null"), Just("\n"), Just("{"), Just("\"mappings\":\"\""), Just("\"ignoreList\":[9"),
        ], 0..40),
        step in 1usize..50,
    ) {
        let text: String = pieces.concat();
        scan_in_steps(&[("package/a.js.map", text.as_bytes())], step);
        let whole = scan_in_steps(&[("package/a.js", text.as_bytes())], usize::MAX);
        let other = scan_in_steps(&[("package/a.js", text.as_bytes())], step);
        prop_assert_eq!(whole.detections, other.detections);
    }
}
