//! Artifacts of all four formats, from the command line to the exit code.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::fs::{self, File};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use packwarden::model::Sha256;
use serde_json::Value;
use support::{
    command::{Packwarden, packwarden, scrubbed},
    tarball::TarballBuilder,
    zip::ZipBuilder,
};
use tempfile::TempDir;

const METADATA: &[u8] = b"Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nLicense: MIT\n\n";
const WHEEL: &[u8] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
const CRATE: &[u8] = b"[package]\nname = \"acme\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n";
const PACKAGE: &[u8] = br#"{"name":"acme","version":"1.0.0","license":"MIT"}"#;
const MAP: &str =
    r#"{"version":3,"sources":["../src/a.ts"],"sourcesContent":["let x"],"mappings":""}"#;

type Files<'f> = &'f [(&'f str, &'f [u8])];

/// A wheel with these files, and what `edit` makes of a RECORD that is right.
fn wheel(files: Files<'_>, edit: impl FnOnce(String) -> String) -> Vec<u8> {
    let metadata = [
        ("acme-1.0.dist-info/METADATA", METADATA),
        ("acme-1.0.dist-info/WHEEL", WHEEL),
    ];
    let mut builder = ZipBuilder::new();
    let mut record = String::new();
    for (name, content) in files.iter().chain(&metadata) {
        builder = builder.file(name, content);
        let hash = URL_SAFE_NO_PAD.encode(Sha256::of(content).as_bytes());
        record += &format!("{name},sha256={hash},{}\n", content.len());
    }
    record += "acme-1.0.dist-info/RECORD,,\n";
    let record = edit(record);
    builder
        .file("acme-1.0.dist-info/RECORD", record.as_bytes())
        .build()
}

fn good_wheel() -> Vec<u8> {
    wheel(&[("acme/__init__.py", b"x = 1\n")], |record| record)
}

fn tarball(files: Files<'_>) -> Vec<u8> {
    let add =
        |builder: TarballBuilder, (name, content): &(&str, &[u8])| builder.file(name, content);
    files.iter().fold(TarballBuilder::new(), add).gzip()
}

/// A directory with one artifact, and the check of it.
fn check(file_name: &str, artifact: &[u8]) -> (TempDir, Packwarden) {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join(file_name), artifact).unwrap();
    let check = packwarden(&["check", "--no-config", "--format", "json"]).directory(place.path());
    (place, check)
}

/// Exit code, and the document.
fn checked(file_name: &str, artifact: &[u8]) -> (i32, Value) {
    let (_place, check) = check(file_name, artifact);
    let ran = check.arguments(&[file_name]).run();
    (ran.code.unwrap(), ran.json())
}

fn artifacts() -> [(&'static str, &'static str, &'static str, Vec<u8>); 5] {
    let sdist = [("acme-1.0/PKG-INFO", METADATA), ("acme-1.0/acme.py", b"x")];
    let zipped = ZipBuilder::new().file("acme-1.0/PKG-INFO", METADATA);
    let source = ("acme-1.0.0/src/lib.rs", &b"//! Acme.\n"[..]);
    [
        (
            "npm-tgz",
            "1.0.0",
            "acme-1.0.0.tgz",
            tarball(&[("package/package.json", PACKAGE)]),
        ),
        ("wheel", "1.0", "acme-1.0-py3-none-any.whl", good_wheel()),
        ("sdist", "1.0", "acme-1.0.tar.gz", tarball(&sdist)),
        ("sdist", "1.0", "acme-1.0.zip", zipped.build()),
        (
            "crate",
            "1.0.0",
            "acme-1.0.0.crate",
            tarball(&[("acme-1.0.0/Cargo.toml", CRATE), source]),
        ),
    ]
}

#[test]
fn what_clients_make_passes() {
    for (format, version, file_name, bytes) in artifacts() {
        let (place, check) = check(file_name, &bytes);
        let stdin = File::open(place.path().join(file_name)).unwrap();
        let ran = check.arguments(&["-"]).stdin_from(stdin).run();
        let piped = (ran.code.unwrap(), ran.json());
        for (code, document) in [checked(file_name, &bytes), piped] {
            assert_eq!(code, 0, "{document}");
            let artifact = &document["artifacts"][0];
            assert_eq!(artifact["format"], format);
            assert_eq!(artifact["name"], "acme");
            assert_eq!(artifact["version"], version);
            assert_eq!(artifact["sha256"], Sha256::of(&bytes).to_string());
        }
    }
}

#[test]
fn a_cut_or_a_byte_more_is_refused() {
    for (format, _, file_name, bytes) in artifacts() {
        for bad in [&bytes[..bytes.len() - 1], &[&bytes[..], b"\n"].concat()] {
            let (code, document) = checked(file_name, bad);
            assert_eq!(code, 4, "{format}: {document}");
        }
    }
}

#[test]
fn a_name_that_is_not_the_artifacts_is_refused() {
    for (format, _, file_name, bytes) in artifacts() {
        let (code, document) = checked(&file_name.replace("acme-1", "acme-2"), &bytes);
        // npm gives no meaning to the name of a tarball.
        let expected = if format == "npm-tgz" { 0 } else { 4 };
        assert_eq!(code, expected, "{format}: {document}");
    }
    let (code, _) = checked("acme-1.0.0.tgz", &good_wheel());
    assert_eq!(code, 4);
}

#[test]
fn a_manifest_that_names_another_release_is_refused() {
    let pkg_info = METADATA.to_ascii_uppercase();
    let other = METADATA.strip_suffix(b"MIT\n\n").unwrap();
    let other = String::from_utf8_lossy(other).replace("1.0", "1.1");
    for (file_name, bytes, code) in [
        (
            "acme-1.0.tar.gz",
            tarball(&[("acme-1.0/PKG-INFO", other.as_bytes())]),
            4,
        ),
        // Field names and project names are compared without case.
        (
            "acme-1.0.tar.gz",
            tarball(&[("acme-1.0/PKG-INFO", &pkg_info)]),
            0,
        ),
        (
            "acme-1.0.1.crate",
            tarball(&[("acme-1.0.1/Cargo.toml", CRATE)]),
            4,
        ),
    ] {
        let (got, document) = checked(file_name, &bytes);
        assert_eq!(got, code, "{document}");
    }
}

#[test]
fn a_release_has_the_spellings_of_its_registry() {
    for (directory, version, code) in [
        ("acme-1.0", "1.0.0", 0),
        ("acme-1.0", "v1", 0),
        ("acme-1.0a1", "1.0-alpha.1", 0),
        ("acme-1.0.1", "1.0+1", 4),
        ("acme-1.0.1", "1.0-1", 4),
        ("acme-1.0", "1!0", 4),
    ] {
        let metadata = format!("Name: acme\nVersion: {version}\n");
        let path = format!("{directory}/PKG-INFO");
        let sdist = tarball(&[(&path, metadata.as_bytes())]);
        let (got, document) = checked(&format!("{directory}.tar.gz"), &sdist);
        assert_eq!(got, code, "{document}");
    }
}

#[test]
fn what_names_no_release_is_refused() {
    let gap = |file_name: &str, path: &str, manifest: &str| {
        let (code, document) = checked(file_name, &tarball(&[(path, manifest.as_bytes())]));
        assert_eq!(code, 4, "{document}");
        let gap = &document["gaps"][0];
        assert_eq!(gap["kind"], "manifest", "{document}");
        gap["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        gap("a.tgz", "package/package.json", "{}"),
        "package.json has no `name` and no `version` field, so nothing says which release this is."
    );
    assert_eq!(
        gap("acme-1.0.tar.gz", "acme-1.0/PKG-INFO", "Name: acme\n"),
        "PKG-INFO has no `Version` field, so nothing says which release this is."
    );
    assert_eq!(
        gap(
            "acme-1.0.tar.gz",
            "acme-1.0/PKG-INFO",
            "Name: acme\nVersion: 2\n"
        ),
        "PKG-INFO says acme 2, but its directory is `acme-1.0`: a registry shows one, and installers unpack the other."
    );
    assert_eq!(
        gap(
            "acme-1.0.tar.gz",
            "acme-1.0/PKG-INFO",
            "Name: acme\nVersion: 1.0\nname: evil\n"
        ),
        "PKG-INFO has a second name field in line 3: some readers take the first, others the last."
    );
}

/// Rule, path and message of every finding.
fn told(document: &Value) -> Vec<String> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let told = |finding: &Value| {
        let path = text(finding, "path").replace("acme-1.0.dist-info/", "");
        format!(
            "{} {path}: {}",
            text(finding, "rule"),
            text(finding, "message")
        )
    };
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(told).collect()
}

#[test]
fn a_wheel_is_what_its_record_says() {
    type Edit = fn(String) -> String;
    let files: Files<'_> = &[("acme/__init__.py", b"x = 1\n"), ("acme/a.py", b"y\n")];
    let without: Edit = |record| record.split_inclusive('\n').skip(1).collect();
    let half: Edit = |record| record.replacen(",6\n", "\n", 1);
    let bare: Edit = |record| {
        let (_, rest) = record.split_once('\n').unwrap();
        format!("acme/__init__.py,,6\n{rest}")
    };
    for (edit, expected) in [
        (
            without,
            "wheel-unlisted-file acme/__init__.py: is in the wheel, but RECORD does not list it",
        ),
        (
            |record| record + "acme/gone.py,,0\n",
            "wheel-record-incomplete RECORD: lists `acme/gone.py`, which is not in the wheel",
        ),
        (
            |record| record.replacen("sha256=", "sha256=AAAA", 1),
            "wheel-record-incomplete RECORD: can't be compared with the wheel: the hash is not a SHA-256 in base64",
        ),
        (
            |record| record.replacen("sha256=", "SHA512=", 1),
            "wheel-record-incomplete RECORD: can't be compared with the wheel: the hash is not a SHA-256, the only kind that is compared here",
        ),
        (
            half,
            "wheel-record-incomplete RECORD: can't be compared with the wheel: the line has not the three fields path, hash and size",
        ),
        (
            bare,
            "wheel-record-incomplete RECORD: gives no hash of `acme/__init__.py`, so anything may have replaced it",
        ),
        (
            |record| record.replacen(",6\n", ",7\n", 1),
            "wheel-record-mismatch acme/__init__.py: is not what line 1 of RECORD says: 6 bytes instead of 7",
        ),
        (
            |record| record.replacen("init__.py", "init__.pi", 1) + "acme/__init__.py,,6\n",
            "wheel-record-incomplete RECORD: gives no hash of `acme/__init__.py`, so anything may have replaced it\n\
             wheel-record-incomplete RECORD: lists `acme/__init__.pi`, which is not in the wheel",
        ),
    ] as [(Edit, &str); 8]
    {
        let (code, document) = checked("acme-1.0-py3-none-any.whl", &wheel(files, edit));
        assert_eq!(code, 1, "{document}");
        let mut told = told(&document);
        told.sort();
        assert_eq!(told.join("\n"), expected);
    }
    for fine in [
        |record: String| record.replace("sha256", "SHA256"),
        |record: String| record.replace('\n', "\r\n"),
    ] {
        let (code, document) = checked("acme-1.0-py3-none-any.whl", &wheel(files, fine));
        assert_eq!(code, 0, "{document}");
    }
}

#[test]
fn of_many_files_that_are_wrong_the_first_tells_how_many() {
    let record = "acme-1.0.dist-info/RECORD";
    let (names, line) = (0..15).fold((Vec::new(), String::new()), |(mut names, line), index| {
        names.push(format!("acme/f{index:02}.py"));
        (names, line + "x\n")
    });
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let bytes = wheel(&files, |_| line);
    let (_, document) = checked("acme-1.0-py3-none-any.whl", &bytes);
    let told = told(&document);
    assert_eq!(told.len(), 20, "{document}");
    let unlisted = "is in the wheel, but RECORD does not list it";
    assert!(told.contains(&format!(
        "wheel-unlisted-file METADATA: {unlisted}; it is the first of 17 such files"
    )));
    assert!(told.contains(&format!("wheel-unlisted-file acme/f00.py: {unlisted}")));
    let first = told
        .iter()
        .position(|told| told.contains("the first of 15 such lines"));
    assert_eq!(document["findings"][first.unwrap()]["path"], record);
}

#[test]
fn of_a_wheel_that_was_not_read_to_its_end_nothing_is_missing() {
    let record = b"acme/__init__.py,,\nacme/a.py,,\nacme-1.0.dist-info/RECORD,,\n";
    let start = || ZipBuilder::new().file("acme/__init__.py", b"x = 1\n");
    let ends = [
        start()
            .file("acme-1.0.dist-info/RECORD", record)
            .file("acme-1.0.dist-info/METADATA", METADATA),
        start().file("acme-1.0.dist-info/METADATA", METADATA),
    ];
    for end in ends {
        let bytes = end.stored("acme/a.py", &[b'y'; 5000]).build();
        let (code, document) = checked("acme-1.0-py3-none-any.whl", &bytes[..bytes.len() - 4000]);
        assert_eq!(code, 4, "{document}");
        assert_eq!(told(&document), [""; 0]);
        assert_eq!(document["gaps"].as_array().unwrap().len(), 1, "{document}");
    }
}

#[test]
fn what_belongs_to_record_needs_no_hash() {
    let signed = wheel(
        &[
            ("acme/__init__.py", b"x = 1\n"),
            ("acme-1.0.dist-info/RECORD.jws", b"{}"),
        ],
        |record| {
            let is_signature = |line: &&str| line.contains(".jws");
            let lines = record.lines().filter(|line| !is_signature(line));
            lines.map(|line| format!("{line}\n")).collect::<String>()
                + "acme-1.0.dist-info/RECORD.jws,,\n"
        },
    );
    let (code, document) = checked("acme-1.0-py3-none-any.whl", &signed);
    assert_eq!(code, 0, "{document}");
}

#[test]
fn which_of_two_lists_counts_is_not_guessed() {
    let other: Files<'_> = &[
        ("acme/__init__.py", b"x = 1\n"),
        (
            "other-2.0.dist-info/METADATA",
            b"Name: other\nVersion: 2.0\n",
        ),
        ("other-2.0.dist-info/RECORD", b"gone.py,,\n"),
    ];
    // The first in the archive is the one that counts.
    let bytes = wheel(other, |record| record);
    let (code, document) = checked("other-2.0-py3-none-any.whl", &bytes);
    assert_eq!(code, 4, "{document}");
    let gaps = document["gaps"].as_array().unwrap();
    let says = |gap: &Value| gap["reason"].as_str().unwrap().starts_with("METADATA says");
    assert!(!gaps.iter().any(says), "{document}");
    assert_eq!(told(&document), [""; 0]);
}

#[test]
fn what_lies_outside_the_package_is_told_once() {
    let files: Files<'_> = &[
        ("acme/__init__.py", b"x = 1\n"),
        ("acme-1.0.data/scripts/a", b"#!python\n"),
        ("acme-1.0.data/scripts/b", b"#!python\n"),
        ("acme-1.0.data/platlib/tests/a.py", b""),
        ("acme-1.0.data/purelib/acme/b.py", b""),
        ("acme/_vendor/x-1.dist-info/direct_url.json", b"{}"),
        ("acme-1.0.dist-info/direct_url.json", b"{}"),
        ("LICENSE.txt", b"MIT"),
    ];
    let (_, document) = checked("acme-1.0-py3-none-any.whl", &wheel(files, |record| record));
    assert_eq!(
        told(&document),
        [
            "wheel-direct-url direct_url.json: says that the wheel was made from an installation",
            "wheel-unexpected-top-level LICENSE.txt: would be installed as top-level `LICENSE.txt` (1 file)",
            "wheel-unexpected-top-level acme-1.0.data/platlib/tests/a.py: would be installed as top-level `tests` (1 file)",
            "wheel-data-file acme-1.0.data/scripts/a: would be installed outside `site-packages`, as `scripts` (2 files)",
        ]
    );
    let vendored: Files<'_> = &[
        ("acme-1.0/PKG-INFO", METADATA),
        ("acme-1.0/v.dist-info/direct_url.json", b"{}"),
        ("acme-1.0/fix.data/data/x", b"1"),
    ];
    let (code, document) = checked("acme-1.0.tar.gz", &tarball(vendored));
    assert_eq!((code, told(&document)), (0, Vec::new()));
}

#[test]
fn what_leaks_is_found_in_every_format() {
    let (env, map) = (&b"A=1\n"[..], MAP.as_bytes());
    let closed = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.replace("MIT", "Proprietary").into_bytes()
    };
    let (metadata, manifest) = (closed(METADATA), closed(CRATE));
    for (file_name, bytes, count) in [
        (
            "acme-1.0-py3-none-any.whl",
            wheel(&[("acme/.env", env), ("acme/a.js.map", map)], |r| r),
            2,
        ),
        (
            "acme-1.0.tar.gz",
            tarball(&[
                ("acme-1.0/PKG-INFO", &metadata),
                ("acme-1.0/.env", env),
                ("acme-1.0/a.js.map", map),
            ]),
            2,
        ),
        (
            "acme-1.0.0.crate",
            tarball(&[
                ("acme-1.0.0/Cargo.toml", &manifest),
                ("acme-1.0.0/.env", env),
                ("acme-1.0.0/a.js.map", map),
            ]),
            2,
        ),
    ] {
        let (code, document) = checked(file_name, &bytes);
        assert_eq!(code, 1, "{document}");
        let findings = document["findings"].as_array().unwrap();
        let denied = findings.iter().filter(|finding| finding["level"] == "deny");
        assert_eq!(denied.count(), count, "{file_name}: {document}");
    }
}

#[test]
fn a_large_nested_zip_needs_a_temporary_directory() {
    let noise: Vec<u8> = (0..10_u32 << 20)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let nested = ZipBuilder::new().stored("noise.bin", &noise).build();
    let package = [
        ("package/package.json", PACKAGE),
        ("package/a.zip", &nested),
    ];
    let artifact = tarball(&package);
    let (_place, fine) = check("a.tgz", &artifact);
    assert_eq!(fine.arguments(&["a.tgz"]).run().code, Some(0));
    let (place, full) = check("a.tgz", &artifact);
    let nowhere = place.path().join("gone");
    let ran = full.variable("TMPDIR", nowhere).arguments(&["a.tgz"]).run();
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let gap = &ran.json()["gaps"][0];
    assert_eq!(gap["kind"], "io", "{gap}");
    assert_eq!(gap["path"], "package/a.zip", "{gap}");
}

#[cfg(unix)]
#[test]
fn a_closed_standard_input_is_no_empty_package() {
    let ran = scrubbed("sh")
        .arguments(&["-c", "\"$PACKWARDEN\" check --no-config - <&-"])
        .run();
    assert_eq!(ran.code, Some(4), "{ran:?}");
}

/// What lies in `dist/` is what a client uploads.
#[test]
fn of_a_python_project_all_that_is_built_is_checked() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    fs::create_dir_all(root.join("src/acme")).unwrap();
    fs::write(root.join("pyproject.toml"), "[project]\nname = 'acme'\n").unwrap();
    let check = |directory: &str| {
        let ran = packwarden(&["check", "--no-config", "--format", "json"])
            .directory(&root.join(directory))
            // No client is needed, and none could build this.
            .variable("PATH", "/nowhere")
            .run();
        (ran.code.unwrap(), ran.json())
    };
    assert_eq!(check(".").0, 3);
    fs::create_dir(root.join("dist")).unwrap();
    fs::write(root.join("dist/.gitignore"), "*").unwrap();
    assert_eq!(check(".").0, 3);
    let leak: Files<'_> = &[("acme-1.0/PKG-INFO", METADATA), ("acme-1.0/.env", b"A=1\n")];
    fs::write(root.join("dist/acme-1.0-py3-none-any.whl"), good_wheel()).unwrap();
    for directory in [".", "src/acme"] {
        let (code, document) = check(directory);
        assert_eq!(code, 0, "{document}");
    }
    fs::write(root.join("dist/acme-1.0.tar.gz"), tarball(leak)).unwrap();
    let (code, document) = check(".");
    assert_eq!(code, 1, "{document}");
    let artifacts = document["artifacts"].as_array().unwrap().iter();
    let paths: Vec<_> = artifacts.map(|artifact| &artifact["path"]).collect();
    let expected = ["./dist/acme-1.0-py3-none-any.whl", "./dist/acme-1.0.tar.gz"];
    assert_eq!(paths, expected);
    assert_eq!(document["artifacts"][0]["origin"], "given");
}
