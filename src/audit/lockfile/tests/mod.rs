//! Lock files of every form, as the clients write them and as an attacker would.

mod cargo;
mod npm;
mod pnpm;
mod python;
mod yaml;
mod yarn;

use std::path::Path;

use proptest::prelude::*;

use super::*;

/// What a file of this name with this text names, a line each.
fn told(name: &str, text: &str) -> String {
    let format = format(name, text).unwrap();
    match read_as(format, Path::new(name), text) {
        Ok(locked) => lines(&locked),
        Err(wrong) => {
            let line = wrong.line.map_or("?".to_owned(), |line| line.to_string());
            format!("{line}: {}", wrong.why)
        }
    }
}

pub(super) fn lines(locked: &Locked) -> String {
    let of_spec = |spec: &Spec| {
        let hashes = spec.expected.iter().map(|hash| hash.parts().0);
        [spec.to_string()]
            .into_iter()
            .chain(hashes.map(str::to_owned))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let specs = locked.specs.iter().map(of_spec);
    let skipped = locked.skipped.iter();
    let skipped = skipped.map(|skipped| format!("- {} {}", skipped.path, skipped.reason));
    specs.chain(skipped).collect::<Vec<_>>().join("\n")
}

/// Hashes that could be real: base64 of so many bytes.
fn sha512(of: char) -> String {
    format!("sha512-{}A==", of.to_string().repeat(85))
}

fn hex(digit: char, length: usize) -> String {
    digit.to_string().repeat(length)
}

#[test]
fn files_are_told_by_name_or_else_by_content() {
    let known = |name: &str, text: &str| format(name, text).map(|format| format.name.0);
    for (name, expected) in [
        ("package-lock.json", "package-lock"),
        (".package-lock.json", "package-lock"),
        ("package-lock.old.json", "package-lock"),
        ("npm-shrinkwrap.json", "npm-shrinkwrap"),
        ("pnpm-lock.yaml", "pnpm-lock"),
        ("yarn.lock", "yarn"),
        ("bun.lock", "bun"),
        ("uv.lock", "uv"),
        ("poetry.lock", "poetry"),
        ("pdm.lock", "pdm"),
        ("pylock.dev.toml", "pylock"),
        ("Cargo.lock", "Cargo"),
        ("requirements-dev.txt", ""),
    ] {
        assert_eq!(known(name, ""), Some(expected), "{name}");
    }
    for (text, expected) in [
        ("{\"lockfileVersion\": 3}", Some("package-lock")),
        (
            "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": {",
            Some("bun"),
        ),
        ("lockfileVersion: '9.0'\n", Some("pnpm-lock")),
        ("# yarn lockfile v1\n", Some("yarn")),
        ("__metadata:\n", Some("yarn")),
        ("requires-python = \"x\"\n[[package]]\n", Some("uv")),
        ("content-hash = \"x\"\n", Some("poetry")),
        ("content_hash = \"x\"\n", Some("pdm")),
        ("lock-version = \"1.0\"\n", Some("pylock")),
        ("source = \"registry+x\"\n", Some("Cargo")),
        ("lock-version = \"1.0\"\ncontent-hash = \"x\"\n", None),
        ("a==1.0\n", None),
    ] {
        assert_eq!(known("x", text), expected, "{text}");
    }
}

/// Lines that lock files are made of, in any order.
const PIECES: [&str; 24] = [
    "{\"lockfileVersion\": 3, \"packages\": {",
    "\"node_modules/a\": {\"version\": \"1.0.0\"}",
    "}}",
    "lockfileVersion: '9.0'",
    "packages:",
    "  a@1.0.0:",
    "    resolution: {integrity: sha512-x, 'é': [",
    "  /a/1.0.0_b:",
    "? é",
    ": a: 'b",
    "  version \"1.0.0\"",
    "\"@é@^1\", b@^1:",
    "__metadata:",
    "  resolution: \"a@npm:1.0.0\"",
    "[[package]]",
    "name = \"a\"",
    "version = 1",
    "source = {}",
    "a[é]==1.0 \\",
    "    --hash=sha256:é",
    "-é",
    "--hash",
    "é @ é ; é",
    "a: |-",
];

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(
        text in "\\PC{0,80}",
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12),
        cut in 0_usize..400,
    ) {
        let joined: String = pieces.join("\n").chars().take(cut).collect();
        for text in [&text, &joined] {
            for format in &FORMATS {
                let _ = (format.read)(Path::new("x"), text);
            }
        }
    }
}
