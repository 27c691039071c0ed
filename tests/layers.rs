//! Which room of `src/` may import which, and which external crate may be named where.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A room and the rooms that it may import (DESIGN, "The house").
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("host", &["model"]),
    ("archive", &["model"]),
    ("rule", &["model"]),
    ("detect", &["model"]),
    ("scan", &["model", "archive", "rule", "detect"]),
    ("ecosystem", &["model"]),
    ("policy", &["model", "rule"]),
    ("diff", &["model", "detect", "policy"]),
    ("report", &["model", "policy", "diff"]),
    (
        "check",
        &[
            "model",
            "host",
            "rule",
            "detect",
            "diff",
            "ecosystem",
            "scan",
            "policy",
        ],
    ),
    ("gate", &["model", "host", "ecosystem", "policy", "check"]),
    ("audit", &["model", "ecosystem", "policy", "check"]),
    ("init", &["model", "host", "ecosystem", "policy"]),
    ("lock", &["model", "policy"]),
    (
        "cli",
        &[
            "model",
            "host",
            "archive",
            "rule",
            "detect",
            "diff",
            "scan",
            "ecosystem",
            "policy",
            "report",
            "check",
            "gate",
            "audit",
            "init",
            "lock",
        ],
    ),
    ("main", &["cli"]),
    // Starts the program, and must not hold it a second time.
    ("bin", &[]),
    ("lib", &[]),
];

/// External crates that only some rooms may name.
const EXTERNAL: &[(&str, &[&str])] = &[
    ("tar", &["archive"]),
    ("ignore", &["ecosystem"]),
    ("flate2", &["archive", "detect"]),
    ("bzip2", &["archive"]),
    ("lzma_rust2", &["archive"]),
    ("ruzstd", &["archive", "detect"]),
    ("object", &["detect"]),
    ("gimli", &["detect"]),
    ("brotli_decompressor", &["archive"]),
    ("clap", &["cli"]),
    ("ctrlc", &["cli"]),
    ("anstream", &["cli"]),
    ("anstyle", &["report", "cli"]),
    (
        "globset",
        &["rule", "policy", "ecosystem", "detect", "gate"],
    ),
    (
        "toml",
        &["rule", "policy", "detect", "ecosystem", "audit", "init"],
    ),
    ("regex_automata", &["rule"]),
    ("regex_syntax", &["rule"]),
    ("aho_corasick", &["rule", "detect"]),
    ("base64", &["model", "rule", "detect", "scan", "host"]),
    ("xxhash_rust", &["rule", "detect", "archive"]),
    ("crossbeam_channel", &["scan"]),
    ("tempfile", &["ecosystem", "archive", "cli", "check"]),
    ("rustix", &["ecosystem", "host"]),
    ("terminal_size", &["cli"]),
    ("strsim", &["model"]),
    ("jiff", &["policy", "report", "check"]),
    ("sha1", &["model"]),
    (
        "sha2",
        &[
            "model", "host", "archive", "detect", "scan", "policy", "rule", "check",
        ],
    ),
    (
        "serde_json",
        &[
            "archive",
            "rule",
            "detect",
            "ecosystem",
            "report",
            "gate",
            "audit",
            "init",
        ],
    ),
    ("gethostname", &["host"]),
    ("textwrap", &["report"]),
    ("zeroize", &["model", "host", "detect", "ecosystem", "gate"]),
];

#[test]
fn rooms_import_only_what_the_table_allows() {
    let rooms: BTreeMap<_, _> = ROOMS.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (room, file, code) in sources() {
        let Some(allowed) = rooms.get(room.as_str()) else {
            wrong.insert(format!("{} lies in no room of the table", file.display()));
            continue;
        };
        for named in names_after(&code, "crate::").chain(names_after(&code, "packwarden::")) {
            let known = rooms.contains_key(named.as_str());
            if known && named != room && !allowed.contains(&named.as_str()) {
                wrong.insert(format!(
                    "{} names {named}, which `{room}` may not import",
                    file.display()
                ));
            }
        }
        if code.contains("super::super::") {
            wrong.insert(format!(
                "{}: write crate::… instead of super::super::",
                file.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn external_crates_stay_in_their_rooms() {
    let mut wrong = BTreeSet::new();
    for (room, file, code) in sources() {
        let code = code.split("mod tests {").next().unwrap_or_default();
        for (external, allowed) in EXTERNAL {
            let path = format!("{external}::");
            let named = code.match_indices(&path).any(|(at, _)| {
                !code[..at].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c))
            });
            if named && !allowed.contains(&room.as_str()) {
                wrong.insert(format!(
                    "{} names {external}, which `{room}` may not",
                    file.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_tables_themselves_are_in_use() {
    let rooms: BTreeSet<_> = sources().into_iter().map(|(room, ..)| room).collect();
    for (room, _) in ROOMS {
        assert!(rooms.contains(*room), "there is no room `{room}` any more");
    }
    assert_eq!(
        names_after(
            "use crate::{model::{A, B}, rule}; crate::scan::x",
            "crate::"
        )
        .collect::<Vec<_>>(),
        ["model", "rule", "scan"]
    );
}

/// Every source file with its room, doc comments left out.
fn sources() -> Vec<(String, PathBuf, String)> {
    let mut found = Vec::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    collect(&source, &mut |file| {
        let inside = file.strip_prefix(&source).unwrap();
        let first = inside.components().next().unwrap().as_os_str();
        let room = Path::new(first).file_stem().unwrap().to_str().unwrap();
        let code = fs::read_to_string(file).unwrap();
        let code: Vec<_> = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        found.push((room.to_owned(), inside.to_owned(), code.join("\n")));
    });
    found
}

fn collect(directory: &Path, found: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found(&path);
        }
    }
}

/// The first path segments that follow `prefix`, those inside one pair of braces included.
fn names_after<'c>(code: &'c str, prefix: &'c str) -> impl Iterator<Item = String> + 'c {
    code.match_indices(prefix).flat_map(move |(at, _)| {
        let rest = &code[at + prefix.len()..];
        let mut names = Vec::new();
        if !rest.starts_with('{') {
            names.push(word(rest));
            return names;
        }
        let mut depth = 0;
        let mut expected = false;
        for (index, character) in rest.char_indices() {
            match character {
                '{' => {
                    depth += 1;
                    expected = depth == 1;
                }
                '}' if depth == 1 => break,
                '}' => depth -= 1,
                ',' if depth == 1 => expected = true,
                c if expected && !c.is_whitespace() => {
                    names.push(word(&rest[index..]));
                    expected = false;
                }
                _ => {}
            }
        }
        names
    })
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}
