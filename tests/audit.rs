//! Audits end to end: the real npm, a registry on 127.0.0.1, lists, lock files, histories and the cache.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/npm_client.rs"]
mod npm_client;
mod support;

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, prelude::BASE64_STANDARD};
use npm_client::NPM_11;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};
use support::{
    command::{Packwarden, Ran, packwarden},
    loopback::{Answer, Request, serve},
    tarball::TarballBuilder,
};
use tempfile::TempDir;

/// Versions of `cli`, not in their order; of two the tarball holds a file that must not ship.
const VERSIONS: [(&str, bool); 4] = [
    ("1.10.0", false),
    ("1.0.0", false),
    ("1.9.0", true),
    ("1.2.0", true),
];

fn tarball(name: &str, version: &str, leaks: bool) -> Vec<u8> {
    let manifest = json!({"name": name, "version": version, "license": "MIT"});
    let package =
        TarballBuilder::new().file("package/package.json", manifest.to_string().as_bytes());
    match leaks {
        true => package.file("package/.env", b"A=1\n").gzip(),
        false => package.gzip(),
    }
}

fn integrity(content: &[u8]) -> String {
    format!("sha512-{}", BASE64_STANDARD.encode(Sha512::digest(content)))
}

/// `cli` in several versions, `lib` in one, and a page where `broken` should be.
fn answer(request: &Request, fetched: &AtomicUsize) -> Answer<Vec<u8>> {
    let version = |name: &str, version: &str, leaks: bool| {
        let content = tarball(name, version, leaks);
        let address = format!("{}/files/{name}/{version}/{leaks}", request.url);
        json!({
            "name": name,
            "version": version,
            "dist": {"tarball": address, "integrity": integrity(&content)},
        })
    };
    let told = |mut version: Value| {
        version["_resolved"] = "/Users/rosalind/lib-1.0.0.tgz".into();
        version
    };
    let parts: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    let found = |value: Value| ("200 OK", value.to_string().into_bytes());
    match parts[..] {
        ["files", name, number, leaks] => {
            fetched.fetch_add(1, Ordering::Relaxed);
            ("200 OK", tarball(name, number, leaks == "true"))
        }
        ["cli"] => {
            let versions: serde_json::Map<String, Value> = VERSIONS
                .iter()
                .map(|(number, leaks)| ((*number).to_owned(), version("cli", number, *leaks)))
                .collect();
            found(json!({"name": "cli", "dist-tags": {"latest": "1.10.0"}, "versions": versions}))
        }
        ["lib"] => found(json!({
            "name": "lib",
            "dist-tags": {"latest": "1.0.0"},
            "versions": {"1.0.0": told(version("lib", "1.0.0", false))},
        })),
        ["broken"] => ("200 OK", b"<!doctype html>".to_vec()),
        _ => ("404 Not Found", b"{}".to_vec()),
    }
}

struct Place {
    directory: TempDir,
    fetched: Arc<AtomicUsize>,
}

impl Place {
    fn new() -> Self {
        let fetched = Arc::new(AtomicUsize::new(0));
        let counter = fetched.clone();
        let url = serve(move |request| answer(request, &counter));
        let directory = tempfile::tempdir().unwrap();
        let cache = directory.path().join("npm");
        let settings = format!(
            "registry={url}\nfetch-retries=0\ncache={}\n",
            cache.display()
        );
        fs::write(directory.path().join(".npmrc"), settings).unwrap();
        fs::write(directory.path().join("package.json"), "{}").unwrap();
        Self { directory, fetched }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn audit(&self, arguments: &[&str]) -> Packwarden {
        let mut audit = packwarden(&["audit", "--cache-dir", "kept"])
            .arguments(arguments)
            .directory(self.path())
            .variable("PATH", NPM_11.path())
            .variable("npm_config_globalconfig", "/nowhere")
            .variable("NO_PROXY", "127.0.0.1")
            .variable("no_proxy", "127.0.0.1");
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
            audit = audit.variable(name, "http://127.0.0.1:9");
        }
        audit
    }
}

fn lines(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_fails_is_told_and_the_rest_is_done() {
    let place = Place::new();
    let list = place.path().join("list");
    fs::write(
        &list,
        "npm:broken # a page\npkg:npm/none@1.0.0\nnpm:cli@1.9.0\n",
    )
    .unwrap();
    let ran = place
        .audit(&[
            "npm:cli@1.0.0",
            "npm:cli",
            "--from",
            "list",
            "--format",
            "jsonl",
        ])
        .run();
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let lines = lines(&ran);
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let of = &line["artifacts"][0]["path"];
            let of = of.as_str().or_else(|| line["errors"][0]["path"].as_str());
            [&line["type"], &line["outcome"]]
                .map(|part| part.as_str().unwrap())
                .join(" ")
                + " "
                + of.unwrap_or("-")
        })
        .collect();
    assert_eq!(
        told,
        [
            "artifact passed npm:cli@1.0.0",
            "artifact passed npm:cli@1.10.0",
            "artifact blocked npm:cli@1.9.0",
            "error error npm:broken",
            "error error npm:none@1.0.0",
            "summary error -",
        ]
    );
    let last = &lines[5];
    let counts = ["passed", "blocked", "incomplete", "errors", "exit_code"];
    assert_eq!(
        counts.map(|key| last[key].as_u64().unwrap()),
        [2, 1, 0, 2, 3]
    );
    assert_eq!(lines[0]["artifacts"][0]["origin"], "published");
}

#[test]
fn a_history_says_in_which_versions_a_leak_was() {
    let place = Place::new();
    let ran = place.audit(&["--all-versions", "npm:cli"]).run();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let (before, history) = ran.stdout.split_once("history of").unwrap();
    insta::assert_snapshot!(before.trim(), @r"
    passed      npm:cli@1.0.0
    blocked     npm:cli@1.2.0
    blocked     npm:cli@1.9.0
    passed      npm:cli@1.10.0
    ");
    let told: Vec<_> = history.lines().take(3).collect();
    insta::assert_snapshot!(told.join("\n").trim(), @r"
    cli
      deny[env-file] .env
        came in with 1.2.0, gone in 1.10.0 (2 versions)
    ");
}

#[test]
fn what_the_registry_shows_beside_a_file_is_searched_too() {
    let place = Place::new();
    let ran = place.audit(&["npm:lib", "--format", "json"]).run();
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let paths = report["findings"].as_array().unwrap().iter();
    let paths: Vec<_> = paths.map(|one| one["path"].as_str().unwrap()).collect();
    assert!(
        paths.contains(&"!/registry/version-manifest.json"),
        "{ran:?}"
    );
}

#[test]
fn a_lock_file_says_what_the_files_must_be() {
    let place = Place::new();
    let good = integrity(&tarball("cli", "1.0.0", false));
    let bad = integrity(b"other");
    let lock = |integrity: &str| {
        json!({
            "lockfileVersion": 3,
            "packages": {
                "": {"name": "app"},
                "node_modules/cli": {"version": "1.0.0", "integrity": integrity},
                "node_modules/own": {"resolved": "own", "link": true},
                "own": {"name": "own", "version": "1.0.0"},
            },
        })
        .to_string()
    };
    let audit = |integrity: &str| {
        fs::write(place.path().join("package-lock.json"), lock(integrity)).unwrap();
        place.audit(&["--lockfile", "package-lock.json"]).run()
    };
    let ran = audit(&good);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("skipped"), "{ran:?}");
    let ran = audit(&bad);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stderr.contains("is not what the lock file says"),
        "{ran:?}"
    );
}

#[test]
fn what_was_fetched_once_is_not_fetched_again() {
    let place = Place::new();
    // npm's own cache must not be what answers.
    let fetched = |arguments: &[&str]| {
        let before = place.fetched.load(Ordering::Relaxed);
        fs::remove_dir_all(place.path().join("npm")).unwrap_or_default();
        let ran = place.audit(arguments).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        place.fetched.load(Ordering::Relaxed) - before
    };
    assert_eq!(fetched(&["npm:cli@1.0.0"]), 1);
    assert_eq!(fetched(&["npm:cli@1.0.0"]), 0);
    for entry in fs::read_dir(place.path().join("kept")).unwrap() {
        fs::write(entry.unwrap().path(), "spoilt").unwrap();
    }
    assert_eq!(fetched(&["npm:cli@1.0.0"]), 1);
}

#[test]
fn without_npm_each_spec_is_an_error_told_once() {
    let place = Place::new();
    let ran = place
        .audit(&["npm:cli@1.0.0", "npm:lib"])
        .variable("PATH", "/nowhere")
        .run();
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(ran.stderr.matches("error").count(), 1, "{ran:?}");
}
