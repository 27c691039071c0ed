//! The planted leaks of the README's comparison: what it says of this program holds.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use packwarden::rule::fill;
use support::{
    command::packwarden,
    tarball::{TarballBuilder, gzip},
};

const MAP: &str = r#"{"version":3,"sources":["../src/a.ts"],"sourcesContent":["const a = 1;\n"],"names":[],"mappings":"AAAA"}"#;

fn rules_met(path: &str, content: &str) -> Vec<String> {
    let artifact = TarballBuilder::package()
        .file(path, content.as_bytes())
        .gzip();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.tgz"), artifact).unwrap();
    let ran = packwarden(&["check", "--format", "json", "a.tgz"])
        .directory(directory.path())
        .variable("HOME", "/home/rosalind-f")
        .run();
    let document = ran.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let denied = findings.filter(|finding| finding["level"] == "deny");
    denied
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_planted_leak_is_denied_by_the_rule_for_it() {
    let minified = "function a(b){return b+1};".repeat(9_000);
    let fill = |template: &str| fill(template).unwrap();
    let inline = format!(
        "run();\n//# sourceMappingURL=data:application/json;base64,{}",
        STANDARD.encode(MAP)
    );
    let cases = [
        (
            "package/dist/a.js.map",
            MAP.to_owned(),
            "source-map-with-sources",
        ),
        (
            "package/dist/a.js",
            inline,
            "inline-source-map-with-sources",
        ),
        (
            "package/dist/renamed.dat",
            MAP.to_owned(),
            "source-map-with-sources",
        ),
        ("package/.env", "A=1".to_owned(), "env-file"),
        (
            "package/dist/a.min.js",
            fill(&format!(
                "{minified}var c={{secretAccessKey:\"{{{{aws-secret-access-key}}}}\"}};{minified}"
            )),
            "aws-secret-access-key",
        ),
        (
            "package/dist/b.js",
            fill("t=\"{{github-token}}\""),
            "github-token",
        ),
        (
            "package/key.txt",
            fill("{{rsa-private-key}}"),
            "private-key",
        ),
        (
            "package/dist/c.js",
            "f('/home/rosalind-f/x')".to_owned(),
            "own-home-directory",
        ),
    ];
    for (path, content, rule) in cases {
        assert_eq!(rules_met(path, &content), [rule], "{path}");
    }
}

#[test]
fn a_second_gzip_member_is_refused() {
    let mut artifact = TarballBuilder::package().gzip();
    artifact.extend(gzip(
        &TarballBuilder::new().file("package/.env", b"A=1").build(),
    ));
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.tgz"), artifact).unwrap();
    let ran = packwarden(&["check", "a.tgz"])
        .directory(directory.path())
        .run();
    assert_eq!(ran.code, Some(4), "{ran:?}");
}
