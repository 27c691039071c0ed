//! `poetry.lock` (<https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock>).

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Locked,
    collected::{Collected, Wrong, shown},
    tables::{self, File},
};
use crate::model::{Ecosystem, project_name};

#[derive(Debug, Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Spanned<Package>>,
    metadata: Metadata,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    #[serde(default)]
    files: Vec<File>,
    source: Option<Source>,
}

#[derive(Debug, Deserialize)]
struct Source {
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Where hashes were before Poetry 1.2, and before 1.0.
#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(default)]
    files: BTreeMap<String, Vec<File>>,
    #[serde(default)]
    hashes: BTreeMap<String, Vec<String>>,
}

impl Metadata {
    fn files_of(&self, name: &str) -> Vec<File> {
        let is_it = |other: &str| project_name(other) == project_name(name);
        let files = self.files.iter().filter(|(other, _)| is_it(other));
        let files = files.flat_map(|(_, files)| files);
        let hashes = self.hashes.iter().filter(|(other, _)| is_it(other));
        let hashes = hashes.flat_map(|(_, hashes)| hashes);
        files
            .map(|file| file.hash.clone())
            .chain(hashes.map(|digits| Some(format!("sha256:{digits}"))))
            .map(|hash| File { hash })
            .collect()
    }
}

/// Reads all entries.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let lock: Lock = tables::read(text)?;
    let mut collected = Collected::of(Ecosystem::Pypi);
    tables::each(text, &lock.package, |package| {
        add(&mut collected, package, &lock.metadata)
    })?;
    Ok(collected.into_locked())
}

fn add(collected: &mut Collected, package: &Package, metadata: &Metadata) -> Result<(), String> {
    let (name, version) = (&package.name, Some(package.version.as_str()));
    let kind = package.source.as_ref().map(|source| source.kind.as_deref());
    let reason = match kind {
        // An index other than the usual one is of the type `legacy`, and was of none.
        None | Some(None | Some("legacy" | "pypi")) => {
            let older = metadata.files_of(name);
            return tables::release(collected, name, version, package.files.iter().chain(&older));
        }
        Some(Some("git" | "hg")) => "is from a repository, and not from an index",
        Some(Some("url")) => "is from an address of its own, and not from an index",
        Some(Some("file")) => "is a file of this machine, and not from an index",
        Some(Some("directory")) => "is a directory of this machine: check it where it lies",
        Some(Some(other)) => {
            let (name, other) = (shown(name), shown(other));
            return Err(format!(
                "`{name}` is from a `{other}`, which is not known here"
            ));
        }
    };
    collected.skip(name, version, reason);
    Ok(())
}
