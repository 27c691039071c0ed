//! A check that packs with the project's scripts, and the hook among these: the check sees what is packed, and
//! the hook leaves it to the check, so that findings are told once and by whoever was asked for them.
//!
//! A variable alone switches no hook off: it names a file that the check holds locked as long as it lives, and
//! that tells which project is packed.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use crate::ecosystem::{Error, PrivateDirectory, real};

/// Names the file.
const VARIABLE: &str = "PACKWARDEN_CHECKING";

/// What a hook is to find.
pub(super) struct Handover {
    file: PathBuf,
    _locked: File,
    _directory: PrivateDirectory,
}

impl Handover {
    /// For the scripts of the project in `root`.
    pub(super) fn create(root: &Path) -> Result<Self, Error> {
        let directory = PrivateDirectory::create()?;
        let file = directory.path().join("project");
        let unreadable = |source| Error::unreadable(&file, source);
        fs::write(&file, real(root).as_os_str().as_encoded_bytes()).map_err(unreadable)?;
        let locked = File::open(&file).map_err(unreadable)?;
        lock(&locked);
        Ok(Self {
            file,
            _locked: locked,
            _directory: directory,
        })
    }

    /// Tells a client of it.
    pub(super) fn tell(&self, command: &mut Command) {
        command.env(VARIABLE, &self.file);
    }
}

/// Whether a check that is still running has this project packed.
pub fn inside_check(root: &Path) -> bool {
    let file = env::var_os(VARIABLE).map(PathBuf::from);
    file.is_some_and(|file| is_held(&file, root))
}

fn is_held(file: &Path, root: &Path) -> bool {
    let told = fs::read(file).unwrap_or_default();
    let is_told = told == real(root).as_os_str().as_encoded_bytes();
    is_told && File::open(file).is_ok_and(|file| !lock(&file))
}

/// Whether nobody else holds it.
#[cfg(unix)]
fn lock(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};
    flock(file, FlockOperation::NonBlockingLockExclusive) != Err(rustix::io::Errno::WOULDBLOCK)
}

/// Elsewhere the hook checks for itself.
#[cfg(not(unix))]
fn lock(_: &File) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_handed_over_as_long_as_somebody_holds_it() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let handover = Handover::create(one.path()).unwrap();
        let left = one.path().join("left");
        fs::copy(&handover.file, &left).unwrap();
        assert!(is_held(&handover.file, one.path()));
        assert!(!is_held(&handover.file, other.path()));
        assert!(!is_held(&left, one.path()), "nobody holds a copy");
        assert!(!is_held(Path::new("/dev/null"), one.path()));
        let file = handover.file.clone();
        drop(handover);
        assert!(!is_held(&file, one.path()));
    }
}
