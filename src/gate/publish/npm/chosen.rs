//! The packages that a command would publish.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    clients::{ALL_MEMBERS, MEMBERS, WITH_ROOT},
    typed::{Named, Typed},
};
use crate::{
    check::{PackOptions, Selection},
    ecosystem,
    gate::Error,
    model::escape,
};

const MANIFEST: &str = "package.json";

/// What is to be checked and published.
pub(super) enum Chosen {
    /// The project in this directory.
    Project(PathBuf),
    /// This artifact.
    File(PathBuf),
}

impl Chosen {
    pub(super) fn path(&self) -> &Path {
        match self {
            Chosen::Project(path) | Chosen::File(path) => path,
        }
    }
}

/// Finds them, in the order in which they are published.
///
/// # Errors
///
/// When what is named is none, or when it is not certain what is meant.
pub(super) fn chosen(typed: &Typed<'_>, options: &PackOptions) -> Result<Vec<Chosen>, Error> {
    let command = typed.command;
    let members = typed.values(MEMBERS);
    let all = typed.is_on(ALL_MEMBERS);
    let of_workspace = all || !members.is_empty();
    match typed.named {
        Some(_) if of_workspace => Err(command.refused(
            "it names a package, and members of a workspace beside it",
            "name the one or the others",
        )),
        Some(Named::File(word)) => {
            let path = typed.at(word);
            match is_plain(&path) {
                true => Ok(vec![Chosen::File(path)]),
                false => Err(command.refused(
                    "clients read some characters of a file's name as something else",
                    "rename it, to letters, digits and `.`, `-` or `_`",
                )),
            }
        }
        Some(Named::Directory(word)) => {
            let path = typed.at(word);
            match path.join(MANIFEST).is_file() {
                true => Ok(vec![Chosen::Project(path)]),
                false => Err(command.refused(
                    format!("there is no {MANIFEST} in `{}`", shown(word)),
                    "name the directory of a package",
                )),
            }
        }
        None if of_workspace => workspace(typed, &members, all, options),
        None => Ok(vec![Chosen::Project(nearest(&typed.directory, is_package))]),
    }
}

fn workspace(
    typed: &Typed<'_>,
    members: &[&OsStr],
    all: bool,
    options: &PackOptions,
) -> Result<Vec<Chosen>, Error> {
    let locate = |selection| ecosystem::locate(&typed.directory, &selection, options);
    let mut found = Vec::new();
    if typed.is_on(WITH_ROOT) {
        found.push(nearest(&typed.directory, is_root));
    }
    if all {
        let projects = locate(Selection::Workspace)?.projects.into_iter();
        found.extend(
            projects
                .map(|project| project.root)
                .filter(|root| !is_root(root)),
        );
    }
    for member in members {
        let path = typed.at(member);
        let named = member.to_str().map(str::to_owned);
        let by_name = named.and_then(|name| locate(Selection::Packages(vec![name])).ok());
        match by_name {
            Some(located) => found.extend(located.projects.into_iter().map(|one| one.root)),
            None if is_package(&path) => found.push(path),
            None => {
                return Err(typed.command.refused(
                    format!("the workspace has no package `{}`", shown(member)),
                    "give the name of one, or its directory, or `--workspaces` for all",
                ));
            }
        }
    }
    // One may be named twice, by its name and by its directory.
    let mut known = BTreeSet::new();
    found.retain(|root| known.insert(ecosystem::real(root)));
    Ok(found.into_iter().map(Chosen::Project).collect())
}

/// The nearest directory from here upwards that is one, or this one.
fn nearest(directory: &Path, is_one: fn(&Path) -> bool) -> PathBuf {
    if is_one(directory) {
        return directory.to_owned();
    }
    let absolute = fs::canonicalize(directory).unwrap_or_default();
    let mut above = absolute.ancestors().filter(|above| is_one(above));
    above.next().unwrap_or(directory).to_owned()
}

fn is_package(directory: &Path) -> bool {
    directory.join(MANIFEST).is_file()
}

fn is_root(directory: &Path) -> bool {
    let text = fs::read_to_string(directory.join(MANIFEST)).unwrap_or_default();
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    manifest.get("workspaces").is_some()
}

/// Whether no client reads anything into the file's name: npm takes `%20` for a space.
fn is_plain(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
    name.iter().all(is_plain)
}

fn shown(word: &OsStr) -> String {
    escape(&word.to_string_lossy())
}
