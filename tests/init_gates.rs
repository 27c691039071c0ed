//! The gates that `packwarden init` has set up stop a leak, in each client and each manager of hooks.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[expect(dead_code, reason = "each test is a crate of its own and uses a part")]
#[path = "support/crate_registry.rs"]
mod crate_registry;
#[path = "support/npm_client.rs"]
mod npm_client;
mod support;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use npm_client::{BUN, NPM_11, NPM_12, PNPM_12, REGISTRY, YARN_1, YARN_4};
use support::{
    command::{Packwarden, Ran, packwarden, scrubbed},
    tree,
};
use tempfile::TempDir;

/// A manager of hooks, as it is installed for a test.
struct Manager {
    package: &'static str,
    version: &'static str,
    /// What shows that it is used.
    files: &'static [(&'static str, &'static str)],
    /// What is typed before `packwarden init`, and after.
    before: &'static [&'static str],
    after: &'static [&'static str],
}

const NPM_PACKAGE: &str = r#"{"name": "acme", "version": "1.0.0", "license": "MIT", "files": ["lib"], "simple-git-hooks": {}}"#;
const PLAIN_PACKAGE: &str =
    r#"{"name": "acme", "version": "1.0.0", "license": "MIT", "files": ["lib"]}"#;
const PRE_COMMIT_FILE: &str = "repos:\n  - repo: local\n    hooks:\n      - id: own\n        name: own\n        \
    entry: 'true'\n        language: system\n        stages: [pre-push]\n";

const OF_NPM: [Manager; 3] = [
    Manager {
        package: "husky",
        version: "9.1.7",
        files: &[("package.json", PLAIN_PACKAGE)],
        before: &["husky"],
        after: &[],
    },
    Manager {
        package: "lefthook",
        version: "2.2.2",
        files: &[
            ("package.json", PLAIN_PACKAGE),
            (
                "lefthook.yml",
                "pre-push:\n  jobs:\n    - name: own\n      run: 'true'\n",
            ),
        ],
        before: &[],
        after: &["lefthook", "install"],
    },
    Manager {
        package: "simple-git-hooks",
        version: "2.14.0",
        files: &[("package.json", NPM_PACKAGE)],
        before: &[],
        after: &["simple-git-hooks"],
    },
];
const OF_PYPI: [Manager; 3] = [
    Manager {
        package: "pre-commit",
        version: "4.7.0",
        files: &[
            ("package.json", PLAIN_PACKAGE),
            (".pre-commit-config.yaml", PRE_COMMIT_FILE),
        ],
        before: &[],
        after: &["pre-commit", "install", "--hook-type", "pre-push"],
    },
    Manager {
        package: "prek",
        version: "0.5.11",
        files: &[
            ("package.json", PLAIN_PACKAGE),
            (".pre-commit-config.yaml", PRE_COMMIT_FILE),
        ],
        before: &[],
        after: &["prek", "install", "--hook-type", "pre-push"],
    },
    Manager {
        package: "prek",
        version: "0.5.11",
        files: &[("package.json", PLAIN_PACKAGE), ("prek.toml", "")],
        before: &[],
        after: &["prek", "install", "--hook-type", "pre-push"],
    },
];

/// Where the programs of a package are, installed by the npm or the Python of this machine the first time.
fn programs(manager: &Manager, of_npm: bool) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let name = format!("init-{}-{}", manager.package, manager.version);
    let place = target.join("clients").join(name);
    let done = place.join("done");
    let bin = place.join(if of_npm { "node_modules/.bin" } else { "bin" });
    if done.exists() {
        return bin;
    }
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    fs::create_dir_all(&place).unwrap();
    if of_npm {
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
        ]);
        run(npm
            .arg(&place)
            .arg(format!("{}@{}", manager.package, manager.version)));
    } else {
        run(Command::new("python3").args(["-m", "venv"]).arg(&place));
        let package = format!("{}=={}", manager.package, manager.version);
        let pip = ["-m", "pip", "install", "--quiet", &package];
        run(Command::new(place.join("bin/python3")).args(pip));
    }
    fs::write(done, "").unwrap();
    bin
}

/// Where this program is.
fn own() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_packwarden"))
        .parent()
        .unwrap()
}

/// A project, a repository that it is pushed to, and what is on PATH.
struct Place {
    project: TempDir,
    remote: TempDir,
    home: TempDir,
    programs: Vec<PathBuf>,
}

impl Place {
    fn new(files: &[(&str, &str)], programs: Vec<PathBuf>) -> Self {
        let place = Self {
            project: tempfile::tempdir().unwrap(),
            remote: tempfile::tempdir().unwrap(),
            home: tempfile::tempdir().unwrap(),
            programs,
        };
        tree::git(place.remote.path(), &["init", "--quiet", "--bare"]);
        tree::git(place.root(), &["init", "--quiet"]);
        let remote = place.remote.path().to_str().unwrap();
        tree::git(place.root(), &["remote", "add", "origin", remote]);
        for (path, text) in files {
            tree::write(place.root(), path, text);
        }
        tree::write(place.root(), "lib/a.js", "1;\n");
        place
    }

    fn root(&self) -> &Path {
        self.project.path()
    }

    fn run(&self, program: Packwarden) -> Ran {
        let path = env::var_os("PATH").unwrap_or_default();
        let all = self.programs.iter().cloned().chain(env::split_paths(&path));
        program
            .directory(self.root())
            .variable("PATH", env::join_paths(all).unwrap())
            .variable("HOME", self.home.path())
            .variable("GIT_CONFIG_NOSYSTEM", "1")
            .run()
    }

    #[track_caller]
    fn passes(&self, words: &[&str]) {
        if let [program, arguments @ ..] = words {
            let ran = self.run(scrubbed(program).arguments(arguments));
            assert_eq!(ran.code, Some(0), "{words:?}: {ran:?}");
        }
    }

    /// Sets it up with this program.
    #[track_caller]
    fn set_up(&self) {
        let ran = self.run(packwarden(&["init", "--yes"]));
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    fn commit(&self) {
        tree::git(self.root(), &["add", "--all"]);
        tree::git(
            self.root(),
            &[
                "-c",
                "core.hooksPath=/dev/null",
                "commit",
                "--quiet",
                "--allow-empty",
                "-m",
                "x",
            ],
        );
    }

    fn push(&self, branch: &str) -> Ran {
        self.commit();
        let to = format!("HEAD:refs/heads/{branch}");
        self.run(scrubbed("git").arguments(&["push", "origin", &to]))
    }

    /// The branches that have arrived.
    fn arrived(&self) -> Vec<String> {
        let branches = self.remote.path().join("refs/heads");
        let entries = fs::read_dir(branches).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    /// A push of what is clean arrives, and one of a leak does not; nor does any without this program.
    #[track_caller]
    fn holds(mut self) {
        let gates = self.run(packwarden(&["init", "--check"]));
        assert_eq!(gates.code, Some(0), "{gates:?}");
        let clean = self.push("clean");
        assert_eq!(clean.code, Some(0), "{clean:?}");
        assert_eq!(self.arrived(), ["clean"]);
        tree::write(self.root(), "lib/.env", "A=1\n");
        let leaking = self.push("leaking");
        assert_ne!(leaking.code, Some(0), "{leaking:?}");
        let told = format!("{}{}", leaking.stdout, leaking.stderr);
        assert!(told.contains("env-file"), "{leaking:?}");
        fs::remove_file(self.root().join("lib/.env")).unwrap();
        let own = self.programs.iter().position(|path| path == own());
        self.programs.remove(own.unwrap());
        let missing = self.push("missing");
        assert_ne!(missing.code, Some(0), "{missing:?}");
        assert_eq!(self.arrived(), ["clean"]);
    }
}

#[test]
fn a_hook_of_git_itself_stops_a_leak() {
    let place = Place::new(&[("package.json", PLAIN_PACKAGE)], vec![own().to_owned()]);
    place.set_up();
    place.holds();
}

#[test]
fn every_manager_of_hooks_stops_a_leak() {
    let managers = OF_NPM
        .iter()
        .map(|one| (one, true))
        .chain(OF_PYPI.iter().map(|one| (one, false)));
    for (manager, of_npm) in managers {
        let place = Place::new(
            manager.files,
            vec![own().to_owned(), programs(manager, of_npm)],
        );
        place.passes(manager.before);
        place.set_up();
        place.passes(manager.after);
        place.holds();
    }
}

#[test]
fn the_script_that_was_written_stops_every_client_of_npm() {
    for client in [NPM_11, NPM_12, PNPM_12, YARN_1, YARN_4, BUN] {
        let registry = npm_client::Registry::start();
        let manifest = PLAIN_PACKAGE.replace(
            '}',
            &format!(
                ", \"publishConfig\": {{\"registry\": {:?}}}}}",
                registry.url
            ),
        );
        let (lock_file, text) = client.lock_file;
        let place = Place::new(
            &[("package.json", &manifest), (lock_file, text)],
            Vec::new(),
        );
        if client.version == YARN_4.version {
            client.run(&registry, place.root(), &["install"]);
        }
        let run = |words: &[&str]| {
            let with_own = "PATH=\"$OWN:$PATH\"; exec \"$0\" \"$@\"";
            let shell = scrubbed("sh").arguments(&["-c", with_own]).arguments(words);
            let shell = client.beside(&registry, shell).variable("OWN", own());
            shell.directory(place.root()).run()
        };
        let program = env!("CARGO_BIN_EXE_packwarden");
        let ran = run(&[program, "init", "--yes"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        // The script is run by the pack of a check as well.
        let checked = run(&[program, "check"]);
        assert_eq!(
            checked.code,
            Some(0),
            "{} {}: {checked:?}",
            client.package,
            client.version
        );
        let publish = client
            .publish
            .iter()
            .map(|word| word.replace(REGISTRY, &registry.url));
        let publish: Vec<String> = std::iter::once(client.program.to_owned())
            .chain(publish)
            .collect();
        let publish: Vec<&str> = publish.iter().map(String::as_str).collect();
        let clean = run(&publish);
        assert_eq!(
            clean.code,
            Some(0),
            "{} {}: {clean:?}",
            client.package,
            client.version
        );
        assert_eq!(registry.uploads().len(), 1);
        tree::write(place.root(), "lib/.env", "A=1\n");
        let leaking = run(&publish);
        assert_ne!(
            leaking.code,
            Some(0),
            "{} {}: {leaking:?}",
            client.package,
            client.version
        );
        assert_eq!(registry.uploads().len(), 0);
    }
}

#[test]
fn the_provider_that_was_written_stops_cargo() {
    let registry = crate_registry::Registry::start();
    registry.configure("");
    let manifest = "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
        description = \"An example\"\npublish = [\"local\"]\n\n[workspace]\n";
    let place = Place::new(
        &[("Cargo.toml", manifest), ("src/lib.rs", "//! Acme.\n")],
        vec![own().to_owned()],
    );
    let (variable, home) = registry.home();
    let here = |program: Packwarden| {
        let target = home.join("target");
        place.run(
            program
                .variable(variable, home)
                .variable("CARGO_TARGET_DIR", target),
        )
    };
    let ran = here(packwarden(&["init", "--yes"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let gates = here(packwarden(&["init", "--check"]));
    assert_eq!(gates.code, Some(0), "{gates:?}");
    let publish =
        || here(scrubbed(env!("CARGO")).arguments(&["publish", "--no-verify", "--allow-dirty"]));
    let clean = publish();
    assert_eq!(clean.code, Some(0), "{clean:?}");
    assert_eq!(registry.uploads().len(), 1);
    tree::write(place.root(), "src/.env", "A=1\n");
    place.commit();
    let leaking = publish();
    assert_ne!(leaking.code, Some(0), "{leaking:?}");
    assert!(
        registry.uploads().is_empty() && leaking.stderr.contains("env-file"),
        "{leaking:?}"
    );
}
