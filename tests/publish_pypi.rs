//! `packwarden publish` around the real clients of PyPI: what arrives at the registry is what was checked, or
//! nothing is.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/python_client.rs"]
mod python_client;
mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::channel,
};

use packwarden::model::Sha256;
use python_client::{Registry, beside, stand_in};
use support::{
    command::{Packwarden, Ran, packwarden, scrubbed},
    loopback::serve,
    tree,
};
use tempfile::TempDir;

const WHEEL: &str = "dist/acme-1.0-py3-none-any.whl";
const SDIST: &str = "dist/acme-1.0.tar.gz";
const UV: &str = "requires = [\"uv_build==0.13.6\"]\nbuild-backend = \"uv_build\"\n";
const POETRY: &str =
    "requires = [\"poetry-core==2.5.0\"]\nbuild-backend = \"poetry.core.masonry.api\"\n";
/// A backend in the project itself: PDM asks the registry of packages for any other.
const OWN: &str = "requires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n";
const BACKEND: &str = r#"
import base64, glob, hashlib, io, os, tarfile, zipfile
METADATA = b"Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nSummary: An example\nLicense: MIT\n"
def files(*patterns):
    paths = [path for pattern in patterns for path in glob.glob(pattern) if os.path.isfile(path)]
    return {path: open(path, "rb").read() for path in paths}
def build_wheel(directory, settings=None, metadata=None):
    wheel = b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    told, record = "acme-1.0.dist-info/", ""
    members = {name[4:]: content for name, content in files("src/acme/*.*", "src/acme/*/*").items()} | {told + "METADATA": METADATA, told + "WHEEL": wheel}
    for name, content in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        record += f"{name},sha256={digest},{len(content)}\n"
    members[told + "RECORD"] = (record + told + "RECORD,,\n").encode()
    with zipfile.ZipFile(directory + "/acme-1.0-py3-none-any.whl", "w") as made:
        for name, content in members.items(): made.writestr(name, content)
    return "acme-1.0-py3-none-any.whl"
def build_sdist(directory, settings=None):
    with tarfile.open(directory + "/acme-1.0.tar.gz", "w:gz", format=tarfile.USTAR_FORMAT) as made:
        for name, content in (files("*.py", "*.toml", "src/acme/*.*", "src/acme/*/*") | {"PKG-INFO": METADATA}).items():
            member = tarfile.TarInfo("acme-1.0/" + name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return "acme-1.0.tar.gz"
"#;
const MATURIN: &str = "requires = [\"maturin==1.16.0\"]\nbuild-backend = \"maturin\"\n\
    [tool.maturin]\nbindings = \"bin\"\n[tool.maturin.sbom]\nrust = false\n";

struct Project {
    place: TempDir,
    registry: Registry,
}

impl Project {
    /// Without anything that was built.
    fn new(backend: &str) -> Self {
        let project = Self {
            place: tempfile::tempdir().unwrap(),
            registry: Registry::start(),
        };
        project.write("pyproject.toml", manifest("acme", "1.0", backend));
        project.write("README.md", "# Acme\n");
        project.write("LICENSE", "MIT\n");
        project.write("src/acme/__init__.py", "\"\"\"An example\"\"\"\n\nx = 1\n");
        project
    }

    /// With a `dist/` as `uv build` leaves it.
    fn built() -> Self {
        let project = Self::new(UV);
        project.build();
        project
    }

    fn build(&self) {
        let ran = beside(&["uv", "python3"], scrubbed("uv").arguments(&["build"]));
        let ran = ran.directory(self.root()).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        // PDM and twine take it for an artifact.
        let _ = fs::remove_file(self.root().join("dist/.gitignore"));
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        tree::write(self.root(), path, text);
    }

    fn prepare(&self, line: &[&str]) -> Packwarden {
        let ours = packwarden(&["publish", "--no-config", "--"]).arguments(line);
        let all = [
            "python3", "twine", "uv", "hatch", "poetry", "pdm", "flit", "maturin",
        ];
        beside(&all, self.registry.alone(ours)).directory(self.root())
    }

    fn publish(&self, line: &[&str]) -> Ran {
        self.prepare(line).run()
    }

    /// The names and hashes of what lies in `dist/`, in order of the names.
    fn dist(&self) -> Vec<(String, String)> {
        let files = contents(&self.root().join("dist")).into_iter();
        let hashed = |(path, content): (PathBuf, Vec<u8>)| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, Sha256::of(&content).to_string())
        };
        files.map(hashed).collect()
    }

    #[track_caller]
    fn publishes(&self, line: &[&str]) -> Vec<(String, String)> {
        let ran = self.publish(line);
        let uploads = self.registry.uploads();
        assert_eq!(ran.code, Some(0), "{line:?}: {ran:?}");
        assert!(!uploads.is_empty(), "{line:?}: {ran:?}");
        for (name, hash) in &uploads {
            let said = format!(" gets {name}, sha256 {hash}\n");
            assert!(ran.stderr.contains(&said), "{said}: {ran:?}");
        }
        uploads
    }

    #[track_caller]
    fn publishes_nothing(&self, line: &[&str], code: i32, said: &str) {
        self.uploads_nothing(&self.publish(line), code, said);
    }

    #[track_caller]
    fn uploads_nothing(&self, ran: &Ran, code: i32, said: &str) {
        assert_eq!(self.registry.uploads(), [], "{ran:?}");
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

fn manifest(name: &str, version: &str, backend: &str) -> String {
    format!(
        "[project]\nname = \"{name}\"\nversion = \"{version}\"\ndescription = \"An example\"\n\
         readme = \"README.md\"\nlicense = \"MIT\"\nlicense-files = [\"LICENSE\"]\n\
         requires-python = \">=3.8\"\n\
         authors = [{{ name = \"A\", email = \"a@example.com\" }}]\n[build-system]\n{backend}"
    )
}

/// The files in a directory, and below it.
fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut waiting) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => waiting.push(path),
                false => drop(found.insert(path.clone(), fs::read(path).unwrap())),
            }
        }
    }
    found
}

/// How each client uploads what lies in `dist/`.
const READY: [&[&str]; 8] = [
    &["twine", "upload", "--non-interactive", "dist/*"],
    &[
        "python3",
        "-m",
        "twine",
        "upload",
        WHEEL,
        SDIST,
        "--verbose",
    ],
    &["uv", "publish"],
    &["uv", "-q", "publish", WHEEL, "dist/*.gz"],
    &["hatch", "publish", "-n"],
    &["poetry", "publish", "-n", "--repository=local"],
    &["pdm", "publish", "--no-build"],
    &["maturin", "upload", "--non-interactive", WHEEL, SDIST],
];

#[test]
fn what_lies_ready_is_uploaded_as_it_was_checked() {
    let project = Project::built();
    project.write("dist/acme-0.9/notes.txt", "no client looks here");
    fs::remove_dir_all(project.root().join("dist/acme-0.9")).unwrap();
    let before = contents(project.root());
    for line in READY {
        assert_eq!(project.publishes(line), project.dist(), "{line:?}");
        let mut after = contents(project.root());
        after.retain(|path, _| !path.ends_with(".pdm-python"));
        let venv = project.root().join(".venv");
        after.retain(|path, _| !path.starts_with(&venv));
        assert_eq!(after, before, "{line:?}");
    }
}

#[test]
fn of_what_leaks_nothing_is_uploaded() {
    let project = Project::new(UV);
    project.write("src/acme/.env", "A=1\n");
    project.build();
    for line in READY {
        project.publishes_nothing(line, 1, "env-file");
    }
}

#[test]
fn if_one_leaks_none_is_uploaded() {
    let project = Project::built();
    let wheel = fs::read(project.root().join(WHEEL)).unwrap();
    project.write("src/acme/.env", "A=1\n");
    project.build();
    project.write(WHEEL, wheel);
    for line in READY {
        project.publishes_nothing(line, 1, "acme-1.0/src/acme/.env");
    }
}

#[test]
fn what_is_built_is_checked_before_it_is_uploaded() {
    for (backend, line) in [
        (
            POETRY,
            &["poetry", "publish", "--build", "-n", "-r", "local"][..],
        ),
        (OWN, &["pdm", "publish"]),
        (MATURIN, &["maturin", "publish", "--non-interactive"]),
    ] {
        let project = Project::new(backend);
        if backend == OWN {
            project.write("backend.py", BACKEND);
        }
        if backend == MATURIN {
            project.write("src/main.rs", "fn main() {}\n");
            let package = "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nedition = \"2021\"\npublish = false\n[workspace]\n";
            project.write("Cargo.toml", package);
            let lock = "version = 4\n\n[[package]]\nname = \"acme\"\nversion = \"1.0.0\"\n";
            project.write("Cargo.lock", lock);
        }
        // What lies there from before is not what is uploaded, and stays.
        project.write(SDIST, "old");
        let uploads = project.publishes(line);
        assert_eq!(uploads.len(), 2, "{uploads:?}");
        assert_eq!(
            project.dist(),
            [(SDIST.replace("dist/", ""), Sha256::of(b"old").to_string())]
        );

        project.write("src/acme/key.d/id_ed25519", "x\n");
        project.publishes_nothing(line, 1, "id_ed25519");
    }
}

#[test]
fn what_else_lies_in_dist_is_checked_too() {
    let project = Project::built();
    project.write("pyproject.toml", manifest("other", "2.0", UV));
    project.write("src/other/__init__.py", "");
    project.build();
    let foreign = "is of `acme`, not of `other`";
    for line in [
        &["uv", "publish"][..],
        &["twine", "upload", "dist/*"],
        &["hatch", "publish", "-n"],
        &["pdm", "publish", "--no-build"],
    ] {
        project.publishes_nothing(line, 1, foreign);
    }
    // Also from elsewhere.
    let file = project.root().join(WHEEL);
    let elsewhere = tempfile::tempdir().unwrap();
    let line = ["twine", "upload", file.to_str().unwrap()];
    let ran = project.prepare(&line).directory(elsewhere.path()).run();
    project.uploads_nothing(&ran, 1, foreign);
    // Poetry takes its own and nothing else.
    let own = project.publishes(&["poetry", "publish", "-n", "-r", "local"]);
    assert!(own.iter().all(|(name, _)| name.starts_with("other-2.0")) && own.len() == 2);
}

#[test]
fn of_several_versions_poetry_uploads_the_newest() {
    let project = Project::built();
    project.write("pyproject.toml", manifest("acme", "1.10", UV));
    project.build();
    let newest = project.publishes(&["poetry", "publish", "-n", "-r", "local"]);
    let names: Vec<_> = newest.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["acme-1.10-py3-none-any.whl", "acme-1.10.tar.gz"]);
}

/// A client that is not what it seems changes what lies there, but it was not told of that.
#[test]
fn what_is_swapped_after_the_check_is_not_uploaded() {
    let project = Project::built();
    let checked = project.dist();
    let ours = project.prepare(&["twine", "upload", "dist/*"]);
    let real = fs::read_to_string(ours.home().join("programs/twine")).unwrap();
    let real = real.lines().last().unwrap();
    stand_in(
        &ours.home().join("programs/twine"),
        &format!("for file in dist/*; do echo swapped > \"$file\"; done; {real}"),
    );
    let ran = ours.run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(project.registry.uploads(), checked);
    assert_ne!(project.dist(), checked);
}

#[test]
fn the_exit_code_is_that_of_the_client() {
    let project = Project::built();
    for (end, code) in [("exit 0", 0), ("exit 17", 17), ("kill -9 $$", 137)] {
        let ours = project.prepare(&["twine", "upload", "dist/*"]);
        stand_in(&ours.home().join("programs/twine"), end);
        assert_eq!(ours.run().code, Some(code), "{end}");
    }
    let ours = project.prepare(&["twine", "upload", "dist/*"]);
    fs::remove_file(ours.home().join("programs/twine")).unwrap();
    project.uploads_nothing(&ours.run(), 3, "twine was not found");
}

/// The client is told what it would be told, but for its files.
#[test]
fn flags_reach_the_client_untouched() {
    let project = Project::built();
    let line = ["-r", "a b", "--comment=x y", "-p", "$HOME", "--sign"];
    let line = [
        &["twine", "upload", "--no-color"],
        &line[..],
        &["--", WHEEL],
    ]
    .concat();
    let ours = project.prepare(&line);
    let told = project.root().join("told");
    let script = format!(
        "pwd -P > '{0}'; printf '%s\\n' \"$@\" >> '{0}'",
        told.display()
    );
    stand_in(&ours.home().join("programs/twine"), &script);
    let ran = ours.run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let told = fs::read_to_string(told).unwrap();
    let here = project.root().canonicalize().unwrap();
    let expected = format!(
        "{}\nupload\n--no-color\n-r\na b\n--comment=x y\n-p\n$HOME\n--sign\n",
        here.display()
    );
    let file = told
        .strip_prefix(&expected)
        .unwrap_or_else(|| panic!("{told}"));
    assert!(file.starts_with('/') && file.lines().count() == 1, "{file}");
    assert!(file.ends_with("/acme-1.0-py3-none-any.whl\n"), "{file}");
}

/// A project that is to go to a registry of one's own goes nowhere else.
#[test]
fn where_it_goes_is_checked_too() {
    let project = Project::built();
    let at = |url: &str| format!("[publish]\nregistries = [\"{url}\"]\n");
    let upload = |line: &[&str]| {
        let ours = packwarden(&["publish", "--"]).arguments(line);
        let ours = beside(&[line[0], "python3"], project.registry.alone(ours));
        ours.directory(project.root()).run()
    };
    project.write("packwarden.toml", at("https://pypi.acme.internal/"));
    for line in [&["twine", "upload", "dist/*"][..], &["uv", "publish"]] {
        let ran = upload(line);
        project.uploads_nothing(&ran, 1, "unexpected-registry");
    }
    project.write("packwarden.toml", at(&project.registry.url));
    for line in [
        &["twine", "upload", "dist/*", "-r", "other"][..],
        &["uv", "publish", "--publish-url", &project.registry.url],
    ] {
        let ran = upload(line);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(project.registry.uploads(), project.dist());
    }
}

/// uv leaves what it builds of a workspace in one place, beside a manifest that is of no package.
#[test]
fn of_a_workspace_each_member_is_checked_as_itself() {
    let project = Project::new(UV);
    project.write(
        "pyproject.toml",
        "[tool.uv.workspace]\nmembers = [\"members/*\"]\n",
    );
    for name in ["acme", "other"] {
        let member = format!("members/{name}");
        project.write(
            &format!("{member}/pyproject.toml"),
            manifest(name, "1.0", UV),
        );
        project.write(&format!("{member}/README.md"), "");
        project.write(&format!("{member}/LICENSE"), "MIT\n");
        project.write(&format!("{member}/src/{name}/__init__.py"), "");
    }
    let build = scrubbed("uv").arguments(&["build", "--quiet", "--all-packages"]);
    let ran = beside(&["uv", "python3"], build).directory(project.root());
    assert_eq!(ran.run().code, Some(0));
    fs::remove_file(project.root().join("dist/.gitignore")).unwrap();
    assert_eq!(project.publishes(&["uv", "publish"]), project.dist());
    assert_eq!(project.dist().len(), 4);
    // One that is no longer for publishing.
    let private = manifest("other", "1.0", UV).replace(
        "[build",
        "classifiers = [\"Private :: Do Not Upload\"]\n[build",
    );
    project.write("members/other/pyproject.toml", private);
    let said = "is of `other`, not of `acme`";
    project.publishes_nothing(&["uv", "publish"], 1, said);
    project.publishes_nothing(&["uv", "publish", "--directory", "."], 1, said);
}

#[test]
fn what_can_not_be_followed_is_refused() {
    let project = Project::built();
    let secret = ["hunter", "22"].concat();
    let attached = format!("-p{secret}");
    for (line, said) in [
        (
            &["flit", "publish"][..],
            "type `flit build`, and then `packwarden publish -- twine upload dist/*`",
        ),
        (&["twine", "check", "dist/*"], "it does not upload"),
        (&["twine"], "give `twine upload`"),
        (&["uv", "build"], "give `uv publish`"),
        (
            &["twine", "upload", "--odd", WHEEL],
            "`--odd` is not known here",
        ),
        (
            &["twine", "upload", WHEEL, "--odd=1"],
            "`--odd` is not known here",
        ),
        (
            &["twine", "upload", "--skip", WHEEL],
            "`--skip` is not known here",
        ),
        (&["twine", "upload", WHEEL, "-r"], "`-r` has no value"),
        (
            &["hatch", "publish", "-u", "--repo", WHEEL],
            "`-u` has no value",
        ),
        (
            &["hatch", "publish", "-p", "plugin"],
            "`-p` is not known here",
        ),
        (
            &["maturin", "publish", "--features", "x"],
            "`--features` is not known here",
        ),
        (
            &["twine", "upload", WHEEL, &attached],
            "what begins with `-p` is not known here",
        ),
        (
            &["uvx", "--from", "twine", "twine", "upload"],
            "which client it starts",
        ),
        (&["python3", "setup.py", "upload"], "which client it starts"),
        (&["uv", "run", "release.py"], "it does not upload"),
        (
            &["poetry", "run", "twine", "upload", WHEEL],
            "it does not upload",
        ),
        (
            &["sh", "-c", "twine upload dist/*"],
            "what it uploads is not known here",
        ),
        (&["twine", "upload", "dist"], "dist is a directory"),
        (&["twine", "upload", "*/acme*"], "a pattern for directories"),
        (&["poetry", "publish", WHEEL], "poetry takes no files there"),
    ] {
        let ran = project.publish(line);
        project.uploads_nothing(&ran, 2, said);
        assert!(!ran.stderr.contains(&secret), "{}", ran.stderr);
    }
    let ours = project
        .prepare(&["hatch", "publish"])
        .variable("HATCH_PROJECT", "x");
    project.uploads_nothing(&ours.run(), 2, "HATCH_PROJECT is set");
}

#[test]
fn where_nothing_lies_nothing_is_uploaded() {
    let project = Project::new(UV);
    project.write("dist/.gitignore", "*\n");
    for line in [
        &["twine", "upload"][..],
        &["twine", "upload", "dist/*.whl"],
        &["twine", "upload", WHEEL],
        &["twine", "upload", ""],
        &["uv", "publish"],
        &["uv", "publish", "dist/.gitignore"],
        &["hatch", "publish"],
        &["poetry", "publish"],
        &["pdm", "publish", "--no-build"],
        &["maturin", "upload"],
    ] {
        let ran = project.publish(line);
        assert_eq!(project.registry.uploads(), [], "{line:?}");
        assert!(matches!(ran.code, Some(2 | 3)), "{line:?}: {ran:?}");
    }
    project.write("dist/notes.txt", "no artifact");
    project.publishes_nothing(&["twine", "upload", "dist/*.txt"], 4, "notes.txt");
}

#[test]
fn signatures_and_attestations_go_with_their_artifacts() {
    let project = Project::built();
    let (sender, bodies) = channel();
    let url = serve(move |request| {
        if request.method == "POST" {
            sender.send(request.body.clone()).unwrap();
        }
        ("200 OK", "{}".to_owned())
    });
    let signature = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n";
    let attestation = r#"{"version":1,"envelope":{"a":"b"},"verification_material":{}}"#;
    for file in [WHEEL, SDIST] {
        project.write(&format!("{file}.asc"), signature);
        project.write(&format!("{file}.publish.attestation"), attestation);
    }
    let has = |body: &[u8], name: &str| {
        let name = format!("name=\"{name}\"");
        body.windows(name.len())
            .any(|window| window == name.as_bytes())
    };
    let publish = |line: &[&str]| {
        let ours = project.prepare(line).variable("TWINE_REPOSITORY_URL", &url);
        let ours = ours.variable("UV_PUBLISH_URL", &url);
        (
            ours.variable("PDM_PUBLISH_REPO", &url).run(),
            bodies.try_iter().collect::<Vec<_>>(),
        )
    };
    for (line, signed, attested) in [
        (
            &["twine", "upload", "--attestations", "dist/*"][..],
            true,
            true,
        ),
        (&["uv", "publish"], false, true),
    ] {
        let (ran, bodies) = publish(line);
        assert_eq!((ran.code, bodies.len()), (Some(0), 2), "{ran:?}");
        for body in bodies {
            assert_eq!(has(&body, "gpg_signature"), signed, "{line:?}");
            assert_eq!(has(&body, "attestations"), attested, "{line:?}");
        }
    }
    fs::remove_file(project.root().join(format!("{WHEEL}.publish.attestation"))).unwrap();
    fs::remove_file(project.root().join(format!("{SDIST}.publish.attestation"))).unwrap();
    let (ran, bodies) = publish(&["pdm", "publish", "--no-build"]);
    assert_eq!((ran.code, bodies.len()), (Some(0), 2), "{ran:?}");
    assert!(bodies.iter().all(|body| has(body, "gpg_signature")));

    let key = signature.replace("SIGNATURE", "PRIVATE KEY BLOCK");
    project.write(&format!("{WHEEL}.asc"), key);
    for line in [
        &["twine", "upload", "dist/*"][..],
        &["pdm", "publish", "--no-build"],
    ] {
        let (ran, bodies) = publish(line);
        assert_eq!((ran.code, bodies.len()), (Some(4), 0), "{ran:?}");
        assert!(ran.stderr.contains("is not one PGP signature"), "{ran:?}");
    }
}

/// Killed while the client builds, nothing is uploaded; while it uploads, what was checked is.
#[test]
fn a_kill_lets_nothing_unchecked_through() {
    let project = Project::built();
    let checked = project.dist();
    let fifos = tempfile::tempdir().unwrap();
    let [reached, go_on, ended] = ["reached", "go-on", "ended"].map(|name| {
        let path = fifos.path().join(name);
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        path
    });
    for (line, when, expected) in [
        (&["twine", "upload", "dist/*"][..], "upload", &checked[..]),
        (
            &["poetry", "publish", "--build", "-n", "-r", "local"],
            "build",
            &[],
        ),
    ] {
        let ours = project.prepare(line);
        let program = ours.home().join("programs").join(line[0]);
        let real = fs::read_to_string(&program).unwrap();
        let real = real.lines().last().unwrap();
        let here = real.replace("exec ", "");
        let [reached, go_on, ended] = [&reached, &go_on, &ended].map(|path| path.display());
        let waiting = format!("echo > {reached}; read line < {go_on}; {here}; echo > {ended}");
        let script = format!("case \"$1\" in {when}) {waiting};; *) {real};; esac");
        stand_in(&program, &script);
        let mut running = ours.start();
        fs::read(reached.to_string()).unwrap();
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        // Nobody changes what was checked now, for it lies elsewhere.
        project.write(WHEEL, "swapped");
        fs::write(go_on.to_string(), "\n").unwrap();
        fs::read(ended.to_string()).unwrap();
        assert_eq!(project.registry.uploads(), expected);
    }
}
