//! Names that an organisation keeps to itself: `[paths]` of the configuration, from end to end.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{
    command::{Ran, packwarden},
    tarball::TarballBuilder,
};

const CONFIG: &str = "[paths]\n\
    organisation = [\"acme.com\", \"ACME-[0-9]+\"]\n\
    allow = [\"docs.acme.com\"]\n";

fn check(config: &str, files: &[(&str, &str)]) -> Ran {
    check_with("git+https://git.acme.com/tools/cli.git", config, files)
}

fn check_with(repository: &str, config: &str, files: &[(&str, &str)]) -> Ran {
    let manifest = json!({
        "name": "cli", "version": "1.0.0", "license": "MIT",
        "repository": { "type": "git", "url": repository },
        "author": "Ann Lee <ann@acme.com>",
        "bugs": { "url": "https://git.acme.com/tools/cli/issues" },
    });
    let package =
        TarballBuilder::new().file("package/package.json", manifest.to_string().as_bytes());
    let add =
        |tarball: TarballBuilder, (path, text): &(&str, &str)| tarball.file(path, text.as_bytes());
    let artifact = files.iter().fold(package, add).gzip();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("cli.tgz"), artifact).unwrap();
    fs::write(directory.path().join("packwarden.toml"), config).unwrap();
    packwarden(&["check", "--format", "json", "cli.tgz"])
        .directory(directory.path())
        .run()
}

fn found(ran: &Ran) -> Vec<(String, String)> {
    let document = ran.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let named = findings.filter(|finding| text(&finding["rule"]).starts_with("organisation-"));
    named
        .map(|finding| (text(&finding["path"]), text(&finding["evidence"])))
        .collect()
}

#[test]
fn names_are_found_in_texts_paths_and_sources_of_maps() {
    let map = json!({
        "version": 3, "mappings": "AAAA", "sources": ["../src/jira.acme.com/a.ts"],
        "sourcesContent": ["// see ACME-7\n"],
    });
    let ran = check(
        CONFIG,
        &[
            ("package/cli.js", "fetch('https://api.acme.com/v1/x/y/z')"),
            ("package/certs/vpn.acme.com.pem", "-"),
            ("package/cli.js.map", &map.to_string()),
        ],
    );
    assert_eq!(ran.code, Some(1));
    let expected = [
        ("package/certs/vpn.acme.com.pem", "vpn.acme.com.pem"),
        ("package/cli.js", "https://api.acme.com/v1/x/y"),
        ("package/cli.js.map", "jira.acme.com/a.ts"),
        (
            "package/cli.js.map!/src/jira.acme.com/a.ts",
            "jira.acme.com/a.ts",
        ),
        ("package/cli.js.map!/src/jira.acme.com/a.ts", "ACME-7"),
    ];
    let expected = expected.map(|(path, shown)| (path.to_owned(), shown.to_owned()));
    assert_eq!(found(&ran), expected);
}

#[test]
fn what_the_manifest_says_or_the_configuration_allows_is_no_finding() {
    let links: String = (0..300)
        .map(|number| format!("- [{number}](https://git.acme.com/tools/cli/commit/{number})\n"))
        .collect();
    let files = [
        (
            "package/README.md",
            "By ann@acme.com, https://docs.acme.com/a\n",
        ),
        ("package/CHANGELOG.md", links.as_str()),
        ("package/cli.js", "'git.acme.com'"),
    ];
    let ran = check(CONFIG, &files);
    assert_eq!((ran.code, found(&ran)), (Some(0), vec![]), "{ran:?}");
    let log = links + "- https://git.acme.com/secret/engine/commit/1\n";
    let ran = check(CONFIG, &[("package/CHANGELOG.md", &log)]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(found(&ran).len(), 1, "{ran:?}");
}

#[test]
fn a_repository_may_be_given_with_a_user() {
    let files = [(
        "package/README.md",
        "https://git.acme.com/tools/cli/issues\n",
    )];
    for repository in [
        "git+ssh://git@git.acme.com/tools/cli.git",
        "ssh://git@git.acme.com/tools/cli.git",
        "https://ann@git.acme.com/tools/cli.git",
        "git@git.acme.com:tools/cli.git",
        "github:acme/cli",
    ] {
        let ran = check_with(repository, CONFIG, &files);
        assert_eq!((ran.code, found(&ran)), (Some(0), vec![]), "{repository}");
    }
}

#[test]
fn a_declared_address_hides_nothing_in_its_path() {
    let text = "https://git.acme.com/tools/cli/ACME-7";
    let ran = check(CONFIG, &[("package/cli.js", text)]);
    let expected = ("package/cli.js".to_owned(), "ACME-7".to_owned());
    assert_eq!(found(&ran), [expected]);
}

#[test]
fn the_rule_is_a_rule_like_any_other() {
    let files = [("package/cli.js", "ACME-7")];
    let level = format!("{CONFIG}[levels]\norganisation-name = \"warn\"\n");
    assert_eq!(check(&level, &files).code, Some(0));
    let waiver = format!(
        "{CONFIG}[[waive]]\nrule = \"organisation-name\"\npath = \"cli.js\"\nreason = \"known\"\n"
    );
    assert_eq!(check(&waiver, &files).code, Some(0));
    assert_eq!(check("", &files).code, Some(0));
}

#[test]
fn credentials_in_an_address_are_not_shown() {
    let secret = ["hunter", "22"].concat();
    let text = format!("'https://me:{secret}@api.acme.com/'");
    let ran = check(CONFIG, &[("package/cli.js", &text)]);
    assert_eq!(ran.code, Some(1));
    assert!(!ran.stdout.contains(&secret) && !ran.stderr.contains(&secret));
}

#[test]
fn what_cannot_be_searched_for_is_underlined() {
    let ran = check("[paths]\norganisation = [\"ab\"]\n", &[]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.json()["errors"][0]["message"].as_str().unwrap(), @"packwarden.toml:2: `ab` can't be searched for: every match must begin or end with 4 characters that are always the same");
    let ran = check("[paths]\norganization = [\"acme.com\"]\n", &[]);
    assert!(
        ran.stderr.contains("did you mean `organisation`?"),
        "{ran:?}"
    );
}
