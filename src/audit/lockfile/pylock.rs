//! `pylock.toml` (<https://packaging.python.org/en/latest/specifications/pylock-toml/>).

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::{
    Locked,
    collected::{Collected, Wrong, shown},
    tables::{self, File},
};
use crate::model::Ecosystem;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Lock {
    lock_version: String,
    #[serde(default)]
    packages: Vec<Spanned<Package>>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
    vcs: Option<Value>,
    directory: Option<Value>,
    archive: Option<Value>,
    sdist: Option<Hashed>,
    #[serde(default)]
    wheels: Vec<Hashed>,
}

#[derive(Debug, Deserialize)]
struct Hashed {
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

/// Reads all entries.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let lock: Lock = tables::read(text)?;
    if lock.lock_version.split('.').next() != Some("1") {
        let version = shown(&lock.lock_version);
        return Err(Wrong::whole(format!(
            "its lock-version is `{version}`; 1.0 is known here"
        )));
    }
    let mut collected = Collected::of(Ecosystem::Pypi);
    tables::each(text, &lock.packages, |package| {
        let (name, version) = (&package.name, package.version.as_deref());
        match elsewhere(package) {
            Some(reason) => {
                collected.skip(name, version, reason);
                Ok(())
            }
            None => tables::release(&mut collected, name, version, &files(package)),
        }
    })?;
    Ok(collected.into_locked())
}

fn elsewhere(package: &Package) -> Option<&'static str> {
    let places = [
        (&package.vcs, "is from a repository, and not from an index"),
        (
            &package.directory,
            "is a directory of this machine: check it where it lies",
        ),
        (
            &package.archive,
            "is from an address of its own, and not from an index",
        ),
    ];
    let mut places = places.into_iter();
    let (_, reason) = places.find(|(place, _)| place.is_some())?;
    Some(reason)
}

fn files(package: &Package) -> Vec<File> {
    let files = package.sdist.iter().chain(&package.wheels);
    let hashes = files.flat_map(|file| &file.hashes);
    hashes
        .map(|(algorithm, digits)| File {
            hash: Some(format!("{algorithm}:{digits}")),
        })
        .collect()
}
