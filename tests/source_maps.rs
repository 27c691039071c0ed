//! A map with original sources, wherever in an artifact it lies and however it is written.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{fmt::Write as _, fs};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::{command::packwarden, compressed, tarball::TarballBuilder, zip::ZipBuilder};

/// What nobody has but the publisher.
const SOURCE: &str = "export const plan = () => \"as in ACME-7\";\n// näher: \"später\"\n";

fn map() -> Value {
    json!({"version": 3, "file": "cli.js", "sources": ["../src/plan.ts"], "sourcesContent": [SOURCE], "names": [], "mappings": "AAAA"})
}

fn map_text() -> String {
    let content = json!(SOURCE);
    format!(
        r#"{{"version":3,"file":"cli.js","sources":["../src/plan.ts"],"sourcesContent":[{content}],"names":[],"mappings":"AAAA"}}"#
    )
}

fn npm(files: &[(&str, &[u8])]) -> Vec<u8> {
    let package = TarballBuilder::package();
    let add = |tarball: TarballBuilder, (path, content): &(&str, &[u8])| {
        tarball.file(&format!("package/{path}"), content)
    };
    files.iter().fold(package, add).gzip()
}

/// The outcome, and what was found of maps and could not be read.
fn check(name: &str, artifact: &[u8]) -> (Option<i32>, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(name), artifact).unwrap();
    let ran = packwarden(&["check", "--format", "json", name])
        .directory(directory.path())
        .run();
    let document = ran.json();
    let list = |key: &str| document[key].as_array().unwrap().clone();
    let mut told = Vec::new();
    for finding in list("findings") {
        if finding["category"] == "source-map" {
            let [rule, level, path] =
                ["rule", "level", "path"].map(|key| finding[key].as_str().unwrap().to_owned());
            told.push(format!("{level} {rule} {path}"));
        }
    }
    for gap in list("gaps") {
        told.push(format!(
            "gap {} {}",
            gap["kind"].as_str().unwrap(),
            gap["path"].as_str().unwrap_or_default()
        ));
    }
    (ran.code, told)
}

const EXTERNAL: &str = "source-map-with-sources";
const INLINE: &str = "inline-source-map-with-sources";

fn assert_denied(case: &str, name: &str, artifact: &[u8], rule: &str, path: &str) {
    let (code, told) = check(name, artifact);
    let expected = format!("deny {rule} {path}");
    assert!(
        told.contains(&expected),
        "{case}: {expected} is not in {told:?}"
    );
    assert_eq!(code, Some(1), "{case}: {told:?}");
}

#[test]
fn under_every_name() {
    let map = map_text();
    for path in [
        "cli.js.map",
        "cli.css.map",
        "cli.d.ts.map",
        "cli.hbc.map",
        "cli.packager.map",
        "cli.json",
        "cli.map.txt",
        "LICENSE",
        "logo.png",
        "a/b/.hidden",
    ] {
        let artifact = npm(&[(path, map.as_bytes())]);
        assert_denied(
            path,
            "a.tgz",
            &artifact,
            EXTERNAL,
            &format!("package/{path}"),
        );
    }
}

#[test]
fn behind_every_prefix_and_in_every_shape() {
    let map = map();
    let mut packager = map.clone();
    packager["x_facebook_sources"] = json!([[{"names": ["<global>"], "mappings": "AAA"}]]);
    packager["x_hermes_function_offsets"] = json!({"0": [0, 1]});
    let index =
        json!({"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "map": map}]});
    let pretty = serde_json::to_string_pretty(&map).unwrap();
    for text in [
        format!("\u{feff}{map}"),
        format!(")]}}'\n{map}"),
        format!("\n\n  {pretty}\r\n"),
        packager.to_string(),
        index.to_string(),
    ] {
        let artifact = npm(&[("dist/cli.js.map", text.as_bytes())]);
        assert_denied(
            &text,
            "a.tgz",
            &artifact,
            EXTERNAL,
            "package/dist/cli.js.map",
        );
    }
}

#[test]
fn inside_every_container() {
    let map = map_text();
    for (name, suffix, compress) in compressed::FORMATS {
        let path = format!("cli.js.map{suffix}");
        let artifact = npm(&[(&path, &compress(map.as_bytes()))]);
        assert_denied(
            name,
            "a.tgz",
            &artifact,
            EXTERNAL,
            &format!("package/{path}!/cli.js.map"),
        );
    }
    let zip = ZipBuilder::new()
        .file("maps/cli.js.map", map.as_bytes())
        .build();
    let artifact = npm(&[("assets.zip", &zip)]);
    assert_denied(
        "zip",
        "a.tgz",
        &artifact,
        EXTERNAL,
        "package/assets.zip!/maps/cli.js.map",
    );
    let inner = npm(&[("cli.js.map", map.as_bytes())]);
    let artifact = npm(&[("old-1.0.0.tgz", &inner)]);
    assert_denied(
        "tgz",
        "a.tgz",
        &artifact,
        EXTERNAL,
        "package/old-1.0.0.tgz!/package/cli.js.map",
    );
    let gz = support::tarball::gzip(map.as_bytes());
    let zip = ZipBuilder::new().stored("cli.js.map.gz", &gz).build();
    let artifact = npm(&[("a.bin", &zip)]);
    assert_denied(
        "gz in zip",
        "a.tgz",
        &artifact,
        EXTERNAL,
        "package/a.bin!/cli.js.map.gz!/cli.js.map",
    );
}

#[test]
fn in_packages_of_every_ecosystem() {
    let map = map_text();
    let metadata = "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n";
    let record = "acme/static/cli.js.map,,\nacme-1.0.dist-info/METADATA,,\nacme-1.0.dist-info/WHEEL,,\nacme-1.0.dist-info/RECORD,,\n";
    let wheel = ZipBuilder::new()
        .file("acme/static/cli.js.map", map.as_bytes())
        .file("acme-1.0.dist-info/METADATA", metadata.as_bytes())
        .file(
            "acme-1.0.dist-info/WHEEL",
            b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        .file("acme-1.0.dist-info/RECORD", record.as_bytes())
        .build();
    let sdist = TarballBuilder::new()
        .file("acme-1.0/PKG-INFO", metadata.as_bytes())
        .file("acme-1.0/acme/static/cli.js.map", map.as_bytes())
        .gzip();
    let manifest = b"[package]\nname = \"acme\"\nversion = \"1.0.0\"\n";
    let krate = TarballBuilder::new()
        .file("acme-1.0.0/Cargo.toml", manifest)
        .file("acme-1.0.0/assets/cli.js.map", map.as_bytes())
        .gzip();
    for (name, artifact, path) in [
        ("acme-1.0-py3-none-any.whl", wheel, "acme/static/cli.js.map"),
        ("acme-1.0.tar.gz", sdist, "acme-1.0/acme/static/cli.js.map"),
        ("acme-1.0.0.crate", krate, "acme-1.0.0/assets/cli.js.map"),
    ] {
        assert_denied(name, name, &artifact, EXTERNAL, path);
    }
}

#[test]
fn inside_every_kind_of_file() {
    let text = map_text();
    let base64 = STANDARD.encode(&text);
    let percent = text.bytes().fold(String::new(), |mut percent, byte| {
        let _ = write!(percent, "%{byte:02X}");
        percent
    });
    let in_single = text.replace('\\', "\\\\").replace('\'', "\\'");
    let in_double = text.replace('\\', "\\\\").replace('"', "\\\"");
    let word = "sourceMappingURL";
    let literal = "m={version:3,sources:['../src/plan.ts'],names:[],\
        sourcesContent:['export const plan = 1;\\n']}";
    let url = format!("data:application/json;base64,{base64}");
    for (path, content) in [
        ("cli.js", format!("a();\n//# {word}={url}")),
        (
            "cli.js",
            format!("a();\n//# {word}=data:application/json;charset=utf-8;base64,{base64}\n"),
        ),
        (
            "cli.js",
            format!("a();\n//@ {word} = DATA:APPLICATION/JSON;CHARSET=UTF-8;BASE64,{base64}\n"),
        ),
        (
            "cli.js",
            format!("a();\n//# {word}=data:application/json,{percent}\n"),
        ),
        ("cli.css", format!("a{{}}\n/*# {word}={url} */")),
        (
            "index.html",
            format!("<script>a()\n//# {word}={url}\n</script>"),
        ),
        (
            "App.vue",
            format!("<style>a{{}}\n/*# {word}={url} */</style>"),
        ),
        ("data.bin", format!("\0\u{1}\n//# {word}={url}")),
        (
            "cli.js",
            format!(
                "eval(\"a();\\n//# {word}={url}\\n//# sourceURL=webpack-internal:///./a.ts\\n\");"
            ),
        ),
        (
            "style.js",
            format!("push([module.id, \"a{{}}\", \"\", {text}]);"),
        ),
        ("cli.js", format!("const map = JSON.parse('{in_single}');")),
        (
            "cli.js",
            format!("const map = JSON.parse(\"{in_double}\");"),
        ),
        ("cli.js", literal.to_owned()),
        (
            "large.json",
            format!("{{\"pad\":[{}0],\"map\":{text}}}", "1.5,".repeat(400_000)),
        ),
        (
            "bundle.json",
            format!("{{\"modules\":[{{\"map\":{text}}}]}}"),
        ),
        (
            "cli.js",
            format!("x({{\"a\":[],\"sourcesContent\": [{}]}})", json!(SOURCE)),
        ),
    ] {
        let artifact = npm(&[(path, content.as_bytes())]);
        assert_denied(
            &content,
            "a.tgz",
            &artifact,
            INLINE,
            &format!("package/{path}"),
        );
    }
}

#[test]
fn a_map_that_cannot_be_read_is_never_clean() {
    let text = map_text();
    let deep = format!(
        "{{\"version\":3,\"mappings\":\"\",\"x\":{}",
        "[".repeat(100_000)
    );
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for content in [
        &text.as_bytes()[..text.len() - 1],
        &text.as_bytes()[..60],
        br#"{"version":3,"sources":["a.ts"],"mappings":"AAAA" "names":[]}"#,
        br#"{"version":3,"sources":["a.ts"],"mappings":"AAAA"} and more"#,
        deep.as_bytes(),
        &utf16,
    ] {
        let (code, told) = check("a.tgz", &npm(&[("cli.js.map", content)]));
        assert_eq!(code, Some(4), "{told:?}");
        assert!(
            told.contains(&"gap source-map package/cli.js.map".to_owned()),
            "{told:?}"
        );
    }
}

#[test]
fn buckets_and_archives_are_told_of_wherever_they_are_named() {
    for place in [
        "https://pub-1f.r2.dev/src.zip",
        "https://acme.s3.eu-west-1.amazonaws.com/cli-2.1.88-src.tgz",
        "https://storage.googleapis.com/acme/src.tar.gz",
        "s3://acme/maps",
    ] {
        for map in [
            json!({"version": 3, "sources": [place], "names": [], "mappings": ""}),
            json!({"version": 3, "sources": ["a.ts"], "sourceRoot": place, "names": [], "mappings": ""}),
        ] {
            let text = map.to_string();
            let (_, told) = check("a.tgz", &npm(&[("cli.js.map", text.as_bytes())]));
            assert!(
                told.contains(&"deny source-map-remote package/cli.js.map".to_owned()),
                "{text}: {told:?}"
            );
        }
    }
    let code = "a();\n//# sourceMappingURL=https://pub-1f.r2.dev/cli.js.map\n";
    let (_, told) = check("a.tgz", &npm(&[("cli.js", code.as_bytes())]));
    assert_eq!(told, ["deny source-map-remote package/cli.js"]);
    let code = "a();\n//# sourceMappingURL=/Users/arturp/keen/dist/keen.min.js.map\n";
    let (_, told) = check("a.tgz", &npm(&[("keen.min.js", code.as_bytes())]));
    assert_eq!(told, ["deny source-map-absolute-path package/keen.min.js"]);
}
