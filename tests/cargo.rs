//! cargo itself: what is checked of a crate's directory is what cargo uploads, and nothing of the user's
//! is changed.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/crate_registry.rs"]
mod crate_registry;
mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use crate_registry::Registry;
use packwarden::model::Sha256;
use serde_json::Value;
use support::{command::packwarden, tree};
use tempfile::TempDir;

const MANIFEST: &str = "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\
    license = \"MIT\"\ndescription = \"An example\"\nrepository = \"https://example.com/acme\"\n\
    [workspace]\n";
const MAP: &str =
    r#"{"version":3,"sources":["../src/a.ts"],"sourcesContent":["let x"],"mappings":""}"#;

struct Crate {
    place: TempDir,
}

impl Crate {
    /// A crate in a git repository of its own, with everything committed.
    fn new() -> Self {
        let project = Self {
            place: tempfile::tempdir().unwrap(),
        };
        project.write("Cargo.toml", MANIFEST);
        project.write("src/lib.rs", "//! Acme.\n");
        project.git(&["init", "--quiet"]);
        project.commit();
        project
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    fn write(&self, path: &str, content: &str) {
        tree::write(self.root(), path, content);
    }

    fn git(&self, arguments: &[&str]) {
        tree::git(self.root(), arguments);
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", "x"]);
    }

    /// Exit code and document of a check in a directory of the crate.
    fn check_in(&self, directory: &str) -> (i32, Value) {
        let ran = packwarden(&["check", "--no-config", "--format", "json"])
            .directory(&self.root().join(directory))
            .run();
        assert_ne!(ran.stdout, "", "{ran:?}");
        (ran.code.unwrap(), ran.json())
    }

    fn check(&self) -> (i32, Value) {
        self.check_in(".")
    }

    /// Every path below the crate, `.git` left out.
    fn paths(&self) -> Vec<PathBuf> {
        let (mut found, mut directories) = (Vec::new(), vec![self.root().to_owned()]);
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.ends_with(".git") {
                    directories.push(path.clone());
                }
                found.push(path);
            }
        }
        found.sort();
        found
    }
}

#[test]
fn what_is_checked_is_what_is_uploaded() {
    let project = Crate::new();
    // Clean, with a change, and with a file that git does not know yet.
    for change in [None, Some("src/lib.rs"), Some("src/new.rs")] {
        if let Some(path) = change {
            project.write(path, "//! Changed.\n");
        }
        let (code, document) = project.check();
        assert_eq!(code, 0, "{document}");
        let artifact = &document["artifacts"][0];
        assert_eq!(artifact["packed_by"]["client"], "cargo");
        let uploaded = Registry::start().publish(project.root(), change.is_some());
        assert_eq!(artifact["sha256"], Sha256::of(&uploaded).to_string());
    }
}

/// A workspace of three crates that need each other, in an order that is not that of their names, and
/// one that must not be published.
fn workspace() -> Crate {
    let project = Crate::new();
    let root = "[workspace]\nmembers = [\"a\", \"b\", \"c\", \"inner\"]\nresolver = \"2\"\n\
        [workspace.package]\npublish = false\n";
    project.write("Cargo.toml", root);
    fs::remove_dir_all(project.root().join("src")).unwrap();
    for (name, more) in [
        (
            "a",
            "[dependencies]\nb = { path = \"../b\", version = \"1\", registry = \"local\" }\n",
        ),
        (
            "b",
            "[dependencies]\nc = { path = \"../c\", version = \"1\", registry = \"local\" }\n",
        ),
        ("c", ""),
        ("inner", "publish.workspace = true\n"),
    ] {
        let manifest = MANIFEST.replace("\"acme\"", &format!("\"{name}\""));
        let manifest = manifest.replace("[workspace]\n", more);
        project.write(&format!("{name}/Cargo.toml"), &manifest);
        project.write(&format!("{name}/src/lib.rs"), "//! Acme.\n");
    }
    project.commit();
    project
}

#[test]
fn a_workspace_is_checked_as_it_is_uploaded() {
    let project = workspace();
    let registry = Registry::start();
    let before = project.paths();
    let (variable, home) = registry.home();
    let check = |arguments: &[&str]| {
        let ran = packwarden(&["check", "--no-config", "--format", "json"])
            .arguments(arguments)
            .directory(project.root())
            .variable(variable, home)
            .run();
        (ran.code.unwrap(), ran.json())
    };
    let checked = |document: &Value| -> Vec<String> {
        let artifacts = document["artifacts"].as_array().unwrap().iter();
        let mut all: Vec<_> = artifacts
            .map(|artifact| artifact["sha256"].as_str().unwrap().to_owned())
            .collect();
        all.sort();
        all
    };
    let (code, document) = check(&["--workspace", "--registry", "local"]);
    assert_eq!(code, 0, "{document}");
    assert_eq!(project.paths(), before);
    assert_eq!(document["skipped"].as_array().unwrap().len(), 1);
    assert_eq!(
        document["skipped"][0]["reason"],
        "it says `publish = false`"
    );
    let uploaded = registry.publish_all(project.root(), &["--workspace"]);
    let mut uploaded: Vec<_> = uploaded
        .iter()
        .map(|one| Sha256::of(one).to_string())
        .collect();
    uploaded.sort();
    assert_eq!(checked(&document), uploaded);

    // One alone is packed as it would be published alone.
    let (_, one) = check(&["--package", "c", "--registry", "local"]);
    let alone = Registry::start().publish_all(project.root(), &["--package", "c"]);
    assert_eq!(checked(&one), [Sha256::of(&alone[0]).to_string()]);
    let (code, document) = check(&["--package", "d"]);
    assert_eq!(code, 3, "{document}");
}

#[test]
fn nothing_is_left_behind() {
    let project = Crate::new();
    let before = project.paths();
    assert_eq!(project.check().0, 0);
    assert_eq!(project.paths(), before);
    // A lock file that cargo would bring up to date.
    let lock = "# old\nversion = 3\n";
    project.write("Cargo.lock", lock);
    assert_eq!(project.check().0, 0);
    let after = fs::read_to_string(project.root().join("Cargo.lock")).unwrap();
    assert_eq!(after, lock);
}

#[test]
fn a_signal_leaves_the_lock_file_as_it_was() {
    use rustix::process::{Pid, Signal, kill_process};
    let project = Crate::new();
    let lock = "# mine\nversion = 4\n";
    project.write("Cargo.lock", lock);
    // What stands for cargo changes the lock file, and then waits for ever.
    let cargo = "#!/bin/sh\ncase $1 in\n--version) echo cargo 1.95.0 ;;\n\
        locate-project) echo \"$PWD/Cargo.toml\" ;;\n\
        *) echo changed > Cargo.lock; echo started > \"$ALIVE\"; exec cat \"$HOLD\" ;;\nesac\n";
    project.write(".git/cargo", cargo);
    let place = |name: &str| project.root().join(".git").join(name);
    let (cargo, alive, hold) = (place("cargo"), place("alive"), place("hold"));
    fs::set_permissions(&cargo, PermissionsExt::from_mode(0o755)).unwrap();
    let made = Command::new("mkfifo").args([&alive, &hold]).status();
    assert!(made.unwrap().success());
    let running = packwarden(&["check", "--no-config"])
        .directory(project.root())
        .variable("CARGO", &cargo)
        .variable("ALIVE", &alive)
        .variable("HOLD", &hold)
        .start();
    assert_eq!(fs::read_to_string(&alive).unwrap(), "started\n");
    let read = || fs::read_to_string(project.root().join("Cargo.lock")).unwrap();
    assert_eq!(read(), "changed\n");
    let id = i32::try_from(running.child.id()).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), Signal::TERM).unwrap();
    assert_eq!(running.wait().code, Some(130));
    assert_eq!(read(), lock);
}

#[test]
fn what_cargo_packs_is_judged() {
    let project = Crate::new();
    project.write(".env", "A=1\n");
    project.commit();
    let (code, document) = project.check_in("src");
    assert_eq!(code, 1, "{document}");
    let finding = &document["findings"][0];
    assert_eq!(finding["rule"], "env-file");
    assert!(finding["fix"].as_str().unwrap().contains("Cargo.toml"));
    // Ignored by git, and shipped all the same.
    let project = Crate::new();
    project.write(".gitignore", "*.map\n");
    let everything = "include = [\"**/*\"]\n[workspace]";
    project.write("Cargo.toml", &MANIFEST.replace("[workspace]", everything));
    project.commit();
    project.write("assets/a.js.map", MAP);
    let (_, document) = project.check();
    let paths = document["findings"].as_array().unwrap().iter();
    let paths: Vec<_> = paths.map(|finding| &finding["path"]).collect();
    assert!(
        paths
            .iter()
            .any(|path| *path == "acme-1.0.0/assets/a.js.map")
    );
}

#[test]
fn a_directory_of_two_ecosystems_has_two_artifacts() {
    let project = Crate::new();
    let package = r#"{"name":"acme","version":"2.0.0","license":"MIT","files":["a.js"]}"#;
    project.write("package.json", package);
    project.write("a.js", "1\n");
    let (code, document) = project.check();
    assert_eq!(code, 0, "{document}");
    let artifacts = document["artifacts"].as_array().unwrap().iter();
    let formats: Vec<_> = artifacts.map(|artifact| &artifact["format"]).collect();
    assert_eq!(formats, ["npm-tgz", "crate"]);
    // In a script of a publish by npm, what npm publishes counts.
    let in_script = packwarden(&["check", "--no-config", "--format", "json"])
        .directory(project.root())
        .variable("npm_lifecycle_event", "postpack")
        .run()
        .json();
    assert_eq!(in_script["artifacts"].as_array().unwrap().len(), 1);
    assert_eq!(in_script["artifacts"][0]["format"], "npm-tgz");
    assert_eq!(in_script["skipped"][0]["path"], "./Cargo.toml");
    // What must not be published is left out, and named.
    project.write("package.json", r#"{"name":"acme","private":true}"#);
    let ran = packwarden(&["check", "--no-config"])
        .directory(project.root())
        .run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let skipped = "skipped  ./package.json: it says `\"private\": true`";
    assert!(ran.stdout.contains(skipped), "{ran:?}");
}

#[test]
fn a_cargo_that_fails_is_no_artifact() {
    let project = Crate::new();
    project.write("Cargo.toml", &MANIFEST.replace("1.0.0", "one"));
    let (code, document) = project.check();
    assert_eq!(code, 3, "{document}");
    let message = document["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("cargo"), "{message}");
    project.write("Cargo.toml", "[workspace]\n");
    let (code, document) = project.check();
    assert_eq!(code, 3, "{document}");
    let nowhere = packwarden(&["check", "--no-config"])
        .directory(Crate::new().root())
        .variable("CARGO", "/nowhere/cargo")
        .run();
    assert_eq!(nowhere.code, Some(3), "{nowhere:?}");
    assert!(
        nowhere.stderr.contains("cargo was not found"),
        "{nowhere:?}"
    );
}
