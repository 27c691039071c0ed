//! Real `npm pack`, end to end. PACKWARDEN_TEST_NPM names the directory of another npm to test with.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails")]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use support::{
    command::{Packwarden, Ran, packwarden, scrubbed},
    tree,
};
use tempfile::TempDir;

/// A project, and beside it the log that its scripts write to.
struct Project {
    place: TempDir,
    root: PathBuf,
}

/// Adds `$npm_lifecycle_event` to the log.
const LOG: &str = r#"echo "$npm_lifecycle_event" >> "$LOG""#;

impl Project {
    fn new(manifest: Value) -> Self {
        Self::called("project", manifest)
    }

    fn called(name: &str, manifest: Value) -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join(name);
        fs::create_dir(&root).unwrap();
        let project = Self { place, root };
        project.write("package.json", &manifest.to_string());
        project.write("index.js", "module.exports = 1;\n");
        project
    }

    /// One that logs every script that runs.
    fn logging() -> Self {
        let scripts = json!({
            "prepublishOnly": LOG, "prepublish": LOG, "prepack": LOG, "prepare": LOG,
            "postpack": LOG, "publish": LOG, "postpublish": LOG, "prebuild": LOG, "check": LOG,
        });
        Self::new(
            json!({"name": "@acme/logs", "version": "1.2.3", "license": "MIT", "scripts": scripts}),
        )
    }

    fn with_script(name: &str, script: &str) -> Self {
        let scripts = json!({ name: script });
        Self::new(
            json!({"name": "scripted", "version": "1.0.0", "license": "MIT", "scripts": scripts}),
        )
    }

    fn write(&self, path: &str, text: &str) {
        tree::write(&self.root, path, text);
    }

    fn place(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// The scripts that have run, in order.
    fn log(&self) -> String {
        let log = fs::read_to_string(self.place("log")).unwrap_or_default();
        log.lines().collect::<Vec<_>>().join(" ")
    }

    fn check(&self, arguments: &[&str]) -> Packwarden {
        let packwarden = packwarden(&["check", "--format", "json"]).arguments(arguments);
        packwarden
            .directory(&self.root)
            .variable("LOG", self.place("log"))
    }
}

#[track_caller]
fn passed(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.json()
}

#[track_caller]
fn no_artifact(ran: &Ran) -> String {
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let document = ran.json();
    assert_eq!(document["outcome"], "error");
    assert_eq!(document["errors"][0]["code"], 3);
    document["errors"][0]["message"]
        .as_str()
        .unwrap()
        .to_owned()
}

const ALL_SCRIPTS: &str = "prepublishOnly prepack prepare postpack";

#[test]
fn scripts_run_in_the_order_of_a_publish() {
    let project = Project::logging();
    let document = passed(&project.check(&[]).run());
    assert_eq!(project.log(), ALL_SCRIPTS);
    let artifact = &document["artifacts"][0];
    assert_eq!(artifact["path"], "acme-logs-1.2.3.tgz");
    assert_eq!(artifact["origin"], "packed");
    assert_eq!(artifact["packed_by"]["client"], "npm");
    assert_eq!(artifact["packed_by"]["command"], json!(["npm", "pack"]));
    let version = artifact["packed_by"]["version"].as_str().unwrap();
    assert!(
        version.starts_with(|first: char| first.is_ascii_digit()),
        "{version}"
    );
}

#[test]
fn what_is_checked_is_what_npm_packs() {
    let project = Project::logging();
    let document = passed(&project.check(&[]).run());
    let by_hand = project.place("by-hand");
    fs::create_dir(&by_hand).unwrap();
    let ran = scrubbed("npm")
        .arguments(&["pack", "--pack-destination", by_hand.to_str().unwrap()])
        .directory(&project.root)
        .variable("LOG", project.place("log"))
        .run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let bytes = fs::read(by_hand.join("acme-logs-1.2.3.tgz")).unwrap();
    let hash = packwarden::model::Sha256::of(&bytes).to_string();
    assert_eq!(document["artifacts"][0]["sha256"], hash);
}

#[test]
fn where_it_goes_is_asked_and_held_against_the_configuration() {
    let project = Project::new(json!({
        "name": "@acme/cli", "version": "1.0.0", "license": "MIT",
        "publishConfig": {"registry": "http://localhost:9/"},
    }));
    let npmrc = "@acme:registry=https://npm.acme.example/\nregistry=http://127.0.0.1:9/\n";
    project.write(".npmrc", npmrc);
    let document = passed(&project.check(&[]).run());
    let destination = &document["artifacts"][0]["destination"];
    let expected = json!({
        "registry": "https://npm.acme.example/", "url": "https://npm.acme.example/",
        "access": "unknown", "why": "npm's `@acme:registry`",
    });
    assert_eq!(*destination, expected);
    // Where the scope is gone, so is what wins over the manifest.
    project.write(".npmrc", "@other:registry=https://npm.acme.example/\n");
    let policy = "[publish]\nregistries = [\"npm\"]\nscope = \"@acme-corp\"\naccess = \"public\"\n";
    project.write("packwarden.toml", policy);
    let ran = project.check(&[]).run();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let document = ran.json();
    let all = document["findings"].as_array().unwrap();
    let denied = all.iter().filter(|finding| finding["level"] == "deny");
    let mut rules: Vec<_> = denied
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    rules.sort_unstable();
    assert_eq!(
        rules,
        [
            "unexpected-access",
            "unexpected-registry",
            "unexpected-scope"
        ]
    );
    let manifest = json!({"name": "cli", "version": "1.0.0", "license": "MIT"});
    project.write("package.json", &manifest.to_string());
    project.write(
        "packwarden.toml",
        "[publish]\nregistries = [\"npm\"]\naccess = \"public\"\n",
    );
    let document = passed(&project.check(&[]).run());
    assert_eq!(document["artifacts"][0]["destination"]["registry"], "npm");
    assert_eq!(document["artifacts"][0]["destination"]["access"], "public");
}

#[test]
fn scripts_can_be_left_out() {
    let project = Project::logging();
    let document = passed(&project.check(&["--ignore-scripts"]).run());
    assert_eq!(project.log(), "");
    let command = &document["artifacts"][0]["packed_by"]["command"];
    assert_eq!(*command, json!(["npm", "pack", "--ignore-scripts"]));
    let said = packwarden(&["check", "--no-config", "--ignore-scripts"])
        .directory(&project.root)
        .run();
    let sentence = "the project's scripts were not run: as asked";
    assert!(said.stdout.contains(sentence), "{said:?}");
}

#[test]
fn settings_in_files_do_not_change_what_is_packed() {
    for line in [
        "json=true",
        "dry-run=true",
        "pack-destination=..",
        "loglevel=silent",
    ] {
        let project = Project::logging();
        project.write(".npmrc", line);
        let document = passed(&project.check(&[]).run());
        assert_eq!(
            document["artifacts"][0]["path"], "acme-logs-1.2.3.tgz",
            "{line}"
        );
        assert_eq!(project.log(), ALL_SCRIPTS, "{line}");
        assert!(!project.place("acme-logs-1.2.3.tgz").exists());
    }
}

#[test]
fn scripts_that_npm_is_told_to_ignore_are_not_run_before_it_either() {
    let unrun = |project: &Project| {
        // npm 10 runs prepare all the same, when it publishes too.
        assert!(["", "prepare"].contains(&project.log().as_str()));
    };
    let project = Project::logging();
    project.write(".npmrc", "ignore-scripts=true");
    passed(&project.check(&[]).run());
    unrun(&project);

    let project = Project::logging();
    let check = project.check(&[]);
    passed(&check.variable("npm_config_ignore_scripts", "true").run());
    unrun(&project);
}

#[test]
fn a_client_that_does_not_obey_is_not_started_for_ever() {
    let project = Project::logging();
    let message = no_artifact(&project.check(&[]).variable("PACKWARDEN_PACKING", "2").run());
    assert!(message.contains("although it was told not to"), "{message}");
    assert_eq!(project.log(), "");
}

#[test]
fn settings_of_an_npm_around_us_do_not_change_what_is_packed() {
    for (name, value) in [
        ("npm_config_dry_run", "true"),
        ("NPM_CONFIG_JSON", "true"),
        ("npm_config_pack_destination", "/nowhere"),
        ("npm_config_workspaces", "true"),
        ("npm_config_workspace", "packages/other"),
        ("npm_config_usage", "true"),
    ] {
        let project = Project::logging();
        passed(&project.check(&[]).variable(name, value).run());
        assert_eq!(project.log(), ALL_SCRIPTS, "{name}");
    }
}

#[test]
fn any_directory_name_will_do() {
    for name in ["a b", "new\nline", "ünï ☃", "-dash", "a#b%20?", "$(x)'\"`"] {
        let manifest = json!({"name": "named", "version": "1.0.0", "license": "MIT", "scripts": {"prepack": LOG}});
        let project = Project::called(name, manifest);
        let document = passed(&project.check(&[]).run());
        assert_eq!(
            document["artifacts"][0]["path"], "named-1.0.0.tgz",
            "{name}"
        );
        let from_outside = project.check(&["--", project.root.to_str().unwrap()]);
        passed(&from_outside.directory(Path::new("/")).run());
        assert_eq!(project.log(), "prepack prepack");
    }
}

#[test]
fn what_npm_refuses_is_said_in_its_words() {
    for manifest in [json!({"version": "1.0.0"}), json!({"name": "nameless"})] {
        let message = no_artifact(&Project::new(manifest).check(&[]).run());
        assert!(message.contains("must have name and version"), "{message}");
    }
    let project = Project::with_script("prepack", "echo the last words >&2; exit 7");
    let ran = project.check(&[]).run();
    let message = no_artifact(&ran);
    assert!(message.contains("the last words"), "{message}");
    assert!(ran.stderr.contains("the last words"), "{ran:?}");
}

#[test]
fn what_npm_prints_stays_off_standard_output() {
    let project = Project::with_script("prepack", "echo out; echo err >&2");
    let ran = project.check(&["--verbose"]).run();
    passed(&ran);
    for word in ["out", "err"] {
        assert!(ran.stderr.lines().any(|line| line == word), "{ran:?}");
    }
    let ran = project.check(&[]).run();
    passed(&ran);
    assert!(!ran.stderr.contains("err"), "{ran:?}");
}

#[test]
fn what_npm_prints_tells_no_secret() {
    let of_project = ["kL9mN2", "pQ5rS8tU"].concat();
    let of_machine = ["vW3xY6", "zA1bC4dE"].concat();
    let token = packwarden::rule::fill("{{npm-token}}").unwrap();
    let script = "cat .env token; echo a $DEPLOY_TOKEN >&2; echo https://ann:hunter2@h/; \
                  printf '::error::x\\033[2J\\n'";
    let project = Project::with_script("prepack", script);
    project.write(".env", &format!("API_KEY={of_project}\n"));
    project.write("token", &format!("{token}\n"));
    project.write(".npmignore", ".env\ntoken\n");
    let ran = project
        .check(&["--verbose"])
        .variable("DEPLOY_TOKEN", &of_machine)
        .run();
    passed(&ran);
    for secret in [
        &of_project,
        &of_machine,
        &token,
        "hunter2",
        "\n::error",
        "\u{1b}",
    ] {
        assert!(!ran.stderr.contains(secret), "{secret}: {ran:?}");
    }
    for line in ["API_KEY=*", "*", "a *", "https://…@h/", ":\\u{3a}error::x"] {
        assert!(ran.stderr.lines().any(|one| one == line), "{line}: {ran:?}");
    }
}

#[test]
fn a_workspace_root_is_packed_and_not_its_workspaces() {
    let project = Project::new(
        json!({"name": "root", "version": "1.0.0", "license": "MIT", "workspaces": ["packages/*"]}),
    );
    for name in ["a", "b"] {
        let manifest = json!({"name": format!("@acme/{name}"), "version": "1.0.0", "license": "MIT",
            "scripts": {"prepublishOnly": LOG}});
        project.write(
            &format!("packages/{name}/package.json"),
            &manifest.to_string(),
        );
    }
    let packed = |ran: Ran| passed(&ran)["artifacts"][0]["path"].clone();
    assert_eq!(packed(project.check(&[]).run()), "root-1.0.0.tgz");
    assert_eq!(
        packed(project.check(&["packages/a"]).run()),
        "acme-a-1.0.0.tgz"
    );
    assert_eq!(project.log(), "prepublishOnly");

    project.write(".npmrc", "workspaces=true");
    let message = no_artifact(&project.check(&[]).run());
    assert!(
        message.contains("acme-a-1.0.0.tgz, acme-b-1.0.0.tgz"),
        "{message}"
    );
}

#[test]
fn a_second_tarball_in_the_private_directory_is_refused() {
    let script = "mkdir -p sub && cd sub && echo '{\"name\":\"sub\",\"version\":\"1.0.0\"}' > package.json && npm pack";
    let message = no_artifact(&Project::with_script("prepack", script).check(&[]).run());
    assert!(
        message.contains("scripted-1.0.0.tgz, sub-1.0.0.tgz"),
        "{message}"
    );
}

#[test]
fn a_script_that_a_publish_never_runs_is_not_run() {
    let manifest = json!({"name": "around", "version": "1.0.0", "license": "MIT",
        "scripts": {"preprepublishOnly": LOG, "prepublishOnly": LOG}});
    let project = Project::new(manifest);
    let message = no_artifact(&project.check(&[]).run());
    assert!(message.contains("`preprepublishOnly`"), "{message}");
    assert_eq!(project.log(), "");
}

#[test]
fn npm_may_be_missing() {
    let project = Project::logging();
    let empty = project.place("empty");
    fs::create_dir(&empty).unwrap();
    let message = no_artifact(&project.check(&[]).variable("PATH", &empty).run());
    assert!(message.contains("npm was not found"), "{message}");
}

/// Checks from inside a script, and logs what the check inside came to.
const CHECK: &str =
    r#""$PACKWARDEN" check --format json="$LOG.json" >&2; echo "inside: $?" >> "$LOG""#;

#[track_caller]
fn checked_inside_without_scripts(project: &Project) {
    assert_eq!(project.log(), "inside: 0");
    let document = fs::read(project.place("log.json")).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["outcome"], "passed");
    let command = &document["artifacts"][0]["packed_by"]["command"];
    assert_eq!(*command, json!(["npm", "pack", "--ignore-scripts"]));
}

#[test]
fn a_check_inside_a_script_of_a_check_ends_and_still_checks() {
    for event in ["prepublishOnly", "prepack", "prepare", "postpack"] {
        let project = Project::with_script(event, CHECK);
        passed(&project.check(&[]).run());
        checked_inside_without_scripts(&project);
    }
}

#[test]
fn a_check_inside_a_script_of_npm_ends_and_still_checks() {
    for event in ["prepack", "prepare", "postpack"] {
        let project = Project::with_script(event, CHECK);
        let ran = scrubbed("npm")
            .arguments(&["pack", "--dry-run"])
            .directory(&project.root)
            .variable("LOG", project.place("log"))
            .run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        checked_inside_without_scripts(&project);
    }
}

#[test]
fn a_check_in_another_script_than_that_of_the_event_ends_too() {
    let scripts = json!({"prepack": "npm run guard", "guard": CHECK});
    let project = Project::new(
        json!({"name": "scripted", "version": "1.0.0", "license": "MIT", "scripts": scripts}),
    );
    passed(&project.check(&[]).run());
    checked_inside_without_scripts(&project);
}

#[test]
fn a_signal_ends_the_client_and_leaves_nothing_behind() {
    use rustix::process::{Pid, Signal, kill_process};
    // With a terminal it is the terminal's Ctrl-C that reaches the script.
    let has_terminal = fs::File::open("/dev/tty").is_ok();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        // The script holds one pipe open as long as it lives, and waits for the other.
        let script = r#"exec 3> "$ALIVE"; echo started >&3; exec cat "$HOLD""#;
        let project = Project::with_script("prepack", script);
        let (alive, hold) = (project.place("alive"), project.place("hold"));
        let made = Command::new("mkfifo").args([&alive, &hold]).status();
        assert!(made.unwrap().success());
        let check = project.check(&[]).variable("ALIVE", &alive);
        let running = check.variable("HOLD", &hold).start();
        let mut script = BufReader::new(fs::File::open(&alive).unwrap());
        script.read_line(&mut String::new()).unwrap();
        assert!(!running.private_directories().is_empty());

        let id = i32::try_from(running.child.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
        let ran = running.wait();
        assert_eq!(ran.code, Some(130), "{ran:?}");
        assert_eq!(ran.stdout, "");
        if !has_terminal {
            // Would the script live on, this would never return.
            script.read_to_end(&mut Vec::new()).unwrap();
        }
    }
}

#[test]
fn a_client_that_hangs_is_stopped_with_what_it_has_started() {
    // The script holds one pipe open as long as it lives, and waits for the other, where nobody writes.
    let script = r#"exec 3> "$ALIVE"; echo thinking; cat "$HOLD""#;
    let project = Project::with_script("prepack", script);
    let (alive, hold) = (project.place("alive"), project.place("hold"));
    let made = Command::new("mkfifo").args([&alive, &hold]).status();
    assert!(made.unwrap().success());
    let check = project.check(&["--pack-timeout", "10"]);
    let running = check
        .variable("ALIVE", &alive)
        .variable("HOLD", &hold)
        .start();
    let mut script = fs::File::open(&alive).unwrap();
    let directories = running.private_directories();
    let ran = running.wait();
    let message = no_artifact(&ran);
    assert!(message.contains("did not end within 10s"), "{message}");
    assert!(message.contains("\n  thinking"), "{message}");
    assert!(directories.iter().all(|directory| !directory.exists()));
    // With a terminal the client alone is ended, and may leave its script behind.
    if fs::File::open("/dev/tty").is_err() {
        // Would the script live on, this would never return.
        script.read_to_end(&mut Vec::new()).unwrap();
    }
}

/// README, "Adopt it": the guard in `postpack` stops a publish, and lets a clean one go on.
#[test]
fn a_check_in_postpack_decides_on_the_publish() {
    let scripts = json!({ "postpack": "\"$PACKWARDEN\" check" });
    let project = Project::new(
        json!({"name": "guarded", "version": "1.0.0", "license": "MIT", "scripts": scripts}),
    );
    // Nothing listens there, and nothing would be sent.
    let nowhere = [
        "publish",
        "--dry-run",
        "--registry=http://127.0.0.1:9/",
        "--fetch-retries=0",
    ];
    let publish = || {
        let npm = scrubbed("npm").arguments(&nowhere);
        npm.directory(&project.root)
    };
    let clean = publish().run();
    assert_eq!(clean.code, Some(0), "{clean:?}");
    project.write(".env", "A=1");
    let leaking = publish().run();
    assert_ne!(leaking.code, Some(0), "{leaking:?}");
}
