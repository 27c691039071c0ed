//! `package-lock.json` and `npm-shrinkwrap.json` (<https://docs.npmjs.com/cli/configuring-npm/package-lock-json>).

use serde::Deserialize;
use serde_json::Value;

use super::{
    Locked,
    address::{self, Entry},
    collected::{Collected, Wrong, shown},
    hashes,
    json::{Json, get},
};
use crate::model::{Ecosystem, Integrity};

/// npm nests packages only as deep as versions differ.
const DEEPEST: usize = 128;
const FOLDER: &str = "node_modules/";
const BUNDLED: &str = "is bundled in another package, and read there";

/// What npm writes of a package.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    name: Option<String>,
    version: Option<String>,
    // Old versions write `false` for what has none.
    resolved: Option<Value>,
    integrity: Option<String>,
    link: bool,
    in_bundle: bool,
    bundled: bool,
}

impl Written {
    fn resolved(&self) -> Option<&str> {
        self.resolved.as_ref()?.as_str()
    }

    /// What the project itself bundles, npm fetches all the same, and says from where.
    fn lies_in_another(&self) -> bool {
        let is_fetched = self.resolved().is_some() || self.integrity.is_some();
        (self.in_bundle || self.bundled) && !is_fetched
    }
}

/// Reads all entries.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let file = Json::of(text)?;
    let top = file.members()?;
    let version = match get(&top, "lockfileVersion") {
        Some(version) => version.read::<u64>()?,
        // Before npm 5 there was none.
        None => 1,
    };
    let mut collected = Collected::of(Ecosystem::Npm);
    let (packages, dependencies) = (get(&top, "packages"), get(&top, "dependencies"));
    match (version, packages) {
        (1, None) => {}
        (1, Some(packages)) => {
            return Err(packages.wrong("version 1 has no `packages`"));
        }
        (2 | 3, Some(packages)) => read_packages(&mut collected, packages)?,
        (2 | 3, None) => return Err(file.wrong("`packages` is missing")),
        _ => {
            return Err(file.wrong(format!(
                "its lockfileVersion is {version}; 1, 2 and 3 are known here"
            )));
        }
    }
    // Version 2 says everything twice, and npm 6 installs what is said here.
    if let Some(dependencies) = dependencies {
        read_dependencies(&mut collected, dependencies, 0)?;
    }
    Ok(collected.into_locked())
}

/// The entries by the folders that they are installed to.
fn read_packages(collected: &mut Collected, packages: Json<'_>) -> Result<(), Wrong> {
    for (folder, entry) in packages.members()? {
        let written: Written = entry.read()?;
        let last = folder.rfind(FOLDER).map(|at| &folder[at + FOLDER.len()..]);
        let name = written.name.as_deref().or(last).unwrap_or(&folder);
        let version = written.version.as_deref();
        if folder.is_empty() {
            collected.skip(name, version, "is the project itself");
        } else if last.is_none() {
            collected.skip(
                name,
                version,
                "is a directory of the project: check it where it lies",
            );
        } else if written.link {
            collected.skip(name, version, "is linked from a directory of this machine");
        } else if written.lies_in_another() {
            collected.skip(name, version, BUNDLED);
        } else {
            add(collected, name, version, &written).map_err(|why| entry.wrong(why))?;
        }
    }
    Ok(())
}

/// The entries of version 1, those that are nested in others included.
fn read_dependencies(
    collected: &mut Collected,
    dependencies: Json<'_>,
    depth: usize,
) -> Result<(), Wrong> {
    if depth > DEEPEST {
        return Err(dependencies.wrong("its packages are nested too deeply"));
    }
    for (key, entry) in dependencies.members()? {
        let written: Written = entry.read()?;
        let version = written.version.as_deref().unwrap_or_default();
        let wrong = |why| entry.wrong(why);
        if written.lies_in_another() {
            collected.skip(&key, Some(version), BUNDLED);
        } else if let Some(alias) = version.strip_prefix("npm:") {
            let at = alias.rfind('@').filter(|at| *at > 0);
            let at = at.ok_or_else(|| wrong(format!("`{}` has no version", shown(version))))?;
            add(collected, &alias[..at], Some(&alias[at + 1..]), &written).map_err(wrong)?;
        } else if version.starts_with(|first: char| first.is_ascii_digit()) {
            add(collected, &key, Some(version), &written).map_err(wrong)?;
        } else {
            let entry = Entry {
                name: &key,
                version: None,
                address: Some(version),
                expected: expected(&written).map_err(wrong)?,
            };
            address::add(collected, entry).map_err(wrong)?;
        }
        if let Some(nested) = get(&entry.members()?, "dependencies") {
            read_dependencies(collected, nested, depth + 1)?;
        }
    }
    Ok(())
}

fn add(
    collected: &mut Collected,
    name: &str,
    version: Option<&str>,
    written: &Written,
) -> Result<(), String> {
    let entry = Entry {
        name,
        version,
        address: written.resolved(),
        expected: expected(written)?,
    };
    address::add(collected, entry)
}

fn expected(written: &Written) -> Result<Vec<Integrity>, String> {
    hashes::of_subresource(written.integrity.as_deref().unwrap_or_default())
}
