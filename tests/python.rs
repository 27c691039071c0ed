//! The clients and backends of PyPI themselves: what is checked of a project's directory is what they
//! build and upload, and nothing of the user's is changed.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/python_client.rs"]
mod python_client;
mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use python_client::{Registry, beside, stand_in};
use serde_json::Value;
use support::{
    command::{Packwarden, Ran, packwarden, scrubbed},
    tree,
};
use tempfile::TempDir;

/// A backend: what a project requires of it, and its module.
#[derive(Debug, Clone, Copy)]
struct Backend(&'static str, &'static str);

const SETUPTOOLS: Backend = Backend("setuptools==84.2.1", "setuptools.build_meta");
const HATCHLING: Backend = Backend("hatchling==1.33.0", "hatchling.build");
const FLIT: Backend = Backend("flit_core==4.2.0", "flit_core.buildapi");
const POETRY: Backend = Backend("poetry-core==2.5.0", "poetry.core.masonry.api");
const PDM: Backend = Backend("pdm-backend==2.5.0", "pdm.backend");
const UV: Backend = Backend("uv_build==0.13.6", "uv_build");
const MATURIN: Backend = Backend("maturin==1.16.0", "maturin");

/// The projects of this test have no other leak than those that it plants.
const PROJECT: &str = "[project]\nname = \"acme\"\nversion = \"1.0\"\ndescription = \"An example\"\n\
    readme = \"README.md\"\nlicense = \"MIT\"\nlicense-files = [\"LICENSE\"]\n\
    authors = [{ name = \"A\", email = \"a@example.com\" }]\n";

struct Project {
    place: TempDir,
}

impl Project {
    fn new(backend: Backend) -> Self {
        let project = Self {
            place: tempfile::tempdir().unwrap(),
        };
        project.write("pyproject.toml", &manifest(backend));
        project.write("README.md", "# Acme\n");
        project.write("LICENSE", "MIT\n");
        project.write("src/acme/__init__.py", "\"\"\"An example\"\"\"\n\nx = 1\n");
        if backend.1 == MATURIN.1 {
            project.write(
                "pyproject.toml",
                &(manifest(backend) + "[tool.maturin]\nbindings = \"bin\"\n"),
            );
            project.write("src/main.rs", "fn main() {}\n");
            let package = "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nedition = \"2021\"\npublish = false\n[workspace]\n";
            project.write("Cargo.toml", package);
            project.write(
                "Cargo.lock",
                "version = 4\n\n[[package]]\nname = \"acme\"\nversion = \"1.0.0\"\n",
            );
        }
        project
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    fn write(&self, path: &str, text: &str) {
        tree::write(self.root(), path, text);
    }

    /// A check beside these clients, without the machine's own network settings changed.
    fn prepare(&self, clients: &[&str], arguments: &[&str]) -> Packwarden {
        let check = packwarden(&["check", "--no-config", "--format", "json"]);
        beside(clients, check.arguments(arguments).directory(self.root()))
    }

    fn check(&self, clients: &[&str], arguments: &[&str]) -> Ran {
        self.prepare(clients, arguments).run()
    }

    /// Runs a client here, as its user would.
    fn run(&self, line: &[&str]) {
        let client = scrubbed(line[0]).arguments(&line[1..]);
        let ran = beside(&[line[0], "python3"], client)
            .directory(self.root())
            .run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    fn contents(&self) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
        contents(self.root())
    }
}

/// Everything below: when it was written, and what it holds.
fn contents(root: &Path) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
    let (mut found, mut waiting) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let written = path.symlink_metadata().unwrap().modified().unwrap();
            if path.is_dir() {
                waiting.push(path.clone());
            }
            found.insert(path.clone(), (written, fs::read(path).unwrap_or_default()));
        }
    }
    found
}

fn manifest(backend: Backend) -> String {
    let Backend(requires, module) = backend;
    format!("{PROJECT}[build-system]\nrequires = [\"{requires}\"]\nbuild-backend = \"{module}\"\n")
}

#[track_caller]
fn artifacts(ran: &Ran, code: i32) -> Vec<Value> {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    ran.json()["artifacts"].as_array().unwrap().clone()
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

/// The project is built by the client, and stays as it is.
#[track_caller]
fn is_built(backend: Backend, clients: &[&str], arguments: &[&str], command: &str) -> Vec<Value> {
    let project = Project::new(backend);
    let before = project.contents();
    let built = artifacts(&project.check(clients, arguments), 0);
    let after = project.contents();
    assert!(after.keys().eq(before.keys()), "{:?}", after.keys());
    let changed = after.iter().find(|(path, now)| before[*path] != **now);
    assert!(
        changed.is_none(),
        "{changed:?}, before {:?}",
        before[changed.unwrap().0]
    );
    let formats: Vec<_> = built.iter().map(|artifact| &artifact["format"]).collect();
    assert_eq!(formats, ["wheel", "sdist"]);
    for artifact in &built {
        assert_eq!(artifact["origin"], "packed");
        let typed = artifact["packed_by"]["command"].as_array().unwrap().iter();
        let typed: Vec<_> = typed.map(|word| word.as_str().unwrap()).collect();
        assert_eq!(typed.join(" "), command);
    }
    built
}

#[test]
fn every_backend_builds() {
    for backend in [SETUPTOOLS, HATCHLING, FLIT, POETRY, PDM, UV, MATURIN] {
        is_built(backend, &["uv", "python3"], &[], "uv build");
    }
}

#[test]
fn every_client_builds() {
    is_built(HATCHLING, &["python3"], &[], "python3 -m build");
    let all = ["uv", "python3", "hatch", "poetry", "flit", "pdm", "maturin"];
    is_built(FLIT, &all, &[], "flit build");
    for (name, backend) in [("hatch", HATCHLING), ("pdm", PDM), ("poetry", POETRY)] {
        is_built(backend, &all, &["--client", name], &format!("{name} build"));
    }
}

/// The rule, level and message of every finding of an artifact, by its path.
fn told(ran: &Ran) -> Vec<(String, String, String)> {
    let document = ran.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = document["findings"].as_array().unwrap().iter();
    let told = findings.map(|finding| {
        let artifact = finding["artifact"].as_u64().unwrap() as usize;
        let path = text(&document["artifacts"][artifact]["path"]);
        let name = Path::new(&path).file_name().unwrap().to_str().unwrap();
        (
            name.to_owned(),
            text(&finding["rule"]),
            text(&finding["message"]),
        )
    });
    told.collect()
}

/// What a client has built in the project itself is what a fresh build in a copy makes.
#[test]
fn a_build_that_is_there_is_compared() {
    for backend in [SETUPTOOLS, HATCHLING, FLIT, POETRY, PDM, UV, MATURIN] {
        let project = Project::new(backend);
        project.run(&["uv", "build"]);
        let before = project.contents();
        let ran = project.check(&["uv", "python3"], &["--build"]);
        assert!(project.contents() == before);
        for artifact in artifacts(&ran, 0) {
            assert_eq!(artifact["origin"], "given");
            assert_eq!(artifact["fresh_build"]["comparison"], "same", "{ran:?}");
            assert_eq!(artifact["fresh_build"]["built_by"]["client"], "uv");
        }
    }
}

#[test]
fn a_build_of_other_sources_differs() {
    let project = Project::new(UV);
    project.write("src/acme/old.py", "");
    project.write("src/acme/both.py", "x = 1\n");
    project.run(&["uv", "build"]);
    fs::remove_file(project.root().join("src/acme/old.py")).unwrap();
    project.write("src/acme/both.py", "x = 2\n");
    project.write("src/acme/new.py", "");
    let ran = project.check(&["uv", "python3"], &["--build"]);
    assert_eq!(
        artifacts(&ran, 0)[0]["fresh_build"]["comparison"],
        "differs"
    );
    let message = "differs from a fresh build by uv 0.13.8: it has more acme/old.py; it lacks \
        acme/new.py; it has other content in acme/both.py";
    let expected = (
        "acme-1.0-py3-none-any.whl",
        "dist-differs-from-build",
        message,
    );
    let found = told(&ran);
    let (name, rule, message) = &found[0];
    assert_eq!((name.as_str(), rule.as_str(), message.as_str()), expected);
    assert_eq!(found.len(), 2);

    // Of another version nothing of the same name is built.
    project.write("pyproject.toml", &manifest(UV).replace("1.0", "1.1"));
    let ran = project.check(&["uv", "python3"], &["--build"]);
    let (_, rule, message) = &told(&ran)[0];
    assert_eq!(rule, "dist-differs-from-build");
    let expected = "a fresh build makes acme-1.1-py3-none-any.whl, acme-1.1.tar.gz instead";
    assert_eq!(message, expected);
    assert_eq!(artifacts(&ran, 0)[0]["fresh_build"]["comparison"], "absent");
    let shown = beside(
        &["uv", "python3"],
        packwarden(&["check", "--no-config", "--build"]),
    );
    let shown = shown.directory(project.root()).run().stdout;
    assert!(
        shown.contains("not compared: a fresh build by uv 0.13.8"),
        "{shown}"
    );
}

#[test]
fn what_does_not_belong_into_dist_is_told() {
    let project = Project::new(UV);
    for version in ["0.9", "0.10rc1", "0.10"] {
        project.write("pyproject.toml", &manifest(UV).replace("1.0", version));
        project.run(&["uv", "build", "--sdist"]);
    }
    let other = manifest(UV).replace("acme", "other");
    project.write("pyproject.toml", &other);
    project.write("src/other/__init__.py", "");
    project.run(&["uv", "build", "--wheel"]);
    // Spelt otherwise, it is the same project.
    project.write(
        "pyproject.toml",
        &manifest(UV).replace("\"acme\"", "\"Acme\""),
    );
    // No client uploads these.
    project.write("dist/notes.txt", "");
    project.write("dist/.env", "TOKEN=1\n");
    let ran = project.check(&[], &[]);
    assert_eq!(artifacts(&ran, 1).len(), 4);
    let expected = [
        (
            "acme-0.10rc1.tar.gz",
            "stale-artifact",
            "is acme 0.10rc1, and 0.10 lies beside it",
        ),
        (
            "acme-0.9.tar.gz",
            "stale-artifact",
            "is acme 0.9, and 0.10 lies beside it",
        ),
        (
            "other-1.0-py3-none-any.whl",
            "foreign-artifact",
            "is of `other`, not of `Acme`",
        ),
    ];
    let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(told(&ran), expected);
    assert_eq!(denied(&ran, "foreign-artifact").len(), 1);

    // Where nobody says whose `dist/` it is, nobody's artifacts are foreign.
    project.write("pyproject.toml", "[build-system]\nrequires = []\n");
    assert_eq!(
        denied(&project.check(&[], &[]), "foreign-artifact"),
        [""; 0]
    );
    // uv leaves what it builds of a workspace in that of the root.
    let workspace = manifest(UV) + "[tool.uv.workspace]\nmembers = [\"members/*\"]\n";
    project.write("pyproject.toml", &workspace);
    project.write("members/other/pyproject.toml", &other);
    assert_eq!(
        denied(&project.check(&[], &[]), "foreign-artifact"),
        [""; 0]
    );
}

/// What each client uploads of what lies in `dist/` is what was checked.
#[test]
fn what_is_checked_is_what_is_uploaded() {
    let project = Project::new(POETRY);
    project.run(&["uv", "build"]);
    let checked = artifacts(&project.check(&[], &[]), 0);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let checked = checked.iter().map(|artifact| {
        let path = text(&artifact["path"]);
        (path.replace("./dist/", ""), text(&artifact["sha256"]))
    });
    let checked: Vec<_> = checked.collect();
    assert_eq!(checked.len(), 2);
    let registry = Registry::start();
    let [wheel, sdist] = ["dist/acme-1.0-py2.py3-none-any.whl", "dist/acme-1.0.tar.gz"];
    for line in [
        &["uv", "publish"][..],
        &["twine", "upload", "dist/*"],
        &["hatch", "--no-interactive", "publish"],
        &["poetry", "publish", "--no-interaction", "-r", "local"],
        &["maturin", "upload", wheel, sdist],
    ] {
        let client = registry.alone(scrubbed(line[0]).arguments(&line[1..]));
        let client = beside(&[line[0], "python3"], client);
        let ran = client.directory(project.root()).run();
        assert_eq!(registry.uploads(), checked, "{line:?}: {ran:?}");
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}

const TOKEN: &str = "A=1\n";

/// The paths of environment files that block.
#[track_caller]
fn leaks(project: &Project, clients: &[&str], arguments: &[&str]) -> Vec<String> {
    let ran = project.check(clients, arguments);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    denied(&ran, "env-file")
}

const IN_BOTH: [&str; 2] = ["acme/.env", "acme-1.0/src/acme/.env"];

#[test]
fn hatchling_ships_what_a_nested_gitignore_names() {
    let project = Project::new(HATCHLING);
    tree::git(project.root(), &["init", "--quiet"]);
    project.write("src/acme/.gitignore", ".env\n");
    project.write("src/acme/.env", TOKEN);
    assert_eq!(leaks(&project, &["uv", "python3"], &[]), IN_BOTH);
}

#[test]
fn some_backends_ask_no_gitignore() {
    for backend in [UV, FLIT, PDM] {
        let project = Project::new(backend);
        tree::git(project.root(), &["init", "--quiet"]);
        project.write(".gitignore", ".env\n");
        project.write("src/acme/.env", TOKEN);
        assert_eq!(
            leaks(&project, &["uv", "python3"], &[]),
            IN_BOTH,
            "{backend:?}"
        );
    }
}

#[test]
fn setuptools_ships_what_earlier_builds_have_left() {
    let project = Project::new(SETUPTOOLS);
    // Deleted long ago, and still in the wheel of a client that builds it from the tree.
    project.write("build/lib/acme/.env", TOKEN);
    let from_tree = leaks(&project, &["hatch", "python3"], &["--client", "hatch"]);
    assert_eq!(from_tree, ["acme/.env"]);
    // Those that build it from the sdist ship it not.
    let from_sdist = project.check(&["uv", "python3"], &[]);
    assert_eq!(from_sdist.code, Some(0), "{from_sdist:?}");

    let project = Project::new(SETUPTOOLS);
    project.write(".env", TOKEN);
    project.write("src/acme.egg-info/SOURCES.txt", ".env\n");
    assert_eq!(leaks(&project, &["uv", "python3"], &[]), ["acme-1.0/.env"]);
}

/// It would be the place of the project itself if that was built there.
#[test]
fn the_place_of_the_copy_counts_as_that_of_the_project() {
    let project = Project::new(MATURIN);
    let ran = project.check(&["maturin", "python3"], &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let told = denied(&ran, "own-project-directory");
    assert_eq!(told, ["acme-1.0.dist-info/sboms/acme.cyclonedx.json"]);
    let commands = ran.json()["artifacts"].as_array().unwrap().clone();
    let commands = commands
        .iter()
        .map(|artifact| artifact["packed_by"]["command"].to_string());
    let expected = [
        r#"["maturin","build","--release","--strip"]"#,
        r#"["maturin","sdist"]"#,
    ];
    assert_eq!(commands.collect::<Vec<_>>(), expected);
}

/// The version comes from a tag of the repository that the project lies deep in.
#[test]
fn what_backends_ask_git_they_are_told_in_the_copy() {
    let place = tempfile::tempdir().unwrap();
    let repository = place.path().join("repository");
    let member = Project {
        place: tempfile::tempdir().unwrap(),
    };
    fs::create_dir_all(repository.join("py")).unwrap();
    let dynamic = manifest(Backend(
        "hatchling==1.33.0\", \"hatch-vcs==0.5.0",
        "hatchling.build",
    ))
    .replace("version = \"1.0\"", "dynamic = [\"version\"]")
        + "[tool.hatch.version]\nsource = \"vcs\"\n[tool.hatch.version.raw-options]\nroot = \"..\"\n";
    for (path, text) in [
        ("pyproject.toml", dynamic.as_str()),
        ("README.md", "# Acme\n"),
        ("LICENSE", "MIT\n"),
        ("src/acme/__init__.py", ""),
    ] {
        tree::write(&repository.join("py"), path, text);
    }
    tree::git(&repository, &["init", "--quiet"]);
    tree::git(&repository, &["add", "--all"]);
    tree::git(&repository, &["commit", "--quiet", "-m", "x"]);
    tree::git(&repository, &["tag", "v1.2.3"]);
    // The repository, a linked working tree, and a submodule of another.
    let around = place.path().join("around");
    fs::create_dir(&around).unwrap();
    tree::git(&repository, &["worktree", "add", "--quiet", "../linked"]);
    tree::git(&around, &["init", "--quiet"]);
    let address = repository.to_str().unwrap();
    tree::git(
        &around,
        &["submodule", "add", "--quiet", address, "deep/sub"],
    );
    for directory in [
        repository.clone(),
        place.path().join("linked"),
        around.join("deep/sub"),
    ] {
        let before = contents(place.path());
        let ran = member
            .prepare(&["uv", "python3"], &[])
            .directory(&directory.join("py"))
            // As inside a git hook.
            .variable("GIT_DIR", "/nowhere")
            .run();
        for artifact in artifacts(&ran, 0) {
            assert_eq!(artifact["version"], "1.2.3", "{directory:?}: {ran:?}");
        }
        assert!(contents(place.path()) == before, "{directory:?}");
    }
}

/// A project, and a client of this name that is a shell script: what `uv --version` prints, and what it
/// does when it is to build.
fn check_with(name: &str, version: &str, build: &str) -> Ran {
    let project = Project::new(UV);
    let check = project.prepare(&[], &["--client", name]);
    let script = format!("case \"$*\" in *--version) {version};; *) {build};; esac");
    stand_in(&check.home().join("programs").join(name), &script);
    check.run()
}

#[track_caller]
fn is_no_artifact(ran: &Ran, said: &[&str]) {
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let error = &ran.json()["errors"][0];
    let text = format!("{} {}", error["message"], error["help"]);
    for said in said {
        assert!(text.contains(said), "{said} is not in {text}");
    }
}

#[test]
fn a_client_that_builds_nothing_is_told_of() {
    let ran = check_with("uv", "echo uv 0.4.9", "true");
    is_no_artifact(
        &ran,
        &[". needs uv 0.5 or later, and the uv that was found is 0.4.9"],
    );
    let ran = check_with("uv", "true", "true");
    is_no_artifact(&ran, &["and the uv that was found is of no known version"]);
    let ran = check_with("uv", "echo uv 1.0.0", "echo no backend >&2; exit 2");
    is_no_artifact(
        &ran,
        &["`uv build` failed in . (exit status: 2)", "no backend"],
    );
    let ran = check_with("poetry", "echo 2.0.0", "echo done");
    is_no_artifact(&ran, &["poetry reported success but packed no file"]);
    let project = Project::new(UV);
    let ran = project.check(&[], &["--client", "hatch"]);
    is_no_artifact(
        &ran,
        &[
            "hatch was not found, and it is what packs .",
            "install hatch",
        ],
    );
}

#[test]
fn where_nothing_can_build_what_to_install_is_told() {
    let project = Project::new(UV);
    let check = project.prepare(&[], &[]);
    // What a version manager leaves in the place of programs that it has in no version.
    for name in ["uv", "python3", "python", "pyproject-build"] {
        let path = check.home().join("programs").join(name);
        stand_in(&path, "echo command not found >&2; exit 127");
    }
    let said = [
        ". has no artifact in dist/, and no client that could build one was found",
        "install uv or build (`python3 -m pip install build`)",
        "Private :: Do Not Upload",
    ];
    is_no_artifact(&check.run(), &said);
}

#[test]
fn a_build_that_checks_its_project_does_not_go_on_for_ever() {
    let build = "\"$PACKWARDEN\" check --no-config . >&2; exit 1";
    let ran = check_with("uv", "echo uv 1.0.0", build);
    is_no_artifact(&ran, &["can't be built for a check from inside a build"]);
}

#[test]
fn a_tree_too_large_to_copy_is_refused() {
    let project = Project::new(UV);
    let huge = |path: &str| {
        project.write(path, "");
        let file = fs::File::options()
            .write(true)
            .open(project.root().join(path));
        file.unwrap().set_len(3 << 30).unwrap();
    };
    // Environments are left out where git ignores them.
    project.write(".venv/pyvenv.cfg", "");
    project.write(".venv/.gitignore", "*\n");
    huge(".venv/lib/model.bin");
    assert_eq!(
        artifacts(&project.check(&["uv", "python3"], &[]), 0).len(),
        2
    );
    huge("data/model.bin");
    let ran = project.check(&["uv", "python3"], &[]);
    is_no_artifact(
        &ran,
        &["holds more than 2 GiB", "build it yourself (`uv build`"],
    );
}

#[test]
fn every_member_of_a_workspace_is_checked() {
    let project = Project::new(UV);
    let root = "[tool.uv.workspace]\nmembers = [\"members/*\"]\nexclude = [\"members/old\"]\n";
    project.write("pyproject.toml", root);
    for name in ["one", "two", "old"] {
        let manifest = manifest(UV).replace("acme", name);
        project.write(&format!("members/{name}/pyproject.toml"), &manifest);
        project.write(&format!("members/{name}/README.md"), "");
        project.write(&format!("members/{name}/LICENSE"), "MIT\n");
        project.write(&format!("members/{name}/src/{name}/__init__.py"), "");
    }
    project.run(&["uv", "build", "--quiet", "--package", "one"]);
    let checked = |arguments: &[&str]| {
        let ran = project.check(&["uv", "python3"], arguments);
        let all = artifacts(&ran, 0).into_iter();
        let paths = all.map(|artifact| artifact["path"].as_str().unwrap().to_owned());
        let names = paths.map(|path| path.rsplit('/').next().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let one = ["one-1.0-py3-none-any.whl", "one-1.0.tar.gz"];
    let two = ["two-1.0-py3-none-any.whl", "two-1.0.tar.gz"];
    assert_eq!(checked(&["--workspace"]), [one, two].concat());
    assert_eq!(checked(&["--package", "Two"]), two);
    let ran = project.check(&["uv", "python3"], &["--package", "one"]);
    // What lies in the root's `dist/` is what is uploaded.
    assert_eq!(artifacts(&ran, 0)[0]["origin"], "given");
    is_no_artifact(&project.check(&["uv", "python3"], &[]), &["--workspace"]);
}
