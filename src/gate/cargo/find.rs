//! The file that cargo is about to upload, found by its hash: an older one of the same name may lie around.

use std::{
    fs::File,
    io,
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
    /// The first is the one that cargo asks about.
    copies: Vec<Copy>,
    /// Where cargo has it.
    original: PathBuf,
    /// The directory in which cargo has them all.
    pub(super) directory: PathBuf,
    sha256: Sha256,
    _private: PrivateDirectory,
}

struct Copy {
    file: PathBuf,
    sha256: Sha256,
}

/// A crate where cargo has it.
struct Original {
    /// What to read it by: where the system lets us, the very file that cargo has open.
    file: PathBuf,
    /// Its name.
    path: PathBuf,
}

impl Found {
    /// Copies what cargo asks about and, where the system shows what cargo has open, all that it will
    /// ask about after it.
    pub(super) fn of(upload: &Upload, workspace: &CargoWorkspace) -> Result<Self, gate::Error> {
        let private = PrivateDirectory::create()?;
        let name = upload.file_name();
        let open = open_files_of_parent();
        let elsewhere = workspace.places_of(&name).into_iter().map(|path| Original {
            file: path.clone(),
            path,
        });
        let asked = open.iter().filter(|one| one.path.ends_with(&name));
        let mut copies = Vec::new();
        let mut original = None;
        let elsewhere: Vec<_> = elsewhere.collect();
        for candidate in asked.chain(&elsewhere) {
            let copy = private.path().join(&name);
            let Ok(sha256) = copied(&candidate.file, &copy) else {
                continue;
            };
            if sha256 == upload.sha256 {
                copies.push(Copy { file: copy, sha256 });
                original = Some(candidate);
                break;
            }
        }
        let original = original.ok_or_else(|| Error::NoCrate {
            name: upload.shown(),
            sha256: upload.sha256,
        })?;
        let directory = original.path.parent().unwrap_or(Path::new(""));
        for other in &open {
            let is_beside = other.path.parent() == Some(directory);
            let file_name = other.path.file_name().filter(|other| **other != *name);
            if let (true, Some(file_name)) = (is_beside, file_name) {
                let file = private.path().join(file_name);
                let sha256 = copied(&other.file, &file).map_err(|source| Error::NotCopied {
                    name: escape(&file_name.to_string_lossy()),
                    source,
                })?;
                copies.push(Copy { file, sha256 });
            }
        }
        Ok(Self {
            copies,
            directory: directory.to_owned(),
            original: original.file.clone(),
            sha256: upload.sha256,
            _private: private,
        })
    }

    /// The copy of the one that cargo asks about.
    pub(super) fn asked(&self) -> &Path {
        &self.copies[0].file
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
    /// When it is no longer what was checked.
    pub(super) fn verify(&self) -> Result<(), gate::Error> {
        let open = File::open(&self.original);
        let read = open.and_then(|file| Sha256::copying(file, io::sink()));
        match read.ok() == Some(self.sha256) {
            true => Ok(()),
            false => Err(gate::Error::Changed {
                name: escape(
                    &self
                        .asked()
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy(),
                ),
                client: "cargo".to_owned(),
            }),
        }
    }
}

fn copied(from: &Path, to: &Path) -> io::Result<Sha256> {
    let from = File::open(from)?;
    match from.metadata()?.is_file() {
        true => Sha256::copying(from, File::create(to)?),
        false => Err(io::Error::other("it is not a file")),
    }
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
    // Reports keep their order from one request to the next.
    found.sort_by(|a, b| a.path.cmp(&b.path));
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
