//! Artifacts of all four formats, from the command line to the exit code.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{
    fs::{self, File},
    process::Command,
};

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
fn a_wheel_is_what_its_record_says() {
    let files: Files<'_> = &[("acme/__init__.py", b"x = 1\n"), ("acme/a.py", b"y\n")];
    let without = |record: String| {
        let mut lines = record.split_inclusive('\n');
        lines.next();
        lines.collect()
    };
    let absent = |record: String| record + "acme/gone.py,sha256=,0\n";
    let other = |record: String| record.replacen("sha256=", "sha256=AAAA", 1);
    let size = |record: String| record.replacen(",6\n", ",7\n", 1);
    for (bytes, rule) in [
        (wheel(files, without), "wheel-unlisted-file"),
        (wheel(files, absent), "wheel-record-incomplete"),
        (wheel(files, other), "wheel-record-incomplete"),
        (wheel(files, size), "wheel-record-mismatch"),
    ] {
        let (code, document) = checked("acme-1.0-py3-none-any.whl", &bytes);
        assert_eq!(code, 1, "{document}");
        let findings = document["findings"].as_array().unwrap();
        let of_rule = |finding: &&Value| finding["rule"] == rule && finding["level"] == "deny";
        assert!(findings.iter().any(|f| of_rule(&f)), "{rule}: {document}");
    }
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

/// cargo itself packs this, without any network.
#[test]
fn what_cargo_packs_passes() {
    let place = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &str| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write(
        "Cargo.toml",
        "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
         description = \"An example\"\n[workspace]\n",
    );
    write("src/lib.rs", "//! Acme.\n");
    let packed = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["package", "--offline", "--no-verify", "--quiet"]);
        let done = cargo
            .env("CARGO_TARGET_DIR", place.path().join("target"))
            .current_dir(place.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
        let artifact = place.path().join("target/package/acme-1.0.0.crate");
        packwarden(&["check", "--no-config", "--format", "json"])
            .argument(artifact.as_os_str())
            .run()
    };
    let ran = packed();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["artifacts"][0]["name"], "acme");
    write("assets/a.js.map", MAP);
    assert_eq!(packed().code, Some(1));
}
