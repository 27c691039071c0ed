//! The file that cargo is about to upload, found by its hash: an older one of the same name may lie around.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use super::{Error, Upload};
use crate::{
    ecosystem::{CargoWorkspace, PrivateDirectory},
    gate,
    model::{Sha256, escape},
};

/// Crates that cargo is about to upload, as private copies: what is checked stays as it is.
pub(super) struct Found {
    copies: Vec<Copy>,
    /// The copy of the one that cargo asks about.
    asked: PathBuf,
    /// Where cargo has it.
    original: PathBuf,
    /// The directory in which cargo has them all.
    pub(super) directory: PathBuf,
    sha256: Sha256,
    private: PrivateDirectory,
}

struct Copy {
    file: PathBuf,
    sha256: Sha256,
}

/// A crate where cargo has it.
struct Original {
    /// What to read it by: where the system lets us, the very file that cargo has open.
    file: PathBuf,
    path: PathBuf,
}

impl Found {
    /// Copies what cargo asks about and, where the system shows what cargo has open, all that it will
    /// ask about after it.
    pub(super) fn of(upload: &Upload, workspace: &CargoWorkspace) -> Result<Self, gate::Error> {
        let name = upload.file_name();
        let mut open = open_files_of_parent();
        let is_asked = |one: &Original| {
            let file_name = one.path.file_name();
            file_name == Some(name.as_ref()) && hash_of(&one.file) == Some(upload.sha256)
        };
        let elsewhere = || {
            let places = workspace.places_of(&name).into_iter();
            let mut originals = places.map(Original::at);
            originals.find(is_asked)
        };
        let at = open.iter().position(is_asked);
        let original = at.map(|at| open.swap_remove(at)).or_else(elsewhere);
        let original = original.ok_or_else(|| Error::NoCrate {
            name: upload.shown(),
            sha256: upload.sha256,
        })?;
        let directory = original.path.parent().unwrap_or(Path::new(""));
        open.retain(|other| other.path.parent() == Some(directory));

        let private = PrivateDirectory::create()?;
        let asked = original.copy_to(private.path())?;
        let mut found = Self {
            asked: asked.file.clone(),
            directory: directory.to_owned(),
            sha256: upload.sha256,
            copies: vec![asked],
            original: original.file,
            private,
        };
        for other in open {
            found.copies.push(other.copy_to(found.private.path())?);
        }
        found.copies.sort_by(|a, b| a.file.cmp(&b.file));
        found.verify()?;
        Ok(found)
    }

    /// The copy of the one that cargo asks about.
    pub(super) fn asked(&self) -> &Path {
        &self.asked
    }

    /// All copies.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.copies.iter().map(|copy| &*copy.file)
    }

    pub(super) fn hashes(&self) -> impl Iterator<Item = &Sha256> {
        self.copies.iter().map(|copy| &copy.sha256)
    }

    /// Reads what cargo has once more.
    ///
    /// # Errors
    ///
    /// When it is not what was checked.
    pub(super) fn verify(&self) -> Result<(), gate::Error> {
        let asked = self.copies.iter().find(|copy| copy.file == self.asked);
        let is_asked = asked.is_some_and(|copy| copy.sha256 == self.sha256);
        match is_asked && hash_of(&self.original) == Some(self.sha256) {
            true => Ok(()),
            false => Err(gate::Error::Changed {
                name: name_of(&self.asked),
                client: "cargo".to_owned(),
            }),
        }
    }
}

impl Original {
    fn at(path: PathBuf) -> Self {
        Self {
            file: path.clone(),
            path,
        }
    }

    fn copy_to(&self, directory: &Path) -> Result<Copy, Error> {
        let file = directory.join(self.path.file_name().unwrap_or_default());
        let copied = File::open(&self.file).and_then(|from| {
            let to = File::create_new(&file)?;
            Sha256::copying(from, to)
        });
        let sha256 = copied.map_err(|source| Error::NotCopied {
            name: name_of(&self.path),
            source,
        })?;
        Ok(Copy { file, sha256 })
    }
}

fn hash_of(file: &Path) -> Option<Sha256> {
    let file = File::open(file).ok()?;
    match file.metadata().ok()?.is_file() {
        true => Sha256::reading(file).ok(),
        false => None,
    }
}

/// A file's name, for people.
pub(super) fn name_of(file: &Path) -> String {
    escape(&file.file_name().unwrap_or_default().to_string_lossy())
}

/// The crates that the cargo that has started us has open: those that it will upload, and no others.
#[cfg(target_os = "linux")]
fn open_files_of_parent() -> Vec<Original> {
    let Ok(entries) = std::fs::read_dir(of_parent("fd")) else {
        return Vec::new();
    };
    let mut found: Vec<Original> = Vec::new();
    for entry in entries.flatten() {
        let Ok(path) = std::fs::read_link(entry.path()) else {
            continue;
        };
        let is_crate = path.extension().is_some_and(|ending| ending == "crate");
        if is_crate && found.iter().all(|known| known.path != path) {
            found.push(Original {
                file: entry.path(),
                path,
            });
        }
    }
    found
}

#[cfg(not(target_os = "linux"))]
fn open_files_of_parent() -> Vec<Original> {
    Vec::new()
}

/// The manifest that the cargo that has started us was given.
#[cfg(target_os = "linux")]
pub(super) fn manifest_of_parent() -> Option<PathBuf> {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    const FLAG: &[u8] = b"--manifest-path";
    let line = std::fs::read(of_parent("cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0);
    while let Some(word) = words.next() {
        let value = match word.strip_prefix(FLAG) {
            Some([]) => words.next(),
            Some([b'=', value @ ..]) => Some(value),
            _ => continue,
        };
        return Some(PathBuf::from(OsStr::from_bytes(value?)));
    }
    None
}

#[cfg(not(target_os = "linux"))]
pub(super) fn manifest_of_parent() -> Option<PathBuf> {
    None
}

#[cfg(target_os = "linux")]
fn of_parent(what: &str) -> PathBuf {
    let parent = std::os::unix::process::parent_id();
    PathBuf::from(format!("/proc/{parent}/{what}"))
}
