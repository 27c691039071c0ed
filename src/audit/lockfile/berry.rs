//! `yarn.lock` of Yarn 2 and later (<https://yarnpkg.com/features/protocols>). Its checksums are of archives that
//! Yarn makes itself, and promise nothing about what a registry has.

use super::{
    Locked,
    address::{self, Entry},
    collected::{Collected, Wrong, shown},
    yaml,
};
use crate::model::{Ecosystem, unpercent};

/// Reads all entries.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let mut collected = Collected::of(Ecosystem::Npm);
    for document in yaml::read(text)? {
        for block in &document.below {
            if block.key == "__metadata" {
                continue;
            }
            let resolution = block.text("resolution")?;
            let resolution = resolution.ok_or_else(|| block.wrong("it has no `resolution`"))?;
            let version = block.text("version")?;
            add(&mut collected, &resolution, version.as_deref()).map_err(|why| block.wrong(why))?;
        }
    }
    Ok(collected.into_locked())
}

fn add(collected: &mut Collected, resolution: &str, version: Option<&str>) -> Result<(), String> {
    let first = resolution.chars().next().map_or(0, char::len_utf8);
    let at = resolution[first..].find('@').map(|at| first + at);
    let at = at.ok_or_else(|| format!("`{}` has no version", shown(resolution)))?;
    let (name, place) = (&resolution[..at], &resolution[at + 1..]);
    match place.strip_prefix("npm:") {
        Some(exact) => {
            // Behind it may stand where the registry has it.
            let (exact, more) = exact.split_once("::").unwrap_or((exact, ""));
            match more
                .split('&')
                .find_map(|one| one.strip_prefix("__archiveUrl="))
            {
                None => collected.release(name, exact, Vec::new()),
                Some(address) => address::add(
                    collected,
                    Entry {
                        name,
                        version: Some(exact),
                        address: Some(&unpercent(address).ok_or("a broken %-sequence")?),
                        expected: Vec::new(),
                    },
                ),
            }
        }
        None => address::add(
            collected,
            Entry {
                name,
                version,
                address: Some(place),
                expected: Vec::new(),
            },
        ),
    }
}
