//! Release tools that publish by themselves: with `packwarden hook npm` in the packages, what they upload is
//! what was checked, and nothing that leaks.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/npm_client.rs"]
mod npm_client;
mod support;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use npm_client::{Client, NPM_10, NPM_11, PNPM_10, PNPM_12, Registry};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::{
    command::{Packwarden, Ran},
    tree::{self, git},
};
use tempfile::TempDir;

/// changesets shows nothing of what scripts print, and so each hook leaves a report.
const HOOK: &str = r#""$PACKWARDEN" hook npm --format json="$REPORTS/$npm_package_name-$$.json""#;

const CHANGESETS: Client = Client {
    package: "@changesets/cli",
    version: "2.31.1",
    program: "changeset",
    publish: &["publish"],
    lock_file: NPM_10.lock_file,
};
/// It brings an npm of its own.
const SEMANTIC_RELEASE: Client = Client {
    package: "semantic-release",
    version: "24.2.9",
    program: "semantic-release",
    publish: &["--no-ci"],
    lock_file: NPM_10.lock_file,
};

/// A committed project in `work`, cloned from `remote.git`, and the registry that it goes to.
struct Project {
    place: TempDir,
    registry: Registry,
}

impl Project {
    fn new() -> Self {
        let project = Self {
            place: tempfile::tempdir().unwrap(),
            registry: Registry::start(),
        };
        fs::create_dir(project.root()).unwrap();
        fs::create_dir(project.reports()).unwrap();
        git(
            project.place.path(),
            &["init", "--quiet", "--bare", "-b", "main", "remote.git"],
        );
        git(&project.root(), &["init", "--quiet", "-b", "main"]);
        let remote = project.remote();
        git(&project.root(), &["remote", "add", "origin", &remote]);
        project.write(".gitignore", "node_modules\n");
        project
    }

    fn root(&self) -> PathBuf {
        self.place.path().join("work")
    }

    fn remote(&self) -> String {
        format!("file://{}", self.place.path().join("remote.git").display())
    }

    fn write(&self, path: &str, text: &str) {
        tree::write(&self.root(), path, text);
    }

    /// Writes a package with a hook.
    fn package(&self, directory: &str, name: &str, more: Value) {
        let mut manifest = json!({"name": name, "version": "1.0.0", "license": "MIT",
            "repository": self.remote(), "scripts": {"postpack": HOOK},
            "publishConfig": {"registry": self.registry.url}});
        for (key, value) in more.as_object().unwrap() {
            manifest[key] = value.clone();
        }
        self.write(&format!("{directory}/package.json"), &manifest.to_string());
        self.write(&format!("{directory}/index.js"), "1;\n");
    }

    fn commit(&self) {
        git(&self.root(), &["add", "--all", "--force"]);
        git(
            &self.root(),
            &["commit", "--quiet", "-m", "feat: something"],
        );
        git(&self.root(), &["push", "--quiet", "origin", "main"]);
    }

    /// What the tool came to in the project, with the npm beside it that it is to find.
    fn release(&self, tool: &Client, npm: &Client) -> Ran {
        let release = npm.beside(&self.registry, tool.publishing(&self.registry));
        self.run(release)
    }

    fn run(&self, release: Packwarden) -> Ran {
        let release = somebody(release).variable("REPORTS", self.reports());
        release.directory(&self.root()).run()
    }

    /// The hashes of what hooks have let through.
    fn passed(&self) -> Vec<String> {
        let reports = fs::read_dir(self.reports()).unwrap();
        let read = |path: PathBuf| serde_json::from_slice::<Value>(&fs::read(path).unwrap());
        let reports = reports.map(|entry| read(entry.unwrap().path()).unwrap());
        let passed = reports.filter(|report| report["outcome"] == "passed");
        let hash = |report: Value| report["artifacts"][0]["sha256"].as_str().map(str::to_owned);
        passed.filter_map(hash).collect()
    }

    fn reports(&self) -> PathBuf {
        self.place.path().join("reports")
    }

    /// How much came to the registry; all of it was let through.
    #[track_caller]
    fn uploads(&self, ran: &Ran) -> usize {
        let uploads = self.registry.uploads();
        let passed = self.passed();
        let hash = |bytes: &Vec<u8>| {
            let digits = Sha256::digest(bytes);
            digits
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let hashes: BTreeSet<_> = uploads.iter().map(hash).collect();
        for sha256 in &hashes {
            assert!(passed.contains(sha256), "{passed:?}: {ran:?}");
        }
        hashes.len()
    }
}

/// With what git and the registry want to know.
fn somebody(program: Packwarden) -> Packwarden {
    ["AUTHOR", "COMMITTER"]
        .iter()
        .fold(program, |program, who| {
            let name = program.variable(&format!("GIT_{who}_NAME"), "x");
            name.variable(&format!("GIT_{who}_EMAIL"), "x@example.com")
        })
        .variable("GIT_CONFIG_GLOBAL", "/dev/null")
        .variable("NPM_TOKEN", "none")
}

/// A leak in one package of two.
fn leak(project: &Project) {
    project.write("packages/b/.env", "A=1\n");
    project.commit();
}

fn two_packages() -> Project {
    let project = Project::new();
    project.package(
        ".",
        "root",
        json!({"private": true, "workspaces": ["packages/*"]}),
    );
    project.package("packages/a", "a", json!({}));
    project.package("packages/b", "b", json!({"dependencies": {"a": "1.0.0"}}));
    project
}

#[test]
fn changesets() {
    for npm in [NPM_10, NPM_11] {
        let project = two_packages();
        project.write(
            ".changeset/config.json",
            r#"{"baseBranch": "main", "access": "public"}"#,
        );
        project.write(npm.lock_file.0, npm.lock_file.1);
        project.commit();
        let clean = project.release(&CHANGESETS, &npm);
        assert_eq!(clean.code, Some(0), "{clean:?}");
        assert_eq!(project.uploads(&clean), 2, "{clean:?}");

        leak(&project);
        let leaking = project.release(&CHANGESETS, &npm);
        assert_ne!(leaking.code, Some(0), "{leaking:?}");
        assert_eq!(project.uploads(&leaking), 1, "a alone: {leaking:?}");
    }
}

#[test]
fn semantic_release() {
    let project = Project::new();
    let plugins = ["@semantic-release/commit-analyzer", "@semantic-release/npm"];
    let release = json!({"branches": ["main"], "plugins": plugins,
        "repositoryUrl": project.remote()});
    project.package(".", "example", json!({ "release": release }));
    project.commit();
    let clean = project.release(&SEMANTIC_RELEASE, &NPM_11);
    assert_eq!(clean.code, Some(0), "{clean:?}");
    assert_eq!(project.uploads(&clean), 1, "{clean:?}");

    project.write(".env", "A=1\n");
    project.commit();
    let leaking = project.release(&SEMANTIC_RELEASE, &NPM_11);
    assert_ne!(leaking.code, Some(0), "{leaking:?}");
    assert!(format!("{leaking:?}").contains("env-file"), "{leaking:?}");
    assert_eq!(project.uploads(&leaking), 0, "{leaking:?}");
}

#[test]
fn all_packages_of_pnpm() {
    for pnpm in [PNPM_10, PNPM_12] {
        let project = two_packages();
        project.write("pnpm-workspace.yaml", "packages: ['packages/*']\n");
        project.write(pnpm.lock_file.0, pnpm.lock_file.1);
        project.commit();
        let publish = || {
            let registry = format!("--registry={}", project.registry.url);
            let arguments = ["-r", "publish", "--no-git-checks", &registry];
            project.run(pnpm.command(&project.registry, &arguments))
        };
        let clean = publish();
        assert_eq!(clean.code, Some(0), "{clean:?}");
        assert_eq!(project.uploads(&clean), 2, "{clean:?}");

        leak(&project);
        let leaking = publish();
        assert_ne!(leaking.code, Some(0), "{leaking:?}");
        assert!(project.uploads(&leaking) <= 1, "a alone: {leaking:?}");
        assert!(Path::new(&project.root()).join("packages/b/.env").exists());
    }
}
