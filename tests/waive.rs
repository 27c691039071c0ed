//! `packwarden waive` and `packwarden waivers`: what is written, what is refused, and what becomes of it.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/schema.rs"]
mod schema;
mod support;

use std::{fs, path::Path};

use serde_json::{Value, json};
use support::{
    command::{Ran, packwarden},
    tarball::TarballBuilder,
    tree::write,
};
use tempfile::TempDir;

/// Writes an artifact that holds these files beside an open manifest.
fn pack(place: &Path, files: &[(&str, &[u8])]) {
    let manifest = json!({
        "name": "cli", "version": "1.0.0", "license": "MIT", "repository": "acme/cli", "files": ["*"],
    });
    let package =
        TarballBuilder::new().file("package/package.json", manifest.to_string().as_bytes());
    let add = |tarball: TarballBuilder, (path, content): &(&str, &[u8])| {
        tarball.file(&format!("package/{path}"), content)
    };
    let artifact = files.iter().fold(package, add).gzip();
    fs::write(place.join("cli.tgz"), artifact).unwrap();
}

fn place(files: &[(&str, &[u8])]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    pack(place.path(), files);
    place
}

/// Two tokens of a form that only their provider issues.
fn tokens() -> [String; 2] {
    let random = packwarden::rule::fill("{{random-alnum:34}}").unwrap();
    let reversed: String = random.chars().rev().collect();
    [random, reversed].map(|random| format!("{}_{random}", "hf"))
}

fn waive(place: &Path, arguments: &[&str]) -> Ran {
    packwarden(&["waive", "--in", "cli.tgz"])
        .arguments(arguments)
        .directory(place)
        .run()
}

fn check(place: &Path) -> (Option<i32>, Value) {
    let ran = packwarden(&["check", "cli.tgz", "--format", "json"])
        .directory(place)
        .run();
    (ran.code, ran.json())
}

fn fingerprint(document: &Value, at: usize) -> String {
    let finding = &document["findings"][at];
    finding["fingerprint"].as_str().unwrap().to_owned()
}

fn refusal(ran: &Ran) -> String {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    ran.stderr.lines().next().unwrap().trim().to_owned()
}

fn config(place: &Path) -> String {
    fs::read_to_string(place.join("packwarden.toml")).unwrap()
}

#[test]
fn a_waiver_is_written_and_holds_for_what_it_was_written_for() {
    let place = place(&[(".env", b"A=1\n")]);
    let place = place.path();
    write(place, "packwarden.toml", "profile = \"open\" # why");
    let (code, document) = check(place);
    assert_eq!(code, Some(1));
    let whole = fingerprint(&document, 0);
    let said = ["--reason", "a sample \"with\" quotes", "--owner", "me"];
    let dry = waive(place, &[&[&whole[..8], "--dry-run"][..], &said].concat());
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert_eq!(config(place), "profile = \"open\" # why");
    let ran = waive(place, &[&[&whole[..8]][..], &said].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let sha256 = packwarden::model::Sha256::of(b"A=1\n").to_string();
    assert_eq!(
        config(place),
        format!(
            "profile = \"open\" # why\n\n[[waive]]\nrule = \"env-file\"\npath = \".env\"\nsha256 = \"{sha256}\"\n\
             reason = \"a sample \\\"with\\\" quotes\"\nowner = \"me\"\n"
        )
    );
    assert!(
        ran.stdout
            .contains("written to packwarden.toml: env-file in .env is accepted"),
        "{ran:?}"
    );
    assert_eq!(check(place).0, Some(0));
    pack(place, &[(".env", b"A=2\n")]);
    assert_eq!(check(place).0, Some(1), "other content is a new finding");
}

#[test]
fn all_secrets_of_a_file_are_waived_by_its_rule_and_path() {
    let [one, two] = tokens();
    let place = place(&[("a.js", format!("'{one}' '{two}'").as_bytes())]);
    let place = place.path();
    let ran = waive(
        place,
        &[
            "hugging-face-token:package/a.js",
            "--reason",
            "revoked",
            "--expires",
            "90d",
        ],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let text = config(place);
    assert_eq!(text.matches("[[waive]]").count(), 1);
    for token in [&one, &two] {
        let sha256 = packwarden::model::Sha256::of(token.as_bytes()).to_string();
        assert!(text.contains(&sha256));
        for told in [&text, &ran.stdout, &ran.stderr] {
            assert!(!told.contains(token.as_str()));
        }
    }
    assert!(text.contains("expires = \"20"));
    let (code, document) = check(place);
    assert_eq!(code, Some(0));
    assert_eq!(document["waivers"][0]["state"], "used");
    assert!(ran.stdout.contains("this file is new"), "{ran:?}");
}

#[test]
fn what_is_not_meant_or_not_clear_is_refused() {
    let [one, two] = tokens();
    let place = place(&[
        (".env", b"A=1\n"),
        ("a.js", format!("'{one}' '{two}'").as_bytes()),
    ]);
    let place = place.path();
    let said = |finding: &str, more: &[&str]| {
        refusal(&waive(
            place,
            &[&[finding, "--reason", "x"][..], more].concat(),
        ))
    };
    insta::assert_snapshot!(said("abc", &[]), @"error: `abc` names no finding");
    insta::assert_snapshot!(said("000000", &[]), @"error: nothing that was found here is `000000`");
    insta::assert_snapshot!(said("env-file:other", &[]), @"error: nothing that was found here is `env-file:other`");
    insta::assert_snapshot!(said("env-file:.env", &["--path", "src/**"]), @"error: the path `src/**` does not cover env-file in .env");
    insta::assert_snapshot!(said("env-file:.env", &["--expires", "2020-01-01"]), @"error: --expires 2020-01-01: 2020-01-01 has passed");
    insta::assert_snapshot!(said("env-file:.env", &["--expires", "400d"]).split(": ").last().unwrap(), @"leave it out for a waiver without an end");
    insta::assert_snapshot!(said("env-file:.env", &["--expires", "soon"]), @"error: --expires soon: write the last day as 2027-06-30, or the days from now as 90d");
    let candidates = waive(place, &["000000", "--reason", "x"]);
    assert!(
        candidates.stderr.contains("env-file in .env")
            && candidates.stderr.contains("hugging-face-token in a.js"),
        "{candidates:?}"
    );
    for arguments in [
        &["env-file:.env"][..],
        &["env-file:.env", "--reason", " "],
        &["--reason", "x"],
        &["env-file:.env", "--reason", "x", "--no-config"],
        &["env-file:.env", "--reason", "x", "--policy-from", "main"],
        &["env-file:.env", "--reason", "x", "--no-waivers"],
    ] {
        assert_eq!(waive(place, arguments).code, Some(2), "{arguments:?}");
    }
    assert!(!place.join("packwarden.toml").exists());
    let ran = waive(place, &["env-file:.env", "--reason", "x"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    insta::assert_snapshot!(said("env-file:.env", &[]), @"error: env-file in .env is waived already, in packwarden.toml:1");
}

#[test]
fn what_nobody_can_waive_is_refused() {
    let place = place(&[(".env", b"A=1\n")]);
    let place = place.path();
    write(place, "acme.toml", "unwaivable = [\"secret\"]\n");
    let ran = waive(
        place,
        &["env-file:.env", "--reason", "x", "--policy", "acme.toml"],
    );
    insta::assert_snapshot!(refusal(&ran), @"error: env-file in .env can't be waived: acme.toml lets nobody accept this");
    assert!(!place.join("packwarden.toml").exists());
    let mut artifact = fs::read(place.join("cli.tgz")).unwrap();
    artifact.extend(b"after the end");
    fs::write(place.join("cli.tgz"), artifact).unwrap();
    let (_, document) = check(place);
    let gap = document["gaps"][0]["fingerprint"].as_str().unwrap();
    let ran = waive(place, &[gap, "--reason", "x"]);
    insta::assert_snapshot!(refusal(&ran), @"error: gzip can't be waived: nobody knows what it hides from the check, so it stops every publish");
}

#[test]
fn a_gap_inside_an_entry_is_waived_by_its_hash() {
    let place = place(&[("fixtures/broken.gz", b"\x1f\x8b\x08\x00broken")]);
    let place = place.path();
    let (code, document) = check(place);
    assert_eq!(code, Some(4));
    assert_eq!(document["gaps"][0]["kind"], "nested-container");
    let ran = waive(
        place,
        &[
            "nested-container:fixtures/broken.gz",
            "--reason",
            "a broken fixture",
        ],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(config(place).starts_with("[[waive]]\ngap = \"nested-container\"\n"));
    assert_eq!(check(place).0, Some(0));
}

#[test]
fn a_configuration_that_can_not_be_edited_is_left_alone() {
    let place = place(&[(".env", b"A=1\n")]);
    let place = place.path();
    let said = ["env-file:.env", "--reason", "x"];
    let list = "waive = [{ rule = \"log-file\", path = \"a\", reason = \"b\" }]\n";
    write(place, "packwarden.toml", list);
    let ran = waive(place, &said);
    insta::assert_snapshot!(refusal(&ran), @"error: packwarden.toml can't be edited: its `waive` is not a list of `[[waive]]` tables that one could be added to");
    assert!(ran.stderr.contains("path = \".env\""), "{ran:?}");
    assert_eq!(config(place), list);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let file = place.join("packwarden.toml");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        insta::assert_snapshot!(refusal(&waive(place, &said)), @"error: packwarden.toml can't be edited: it is read-only");
        fs::rename(&file, place.join("real.toml")).unwrap();
        symlink("real.toml", &file).unwrap();
        insta::assert_snapshot!(refusal(&waive(place, &said)), @"error: packwarden.toml can't be edited: it is a link");
    }
}

#[test]
fn what_blocks_says_what_to_type() {
    let place = place(&[(".env", b"A=1\n")]);
    let (_, document) = check(place.path());
    let ran = packwarden(&["check", "cli.tgz", "--verbose"])
        .directory(place.path())
        .run();
    let line = format!(
        "to accept it: packwarden waive {} --reason \"…\"",
        fingerprint(&document, 0)
    );
    assert!(ran.stdout.contains(&line), "{ran:?}");
}

fn waivers(place: &Path, arguments: &[&str]) -> Ran {
    packwarden(&["waivers"])
        .arguments(arguments)
        .directory(place)
        .run()
}

#[test]
fn waivers_are_listed_by_their_end() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    let none = waivers(place, &["--check"]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), "no waivers\n"));
    let waiver = |path: &str, more: &str| {
        format!(
            "[[waive]]\nrule = \"log-file\"\npath = \"{path}\"\nreason = \"a \u{202e}test\"\n{more}\n"
        )
    };
    write(
        place,
        "packwarden.toml",
        waiver("a", "") + &waiver("b", "expires = 2099-01-01"),
    );
    let ran = waivers(place, &["--check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("2 waivers, none to look at"), "{ran:?}");
    assert!(!ran.stdout.contains('\u{202e}'));
    let text = waiver("a", "") + &waiver("b", "expires = 2020-01-01\nowner = \"me\"");
    write(place, "packwarden.toml", text);
    let ran = waivers(place, &["--check", "--format", "json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let document = ran.json();
    let schema: Value =
        serde_json::from_str(include_str!("../docs/schema/waivers-v1.json")).unwrap();
    assert_eq!(schema::complaints(&schema, &document), [""; 0]);
    assert_eq!(document["waivers"][0]["state"], "expired");
    assert_eq!(document["waivers"][0]["owner"], "me");
    assert_eq!(document["waivers"][1]["state"], "unused");
    assert_eq!(waivers(place, &[]).code, Some(0));
    write(place, "packwarden.toml", "waiv = 1");
    assert_eq!(waivers(place, &[]).code, Some(2));
}

#[test]
fn a_waiver_that_ends_today_ends_soon() {
    let place = place(&[(".env", b"A=1\n")]);
    let place = place.path();
    let ran = waive(
        place,
        &[
            "env-file:.env",
            "--reason",
            "x",
            "--owner",
            "me",
            "--expires",
            "3d",
        ],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (code, document) = check(place);
    assert_eq!(code, Some(0));
    assert_eq!(document["waivers"][0]["ends_soon"], true);
    let ran = packwarden(&["check", "cli.tgz"]).directory(place).run();
    assert!(
        ran.stdout
            .contains("the waiver of env-file for `.env` ends in"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("(owner:"), "{ran:?}");
    assert_eq!(waivers(place, &["--check"]).code, Some(1));
}
