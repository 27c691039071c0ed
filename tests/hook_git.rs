//! The hook of a push: real git, and a bare repository in which nothing arrives that was refused.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[expect(dead_code, reason = "each test is a crate of its own and uses a part")]
#[path = "support/crate_registry.rs"]
mod crate_registry;
#[path = "support/git_push.rs"]
mod git_push;
#[path = "support/hook_manager.rs"]
mod hook_manager;
mod support;

use std::{collections::BTreeMap, fs, path::Path};

use crate_registry::Registry;
use git_push::{Pushing, executable, with_packwarden};
use hook_manager::MANAGERS;
use serde_json::{Value, json};
use support::{command::scrubbed, tree};

const CRATE: &str = "[package]\nversion = \"1.0.0\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
    description = \"An example\"\nrepository = \"https://example.com/acme\"\n";
const NOTHING: &str = "nothing that can be published is changed by this push";

/// A repository with a clean package of npm in it, which nobody has pushed yet.
fn package() -> Pushing {
    let pushing = Pushing::new();
    pushing.manifest("package.json", &json!({}));
    pushing.write("index.js", "module.exports = 1;\n");
    pushing.commit();
    pushing
}

/// What has passed before, and is at the remote.
fn pushed() -> Pushing {
    let pushing = package();
    pushing.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    pushing
}

#[test]
fn a_leak_is_refused_and_a_clean_package_passes() {
    let pushing = package();
    let ran = pushing.passes(&["main"]);
    assert!(ran.stderr.contains("packed by  npm"), "{ran:?}");
    assert!(ran.stderr.contains("\nsha256  "), "{ran:?}");
    pushing.write(".env", "A=b\n");
    pushing.commit();
    let ran = pushing.is_refused(&["main"]);
    assert!(ran.stderr.contains(".env"), "{ran:?}");
    assert!(
        ran.stderr
            .contains("`git push --no-verify` skips this hook"),
        "{ran:?}"
    );
    // The working tree without the leak changes nothing.
    fs::remove_file(pushing.path(".env")).unwrap();
    pushing.is_refused(&["main"]);
    pushing.is_refused(&["main:other"]);
    pushing.commit();
    pushing.passes(&["main"]);
}

#[test]
fn what_is_not_committed_is_not_pushed() {
    let pushing = package();
    pushing.write(".env", "A=b\n");
    pushing.git(&["add", "--force", ".env"]);
    pushing.manifest("package.json", &json!({ "name": 1 }));
    pushing.passes(&["main"]);
}

#[test]
fn force_pushes_new_branches_and_deletions_are_told_apart() {
    let pushing = pushed();
    pushing.write("more.js", "");
    pushing.commit();
    pushing.passes(&["main", "main:new"]);
    pushing.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    pushing.write(".env", "A=b\n");
    pushing.commit();
    pushing.is_refused(&["--force", "main"]);
    pushing.is_refused(&["--force", "main", ":new"]);
    let ran = pushing.passes(&[":new"]);
    assert!(ran.stderr.contains(NOTHING), "{ran:?}");
    pushing.git(&["rm", "--quiet", ".env"]);
    pushing.git(&[
        "commit",
        "--quiet",
        "--amend",
        "--allow-empty",
        "--message",
        "y",
    ]);
    pushing.passes(&["--force", "main"]);
}

#[test]
fn a_tag_is_a_release_about_to_be_made() {
    let pushing = pushed();
    pushing.passes(&["main:refs/tags/v1"]);
    pushing.write(".env", "A=b\n");
    pushing.commit();
    pushing.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    let ran = pushing.push(&["main:again"]);
    assert!(ran.stderr.contains(NOTHING), "it is there already: {ran:?}");
    pushing.git(&["tag", "light"]);
    pushing.git(&["tag", "--annotate", "heavy", "--message", "x"]);
    pushing.git(&["tag", "of-tag", "heavy"]);
    for tag in ["light", "heavy", "of-tag"] {
        pushing.is_refused(&[tag]);
    }
    pushing.git(&["tag", "file", "HEAD:index.js"]);
    let ran = pushing.passes(&["file"]);
    assert!(
        ran.stderr.contains("is no commit, and holds no package"),
        "{ran:?}"
    );
}

#[test]
fn of_several_refs_all_are_checked() {
    let pushing = pushed();
    pushing.git(&["branch", "clean"]);
    pushing.write("packages/b/.env", "A=b\n");
    pushing.manifest("packages/b/package.json", &json!({ "name": "b" }));
    pushing.commit();
    pushing.git(&["checkout", "--quiet", "clean"]);
    pushing.write("index.js", "module.exports = 2;\n");
    pushing.commit();
    let ran = pushing.is_refused(&["clean", "main"]);
    assert_eq!(ran.stderr.matches("\nsha256  ").count(), 3, "{ran:?}");
    pushing.passes(&["clean", "clean:refs/tags/v1"]);
}

#[test]
fn a_merge_brings_what_it_brings() {
    let pushing = pushed();
    pushing.git(&["checkout", "--quiet", "-b", "side"]);
    pushing.write(".env", "A=b\n");
    pushing.commit();
    pushing.git(&["checkout", "--quiet", "main"]);
    pushing.write("more.js", "");
    pushing.commit();
    pushing.git(&["merge", "--quiet", "--no-edit", "side"]);
    pushing.is_refused(&["main"]);
    pushing.is_refused(&["main:fresh"]);
}

#[test]
fn nothing_is_packed_where_nothing_publishable_has_changed() {
    let pushing = Pushing::new();
    pushing.manifest(
        "package.json",
        &json!({ "private": true, "workspaces": ["packages/*"] }),
    );
    pushing.manifest("packages/a/package.json", &json!({}));
    pushing.manifest(
        "packages/a/test/fixtures/b/package.json",
        &json!({ "name": "b" }),
    );
    pushing.write("templates/c/package.json", "{{ broken }}");
    pushing.write("docs/x.md", "x\n");
    pushing.commit();
    pushing.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    // No client would start.
    let programs = pushing.path("../programs");
    fs::create_dir(&programs).unwrap();
    executable(&programs.join("npm"), "#!/bin/sh\nexit 1\n");
    let push = |refs: &[&str]| {
        let user = pushing.user("", &[&["push", "origin"], refs].concat());
        with_packwarden(user, &[&programs]).run()
    };
    for file in [
        "docs/x.md",
        "packages/other/x",
        ".github/workflows/x.yml",
        "docs/package.json",
    ] {
        pushing.write(file, "\n");
        pushing.commit();
        let ran = push(&["main:new"]);
        assert_eq!(ran.code, Some(0), "{file}: {ran:?}");
        assert!(ran.stderr.contains(NOTHING), "{file}: {ran:?}");
        assert_eq!(push(&["main", ":new"]).code, Some(0));
    }
    for file in [
        "packages/a/x",
        ".gitignore",
        "packages/LICENSE",
        ".cargo/config.toml",
    ] {
        pushing.write(file, "\n");
        pushing.commit();
        let ran = push(&["main"]);
        assert_eq!(ran.code, Some(1), "{file}: {ran:?}");
        pushing.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    }
}

#[test]
fn a_package_in_a_workspace_is_checked_when_it_is_touched() {
    let pushing = Pushing::new();
    pushing.manifest(
        "package.json",
        &json!({ "private": true, "workspaces": ["packages/*"] }),
    );
    pushing.manifest("packages/a/package.json", &json!({ "name": "a" }));
    pushing.manifest("packages/b/package.json", &json!({ "name": "b" }));
    pushing.write("packages/b/.env", "A=b\n");
    pushing.commit();
    let ran = pushing.is_refused(&["main"]);
    assert!(
        ran.stderr.contains("\na 1.0.0") && ran.stderr.contains("\nb 1.0.0"),
        "{ran:?}"
    );
    pushing.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    pushing.write("packages/a/x.js", "");
    pushing.commit();
    let ran = pushing.passes(&["main"]);
    assert!(!ran.stderr.contains("b 1.0.0"), "{ran:?}");
    pushing.write("packages/b/x.js", "");
    pushing.commit();
    pushing.is_refused(&["main"]);
}

#[test]
fn crates_of_a_workspace_are_packed_together() {
    let pushing = Pushing::new();
    let of = |name: &str, more: &str| {
        let name = format!("\nname = \"{name}\"\npublish = [\"local\"]\n");
        CRATE.replacen('\n', &name, 1) + more
    };
    pushing.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
    );
    let needs =
        "[dependencies]\nacme-b = { path = \"../b\", version = \"1\", registry = \"local\" }\n";
    pushing.write("crates/a/Cargo.toml", &of("acme-a", needs));
    pushing.write("crates/a/src/lib.rs", "//! A.\n");
    pushing.write("crates/b/Cargo.toml", &of("acme-b", ""));
    pushing.write("crates/b/src/lib.rs", "//! B.\n");
    pushing.commit();
    let registry = Registry::start();
    let push = |expected: i32| {
        let user = pushing.user("", &["push", "origin", "main"]);
        let cargo = Path::new(env!("CARGO")).parent().unwrap();
        let (name, home) = registry.home();
        let ran = with_packwarden(user, &[cargo]).variable(name, home).run();
        assert_eq!(ran.code, Some(expected), "{ran:?}");
        ran
    };
    let ran = push(0);
    assert_eq!(ran.stderr.matches("\nsha256  ").count(), 2, "{ran:?}");
    pushing.write("crates/b/.env", "A=b\n");
    pushing.commit();
    push(1);
}

#[test]
fn worktrees_hook_directories_and_bare_repositories_are_no_way_around() {
    let pushing = pushed();
    pushing.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    tree::write(&pushing.path("../linked"), ".env", "A=b\n");
    tree::git(&pushing.path("../linked"), &["add", "--force", ".env"]);
    tree::git(
        &pushing.path("../linked"),
        &["commit", "--quiet", "--message", "x"],
    );
    let refused = |directory: &str, arguments: &[&str]| {
        let before = pushing.remote();
        let ran = pushing.user(directory, arguments).run();
        assert_eq!(ran.code, Some(1), "{directory}: {ran:?}");
        assert!(ran.stderr.contains(".env"), "{directory}: {ran:?}");
        assert_eq!(pushing.remote(), before);
    };
    refused("../linked", &["push", "origin", "side"]);
    refused("../linked", &["push", "../acme's remote.git", "side"]);
    refused(
        "..",
        &[
            "--git-dir=work/.git",
            "--work-tree=work",
            "push",
            "origin",
            "side",
        ],
    );
    let hooks = pushing.path("../hooks");
    fs::create_dir(&hooks).unwrap();
    fs::rename(pushing.path(".git/hooks/pre-push"), hooks.join("pre-push")).unwrap();
    pushing.git(&["config", "core.hooksPath", hooks.to_str().unwrap()]);
    refused("", &["push", "origin", "side"]);
    refused("../linked", &["push", "origin", "side"]);
    let clone = ["clone", "--quiet", "--bare", "work", "bare.git"];
    tree::git(&pushing.path(".."), &clone);
    let hooks = format!("core.hooksPath={}", hooks.display());
    refused(
        "../bare.git",
        &["-c", &hooks, "push", "../acme's remote.git", "side"],
    );
}

#[test]
fn shallow_clones_and_names_of_any_kind_are_checked() {
    let pushing = pushed();
    pushing.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
    pushing.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    let place = pushing.path("../odd \"name\"\n#");
    let remote = pushing.path("../acme's remote.git").canonicalize().unwrap();
    let url = format!("file://{}", remote.display());
    let clone = [
        "clone",
        "--quiet",
        "--depth=1",
        &url,
        place.to_str().unwrap(),
    ];
    tree::git(&pushing.path(".."), &clone);
    fs::create_dir_all(place.join(".git/hooks")).unwrap();
    fs::rename(
        pushing.path(".git/hooks/pre-push"),
        place.join(".git/hooks/pre-push"),
    )
    .unwrap();
    let private = json!({ "private": true });
    tree::write(&place, "package.json", private.to_string());
    for name in ["- odd", "line\nbreak", "\u{1b}[2J"] {
        let manifest = json!({ "name": "acme", "version": "1.0.0", "license": "MIT" });
        tree::write(
            &place,
            &format!("{name}/package.json"),
            manifest.to_string(),
        );
    }
    tree::git(&place, &["add", "--all"]);
    tree::git(&place, &["commit", "--quiet", "--message", "x"]);
    let odd = format!("../{}", place.file_name().unwrap().to_str().unwrap());
    let ran = pushing.user(&odd, &["push", "origin", "main"]).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr.matches("\nsha256  ").count(), 3, "{ran:?}");
    assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
    tree::write(&place, "- odd/.env", "A=b\n");
    tree::git(&place, &["add", "--all", "--force"]);
    tree::git(&place, &["commit", "--quiet", "--message", "x"]);
    assert_eq!(
        pushing.user(&odd, &["push", "origin", "main"]).run().code,
        Some(1)
    );
}

#[test]
fn what_kills_the_hook_stops_the_push() {
    let pushing = package();
    let run = "packwarden hook git-pre-push \"$@\"";
    for script in [
        format!("{run} & kill -9 $!; wait $!"),
        // npm has started by then.
        format!("exec {run}"),
        "exec packwarden-that-is-not-there hook git-pre-push".to_owned(),
        "exec packwarden hook git-pre-pull".to_owned(),
    ] {
        pushing.hook(&format!("#!/bin/sh\n{script}\n"));
        let programs = pushing.path("../killing");
        fs::create_dir_all(&programs).unwrap();
        executable(&programs.join("npm"), "#!/bin/sh\nkill -9 $PPID\n");
        let push = pushing.user("", &["push", "origin", "main"]);
        // What was killed leaves its directory behind, and so this place is no test's.
        let push = with_packwarden(push, &[&programs]).variable("TMPDIR", pushing.path(".."));
        let ran = push.run();
        assert_eq!(ran.code, Some(1), "{script}: {ran:?}");
        assert_eq!(pushing.remote(), "", "{script}");
    }
    pushing.hook("#!/bin/sh\nexec packwarden hook git-pre-push \"$@\"\n");
    let push = pushing.user("", &["push", "origin", "main"]);
    let ran = push.variable("TMPDIR", "/nowhere").run();
    assert_eq!(
        (ran.code, pushing.remote().as_str()),
        (Some(1), ""),
        "{ran:?}"
    );
}

#[test]
fn a_build_runs_only_where_it_was_asked_for() {
    let pushing = Pushing::new();
    let scripts =
        json!({ "prepack": "touch ran", "prepare": "touch ran", "prepublishOnly": "touch ran" });
    pushing.manifest(
        "package.json",
        &json!({ "main": "dist/index.js", "scripts": scripts }),
    );
    pushing.commit();
    let ran = pushing.passes(&["main"]);
    let said = ".: not in the commit, so not checked: dist/index.js (main)";
    assert!(ran.stderr.contains(said), "{ran:?}");
    assert!(ran.stderr.contains("holds      1 file"), "{ran:?}");
    let build = |command: &str| {
        let config = format!("[hooks]\npre-push-build = \"{command}\"\n");
        pushing.write("packwarden.toml", &config);
        pushing.commit();
    };
    build("mkdir dist && git rev-parse HEAD > dist/index.js");
    let ran = pushing.passes(&["main"]);
    assert!(!ran.stderr.contains("not in the commit"), "{ran:?}");
    assert!(!pushing.path("dist").exists());
    build("mkdir dist && touch dist/index.js && echo A=b > dist/.env");
    pushing.is_refused(&["main"]);
    build("echo it broke; exit 7");
    let ran = pushing.is_refused(&["main"]);
    assert!(ran.stderr.contains("it broke"), "{ran:?}");
    assert!(
        ran.stderr.contains("failed in . (exit status: 7)"),
        "{ran:?}"
    );
}

#[test]
fn a_push_that_waives_itself_is_refused() {
    let pushing = pushed();
    pushing.hook(
        "#!/bin/sh\nexec packwarden hook git-pre-push --policy-from origin/main --policy floor.toml \"$@\"\n",
    );
    pushing.write("floor.toml", "[limits]\ndepth = 3\n");
    pushing.write("debug.log", "A=1\n");
    pushing.write(
        "packwarden.toml",
        "[hooks]\npre-push-build = \"rm debug.log\"\n\
         [[waive]]\nrule = \"log-file\"\npath = \"debug.log\"\nreason = \"mine\"\n",
    );
    pushing.commit();
    let ran = pushing.is_refused(&["main"]);
    assert!(ran.stderr.contains("deny[log-file]"), "{ran:?}");
    assert!(
        ran.stderr.contains("set by --policy-from origin/main"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("building first"), "{ran:?}");
    pushing.hook("#!/bin/sh\nexec packwarden hook git-pre-push --policy-from gone \"$@\"\n");
    let ran = pushing.push(&["main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr
            .contains("--policy-from names no commit of this repository"),
        "{ran:?}"
    );
}

#[test]
fn python_is_not_built_unasked_and_said_to_be_unchecked() {
    let pushing = Pushing::new();
    pushing.write(
        "pyproject.toml",
        "[project]\nname = \"acme\"\nversion = \"1.0.0\"\n",
    );
    pushing.write(".env", "A=b\n");
    pushing.commit();
    let ran = pushing.passes(&["main"]);
    assert!(ran.stderr.contains(".: NOT checked: "), "{ran:?}");
    pushing.write(
        "packwarden.toml",
        "[hooks]\npre-push-build = \"mkdir dist; echo > dist/acme-1.0.0.tar.gz\"\n",
    );
    pushing.commit();
    pushing.is_refused(&["main"]);
}

#[test]
fn no_filter_and_no_hook_runs_and_what_stands_for_a_file_is_said() {
    let pushing = package();
    pushing.write(".gitattributes", "*.bin filter=lfs\n");
    pushing.write("a.bin", "version https://git-lfs.example/spec/v1\n");
    pushing.commit();
    let marker = pushing.path("../marker");
    let touch = format!("touch '{}'; cat", marker.display());
    let config = pushing.path("../config");
    fs::write(
        &config,
        format!("[filter \"lfs\"]\nsmudge = \"{touch}\"\nrequired = true\n"),
    )
    .unwrap();
    for hook in [
        "post-checkout",
        "post-index-change",
        "reference-transaction",
    ] {
        executable(
            &pushing.path(&format!(".git/hooks/{hook}")),
            &format!("#!/bin/sh\n{touch}\n"),
        );
    }
    let push = pushing.user("", &["push", "--porcelain", "origin", "main"]);
    // The remote's tracking ref is the one thing that git itself changes here.
    fs::remove_file(pushing.path(".git/hooks/reference-transaction")).unwrap();
    let ran = push.variable("GIT_CONFIG_GLOBAL", &config).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!marker.exists());
    let said = "only what stands for them was checked: a.bin";
    assert!(ran.stderr.contains(said), "{ran:?}");
}

/// All files below a directory.
fn snapshot(root: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => snapshot(&path, found),
            false => drop(found.insert(path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
}

#[test]
fn nothing_of_the_repository_is_changed() {
    let pushing = pushed();
    pushing.write(".env", "A=b\n");
    pushing.commit();
    let mut before = BTreeMap::new();
    snapshot(&pushing.path(""), &mut before);
    pushing.is_refused(&["main"]);
    let mut after = BTreeMap::new();
    snapshot(&pushing.path(""), &mut after);
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    assert!(before == after);
}

/// What the hook reports when it is called so.
fn called(pushing: &Pushing, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, Value) {
    let report = pushing.path("../report.json");
    let format = "--format=json=../report.json";
    let hook = scrubbed(env!("CARGO_BIN_EXE_packwarden"))
        .arguments(&["hook", "git-pre-push"])
        .arguments(arguments)
        .arguments(&[format])
        .directory(&pushing.path(""));
    let hook = variables
        .iter()
        .fold(hook, |hook, (name, value)| hook.variable(name, value));
    let ran = hook.run();
    assert_eq!(ran.stdout, "");
    let document = fs::read_to_string(&report).unwrap_or_default();
    let document = serde_json::from_str(&document).unwrap_or_default();
    (ran.code.unwrap(), document)
}

#[test]
fn where_nothing_is_told_the_current_commit_is_checked() {
    let pushing = pushed();
    pushing.write("packwarden.toml", "[levels]\nenv-file = \"deny\"\n");
    pushing.write("packages/b/.env", "A=b\n");
    pushing.manifest("packages/b/package.json", &json!({ "name": "b" }));
    pushing.commit();
    let origin = &["origin", "a path", "in several words"][..];
    let managed = [
        ("PRE_COMMIT_FROM_REF", "HEAD~1"),
        ("PRE_COMMIT_TO_REF", "HEAD"),
    ];
    let all = [
        ("PRE_COMMIT", "1"),
        ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main"),
    ];
    for (arguments, variables) in [
        (&[][..], &[][..]),
        (origin, &[]),
        (&[], &managed),
        (&[], &all),
    ] {
        let (code, document) = called(&pushing, arguments, variables);
        assert_eq!(code, 1, "{arguments:?} {variables:?}: {document}");
        let sources = &document["artifacts"][1]["policy"]["source"];
        assert_eq!(*sources, json!(["packwarden.toml"]), "{document}");
    }
    let none = [
        ("PRE_COMMIT_FROM_REF", "HEAD"),
        ("PRE_COMMIT_TO_REF", "HEAD"),
    ];
    assert_eq!(called(&pushing, &[], &none).0, 0);
    let wrong = [("PRE_COMMIT_TO_REF", "--all")];
    assert_eq!(called(&pushing, &[], &wrong).0, 3);
}

#[test]
fn history_is_not_filled_into_a_mirror_unchecked() {
    let pushing = package();
    for _ in 0..21 {
        pushing.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
        let tags = fs::read_dir(pushing.path(".git/refs/tags"))
            .unwrap()
            .count();
        pushing.git(&["tag", &format!("v{tags}")]);
    }
    let ran = pushing.is_refused(&["--tags"]);
    assert!(
        ran.stderr.contains("21 commits with packages to check"),
        "{ran:?}"
    );
    pushing.passes(&["v0"]);
}

#[test]
fn each_hook_manager_stops_a_leak() {
    for manager in &MANAGERS {
        let pushing = Pushing::without_hook();
        manager.set_up(&pushing);
        pushing.commit();
        let programs = manager.programs();
        for command in manager.install {
            let (program, arguments) = command.split_first().unwrap();
            let install = scrubbed(programs.join(program).to_str().unwrap());
            let install = install.arguments(arguments).directory(&pushing.path(""));
            let ran = with_packwarden(install, &[&programs]).run();
            assert_eq!(ran.code, Some(0), "{}: {ran:?}", manager.name);
        }
        let push = |code: i32, refs: &[&str]| {
            let before = pushing.remote();
            let user = pushing.user("", &[&["push", "origin"], refs].concat());
            let ran = with_packwarden(user, &[&programs]).run();
            let name = manager.name;
            assert_eq!(ran.code, Some(code), "{name}: {ran:?}");
            assert_eq!(pushing.remote() == before, code != 0, "{name}: {ran:?}");
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(code == 0 || said.contains(".env"), "{name}: {ran:?}");
        };
        push(0, &["main"]);
        pushing.write(".env", "A=b\n");
        pushing.commit();
        fs::remove_file(pushing.path(".env")).unwrap();
        push(1, &["main"]);
        push(1, &["main:new"]);
        push(1, &["main:refs/tags/v1"]);
    }
}
