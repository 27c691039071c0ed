//! Artifacts that passed are kept, with the list that `--expect` takes.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use tempfile::{Builder, TempDir};

use super::Error;
use crate::{
    ecosystem::Packed,
    model::{Sha256, directory_of, escape},
    policy::{Outcome, Verdict},
};

/// The name of the list of hashes, in a directory where what has passed is kept.
pub const LIST: &str = "SHA256SUMS";

/// A directory that is to hold what passed.
pub(super) struct Save<'a> {
    directory: &'a Path,
    files: Vec<Kept>,
    /// Held because the files of a client go with them.
    packed: Vec<Packed>,
}

/// A file that was checked.
struct Kept {
    file: PathBuf,
    sha256: Option<Sha256>,
}

impl<'a> Save<'a> {
    /// Sees to it that the directory can be made: to pack and to check may take minutes.
    pub(super) fn to(directory: &'a Path) -> Result<Self, Error> {
        let save = Self {
            directory,
            files: Vec::new(),
            packed: Vec::new(),
        };
        match fs::read_dir(directory) {
            Ok(mut entries) => match entries.next() {
                None => Ok(save),
                Some(_) => Err(save.failed("it is not empty, and nothing in it is overwritten")),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(save),
            Err(error) => Err(save.failed(error)),
        }
    }

    /// What has come through a pipe is nowhere any more.
    pub(super) fn no_file(&self) -> Error {
        self.failed("standard input is no file: name the artifact's")
    }

    /// Remembers a file that was checked.
    pub(super) fn take(&mut self, file: &Path, sha256: Option<Sha256>) {
        self.files.push(Kept {
            file: file.to_owned(),
            sha256,
        });
    }

    /// Has what a client made stay until the end.
    pub(super) fn hold(&mut self, packed: Vec<Packed>) {
        self.packed.extend(packed);
    }

    /// Keeps the files if all that was checked passed, or if they are to be published `anyway`. The directory
    /// appears with all of them, or not at all.
    pub(super) fn finish(
        self,
        verdict: &Verdict,
        anyway: bool,
    ) -> Result<Vec<(String, Sha256)>, Error> {
        match verdict.outcome() {
            Outcome::Passed => {}
            Outcome::Blocked | Outcome::Incomplete if anyway && verdict.errors.is_empty() => {}
            Outcome::Blocked | Outcome::Incomplete | Outcome::Error => return Ok(Vec::new()),
        }
        let (made, kept) = self.make().map_err(|error| self.failed(error))?;
        // An empty directory gives way; one that was filled meanwhile does not.
        let placed = match fs::remove_dir(self.directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::rename(made.path(), self.directory),
        };
        placed.map_err(|error| self.failed(error))?;
        // It has another name now, and nothing is to be removed.
        let _ = made.keep();
        Ok(kept)
    }

    /// Makes a directory with everything in it beside the one that is wanted.
    fn make(&self) -> io::Result<(TempDir, Vec<(String, Sha256)>)> {
        let mut builder = Builder::new();
        builder.prefix(".packwarden-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let made = builder.tempdir_in(directory_of(self.directory))?;
        let (mut list, mut names) = (String::new(), BTreeSet::new());
        let mut all = Vec::new();
        for kept in &self.files {
            let name = kept.file.file_name().and_then(|name| name.to_str());
            let plain =
                |name: &&str| escape(name) == **name && !name.contains('\\') && *name != LIST;
            let name = name.filter(plain).ok_or_else(|| {
                io::Error::other("an artifact has a name that no list of hashes can hold")
            })?;
            if !names.insert(name) {
                return Err(io::Error::other(format!("two artifacts are called {name}")));
            }
            // What lies there may be another than was checked.
            let to = File::create_new(made.path().join(name))?;
            let copied = Sha256::copying(File::open(&kept.file)?, to)?;
            if Some(copied) != kept.sha256 {
                return Err(io::Error::other(format!(
                    "{name} is no longer what was checked"
                )));
            }
            list += &format!("{copied}  {name}\n");
            all.push((name.to_owned(), copied));
        }
        fs::write(made.path().join(LIST), list)?;
        Ok((made, all))
    }

    fn failed(&self, reason: impl ToString) -> Error {
        Error::NotSaved {
            path: escape(&self.directory.display().to_string()),
            reason: reason.to_string(),
        }
    }
}
