//! What `packwarden init` writes, and what `packwarden init --check` says of it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use support::{
    command::{Packwarden, Ran, packwarden},
    tree,
};
use tempfile::TempDir;

const NPM: &str = "{\n  \"name\": \"acme\",\n  \"version\": \"1.0.0\",\n  \"license\": \"MIT\",\n  \"files\": [\"a.js\"]\n}\n";
const PLAIN: &str = "#!/bin/sh\n# Checks the packages that a push touches.\nexec packwarden hook git-pre-push \"$@\"\n";

/// A project in a git repository.
struct Place(TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        tree::git(place.root(), &["init", "--quiet"]);
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        tree::write(self.root(), path, text);
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    fn mode(&self, path: &str, mode: u32) -> PathBuf {
        let path = self.root().join(path);
        fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        path
    }

    /// This program finds itself on PATH.
    fn run(&self, arguments: &[&str]) -> Ran {
        self.prepared(arguments).run()
    }

    fn prepared(&self, arguments: &[&str]) -> Packwarden {
        let own = Path::new(env!("CARGO_BIN_EXE_packwarden"))
            .parent()
            .unwrap();
        let path = env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(own.to_owned()).chain(env::split_paths(&path));
        let run = packwarden(&["init"]).arguments(arguments);
        let home = run.home();
        run.directory(self.root())
            .variable("PATH", env::join_paths(all).unwrap())
            .variable("CARGO_HOME", home.join(".cargo"))
            .variable("GIT_CONFIG_GLOBAL", home.join(".gitconfig"))
            .variable("GIT_CONFIG_NOSYSTEM", "1")
    }

    /// Sets it up, and again, which changes nothing.
    #[track_caller]
    fn set_up(&self) -> String {
        let ran = self.run(&["--yes"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let before = self.all();
        let again = self.run(&["--yes"]);
        assert_eq!(again.code, Some(0), "{again:?}");
        assert!(
            again.stdout.contains("nothing to write"),
            "{}",
            again.stdout
        );
        assert_eq!(self.all(), before);
        ran.stdout
    }

    /// All files and what they hold, git's own aside but for its hooks.
    fn all(&self) -> Vec<(PathBuf, Vec<u8>, u32)> {
        let mut files = Vec::new();
        let mut places = vec![self.root().to_owned()];
        while let Some(place) = places.pop() {
            for entry in fs::read_dir(&place).unwrap() {
                let path = entry.unwrap().path();
                let metadata = fs::symlink_metadata(&path).unwrap();
                let of_git = place.ends_with(".git") && !path.ends_with("hooks");
                if metadata.is_dir() && !of_git {
                    places.push(path);
                } else if !of_git {
                    let mode = metadata.permissions().mode();
                    files.push((path.clone(), fs::read(&path).unwrap_or_default(), mode));
                }
            }
        }
        files.sort();
        files
    }

    /// The line of the examination that begins so.
    #[track_caller]
    fn gate(&self, name: &str) -> String {
        let ran = self.run(&["--check"]);
        let mut lines = ran.stdout.lines();
        let line = lines.find(|line| line[9..].starts_with(name));
        line.unwrap_or_else(|| panic!("no {name} in {ran:?}"))
            .to_owned()
    }
}

#[test]
fn a_project_of_three_ecosystems_is_set_up_once() {
    let crates = "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n";
    let place = Place::new(&[
        ("package.json", NPM),
        ("Cargo.toml", crates),
        ("src/lib.rs", ""),
        (
            "pyproject.toml",
            "[project]\nname = \"acme\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n",
        ),
    ]);
    let told = place.set_up();
    assert!(
        told.contains("+profile = \"open\"\n") && told.contains("the licence is MIT"),
        "{told}"
    );
    assert!(told.contains("PyPI's clients have no hook"), "{told}");
    let script = NPM.replace(
        "\n}\n",
        ",\n  \"scripts\": {\n    \"postpack\": \"packwarden hook npm\"\n  }\n}\n",
    );
    assert_eq!(place.read("package.json"), script);
    assert_eq!(
        place.read(".cargo/config.toml"),
        "[registry]\nglobal-credential-providers = [\"cargo:token\", \"packwarden hook cargo\"]\n"
    );
    assert!(
        place
            .read("Cargo.toml")
            .contains("exclude = [\"/.cargo/\", \"/packwarden.toml\"]\n")
    );
    assert_eq!(place.read(".git/hooks/pre-push"), PLAIN);
    let mode = fs::metadata(place.root().join(".git/hooks/pre-push"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o100, 0o100);
    let ran = place.run(&["--check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stdout.matches("holds ").count(), 4, "{}", ran.stdout);
}

#[test]
fn without_a_terminal_nothing_is_written() {
    let place = Place::new(&[("package.json", NPM)]);
    let before = place.all();
    let ran = place.run(&[]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("there is no terminal to ask on"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stdout.contains("+++ b/packwarden.toml"),
        "{}",
        ran.stdout
    );
    assert_eq!(place.all(), before);
}

#[test]
fn a_manifest_keeps_its_form() {
    for (before, after) in [
        (
            "\u{feff}{\r\n\t\"name\": \"a\",\r\n\t\"version\": \"1.0.0\",\r\n\t\"files\": []\r\n}",
            "\u{feff}{\r\n\t\"name\": \"a\",\r\n\t\"version\": \"1.0.0\",\r\n\t\"files\": [],\r\n\t\"scripts\": {\r\n\t\t\"postpack\": \"packwarden hook npm\"\r\n\t}\r\n}",
        ),
        (
            "{\"name\":\"a\",\"version\":\"1.0.0\",\"files\":[],\"scripts\":{\"postpack\":\"a; b\"}}",
            "{\"name\":\"a\",\"version\":\"1.0.0\",\"files\":[],\"scripts\":{\"postpack\":\"packwarden hook npm && (a; b)\"}}",
        ),
    ] {
        let place = Place::new(&[("package.json", before)]);
        place.mode("package.json", 0o640);
        place.set_up();
        assert_eq!(place.read("package.json"), after);
        let mode = fs::metadata(place.root().join("package.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}

#[test]
fn what_can_not_be_edited_is_left_alone_and_told() {
    let place = Place::new(&[("package.json", NPM), ("tool.js", "#!/usr/bin/env node\n")]);
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("hook"), "#!/bin/sh\ntrue\n").unwrap();
    let hook = place.root().join(".git/hooks/pre-push");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let check = |reason: &str| {
        let before = fs::read(&hook).unwrap();
        let ran = place.run(&["--yes"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains(reason), "{reason}: {}", ran.stdout);
        assert_eq!(fs::read(&hook).unwrap(), before, "{reason}");
        let gates = place.run(&["--check"]);
        assert_eq!(gates.code, Some(1), "{reason}: {gates:?}");
    };
    fs::write(&hook, "#!/usr/bin/env node\n").unwrap();
    place.mode(".git/hooks/pre-push", 0o755);
    check("it is not a shell script");
    fs::write(&hook, b"#!/bin/sh\n\xff\n").unwrap();
    check("it is not UTF-8");
    fs::write(&hook, "#!/bin/sh\ntrue\n").unwrap();
    place.mode(".git/hooks/pre-push", 0o644);
    check("it can't be run");
    place.mode(".git/hooks/pre-push", 0o555);
    check("it is read-only");
    fs::remove_file(&hook).unwrap();
    symlink(outside.path().join("hook"), &hook).unwrap();
    fs::set_permissions(
        outside.path().join("hook"),
        PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    check("it lies outside of the repository");
}

#[test]
fn a_hook_that_is_there_is_chained_to() {
    let theirs = "#!/bin/sh\ngit lfs pre-push \"$@\"\n";
    let place = Place::new(&[("package.json", NPM), ("scripts/push.sh", theirs)]);
    place.mode("scripts/push.sh", 0o755);
    let hook = place.root().join(".git/hooks/pre-push");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    symlink("../../scripts/push.sh", &hook).unwrap();
    place.set_up();
    assert!(fs::symlink_metadata(&hook).unwrap().is_symlink());
    let script = place.read("scripts/push.sh");
    assert!(
        script.starts_with("#!/bin/sh\n# packwarden")
            && script.ends_with(&theirs["#!/bin/sh".len()..])
    );
    assert!(
        place.gate("git push").starts_with("holds"),
        "{}",
        place.gate("git push")
    );
}

#[test]
fn what_git_says_of_a_push_reaches_both_hooks() {
    let place = Place::new(&[("package.json", NPM)]);
    tree::write(
        place.root(),
        ".git/hooks/pre-push",
        "cat > theirs; echo \"$2\" >> theirs\n",
    );
    let hook = place.mode(".git/hooks/pre-push", 0o755);
    place.set_up();
    tree::write(
        place.root(),
        "bin/packwarden",
        "#!/bin/sh\ncat > ours; echo \"$4\" >> ours; exit $CODE\n",
    );
    place.mode("bin/packwarden", 0o755);
    let path =
        env::join_paths([place.root().join("bin"), "/usr/bin".into(), "/bin".into()]).unwrap();
    let said = "refs/heads/a 1 refs/heads/a 2\nrefs/tags/b 3 refs/tags/b 4\n";
    tree::write(place.root(), "said", said);
    let run = |code: &str| {
        let _ = fs::remove_file(place.root().join("theirs"));
        let input = fs::File::open(place.root().join("said")).unwrap();
        support::command::scrubbed("sh")
            .argument(hook.as_os_str())
            .arguments(&["origin", "an address"])
            .directory(place.root())
            .variable("PATH", &path)
            .variable("CODE", code)
            .stdin_from(input)
            .run()
            .code
    };
    assert_eq!(run("0"), Some(0));
    assert_eq!(place.read("ours"), format!("{said}an address\n"));
    assert_eq!(place.read("theirs"), format!("{said}an address\n"));
    tree::write(place.root(), "said", "");
    assert_eq!(run("0"), Some(0));
    assert_eq!(place.read("theirs"), "an address\n");
    assert_eq!(run("4"), Some(4));
    assert!(!place.root().join("theirs").exists());
    fs::remove_file(place.root().join("bin/packwarden")).unwrap();
    assert_eq!(run("0"), Some(127));
}

#[test]
fn hooks_are_where_git_looks_for_them() {
    let place = Place::new(&[("package.json", NPM)]);
    tree::git(place.root(), &["config", "core.hooksPath", ".githooks"]);
    place.set_up();
    assert_eq!(place.read(".githooks/pre-push"), PLAIN);
    assert!(!place.root().join(".git/hooks/pre-push").exists());

    let elsewhere = tempfile::tempdir().unwrap();
    let hooks = elsewhere.path().to_str().unwrap();
    tree::git(place.root(), &["config", "core.hooksPath", hooks]);
    let ran = place.run(&["--yes"]);
    assert!(
        ran.stdout.contains("it lies outside of the repository"),
        "{}",
        ran.stdout
    );
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    let gate = place.gate("git push");
    assert!(
        gate.starts_with("missing") && gate.contains("have it run"),
        "{gate}"
    );
}

#[test]
fn a_work_tree_has_the_hooks_of_its_repository() {
    let place = Place::new(&[("package.json", NPM)]);
    tree::git(place.root(), &["add", "--all"]);
    tree::git(place.root(), &["commit", "--quiet", "-m", "x"]);
    let other = tempfile::tempdir().unwrap();
    let tree_of = other.path().join("tree");
    tree::git(
        place.root(),
        &["worktree", "add", "--quiet", tree_of.to_str().unwrap()],
    );
    let ran = place.prepared(&["--yes"]).directory(&tree_of).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(place.read(".git/hooks/pre-push"), PLAIN);
    assert!(
        tree_of.join("packwarden.toml").exists() && !place.root().join("packwarden.toml").exists()
    );
}

#[test]
fn managers_of_hooks_are_given_the_check() {
    let simple = NPM.replace(
        "\"files\"",
        "\"simple-git-hooks\": {\"pre-push\": \"npm test\"},\n  \"files\"",
    );
    for (files, file, expected, install) in [
        (
            &[(".husky/pre-commit", "npm test\n")][..],
            ".husky/pre-push",
            "packwarden hook git-pre-push \"$@\"\n",
            "npx husky",
        ),
        (
            &[(
                "lefthook.yml",
                "pre-push:\n  commands:\n    test:\n      run: npm test\n",
            )],
            "lefthook.yml",
            "  commands:\n    packwarden:\n      run: packwarden hook git-pre-push\n      use_stdin: true\n    test:\n",
            "lefthook install",
        ),
        (
            &[(
                ".pre-commit-config.yaml",
                "repos:\n  - repo: local\n    hooks: []\n",
            )],
            ".pre-commit-config.yaml",
            "    hooks: []\n  - repo: local\n    hooks:\n      - id: packwarden\n",
            "pre-commit install --hook-type pre-push",
        ),
        (
            &[("prek.toml", "")],
            "prek.toml",
            "[[repos]]\nrepo = \"local\"\n",
            "prek install --hook-type pre-push",
        ),
        (
            &[("package.json", &simple)],
            "package.json",
            "\"packwarden hook git-pre-push \\\"$@\\\" && npm test\"",
            "npx simple-git-hooks",
        ),
    ] {
        let place = Place::new(&[("package.json", NPM)]);
        files
            .iter()
            .for_each(|(path, text)| place.write(path, text));
        let told = place.set_up();
        assert!(
            place.read(file).contains(expected),
            "{file}: {}",
            place.read(file)
        );
        assert!(told.contains(&format!("type `{install}`")), "{told}");
        assert!(!place.root().join(".git/hooks/pre-push").exists(), "{file}");
        let gate = place.gate("git push");
        assert!(gate.starts_with("open") && gate.contains(install), "{gate}");
    }
}

#[test]
fn a_script_that_was_copied_before_is_to_be_copied_again() {
    let simple = NPM.replace("\"files\"", "\"simple-git-hooks\": {},\n  \"files\"");
    let place = Place::new(&[("package.json", &simple)]);
    let mut copied = "#!/bin/sh\n[ \"$SKIP_SIMPLE_GIT_HOOKS\" = 1 ] && exit 0\n".to_owned();
    let hook = ".git/hooks/pre-push";
    place.write(hook, &copied);
    place.mode(hook, 0o755);
    let told = place.set_up();
    assert!(told.contains("type `npx simple-git-hooks`"), "{told}");
    assert!(place.gate("git push").starts_with("open"));
    copied.push_str("packwarden hook git-pre-push \"$@\"\n");
    place.write(hook, &copied);
    assert!(place.gate("git push").starts_with("holds"));
}

#[test]
fn what_husky_generates_is_not_written_to() {
    let place = Place::new(&[("package.json", NPM)]);
    tree::git(place.root(), &["config", "core.hooksPath", "web/.husky/_"]);
    let generated = "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"";
    place.write("web/.husky/_/h", "");
    place.write("web/.husky/_/pre-push", generated);
    place.mode("web/.husky/_/pre-push", 0o755);
    place.set_up();
    assert_eq!(place.read("web/.husky/_/pre-push"), generated);
    assert_eq!(
        place.read("web/.husky/pre-push"),
        "packwarden hook git-pre-push \"$@\"\n"
    );
    assert!(place.gate("git push").starts_with("holds"));
}

#[test]
fn the_script_is_the_one_that_stops_the_client() {
    let manifest = NPM.replace(
        "\"files\"",
        "\"packageManager\": \"yarn@4.18.1\",\n  \"scripts\": {\"prepack\": \"tsc\"},\n  \"files\"",
    );
    let place = Place::new(&[("package.json", &manifest)]);
    place.set_up();
    let manifest = place.read("package.json");
    assert!(
        manifest.contains("{\"prepack\": \"tsc && packwarden hook npm\"}"),
        "{manifest}"
    );
    // Yarn 4 runs this one when all is uploaded.
    place.write(
        "package.json",
        &manifest
            .replace("prepack", "postpack")
            .replace("tsc && ", ""),
    );
    let gate = place.gate("acme");
    assert!(
        gate.starts_with("open") && gate.contains("needs it in `prepack`"),
        "{gate}"
    );
    let ran = place.run(&["--yes"]);
    assert!(
        ran.stdout.contains("package.json was left alone"),
        "{}",
        ran.stdout
    );
}

#[test]
fn every_member_of_a_workspace_is_set_up() {
    let member = |name: &str| NPM.replace("\"acme\"", &format!("\"{name}\""));
    let place = Place::new(&[
        (
            "package.json",
            "{\n  \"private\": true,\n  \"workspaces\": [\"packages/*\"]\n}\n",
        ),
        ("packages/a/package.json", &member("a")),
        ("packages/b/package.json", &member("b")),
        (
            "packages/c/package.json",
            &member("c").replace("MIT\"", "MIT\",\n  \"private\": true"),
        ),
    ]);
    place.set_up();
    let has_check = |path: &str| {
        place
            .read(path)
            .contains("\"postpack\": \"packwarden hook npm\"")
    };
    assert!(has_check("packages/a/package.json") && has_check("packages/b/package.json"));
    assert!(!has_check("packages/c/package.json") && !has_check("package.json"));
    assert!(place.root().join("packwarden.toml").exists());
    assert!(place.gate("a:").starts_with("holds") && place.gate("b:").starts_with("holds"));
}

#[test]
fn what_goes_past_a_gate_is_said() {
    let place = Place::new(&[
        ("package.json", NPM),
        (
            "Cargo.toml",
            "[package]\nname = \"krate\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n",
        ),
        ("src/lib.rs", ""),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - run: npm publish\n      - run: twine upload dist/*\n",
        ),
        (
            ".gitlab-ci.yml",
            "a:\n  script:\n    - packwarden check\n    - cargo publish --token x\n",
        ),
    ]);
    let gates = place.run(&["--check"]);
    assert_eq!(gates.code, Some(1), "{gates:?}");
    for missing in [
        "acme:",
        "krate:",
        "git push:",
        ".github/workflows/a.yml:4:",
        ".github/workflows/a.yml:5:",
    ] {
        assert!(
            place.gate(missing).starts_with("missing"),
            "{}",
            place.gate(missing)
        );
    }
    assert!(place.gate(".gitlab-ci.yml:4:").starts_with("holds"));
    place.set_up();
    for holds in ["acme:", "krate:", "git push:", ".github/workflows/a.yml:4:"] {
        assert!(
            place.gate(holds).starts_with("holds"),
            "{}",
            place.gate(holds)
        );
    }
    place.write(".npmrc", "ignore-scripts=true\n");
    assert!(
        place.gate("acme:").starts_with("open"),
        "{}",
        place.gate("acme:")
    );
    let run = place.prepared(&["--check"]);
    let run = run
        .variable("CARGO_REGISTRY_CREDENTIAL_PROVIDER", "cargo:token")
        .run();
    assert!(run.stdout.contains("open     krate:"), "{}", run.stdout);
    let config = place.root().join(".cargo/config.toml");
    fs::write(
        &config,
        "[registry]\nglobal-credential-providers = [\"packwarden hook cargo\", \"cargo:token\"]\n",
    )
    .unwrap();
    assert!(
        place.gate("krate:").starts_with("open"),
        "{}",
        place.gate("krate:")
    );
    place.mode(".git/hooks/pre-push", 0o644);
    assert!(
        place.gate("git push").contains("chmod +x"),
        "{}",
        place.gate("git push")
    );
    let run = place
        .prepared(&["--check"])
        .variable("PATH", "/usr/bin:/bin")
        .run();
    assert!(
        run.stdout
            .starts_with("missing  packwarden: it is not on PATH"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_token_in_a_file_that_is_shown_stays_in_it() {
    let token = format!("{}{}", "npm", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let config = format!("[registries.own]\ntoken = \"{token}\"\n");
    let crates = "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n";
    let place = Place::new(&[
        ("Cargo.toml", crates),
        ("src/lib.rs", ""),
        (".cargo/config.toml", &config),
    ]);
    let told = place.set_up();
    assert!(
        told.contains("[registries.own]") && !told.contains(&token[8..]),
        "{told}"
    );
    assert!(told.contains("\"packwarden hook cargo\"]"), "{told}");
    assert!(place.read(".cargo/config.toml").starts_with(&config));
}

#[test]
fn what_is_no_project_or_never_published_is_not_set_up() {
    let place = Place::new(&[]);
    assert_eq!(place.run(&["--yes"]).code, Some(3));
    place.write(
        "package.json",
        "{\"private\": true, \"name\": \"a\", \"version\": \"1.0.0\"}",
    );
    let ran = place.run(&["--yes"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("nothing was written"), "{}", ran.stderr);
    place.write("package.json", "{ // a comment\n}");
    assert_eq!(place.run(&["--yes"]).code, Some(3));
    assert!(!place.root().join("packwarden.toml").exists());
}
