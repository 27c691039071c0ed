//! The clients of the npm family themselves: what is checked of a project's directory is what its client
//! uploads when it publishes that directory.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/npm_client.rs"]
mod npm_client;
mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use npm_client::{BUN, Client, NPM_10, NPM_11, NPM_12, PNPM_10, PNPM_12, Registry, YARN_1, YARN_4};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};
use support::{
    command::{Ran, packwarden},
    tree,
};
use tempfile::TempDir;

/// A project of a client, and the registry that it is published to.
struct Project {
    place: TempDir,
    client: Client,
    registry: Registry,
}

impl Project {
    fn new(client: Client, mut manifest: Value) -> Self {
        let project = Self {
            place: tempfile::tempdir().unwrap(),
            client,
            registry: Registry::start(),
        };
        for (key, value) in [
            ("name", "example"),
            ("version", "1.0.0"),
            ("license", "MIT"),
        ] {
            manifest[key] = value.into();
        }
        manifest["publishConfig"]["registry"] = project.registry.url.as_str().into();
        project.write("package.json", &manifest.to_string());
        project.write("dist/a.js", "1;\n");
        let (lock_file, text) = project.client.lock_file;
        project.write(lock_file, text);
        if project.client.version == YARN_4.version {
            // Yarn 4 packs only what it has installed. There is nothing to fetch.
            project
                .client
                .run(&project.registry, project.root(), &["install"]);
        }
        project
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    fn write(&self, path: &str, text: &str) {
        tree::write(self.root(), path, text);
    }

    fn check(&self, arguments: &[&str]) -> Ran {
        let packwarden = packwarden(&["check", "--no-config", "--format", "json"])
            .arguments(arguments)
            .directory(self.root());
        self.client.beside(&self.registry, packwarden).run()
    }

    fn publish(&self) -> Vec<u8> {
        self.client.publish(&self.registry, self.root())
    }

    /// Every path of the project that is a tarball.
    fn tarballs(&self) -> Vec<PathBuf> {
        let directories = [self.root().to_owned(), self.root().join("dist")];
        let entries = directories
            .iter()
            .flat_map(|directory| fs::read_dir(directory).unwrap());
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.extension().is_some_and(|extension| extension == "tgz"))
            .collect()
    }
}

fn sha512(bytes: &[u8]) -> String {
    let digits = Sha512::digest(bytes);
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[track_caller]
fn artifact(ran: &Ran, code: i32) -> Value {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    ran.json()["artifacts"][0].clone()
}

/// The paths of findings of this rule that block.
fn denied(ran: &Ran, rule: &str) -> Vec<String> {
    let document = ran.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let denied = findings.filter(|finding| finding["rule"] == rule && finding["level"] == "deny");
    denied
        .map(|finding| finding["path"].as_str().unwrap().to_owned())
        .collect()
}

/// Adds the script's name to a file that ships, and makes the times of files and directories, which
/// Yarn 1 packs, those of long ago.
const LOG: &str =
    r#"echo "$npm_lifecycle_event" >> dist/log.js && touch -t 200101010000 dist/log.js dist"#;

/// A project whose scripts leave in the artifact which of them have run, and in which order.
fn logging(client: Client) -> Project {
    let all = [
        "prepublishOnly",
        "prepublish",
        "prepack",
        "prepare",
        "postpack",
    ];
    let scripts: serde_json::Map<_, _> = all
        .map(|name| (name.to_owned(), LOG.into()))
        .into_iter()
        .collect();
    let project = Project::new(
        client,
        json!({"files": ["dist", "bin"], "bin": "bin/run", "scripts": scripts}),
    );
    project.write("README.md", "# An example\n");
    project.write("bin/run", "#!/usr/bin/env node\n");
    project.write("dist/deep/er/b.js", "2;\n");
    project
}

/// What is checked is what is uploaded, down to the byte, and so are the scripts that come before it.
#[track_caller]
fn checked_is_uploaded(client: Client) {
    let project = logging(client);
    let forget = || project.write("dist/log.js", "");
    forget();
    let ran = project.check(&[]);
    let artifact = artifact(&ran, 0);
    assert_eq!(artifact["packed_by"]["client"], project.client.program);
    assert_eq!(artifact["packed_by"]["version"], project.client.version);
    assert_eq!(project.tarballs(), Vec::<PathBuf>::new());
    let in_check = fs::read_to_string(project.root().join("dist/log.js")).unwrap();
    forget();
    let uploaded = project.publish();
    let in_publish = fs::read_to_string(project.root().join("dist/log.js")).unwrap();
    assert_eq!(in_check, in_publish);
    assert_eq!(artifact["sha512"], sha512(&uploaded));

    forget();
    let ran = project.check(&["--ignore-scripts"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let log = fs::read_to_string(project.root().join("dist/log.js")).unwrap();
    assert_eq!(log, "");
}

#[test]
fn npm_10() {
    checked_is_uploaded(NPM_10);
}

#[test]
fn npm_11() {
    checked_is_uploaded(NPM_11);
}

#[test]
fn npm_12() {
    checked_is_uploaded(NPM_12);
}

#[test]
fn pnpm_10() {
    checked_is_uploaded(PNPM_10);
}

#[test]
fn pnpm_12() {
    checked_is_uploaded(PNPM_12);
}

#[test]
fn yarn_1() {
    checked_is_uploaded(YARN_1);
}

#[test]
fn yarn_4() {
    checked_is_uploaded(YARN_4);
}

#[test]
fn bun() {
    checked_is_uploaded(BUN);
}

#[test]
fn pnpm_packs_the_directory_that_the_manifest_names() {
    for client in [PNPM_10, PNPM_12] {
        let project = Project::new(client, json!({"publishConfig": {"directory": "dist"}}));
        project.write(
            "dist/package.json",
            &json!({"name": "inner", "version": "2.0.0", "license": "MIT",
            "publishConfig": {"registry": project.registry.url}})
            .to_string(),
        );
        project.write("dist/.env", "A=1\n");
        let ran = project.check(&[]);
        let artifact = artifact(&ran, 1);
        assert_eq!(artifact["name"], "inner");
        assert_eq!(denied(&ran, "env-file"), ["package/.env"]);
        assert_eq!(project.tarballs(), Vec::<PathBuf>::new());
        assert_eq!(artifact["sha512"], sha512(&project.publish()));
    }
}

#[test]
fn npm_and_bun_pack_the_project_all_the_same() {
    for client in [NPM_12, BUN] {
        let project = Project::new(client, json!({"publishConfig": {"directory": "dist"}}));
        let artifact = artifact(&project.check(&[]), 0);
        assert_eq!(artifact["name"], "example");
        assert_eq!(artifact["sha512"], sha512(&project.publish()));
    }
}

#[test]
fn yarn_4_ships_npmrc() {
    let project = Project::new(YARN_4, json!({}));
    let token = format!("{}{}", "oCSmG6Zkbzbgo8mm", "MpXVQYXW2Zg1RS2b");
    let setting = format!("//registry.example.com/:_authToken={token}\n");
    project.write(".npmrc", &setting);
    let ran = project.check(&[]);
    assert_eq!(artifact(&ran, 1)["sha512"], sha512(&project.publish()));
    assert_eq!(denied(&ran, "registry-credentials"), ["package/.npmrc"]);
}

#[test]
fn yarn_1_ships_everything_where_files_has_a_negated_pattern() {
    let project = Project::new(YARN_1, json!({"files": ["dist", "!**/*.map"]}));
    project.write(".env", "A=1\n");
    let ran = project.check(&[]);
    assert_eq!(artifact(&ran, 1)["sha512"], sha512(&project.publish()));
    assert_eq!(denied(&ran, "env-file"), ["package/.env"]);
}

#[test]
fn bundled_dependencies_ship_as_they_lie_there() {
    for client in [NPM_12, PNPM_12, BUN] {
        let project = Project::new(
            client,
            json!({"files": ["dist"], "dependencies": {"dep": "1.0.0"},
            "bundledDependencies": ["dep"]}),
        );
        let path = "node_modules/dep/package.json";
        project.write(
            path,
            r#"{"name": "dep", "version": "1.0.0", "license": "MIT"}"#,
        );
        project.write("node_modules/dep/.env", "A=1\n");
        let ran = project.check(&[]);
        assert_eq!(artifact(&ran, 1)["sha512"], sha512(&project.publish()));
        assert_eq!(denied(&ran, "env-file"), ["package/node_modules/dep/.env"]);
    }
}

const GUARD: &str = r#"echo once >> "$LOG"; "$PACKWARDEN" check --no-config >&2"#;

/// `prepack` is the script that stops a publish by any client.
#[test]
fn a_check_inside_a_script_of_a_publish_ends_and_decides() {
    for client in [NPM_10, NPM_12, PNPM_10, PNPM_12, YARN_1, YARN_4, BUN] {
        let project = Project::new(client, json!({"scripts": {"prepack": GUARD}}));
        let log = TempDir::new().unwrap();
        let log = log.path().join("log");
        let publish = || {
            let publish = project.client.publishing(&project.registry);
            publish
                .directory(project.root())
                .variable("LOG", &log)
                .run()
        };
        let clean = publish();
        assert_eq!(clean.code, Some(0), "{clean:?}");
        assert_eq!(project.registry.uploads().len(), 1);
        project.write(".env", "A=1\n");
        let leaking = publish();
        assert_ne!(leaking.code, Some(0), "{leaking:?}");
        assert_eq!(project.registry.uploads().len(), 0);
        assert_eq!(fs::read_to_string(&log).unwrap(), "once\nonce\n");
    }
}

/// A script that comes later could add anything.
#[test]
fn a_check_before_other_scripts_of_a_publish_stops_it() {
    for (client, early) in [
        (NPM_11, "prepublishOnly"),
        (PNPM_12, "prepublishOnly"),
        (YARN_1, "prepublishOnly"),
        (YARN_4, "prepublish"),
        (BUN, "prepublishOnly"),
    ] {
        let scripts = json!({early: GUARD, "prepack": "echo A=1 > .env"});
        let project = Project::new(client, json!({ "scripts": scripts }));
        let publish = project.client.publishing(&project.registry);
        let ran = publish
            .directory(project.root())
            .variable("LOG", "/dev/null")
            .run();
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert_eq!(project.registry.uploads().len(), 0);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        // Yarn 4 writes what a script prints into a log.
        let is_told = said.contains("`prepack` comes after it");
        assert!(is_told || early == "prepublish", "{said}");
    }
}

/// What pnpm passes on from a publish that would upload nothing does not keep it from packing.
#[test]
fn a_check_inside_a_rehearsal_packs_all_the_same() {
    for client in [NPM_12, PNPM_10, PNPM_12, YARN_4, BUN] {
        let project = Project::new(client, json!({"scripts": {"prepack": GUARD}}));
        let publish = project
            .client
            .publishing(&project.registry)
            .arguments(&["--dry-run"]);
        let ran = publish
            .directory(project.root())
            .variable("LOG", "/dev/null")
            .run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(project.registry.uploads().len(), 0);
    }
}

#[test]
fn scripts_that_a_publish_never_runs_are_not_run() {
    for client in [YARN_1, BUN] {
        let scripts = json!({"preprepublishOnly": LOG, "prepublishOnly": LOG});
        let project = Project::new(client, json!({"scripts": scripts}));
        let ran = project.check(&[]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stderr.contains("`preprepublishOnly`"), "{ran:?}");
        assert!(!project.root().join("dist/log.js").exists());
    }
    for client in [PNPM_10, PNPM_12, YARN_4] {
        let name = match client.program {
            "yarn" => "prepublish",
            _ => "prepublishOnly",
        };
        let (before, after) = (format!("pre{name}"), format!("post{name}"));
        let scripts = json!({before: "exit 1", name: LOG, after: "exit 1"});
        let project = Project::new(client, json!({"scripts": scripts}));
        let ran = project.check(&[]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(project.root().join("dist/log.js").exists());
    }
}

#[test]
fn a_client_that_is_configured_to_run_no_scripts_runs_none() {
    for (client, file, text) in [
        (PNPM_10, ".npmrc", "ignore-scripts=true\n"),
        (PNPM_12, "pnpm-workspace.yaml", "ignoreScripts: true\n"),
        (YARN_1, ".yarnrc", "ignore-scripts true\n"),
        (BUN, "bunfig.toml", "[install]\nignoreScripts = true\n"),
        (BUN, ".npmrc", "ignore-scripts = true\n"),
    ] {
        let project = logging(client);
        project.write(file, text);
        let ran = project.check(&[]);
        let artifact = artifact(&ran, 0);
        assert!(!project.root().join("dist/log.js").exists());
        assert_eq!(artifact["sha512"], sha512(&project.publish()));
        assert!(!project.root().join("dist/log.js").exists());
    }
}

#[test]
fn a_member_of_a_workspace_is_packed_by_the_client_of_the_workspace() {
    let project = Project::new(PNPM_12, json!({"private": true}));
    project.write("pnpm-workspace.yaml", "packages: ['packages/*']\n");
    let manifest = json!({"name": "member", "version": "3.0.0", "license": "MIT",
        "publishConfig": {"registry": project.registry.url}});
    project.write("packages/member/package.json", &manifest.to_string());
    let ran = project.check(&["packages/member"]);
    let artifact = artifact(&ran, 0);
    assert_eq!(artifact["packed_by"]["client"], "pnpm");
    let member = project.root().join("packages/member");
    let uploaded = project.client.publish(&project.registry, &member);
    assert_eq!(artifact["sha512"], sha512(&uploaded));
}

/// A workspace of two packages, of which one is private, with a secret that only the root's `.gitignore`
/// keeps from being shipped.
fn workspace(client: Client) -> Project {
    let project = Project::new(
        client,
        json!({"private": true, "workspaces": ["packages/*", "!packages/c"]}),
    );
    project.write(
        "pnpm-workspace.yaml",
        "packages:\n  - packages/*\n  - '!packages/c'\n",
    );
    project.write(".gitignore", ".env\n");
    for (name, private) in [("a", false), ("b", true), ("c", true)] {
        let manifest = json!({"name": name, "version": "1.0.0", "license": "MIT", "private": private,
            "publishConfig": {"registry": project.registry.url}});
        project.write(
            &format!("packages/{name}/package.json"),
            &manifest.to_string(),
        );
        project.write(&format!("packages/{name}/.env"), "A=1\n");
    }
    if project.client.version == YARN_4.version {
        project
            .client
            .run(&project.registry, project.root(), &["install"]);
    }
    project
}

#[test]
fn what_may_be_published_of_a_workspace_is_checked() {
    // pnpm 10, Yarn 4 and bun read no `.gitignore` above the package.
    for (client, ships_it) in [
        (NPM_10, false),
        (NPM_11, false),
        (NPM_12, false),
        (PNPM_10, true),
        (PNPM_12, false),
        (YARN_4, true),
        (BUN, true),
    ] {
        let (program, version) = (client.program, client.version);
        let project = workspace(client);
        let ran = project.check(&["--workspace"]);
        let artifact = artifact(&ran, i32::from(ships_it));
        let document = ran.json();
        assert_eq!(
            document["artifacts"].as_array().unwrap().len(),
            1,
            "{ran:?}"
        );
        let left_out = document["skipped"].as_array().unwrap().iter();
        let left_out: Vec<_> = left_out.map(|one| one["path"].as_str().unwrap()).collect();
        assert!(
            left_out[0].ends_with("package.json"),
            "{program} {version}: {left_out:?}"
        );
        assert_eq!(left_out[1], "./packages/b/package.json");
        assert_eq!(left_out.len(), 2);
        let uploaded = project
            .client
            .publish(&project.registry, &project.root().join("packages/a"));
        assert_eq!(artifact["sha512"], sha512(&uploaded), "{program} {version}");
        let secrets: &[&str] = if ships_it { &["package/.env"] } else { &[] };
        assert_eq!(denied(&ran, "env-file"), secrets);
    }
}

#[test]
fn packages_of_a_workspace_can_be_named() {
    for client in [NPM_11, PNPM_12, YARN_1, YARN_4, BUN] {
        let project = workspace(client);
        let ran = project.check(&["--package", "b"]);
        assert_eq!(ran.json()["artifacts"][0]["name"], "b", "{ran:?}");
        assert_eq!(denied(&ran, "private-package").len(), 1);
        let message = |arguments: &[&str]| {
            let ran = project.check(arguments);
            assert_eq!(ran.code, Some(3), "{ran:?}");
            ran.json()["errors"][0]["message"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert!(message(&["--package", "d"]).contains("no package `d`"));
        // The root alone is nothing to publish.
        assert!(message(&[]).contains("the workspace has packages that are"));
    }
}

#[test]
fn lock_files_of_several_clients_are_refused_unless_one_is_named() {
    let project = Project::new(NPM_12, json!({}));
    project.write(BUN.lock_file.0, BUN.lock_file.1);
    let ran = project.check(&[]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let error = &ran.json()["errors"][0];
    let message = error["message"].as_str().unwrap();
    assert!(
        message.ends_with("package-lock.json, bun.lock"),
        "{message}"
    );
    assert!(error["help"].as_str().unwrap().contains("--client"));
    let named = artifact(&project.check(&["--client", "npm"]), 0);
    assert_eq!(named["packed_by"]["client"], "npm");
}

#[test]
fn a_client_that_can_not_pack_the_project_is_refused() {
    let project = Project::new(NPM_12, json!({}));
    let said = |arguments: &[&str], code| {
        let ran = project.check(arguments);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        ran.stderr
    };
    assert!(said(&["--client", "cargo"], 3).contains("cargo does not pack what is in"));
    assert!(said(&["--client", "nobody"], 2).contains("nobody"));
    // Yarn 1 in a project of Yarn 4.
    let project = Project::new(YARN_1, json!({}));
    project.write(YARN_4.lock_file.0, YARN_4.lock_file.1);
    let ran = project.check(&[]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let message = ran.json()["errors"][0]["message"].clone();
    assert_eq!(
        message,
        ". needs Yarn 2 or later (yarn.lock), and the yarn that was found is 1.22.22"
    );
}
