//! What a machine calls itself, planted in every form in which a build leaves it behind.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{collections::BTreeSet, fs, io::Write, path::Path, process::Command};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, GzBuilder};
use serde_json::json;
use support::{
    check::findings_with,
    command::packwarden,
    tarball::{TarballBuilder, gzip},
    zip::{ZipBuilder, extra},
};

const HOME: &str = "/home/rosalind-f";
const WORKSPACE: &str = "/__w/agents-7/helix";

/// What is planted, and the rule that must find it.
fn values(root: &Path) -> Vec<(String, &'static str)> {
    let host = hostname();
    let own_host = host.as_deref().filter(|name| is_own(name));
    let mut values = vec![
        (format!("{HOME}/.cache/x"), "own-home-directory"),
        (
            format!("{}/src/a.c", root.display()),
            "own-project-directory",
        ),
        ("/Users/rosalind-f/Library/x".to_owned(), "own-login"),
        (format!("{WORKSPACE}/src/a.c"), "own-build-directory"),
    ];
    values.extend(own_host.map(|name| (name.to_owned(), "own-host-name")));
    values
}

fn hostname() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned())
}

/// Whether the program takes the name for one of its own machine's: the library says the same.
fn is_own(name: &str) -> bool {
    let values = packwarden::host::self_values(&[]);
    values.iter().any(|value| value.value == name)
}

/// Every carrier: the entry's path, and its content around the value.
fn carriers(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let escaped = value.replace('/', r"\/");
    let source = format!("open({});\n", json!(value));
    let map = json!({ "version": 3, "mappings": "AAAA", "sources": ["a.ts"], "sourcesContent": [source] });
    let inner = json!({ "name": "a", "log": json!({ "at": value }).to_string() });
    let notebook = json!({ "nbformat": 4, "cells": [{ "cell_type": "code", "outputs": [{ "text": [value] }] }] });
    let percent: String = value
        .bytes()
        .map(|byte| match byte {
            b'/' => "%2F".to_owned(),
            byte => char::from(byte).to_string(),
        })
        .collect();
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("at {value}\r\n")
            .encode_utf16()
            .flat_map(bytes)
            .collect()
    };
    let mut all = vec![
        ("package/a.txt", format!("at {value}\n").into_bytes()),
        (
            "package/a.json",
            format!("{{\"at\":\"{escaped}\"}}").into_bytes(),
        ),
        ("package/a.js.map", map.to_string().into_bytes()),
        ("package/nested.json", inner.to_string().into_bytes()),
        ("package/a.ipynb", notebook.to_string().into_bytes()),
        ("package/url.txt", format!("file://{value}").into_bytes()),
        ("package/query.txt", format!("?at={percent}&b").into_bytes()),
        (
            "package/blob.txt",
            STANDARD.encode(format!("{{ {value} }}")).into_bytes(),
        ),
        (
            "package/data.js",
            format!("x='data:text/plain;base64,{}'", STANDARD.encode(value)).into_bytes(),
        ),
        ("package/little.txt", utf16(u16::to_le_bytes)),
        ("package/big.txt", utf16(u16::to_be_bytes)),
        ("package/a.node", elf(value)),
        ("package/a.wasm", wasm(value)),
        ("package/a.txt.gz", gzip(format!("at {value}\n").as_bytes())),
        ("package/named.gz", header_name(value)),
        (
            "package/a.zip",
            ZipBuilder::new()
                .member("b.txt", b"b", |member| {
                    member.extra(&extra(0x4341, value.as_bytes()))
                })
                .build(),
        ),
        (
            "package/b.zip",
            ZipBuilder::new()
                .file("b.txt", b"b")
                .comment(value.as_bytes())
                .build(),
        ),
        ("package/a.pyc", compiled(value)),
    ];
    all.extend(database(value).map(|bytes| ("package/a.sqlite", bytes)));
    all
}

/// An ELF header and what would be its `.debug_str`: strings, ended by zeros.
fn elf(value: &str) -> Vec<u8> {
    [
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0GNU C17\0",
        value.as_bytes(),
        b"\0main\0",
    ]
    .concat()
}

/// A module with a custom section.
fn wasm(value: &str) -> Vec<u8> {
    let content = [&[4], &b"note"[..], value.as_bytes()].concat();
    [&b"\0asm\x01\0\0\0\0"[..], &[content.len() as u8], &content].concat()
}

/// A gzip file whose header has the value for the name of what is in it.
fn header_name(value: &str) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .filename(value)
        .write(Vec::new(), Compression::fast());
    encoder.write_all(b"content").unwrap();
    encoder.finish().unwrap()
}

/// A code object whose file name is the value: as Python writes it, or as much of one as holds it.
fn compiled(value: &str) -> Vec<u8> {
    let script = "import marshal, sys, importlib.util as u\n\
        code = marshal.dumps(compile('x = 1', sys.argv[1], 'exec'))\n\
        sys.stdout.buffer.write(u.MAGIC_NUMBER + bytes(12) + code)";
    python(script, value).unwrap_or_else(|| {
        [
            b"\xcb\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3z",
            &[value.len() as u8][..],
            value.as_bytes(),
        ]
        .concat()
    })
}

/// A database with the value in a table, where there is something to make one.
fn database(value: &str) -> Option<Vec<u8>> {
    let script = "import sqlite3, sys, tempfile, os\n\
        path = os.path.join(tempfile.mkdtemp(), 'a')\n\
        base = sqlite3.connect(path)\n\
        base.execute('create table runs (id integer, place text)')\n\
        base.execute('insert into runs values (1, ?)', (sys.argv[1],))\n\
        base.commit(); base.close()\n\
        sys.stdout.buffer.write(open(path, 'rb').read()); os.remove(path)";
    python(script, value)
}

fn python(script: &str, argument: &str) -> Option<Vec<u8>> {
    let command = Command::new("python3")
        .args(["-c", script, argument])
        .output();
    let output = command.ok().filter(|output| output.status.success())?;
    Some(output.stdout).filter(|bytes| !bytes.is_empty())
}

#[test]
fn every_value_is_found_in_every_form() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path().canonicalize().unwrap().join("code/helix");
    fs::create_dir_all(&root).unwrap();
    for (value, rule) in values(&root) {
        let carriers = carriers(&value);
        let artifact = carriers
            .iter()
            .fold(TarballBuilder::package(), |tarball, (path, content)| {
                tarball.file(path, content)
            });
        fs::write(root.join("a.tgz"), artifact.gzip()).unwrap();
        let ran = packwarden(&["check", "--format", "json", "a.tgz"])
            .directory(&root)
            .variable("HOME", HOME)
            .variable("CI_PROJECT_DIR", WORKSPACE)
            .run();
        let document = ran.json();
        let findings = document["findings"].as_array().unwrap().iter();
        let found: BTreeSet<_> = findings
            .filter(|finding| finding["rule"] == rule)
            .map(|finding| finding["path"].as_str().unwrap())
            .map(|path| path.split("!/").next().unwrap())
            .collect();
        let planted: BTreeSet<_> = carriers.iter().map(|(path, _)| *path).collect();
        assert_eq!(found, planted, "{rule}: {value}");
    }
}

#[test]
fn a_value_in_an_environment_file_is_told_once() {
    let secret = ["aB3dE6gH", "9jK2mN5p"].concat();
    let other = ["kL9xmN2w", "pQ5srS8t"].concat();
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(".env"), format!("A_SECRET={secret}\n")).unwrap();
    let shipped = format!("A_SECRET='{secret}'\nB_SECRET={secret}\nC_TOKEN={other}\n");
    let artifact = TarballBuilder::package().file("package/.env", shipped.as_bytes());
    fs::write(root.path().join("a.tgz"), artifact.gzip()).unwrap();
    let ran = packwarden(&["check", "--format", "json", "a.tgz"])
        .directory(root.path())
        .run();
    let document = ran.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let found: Vec<_> = findings
        .filter(|finding| finding["path"] == "package/.env")
        .map(|finding| (finding["rule"].as_str().unwrap(), finding["line"].as_u64()))
        .collect();
    let expected = [
        ("env-file", None),
        ("env-secret", Some(3)),
        ("live-secret", Some(1)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn secrets_in_use_are_found_wherever_they_are_from() {
    let secret = |seed: &str| ["aB3dE6gH", seed, "9jK2mN5p"].concat();
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let directory = root.join("packages/a");
    fs::create_dir_all(&directory).unwrap();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(
        root.join(".env"),
        format!("A_SECRET='{}'\nNAME={}", secret("1"), secret("not")),
    )
    .unwrap();
    let artifact = TarballBuilder::package()
        .file("package/a.js", format!("f('{}')", secret("1")).as_bytes())
        .file(
            "package/test/b.txt",
            STANDARD.encode(format!("u:{}", secret("2"))).as_bytes(),
        )
        .file("package/c.txt", secret("not").as_bytes())
        .file(&format!("package/{}.txt", secret("3")), b"");
    fs::write(directory.join("a.tgz"), artifact.gzip()).unwrap();
    let run = |arguments: &[&str]| {
        let program = packwarden(arguments)
            .directory(&directory)
            .variable("DEPLOY_TOKEN", secret("3"));
        let npmrc = format!("//npm.example/:_authToken={}\n", secret("2"));
        fs::write(program.home().join(".npmrc"), npmrc).unwrap();
        fs::create_dir(program.home().join(".netrc")).unwrap();
        program.run()
    };
    let ran = run(&["check", "--format", "json", "--format", "human", "a.tgz"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let document = ran.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let live = findings.filter(|finding| finding["rule"] == "live-secret");
    let messages: Vec<_> = live
        .map(|finding| {
            (
                finding["path"].as_str().unwrap(),
                finding["message"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        messages,
        [
            (
                "package/*.txt",
                "the value of `$DEPLOY_TOKEN` is part of the path"
            ),
            (
                "package/a.js",
                "the value of `A_SECRET` in `../../.env` appears at line 1"
            ),
            (
                "package/test/b.txt",
                "the value of `_authToken` in `~/.npmrc` (base64) appears at line 1"
            ),
        ]
    );
    assert_eq!(
        document["artifacts"][0]["policy"]["live_secrets"],
        json!({ "searched_for": 3, "unread": ["`~/.netrc` (it is not a file)"] })
    );
    let warning = "secrets of this machine were not looked for in `~/.netrc` (it is not a file)";
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
    let ran = run(&["check", "--no-self-match", "a.tgz"]);
    assert!(!ran.stdout.contains("live-secret"), "{}", ran.stdout);
}

#[test]
fn secrets_in_use_are_found_in_text_that_is_decoded_or_derived() {
    let secret = ["aB3\"dE6gH", "9jK2mN5pQ"].concat();
    let other = ["vW3xY6-zA1", "bC4dE7fG"].concat();
    let escaped: String = secret
        .bytes()
        .map(|byte| format!("\\u{byte:04x}"))
        .collect();
    let in_lines = |text: String| -> String {
        let lines = text.as_bytes().chunks(24);
        lines
            .map(|line| format!("{}\n", str::from_utf8(line).unwrap()))
            .collect()
    };
    let map = |source: &str| {
        json!({ "version": 3, "mappings": "AAAA", "sources": ["a.ts"], "sourcesContent": [source] })
            .to_string()
    };
    let source = format!("let a = {};", json!(secret));
    let inline = STANDARD.encode(map(&source));
    let text = format!("some more text before {secret} and after it");
    let files = [
        ("package/a.json", format!("{{\"a\":\"{escaped}\"}}")),
        ("package/b.txt", in_lines(STANDARD.encode(&text))),
        ("package/c.js.map", map(&source)),
        (
            "package/d.js",
            format!("a\n//# sourceMappingURL=data:application/json;base64,{inline}"),
        ),
        (
            "package/e.txt",
            STANDARD.encode(in_lines(STANDARD.encode(&text))),
        ),
        (
            "package/f.js.map",
            map(&format!("let a = '{}';", STANDARD.encode(&source))),
        ),
        ("package/g.js.map", map(&in_lines(STANDARD.encode(&text)))),
        (
            "package/h.txt",
            format!("{other} {}", in_lines(STANDARD.encode(&text))),
        ),
    ];
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect();
    let variables = [("A_TOKEN", &*secret), ("B_TOKEN", &*other)];
    let findings = findings_with(&files, &variables);
    let live = findings
        .iter()
        .filter(|finding| finding["rule"] == "live-secret");
    let told: Vec<_> = live
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap();
            format!("{}: {}", text("path"), text("message"))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    package/a.json: the value of `$A_TOKEN` (escapes) appears at line 1
    package/b.txt: the value of `$A_TOKEN` (base64) appears at line 1
    package/c.js.map: the value of `$A_TOKEN` (JSON-escaped) appears at line 1
    package/d.js!/a.ts: the value of `$A_TOKEN` (JSON-escaped) appears at line 1
    package/e.txt: the value of `$A_TOKEN` (base64 within base64) appears at line 1
    package/f.js.map: the value of `$A_TOKEN` (base64) appears at line 1
    package/g.js.map: the value of `$A_TOKEN` (base64) appears at line 1
    package/h.txt: the value of `$B_TOKEN` appears at line 1
    package/h.txt: the value of `$A_TOKEN` (base64) appears at line 1
    ");
}
