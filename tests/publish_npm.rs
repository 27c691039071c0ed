//! `packwarden publish` around the clients of the npm family themselves: what arrives at a registry is what
//! was checked, or nothing.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/npm_client.rs"]
mod npm_client;
mod support;

use std::{fs, io::Read, os::unix::fs::PermissionsExt, path::PathBuf, process::Command};

use npm_client::{BUN, Client, NPM_10, NPM_11, NPM_12, PNPM_10, PNPM_12, Registry, YARN_4};
use packwarden::model::Sha256;
use serde_json::{Value, json};
use support::{
    command::{Packwarden, Ran, Running, packwarden},
    tree,
};
use tempfile::TempDir;

/// What a person types, who is asked for a new version.
const YARN_1: Client = Client {
    publish: &["publish", "--registry=REGISTRY"],
    ..npm_client::YARN_1
};
const ALL: [Client; 8] = [
    NPM_10, NPM_11, NPM_12, PNPM_10, PNPM_12, YARN_1, YARN_4, BUN,
];

/// A project of a client, the registry that it is published to, and a log that its scripts write to.
struct Project {
    place: TempDir,
    client: Client,
    registry: Registry,
}

impl Project {
    fn new(client: Client, manifest: Value) -> Self {
        let project = Self {
            place: tempfile::tempdir().unwrap(),
            client,
            registry: Registry::start(),
        };
        project.package(".", "example", manifest);
        project.write("dist/a.js", "1;\n");
        let (lock_file, text) = project.client.lock_file;
        project.write(lock_file, text);
        if project.client.version == YARN_4.version {
            // Yarn 4 packs only what it has installed. There is nothing to fetch.
            project
                .client
                .run(&project.registry, &project.root(), &["install"]);
        }
        project
    }

    /// Adds a package in this directory.
    fn package(&self, directory: &str, name: &str, mut manifest: Value) {
        for (key, value) in [("name", name), ("version", "1.0.0"), ("license", "MIT")] {
            manifest[key] = value.into();
        }
        manifest["publishConfig"]["registry"] = self.registry.url.as_str().into();
        self.write(&format!("{directory}/package.json"), &manifest.to_string());
    }

    fn root(&self) -> PathBuf {
        self.place.path().join("project")
    }

    fn write(&self, path: &str, text: &str) {
        tree::write(&self.root(), path, text);
    }

    /// The scripts that have run, in order.
    fn log(&self) -> String {
        let log = fs::read_to_string(self.place.path().join("log")).unwrap_or_default();
        log.lines().collect::<Vec<_>>().join(" ")
    }

    /// `packwarden publish OPTIONS -- CLIENT ARGUMENTS`
    fn typed(&self, options: &[&str], arguments: &[&str]) -> Packwarden {
        self.configured(&[&["--no-config"], options].concat(), arguments)
    }

    fn configured(&self, options: &[&str], arguments: &[&str]) -> Packwarden {
        let program = packwarden(&["publish"])
            .arguments(options)
            .arguments(&["--", self.client.program])
            .arguments(arguments)
            .directory(&self.root());
        let program = self.client.beside(&self.registry, program);
        program.variable("LOG", self.place.path().join("log"))
    }

    /// The command that the client publishes with, and further arguments.
    fn publishing(&self, options: &[&str], further: &[&str]) -> Packwarden {
        let url = &self.registry.url;
        let words = self.client.publish.iter();
        let words: Vec<_> = words
            .map(|word| word.replace(npm_client::REGISTRY, url))
            .collect();
        let words = words
            .iter()
            .map(String::as_str)
            .chain(further.iter().copied());
        self.typed(options, &words.collect::<Vec<_>>())
    }

    fn publish_with(&self, options: &[&str], further: &[&str]) -> Ran {
        self.publishing(options, further).run()
    }

    fn publish(&self) -> Ran {
        self.publish_with(&[], &[])
    }

    #[track_caller]
    fn uploads_nothing(&self, ran: &Ran, code: i32) {
        assert_eq!(ran.code, Some(code), "{}: {ran:?}", self.client.version);
        let uploads = self.registry.uploads().len();
        assert_eq!(uploads, 0, "{}: {ran:?}", self.client.version);
    }

    /// The hashes of what arrived, which are those that were printed.
    #[track_caller]
    fn uploads_what_it_says(&self, ran: &Ran) -> Vec<String> {
        assert_eq!(ran.code, Some(0), "{}: {ran:?}", self.client.version);
        let uploaded = self.registry.uploads();
        let uploaded: Vec<_> = uploaded
            .iter()
            .map(|bytes| Sha256::of(bytes).to_string())
            .collect();
        assert_eq!(
            uploaded,
            handed_over(ran),
            "{}: {ran:?}",
            self.client.version
        );
        uploaded
    }
}

/// The hashes that were printed as those of what the client gets.
fn handed_over(ran: &Ran) -> Vec<String> {
    let lines = ran.stderr.lines();
    let lines = lines.filter(|line| line.starts_with("packwarden: ") && line.contains(" gets "));
    lines
        .map(|line| line.rsplit(' ').next().unwrap().to_owned())
        .collect()
}

/// Adds the script's name to the log.
const LOG: &str = r#"echo "$npm_lifecycle_event" >> "$LOG""#;

fn logging() -> Value {
    let all = [
        "prepublishOnly",
        "prepack",
        "prepare",
        "postpack",
        "publish",
        "postpublish",
    ];
    let scripts: serde_json::Map<_, _> = all
        .map(|name| (name.to_owned(), LOG.into()))
        .into_iter()
        .collect();
    json!({ "scripts": scripts })
}

#[test]
fn what_is_uploaded_is_what_was_checked_and_each_script_runs_as_in_a_publish() {
    for client in ALL {
        let scripts = match (client.program, client.version) {
            ("yarn", "1.22.22") => "prepare prepublishOnly prepack postpack publish postpublish",
            // It packs again while it publishes.
            ("yarn", _) => "prepack postpack prepack postpack",
            _ => "prepublishOnly prepack prepare postpack publish postpublish",
        };
        let project = Project::new(client, logging());
        let ran = project.publish();
        assert_eq!(project.uploads_what_it_says(&ran).len(), 1);
        assert_eq!(project.log(), scripts, "{}", project.client.version);
        let report = ran.stderr.lines().find(|line| line.starts_with("sha256"));
        assert!(report.unwrap().ends_with(&handed_over(&ran)[0]), "{ran:?}");
    }
}

#[test]
fn a_leak_stops_it() {
    for client in ALL {
        let project = Project::new(client, json!({}));
        project.write(".env", "A=1\n");
        let ran = project.publish();
        project.uploads_nothing(&ran, 1);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn a_leak_that_a_script_makes_only_during_a_publish_stops_it() {
    for client in ALL {
        let project = Project::new(client, json!({"scripts": {"prepack": "echo A=1 > .env"}}));
        let ran = project.publish();
        project.uploads_nothing(&ran, 1);
    }
    // What yarn 4 packs at the second time is another thing.
    let script = "test -e ../once && echo A=1 > .env || touch ../once";
    let project = Project::new(YARN_4, json!({"scripts": {"prepack": script}}));
    let ran = project.publish();
    project.uploads_nothing(&ran, 4);
    assert!(ran.stderr.contains("and was not uploaded"), "{ran:?}");
}

#[test]
fn a_directory_ships_what_this_very_command_would() {
    for client in [NPM_10, NPM_12, PNPM_10, PNPM_12, YARN_1] {
        let project = Project::new(
            client,
            json!({"private": true, "workspaces": ["packages/*"]}),
        );
        project.write("pnpm-workspace.yaml", "packages:\n  - packages/*\n");
        project.package("packages/a", "a", json!({}));
        project.write("packages/a/a.js", "1;\n");
        project.write("packages/a/.env", "A=1\n");
        project.write(".gitignore", ".env\n");
        let ran = project.publish_with(&[], &["./packages/a"]);
        match (project.client.program, project.client.version) {
            // It reads the root's ignore files.
            ("pnpm", "12.21.0") => {
                project.uploads_what_it_says(&ran);
            }
            _ => project.uploads_nothing(&ran, 1),
        }
        if project.client.program == "npm" {
            let ran = project.publish_with(&[], &["--workspace", "a"]);
            assert_eq!(project.uploads_what_it_says(&ran).len(), 1);
            let ran = project.publish_with(&[], &["packages/a"]);
            project.uploads_nothing(&ran, 2);
            assert!(ran.stderr.contains("type `./packages/a`"), "{ran:?}");
        }
    }
}

#[test]
fn members_of_a_workspace_are_all_checked_before_the_first_is_uploaded() {
    let project = Project::new(
        NPM_12,
        json!({"private": true, "workspaces": ["packages/*"]}),
    );
    for name in ["a", "b", "c"] {
        let private = json!({"private": name == "c", "scripts": {"postpublish": LOG}});
        project.package(&format!("packages/{name}"), name, private);
    }
    let ran = project.publish_with(&[], &["--workspaces"]);
    assert_eq!(project.uploads_what_it_says(&ran).len(), 2);
    assert_eq!(project.log(), "postpublish postpublish");
    let ran = project.publish_with(&[], &["-w", "packages/b", "-w=a"]);
    assert_eq!(project.uploads_what_it_says(&ran).len(), 2);
    let ran = project.publish_with(&[], &["-w", "d"]);
    project.uploads_nothing(&ran, 2);
    project.write("packages/b/.env", "A=1\n");
    let ran = project.publish_with(&[], &["--workspaces"]);
    project.uploads_nothing(&ran, 1);
}

#[test]
fn short_flags_slashes_and_variables_mean_what_they_mean_to_the_client() {
    for client in [NPM_10, NPM_11] {
        let project = Project::new(client, json!({"workspaces": ["packages/*"]}));
        project.package("packages/a", "a", json!({}));
        for words in [
            &["-ws"][..],
            &["-w", "a", "-w", "packages/a"],
            &["packages/a/"],
        ] {
            let ran = project.publish_with(&[], words);
            assert_eq!(project.uploads_what_it_says(&ran).len(), 1, "{words:?}");
            assert!(ran.stderr.contains("gets a-1.0.0.tgz"), "{ran:?}");
        }
        let chosen = project.typed(&[], &["publish"]);
        let ran = chosen.variable("NPM_CONFIG_WORKSPACE", "a").run();
        project.uploads_nothing(&ran, 2);
    }
    let project = Project::new(YARN_4, json!({}));
    let ran = project.publish_with(&[], &["-n"]);
    project.uploads_nothing(&ran, 0);
}

#[test]
fn a_ready_file_is_published_as_it_is() {
    for client in [NPM_11, PNPM_12, BUN] {
        let project = Project::new(client, logging());
        project.client.run(
            &project.registry,
            &project.root(),
            match project.client.program {
                "bun" => &["pm", "pack", "--ignore-scripts"],
                "pnpm" => &["pack", "--config.ignore-scripts=true"],
                _ => &["pack", "--ignore-scripts"],
            },
        );
        let bytes = fs::read(project.root().join("example-1.0.0.tgz")).unwrap();
        fs::create_dir(project.root().join("out")).unwrap();
        fs::rename(
            project.root().join("example-1.0.0.tgz"),
            project.root().join("out/example-1.0.0.tgz"),
        )
        .unwrap();
        let ran = project.publish_with(&[], &["out/example-1.0.0.tgz"]);
        let uploaded = project.uploads_what_it_says(&ran);
        assert_eq!(uploaded, [Sha256::of(&bytes).to_string()]);
        assert_eq!(project.log(), "");
    }
}

#[test]
fn the_path_in_the_public_description_tells_nothing() {
    for client in [NPM_12, PNPM_10] {
        let project = Project::new(client, json!({}));
        let run = project.publishing(&[], &[]);
        let home = run.home();
        let ran = run.variable("TMPDIR", &home).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let document = project.registry.documents().remove(0).to_string();
        assert!(document.contains("_resolved"), "{document}");
        let home = home.to_str().unwrap();
        assert!(!document.contains(home), "{document}");
    }
}

#[test]
fn a_rehearsal_is_checked_and_uploads_nothing() {
    for client in ALL {
        let project = Project::new(client, json!({}));
        let code = match project.client.version {
            // It has none, and would upload.
            "1.22.22" => 2,
            _ => 0,
        };
        let ran = project.publish_with(&[], &["--dry-run"]);
        project.uploads_nothing(&ran, code);
        project.write(".env", "A=1\n");
        let ran = project.publish_with(&[], &["--dry-run"]);
        project.uploads_nothing(&ran, code.max(1));
    }
}

#[test]
fn standard_output_is_the_clients() {
    let scripts = json!({"prepack": "echo noise", "postpublish": "echo noise"});
    for client in [NPM_10, NPM_12, PNPM_12] {
        let project = Project::new(client, json!({ "scripts": scripts }));
        let ran = project.publish_with(&["--format", "json=report.json"], &["--json"]);
        let sha256 = project.uploads_what_it_says(&ran).remove(0);
        assert!(ran.json().is_object(), "{ran:?}");
        let report = fs::read(project.root().join("report.json")).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["artifacts"][0]["sha256"], sha256);
    }
}

#[test]
fn scripts_that_are_ignored_are_ignored_throughout() {
    for client in [NPM_10, NPM_12, PNPM_10, PNPM_12, YARN_1, BUN] {
        let project = Project::new(client, logging());
        let ran = project.publish_with(&[], &["--ignore-scripts"]);
        project.uploads_what_it_says(&ran);
        assert_eq!(project.log(), "");
    }
    for manifest in [logging(), json!({"scripts": {"postpublish": LOG}})] {
        let project = Project::new(NPM_12, manifest);
        project.write(".npmrc", "ignore-scripts=true\n");
        let ran = project.publish();
        project.uploads_what_it_says(&ran);
        assert_eq!(project.log(), "");
    }
}

#[test]
fn what_fails_after_the_upload_is_told() {
    for client in [NPM_12, PNPM_12, YARN_1, BUN] {
        let scripts = json!({"publish": "exit 7", "postpublish": LOG});
        let project = Project::new(client, json!({ "scripts": scripts }));
        let ran = project.publish();
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stderr.contains("it was uploaded, but then"), "{ran:?}");
        assert_eq!(project.registry.uploads().len(), 1);
        assert_eq!(project.log(), "");
    }
}

#[test]
fn a_script_that_can_not_run_alone_afterwards_is_refused_before_anything_is_packed() {
    for client in [NPM_12, YARN_1, BUN] {
        let scripts = json!({"prepublish": LOG, "publish": LOG});
        let project = Project::new(client, json!({ "scripts": scripts }));
        let ran = project.publish();
        project.uploads_nothing(&ran, 3);
        assert!(ran.stderr.contains("`prepublish`"), "{ran:?}");
        assert_eq!(project.log(), "");
    }
}

#[test]
fn the_clients_own_failure_is_handed_on() {
    for client in [NPM_12, PNPM_12, YARN_1, YARN_4, BUN] {
        let project = Project::new(client, json!({}));
        project.registry.refuse();
        let ran = project.publish();
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(handed_over(&ran).len(), 1, "{ran:?}");
    }
}

#[track_caller]
fn refused(project: &Project, arguments: &[&str], sentence: &str) {
    let ran = project.typed(&[], arguments).run();
    project.uploads_nothing(&ran, 2);
    assert!(ran.stderr.contains(sentence), "{arguments:?}: {ran:?}");
}

#[test]
fn what_can_not_be_followed_is_refused() {
    let npm = Project::new(NPM_12, logging());
    for (arguments, sentence) in [
        (&["run", "release"][..], "packwarden hook npm"),
        (&["publish", "--prefix", "packages/a"], "current directory"),
        (&["publish", "--odd", "./a"], "`--odd`"),
        (&["publish", "example@1.0.0"], "no directory and no file"),
        (&["publish", "a", "b"], "more than one"),
        (&[], "is not known here"),
    ] {
        refused(&npm, arguments, sentence);
    }
    let pnpm = Project::new(PNPM_12, logging());
    for (arguments, sentence) in [
        (&["-r", "publish"][..], "packwarden hook npm"),
        (&["publish", "--filter", "a"], "packwarden hook npm"),
        (&["publish", "--recursive=true"], "packwarden hook npm"),
        (&["publish", "--recurs"], "`--recurs`"),
        (&["publish", "-w"], "root"),
    ] {
        refused(&pnpm, arguments, sentence);
    }
    let yarn = Project::new(YARN_1, logging());
    for (arguments, sentence) in [
        (&["publish", "--minor"][..], "yarn version"),
        (&["publish", "--new-version", "2.0.0"], "yarn version"),
        (&["publish", "package.json"], "npm publish"),
        (&["npm", "publish"], "publishes in another way"),
        (&["workspace", "a", "publish"], "is not known here"),
    ] {
        refused(&yarn, arguments, sentence);
    }
    let yarn = Project::new(YARN_4, logging());
    for (arguments, sentence) in [
        (&["publish"][..], "publishes in another way"),
        (&["npm", "publish", "./a"], "in its own directory"),
        (
            &["workspaces", "foreach", "npm", "publish"],
            "is not known here",
        ),
    ] {
        refused(&yarn, arguments, sentence);
    }
    let bun = Project::new(BUN, logging());
    for (arguments, sentence) in [
        (&["--cwd", ".", "publish"][..], "is not known here"),
        (&["publish", "-r"], "packwarden hook npm"),
        (&["publish", "dist"], "no directory"),
    ] {
        refused(&bun, arguments, sentence);
    }
    for project in [npm, pnpm, yarn, bun] {
        assert_eq!(project.log(), "");
    }
}

#[test]
fn commands_of_nobody_that_is_known_are_refused() {
    for command in ["sh", "npx", "lerna", "changeset", "./release.sh"] {
        let place = tempfile::tempdir().unwrap();
        let ran = packwarden(&["publish", "--", command, "-c", "npm publish"])
            .directory(place.path())
            .run();
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("packwarden hook"), "{ran:?}");
    }
}

#[test]
fn a_publish_inside_of_its_own_script_is_refused() {
    let project = Project::new(NPM_12, json!({}));
    for event in ["publish", "prepublishOnly", "postpack"] {
        let run = project.typed(&[], &["publish"]);
        let ran = run.variable("npm_lifecycle_event", event).run();
        project.uploads_nothing(&ran, 2);
    }
}

#[test]
fn an_override_is_loud_and_publishes_what_was_checked() {
    for client in [NPM_12, PNPM_12, YARN_1, YARN_4, BUN] {
        let project = Project::new(client, json!({}));
        project.write(".env", "A=1\n");
        let options = [
            "--override",
            "a sample, see #12",
            "--format",
            "json=../report.json",
        ];
        let ran = project.publish_with(&options, &[]);
        assert_eq!(project.uploads_what_it_says(&ran).len(), 1);
        assert!(ran.stderr.contains("blocked by 1 finding"), "{ran:?}");
        assert!(ran.stderr.contains("OVERRIDDEN: "), "{ran:?}");
        assert!(ran.stderr.contains("a sample, see #12"), "{ran:?}");
        let report = fs::read(project.place.path().join("report.json")).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["outcome"], "blocked");
        let told = &report["artifacts"][0]["policy"]["override"];
        assert_eq!(*told, json!(["--override \"a sample, see #12\""]));
    }
}

#[test]
fn an_override_needs_a_reason_and_puts_no_error_aside() {
    let project = Project::new(NPM_12, json!({"scripts": {"prepack": "exit 1"}}));
    for (reason, code) in [("", 2), ("  ", 2), ("because", 3)] {
        let ran = project.publish_with(&["--override", reason], &[]);
        project.uploads_nothing(&ran, code);
    }
    let project = Project::new(NPM_12, json!({}));
    project.write(".env", "A=1\n");
    for format in ["json=/nowhere/report.json", "json=."] {
        let ran = project.publish_with(&["--override", "because", "--format", format], &[]);
        project.uploads_nothing(&ran, 2);
    }
    // What can't be read in full is published too.
    project.write("dist/a.gz", "\u{1f}\u{8b}");
    fs::write(project.root().join("dist/a.gz"), [0x1f, 0x8b, 8, 0, 0]).unwrap();
    let ran = project.publish();
    project.uploads_nothing(&ran, 4);
    let ran = project.publish_with(&["--override", "because"], &[]);
    project.uploads_what_it_says(&ran);
}

#[test]
fn names_of_directories_and_files_may_be_odd() {
    for name in ["a b", "ünï ☃", "-dash", "$(x)'\"`", "new\nline"] {
        let project = Project::new(NPM_11, json!({}));
        project.package(name, "named", json!({}));
        let ran = project.publish_with(&[], &[&format!("./{name}")]);
        assert_eq!(project.uploads_what_it_says(&ran).len(), 1, "{name}");
        let file = format!("{name}.tgz");
        project.write(&file, "");
        let ran = project.publish_with(&[], &[&format!("./{file}")]);
        project.uploads_nothing(&ran, if name == "-dash" { 4 } else { 2 });
    }
}

#[test]
fn without_a_place_for_private_files_nothing_is_uploaded() {
    let project = Project::new(NPM_12, json!({}));
    let run = project.typed(&[], &["publish"]);
    let ran = run.variable("TMPDIR", "/nowhere/at/all").run();
    project.uploads_nothing(&ran, 3);
}

/// A pipe that a script holds until the test opens it, or the other way round.
fn pipe(project: &Project, name: &str) -> PathBuf {
    let path = project.place.path().join(name);
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    path
}

/// Says that it has started, and waits.
const HOLD: &str = r#"echo started > "$STARTED"; cat "$HOLD""#;

/// Starts a publish, and kills it while something of it waits. What waited goes on then; and what was said
/// is there when nobody of those who say it is left.
fn killed(project: &Project, run: Packwarden, meanwhile: impl FnOnce()) -> (Running, String) {
    let (started, hold) = (pipe(project, "started"), pipe(project, "hold"));
    let run = run.variable("STARTED", &started).variable("HOLD", &hold);
    let mut running = run.start();
    fs::read_to_string(started).unwrap();
    meanwhile();
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    fs::write(hold, "go on").unwrap();
    let mut said = String::new();
    let mut stderr = running.child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    (running, said)
}

/// Puts a script of ours before the program of that name.
fn first_on_path(project: &Project, run: Packwarden, name: &str, script: &str) -> Packwarden {
    let directory = project.place.path().join("bin");
    fs::create_dir(&directory).unwrap();
    let file = directory.join(name);
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let others = project.client.path();
    let all = std::iter::once(directory).chain(std::env::split_paths(&others));
    run.variable("PATH", std::env::join_paths(all).unwrap())
}

#[test]
fn killed_while_the_client_packs_it_uploads_nothing() {
    for client in [NPM_12, PNPM_12, YARN_1, YARN_4, BUN] {
        let project = Project::new(client, json!({"scripts": {"prepack": HOLD}}));
        let (running, _) = killed(&project, project.publishing(&[], &[]), || {});
        let is_packed = || {
            let directories = running.private_directories();
            let mut files = directories
                .iter()
                .flat_map(|one| fs::read_dir(one).unwrap());
            files.any(|file| {
                file.unwrap()
                    .path()
                    .extension()
                    .is_some_and(|end| end == "tgz")
            })
        };
        while !is_packed() {
            std::thread::yield_now();
        }
        assert_eq!(project.registry.uploads().len(), 0);
    }
}

#[test]
fn killed_while_it_checks_it_uploads_nothing() {
    let project = Project::new(NPM_12, json!({}));
    // Git is asked what is tracked when the artifact is there.
    let made = Command::new("git").arg("init").arg(project.root()).output();
    assert!(made.unwrap().status.success());
    let run = project.publishing(&[], &[]);
    let run = first_on_path(
        &project,
        run,
        "git",
        &format!("#!/bin/sh\n{HOLD}\nexit 1\n"),
    );
    let (running, _) = killed(&project, run, || {});
    assert!(!running.private_directories().is_empty());
    assert_eq!(project.registry.uploads().len(), 0);
}

#[test]
fn killed_while_the_client_uploads_it_uploads_what_was_checked_or_nothing() {
    for (client, changes) in [(NPM_12, true), (YARN_4, false), (YARN_4, true)] {
        let project = Project::new(client, json!({}));
        let name = project.client.program;
        let program = project.client.directory().join(name);
        let program = program.display();
        let script =
            format!("#!/bin/sh\ncase \"$*\" in *publish*) {HOLD};; esac\nexec {program} \"$@\"\n");
        let run = project.publishing(&[], &[]);
        let run = first_on_path(&project, run, name, &script);
        let change = || project.write(".env", "A=1\n");
        let (_running, said) = killed(&project, run, || {
            if changes {
                change()
            }
        });
        let ran = Ran {
            code: Some(0),
            stdout: String::new(),
            stderr: said,
        };
        // Yarn 4 packs what is there then, and must not upload it.
        match (name, changes) {
            ("yarn", true) => project.uploads_nothing(&ran, 0),
            _ => assert_eq!(project.uploads_what_it_says(&ran).len(), 1),
        }
    }
}

/// Yarn 4 without what keeps it from uploading anything else.
#[test]
fn a_yarn_that_does_not_load_the_plugin_is_not_told_to_publish() {
    let project = Project::new(YARN_4, json!({}));
    let program = project.client.directory().join("yarn");
    let script = format!(
        "#!/bin/sh\nunset YARN_PLUGINS\nexec {} \"$@\"\n",
        program.display()
    );
    let run = project.publishing(&[], &[]);
    let ran = first_on_path(&project, run, "yarn", &script).run();
    project.uploads_nothing(&ran, 4);
    assert!(ran.stderr.contains("does not load the plugin"), "{ran:?}");
}

#[test]
fn an_upload_by_yarn_4_that_nobody_has_seen_is_no_success() {
    let project = Project::new(YARN_4, json!({}));
    let program = project.client.directory().join("yarn");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *publish*) exit 0;; esac\nexec {} \"$@\"\n",
        program.display()
    );
    let run = project.publishing(&[], &[]);
    let ran = first_on_path(&project, run, "yarn", &script).run();
    project.uploads_nothing(&ran, 4);
    assert!(
        ran.stderr.contains("MAY NOT BE WHAT WAS CHECKED"),
        "{ran:?}"
    );
}

#[test]
fn what_is_staged_is_what_was_checked() {
    for (client, words) in [
        (NPM_11, &["stage", "publish"][..]),
        (NPM_12, &["stage", "publish"]),
        (YARN_4, &["npm", "publish", "--staged"]),
    ] {
        let project = Project::new(client, json!({}));
        let ran = project.typed(&[], words).run();
        assert_eq!(project.uploads_what_it_says(&ran).len(), 1);
        project.write(".env", "A=1\n");
        let ran = project.typed(&[], words).run();
        project.uploads_nothing(&ran, 1);
    }
}

#[test]
fn where_it_goes_is_what_was_typed() {
    for client in [NPM_11, NPM_12, PNPM_10, PNPM_12, YARN_1] {
        let project = Project::new(client, json!({}));
        let manifest = json!({"name": "example", "version": "1.0.0", "license": "MIT"});
        project.write("package.json", &manifest.to_string());
        let typed = format!("{}/typed/", project.registry.url);
        let policy = format!("[publish]\nregistries = [{typed:?}]\n");
        project.write("../packwarden.toml", &policy);
        let options = ["--config", "../packwarden.toml"];
        let ran = project
            .configured(&options, &["publish", "--tag=next"])
            .run();
        project.uploads_nothing(&ran, 1);
        assert!(ran.stderr.contains("unexpected-registry"), "{ran:?}");
        let words = ["publish", "--registry", &typed, "--tag=next"];
        let ran = project.configured(&options, &words).run();
        assert!(!ran.stderr.contains("unexpected-registry"), "{ran:?}");
        assert_eq!(handed_over(&ran).len(), 1, "{ran:?}");
    }
}
