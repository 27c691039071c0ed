//! `Cargo.lock` (<https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html>), of which there are four
//! versions.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Locked,
    collected::{Collected, Wrong, shown},
    tables::{self, File},
};
use crate::model::{Ecosystem, Spec};

#[derive(Debug, Deserialize)]
struct Lock {
    version: Option<u64>,
    /// The project itself, before 2018.
    root: Option<Spanned<Package>>,
    #[serde(default)]
    package: Vec<Spanned<Package>>,
    #[serde(default)]
    patch: Patch,
    /// Where version 1 has the checksums.
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
struct Patch {
    #[serde(default)]
    unused: Vec<Spanned<Package>>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

const REGISTRIES: [&str; 2] = ["registry+", "sparse+"];

/// Reads all entries.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let lock: Lock = tables::read(text)?;
    if let Some(version @ (0 | 5..)) = lock.version {
        return Err(Wrong::whole(format!(
            "its version is {version}; 1 to 4 are known here"
        )));
    }
    let mut collected = Collected::of(Ecosystem::Crates);
    let root = lock.root.as_slice();
    for packages in [root, &lock.package] {
        tables::each(text, packages, |package| {
            add(&mut collected, package, &lock.metadata)
        })?;
    }
    tables::each(text, &lock.patch.unused, |package| {
        collected.skip(
            &package.name,
            Some(&package.version),
            "is a patch that is not used",
        );
        Ok(())
    })?;
    Ok(collected.into_locked())
}

fn add(
    collected: &mut Collected,
    package: &Package,
    metadata: &BTreeMap<String, String>,
) -> Result<(), String> {
    let (name, version) = (&package.name, &package.version);
    let Some(source) = package.source.as_deref() else {
        let reason = "is a directory of this machine: check it where it lies";
        collected.skip(name, Some(version), reason);
        return Ok(());
    };
    if source.starts_with("git+") {
        collected.skip(name, Some(version), "is from git, and not from a registry");
        return Ok(());
    }
    if !REGISTRIES.iter().any(|with| source.starts_with(with)) {
        let (name, source) = (shown(name), shown(source));
        return Err(format!(
            "`{name}` is from `{source}`, which is not known here"
        ));
    }
    let apart = metadata.get(&format!("checksum {name} {version} ({source})"));
    let apart = apart.filter(|checksum| *checksum != "<none>");
    let checksum = package.checksum.as_ref().or(apart);
    if checksum.is_none() {
        Spec::locked(Ecosystem::Crates, name, version, Vec::new())?;
        let reason = "has no checksum: whether your registry's is the same can't be told";
        collected.skip(name, Some(version), reason);
        return Ok(());
    }
    let file = checksum.map(|digits| File {
        hash: Some(format!("sha256:{digits}")),
    });
    tables::release(collected, name, Some(version), &file)
}
