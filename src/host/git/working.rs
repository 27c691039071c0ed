//! Files of the working tree, held against the commit.
//!
//! Size and time of a file are no proof that it is what it was, and git's own comparison runs the filters
//! that the repository names. So the content is hashed here.

use std::{
    collections::HashSet,
    fs,
    io::{self, Read},
    path::Path,
};

use sha2::Digest as _;

use super::{
    Place,
    command::{Failed, Git},
    files::{File, Files},
    listing::{self, Kind},
};
use crate::model::{BlobHasher, BlobId, ObjectFormat, Sha256, Working};

/// What is hashed to find out whether the project is as in the commit, in bytes. Files that ship are
/// hashed in any case.
const MOST: u64 = 256 << 20;
/// A longer file is not compared without regard to line ends.
const LONGEST_TEXT: u64 = 16 << 20;

/// How the working tree differs from the commit.
pub(super) struct State {
    pub(super) dirty: Option<bool>,
    /// The files, relative to the project, whose content may be another than that in the commit without
    /// anybody having changed them.
    pub(super) alike: HashSet<String>,
}

/// Attributes that make what lies in the tree another content than what is committed.
const CONVERTING: [&str; 3] = ["filter", "ident", "working-tree-encoding"];

/// Compares the tracked files of the project with the commit.
pub(super) fn state(git: Git<'_>, place: &Place, files: &Files) -> Result<State, String> {
    let (mut dirty, mut hashed) = (false, 0);
    let mut differing = Vec::new();
    let mut not_hashed = Vec::new();
    // The small ones first, so that one large file hides no others, and always in the same order.
    let size = |path: &str| {
        place
            .project
            .join(path)
            .symlink_metadata()
            .map(|it| it.len())
    };
    let mut all: Vec<_> = files.of_project().collect();
    all.sort_by_cached_key(|(path, _)| (size(path).unwrap_or_default(), path.to_owned()));
    for (path, file) in all {
        dirty |= !file.as_committed;
        match compare(&place.project.join(path), file, place.format, &mut hashed) {
            Compared::Same => {}
            Compared::Changed => dirty = true,
            Compared::Differs => differing.push(path),
            Compared::NotHashed => not_hashed.push(path),
        }
    }
    let mut alike = converted(git, differing.iter().chain(&not_hashed))?;
    for path in differing {
        if alike.contains(path) {
            continue;
        }
        let committed = files.get(&format!("{}{path}", place.prefix));
        let committed = committed.and_then(|file| file.committed);
        match by_line_ends_only(&place.project.join(path), place.format, committed) {
            true => {
                alike.insert(path.to_owned());
            }
            false => dirty = true,
        }
    }
    Ok(State {
        dirty: (dirty || not_hashed.is_empty()).then_some(dirty),
        alike,
    })
}

enum Compared {
    Same,
    /// In a way that no attribute explains.
    Changed,
    Differs,
    NotHashed,
}

fn compare(path: &Path, file: &File, format: ObjectFormat, hashed: &mut u64) -> Compared {
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(_) if file.skipped || file.kind == Kind::Module => return Compared::Same,
        Err(_) => return Compared::Changed,
    };
    match file.kind {
        // What is in a submodule is not known here.
        Kind::Module => Compared::Same,
        Kind::Link => match fs::read_link(path) {
            Ok(target) => {
                let target = target.to_string_lossy();
                let blob = BlobHasher::of(format, target.as_bytes());
                match Some(blob) == file.committed {
                    true => Compared::Same,
                    false => Compared::Changed,
                }
            }
            // Where the system has no links, git writes a file with the target.
            Err(_) => Compared::Differs,
        },
        Kind::File if !metadata.is_file() => Compared::Changed,
        Kind::File => {
            if *hashed + metadata.len() > MOST {
                return Compared::NotHashed;
            }
            *hashed += metadata.len();
            match blob(path, format, |_| {}) {
                Ok(blob) if Some(blob) == file.committed => Compared::Same,
                Ok(_) => Compared::Differs,
                Err(_) => Compared::Changed,
            }
        }
    }
}

/// The content of a file in the working tree.
pub(super) fn content(path: &Path, format: ObjectFormat) -> io::Result<Working> {
    let mut sha256 = sha2::Sha256::new();
    Ok(Working {
        blob: blob(path, format, |piece| sha256.update(piece))?,
        sha256: Sha256::from_bytes(sha256.finalize().into()),
    })
}

/// What git would name the file, which is handed on as well.
fn blob(path: &Path, format: ObjectFormat, mut take: impl FnMut(&[u8])) -> io::Result<BlobId> {
    let metadata = fs::metadata(path)?;
    // A pipe would be waited for.
    if !metadata.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut file = fs::File::open(path)?;
    let mut blob = BlobHasher::new(format, metadata.len());
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        blob.push(&buffer[..count]);
        take(&buffer[..count]);
    }
    let changed = || io::Error::other("it was changed while it was read");
    blob.finish().ok_or_else(changed)
}

/// A file that is not too long to be held.
pub(super) fn text(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    (metadata.is_file() && metadata.len() <= LONGEST_TEXT).then(|| fs::read(path).ok())?
}

/// Whether the file is the committed one with other line ends: git may write them so, on Windows for
/// instance, and a difference that nobody sees is no change.
fn by_line_ends_only(path: &Path, format: ObjectFormat, committed: Option<BlobId>) -> bool {
    let (Some(committed), Some(text)) = (committed, text(path)) else {
        return false;
    };
    let unix: Vec<u8> = text
        .iter()
        .enumerate()
        .filter(|(at, byte)| **byte != b'\r' || text.get(at + 1) != Some(&b'\n'))
        .map(|(_, byte)| *byte)
        .collect();
    unix.len() < text.len() && BlobHasher::of(format, &unix) == committed
}

/// Which of the files have attributes that convert content.
fn converted<'p>(
    git: Git<'_>,
    paths: impl Iterator<Item = &'p &'p str>,
) -> Result<HashSet<String>, String> {
    let list: Vec<u8> = paths
        .flat_map(|path| path.bytes().chain(std::iter::once(0)))
        .collect();
    if list.is_empty() {
        return Ok(HashSet::new());
    }
    let question = [&["check-attr", "-z", "--stdin"], &CONVERTING[..]].concat();
    let answer = git.ask_about(&question, list).map_err(Failed::reason)?;
    let found = listing::with_attributes(&answer).into_iter();
    Ok(found.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_no_difference() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let committed = Some(BlobHasher::of(ObjectFormat::Sha1, b"a\nb\r\n"));
        for (text, same) in [
            ("a\r\nb\r\r\n", true),
            ("a\nb\r\n", false),
            ("a\r\nc\r\n", false),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(
                by_line_ends_only(&path, ObjectFormat::Sha1, committed),
                same,
                "{text:?}"
            );
        }
    }
}
