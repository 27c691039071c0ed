//! Bytecode of each layout, and what is told of it.

use super::*;
use crate::detect::testing::inspect_in_steps;

/// A text, as short ones are written.
fn text(text: &str) -> Vec<u8> {
    [&[b'z' | 0x80, text.len() as u8], text.as_bytes()].concat()
}

/// A reference to the object at `index`.
fn reference(index: u32) -> Vec<u8> {
    [&b"r"[..], &index.to_le_bytes()].concat()
}

/// A module of Python 3.12 with one constant, compiled from `name`.
fn module(constant: &[u8], name: &[u8]) -> Vec<u8> {
    let empty = b")\0".to_vec();
    let bytecode = b"s\x02\0\0\0d\0".to_vec();
    let constants = [&b")\x01"[..], constant].concat();
    let objects = [
        bytecode,
        constants,
        empty.clone(),
        empty,
        b"s\0\0\0\0".to_vec(),
        name.to_vec(),
        text("<module>"),
        text("<module>"),
    ];
    [
        b"\xe3".to_vec(),
        vec![0; 20],
        objects.concat(),
        vec![1, 0, 0, 0],
        b"s\0\0\0\0s\0\0\0\0".to_vec(),
    ]
    .concat()
}

fn pyc(magic: u16, code: &[u8]) -> Vec<u8> {
    [&magic.to_le_bytes()[..], b"\r\n", &[0; 12], code].concat()
}

fn said(content: &[u8]) -> Vec<String> {
    let entry = Entry::file("a/b.pyc", content.len() as u64);
    let whole = inspect_in_steps(&Pyc, &entry, content, usize::MAX);
    let in_steps = inspect_in_steps(&Pyc, &entry, content, 7);
    assert_eq!(whole.detections, in_steps.detections);
    whole
        .detections
        .into_iter()
        .map(|found| found.message)
        .collect()
}

#[test]
fn the_path_that_a_module_was_compiled_at_is_found() {
    let found = ["it was compiled from `/home/ann/src/tool/a.py`"];
    let name = text("/home/ann/src/tool/a.py");
    assert_eq!(said(&pyc(3531, &module(b"N", &name))), found);
    // The name is written with a function among the constants, as the third object that can be referred to,
    // and the module only refers to it.
    let function = module(b"(\x01\0\0\0i\x07\0\0\0", &name);
    assert_eq!(said(&pyc(3627, &module(&function, &reference(2)))), found);
    for name in [
        "/home/runner/work/a.py",
        "src/a.py",
        "<frozen os>",
        "/opt/tool/a.py",
    ] {
        assert_eq!(
            said(&pyc(3531, &module(b"N", &text(name)))),
            [""; 0],
            "{name}"
        );
    }
}

#[test]
fn what_is_cut_off_or_unknown_says_nothing() {
    let whole = module(b"{zNN0", &text("/home/ann/a.py"));
    for length in 0..whole.len() {
        assert_eq!(said(&pyc(3531, &whole[..length])), [""; 0]);
    }
    assert_eq!(said(&pyc(3394, &whole)), [""; 0]);
    assert_eq!(said(&pyc(20121, &whole)), [""; 0]);
    // Lengths and references that lead nowhere, and endless nesting.
    for code in [
        &b"\xe3"[..],
        b"s\xff\xff\xff\xff",
        b"(\xff\xff\xff\xff",
        b"r\xff\0\0\0",
        b"l\0\0\0\x80",
    ] {
        assert_eq!(said(&pyc(3531, code)), [""; 0]);
    }
    assert_eq!(said(&pyc(3531, &b")\x01".repeat(100_000))), [""; 0]);
}

#[test]
fn bytecode_without_its_module_is_told_from_other() {
    let facts = |paths: &[&str]| Facts {
        entries: paths
            .iter()
            .map(|path| (EntryPath::rootless(path), 1))
            .collect(),
        ..Facts::default()
    };
    let concluded = |paths: &[&str]| {
        let mut found = Vec::new();
        Pyc.conclude(&facts(paths), &mut |detection| {
            found.push((detection.kind, detection.path.as_str().to_owned()));
        });
        found
    };
    let stale = "a/__pycache__/gone.cpython-312.opt-1.pyc";
    let found = concluded(&[
        stale,
        "a/__pycache__/b.cpython-312.pyc",
        "a/b.py",
        "a/c.pyc",
        "a/d.pyc",
        "a/d.py",
        "__pycache__/top.cpython-312.pyc",
        "top.py",
    ]);
    assert_eq!(
        found,
        [
            (STALE, stale.to_owned()),
            (WITHOUT_SOURCE, "a/c.pyc".to_owned())
        ]
    );
    // The library of a program is told of once.
    let mut found = Vec::new();
    let program = [
        "bin/app!/a.pyc",
        "bin/app!/b.pyc",
        "bin/app!/c/d.pyc",
        "e.pyc",
    ];
    Pyc.conclude(&facts(&program), &mut |detection| {
        found.push(detection.message)
    });
    assert_eq!(
        found,
        [
            "`a.py` does not ship, and can be told from this, and so can 2 other modules beside it",
            "`e.py` does not ship, and can be told from this",
        ]
    );
}
