//! What YAML is read by its lines, and what is refused.

use crate::audit::lockfile::yaml::{Node, read};

fn told(nodes: &[Node<'_>]) -> String {
    let of_one = |node: &Node<'_>| match node.below.is_empty() {
        true => format!("{}={}", node.key, node.own_text().unwrap()),
        false => format!("{}({})", node.key, told(&node.below)),
    };
    nodes.iter().map(of_one).collect::<Vec<_>>().join(" ")
}

fn read_one(text: &str) -> String {
    match read(text) {
        Ok(documents) => documents
            .iter()
            .map(|document| told(&document.below))
            .collect::<Vec<_>>()
            .join(" | "),
        Err(wrong) => format!("{:?}: {}", wrong.line, wrong.why),
    }
}

#[test]
fn keys_values_texts_and_lists_are_read() {
    for (text, expected) in [
        ("", ""),
        (
            "a: 1 # b\r\n# c\n\nb:\n  'c d': \"e\\n\"\n  f: 'it''s'\ng: x:y\n",
            "a=1 b(c d=e\n f=it's) g=x:y",
        ),
        ("---\na: 1\n---\nb:\n    c: 2\n", "a=1 | b(c=2)"),
        ("a: |-\n  b: [\n\n  c\nd: >\n  x\n", "a= d="),
        ("a:\n- b\n- c: d\n  e: f\ng: 1\n", "a= -=b -(c=d e=f) g=1"),
        ("a:\n  - b\n  - c\n", "a(-=b -=c)"),
        ("? \"a b\"\n:\n  c: 1\nd: 2\n", "a b(c=1) d=2"),
        ("x:\n  ? a\n  : b: 1\n    c: 2\n", "x(a(b=1 c=2))"),
        (
            "@s/a@1",
            "Some(1): `@s/a@1` is not plain YAML as the clients write it",
        ),
    ] {
        assert_eq!(read_one(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_plain_is_an_error_with_its_line() {
    for (text, line) in [
        ("a: 1\n  b: 2\n", Some(2)),
        ("a:\n    b: 1\n  c: 2\n", Some(3)),
        ("  a: 1\nb: 2\n", Some(2)),
        ("a: 1\na: 2\n", Some(2)),
        ("a: &x\n", Some(1)),
        ("a:\n\tb: 1\n", Some(2)),
        ("<<<<<<< HEAD\n", Some(1)),
        ("? a\nb: 1\n", Some(2)),
        ("? a\n", None),
        ("{a: 1}\n", Some(1)),
    ] {
        assert_eq!(read(text).unwrap_err().line, line, "{text}");
    }
}

#[test]
fn braces_hold_fields() {
    let fields = |text: &str| {
        let documents = read(text).unwrap();
        let fields = documents[0].below[0].fields().map_err(|wrong| wrong.why);
        fields.map(|fields| {
            let fields = fields.iter().map(|(key, value)| format!("{key}={value}"));
            fields.collect::<Vec<_>>().join(" ")
        })
    };
    for (text, expected) in [
        ("a: {b: c, 'd': 'e, f', g: [1, 2]}", "b=c d=e, f g=[1, 2]"),
        ("a: {}", ""),
        ("a:\n  b: c\n  d: e\n", "b=c d=e"),
        ("a: {b: https://c/d}", "b=https://c/d"),
    ] {
        assert_eq!(fields(text).unwrap(), expected, "{text}");
    }
    for text in [
        "a: {b: c",
        "a: {b: 'c}",
        "a: {b: c, b: d}",
        "a: [b]",
        "a: {b: c]}",
    ] {
        assert!(fields(text).is_err(), "{text}");
    }
}
