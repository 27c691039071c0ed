//! What is new in an artifact: `packwarden diff`, and `check --against`.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/schema.rs"]
mod schema;
mod support;

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};
use support::{
    command::{Ran, packwarden},
    tarball::TarballBuilder,
};
use tempfile::TempDir;

type Files<'a> = &'a [(&'a str, &'a [u8])];

/// A package of this version with these files below `package/`.
fn package(version: &str, license: &str, files: Files<'_>) -> Vec<u8> {
    let manifest = json!({
        "name": "@invented/cli", "version": version, "license": license,
        "repository": "git+https://git.example/cli.git", "bin": { "cli": "cli.js" },
        "files": ["*"], "publishConfig": { "access": "public" },
    });
    let manifest = manifest.to_string();
    let tarball = TarballBuilder::new().file("package/package.json", manifest.as_bytes());
    let add = |tarball: TarballBuilder, (path, content): &(&str, &[u8])| {
        tarball.file(&format!("package/{path}"), content)
    };
    files.iter().fold(tarball, add).gzip()
}

/// A directory with these files.
fn place(files: &[(&str, Vec<u8>)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(directory.path().join(name), content).unwrap();
    }
    directory
}

fn run(directory: &TempDir, arguments: &[&str]) -> Ran {
    packwarden(arguments).directory(directory.path()).run()
}

/// Without what depends on how the archive is compressed.
fn plain(text: &str) -> String {
    let packed = regex::Regex::new(r"[0-9.]+ k?B packed").unwrap();
    packed.replace_all(text, "[…] packed").into_owned()
}

const MIT: &str = "MIT";
const CLOSED: &str = "SEE LICENSE IN README.md";
const ENV: &[u8] = b"HOST=localhost\nPORT=8080\n";

fn two_releases() -> TempDir {
    let before = package(
        "1.0.0",
        MIT,
        &[
            ("README.md", b"# cli\n"),
            ("cli.js", b"#!/usr/bin/env node\nrun();\n"),
            ("dist/index-4f3a2b1c.js", b"let first = 1;\n"),
            ("dist/table.js", b"export const table = [1, 2, 3];\n"),
            ("dist/old.js", b"let old = 'longer than the others here';\n"),
            ("data.txt", b"plain\n"),
            (".env", ENV),
        ],
    );
    let after = package(
        "1.1.0",
        MIT,
        &[
            ("README.md", b"# cli\n"),
            (
                "cli.js",
                b"#!/usr/bin/env node\nrun();\nmore('and more');\n",
            ),
            ("dist/index-9d8e7f6a.js", b"let first = 2;\n"),
            ("lib/table.js", b"export const table = [1, 2, 3];\n"),
            ("data.txt", b"pla\0n\n"),
            ("coverage/lcov.info", b"TN:\n"),
            ("notes\u{202e}.docx", b"-"),
        ],
    );
    place(&[("a.tgz", before), ("b.tgz", after)])
}

#[test]
fn people_see_first_what_would_make_them_stop() {
    let place = two_releases();
    let ran = run(&place, &["diff", "a.tgz", "b.tgz"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_snapshot!(plain(&ran.stdout), @r"
    @invented/cli 1.0.0 → 1.1.0
    before  a.tgz: npm-tgz, 8 files, […] packed, 9.2 kB unpacked
    after   b.tgz: npm-tgz, 8 files, […] packed, 9.2 kB unpacked

    new extensions (2)
            1 B  .docx: notes\u{202e}.docx
            4 B  .info: coverage/lcov.info

    new directories (2)
            4 B  coverage: coverage/lcov.info
           32 B  lib: lib/table.js

    added (2)
            4 B  coverage/lcov.info
            1 B  notes\u{202e}.docx

    removed (2)
           41 B  dist/old.js
           25 B  .env

    grown (1)
          +18 B  cli.js (27 B → 45 B)

    changed in kind (1)
            6 B  data.txt (text → binary)

    renamed (1)
           32 B  dist/table.js → lib/table.js

    new findings (1)
      warn[coverage-report] coverage/lcov.info: Coverage report

    findings gone (1)
      deny[env-file] .env: Environment file

    files: 2 added, 2 removed, 4 changed, 2 unchanged; 2 new findings, 1 gone
    ");
}

#[test]
fn programs_get_what_the_schema_says() {
    let place = two_releases();
    let schema = serde_json::from_str(include_str!("../docs/schema/diff-v1.json")).unwrap();
    let ran = run(&place, &["diff", "a.tgz", "b.tgz", "--format", "json"]);
    let document = ran.json();
    assert_eq!(ran.code, Some(0));
    assert_eq!(schema::complaints(&schema, &document), Vec::<String>::new());
    assert_eq!(document["complete"], true);
    let difference = &document["differences"][0];
    let names = |key: &str| -> Vec<&str> {
        let all = difference[key].as_array().unwrap().iter();
        let name = |one| Value::get(one, "name").or(Value::get(one, "path"));
        all.map(|one| name(one).unwrap().as_str().unwrap())
            .collect()
    };
    assert_eq!(names("first_extensions"), ["docx", "info"]);
    assert_eq!(names("first_directories"), ["coverage", "lib"]);
    assert_eq!(names("removed"), ["package/dist/old.js", "package/.env"]);
    let changed: Vec<_> = difference["changed"].as_array().unwrap().iter().collect();
    let known_by = changed.iter().map(|one| one["known_by"].as_str().unwrap());
    assert_eq!(
        known_by.collect::<Vec<_>>(),
        ["path", "path", "hashed-name", "content", "path"]
    );
    let failed = run(&place, &["diff", "a.tgz", "none.tgz", "--format", "json"]);
    let document = failed.json();
    assert_eq!(failed.code, Some(3));
    assert_eq!(schema::complaints(&schema, &document), Vec::<String>::new());
    assert_eq!(document["complete"], false);
    assert_eq!(document["only_before"][0]["path"], "a.tgz");
    assert_eq!(document["errors"][0]["code"], 3);
}

#[test]
fn what_was_not_read_is_never_a_whole_difference() {
    let mut cut = package("1.1.0", MIT, &[("cli.js", b"run();\n")]);
    cut.truncate(cut.len() - 9);
    let whole = package("1.0.0", MIT, &[("cli.js", b"run();\n")]);
    let place = place(&[("a.tgz", whole), ("b.tgz", cut)]);
    for (line, code, said) in [
        (&["diff", "a.tgz", "b.tgz"][..], 4, "incomplete: b.tgz"),
        (&["diff", "b.tgz", "a.tgz"], 4, "incomplete: b.tgz"),
        (&["diff", "a.tgz", "c.tgz"], 3, "c.tgz does not exist"),
        (&["diff", "a.tgz", "npm:../a"], 2, "no name of a package"),
        (&["diff", "-", "-"], 2, "standard input can be only one"),
        (
            &["check", "a.tgz", "--against", "b.tgz"],
            4,
            "a.tgz can't be compared with b.tgz",
        ),
        (
            &["check", "a.tgz", "--against", "c.tgz"],
            3,
            "c.tgz does not exist",
        ),
        (
            &["check", "a.tgz", "--against", "npm:-a"],
            2,
            "no name of a package",
        ),
    ] {
        let ran = run(&place, line);
        assert_eq!(ran.code, Some(code), "{line:?} {ran:?}");
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(text.contains(said), "{line:?} {text}");
    }
}

#[test]
fn other_formats_and_names_are_compared_with_a_note() {
    let other = TarballBuilder::new()
        .file(
            "acme-1.0.0/Cargo.toml",
            b"[package]\nname = \"acme\"\nversion = \"1.0.0\"\n",
        )
        .file("acme-1.0.0/src/lib.rs", b"")
        .gzip();
    let place = place(&[
        ("a.tgz", package("1.0.0", MIT, &[])),
        ("acme-1.0.0.crate", other),
    ]);
    let ran = run(&place, &["diff", "a.tgz", "acme-1.0.0.crate"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for note in [
        "note: they are of different formats: npm-tgz and crate",
        "note: they are of different packages: @invented/cli and acme",
    ] {
        assert!(ran.stdout.contains(note), "{}", ran.stdout);
    }
    let ran = run(&place, &["check", "a.tgz", "--against", "acme-1.0.0.crate"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("has no npm-tgz"), "{}", ran.stderr);
}

#[test]
fn long_lists_are_cut_with_a_count() {
    let names: Vec<String> = (0..30)
        .map(|number| format!("dist/part{number}.js"))
        .collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), &b"let a;"[..]))
        .collect();
    let place = place(&[
        ("a.tgz", package("1.0.0", MIT, &[("dist/index.js", b"-")])),
        ("b.tgz", package("1.1.0", MIT, &files)),
    ]);
    let lines = |arguments: &[&str]| {
        let ran = run(&place, arguments);
        ran.stdout.matches("dist/part").count()
    };
    assert_eq!(lines(&["diff", "a.tgz", "b.tgz"]), 10);
    assert_eq!(lines(&["diff", "a.tgz", "b.tgz", "--verbose"]), 30);
    let ran = run(&place, &["diff", "a.tgz", "b.tgz"]);
    assert!(ran.stdout.contains("and 20 more (--verbose lists them)"));
}

/// The rules that block, each with the path that it was met in.
fn denied(ran: &Ran) -> Vec<(String, String)> {
    let document = ran.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let stands = |one: &&Value| one["level"] == "deny" && one["waived"] == false;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let denied = findings.filter(stands);
    denied
        .map(|one| (text(&one["rule"]), text(&one["path"])))
        .collect()
}

/// A map with sources of a little more than a megabyte.
fn map() -> Vec<u8> {
    let source = |file: usize| {
        let line = |line: usize| format!("const value{line} = \"file {file}, as we say\";\n");
        (0..800).map(line).collect::<String>()
    };
    let sources: Vec<String> = (0..40)
        .map(|file| format!("../src/file{file}.ts"))
        .collect();
    let contents: Vec<String> = (0..40).map(source).collect();
    json!({ "version": 3, "sources": sources, "sourcesContent": contents, "names": [], "mappings": "AAAA;" })
        .to_string()
        .into_bytes()
}

/// The release of March 2026 that gave a whole CLI away, and the one before it.
fn incident() -> TempDir {
    let cli = "run('the CLI in one line');\n".repeat(4_000);
    let cli = cli.as_bytes();
    let map = map();
    place(&[
        (
            "cli-2.1.87.tgz",
            package("2.1.87", CLOSED, &[("cli.js", cli)]),
        ),
        (
            "cli-2.1.88.tgz",
            package("2.1.88", CLOSED, &[("cli.js", cli), ("cli.js.map", &map)]),
        ),
    ])
}

#[test]
fn the_map_of_march_2026_is_stopped_by_its_growth_and_by_its_extension() {
    let place = incident();
    let line = [
        "check",
        "cli-2.1.88.tgz",
        "--against",
        "cli-2.1.87.tgz",
        "--format",
        "json",
    ];
    let ran = run(&place, &line);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let map = |rule: &str| (rule.to_owned(), "package/cli.js.map".to_owned());
    let denied = denied(&ran);
    for rule in [
        "source-map-with-sources",
        "sudden-growth",
        "first-seen-source-extension",
    ] {
        assert!(denied.contains(&map(rule)), "{rule}: {denied:?}");
    }
    let compared = &ran.json()["artifacts"][0]["compared_with"];
    assert_eq!(compared["release"], "cli-2.1.87.tgz");

    // The other way round nothing is new.
    let ran = run(
        &place,
        &["check", "cli-2.1.87.tgz", "--against", "cli-2.1.88.tgz"],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("against    cli-2.1.88.tgz"),
        "{}",
        ran.stdout
    );
}

#[test]
fn levels_and_waivers_hold_for_what_is_new() {
    let place = incident();
    let line = [
        "check",
        "cli-2.1.88.tgz",
        "--against",
        "cli-2.1.87.tgz",
        "--format",
        "json",
    ];
    let rules = |config: &str| {
        fs::write(place.path().join("packwarden.toml"), config).unwrap();
        let denied = denied(&run(&place, &line)).into_iter();
        let rules = denied.map(|(rule, _)| rule);
        let rules = rules.filter(|rule| rule != "source-map-with-sources");
        rules.collect::<Vec<_>>().join(" ")
    };
    let hash = packwarden::model::Sha256::of(&map()).to_string();
    let waiver = |rule: &str, bound: &str| {
        format!("[[waive]]\nrule = \"{rule}\"\nreason = \"meant\"\n{bound}\n")
    };
    let both = "first-seen-source-extension sudden-growth";
    assert_eq!(rules(""), both);
    assert_eq!(
        rules("[levels]\nsudden-growth = \"warn\"\n"),
        "first-seen-source-extension"
    );
    assert_eq!(
        rules(&waiver("first-seen-source-extension", "path = \"*.map\"")),
        "sudden-growth"
    );
    let bound = format!("sha256 = \"{hash}\"");
    assert_eq!(
        rules(&waiver("sudden-growth", &bound)),
        "first-seen-source-extension"
    );
    let other = format!("sha256 = \"{}\"", "0".repeat(64));
    assert_eq!(rules(&waiver("sudden-growth", &other)), both);
}

#[test]
fn a_package_whose_source_is_public_is_only_warned_of_its_first_map() {
    let map = br#"{"version":3,"sources":["a.ts"],"mappings":"AAAA"}"#;
    let files: Files<'_> = &[("cli.js", b"run();\n"), ("cli.js.map", map)];
    let place = place(&[
        ("a.tgz", package("1.0.0", MIT, &files[..1])),
        ("b.tgz", package("1.1.0", MIT, files)),
        (
            "c.tgz",
            package(
                "1.2.0",
                MIT,
                &[("cli.js", b"run();\n"), ("old.sqlite", b"-")],
            ),
        ),
    ]);
    let rules = |file: &str| {
        let ran = run(
            &place,
            &["check", file, "--against", "a.tgz", "--format", "json"],
        );
        let document = ran.json();
        let findings = document["findings"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let of = |one: &Value| format!("{} {}", text(&one["level"]), text(&one["rule"]));
        let rules = findings.map(of).filter(|rule| rule.contains("first-seen"));
        rules.collect::<Vec<_>>()
    };
    assert_eq!(rules("b.tgz"), ["warn first-seen-source-extension"]);
    assert_eq!(rules("c.tgz"), ["deny first-seen-leak-extension"]);
    assert_eq!(rules("a.tgz"), Vec::<String>::new());
}

#[test]
fn a_project_is_packed_and_compared() {
    let place = place(&[
        ("a.tgz", package("1.0.0", MIT, &[("cli.js", b"run();\n")])),
        ("package.json", br#"{"name":"@invented/cli","version":"1.1.0","license":"MIT","files":["*.js","logs"]}"#.to_vec()),
        ("cli.js", b"run();\n".to_vec()),
    ]);
    fs::create_dir(place.path().join("logs")).unwrap();
    fs::write(place.path().join("logs/debug.log"), "started\n").unwrap();
    let ran = run(&place, &["diff", "a.tgz", "."]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("@invented/cli 1.0.0 → 1.1.0"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains(".log: logs/debug.log"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_secret_in_a_name_is_told_in_no_form() {
    let token = packwarden::rule::fill("{{github-token}}").unwrap();
    let name = format!("dist/{token}.sqlite");
    let files: Files<'_> = &[("cli.js", b"run();\n"), (&name, b"-")];
    let place = place(&[
        ("a.tgz", package("1.0.0", MIT, &files[..1])),
        ("b.tgz", package("1.1.0", MIT, files)),
    ]);
    for line in [
        &["diff", "a.tgz", "b.tgz"][..],
        &["diff", "a.tgz", "b.tgz", "--format", "json"],
        &["check", "b.tgz", "--against", "a.tgz"],
    ] {
        let ran = run(&place, line);
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(text.contains(".sqlite"), "{text}");
        assert!(!text.contains(&token), "{text}");
    }
}
