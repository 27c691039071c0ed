//! `packwarden hook npm` in the scripts of `package.json`, with the clients themselves: what is uploaded is
//! what was checked, and in every doubt nothing is.

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
use sha2::{Digest, Sha256};
use support::{
    command::{Packwarden, Ran, packwarden},
    tree,
};
use tempfile::TempDir;

const HOOK: &str = r#""$PACKWARDEN" hook npm --format json="$REPORT""#;

/// A package, the client that publishes it, and the registry that it goes to.
struct Project {
    place: TempDir,
    /// What hooks have reported.
    reports: TempDir,
    client: Client,
    registry: Registry,
}

/// The script in which a client is best stopped.
fn gate(client: &Client) -> &'static str {
    match client.version == YARN_4.version {
        true => "prepack",
        false => "postpack",
    }
}

impl Project {
    /// With a hook where it belongs.
    fn new(client: Client) -> Self {
        let scripts = json!({ gate(&client): HOOK });
        Self::with_scripts(client, scripts)
    }

    fn with_scripts(client: Client, scripts: Value) -> Self {
        let project = Self {
            place: tempfile::tempdir().unwrap(),
            reports: tempfile::tempdir().unwrap(),
            client,
            registry: Registry::start(),
        };
        project.package(".", json!({ "scripts": scripts }));
        project
    }

    /// Writes a package.
    fn package(&self, directory: &str, mut manifest: Value) {
        let defaults = json!({"name": "example", "version": "1.0.0", "license": "MIT",
            "repository": "acme/example", "publishConfig": {"registry": self.registry.url}});
        for (key, value) in defaults.as_object().unwrap() {
            if manifest.get(key).is_none() {
                manifest[key] = value.clone();
            }
        }
        self.write(&format!("{directory}/package.json"), &manifest.to_string());
        self.write(&format!("{directory}/index.js"), "1;\n");
        let (lock_file, text) = self.client.lock_file;
        if directory == "." {
            self.write(lock_file, text);
            if self.client.version == YARN_4.version {
                // It packs only what it has installed. There is nothing to fetch.
                self.client.run(&self.registry, self.root(), &["install"]);
            }
        }
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    fn write(&self, path: &str, text: &str) {
        tree::write(self.root(), path, text);
    }

    fn publishing(&self) -> Packwarden {
        let publishing = self.client.publishing(&self.registry);
        self.reporting(publishing).directory(self.root())
    }

    /// A command of the client with other arguments.
    fn command(&self, arguments: &[&str]) -> Packwarden {
        let command = self.client.command(&self.registry, arguments);
        self.reporting(command).directory(self.root())
    }

    fn report(&self) -> PathBuf {
        self.reports.path().join("report")
    }

    fn reporting(&self, program: Packwarden) -> Packwarden {
        program.variable("REPORT", self.report())
    }

    /// The one upload is what was let through.
    #[track_caller]
    fn uploads(&self, ran: &Ran) {
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let uploads = self.registry.uploads();
        let [upload] = uploads.as_slice() else {
            panic!("{} uploads: {ran:?}", uploads.len());
        };
        let digits = Sha256::digest(upload);
        let sha256: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
        let report: Value = serde_json::from_slice(&fs::read(self.report()).unwrap()).unwrap();
        assert_eq!(report["artifacts"][0]["sha256"], sha256);
        // Yarn 4 keeps what scripts print in a log.
        if self.client.version != YARN_4.version {
            let told = format!("gets {}, sha256 {sha256}", self.file_name());
            assert!(said(ran).contains(&told), "{told}: {ran:?}");
        }
    }

    /// What the client calls an artifact where it may.
    fn file_name(&self) -> &'static str {
        match self.client.program {
            "yarn" => "package.tgz",
            _ => "example-1.0.0.tgz",
        }
    }

    /// Nothing was uploaded, and the client says that it has failed.
    #[track_caller]
    fn stops(&self, ran: &Ran) {
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert_eq!(self.registry.uploads().len(), 0, "{ran:?}");
    }
}

fn said(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

/// A clean package is uploaded as it was checked; one that leaks, or is made to leak by its own scripts, is
/// not, and neither is any where the check can't be made.
#[track_caller]
fn decides(client: Client) {
    let (event, is_yarn_4) = (gate(&client), client.version == YARN_4.version);
    let project = Project::new(client);
    project.uploads(&project.publishing().run());

    let rehearsed = project.publishing().arguments(&["--dry-run"]);
    if project.client.version != YARN_1.version {
        let rehearsed = rehearsed.run();
        assert_eq!(rehearsed.code, Some(0), "{rehearsed:?}");
        assert_eq!(project.registry.uploads().len(), 0);
    }

    project.stops(
        &project
            .publishing()
            .variable("PACKWARDEN", "packwarden-is-not-here")
            .run(),
    );
    project.stops(&project.publishing().variable("TMPDIR", "/dev/null").run());
    project.stops(
        &project
            .publishing()
            .variable("PACKWARDEN", killer(&project))
            .run(),
    );

    project.write("packwarden.toml", "profile = 3\n");
    project.write(".npmignore", "packwarden.toml\nkiller\n");
    project.stops(&project.publishing().run());
    fs::remove_file(project.root().join("packwarden.toml")).unwrap();

    project.write(".env", "A=1\n");
    let leaking = project.publishing().run();
    project.stops(&leaking);
    assert!(
        is_yarn_4 || said(&leaking).contains("env-file"),
        "{leaking:?}"
    );

    fs::remove_file(project.root().join(".env")).unwrap();
    let leak = "echo A=1 > .env";
    project.package(
        ".",
        match is_yarn_4 {
            true => json!({"scripts": {event: format!("{leak} && {HOOK}")}}),
            false => json!({"scripts": {"prepack": leak, event: HOOK}}),
        },
    );
    project.stops(&project.publishing().run());
}

/// A program that starts ours, and ends it and itself without warning once it has begun.
fn killer(project: &Project) -> PathBuf {
    let text = format!(
        r#"#!/bin/sh
mkdir -p "$TMPDIR/doomed"
until
  TMPDIR="$TMPDIR/doomed" '{}' "$@" &
  until ls "$TMPDIR"/doomed/packwarden-* >/dev/null 2>&1 || ! kill -0 $!; do :; done
  kill -9 $!
do :; done
kill -9 $$
"#,
        env!("CARGO_BIN_EXE_packwarden")
    );
    project.write("killer", &text);
    let path = project.root().join("killer");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&path, mode).unwrap();
    path
}

#[test]
fn npm_10() {
    decides(NPM_10);
}

#[test]
fn npm_11() {
    decides(NPM_11);
}

#[test]
fn npm_12() {
    decides(NPM_12);
}

#[test]
fn pnpm_10() {
    decides(PNPM_10);
}

#[test]
fn pnpm_12() {
    decides(PNPM_12);
}

#[test]
fn yarn_1() {
    decides(YARN_1);
}

#[test]
fn yarn_4() {
    decides(YARN_4);
}

#[test]
fn bun() {
    decides(BUN);
}

/// Of a package that is named by its path npm does not read the ignore files of the workspace, and ships
/// what they hide.
#[test]
fn npm_is_followed_to_wherever_it_packs() {
    for client in [NPM_10, NPM_11, NPM_12] {
        let project = Project::with_scripts(client, json!({}));
        project.package(
            ".",
            json!({"name": "root", "private": true, "workspaces": ["packages/*"]}),
        );
        project.package("packages/a", json!({"scripts": {"postpack": HOOK}}));
        project.write(".gitignore", ".env\n");
        project.write("packages/a/.env", "A=1\n");
        let by_path = project.publishing().arguments(&["./packages/a"]).run();
        project.stops(&by_path);
        assert!(said(&by_path).contains("env-file"), "{by_path:?}");
        let by_name = project.publishing().arguments(&["-w", "example"]).run();
        project.uploads(&by_name);
        let all = project.publishing().arguments(&["--workspaces"]).run();
        project.uploads(&all);
        let inside = project
            .publishing()
            .directory(&project.root().join("packages/a"));
        project.uploads(&inside.run());
        fs::remove_file(project.root().join("packages/a/.env")).unwrap();
        let by_path = project.publishing().arguments(&["./packages/a"]).run();
        project.uploads(&by_path);
    }
}

#[test]
fn what_npm_holds_and_does_not_make_again_is_not_uploaded() {
    let project = Project::with_scripts(
        NPM_12,
        json!({"prepack": "echo A=1 > .env", "postpack": format!("rm .env && {HOOK}")}),
    );
    let restored = project.publishing().run();
    project.stops(&restored);
    assert!(said(&restored).contains("was not read"), "{restored:?}");

    let project = Project::with_scripts(
        NPM_12,
        json!({"prepack": "echo 2 > made.js", "postpack": format!("{HOOK} && rm made.js")}),
    );
    project.uploads(&project.publishing().run());
    assert!(!project.root().join("made.js").exists());
}

/// What npm does not tell, nobody knows; and what others have packed already, a check behind a command that
/// puts things back does not see.
#[test]
fn a_script_where_too_little_is_known_stops_the_publish() {
    let restores = format!("rm -f .env && {HOOK}");
    for (client, scripts, sentence) in [
        (
            NPM_12,
            json!({"prepack": HOOK}),
            "npm does not tell in `prepack`",
        ),
        (
            NPM_10,
            json!({"prepublishOnly": HOOK}),
            "npm does not tell in `prepublishOnly`",
        ),
        (PNPM_12, json!({"postpack": restores}), "must begin with"),
        (
            PNPM_10,
            json!({"prepack": format!("{HOOK} && echo A=1 > .env")}),
            "must end with",
        ),
        (YARN_1, json!({"postpack": restores}), "must begin with"),
        (BUN, json!({"postpack": restores}), "must begin with"),
        (BUN, json!({"postpack": "./check"}), "must begin with"),
        (
            BUN,
            json!({"prepublishOnly": HOOK, "prepack": "true"}),
            "comes after it",
        ),
        (
            NPM_11,
            json!({"postpack": "npm run guard", "guard": HOOK}),
            "no publish is around",
        ),
    ] {
        let project = Project::with_scripts(client, scripts.clone());
        project.write("check", &format!("#!/bin/sh\n{HOOK}\n"));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(project.root().join("check"), mode).unwrap();
        let ran = project.publishing().run();
        project.stops(&ran);
        assert!(said(&ran).contains(sentence), "{scripts}: {ran:?}");
    }
}

#[test]
fn scripts_that_are_the_last_ones_will_do() {
    for (client, event) in [
        (PNPM_12, "prepublishOnly"),
        (PNPM_10, "prepack"),
        (YARN_1, "prepublish"),
        (YARN_4, "prepublish"),
        (BUN, "prepublishOnly"),
    ] {
        let project = Project::with_scripts(client, json!({event: format!("true && {HOOK}")}));
        project.uploads(&project.publishing().run());
        project.write(".env", "A=1\n");
        project.stops(&project.publishing().run());
    }
}

/// Nothing can be stopped there any more, but it can be told.
#[test]
fn yarn_4_is_told_that_it_was_not_checked() {
    let project = Project::with_scripts(YARN_4, json!({"postpack": HOOK}));
    let ran = project.publishing().run();
    assert_ne!(ran.code, Some(0), "{ran:?}");
    // A pack runs the same script and comes to the same.
    assert_ne!(project.command(&["pack"]).run().code, Some(0));
}

/// A client that a script of another has started inherits what that one tells of itself.
#[test]
fn a_client_inside_another_is_known() {
    for (outer, inner, is_clear) in [
        (PNPM_12, NPM_11, true),
        (YARN_4, NPM_12, true),
        (BUN, NPM_10, true),
        (NPM_12, PNPM_12, true),
        (BUN, PNPM_10, true),
        (NPM_11, YARN_1, true),
        (PNPM_10, YARN_1, true),
        (NPM_12, YARN_4, true),
        (BUN, BUN, true),
        (NPM_12, BUN, false),
        (PNPM_12, BUN, false),
    ] {
        let names = format!("{} in {}", inner.package, outer.package);
        let project = Project::new(inner);
        let publish = project.client.publish.join(" ");
        let publish = publish.replace(npm_client::REGISTRY, &project.registry.url);
        let around = Project::with_scripts(outer, json!({}));
        let program = project.client.program_path();
        let there = project.root().display();
        let script = format!("cd '{there}' && '{}' {}", program.display(), publish);
        // A client goes on with one of the same name that it finds first.
        let inside = program.parent().unwrap().display();
        let script = format!("PATH='{inside}':\"$PATH\"; {script}");
        around.package(".", json!({"name": "root", "scripts": {"release": script}}));
        let release = project.reporting(around.command(&["run", "release"]));
        let ran = npm_client::reaching(&project.registry, release).run();
        match is_clear {
            true => {
                assert_eq!(ran.code, Some(0), "{names}: {ran:?}");
                project.uploads(&ran);
            }
            false => project.stops(&ran),
        }
        project.write(".env", "A=1\n");
        let release = project.reporting(around.command(&["run", "release"]));
        let ran = npm_client::reaching(&project.registry, release).run();
        project.stops(&ran);
    }
}

#[test]
fn standard_output_stays_the_clients() {
    let project = Project::new(NPM_12);
    let packed = project.command(&["pack", "--json"]).run();
    assert_eq!(packed.code, Some(0), "{packed:?}");
    assert_eq!(packed.json()["example"]["name"], "example");
    let quiet = format!("{HOOK} --quiet");
    project.package(
        ".",
        json!({"scripts": {"postpack": quiet}, "files": ["index.js"]}),
    );
    let published = project.publishing().arguments(&["--json"]).run();
    project.uploads(&published);
    assert_eq!(
        published.json()["example"]["name"],
        "example",
        "{published:?}"
    );
}

#[test]
fn only_a_script_of_a_publish_may_call_it() {
    let project = Project::new(NPM_12);
    let hook = || packwarden(&["hook", "npm"]).directory(project.root());
    let ran = hook().run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stdout.is_empty() && ran.stderr.contains("no publish is around"),
        "{ran:?}"
    );
    assert_eq!(
        packwarden(&["hook", "npm", "--exit-zero"]).run().code,
        Some(2)
    );
    for integrity in ["null", ""] {
        let ran = hook()
            .variable("npm_lifecycle_event", "postpack")
            .variable("npm_config_user_agent", "npm/12.2.0 node/v24.0.0 linux x64")
            .variable("npm_execpath", "/n/npm-cli.js")
            .variable("npm_package_integrity", integrity)
            .run();
        assert_eq!(ran.code, Some(3), "{ran:?}");
    }
}

/// A project with a hook can be checked by hand: the check tells what it finds, and the hook is silent only
/// while that check lives, whatever the environment says.
#[test]
fn inside_a_check_it_leaves_the_verdict_to_that() {
    for client in [NPM_10, NPM_12, PNPM_10, PNPM_12, YARN_1, YARN_4, BUN] {
        let project = Project::new(client);
        let check = || {
            let check = packwarden(&["check"]).directory(project.root());
            let check = project.reporting(check);
            project.client.beside(&project.registry, check).run()
        };
        let clean = check();
        assert_eq!(clean.code, Some(0), "{clean:?}");
        project.write(".env", "A=1\n");
        let leaking = check();
        assert_eq!(leaking.code, Some(1), "{leaking:?}");
        let told = project.place.path().join("packwarden.left");
        fs::write(
            &told,
            project.root().canonicalize().unwrap().to_str().unwrap(),
        )
        .unwrap();
        for (name, value) in [
            ("PACKWARDEN_PACKING", "1".as_ref()),
            ("PACKWARDEN_PACKING", "2".as_ref()),
            ("PACKWARDEN_CHECKING", told.as_os_str()),
        ] {
            project.stops(&project.publishing().variable(name, value).run());
        }
    }
}

#[test]
fn any_directory_name_will_do() {
    for name in ["a b", "-dash", "ünï ☃", "$(x)'\"`", "a#b%20?", "new\nline"] {
        let project = Project::with_scripts(NPM_12, json!({}));
        project.package(name, json!({"scripts": {"postpack": HOOK}}));
        let publishing = || project.publishing().directory(&project.root().join(name));
        project.uploads(&publishing().run());
        project.write(&format!("{name}/.env"), "A=1\n");
        project.stops(&publishing().run());
    }
}
