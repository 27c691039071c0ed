//! `uv.lock` (<https://docs.astral.sh/uv/concepts/resolution/>).

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
struct Lock {
    version: u64,
    #[serde(default)]
    package: Vec<Spanned<Package>>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
    source: BTreeMap<String, Value>,
    sdist: Option<File>,
    #[serde(default)]
    wheels: Vec<File>,
}

/// Where packages are from that are from no index.
const ELSEWHERE: [(&str, &str); 6] = [
    ("git", "is from git, and not from an index"),
    (
        "url",
        "is from an address of its own, and not from an index",
    ),
    ("path", "is a file of this machine, and not from an index"),
    (
        "directory",
        "is a directory of this machine: check it where it lies",
    ),
    (
        "editable",
        "is a directory of this machine: check it where it lies",
    ),
    (
        "virtual",
        "is a directory of this machine: check it where it lies",
    ),
];

/// Reads all entries.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let lock: Lock = tables::read(text)?;
    if lock.version != 1 {
        let version = lock.version;
        return Err(Wrong::whole(format!(
            "its version is {version}; 1 is known here"
        )));
    }
    let mut collected = Collected::of(Ecosystem::Pypi);
    tables::each(text, &lock.package, |package| add(&mut collected, package))?;
    Ok(collected.into_locked())
}

fn add(collected: &mut Collected, package: &Package) -> Result<(), String> {
    let (name, version) = (&package.name, package.version.as_deref());
    if let Some(index) = package.source.get("registry") {
        // A directory may be an index, too.
        if !index
            .as_str()
            .is_some_and(|index| index.starts_with("http"))
        {
            collected.skip(name, version, "is from a directory of this machine");
            return Ok(());
        }
        let files = package.sdist.iter().chain(&package.wheels);
        return tables::release(collected, name, version, files);
    }
    let mut known = ELSEWHERE.iter();
    let (_, reason) = known
        .find(|(key, _)| package.source.contains_key(*key))
        .ok_or_else(|| format!("it is not known where `{}` is from", shown(name)))?;
    collected.skip(name, version, reason);
    Ok(())
}
