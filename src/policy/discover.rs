//! Where the configuration of a directory lies.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    error::PolicyError,
    files::{Disk, PolicyFiles},
    lock::LOCK,
};
use crate::model::escape;

/// The places of a configuration at one level, of which at most one may be used. Tables in
/// `pyproject.toml`, `Cargo.toml` and `package.json` will be further lines of this table.
const PLACES: [&str; 2] = ["packwarden.toml", ".packwarden.toml"];

/// Which configuration the user wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConfigChoice {
    /// The nearest one to the directory that is checked.
    #[default]
    Nearest,
    /// This file (`--config FILE`).
    File(PathBuf),
    /// None (`--no-config`).
    None,
}

/// Where the configuration lies that holds for `directory`, if there is one.
///
/// The nearest is the one in `directory` or in the nearest directory above it, up to the top of the
/// git repository. Outside a repository only `directory` itself counts: what lies above it belongs
/// to somebody else. The directories are those of the disk, and what lies in them is what `files` know.
///
/// # Errors
///
/// When a directory can't be read, or when there are two at one level.
pub fn find(
    choice: &ConfigChoice,
    directory: &Path,
    files: &dyn PolicyFiles,
) -> Result<Option<PathBuf>, PolicyError> {
    match choice {
        ConfigChoice::None => Ok(None),
        ConfigChoice::File(path) => Ok(Some(path.clone())),
        ConfigChoice::Nearest => nearest(directory, files),
    }
}

/// Where the lock lies that holds for `directory`, and whether it is there: the nearest one, found like the
/// configuration. One that is yet to be written belongs beside `config`, the configuration that was found, or
/// into `directory`.
///
/// # Errors
///
/// When a directory can't be read.
pub fn lock_place(
    choice: &ConfigChoice,
    config: Option<&Path>,
    directory: &Path,
    files: &dyn PolicyFiles,
) -> Result<(PathBuf, bool), PolicyError> {
    let directory = real(directory)?;
    if *choice == ConfigChoice::None {
        return Ok((directory.join(LOCK), false));
    }
    for level in levels(&directory)? {
        let place = level.join(LOCK);
        if is_there(&place, files)? {
            return Ok((place, true));
        }
    }
    let beside = config.filter(|_| *choice == ConfigChoice::Nearest);
    let beside = beside.and_then(Path::parent).unwrap_or(&directory);
    Ok((beside.join(LOCK), false))
}

fn real(directory: &Path) -> Result<PathBuf, PolicyError> {
    directory
        .canonicalize()
        .map_err(unreadable(directory.to_owned()))
}

fn nearest(directory: &Path, files: &dyn PolicyFiles) -> Result<Option<PathBuf>, PolicyError> {
    let directory = real(directory)?;
    for level in levels(&directory)? {
        let mut found = Vec::new();
        for name in PLACES {
            if is_there(&level.join(name), files)? {
                found.push(name);
            }
        }
        match found[..] {
            [] => {}
            [name] => return Ok(Some(level.join(name))),
            [first, second, ..] => {
                let directory = escape(&level.to_string_lossy());
                return Err(PolicyError::Two {
                    directory,
                    first,
                    second,
                });
            }
        }
    }
    Ok(None)
}

/// The directories to look into, nearest first.
fn levels(directory: &Path) -> Result<Vec<&Path>, PolicyError> {
    let mut levels = Vec::new();
    for level in directory.ancestors() {
        levels.push(level);
        if is_there(&level.join(".git"), &Disk)? {
            return Ok(levels);
        }
    }
    levels.truncate(1);
    Ok(levels)
}

fn is_there(path: &Path, files: &dyn PolicyFiles) -> Result<bool, PolicyError> {
    files.is_there(path).map_err(unreadable(path.to_owned()))
}

fn unreadable(path: PathBuf) -> impl FnOnce(io::Error) -> PolicyError {
    move |cause| PolicyError::Read {
        path: escape(&path.to_string_lossy()),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::policy::ConfigFile;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        root
    }

    fn found(root: &tempfile::TempDir, directory: &str) -> Option<PathBuf> {
        let path = nearest(&root.path().join(directory), &Disk).unwrap()?;
        let root = root.path().canonicalize().unwrap();
        Some(path.strip_prefix(root).unwrap().to_owned())
    }

    #[test]
    fn the_nearest_one_up_to_the_top_of_the_repository_holds() {
        let root = tree(&["packwarden.toml", "top/.git", "top/a/b/file", "top/c/x"]);
        assert_eq!(found(&root, "top/a/b"), None, "beyond the repository");
        fs::write(root.path().join("top/.packwarden.toml"), "").unwrap();
        assert_eq!(
            found(&root, "top/a/b"),
            Some("top/.packwarden.toml".into()),
            "a .git file marks a top as well"
        );
        fs::write(root.path().join("top/a/packwarden.toml"), "").unwrap();
        assert_eq!(
            found(&root, "top/a/b"),
            Some("top/a/packwarden.toml".into())
        );
        assert_eq!(found(&root, "top/c"), Some("top/.packwarden.toml".into()));
    }

    #[test]
    fn outside_a_repository_only_the_directory_counts() {
        let root = tree(&["a/packwarden.toml", "a/b/file"]);
        assert_eq!(found(&root, "a"), Some("a/packwarden.toml".into()));
        assert_eq!(found(&root, "a/b"), None);
    }

    #[test]
    fn two_at_one_level_are_an_error() {
        let root = tree(&["packwarden.toml", ".packwarden.toml"]);
        let error = nearest(root.path(), &Disk).unwrap_err();
        assert!(error.to_string().starts_with("two configurations in"));
    }

    #[test]
    fn a_lock_is_found_like_the_configuration_and_belongs_beside_it() {
        let root = tree(&["top/.git", "top/packwarden.toml", "top/a/b/file"]);
        let top = root.path().canonicalize().unwrap().join("top");
        let place = |choice: &ConfigChoice, directory: &str| {
            let directory = top.join(directory);
            let config = find(choice, &directory, &Disk).unwrap();
            let (place, there) = lock_place(choice, config.as_deref(), &directory, &Disk).unwrap();
            let below = place.strip_prefix(&top).unwrap().display().to_string();
            (below, there)
        };
        let nearest = ConfigChoice::Nearest;
        assert_eq!(place(&nearest, "a/b"), ("packwarden.lock".into(), false));
        let given = ConfigChoice::File(root.path().join("other.toml"));
        assert_eq!(place(&given, "a/b"), ("a/b/packwarden.lock".into(), false));
        fs::write(top.join("a/packwarden.lock"), "").unwrap();
        assert_eq!(place(&nearest, "a/b"), ("a/packwarden.lock".into(), true));
        assert_eq!(place(&given, "a/b"), ("a/packwarden.lock".into(), true));
        let none = place(&ConfigChoice::None, "a");
        assert_eq!(none, ("a/packwarden.lock".into(), false));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_not_passed_over() {
        let root = tree(&["file"]);
        std::os::unix::fs::symlink("gone", root.path().join("packwarden.toml")).unwrap();
        let found = find(&ConfigChoice::Nearest, root.path(), &Disk)
            .unwrap()
            .unwrap();
        let read = ConfigFile::read(&found, &Disk);
        assert!(matches!(read, Err(PolicyError::Read { .. })));
        assert!(
            find(&ConfigChoice::None, root.path(), &Disk)
                .unwrap()
                .is_none()
        );
    }
}
