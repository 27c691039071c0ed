//! `bun.lock` (<https://bun.com/docs/pm/lockfile>): JSON with commas that end nothing.

use super::{
    Locked,
    address::{self, Entry},
    collected::{Collected, Wrong, shown},
    hashes,
    json::{Json, get, without_trailing_commas},
};
use crate::model::Ecosystem;

/// Reads all entries.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let text = without_trailing_commas(text);
    let file = Json::of(&text)?;
    let top = file.members()?;
    let version = get(&top, "lockfileVersion").ok_or_else(|| file.wrong("it has no version"))?;
    let number = version.read::<u64>()?;
    if number > 2 {
        return Err(version.wrong(format!(
            "its version is {number}; 0, 1 and 2 are known here"
        )));
    }
    let mut collected = Collected::of(Ecosystem::Npm);
    if let Some(workspaces) = get(&top, "workspaces") {
        for (folder, project) in workspaces.members()? {
            let name = get(&project.members()?, "name").and_then(Json::text);
            let name = name.as_deref().unwrap_or(&folder);
            collected.skip(
                name,
                None,
                "is a directory of the project: check it where it lies",
            );
        }
    }
    if let Some(packages) = get(&top, "packages") {
        for (_, entry) in packages.members()? {
            read_entry(&mut collected, entry)?;
        }
    }
    Ok(collected.into_locked())
}

/// `["NAME@VERSION", ADDRESS, {…}, "sha512-…"]`, or less of it.
fn read_entry(collected: &mut Collected, entry: Json<'_>) -> Result<(), Wrong> {
    let wrong = |why: String| entry.wrong(why);
    let elements = entry.elements()?;
    let texts: Vec<_> = elements.iter().map(|element| element.text()).collect();
    let what = texts.first().and_then(Option::as_deref);
    let what = what.ok_or_else(|| wrong("it does not say what it is".to_owned()))?;
    let first = what.chars().next().map_or(0, char::len_utf8);
    let at = what[first..].find('@').map(|at| first + at);
    let at = at.ok_or_else(|| wrong(format!("`{}` has no version", shown(what))))?;
    let (name, place) = (&what[..at], &what[at + 1..]);
    if place.starts_with(|first: char| first.is_ascii_digit()) {
        let hash = texts.get(3).and_then(Option::as_deref).unwrap_or_default();
        let expected = hashes::of_subresource(hash).map_err(wrong)?;
        let address = texts.get(1).and_then(Option::as_deref);
        let address = address.filter(|address| !address.is_empty() && expected.is_empty());
        let entry = Entry {
            name,
            version: Some(place),
            address,
            expected,
        };
        return address::add(collected, entry).map_err(wrong);
    }
    // Of what is from git the last text is no hash of a file.
    let hash = texts.get(2).and_then(Option::as_deref);
    let hash = hash
        .filter(|hash| hash.starts_with("sha"))
        .unwrap_or_default();
    let entry = Entry {
        name,
        version: None,
        address: Some(place),
        expected: hashes::of_subresource(hash).map_err(wrong)?,
    };
    address::add(collected, entry).map_err(wrong)
}
