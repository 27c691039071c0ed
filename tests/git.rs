//! The source tree: what ships, held against a real git repository.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use support::{
    command::{Packwarden, packwarden},
    tarball::TarballBuilder,
    tree,
};
use tempfile::TempDir;

const CRATE: &str = "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\
    license = \"MIT\"\ndescription = \"An example\"\nrepository = \"https://example.com/acme\"\n\
    [workspace]\n";

/// A git repository with a project in it.
struct Repository {
    place: TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self {
            place: tempfile::tempdir().unwrap(),
        };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// An npm package with these scripts, all of it committed.
    fn npm(scripts: Value) -> Self {
        let repository = Self::new();
        repository.manifest("package.json", json!({ "scripts": scripts }));
        repository.write("index.js", "module.exports = 1;\n");
        repository.commit();
        repository
    }

    /// A crate, all of it committed.
    fn cargo() -> Self {
        let repository = Self::new();
        repository.write("Cargo.toml", CRATE);
        repository.write("src/lib.rs", "//! Acme.\n");
        repository.commit();
        repository
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    /// A manifest with these fields beside the usual ones.
    fn manifest(&self, path: &str, fields: Value) {
        let mut manifest = json!({
            "name": "acme", "version": "1.0.0", "license": "MIT", "repository": "acme/acme",
        });
        let all = manifest.as_object_mut().unwrap();
        all.extend(fields.as_object().unwrap().clone());
        self.write(path, &manifest.to_string());
    }

    fn write(&self, path: &str, content: &str) {
        tree::write(self.root(), path, content);
    }

    fn git(&self, arguments: &[&str]) {
        self.git_in(".", arguments);
    }

    fn git_in(&self, directory: &str, arguments: &[&str]) {
        tree::git(&self.root().join(directory), arguments);
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "x"]);
    }

    fn check(&self, directory: &str) -> Packwarden {
        packwarden(&["check", "--format", "json"])
            .directory(&self.root().join(directory))
            .variable("GIT_CONFIG_SYSTEM", "/dev/null")
    }

    fn checked(&self) -> Checked {
        Checked::of(self.check("."))
    }
}

/// What a check came to.
#[derive(Debug)]
struct Checked {
    code: i32,
    document: Value,
}

impl Checked {
    fn of(check: Packwarden) -> Self {
        let ran = check.run();
        assert_ne!(ran.stdout, "", "{ran:?}");
        Self {
            code: ran.code.unwrap(),
            document: ran.json(),
        }
    }

    fn artifact(&self) -> &Value {
        assert_eq!(
            self.document["artifacts"].as_array().unwrap().len(),
            1,
            "{:#}",
            self.document
        );
        &self.document["artifacts"][0]
    }

    /// Level, rule and path (without the root directory) of what was found about the source tree.
    fn told(&self) -> Vec<(&str, &str, &str)> {
        let findings = self.document["findings"].as_array().unwrap().iter();
        let told = findings.map(|finding| {
            let path = finding["path"].as_str().unwrap();
            (
                finding["level"].as_str().unwrap(),
                finding["rule"].as_str().unwrap(),
                path.split_once('/').map_or(path, |(_, path)| path),
            )
        });
        told.filter(|(_, rule, _)| RULES.contains(rule)).collect()
    }
}

const RULES: [&str; 7] = [
    "ignored-dotfile",
    "ignored-file",
    "untracked-file",
    "altered-file",
    "older-source",
    "uncommitted-changes",
    "link-out-of-repository",
];

#[test]
fn a_clean_project_has_its_commit() {
    for repository in [Repository::npm(json!({})), Repository::cargo()] {
        let checked = repository.checked();
        assert_eq!((checked.code, checked.told()), (0, vec![]), "{checked:#?}");
        let commit = checked.artifact()["commit"].as_str().unwrap();
        assert_eq!(commit.len(), 40);
        assert_eq!(checked.artifact()["dirty"], false);
    }
}

#[test]
fn npmignore_switches_gitignore_off() {
    let repository = Repository::npm(json!({}));
    repository.write(".gitignore", ".env\n*.local\n.turbo/\n");
    repository.write(".npmignore", "*.log\n");
    repository.commit();
    repository.write(".env", "PORT=3001\n");
    repository.write("a.local", "1\n");
    repository.write(".turbo/build.txt", "built\n");
    let checked = repository.checked();
    assert_eq!(checked.code, 1);
    assert_eq!(
        checked.told(),
        [
            ("deny", "ignored-dotfile", ".env"),
            ("deny", "ignored-dotfile", ".turbo/build.txt"),
            ("warn", "ignored-file", "a.local"),
        ]
    );
    // What git ignores is no change.
    assert_eq!(checked.artifact()["dirty"], false);
    // In profile closed, nothing unknown ships.
    let closed = Checked::of(repository.check(".").arguments(&["--profile", "closed"]));
    assert!(closed.told().contains(&("deny", "ignored-file", "a.local")));
}

#[test]
fn what_git_does_not_know_is_told() {
    let repository = Repository::npm(json!({}));
    repository.write("notes.txt", "try this\n");
    // A copy of what is committed surprises nobody.
    repository.write("copy.js", "module.exports = 1;\n");
    let checked = repository.checked();
    assert_eq!(checked.code, 0, "{checked:#?}");
    assert_eq!(checked.told(), [("warn", "untracked-file", "notes.txt")]);
    assert_eq!(checked.artifact()["dirty"], false);
}

#[test]
fn a_build_writes_files_that_git_ignores() {
    let repository = Repository::new();
    let fields = json!({
        "main": "./dist/index.js", "exports": {".": {"import": "./modules/index.mjs"}},
        "files": ["dist", "modules", "src", "gen", "config"],
        "scripts": {"prepack": "mkdir -p dist modules gen && echo 1 > dist/index.js && echo 2 > dist/chunk.js && echo 3 > modules/index.mjs && echo 4 > src/a.js && echo 5 > src/a.d.ts && echo 6 > gen/table.json && echo 7 > config/local.json && echo 8 > src/other.js && echo 9 > dist/.secret"},
    });
    repository.manifest("package.json", fields);
    repository.write(
        ".gitignore",
        "dist\nmodules\ngen\nsrc/*.js\n*.d.ts\nlocal.json\n",
    );
    repository.write("src/a.ts", "export let x = 1;\n");
    repository.write("config/default.json", "{}\n");
    repository.commit();
    let checked = repository.checked();
    assert_eq!(
        checked.told(),
        [
            ("deny", "ignored-dotfile", "dist/.secret"),
            ("warn", "ignored-file", "config/local.json"),
            ("warn", "ignored-file", "src/other.js"),
        ]
    );
    repository.write(
        "packwarden.toml",
        "[build]\noutputs = [\"config\", \"src/*.js\"]\n",
    );
    let told = repository.checked();
    assert_eq!(told.told(), [("deny", "ignored-dotfile", "dist/.secret")]);
}

#[test]
fn a_project_that_is_itself_ignored_is_an_output() {
    let repository = Repository::npm(json!({}));
    repository.write(".gitignore", "out\n");
    repository.commit();
    for directory in ["out/pkg", "wasm"] {
        repository.manifest(&format!("{directory}/package.json"), json!({}));
        repository.write(&format!("{directory}/wasm.js"), "1\n");
        repository.write(&format!("{directory}/.gitignore"), "*\n");
        repository.write(&format!("{directory}/.env"), "PORT=3001\n");
        let checked = Checked::of(repository.check(directory));
        // npm leaves out what `.gitignore` names, and so everything but the manifest.
        repository.write(&format!("{directory}/.npmignore"), "\n");
        let all = Checked::of(repository.check(directory));
        assert_eq!(checked.told(), [], "{directory}");
        assert_eq!(
            all.told(),
            [("deny", "ignored-dotfile", ".env")],
            "{directory}"
        );
    }
}

#[test]
fn what_is_changed_on_its_way_and_put_back_is_refused() {
    let repository = Repository::npm(json!({
        "prepack": "cp index.js kept && echo 'fetch(home)' >> index.js",
        "postpack": "mv kept index.js",
    }));
    let checked = repository.checked();
    assert_eq!(checked.code, 1);
    assert_eq!(checked.told()[0], ("deny", "altered-file", "index.js"));
    let evidence = checked.document["findings"][0]["evidence"]
        .as_str()
        .unwrap();
    assert!(evidence.starts_with("committed "), "{evidence}");
    // Attributes do not hide it.
    repository.write(".gitattributes", "* text=auto filter=x ident\n");
    repository.commit();
    assert_eq!(repository.checked().told()[0].1, "altered-file");
    assert_eq!(
        fs::read_to_string(repository.root().join("index.js")).unwrap(),
        "module.exports = 1;\n"
    );
}

#[test]
fn the_content_of_another_committed_file_is_a_change_too() {
    let repository = Repository::npm(json!({
        "prepack": "cp index.js kept && cp test/fixture.txt index.js",
        "postpack": "mv kept index.js",
    }));
    repository.write("test/fixture.txt", "fetch(home)\n");
    repository.commit();
    let checked = repository.checked();
    assert_eq!(checked.code, 1);
    assert_eq!(checked.told()[0], ("deny", "altered-file", "index.js"));
}

#[test]
fn hidden_files_of_the_commit_may_be_copied_into_an_output() {
    let repository = Repository::npm(json!({
        "prepack": "mkdir -p dist/.vite && cp -r templates dist && echo 1 > dist/.vite/.secret && echo 2 > dist/.vite/manifest.json",
    }));
    repository.write(".gitignore", "dist\n");
    repository.write(".npmignore", "test\n");
    repository.write("templates/app/.prettierrc", "{\"semi\": false}\n");
    repository.commit();
    let checked = repository.checked();
    assert_eq!(
        checked.told(),
        [("deny", "ignored-dotfile", "dist/.vite/.secret")]
    );
}

#[test]
fn a_project_that_git_tracks_nothing_of_is_in_no_repository() {
    let repository = Repository::new();
    repository.write("dotfile", "");
    repository.commit();
    repository.manifest("code/package.json", json!({}));
    repository.write("code/index.js", "1;\n");
    let ran = repository.check("code");
    let checked = Checked::of(ran);
    assert_eq!(checked.told(), []);
    assert_eq!(checked.artifact()["commit"], Value::Null);
}

#[test]
fn a_manifest_may_be_cleaned_on_its_way_but_not_extended() {
    for (script, altered) in [
        ("delete m.scripts.test; delete m.devDependencies", false),
        ("m.scripts.postinstall = 'node x.js'", true),
    ] {
        let repository = Repository::new();
        let change = format!(
            "node -e \"const fs=require('fs');fs.copyFileSync('package.json','kept');const m=JSON.parse(fs.readFileSync('package.json'));{script};fs.writeFileSync('package.json',JSON.stringify(m,null,2))\""
        );
        repository.manifest(
            "package.json",
            json!({"files": ["index.js"], "devDependencies": {"a": "1"}, "scripts": {
                "test": "x", "prepack": change, "postpack": "mv kept package.json"}}),
        );
        repository.write("index.js", "1\n");
        repository.commit();
        let checked = repository.checked();
        let expected = [("deny", "altered-file", "package.json")];
        assert_eq!(checked.told() == expected, altered, "{checked:#?}");
        assert_eq!(checked.told().is_empty(), !altered, "{checked:#?}");
    }
}

#[test]
fn changes_that_are_not_committed_are_one_finding() {
    let repository = Repository::cargo();
    repository.write("src/a.rs", "//! A.\n");
    repository.commit();
    repository.write("src/lib.rs", "//! Other.\n");
    repository.write("src/a.rs", "//! B.\n");
    // One that does not ship counts for the tree.
    for staged in [false, true] {
        if staged {
            repository.git(&["add", "--all"]);
        }
        let checked = repository.checked();
        assert_eq!(checked.code, 0, "{checked:#?}");
        assert_eq!(
            checked.told(),
            [("warn", "uncommitted-changes", "src/a.rs")]
        );
        let message = checked.document["findings"][0]["message"].as_str().unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(message, @"src/a.rs, src/lib.rs ship with changes that are not committed");
        }
        assert_eq!(checked.artifact()["dirty"], true);
    }
}

#[test]
fn a_tree_is_dirty_by_content_not_by_size_or_time() {
    let repository = Repository::npm(json!({}));
    repository.write("test.js", "1;\n");
    repository.write(
        "package.json",
        &fs::read_to_string(repository.root().join("package.json"))
            .unwrap()
            .replace("\"MIT\"", "\"MIT\",\"files\":[\"index.js\"]"),
    );
    repository.commit();
    let dirty = || repository.checked().artifact()["dirty"].clone();
    let path = repository.root().join("test.js");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "2;\n").unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(modified).unwrap();
    repository.git(&["update-index", "--assume-unchanged", "test.js"]);
    assert_eq!(dirty(), true);
    // With other line ends only, it is what is committed.
    fs::write(&path, "1;\r\n").unwrap();
    assert_eq!(dirty(), false);
    fs::remove_file(&path).unwrap();
    assert_eq!(dirty(), true);
    repository.git(&["update-index", "--no-assume-unchanged", "test.js"]);
    repository.git(&["update-index", "--skip-worktree", "test.js"]);
    assert_eq!(dirty(), false);
}

#[test]
fn files_under_a_filter_are_not_taken_for_changed() {
    let repository = Repository::cargo();
    repository.write(".gitattributes", "*.bin filter=lfs\n");
    repository.write("data/a.bin", "version https://git-lfs\n");
    repository.commit();
    // As the filter would have written it.
    repository.write("data/a.bin", "what it points to\n");
    let checked = repository.checked();
    assert_eq!(checked.told(), []);
    assert_eq!(checked.artifact()["dirty"], false);
}

#[test]
fn links_out_of_the_repository_are_refused() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("id_rsa"), "what nobody should see\n").unwrap();
    let repository = Repository::new();
    repository.write("crate/Cargo.toml", CRATE);
    repository.write("crate/src/lib.rs", "//! Acme.\n");
    repository.write("LICENSE", "MIT\n");
    repository.write(".gitignore", "*.secret\n");
    repository.write("beside.secret", "what nobody should see either\n");
    let link = |target: &Path, name: &str| symlink(target, repository.root().join(name)).unwrap();
    link(Path::new("../LICENSE"), "crate/LICENSE");
    link(Path::new("../beside.secret"), "crate/b.txt");
    link(&outside.path().join("id_rsa"), "crate/key.txt");
    link(outside.path(), "crate/all");
    repository.commit();
    let checked = Checked::of(repository.check("crate"));
    assert_eq!(
        checked.told(),
        [
            ("deny", "link-out-of-repository", "all/id_rsa"),
            ("deny", "link-out-of-repository", "b.txt"),
            ("deny", "link-out-of-repository", "key.txt"),
        ]
    );
    assert_eq!(checked.code, 1);
}

#[test]
fn a_worktree_and_a_submodule_are_repositories() {
    let library = Repository::cargo();
    let repository = Repository::npm(json!({}));
    let url = library.root().to_str().unwrap();
    repository.git(&["submodule", "--quiet", "add", url, "vendor/acme"]);
    repository.commit();
    let beside = tempfile::tempdir().unwrap();
    let tree = beside.path().join("tree");
    let tree = tree.to_str().unwrap();
    repository.git(&["worktree", "add", "--quiet", "--detach", tree]);
    for directory in [tree, "vendor/acme"] {
        let pointer = repository.root().join(directory).join(".git");
        assert!(pointer.is_file());
        repository.write(&format!("{directory}/notes.txt"), "x\n");
        let checked = Checked::of(repository.check(directory));
        assert_eq!(checked.told(), [("warn", "untracked-file", "notes.txt")]);
        assert_eq!(checked.artifact()["commit"].as_str().unwrap().len(), 40);
    }
    // What lies in a submodule is not known to the repository around it.
    assert_eq!(repository.checked().told(), []);
}

#[test]
fn a_hook_of_another_repository_around_us_changes_nothing() {
    let other = Repository::cargo();
    let repository = Repository::npm(json!({}));
    repository.write("notes.txt", "x\n");
    let plain = repository.checked();
    let git = other.root().join(".git");
    let inside = Checked::of(
        repository
            .check(".")
            .variable("GIT_DIR", &git)
            .variable("GIT_WORK_TREE", other.root())
            .variable("GIT_INDEX_FILE", git.join("index"))
            .variable("GIT_PREFIX", "")
            .variable("GIT_EXTERNAL_DIFF", "/bin/false")
            .variable("GIT_CONFIG_PARAMETERS", "'core.worktree'='/'"),
    );
    assert_eq!(inside.told(), plain.told());
    assert_eq!(inside.artifact()["commit"], plain.artifact()["commit"]);

    // A real push.
    let target = tempfile::tempdir().unwrap();
    let target = target.path().to_str().unwrap();
    repository.git(&["init", "--quiet", "--bare", target]);
    let report = repository.root().join(".git/report");
    let hook = repository.root().join(".git/hooks/pre-push");
    let program = env!("CARGO_BIN_EXE_packwarden");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(
        &hook,
        format!(
            "#!/bin/sh\nexec {program} check --no-config --format json > {}\n",
            report.display()
        ),
    )
    .unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    repository.git(&["push", "--quiet", target, "main"]);
    let pushed: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(pushed["artifacts"][0]["commit"], plain.artifact()["commit"]);
}

/// Whatever the repository's configuration names would leave a file behind.
#[test]
fn nothing_that_a_repository_configures_is_run() {
    let repository = Repository::cargo();
    repository.write(
        ".gitattributes",
        "* filter=evil diff=evil merge=evil\nsrc/lib.rs text eol=lf\n",
    );
    repository.write("src/a.rs", "//! A.\n");
    repository.commit();
    let trap = tempfile::tempdir().unwrap();
    let sprung = trap.path().join("sprung");
    let script = trap.path().join("trap");
    fs::write(
        &script,
        format!("#!/bin/sh\necho \"$0 $@\" >> {}\ncat\n", sprung.display()),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    let shell = format!("!{script}");
    let hooks = repository.root().join(".git/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for hook in [
        "post-index-change",
        "fsmonitor-watchman",
        "post-checkout",
        "reference-transaction",
        "pre-auto-gc",
    ] {
        fs::copy(script, hooks.join(hook)).unwrap();
    }
    for (key, value) in [
        ("core.fsmonitor", script),
        ("core.hooksPath", hooks.to_str().unwrap()),
        ("filter.evil.clean", script),
        ("filter.evil.smudge", script),
        ("filter.evil.process", script),
        ("filter.evil.required", "true"),
        ("diff.evil.textconv", script),
        ("diff.evil.command", script),
        ("diff.external", script),
        ("core.pager", script),
        ("pager.ls-files", "true"),
        ("pager.rev-parse", "true"),
        ("pager.ls-tree", "true"),
        ("pager.check-attr", "true"),
        ("core.editor", script),
        ("core.sshCommand", script),
        ("core.gitProxy", script),
        ("core.askPass", script),
        ("core.alternateRefsCommand", script),
        ("credential.helper", &shell),
        ("alias.ls-files", &shell),
        ("alias.rev-parse", &shell),
        ("alias.ls-tree", &shell),
        ("gpg.program", script),
        ("uploadpack.packObjectsHook", script),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", &format!("ext::{script} %S")),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", script),
        ("protocol.ext.allow", "always"),
        ("core.untrackedCache", "true"),
    ] {
        repository.git(&["config", key, value]);
    }
    // Different in time, size and content, so that git itself would look into it; and an object that a
    // partial clone has left out.
    fs::write(repository.root().join("src/lib.rs"), "//! Another text.\n").unwrap();
    fs::write(repository.root().join("notes.txt"), "x\n").unwrap();
    let _ = fs::remove_file(&sprung);
    let found = packwarden::host::git::repository(repository.root())
        .unwrap()
        .unwrap();
    assert!(!sprung.exists(), "{}", fs::read_to_string(&sprung).unwrap());
    assert_eq!(found.commit.unwrap().len(), 40);
    // Under a filter, nothing is known to be changed.
    assert_eq!(found.dirty, Some(false));
    let absent = packwarden::model::BlobId::parse(&"7".repeat(40)).unwrap();
    assert!(!found.tree.were_committed(&[absent]));
    assert!(!sprung.exists(), "{}", fs::read_to_string(&sprung).unwrap());
    // The traps are set: git itself walks into them.
    let mut status = Command::new("git");
    status.arg("status").current_dir(repository.root());
    assert!(status.output().unwrap().status.code().is_some());
    assert!(sprung.exists());
}

#[test]
fn a_repository_that_cannot_be_read_is_told() {
    let repository = Repository::npm(json!({}));
    fs::write(repository.root().join(".git/index"), "no index\n").unwrap();
    let checked = repository.checked();
    assert_eq!(checked.code, 0);
    assert_eq!(checked.artifact()["commit"], Value::Null);
    assert_eq!(checked.artifact()["dirty"], Value::Null);
    let ran = packwarden(&["check", "--no-config"])
        .directory(repository.root())
        .run();
    let warning = "warning: nothing was compared with git, which can't be read here: ";
    assert!(ran.stdout.contains(warning), "{}", ran.stdout);
}

#[test]
fn a_repository_of_somebody_else_is_told() {
    let repository = Repository::npm(json!({}));
    // Only root can give files away; another user's repository can't be made without that.
    for path in ["", ".git"] {
        if std::os::unix::fs::chown(repository.root().join(path), Some(4711), None).is_err() {
            return;
        }
    }
    let found = packwarden::host::git::repository(repository.root());
    assert!(found.unwrap_err().contains("dubious ownership"));
}

#[test]
fn without_git_or_a_repository_nothing_changes() {
    let repository = Repository::npm(json!({}));
    fs::remove_dir_all(repository.root().join(".git")).unwrap();
    repository.write("notes.txt", "x\n");
    let checked = repository.checked();
    assert_eq!((checked.code, checked.told()), (0, vec![]));
    assert_eq!(checked.artifact()["commit"], Value::Null);
    // A bare repository among the files of a project is not its own.
    repository.git(&["init", "--quiet", "--bare", "bare"]);
    assert!(packwarden::host::git::repository(&repository.root().join("bare")).is_err());
}

#[test]
fn a_new_repository_has_no_commit() {
    let repository = Repository::new();
    repository.manifest("package.json", json!({}));
    let checked = repository.checked();
    assert_eq!(checked.told(), [("warn", "untracked-file", "package.json")]);
    assert_eq!(checked.artifact()["commit"], Value::Null);
    assert_eq!(checked.artifact()["dirty"], false);
    repository.git(&["add", "--all"]);
    let staged = repository.checked();
    assert_eq!(
        staged.told(),
        [("warn", "uncommitted-changes", "package.json")]
    );
    assert_eq!(staged.artifact()["dirty"], true);
}

#[test]
fn repositories_of_the_other_hash_function_are_read() {
    let repository = Repository {
        place: tempfile::tempdir().unwrap(),
    };
    repository.git(&["init", "--quiet", "--object-format=sha256"]);
    repository.manifest("package.json", json!({}));
    repository.write("index.js", "1\n");
    repository.commit();
    let checked = repository.checked();
    assert_eq!((checked.code, checked.told()), (0, vec![]));
    assert_eq!(checked.artifact()["commit"].as_str().unwrap().len(), 64);
}

/// What a Python project holds in `dist/`.
fn sdist(repository: &Repository, source: &str) -> PathBuf {
    let dist = repository.root().join("dist");
    fs::create_dir_all(&dist).unwrap();
    let path = dist.join("acme-1.0.tar.gz");
    let text = TarballBuilder::new()
        .file(
            "acme-1.0/PKG-INFO",
            b"Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nLicense: MIT\n",
        )
        .file("acme-1.0/acme.py", source.as_bytes())
        .gzip();
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn what_lies_in_dist_is_of_this_commit_or_an_older_one() {
    let repository = Repository::new();
    repository.write(
        "pyproject.toml",
        "[project]\nname = \"acme\"\nversion = \"1.0\"\n",
    );
    repository.write(".gitignore", "dist\n");
    repository.write("acme.py", "x = 1\n");
    repository.commit();
    repository.write("acme.py", "x = 2\n");
    repository.commit();
    for (source, expected) in [
        ("x = 2\n", &[][..]),
        ("x = 1\n", &[("warn", "older-source", "acme.py")]),
        ("x = 3\n", &[("deny", "altered-file", "acme.py")]),
    ] {
        let file = sdist(&repository, source);
        let checked = repository.checked();
        assert_eq!(checked.told(), expected, "{source}");
        assert_eq!(checked.artifact()["dirty"], false);
        // A file that is given belongs to no project.
        let given = Checked::of(repository.check(".").argument(file.as_os_str()));
        assert_eq!(given.told(), []);
        assert_eq!(given.artifact()["commit"], Value::Null);
    }
    // A clone without history can't tell the one from the other.
    let clone = Repository::new();
    let from = format!("file://{}", repository.root().display());
    clone.git(&["clone", "--quiet", "--depth=1", &from, "clone"]);
    fs::create_dir(clone.root().join("clone/dist")).unwrap();
    let old = sdist(&repository, "x = 1\n");
    let there = clone
        .root()
        .join("clone/dist")
        .join(old.file_name().unwrap());
    fs::copy(old, there).unwrap();
    let checked = Checked::of(clone.check("clone"));
    assert_eq!(checked.told(), [("warn", "older-source", "acme.py")]);
}

#[test]
fn a_finding_is_shown_at_the_file_of_the_repository_that_it_comes_from() {
    let repository = Repository::new();
    repository.manifest("packages/cli/package.json", json!({}));
    repository.write("packages/cli/deep/.env", "A=1\n");
    repository.write("packages/cli/index.js", "module.exports = 1;\n");
    repository.commit();
    let origin = ["https://ann:", "hunter22", "@git.acme.example/cli.git"].concat();
    repository.git(&["remote", "add", "origin", &origin]);
    let ran = packwarden(&["check", "--format", "sarif"])
        .directory(&repository.root().join("packages/cli"))
        .variable("GIT_CONFIG_SYSTEM", "/dev/null")
        .run();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let run = ran.json()["runs"][0].clone();
    let results = run["results"].as_array().unwrap();
    let at = |rule: &str| {
        let result = results
            .iter()
            .find(|result| result["ruleId"] == rule)
            .unwrap();
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
    };
    assert_eq!(at("env-file"), "packages/cli/deep/.env");
    let provenance = &run["versionControlProvenance"][0];
    assert_eq!(
        provenance["repositoryUri"],
        "https://git.acme.example/cli.git"
    );
}
