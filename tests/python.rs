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
    process::Command,
    time::SystemTime,
};

use python_client::{beside, stand_in};
use serde_json::Value;
use support::command::{Packwarden, Ran, packwarden, scrubbed};
use tempfile::TempDir;

/// A backend: what a project requires of it, and its module.
#[derive(Clone, Copy)]
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
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
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

    /// Everything in the project: when it was written, and what it holds.
    fn contents(&self) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
        let (mut found, mut waiting) = (BTreeMap::new(), vec![self.root().to_owned()]);
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
