//! Where the configuration of a directory lies.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    error::PolicyError,
    files::{Disk, PolicyFiles},
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

fn nearest(directory: &Path, files: &dyn PolicyFiles) -> Result<Option<PathBuf>, PolicyError> {
    let directory = directory
        .canonicalize()
        .map_err(unreadable(directory.to_owned()))?;
    for level in levels(&directory)? {
        let mut found = Vec::new();
        for name in PLACES {
            let path = level.join(name);
            if files.is_there(&path).map_err(unreadable(path))? {
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
        let git = level.join(".git");
        if Disk.is_there(&git).map_err(unreadable(git))? {
            return Ok(levels);
        }
    }
    levels.truncate(1);
    Ok(levels)
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
