//! Published crates, fetched by the real cargo from a registry on 127.0.0.1.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/fetcher.rs"]
mod fetcher;
#[path = "support/plain_server.rs"]
mod plain_server;
mod support;

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use packwarden::model::Sha256;
use plain_server::{Asked, answer, nobody, serve, silent, truncated};
use serde_json::json;
use support::{command::Packwarden, tarball::TarballBuilder};
use tempfile::TempDir;

const TOKEN: &str = "a-token-of-the-test";

#[test]
#[ignore = "the other tests start it"]
fn fetcher() {
    fetcher::fetch();
}

fn packed(name: &str, version: &str) -> Vec<u8> {
    let root = format!("{name}-{version}");
    let manifest =
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n");
    TarballBuilder::new()
        .file(&format!("{root}/Cargo.toml"), manifest.as_bytes())
        .file(&format!("{root}/src/lib.rs"), b"")
        .gzip()
}

/// A line of the index.
fn line(name: &str, version: &str, yanked: bool) -> String {
    let checksum = match name {
        "wrong" => Sha256::of(b"something else"),
        _ => Sha256::of(&packed(name, version)),
    };
    let lost = json!({
        "name": "nothing", "req": "^1", "features": [], "optional": false, "default_features": true,
        "target": null, "kind": "normal",
    });
    let dependencies = if name == "lost" {
        vec![lost]
    } else {
        Vec::new()
    };
    json!({
        "name": name, "vers": version, "deps": dependencies, "features": {}, "cksum": checksum.to_string(), "yanked": yanked,
    })
    .to_string()
}

fn index(name: &str) -> Option<String> {
    let lines = match name {
        "good" => vec![
            line(name, "0.9.0", false),
            line(name, "1.0.0", false),
            line(name, "1.1.0", true),
            line(name, "2.0.0-rc.1", false),
        ],
        "gone" | "lost" => vec![line(name, "1.0.0", true)],
        "mixed_case" => vec![line("Mixed_Case", "1.0.0", false)],
        "page" => vec!["<html>not an index</html>".to_owned()],
        "wrong" | "cut" | "missing" | "private" => vec![line(name, "1.0.0", false)],
        _ => return None,
    };
    Some(lines.join("\n"))
}

fn respond(asked: &Asked, base: &str) -> Vec<u8> {
    let parts: Vec<_> = asked.path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["page", ..] => answer("200 OK", "text/html", "<html>log in</html>"),
        ["broken", ..] => answer("500 Internal Server Error", "text/html", "<html>no</html>"),
        ["closed", ..] if asked.header("authorization") != Some(TOKEN) => {
            answer("401 Unauthorized", "text/plain", "who are you")
        }
        [kind, "config.json"] => {
            let needs_token = *kind == "closed";
            let config = json!({
                "dl": format!("{base}/{kind}/dl"), "api": base, "auth-required": needs_token,
            });
            answer("200 OK", "application/json", config.to_string())
        }
        [_, "dl", "missing", ..] => answer("404 Not Found", "text/plain", ""),
        [_, "dl", "cut", version, ..] => truncated(&packed("cut", version)),
        [_, "dl", name, version, ..] => answer("200 OK", "application/gzip", packed(name, version)),
        [.., name] => match index(name) {
            Some(lines) => answer("200 OK", "text/plain", lines),
            None => answer("404 Not Found", "text/plain", ""),
        },
        [] => unreachable!("a path has parts"),
    }
}

/// A registry, and a project whose configuration names it.
struct Project {
    place: TempDir,
    base: String,
}

impl Project {
    fn new() -> Self {
        // The answers name the server, which is known once it runs.
        let base =
            serve(|asked| respond(asked, &format!("http://{}", asked.header("host").unwrap())));
        Self::at(base)
    }

    fn at(base: String) -> Self {
        let place = tempfile::tempdir().unwrap();
        let project = Self { place, base };
        project.configure("index", "");
        project
    }

    /// Names the registry of this kind, and more that holds.
    fn configure(&self, kind: &str, more: &str) {
        let text = format!(
            "[registry]\ndefault = \"local\"\nglobal-credential-providers = [\"cargo:token\"]\n\
             [registries.local]\nindex = \"sparse+{}/{kind}/\"\n\
             [http]\ntimeout = 1\n[net]\nretry = 0\n{more}",
            self.base
        );
        let directory = self.place.path().join("project/.cargo");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("config.toml"), text).unwrap();
    }

    fn run(&self, spec: &str) -> Packwarden {
        fs::create_dir_all(self.home()).unwrap();
        fetcher::fetcher(spec)
            .without("CARGO_")
            .variable("CARGO", env!("CARGO"))
            .variable("CARGO_HOME", self.home())
            .directory(&self.place.path().join("project"))
    }

    fn home(&self) -> PathBuf {
        self.place.path().join("cargo")
    }

    /// What a run says, with the registry's address left out.
    fn said(&self, run: Packwarden) -> String {
        let said = fetcher::said(run).replace(&self.base, "BASE");
        let left: Vec<_> = fs::read_dir(self.home()).unwrap().flatten().collect();
        let is_ours = |name: &str| name.starts_with("packwarden-");
        let ours = left
            .iter()
            .filter(|entry| is_ours(&entry.file_name().to_string_lossy()));
        assert_eq!(ours.count(), 0, "left behind");
        said.replace(&self.base.replace("http://", ""), "BASE")
    }

    fn fetched(&self, spec: &str) -> String {
        self.said(self.run(spec))
    }
}

#[test]
fn a_crate_comes_as_it_was_published() {
    let project = Project::new();
    let size = |name, version| packed(name, version).len();
    let versions = "0.9.0 1.0.0 1.1.0 2.0.0-rc.1";
    for (spec, version, withdrawn) in [
        ("crates:good", "1.0.0", ""),
        ("crates:good@0.9.0", "0.9.0", ""),
        ("crates:good@2.0.0-rc.1", "2.0.0-rc.1", ""),
        ("crates:good@1.1.0", "1.1.0", ", withdrawn: it was yanked"),
    ] {
        let bytes = size("good", version);
        assert_eq!(
            project.fetched(spec),
            format!(
                "good {version} of {versions}{withdrawn}\ngood-{version}.crate of {bytes} bytes, as promised"
            ),
            "{spec}"
        );
    }
    let bytes = size("gone", "1.0.0");
    assert_eq!(
        project.fetched("crates:gone"),
        format!(
            "gone 1.0.0 of 1.0.0, withdrawn: it was yanked\ngone-1.0.0.crate of {bytes} bytes, as promised"
        )
    );
    let mixed = project.fetched("crates:mixed-case");
    assert!(
        mixed.starts_with("Mixed_Case 1.0.0 of 1.0.0\nMixed_Case-1.0.0.crate"),
        "{mixed}"
    );
}

#[test]
fn what_can_not_be_had_is_told() {
    let project = Project::new();
    let place = "local (sparse+BASE/index/)";
    let page = "cargo took no version from its index that can be read here (an answer of another kind, or a cargo \
        that keeps its indexes in another form)";
    for (spec, expected) in [
        (
            "crates:nothing",
            format!("{place} has no package crates:nothing, or does not show it to you"),
        ),
        (
            "crates:good@7.0.0",
            format!("{place} has no version crates:good@7.0.0; the latest is 1.0.0"),
        ),
        (
            "crates:page",
            format!("{place} gives no usable answer for crates:page: {page}"),
        ),
        (
            "crates:wrong",
            format!(
                "{place} gives no usable answer for crates:wrong@1.0.0: failed to verify the checksum of `wrong \
                 v1.0.0 (registry `local`)`"
            ),
        ),
        (
            "crates:lost",
            format!(
                "{place} gives no usable answer for crates:lost@1.0.0: cargo fetches a yanked version only where all \
                 that it depends on can be resolved, and here something can't any more"
            ),
        ),
        (
            "crates:missing",
            format!("{place} has crates:missing@1.0.0, without any file"),
        ),
    ] {
        assert_eq!(project.fetched(spec), expected, "{spec}");
    }
    let cut = project.fetched("crates:cut");
    let begin = format!(
        "{place} gives no usable answer for crates:cut@1.0.0: failed to download from `BASE/index/dl/"
    );
    assert!(
        cut.starts_with(&begin) && cut.contains("partial file"),
        "{cut}"
    );
}

#[test]
fn a_registry_that_fails_is_told_apart_from_one_that_refuses() {
    let project = Project::new();
    project.configure("broken", "");
    let broken = project.fetched("crates:good");
    let begin = "local (sparse+BASE/broken/) gives no usable answer for crates:good: download of config.json failed";
    assert!(
        broken.starts_with(begin) && broken.ends_with("got 500"),
        "{broken}"
    );
    project.configure("page", "");
    let page = project.fetched("crates:good");
    assert!(
        page.contains("gives no usable answer for crates:good: expected value"),
        "{page}"
    );
    project.configure("closed", "");
    let closed = project.fetched("crates:good");
    let begin = "local (sparse+BASE/closed/) refuses crates:good: no token found for `local`";
    assert!(closed.starts_with(begin), "{closed}");
    let wrong = project
        .run("crates:good")
        .variable("CARGO_REGISTRIES_LOCAL_TOKEN", "another");
    let wrong = project.said(wrong);
    assert!(
        wrong.contains(" refuses crates:good: ") && !wrong.contains("another"),
        "{wrong}"
    );
    let right = project
        .run("crates:good")
        .variable("CARGO_REGISTRIES_LOCAL_TOKEN", TOKEN);
    assert!(project.said(right).ends_with("as promised"));
    let credentials = format!("[registries.local]\ntoken = \"{TOKEN}\"\n");
    fs::write(project.home().join("credentials.toml"), credentials).unwrap();
    assert!(project.fetched("crates:good").ends_with("as promised"));
    assert!(
        project
            .fetched("crates:good@1.1.0")
            .ends_with("as promised")
    );
}

#[test]
fn a_registry_that_is_not_reached_is_told() {
    let refused = Project::at(nobody()).fetched("crates:good");
    assert!(
        refused.contains(" can't be reached for crates:good: "),
        "{refused}"
    );
    let (_listener, url) = silent();
    let slow = Project::at(url).fetched("crates:good");
    assert!(
        slow.contains(" can't be reached for crates:good: ") && slow.contains("Timeout"),
        "{slow}"
    );
    let project = Project::new();
    let offline = project
        .run("crates:good")
        .variable("CARGO_NET_OFFLINE", "true");
    assert_eq!(
        project.said(offline),
        "local (sparse+BASE/index/) can't be reached for crates:good: cargo is configured to be offline"
    );
}

#[test]
fn the_configuration_above_and_at_home_holds() {
    let project = Project::new();
    let inner = project.place.path().join("project/inner");
    fs::create_dir(&inner).unwrap();
    // What is nearer wins: the registry above is closed.
    project.configure("closed", "");
    fs::create_dir(inner.join(".cargo")).unwrap();
    let nearer = format!(
        "[registries.local]\nindex = \"sparse+{}/index/\"\n",
        project.base
    );
    fs::write(inner.join(".cargo/config.toml"), nearer).unwrap();
    let near = project.run("crates:good").directory(&inner);
    assert!(project.said(near).ends_with("as promised"));
    let elsewhere = tempfile::tempdir().unwrap();
    fs::rename(
        project.place.path().join("project/.cargo/config.toml"),
        project.home().join("config.toml"),
    )
    .unwrap();
    let at_home = project.run("crates:good").directory(elsewhere.path());
    assert!(project.said(at_home).contains("no token found for `local`"));
    // A mirror is cargo's own affair.
    let mirror = format!(
        "[source.crates-io]\nreplace-with = \"mirror\"\n[source.mirror]\nregistry = \"sparse+{}/index/\"\n",
        project.base
    );
    fs::write(project.home().join("config.toml"), mirror).unwrap();
    for spec in ["crates:good", "crates:good@1.1.0"] {
        let mirrored = project.run(spec).directory(elsewhere.path());
        assert!(project.said(mirrored).ends_with("as promised"), "{spec}");
    }
    fs::write(project.home().join("config.toml"), "[registries").unwrap();
    let broken = project.run("crates:good").directory(elsewhere.path());
    let broken = project.said(broken);
    assert!(
        broken.starts_with("crates.io gives no usable answer for crates:good: "),
        "{broken}"
    );
}

#[test]
fn a_cargo_without_the_command_is_told() {
    let project = Project::new();
    let old = project.place.path().join("old-cargo");
    let script = "echo 'cargo 1.81.0 (abc 2024-09-05)'";
    fs::write(&old, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o755)).unwrap();
    let run = project.run("crates:good").variable("CARGO", &old);
    assert_eq!(
        project.said(run),
        "what was published needs cargo 1.82 or later to be fetched, and the cargo that was found is 1.81.0"
    );
}
