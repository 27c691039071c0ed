//! Published packages of npm, fetched by the real npm from a registry on 127.0.0.1.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/npm_client.rs"]
mod npm_client;
#[path = "support/npm_registry.rs"]
mod npm_registry;
mod support;

use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    thread,
};

use npm_client::{Client, NPM_10, NPM_11, NPM_12};
use npm_registry::{TOKEN, closed, silent, start, tarball};
use packwarden::{
    ecosystem::{FetchError, Registry, registry},
    model::{Ecosystem, Spec},
};
use support::command::{Packwarden, packwarden, scrubbed};
use tempfile::TempDir;

/// The specs that [`fetch_what_is_asked`] fetches, and the file that it writes what became of them to.
const SPECS: &str = "FETCH_SPECS";
const TOLD: &str = "FETCH_TOLD";

/// A project with settings of its own.
struct Project {
    place: TempDir,
    url: String,
}

impl Project {
    fn new(url: &str, settings: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("package.json"), "{}").unwrap();
        let project = Self {
            place,
            url: url.to_owned(),
        };
        project.configure(settings);
        project
    }

    fn configure(&self, settings: &str) {
        let Self { place, url } = self;
        let cache = place.path().join("cache");
        let settings = format!(
            "registry={url}\nfetch-retries=0\ncache={}\n{settings}",
            cache.display()
        );
        fs::write(place.path().join(".npmrc"), settings).unwrap();
    }

    /// What becomes of these specs, in an environment that holds nothing of this machine's.
    fn fetch(&self, path: impl AsRef<std::ffi::OsStr>, specs: &[&str]) -> String {
        let told = self.place.path().join("told");
        let this = env::current_exe().unwrap();
        let mut program = scrubbed(this.to_str().unwrap())
            .arguments(&["--exact", "fetch_what_is_asked", "--ignored"])
            .directory(self.place.path())
            .variable("PATH", path)
            .variable("npm_config_globalconfig", "/nowhere")
            .variable("NO_PROXY", "127.0.0.1")
            .variable("no_proxy", "127.0.0.1")
            .variable(SPECS, specs.join("\n"))
            .variable(TOLD, &told);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
            program = program.variable(name, "http://127.0.0.1:9");
        }
        let ran = Packwarden::run(program);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let told = fs::read_to_string(told).unwrap();
        let digits = regex::Regex::new("[0-9a-f]{128}").unwrap();
        let told = digits.replace_all(&told, "…");
        told.replace(&self.url, "REGISTRY")
    }
}

/// Not a test of its own: it is run by the others, so that it has an environment of its own.
#[test]
#[ignore = "run by the others"]
fn fetch_what_is_asked() {
    let directory = env::current_dir().unwrap();
    let specs = env::var(SPECS).unwrap();
    let told = match registry(Ecosystem::Npm, &directory) {
        Ok(registry) => all(&*registry, &specs, &directory),
        Err(error) => format!("{error}\n"),
    };
    fs::write(env::var_os(TOLD).unwrap(), told).unwrap();
}

/// Fetches all at once.
fn all(registry: &dyn Registry, specs: &str, directory: &Path) -> String {
    thread::scope(|scope| {
        let one = |spec| scope.spawn(move || one(registry, spec, directory));
        let all: Vec<_> = specs.lines().map(one).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn one(registry: &dyn Registry, spec: &str, directory: &Path) -> String {
    let told = match spec.strip_prefix("versions ") {
        Some(name) => registry
            .versions(name)
            .map(|versions| versions.join(" ") + "\n"),
        None => release(registry, &spec.parse().unwrap(), directory),
    };
    match told {
        Ok(told) => format!("{spec}: {told}"),
        Err(error) => format!("{spec}: {error}\n"),
    }
}

fn release(registry: &dyn Registry, spec: &Spec, directory: &Path) -> Result<String, FetchError> {
    let release = registry.release(spec)?;
    let file = &release.files[0];
    let place = tempfile::tempdir_in(directory).unwrap();
    let fetched = registry.fetch(&release, file, place.path())?;
    let content = fs::read(&fetched).unwrap();
    let is_same = match file.integrity {
        Some(promised) => promised.of_same(&*content).unwrap() == promised,
        None => content == tarball(),
    };
    assert!(
        is_same && fetched == place.path().join(&file.name),
        "{file:?}"
    );
    let mut told = format!("{} {}", release.version, file.name);
    if let Some(why) = &release.withdrawn {
        told += &format!(" (deprecated: {why})");
    }
    for beside in &release.beside {
        told += &format!("\n  {}: {}", beside.name, beside.text.replace('\n', "\n  "));
    }
    Ok(told + "\n")
}

fn everything_is_told(npm: &Client) {
    let url = start();
    let host = url.trim_start_matches("http:");
    let settings = format!(
        "@acme:registry={url}/private/\n{host}/private/:_authToken={TOKEN}\n\
         @locked:registry={url}/locked/\n",
    );
    let project = Project::new(&url, &settings);
    let specs = [
        "versions good",
        "npm:good",
        "npm:good@1.1.0",
        "npm:good@next",
        "npm:good@>1.0.0 <2",
        "npm:good@^3",
        "npm:good@9.9.9",
        "npm:@acme/cli@1.0.0",
        "npm:@locked/cli@1.0.0",
        "npm:unhashed",
        "npm:unknown",
        "versions unknown",
        "npm:withdrawn@1.0.0",
        "npm:gone@1.0.0",
        "npm:odd-name",
        "npm:other-bytes",
        "npm:truncated",
        "npm:broken-off",
        "npm:without-tarball",
        "npm:without-file",
        "npm:without-versions",
        "npm:page",
        "npm:failing",
    ];
    let told = project.fetch(npm.path(), &specs);
    insta::allow_duplicates! {
        insta::assert_snapshot!(told, @r#"
        versions good: 1.0.0 1.1.0 2.0.0-rc.1
        npm:good: 1.0.0 good-1.0.0.tgz
          readme.md: # Good
          version-manifest.json: {
            "_resolved": "/home/jdoe/good.tgz",
            "name": "good",
            "version": "1.0.0"
          }
        npm:good@1.1.0: 1.1.0 good-1.1.0.tgz (deprecated: use 2)
          readme.md: # Good
          version-manifest.json: {
            "_resolved": "/home/jdoe/good.tgz",
            "deprecated": "use 2",
            "name": "good",
            "version": "1.1.0"
          }
        npm:good@next: 2.0.0-rc.1 good-2.0.0-rc.1.tgz
          readme.md: # Good
          version-manifest.json: {
            "_resolved": "/home/jdoe/good.tgz",
            "name": "good",
            "version": "2.0.0-rc.1"
          }
        npm:good@>1.0.0 <2: 1.1.0 good-1.1.0.tgz (deprecated: use 2)
          readme.md: # Good
          version-manifest.json: {
            "_resolved": "/home/jdoe/good.tgz",
            "deprecated": "use 2",
            "name": "good",
            "version": "1.1.0"
          }
        npm:good@^3: REGISTRY has no version npm:good@^3; the latest is 1.0.0
        npm:good@9.9.9: REGISTRY has no version npm:good@9.9.9; the latest is 1.0.0
        npm:@acme/cli@1.0.0: 1.0.0 acme-cli-1.0.0.tgz
          version-manifest.json: {
            "name": "private/@acme/cli",
            "version": "1.0.0"
          }
        npm:@locked/cli@1.0.0: REGISTRY/locked/ refuses npm:@locked/cli@1.0.0: 403 Forbidden - GET REGISTRY/locked/@locked%2fcli - no licence
        npm:unhashed: 1.0.0 unhashed-1.0.0.tgz
          version-manifest.json: {
            "name": "unhashed",
            "version": "1.0.0"
          }
        npm:unknown: REGISTRY has no package npm:unknown, or does not show it to you
        versions unknown: REGISTRY has no package npm:unknown, or does not show it to you
        npm:withdrawn@1.0.0: npm:withdrawn@1.0.0 was withdrawn from REGISTRY (published 2024-01-02T03:04:05.000Z)
        npm:gone@1.0.0: npm:gone@1.0.0 was withdrawn from REGISTRY (2024-01-02T03:04:05.000Z)
        npm:odd-name: REGISTRY gives no usable answer for npm:odd-name: `../../odd` is no version
        npm:other-bytes: the tarball of npm:other-bytes@1.0.0 is not what its registry says: it has sha512 …, and not sha512 …
        npm:truncated: the tarball of npm:truncated@1.0.0 is not what its registry says: it has sha512 …, and not sha512 …
        npm:broken-off: REGISTRY can't be reached for npm:broken-off@1.0.0: aborted
        npm:without-tarball: REGISTRY has npm:without-tarball@1.0.0, without any file
        npm:without-file: REGISTRY has npm:without-file, without any file
        npm:without-versions: REGISTRY gives no usable answer for npm:without-versions: its answer holds no versions
        npm:page: REGISTRY gives no usable answer for npm:page: invalid json response body at REGISTRY/page reason: Unexpected token '<', "<!doctype "... is not valid JSON
        npm:failing: REGISTRY gives no usable answer for npm:failing: 500 Internal Server Error - GET REGISTRY/failing
        "#);
    }
}

#[test]
fn npm_10_fetches_what_is_there_and_tells_what_is_not() {
    everything_is_told(&NPM_10);
}

#[test]
fn npm_11_fetches_what_is_there_and_tells_what_is_not() {
    everything_is_told(&NPM_11);
}

#[test]
fn npm_12_fetches_what_is_there_and_tells_what_is_not() {
    everything_is_told(&NPM_12);
}

#[test]
fn a_registry_that_knows_nobody_is_told_by_what_it_says() {
    let url = start();
    let project = Project::new(&url, &format!("@acme:registry={url}/private/\n"));
    let told = project.fetch(NPM_11.path(), &["npm:@acme/cli"]);
    let said = r"who \u{1b}[2Jare you?";
    assert_eq!(
        told,
        format!(
            "npm:@acme/cli: REGISTRY/private/ refuses npm:@acme/cli: 401 Unauthorized - \
             GET REGISTRY/private/@acme%2fcli - {said}\n"
        )
    );
}

#[test]
fn what_can_t_be_reached_is_told_and_the_rest_fetched() {
    let url = start();
    let (_listener, silent) = silent();
    let closed = closed().replace("http://", "");
    let settings = format!(
        "@silent:registry={silent}\n@closed:registry=http://me:hunter22@{closed}\n\
         fetch-timeout=2000\n",
    );
    let project = Project::new(&url, &settings);
    let specs = ["npm:@silent/cli", "npm:@closed/cli", "npm:unhashed"];
    let told = project.fetch(NPM_11.path(), &specs);
    let told = told.replace(&silent, "SILENT/");
    let told = told.replace(closed.trim_end_matches('/'), "CLOSED");
    insta::assert_snapshot!(told, @r#"
    npm:@silent/cli: SILENT/ can't be reached for npm:@silent/cli: network timeout at: SILENT/@silent%2fcli (fetch-timeout is 2000 ms, fetch-retries 0)
    npm:@closed/cli: http://CLOSED/ can't be reached for npm:@closed/cli: request to http://…@CLOSED/@closed%2fcli failed, reason: connect ECONNREFUSED CLOSED
    npm:unhashed: 1.0.0 unhashed-1.0.0.tgz
      version-manifest.json: {
        "name": "unhashed",
        "version": "1.0.0"
      }
    "#);
}

#[test]
fn what_npm_has_fetched_before_is_there_without_a_network() {
    let project = Project::new(&start(), "");
    project.fetch(NPM_11.path(), &["npm:unhashed"]);
    project.configure("offline=true\n");
    let told = project.fetch(NPM_11.path(), &["npm:unhashed", "npm:good"]);
    insta::assert_snapshot!(told, @r#"
    npm:unhashed: 1.0.0 unhashed-1.0.0.tgz
      version-manifest.json: {
        "name": "unhashed",
        "version": "1.0.0"
      }
    npm:good: REGISTRY can't be reached for npm:good: request to REGISTRY/good failed: cache mode is 'only-if-cached' but no cached response is available.
    "#);
}

#[test]
fn what_a_user_sets_the_age_of_is_not_called_missing() {
    let project = Project::new(&start(), "before=2019-01-01\n");
    let told = project.fetch(NPM_11.path(), &["npm:good@^1", "npm:good@1.0.0"]);
    let (age, exact) = told.split_once("npm:good@1.0.0").unwrap();
    assert!(
        age.contains("npm is configured to take nothing that came after 2019-01-01"),
        "{told}"
    );
    assert!(exact.starts_with(": 1.0.0 good-1.0.0.tgz"), "{told}");
}

/// The program itself, in an environment that holds nothing of this machine's.
fn audit(project: &Project, arguments: &[&str]) -> Packwarden {
    packwarden(&["audit", "--no-cache"])
        .arguments(arguments)
        .directory(project.place.path())
        .variable("PATH", NPM_11.path())
        .variable("npm_config_globalconfig", "/nowhere")
        .variable("NO_PROXY", "127.0.0.1")
}

#[test]
fn an_audit_searches_what_the_registry_shows_and_goes_on_after_what_it_has_not() {
    let project = Project::new(&start(), "");
    let specs = ["npm:unknown", "npm:told", "npm:withdrawn@1.0.0"];
    let ran = audit(&project, &specs)
        .arguments(&["--format", "json"])
        .run();
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let document = ran.json();
    let errors: Vec<_> = document["errors"].as_array().unwrap().iter().collect();
    assert!(
        errors.len() == 2 && errors.iter().all(|error| error["code"] == 3),
        "{errors:?}"
    );
    let artifacts = document["artifacts"].as_array().unwrap();
    assert!(
        artifacts.len() == 1 && artifacts[0]["origin"] == "published",
        "{artifacts:?}"
    );
    let findings = document["findings"].as_array().unwrap().iter();
    let paths: Vec<_> = findings.map(|finding| &finding["path"]).collect();
    assert!(
        paths
            .iter()
            .any(|path| *path == "!/registry/version-manifest.json"),
        "{document:#}"
    );
    let shown = audit(&project, &["npm:told"]).run();
    assert!(shown.stdout.contains("use \\u{1b}[2J2"), "{shown:?}");
}

#[test]
fn npm_does_not_outlive_an_audit_that_is_interrupted() {
    use rustix::process::{Pid, Signal, kill_process};
    let (listener, silent) = silent();
    let project = Project::new(&silent, "");
    let running = audit(&project, &["npm:a"]).start();
    let (mut asked, _) = listener.accept().unwrap();
    let id = Pid::from_raw(i32::try_from(running.child.id()).unwrap()).unwrap();
    kill_process(id, Signal::TERM).unwrap();
    let ran = running.wait();
    assert_ne!(ran.code, Some(0), "{ran:?}");
    // What npm has asked is there, and then nobody more.
    asked.read_to_end(&mut Vec::new()).unwrap();
}

/// A directory with a program in it that is called npm.
fn npm_that(does: &str) -> (TempDir, PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let program = place.path().join("npm");
    fs::write(&program, format!("#!/bin/sh\n{does}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = place.path().to_owned();
    (place, path)
}

#[test]
fn an_npm_that_another_program_chooses_is_asked_where_it_is() {
    let chosen = NPM_12.program_path();
    let (place, _) = npm_that(&format!("exec {} \"$@\"", chosen.display()));
    let path = env::split_paths(&env::var_os("PATH").unwrap()).collect::<Vec<_>>();
    let path = env::join_paths([place.path().to_owned()].into_iter().chain(path)).unwrap();
    // What would keep npm from running anything.
    let settings = "ignore-scripts=true\nworkspaces=true\n";
    let told = Project::new(&start(), settings).fetch(&path, &["npm:unhashed"]);
    assert!(
        told.starts_with("npm:unhashed: 1.0.0 unhashed-1.0.0.tgz"),
        "{told}"
    );
}

#[test]
fn without_an_npm_that_can_be_asked_nothing_is_fetched() {
    let project = Project::new("http://127.0.0.1:9", "");
    let empty = project.place.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert_eq!(
        project.fetch(&empty, &["npm:a"]),
        "npm was not found, and it is what fetches from its registry\n"
    );
    let (_silent, path) = npm_that("exit 0");
    let said = "what `npm exec -c …` answers in ";
    assert!(project.fetch(&path, &["npm:a"]).starts_with(said));
    // It finds node where this test does.
    let node = env::split_paths(&env::var_os("PATH").unwrap())
        .map(|directory| directory.join("node"))
        .find(|node| node.exists())
        .unwrap();
    let (_other, path) = npm_that(&format!("echo {}; echo $0", node.display()));
    let told = project.fetch(&path, &["npm:a"]);
    assert!(
        told.contains("npm in ") && told.contains("can't be asked for packages"),
        "{told}"
    );
    assert!(told.contains("Cannot find module"), "{told}");
}
