//! The tokenizer against `serde_json`, whole and in pieces.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// A key that no document here has, to be skipped: it is longer than those that are made up.
const UNUSED: &str = "no key is called so";

/// One line per event; pieces of a string are put together.
fn events(pieces: &[&[u8]], skip: &str) -> Result<Vec<String>, String> {
    let mut tokenizer = Tokenizer::new();
    let mut seen = Vec::new();
    let mut text = Vec::new();
    for piece in pieces {
        let taken = tokenizer
            .push(piece, &mut |event| {
                match event {
                    Event::Object => seen.push("{".into()),
                    Event::ObjectEnd => seen.push("}".into()),
                    Event::Array => seen.push("[".into()),
                    Event::ArrayEnd => seen.push("]".into()),
                    Event::Key(key) => {
                        let key = String::from_utf8_lossy(key);
                        seen.push(format!("{key}:"));
                        if key == skip {
                            return Flow::Skip;
                        }
                    }
                    Event::Scalar(scalar) => seen.push(String::from_utf8_lossy(scalar).into()),
                    Event::Text { piece, last } => {
                        text.extend_from_slice(piece);
                        if last {
                            seen.push(format!("{:?}", String::from_utf8_lossy(&text)));
                            text.clear();
                        }
                    }
                }
                Flow::Go
            })
            .map_err(|malformed| malformed.to_string())?;
        if taken < piece.len() {
            return Err("more follows".into());
        }
    }
    if tokenizer.done() {
        Ok(seen)
    } else {
        Err(tokenizer.broken_off().to_string())
    }
}

fn whole(text: &str) -> Result<Vec<String>, String> {
    events(&[text.as_bytes()], UNUSED)
}

#[test]
fn a_document_becomes_events() {
    let seen = whole(r#" {"a" : [1, -2.5e3,true ,null], "b\n\"": "x\tA\/", "c":{}, "d":[]} "#);
    // What follows the document is the caller's to judge.
    assert_eq!(seen, Err("more follows".into()));
    let seen = whole(r#" {"a" : [1, -2.5e3,true ,null], "b\n\"": "x\tA\/", "c":{}, "d":[]}"#);
    insta::assert_snapshot!(
        seen.unwrap().join(" ").replace('\n', "¶"),
        @r#"{ a: [ 1 -2.5e3 true null ] b¶": "x\tA/" c: { } d: [ ] }"#
    );
}

#[test]
fn surrogates_are_joined_or_replaced() {
    let seen =
        whole(r#"["\ud83d\ude00","\ud83d","\ud83dx","\ude00","\ud83d\ud83d\ude00","\ud83d\n"]"#);
    assert_eq!(
        seen.unwrap()[1..7],
        [
            "\"😀\"",
            "\"\u{fffd}\"",
            "\"\u{fffd}x\"",
            "\"\u{fffd}\"",
            "\"\u{fffd}😀\"",
            "\"\u{fffd}\\n\""
        ]
    );
}

#[test]
fn what_is_malformed_is_refused() {
    for text in [
        "",
        "{",
        "[1",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "[1,]",
        "[1 2]",
        "[1}",
        "[\"\\x\"]",
        "[\"\\u12g4\"]",
        "[tru]",
        "[truest]",
        "[\"a]",
        "]",
        "[,1]",
        "{,}",
        "{1:2}",
        "[nul",
        "@",
    ] {
        assert!(whole(text).is_err(), "{text}");
    }
    assert!(whole(&("[".repeat(64) + &"]".repeat(64))).is_ok());
    assert!(whole(&("[".repeat(65) + &"]".repeat(65))).is_err());
}

#[test]
fn a_skipped_value_leaves_no_event() {
    for value in [r#"{"b":["}",{"\"":"\\"}]}"#, r#""te\"xt""#, "12", "[]"] {
        let text = format!(r#"{{"a":1,"skip":{value},"z":2}}"#);
        let seen = events(&[text.as_bytes()], "skip").unwrap();
        assert_eq!(seen, ["{", "a:", "1", "skip:", "z:", "2", "}"], "{value}");
    }
    assert!(events(&[br#"{"skip":[}]}"#], "skip").is_err());
    assert!(events(&[br#"{"skip":["a\"]}"#], "skip").is_err());
}

#[test]
fn long_keys_and_numbers_are_cut() {
    let text = format!(r#"{{"{}":{}}}"#, "k".repeat(1000), "1".repeat(1000));
    let cut = whole(&text).unwrap();
    assert_eq!(cut[1].len(), KEY + 1);
    assert_eq!(cut[2].len(), SCALAR);
    let bytes: Vec<&[u8]> = text.as_bytes().chunks(3).collect();
    assert_eq!(events(&bytes, UNUSED).unwrap(), cut);
}

#[test]
fn memory_is_bounded_whatever_a_string_is_made_of() {
    for unit in ["\\n", "\\ud83d", "\\u00e9", "x", "xxxxxxxxxxxxxxxxxxxx\\n"] {
        for (start, end) in [("{\"a\":\"", "\"}"), ("{\"", "\":1}")] {
            let mut tokenizer = Tokenizer::new();
            let middle = unit.repeat(1000);
            tokenizer.push(start.as_bytes(), &mut |_| Flow::Go).unwrap();
            for _ in 0..200 {
                tokenizer
                    .push(middle.as_bytes(), &mut |_| Flow::Go)
                    .unwrap();
            }
            tokenizer.push(end.as_bytes(), &mut |_| Flow::Go).unwrap();
            assert!(tokenizer.done());
            assert!(tokenizer.buffer.capacity() <= 2 * GATHERED, "{unit}");
        }
    }
}

fn json() -> impl Strategy<Value = Value> {
    let text = "(?s).{0,12}|[a-z\\\\\"\n\u{0}-\u{1f}\u{10000}-\u{10020}]{0,12}";
    let leaf = prop_oneof![
        4 => Just(Value::Null),
        4 => any::<bool>().prop_map(Value::from),
        4 => any::<i64>().prop_map(Value::from),
        4 => any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        9 => text.prop_map(Value::from),
        1 => Just(Value::from("long\n".repeat(20_000))),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn expected(value: &Value, seen: &mut Vec<String>) {
    match value {
        Value::String(text) => seen.push(format!("{text:?}")),
        Value::Array(values) => {
            seen.push("[".into());
            values.iter().for_each(|value| expected(value, seen));
            seen.push("]".into());
        }
        Value::Object(map) => {
            seen.push("{".into());
            for (key, value) in map {
                seen.push(format!("{key}:"));
                expected(value, seen);
            }
            seen.push("}".into());
        }
        scalar => seen.push(scalar.to_string()),
    }
}

/// Every character outside ASCII, and every seventh inside, as an escape.
fn escaped(text: &str) -> String {
    let mut units = [0; 2];
    let mut quoted = false;
    let mut escape = false;
    let mut result = String::new();
    for (index, character) in text.chars().enumerate() {
        let plain = character.is_ascii() && (index % 7 != 0 || !character.is_ascii_alphanumeric());
        if quoted && !escape && !plain {
            for unit in character.encode_utf16(&mut units) {
                result.push_str(&format!("\\u{unit:04X}"));
            }
        } else {
            result.push(character);
        }
        quoted ^= character == '"' && !escape;
        // An escape of serde_json's own may be `\u00xx`: its digits stay as they are.
        escape = character == '\\' && !escape;
    }
    result
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_split_gives_what_serde_json_reads(value in json(), step in 1usize..40, pretty: bool) {
        let value = serde_json::json!({ "top": value });
        let mut text = if pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            value.to_string()
        };
        if !text.contains("\\u") {
            text = escaped(&text);
            prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &value);
        }
        let mut wanted = Vec::new();
        expected(&value, &mut wanted);
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(step).collect();
        prop_assert_eq!(&events(&pieces, UNUSED).unwrap(), &wanted);
        prop_assert_eq!(&whole(&text).unwrap(), &wanted);
        prop_assert_eq!(events(&pieces, "top").unwrap(), ["{", "top:", "}"]);
    }

    #[test]
    fn nothing_makes_it_panic(text in r#"\{"a":[\[{]|\["#, rest in r#"([\[\]{},:"\\na1t]|true|"x":){0,30}"#, step in 1usize..9) {
        let bytes = (text + &rest).into_bytes();
        let pieces: Vec<&[u8]> = bytes.chunks(step).collect();
        prop_assert_eq!(events(&pieces, "a"), events(&[&bytes], "a"));
    }

    #[test]
    fn a_cut_document_is_not_complete(value in json(), cut in 0.0f64..1.0) {
        let text = serde_json::json!([value]).to_string();
        let cut = (text.len() as f64 * cut) as usize;
        prop_assert!(events(&[&text.as_bytes()[..cut]], UNUSED).is_err());
    }
}
