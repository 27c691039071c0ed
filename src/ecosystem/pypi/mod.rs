//! PyPI: what lies in `dist/` is what every client uploads; where nothing does, what a client builds.
//!
//! Backends write into the tree that they build, and so a build for a check runs in a private copy. A
//! client is one line in [`CLIENTS`].

mod build;
mod choice;
mod clients;
mod copy;
mod dist;
mod fetch;
mod project;
mod registry;
mod workspace;

use std::path::{Path, PathBuf};

use super::{Entry, Error, Is, ManifestFile, PackOptions, Packed, Project, toml_table};
use crate::model::{Ecosystem, read_text_file};
pub use dist::{artifacts_in, is_artifact, newest_in};
pub(super) use fetch::registry as published;
use project::PYPROJECT;

pub(super) const ENTRY: Entry = Entry {
    ecosystem: Ecosystem::Pypi,
    manifests: &[
        ManifestFile {
            name: PYPROJECT,
            read: pyproject,
        },
        ManifestFile {
            name: "setup.py",
            read: |_| Ok(Is::Project),
        },
        ManifestFile {
            name: project::SETUP_CFG,
            read: setup_cfg,
        },
    ],
    clients: &clients::NAMES,
    name,
    members: workspace::members,
    together: false,
    pack,
};

/// PyPI refuses every classifier that begins so.
const PRIVATE: &str = "Private ::";

fn pyproject(manifest: &str) -> Result<Is, String> {
    let table = toml_table(manifest)?;
    let tool = |name: &str| table.get("tool").and_then(|tool| tool.get(name));
    let project = table.get("project").or(tool("poetry"));
    if project.is_none() && !table.contains_key("build-system") && tool("flit").is_none() {
        let workspace = tool("uv").and_then(|uv| uv.get("workspace"));
        return Ok(match workspace {
            Some(_) => Is::Other("the manifest of a workspace without a package of its own"),
            None => Is::Nothing,
        });
    }
    let classifiers = project.and_then(|project| project.get("classifiers"));
    let mut classifiers = classifiers
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten();
    let is_private = |value: &toml::Value| value.as_str().is_some_and(|v| v.starts_with(PRIVATE));
    let package = tool("uv").and_then(|uv| uv.get("package"));
    Ok(match package {
        _ if classifiers.any(is_private) => Is::Private("it has a classifier `Private :: …`"),
        Some(toml::Value::Boolean(false)) => Is::Private("it says `package = false`"),
        _ => Is::Project,
    })
}

/// Where setuptools is told all but what runs; other tools keep their settings there too.
fn setup_cfg(manifest: &str) -> Result<Is, String> {
    let has_metadata = manifest.lines().any(|line| line.trim() == "[metadata]");
    Ok(match has_metadata {
        true => Is::Project,
        false => Is::Nothing,
    })
}

fn name(manifest: &str) -> Option<String> {
    project::name(&toml_table(manifest).ok()?)
}

fn pack(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    Ok(bound(files(project, options)?, &project.manifest))
}

/// Artifacts that are uploaded as they lie there, from a directory of the project in `root`.
///
/// # Errors
///
/// When one is no file, or a workspace can't be read.
pub fn built(root: &Path, files: &[PathBuf]) -> Result<Vec<Packed>, Error> {
    let manifest = read_text_file(&root.join(PYPROJECT)).unwrap_or_default();
    Ok(bound(dist::built(root, files)?, &manifest))
}

/// The same, with where a project of this manifest would go.
fn bound(mut packed: Vec<Packed>, manifest: &str) -> Vec<Packed> {
    let destination = registry::destination(manifest);
    for packed in &mut packed {
        packed.destination = Some(destination.clone());
    }
    packed
}

/// Whether nothing lies in `dist/`.
pub(super) fn must_be_built(root: &Path) -> Result<bool, Error> {
    Ok(dist::given(root)?.is_empty())
}

/// What lies in `dist/`, or what is built.
fn files(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    if options.build_only {
        return build::build(project, options);
    }
    let mut given = dist::given(&project.root)?;
    let left_over = dist::left_over(&project.root)?;
    if given.is_empty() || options.build {
        let built = build::build(project, options)?;
        match given.is_empty() {
            true => given = built,
            false => dist::compare(&mut given, &built),
        }
    }
    given.extend(left_over);
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pyproject_with_a_project_is_one() {
        for (manifest, expected) in [
            ("[project]\nname = 'a'", "project"),
            ("[build-system]\nrequires = []", "project"),
            ("[tool.poetry]\nname = 'a'", "project"),
            ("[tool.ruff]\nline-length = 100", "nothing"),
            ("[tool.uv.workspace]\nmembers = []", "other"),
            ("", "nothing"),
            (
                "[project]\nclassifiers = ['Private :: Do Not Upload']",
                "private",
            ),
            ("[tool.poetry]\nclassifiers = ['Private :: No']", "private"),
            ("[project]\n[tool.uv]\npackage = false", "private"),
            ("[project]\n[tool.uv]\npackage = true", "project"),
        ] {
            let is = match pyproject(manifest).unwrap() {
                Is::Project => "project",
                Is::Private(_) => "private",
                Is::Other(_) => "other",
                Is::Nothing => "nothing",
            };
            assert_eq!(is, expected, "{manifest}");
        }
        assert!(pyproject("[project").is_err());
    }

    #[test]
    fn a_setup_cfg_with_metadata_is_a_project() {
        assert!(matches!(
            setup_cfg("[metadata]\nname = a\n"),
            Ok(Is::Project)
        ));
        assert!(matches!(setup_cfg("[flake8]\n"), Ok(Is::Nothing)));
    }
}
