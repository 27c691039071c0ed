//! What a manifest in a project says of licence and destination.

use std::path::Path;

use serde_json::Value;
use toml::Table;

use super::{Error, edit::json, plan::text_of};
use crate::model::{Access, Ecosystem, Manifest};

/// Reads the manifest of the project in a directory.
pub(super) fn manifest(directory: &Path, ecosystem: Ecosystem) -> Result<Manifest, Error> {
    let read = |name: &str| Ok::<_, Error>(text_of(&directory.join(name))?.unwrap_or_default());
    Ok(match ecosystem {
        Ecosystem::Npm => npm(&json::read(&read("package.json")?).unwrap_or_default()),
        Ecosystem::Crates => {
            let own = table(&read("Cargo.toml")?);
            crates(&own, &workspace_of(directory)?)
        }
        Ecosystem::Pypi => pypi(&table(&read("pyproject.toml")?), &read("setup.cfg")?),
    })
}

fn table(text: &str) -> Table {
    toml::from_str(text).unwrap_or_default()
}

fn npm(manifest: &Value) -> Manifest {
    let text = |value: Option<&Value>, key| {
        let value = value?;
        let inner = value.get(key).unwrap_or(value);
        inner.as_str().map(str::to_owned)
    };
    let publish = |key| text(Some(manifest.get("publishConfig")?.get(key)?), "");
    Manifest {
        name: text(manifest.get("name"), ""),
        license: text(manifest.get("license"), "type"),
        repository: text(manifest.get("repository"), "url"),
        private: manifest.get("private") == Some(&Value::Bool(true)),
        lists_files: manifest.get("files").is_some(),
        registry: publish("registry"),
        access: publish("access").as_deref().and_then(Access::called),
        ..Manifest::default()
    }
}

/// The nearest manifest above that has a `[workspace]`, from which a crate may take its fields.
fn workspace_of(directory: &Path) -> Result<Table, Error> {
    for above in directory.ancestors() {
        let Some(text) = text_of(&above.join("Cargo.toml"))? else {
            continue;
        };
        if let Some(toml::Value::Table(workspace)) = table(&text).remove("workspace") {
            return Ok(workspace);
        }
    }
    Ok(Table::new())
}

fn crates(manifest: &Table, workspace: &Table) -> Manifest {
    let package = manifest.get("package");
    let shared = workspace.get("package");
    let field = |key: &str| {
        let own = package?.get(key)?;
        match own.get("workspace") {
            Some(_) => shared?.get(key),
            None => Some(own),
        }
    };
    let text = |key: &str| field(key)?.as_str().map(str::to_owned);
    let registries = field("publish").and_then(toml::Value::as_array);
    Manifest {
        name: text("name"),
        license: text("license").or_else(|| Some(format!("in the file {}", text("license-file")?))),
        repository: text("repository"),
        lists_files: field("include").is_some(),
        registry: match registries.map(Vec::as_slice) {
            Some([only]) => only.as_str().map(str::to_owned),
            _ => None,
        },
        ..Manifest::default()
    }
}

fn pypi(manifest: &Table, setup: &str) -> Manifest {
    let tool = |name: &str| manifest.get("tool")?.get(name);
    let project = manifest.get("project").or(tool("poetry"));
    let field = |key: &str| project?.get(key);
    let text = |value: &toml::Value| value.as_str().map(str::to_owned);
    let classifiers = field("classifiers").and_then(toml::Value::as_array);
    let mut classifiers = classifiers
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str);
    let by_classifier = classifiers.find_map(|one| one.strip_prefix("License :: "));
    let by_text = field("license").and_then(|license| {
        let named = license.get("text").or(license.get("file"));
        text(named.unwrap_or(license))
    });
    let mut lines = setup.lines().filter_map(|line| line.split_once('='));
    let in_setup = lines
        .find(|(key, _)| key.trim() == "license")
        .map(|(_, value)| value.trim());
    let addresses = field("urls").or(field("repository"));
    Manifest {
        name: field("name").and_then(text),
        license: by_text.or_else(|| by_classifier.or(in_setup).map(str::to_owned)),
        repository: addresses.map(ToString::to_string),
        ..Manifest::default()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn licences_are_read_wherever_they_stand() {
        let place = tempfile::tempdir().unwrap();
        let member = place.path().join("a");
        fs::create_dir(&member).unwrap();
        let workspace = "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nlicense = \"MIT\"\n";
        fs::write(place.path().join("Cargo.toml"), workspace).unwrap();
        for (ecosystem, name, text, licence) in [
            (
                Ecosystem::Npm,
                "package.json",
                r#"{"license": {"type": "ISC"}}"#,
                Some("ISC"),
            ),
            (
                Ecosystem::Crates,
                "Cargo.toml",
                "[package]\nlicense.workspace = true",
                Some("MIT"),
            ),
            (
                Ecosystem::Crates,
                "Cargo.toml",
                "[package]\nlicense = \"0BSD\"",
                Some("0BSD"),
            ),
            (
                Ecosystem::Pypi,
                "pyproject.toml",
                "[project]\nlicense = \"MIT\"",
                Some("MIT"),
            ),
            (
                Ecosystem::Pypi,
                "pyproject.toml",
                "[project]\nlicense = {text = \"X\"}",
                Some("X"),
            ),
            (
                Ecosystem::Pypi,
                "pyproject.toml",
                "[project]\nclassifiers = [\"A\", \"License :: OSI Approved :: MIT License\"]",
                Some("OSI Approved :: MIT License"),
            ),
            (
                Ecosystem::Pypi,
                "pyproject.toml",
                "[project]\nname = \"a\"",
                None,
            ),
            (
                Ecosystem::Pypi,
                "setup.cfg",
                "[metadata]\nlicense = BSD",
                Some("BSD"),
            ),
        ] {
            fs::write(member.join(name), text).unwrap();
            let read = manifest(&member, ecosystem).unwrap();
            assert_eq!(read.license.as_deref(), licence, "{text}");
        }
    }
}
