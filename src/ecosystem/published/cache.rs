//! Files that were fetched before, by their hashes: what a registry holds under a hash never changes.

use std::{
    env,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::model::Integrity;

/// A directory of files that are called by their hashes.
#[derive(Debug, Clone)]
pub struct Cache(PathBuf);

impl Cache {
    /// The cache in this directory, which is made when something is kept.
    pub fn at(directory: PathBuf) -> Self {
        Self(directory)
    }

    /// The cache where this system keeps such things for the user; none where nobody says where that is.
    pub fn of_user() -> Option<Self> {
        let variable = |name| env::var_os(name).filter(|value| !value.is_empty());
        let home = || env::home_dir().filter(|home| home.is_absolute());
        let place = match variable("XDG_CACHE_HOME").map(PathBuf::from) {
            Some(place) if place.is_absolute() => Some(place),
            _ if cfg!(windows) => variable("LOCALAPPDATA").map(PathBuf::from),
            _ if cfg!(target_os = "macos") => home().map(|home| home.join("Library/Caches")),
            _ => home().map(|home| home.join(".cache")),
        };
        Some(Self(place?.join("packwarden").join("artifacts")))
    }

    /// The file with this hash, if it is there and still has it.
    pub(super) fn find(&self, integrity: &Integrity) -> Option<PathBuf> {
        let path = self.path(integrity);
        let found = integrity.of_same(File::open(&path).ok()?).ok()?;
        if found == *integrity {
            return Some(path);
        }
        // Cut off, or changed by somebody: it would never be right again.
        let _ = fs::remove_file(&path);
        None
    }

    /// Moves a file with this hash here. What can't be kept is fetched again the next time.
    pub(super) fn keep(&self, integrity: &Integrity, file: &Path) -> io::Result<PathBuf> {
        create_private(&self.0)?;
        let path = self.path(integrity);
        if fs::rename(file, &path).is_err() {
            // It may come from another disk. It appears as a whole, or not at all.
            let mut made = tempfile::NamedTempFile::new_in(&self.0)?;
            io::copy(&mut File::open(file)?, &mut made)?;
            made.persist(&path)?;
        }
        Ok(path)
    }

    fn path(&self, integrity: &Integrity) -> PathBuf {
        let (algorithm, digits) = integrity.parts();
        self.0.join(format!("{algorithm}-{digits}"))
    }
}

fn create_private(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_until_it_changes() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache::at(place.path().join("a/b"));
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let known = Integrity::of_hex("sha256", known).unwrap();
        assert_eq!(cache.find(&known), None);
        let file = place.path().join("file");
        fs::write(&file, "abc").unwrap();
        let kept = cache.keep(&known, &file).unwrap();
        assert!(!file.exists());
        assert_eq!(cache.find(&known), Some(kept.clone()));
        fs::write(&kept, "abd").unwrap();
        assert_eq!(cache.find(&known), None);
        assert!(!kept.exists());
    }
}
