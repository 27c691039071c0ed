//! What came of the uploads of one run of cargo, which asks about each in a process of its own.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use super::{Error, find::Found};
use crate::model::{Sha256, escape};

/// A private directory in which `packwarden publish` finds what was asked: a file for each crate that cargo
/// will upload, one for each that may be, and one if something is in the way.
pub(in crate::gate) struct Record(PathBuf);

const DUE: &str = "due";
const PASSED: &str = "passed";
const BLOCKED: &str = "blocked";

impl Record {
    pub(in crate::gate) fn at(directory: &Path) -> Self {
        Self(directory.to_owned())
    }

    pub(super) fn due<'h>(&self, hashes: impl Iterator<Item = &'h Sha256>) -> Result<(), Error> {
        let mut hashes = hashes;
        hashes.try_for_each(|sha256| self.write(&format!("{sha256}.{DUE}"), ""))
    }

    pub(super) fn passed(&self, sha256: &Sha256) -> Result<(), Error> {
        self.write(&format!("{sha256}.{PASSED}"), "")
    }

    /// Keeps the exit code of the check.
    pub(super) fn blocked(&self, code: u8) -> Result<(), Error> {
        self.write(BLOCKED, &code.to_string())
    }

    fn write(&self, name: &str, content: &str) -> Result<(), Error> {
        fs::write(self.0.join(name), content).map_err(|source| Error::Record {
            path: escape(&self.0.to_string_lossy()),
            source,
        })
    }

    /// The exit code of the check that is in the way, if one is.
    pub(in crate::gate) fn code(&self) -> Option<u8> {
        let text = fs::read_to_string(self.0.join(BLOCKED)).ok()?;
        text.parse().ok().filter(|code| *code != 0)
    }

    /// Whether something was to be uploaded, and all of it was asked about and let through.
    pub(in crate::gate) fn is_complete(&self) -> bool {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let is_due = |path: &PathBuf| path.extension().is_some_and(|ending| ending == DUE);
        let mut due = entries.map(|entry| entry.path()).filter(is_due).peekable();
        due.peek().is_some() && due.all(|path| path.with_extension(PASSED).exists())
    }
}

/// The file beside the crates that says of which run all have passed. Whoever forges it gains no more than a
/// check that comes later: each crate is checked when cargo asks about it in any case.
pub(super) struct Passed {
    place: PathBuf,
    text: String,
}

const NAME: &str = ".packwarden-passed";

impl Passed {
    pub(super) fn of(found: &Found) -> Self {
        let mut hashes: Vec<String> = found.hashes().map(Sha256::to_string).collect();
        hashes.sort();
        Self {
            place: found.directory.join(NAME),
            text: format!("{}\n{}\n", parent(), hashes.join("\n")),
        }
    }

    /// Whether they were told of already.
    pub(super) fn is_known(&self) -> bool {
        fs::read_to_string(&self.place).is_ok_and(|text| text == self.text)
    }

    /// Where it can't be written, all are checked once more when cargo asks about the next one.
    pub(super) fn remember(&self) {
        // Not through a link that somebody has put there.
        let _ = fs::remove_file(&self.place);
        let _ =
            File::create_new(&self.place).and_then(|mut file| file.write_all(self.text.as_bytes()));
    }
}

/// The run of cargo.
#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

/// Nothing tells one run from another: what is written is never found again.
#[cfg(not(unix))]
fn parent() -> u32 {
    std::process::id()
}
