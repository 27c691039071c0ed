//! What is found in decoded text, however it was cut and nested.

use std::{fmt::Write as _, time::Duration};

use base64::{Engine as _, engine::general_purpose as engines};
use proptest::prelude::*;

use super::runs::{self, Run};
use crate::{
    model::{Entry, EntryKind, Finding, Limits, LiveSecrets, Location, Sha256},
    rule::RuleSet,
    scan::{Bounds, Redaction, Scope, collected::Collected, entry_scan::EntryScan, pipeline},
};

const RULE: &str = "[[rule]]\nid = 'token'\ntitle = 'A token'\ncategory = 'secret'\nseverity = 'high'\n\
    level = 'deny'\nwhy = 'w'\nfix = 'f'\n[rule.match]\nanchors = ['tok-']\n\
    regex = '(tok-[0-9A-Za-z+/=_-]{20})(?:[^0-9A-Za-z]|$)'\nvalue = 1\n";
const TOKEN: &str = "tok-q7W/x2+e8Rz-k5T_v9Yb";

/// What a file comes to that arrives in these pieces.
fn collected(pieces: &[&[u8]]) -> Collected {
    collected_within(Duration::from_secs(60), pieces)
}

fn collected_within(time: Duration, pieces: &[&[u8]]) -> Collected {
    let rules = RuleSet::from_text("own.toml", RULE, &[]).unwrap();
    found_by(&rules, time, pieces)
}

fn found_by(rules: &RuleSet, time: Duration, pieces: &[&[u8]]) -> Collected {
    let limits = Limits {
        time,
        ..Limits::default()
    };
    let scope = Scope {
        rules,
        detectors: Vec::new(),
        limits: &limits,
        derived: pipeline::DerivedBudget::default(),
        bounds: Bounds::new(&limits),
        redaction: Redaction::new(Some(rules), &LiveSecrets::default()),
        inventory: false,
    };
    let mut collected = Collected::default();
    let entry = Entry {
        kind: EntryKind::File,
        ..Entry::file("package/a", 1)
    };
    let mut scan = EntryScan::new(&scope, entry);
    for (index, piece) in pieces.iter().enumerate() {
        scan.push(piece, index + 1 == pieces.len(), &mut collected);
    }
    collected.gaps.extend(scope.bounds.gaps());
    collected
}

fn found(content: &[u8]) -> Vec<Finding> {
    collected(&[content]).findings
}

/// What is said of the one finding, which is bound to the token.
#[track_caller]
fn said(content: impl AsRef<[u8]>) -> String {
    let content = content.as_ref();
    let findings = found(content);
    let shown = String::from_utf8_lossy(content);
    assert_eq!(findings.len(), 1, "{shown}: {findings:?}");
    assert_eq!(
        findings[0].sha256,
        Some(Sha256::of(TOKEN.as_bytes())),
        "{shown}"
    );
    findings[0].message.clone()
}

fn standard(text: impl AsRef<[u8]>) -> String {
    engines::STANDARD.encode(text)
}

fn each(text: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

/// Everything but letters and digits by `write`.
fn signs(text: &str, write: impl Fn(u8) -> String) -> String {
    each(text, |byte| match byte {
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => write(byte),
    })
}

fn percent(byte: u8) -> String {
    format!("%{byte:02X}")
}

fn unicode(byte: u8) -> String {
    format!("\\u{byte:04x}")
}

fn hex(text: &str) -> String {
    each(text, |byte| format!("{byte:02x}"))
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn in_lines(text: &str, length: usize, between: &str) -> String {
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(length)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    lines.join(between)
}

#[test]
fn base64_is_read_wherever_it_stands() {
    let text = format!("{{\"user\":\"ann\",\"token\":\"{TOKEN}\",\"more\":\"and so on and on\"}}");
    let whole = standard(&text);
    let url = engines::URL_SAFE_NO_PAD.encode(&text);
    for written in [
        format!("data: {whole}\n"),
        format!("{{\"a\":\"{url}\"}}"),
        format!("x = 'data:application/json;base64,{whole}'"),
        format!("Authorization: Basic {}", standard(format!("ann:{TOKEN}"))),
        format!("NPM_TOKEN: {}\nother: 1", standard(TOKEN)),
        format!("https://host.example/v2/{whole}"),
        format!("pre_fix-{whole} "),
        format!("a={}\nBAR=\n", standard(format!("ab={TOKEN}"))),
        in_lines(&whole, 64, "\n"),
        in_lines(&whole, 76, "\r\n"),
        format!("tls:\n    {}\nnext: a", in_lines(&whole, 48, "\n    ")),
        format!("{{\"a\":\"{}\\n\"}}", in_lines(&whole, 64, "\\n")),
        format!("a = \"{}\";", in_lines(&whole, 40, "\" +\n  \"")),
        format!("a = (\"{}\")", in_lines(&whole, 40, "\"\n  \"")),
        whole.replace('/', "\\/"),
        format!("\u{7f}{}", standard(["\u{feff}", &text].concat())),
    ] {
        assert_eq!(said(&written), "A token, in base64", "{written}");
    }
}

#[test]
fn what_holds_no_text_is_decoded_if_there_is_much_of_it() {
    let mut data: Vec<u8> = (0..400u32)
        .map(|number| ((number * 167) >> 2) as u8)
        .collect();
    data.splice(200..200, format!("\"{TOKEN}\"").bytes());
    assert_eq!(said(standard(&data)), "A token, in base64");
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &data].concat();
    assert_eq!(found(standard(&png).as_bytes()), []);
    // Nor where it is longer than what is at hand at once.
    let long = standard([png, data.repeat(100)].concat());
    let (one, two) = long.as_bytes().split_at(30_000);
    assert_eq!(collected(&[one, two]).findings, []);
}

#[test]
fn the_other_forms_are_read() {
    let line = format!("token = {TOKEN};");
    for (written, form) in [
        (hex(&line), "hexadecimal digits"),
        (
            format!("x = 0x{}", hex(&line).to_uppercase()),
            "hexadecimal digits",
        ),
        (format!("q={}", each(TOKEN, percent)), "percent-encoding"),
        (format!("q={}&b", signs(TOKEN, percent)), "percent-encoding"),
        (format!("\"{}\"", signs(TOKEN, unicode)), "escapes"),
        (format!("\"{}\"", each(TOKEN, unicode)), "escapes"),
        (format!("'{}'", TOKEN.replace('-', "\\x2d")), "escapes"),
        (
            format!("`{}`", TOKEN.replace('-', "\\u{2D}").replace('/', "\\x2F")),
            "escapes",
        ),
        (
            format!("{{\"a\":\"{}\"}}", TOKEN.replace('/', "\\/")),
            "escapes",
        ),
        (
            format!(
                "\"{{\\\"a\\\":\\\"{}\\\"}}\"",
                TOKEN.replace('+', "\\\\u002b")
            ),
            "escapes within escapes",
        ),
    ] {
        assert_eq!(said(&written), format!("A token, in {form}"), "{written}");
    }
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let text = format!("\u{feff}a: 1\r\n{line}\r\nb: é");
        assert_eq!(said(utf16(&text, bytes)), "A token, in UTF-16");
        let within = [&b"\x7fELF\0\0\0\xff"[..], &utf16(&line, bytes), &[0xff; 9]].concat();
        assert_eq!(said(within), "A token, in UTF-16");
    }
}

#[test]
fn forms_within_forms_are_read() {
    let json = format!(
        "{{\"x\":\"???\",\"auth\":\"{}\"}}",
        standard(format!("ann:{TOKEN}"))
    );
    let json_escaped = format!("{{\"auth\":\"{}\"}}", signs(TOKEN, unicode));
    let script = engines::STANDARD.encode(utf16(&format!("$a = '{TOKEN}'"), u16::to_le_bytes));
    for (written, forms) in [
        (standard(&json), "base64 within base64"),
        (standard(&json_escaped), "escapes within base64"),
        (
            format!("?q={}", each(&json, percent)),
            "base64 within percent-encoding",
        ),
        (
            format!("?q={}", signs(&standard(&json), percent)),
            "base64 within base64 within percent-encoding",
        ),
        (format!("powershell -enc {script}"), "UTF-16 within base64"),
        (
            standard(standard(&json)),
            "base64 within base64 within base64",
        ),
    ] {
        assert_eq!(said(&written), format!("A token, in {forms}"), "{written}");
    }
    assert_eq!(found(standard(standard(standard(&json))).as_bytes()), []);
}

#[test]
fn a_finding_has_the_place_of_what_is_encoded() {
    let place = |content: &[u8]| {
        let location = found(content)[0].location;
        (location.line, location.column, location.offset)
    };
    let blob = standard(format!("some user:{TOKEN}"));
    let text = format!("one\ntwo: {blob}\n");
    assert_eq!(place(text.as_bytes()), (Some(2), Some(6), None));
    let text = format!("one\n\"a\\u002db and {}\"", TOKEN.replace('/', "\\x2f"));
    assert_eq!(place(text.as_bytes()), (Some(2), Some(15), None));
    let wide = utf16(&format!("one: {TOKEN}"), u16::to_le_bytes);
    assert_eq!(
        place(&[&b"\x01\x02"[..], &wide].concat()),
        (None, None, Some(12))
    );
    let binary = [&b"\0\x01\0"[..], blob.as_bytes()].concat();
    assert_eq!(place(&binary), (None, None, Some(3)));
}

#[test]
fn what_is_found_in_plain_too_is_told_once() {
    let blob = standard(format!("some user:{TOKEN}"));
    for text in [
        format!("{TOKEN}\n{blob}"),
        format!("{blob}\n{TOKEN}"),
        format!("\"a\\u002db {TOKEN}\""),
    ] {
        assert_eq!(said(&text), "A token", "{text}");
    }
    assert_eq!(said(format!("{blob} {blob}\n{blob}")), "A token, in base64");
    // What is broken by an escape beside what is not.
    let other = TOKEN.replace("q7W", "p3N");
    let findings = found(format!("\"{other} {}\"", TOKEN.replace('/', "\\/")).as_bytes());
    let messages: Vec<&str> = findings.iter().map(|found| &*found.message).collect();
    assert_eq!(messages, ["A token", "A token, in escapes"]);
}

#[test]
fn padding_is_no_part_of_the_text() {
    // Nothing may follow the token, not even a sign of padding.
    let rule = RULE.replace("(?:[^0-9A-Za-z]|$)", "(?:[ \\n\"]|$)");
    let rules = RuleSet::from_text("own.toml", &rule, &[]).unwrap();
    let found = |text: &str| {
        let collected = found_by(&rules, Duration::from_secs(60), &[text.as_bytes()]);
        collected.findings.len()
    };
    for before in ["", " ", "a "] {
        let once = standard([before, TOKEN].concat());
        let twice = standard(&once);
        for written in [
            once.clone(),
            format!("{once}\n"),
            format!("{{\"a\":\"{once}\"}}"),
            format!("?q={} ", once.replace('=', "%3D")),
            format!("\"{}\"", once.replace('=', "\\u003d")),
            format!("{twice}\n"),
            format!("{}\n", standard(format!("a: {once}"))),
            format!("{}\n", standard(format!("b:  {once}"))),
        ] {
            assert_eq!(found(&written), 1, "{written}");
        }
    }
}

#[test]
fn the_sign_of_a_number_is_no_part_of_the_text() {
    let rule = RULE.replace("'(tok-", "'\\b(tok-");
    let rules = RuleSet::from_text("own.toml", &rule, &[]).unwrap();
    let written = hex(TOKEN);
    for text in [format!("K=0x{written}"), format!("K={written}")] {
        let collected = found_by(&rules, Duration::from_secs(60), &[text.as_bytes()]);
        assert_eq!(collected.findings.len(), 1, "{text}");
    }
}

#[test]
fn what_stands_before_counts() {
    let rule = RULE.replace("'(tok-", "'password: *\"?(tok-");
    let rules = RuleSet::from_text("own.toml", &rule, &[]).unwrap();
    let found = |text: &str| found_by(&rules, Duration::from_secs(60), &[text.as_bytes()]);
    let long = standard(TOKEN);
    assert_eq!(found(&format!("password: {long}")).findings.len(), 1);
    assert_eq!(found(&format!("pass: {long}")).findings.len(), 0);
}

#[test]
fn stretches_without_end_are_a_gap() {
    let text = "ab%2Bcd\"".repeat(400_000);
    let collected = collected_within(Duration::from_secs(1), &[text.as_bytes()]);
    assert!(
        collected.gaps[0].reason.contains("(limit `time`"),
        "{:?}",
        collected.gaps
    );
    assert_eq!(
        collected_within(Duration::from_secs(60), &[text.as_bytes()]).gaps,
        []
    );
}

/// The token in each form, and something before and after it that may have one too.
fn written(form: usize, before: &str, after: &str) -> Vec<u8> {
    let around = |text: &str| format!("{before} \"{text}\" {after}").into_bytes();
    let inner = format!("the token is {TOKEN} and nothing else\n");
    match form {
        0 => around(&standard(&inner)),
        1 => around(&in_lines(&standard(inner.repeat(4)), 64, "\n")),
        2 => around(&hex(&inner)),
        3 => around(&each(TOKEN, percent)),
        4 => around(&signs(TOKEN, unicode)),
        5 => around(&TOKEN.replace('/', "\\/")),
        6 => [
            before.as_bytes(),
            &utf16(&inner, u16::to_le_bytes),
            after.as_bytes(),
        ]
        .concat(),
        7 => [
            before.as_bytes(),
            &utf16(&inner, u16::to_be_bytes),
            after.as_bytes(),
        ]
        .concat(),
        8 => around(&standard(format!("{{\"a\":\"{}\"}}", standard(inner)))),
        9 => around(&signs(&standard(inner), percent)),
        10 => around(&standard(inner.repeat(1500))),
        _ => utf16(
            &format!("{before}{inner}{after}").repeat(30),
            u16::to_le_bytes,
        ),
    }
}

/// What is found, but for the column, which may lie too far back to be known.
fn told(pieces: &[&[u8]]) -> Vec<(String, Location, Option<Sha256>)> {
    let findings = collected(pieces).findings.into_iter();
    let told = findings.map(|found| {
        let location = Location {
            column: None,
            ..found.location
        };
        (found.message, location, found.sha256)
    });
    told.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn cuts_make_no_difference(
        form in 0usize..12,
        before in "[a-zA-Z0-9%/\\\\\"' \n+=-]{0,120}",
        after in "[a-zA-Z0-9%/\\\\\"' \n+=-]{0,120}",
        far in 0usize..3,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
    ) {
        // Views begin to move where there are more than some 16 KiB.
        let padding = "let filler = 1;\n".repeat([0, 1040, 2200][far]);
        let padding = padding.as_bytes();
        let written = written(form, &before, &after);
        let content = [padding, &written, padding].concat();
        let whole = told(&[&content]);
        prop_assert!(!whole.is_empty() || form == 6 || form == 7, "{}", String::from_utf8_lossy(&written));
        let mut at: Vec<usize> = cuts
            .iter()
            .map(|cut| padding.len() + cut.index(written.len()))
            .collect();
        at.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for end in at.into_iter().chain([content.len()]) {
            pieces.push(&content[from..end]);
            from = end;
        }
        prop_assert_eq!(&told(&pieces), &whole);
        let steps: Vec<&[u8]> = content.chunks(997).collect();
        prop_assert_eq!(&told(&steps), &whole);
    }

    #[test]
    fn every_run_of_digits_is_found(text in "([a-zA-Z0-9+/_-]{0,40}[ .,:()@\\[`{=é]?){0,12}") {
        let bytes = text.as_bytes();
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(Run::Digits(run)) = runs::next(bytes, at, bytes.len()) {
            at = run.end;
            found.push(&text[run]);
        }
        let runs = text.split(|character: char| !character.is_ascii() || !runs::is_digit(character as u8));
        prop_assert_eq!(found, runs.filter(|run| run.len() >= runs::SHORTEST).collect::<Vec<_>>());
    }

    #[test]
    fn arbitrary_bytes_come_to_the_same_in_pieces(
        words in prop::collection::vec(prop::sample::select(vec![
            "tok-q7W", "/x2+e8Rz", "-k5T_v9Yb", "\\u002d", "\\x2d", "%2F", "%", "\\", "\"", "\n", "\\n", " ", "=",
            "dG9rLXE3Vy94MitlOFJ6LWs1VF92OVli", "746f6b2d7137572f78322b6538527a2d", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "t\0o\0k\0-\0q\0", "\0t\0o\0k", "iVBOR", "\\/", "ab", "+",
        ]), 0..60),
        step in 1usize..40,
    ) {
        // Whether it is binary is seen in the first piece.
        let content = words.concat();
        let content = format!("{}{content}", if content.contains('\0') { "\0" } else { "" });
        let pieces: Vec<&[u8]> = content.as_bytes().chunks(step).collect();
        prop_assert_eq!(told(&pieces), told(&[content.as_bytes()]));
    }
}

#[test]
fn many_values_are_told_apart_up_to_a_number() {
    let mut text = String::new();
    for number in 0..400 {
        let value = format!("user:tok-q7W/x2+e8Rz-k5T_{number:04}");
        writeln!(text, "{}", standard(value)).unwrap();
    }
    let findings = found(text.as_bytes());
    assert_eq!(findings.len(), 101);
    assert!(
        findings[0].message.contains("300 more times"),
        "{:?}",
        findings[0]
    );
}
