//! `pnpm-lock.yaml` (<https://pnpm.io/git#lockfiles>), of which there are three forms.

use std::collections::HashSet;

use super::{
    Locked,
    address::{self, Entry},
    collected::{Collected, Wrong, shown},
    hashes,
    yaml::{self, Node},
};
use crate::model::Ecosystem;

/// How the keys of packages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `/NAME/VERSION_PEERS`.
    Five,
    /// `/NAME@VERSION(PEERS)`.
    Six,
    /// `NAME@VERSION`; what has peers is listed apart.
    Nine,
}

const GROUPS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];
const FOLDER: &str = "is a directory of this machine, and not from a registry";

/// Reads all entries. What pnpm itself needs is in a document of its own.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let mut collected = Collected::of(Ecosystem::Npm);
    let documents = yaml::read(text)?;
    if documents.is_empty() {
        return Err(Wrong::whole("it is empty"));
    }
    for document in &documents {
        let version = document.text("lockfileVersion")?;
        let form = form(version.as_deref().unwrap_or_default())?;
        read_projects(&mut collected, document)?;
        for package in document.below("packages")? {
            read_package(&mut collected, form, package)?;
        }
        are_all_listed(document)?;
    }
    Ok(collected.into_locked())
}

fn form(version: &str) -> Result<Form, Wrong> {
    match version.split('.').next() {
        Some("5") => Ok(Form::Five),
        Some("6") => Ok(Form::Six),
        Some("9") => Ok(Form::Nine),
        _ => Err(Wrong::whole(format!(
            "its lockfileVersion is `{}`; 5, 6 and 9 are known here",
            shown(version)
        ))),
    }
}

/// The projects of the workspace, and what they link to.
fn read_projects(collected: &mut Collected, document: &Node<'_>) -> Result<(), Wrong> {
    for project in document.below("importers")? {
        collected.skip(
            &project.key,
            None,
            "is a directory of the project: check it where it lies",
        );
        read_links(collected, project)?;
    }
    // A project without a workspace is at the top.
    read_links(collected, document)
}

fn read_links(collected: &mut Collected, project: &Node<'_>) -> Result<(), Wrong> {
    let groups: Vec<_> = GROUPS
        .iter()
        .map(|group| project.below(group))
        .collect::<Result<_, _>>()?;
    for dependency in groups.into_iter().flatten() {
        let version = match dependency.get("version") {
            Some(version) => version.own_text()?,
            None => dependency.own_text()?,
        };
        if version.starts_with("link:") {
            collected.skip(
                &dependency.key,
                None,
                "is linked from a directory of this machine",
            );
        }
    }
    Ok(())
}

fn read_package(collected: &mut Collected, form: Form, package: &Node<'_>) -> Result<(), Wrong> {
    let resolution = package.get("resolution");
    let resolution = resolution.ok_or_else(|| package.wrong("it has no `resolution`"))?;
    let fields = resolution.fields()?;
    let field = |key: &str| {
        let mut fields = fields.iter();
        fields
            .find(|(one, _)| one == key)
            .map(|(_, value)| value.as_str())
    };
    let wrong = |why| package.wrong(why);
    let expected = hashes::of_subresource(field("integrity").unwrap_or_default()).map_err(wrong)?;
    let (name, version) = (package.text("name")?, package.text("version")?);
    let (key_name, key_version) = name_and_version(form, &package.key, field("tarball"));
    let name = name.as_deref().unwrap_or(key_name);
    if field("directory").is_some() {
        collected.skip(name, version.as_deref(), FOLDER);
        return Ok(());
    }
    if field("repo").is_some() {
        collected.skip(
            name,
            version.as_deref(),
            "is from git, and not from a registry",
        );
        return Ok(());
    }
    match key_version {
        // Where the registry has the tarball of a release is its own affair, if a hash says that it is that.
        Some(key_version)
            if key_version.starts_with(|first: char| first.is_ascii_digit())
                && (field("tarball").is_none() || !expected.is_empty()) =>
        {
            collected
                .release(name, key_version, expected)
                .map_err(wrong)
        }
        _ => {
            let address = field("tarball").or(key_version).ok_or_else(|| {
                let key = shown(&package.key);
                wrong(format!("`{key}` has neither a version nor an address"))
            })?;
            let entry = Entry {
                name,
                version: version.as_deref(),
                address: Some(address),
                expected,
            };
            address::add(collected, entry).map_err(wrong)
        }
    }
}

/// The name and the version, or address, that a key is made of.
fn name_and_version<'k>(
    form: Form,
    key: &'k str,
    tarball: Option<&str>,
) -> (&'k str, Option<&'k str>) {
    let key = key.split('(').next().unwrap_or_default();
    let plain = match key.strip_prefix('/') {
        Some(plain) => plain,
        None if form == Form::Nine => key,
        None => match key.split_once('/') {
            // Of a tarball from anywhere the key is its address; of another registry, the host and the rest.
            Some((host, rest)) if tarball.is_none() && host.contains('.') => rest,
            _ => return (key, None),
        },
    };
    let first = usize::from(plain.starts_with('@'));
    let separator = match form {
        Form::Five => {
            let scope = plain
                .find('/')
                .filter(|_| first == 1)
                .map_or(0, |at| at + 1);
            plain[scope..].find('/').map(|at| scope + at)
        }
        Form::Six | Form::Nine => plain[first..].find('@').map(|at| first + at),
    };
    match separator {
        Some(at) => {
            let version = &plain[at + 1..];
            let peers = if form == Form::Five { '_' } else { '(' };
            (&plain[..at], version.split(peers).next())
        }
        None => (plain, None),
    }
}

/// What is installed is listed apart in the newest form: all of it must be among the packages. Nor may packages be
/// anywhere else.
fn are_all_listed(document: &Node<'_>) -> Result<(), Wrong> {
    let others = document.below.iter().filter(|node| node.key != "packages");
    let mut below = others.flat_map(|node| [node].into_iter().chain(&node.below));
    if let Some(node) = below.find(|node| node.get("resolution").is_some()) {
        return Err(node.wrong("a package is not below `packages`"));
    }
    let packages = document.below("packages")?.iter();
    let keys: HashSet<&str> = packages.map(|package| package.key.as_str()).collect();
    for snapshot in document.below("snapshots")? {
        let key = snapshot.key.split('(').next().unwrap_or_default();
        if !keys.contains(key) {
            let key = shown(key);
            return Err(snapshot.wrong(format!("`{key}` is not among the `packages`")));
        }
    }
    Ok(())
}
