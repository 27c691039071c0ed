//! PyPI: what lies in `dist/` is what every client uploads.

use std::{fs, io, path::Path};

use super::{Entry, Error, Is, ManifestFile, Member, PackOptions, Packed, Project, toml_table};
use crate::model::Ecosystem;

pub(super) const ENTRY: Entry = Entry {
    ecosystem: Ecosystem::Pypi,
    manifests: &[
        ManifestFile {
            name: "pyproject.toml",
            read: pyproject,
        },
        ManifestFile {
            name: "setup.py",
            read: |_| Ok(Is::Project),
        },
        ManifestFile {
            name: "setup.cfg",
            read: setup_cfg,
        },
    ],
    // Any of them uploads what is there.
    clients: &[],
    name,
    members,
    together: false,
    pack,
};

/// Where backends put what they build, and clients look for what to upload.
const DIST: &str = "dist";
/// What PyPI takes; a wheel, and an sdist.
const SUFFIXES: [&str; 3] = [".whl", ".tar.gz", ".zip"];
/// PyPI refuses every classifier that begins so.
const PRIVATE: &str = "Private ::";

fn pyproject(manifest: &str) -> Result<Is, String> {
    let table = toml_table(manifest)?;
    let tool = |name: &str| table.get("tool").and_then(|tool| tool.get(name));
    let project = table.get("project").or(tool("poetry"));
    if project.is_none() && !table.contains_key("build-system") && tool("flit").is_none() {
        return Ok(Is::Nothing);
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
    let table = toml_table(manifest).ok()?;
    let poetry = || table.get("tool")?.get("poetry")?.get("name");
    let name = table.get("project").and_then(|project| project.get("name"));
    name.or_else(poetry)?.as_str().map(str::to_owned)
}

fn members(directory: &Path, _: &str, _: &PackOptions) -> Result<Vec<Member>, Error> {
    Ok(vec![Member {
        directory: directory.to_owned(),
        private: None,
    }])
}

fn pack(project: &Project, _: &PackOptions) -> Result<Vec<Packed>, Error> {
    let directory = project.root.join(DIST);
    let nothing = || Error::NothingBuilt {
        path: Error::shown(&directory),
    };
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => nothing(),
        _ => Error::unreadable(&directory, source),
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(&directory).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let text = name.to_string_lossy();
        if SUFFIXES.iter().any(|suffix| text.ends_with(suffix)) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(nothing());
    }
    names.sort();
    let made = names.into_iter().map(|name| {
        let file = directory.join(name);
        Packed {
            label: file.display().to_string(),
            file,
            root: project.root.clone(),
            packed_by: None,
            _directory: None,
        }
    });
    Ok(made.collect())
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
                Is::Other(_) | Is::Nothing => "nothing",
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
