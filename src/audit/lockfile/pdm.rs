//! `pdm.lock` (<https://pdm-project.org/latest/usage/lockfile/>).

use serde::Deserialize;
use toml::{Spanned, Value};

use super::{
    Locked,
    collected::{Collected, Wrong},
    tables::{self, File},
};
use crate::model::Ecosystem;

#[derive(Debug, Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Spanned<Package>>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
    #[serde(default)]
    files: Vec<File>,
    git: Option<Value>,
    hg: Option<Value>,
    svn: Option<Value>,
    url: Option<Value>,
    path: Option<Value>,
}

/// Reads all entries. A package with extras is an entry of its own, of the same release.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let lock: Lock = tables::read(text)?;
    let mut collected = Collected::of(Ecosystem::Pypi);
    tables::each(text, &lock.package, |package| {
        let (name, version) = (&package.name, package.version.as_deref());
        match elsewhere(package) {
            Some(reason) => {
                collected.skip(name, version, reason);
                Ok(())
            }
            None => tables::release(&mut collected, name, version, &package.files),
        }
    })?;
    Ok(collected.into_locked())
}

fn elsewhere(package: &Package) -> Option<&'static str> {
    let of_repository = [&package.git, &package.hg, &package.svn];
    if of_repository.iter().any(|one| one.is_some()) {
        return Some("is from a repository, and not from an index");
    }
    if package.url.is_some() {
        return Some("is from an address of its own, and not from an index");
    }
    let path = package.path.as_ref();
    path.map(|_| "is from a directory of this machine: check it where it lies")
}
