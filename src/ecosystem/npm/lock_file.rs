//! What a lock file says of the client that a project uses.

use std::{fs::File, io::Read, path::Path};

use super::{CLIENTS, choice::Choice};
use crate::ecosystem::Error;

/// The client that has left its lock file in this directory.
pub(super) fn by_lock_file(directory: &Path) -> Result<Option<Choice>, Error> {
    let mut found: Vec<(&'static str, &'static str)> = Vec::new();
    for facts in CLIENTS {
        let mut there = facts
            .lock_files
            .iter()
            .filter(|name| directory.join(name).is_file());
        if let Some(lock_file) = there.next() {
            found.push((facts.name, lock_file));
        }
    }
    found.dedup();
    match found.as_slice() {
        [] => Ok(None),
        [(name, lock_file)] => Ok(Some(Choice {
            name,
            later_yarn: match *name {
                "yarn" => later_yarn(directory, lock_file),
                _ => None,
            },
        })),
        several => Err(Error::SeveralLockFiles {
            path: Error::shown(directory),
            names: several.iter().map(|(_, lock_file)| *lock_file).collect(),
        }),
    }
}

fn later_yarn(directory: &Path, lock_file: &str) -> Option<&'static str> {
    const CONFIGURATION: &str = ".yarnrc.yml";
    if directory.join(CONFIGURATION).is_file() {
        return Some(CONFIGURATION);
    }
    let mut beginning = Vec::new();
    let file = File::open(directory.join(lock_file)).ok()?;
    file.take(4096).read_to_end(&mut beginning).ok()?;
    let beginning = String::from_utf8_lossy(&beginning);
    beginning.contains("\n__metadata:").then_some("yarn.lock")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn chosen(files: &[(&str, &str)]) -> Result<Option<Choice>, Error> {
        let place = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(place.path().join(name), text).unwrap();
        }
        by_lock_file(place.path())
    }

    #[test]
    fn lock_files_of_one_client_do_not_contradict_each_other() {
        let name = |files: &[(&str, &str)]| chosen(files).unwrap().map(|choice| choice.name);
        assert_eq!(name(&[]), None);
        assert_eq!(name(&[("bun.lock", ""), ("bun.lockb", "")]), Some("bun"));
        let of_npm = [("package-lock.json", ""), ("npm-shrinkwrap.json", "")];
        assert_eq!(name(&of_npm), Some("npm"));
        let error = chosen(&[("package-lock.json", ""), ("yarn.lock", "")]).unwrap_err();
        assert!(
            matches!(error, Error::SeveralLockFiles { names, .. } if names == ["package-lock.json", "yarn.lock"])
        );
    }

    #[test]
    fn later_yarns_are_known_by_their_lock_file_or_configuration() {
        let why = |files: &[(&str, &str)]| chosen(files).unwrap().unwrap().later_yarn;
        assert_eq!(why(&[("yarn.lock", "# yarn lockfile v1\n")]), None);
        let later = ("yarn.lock", "# Yarn\n\n__metadata:\n  version: 8\n");
        assert_eq!(why(&[later]), Some("yarn.lock"));
        let configured = [("yarn.lock", ""), (".yarnrc.yml", "")];
        assert_eq!(why(&configured), Some(".yarnrc.yml"));
    }
}
