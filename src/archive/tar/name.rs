//! Names that every installer reads alike, and that stay in the package.

use std::collections::{HashMap, hash_map::Entry as Slot};

use xxhash_rust::xxh3::xxh3_128;

use crate::archive::error::NameProblem;

const LONGEST: usize = 4096;

/// Whether a name is fit by itself.
pub(super) fn check(name: &[u8], is_directory: bool) -> Result<(), NameProblem> {
    let text = str::from_utf8(name).map_err(|_| NameProblem::NotUtf8)?;
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if name.len() > LONGEST {
        return Err(NameProblem::TooLong);
    }
    if name.contains(&0) {
        return Err(NameProblem::Nul);
    }
    if text.contains(char::is_control) {
        return Err(NameProblem::Control);
    }
    if name.contains(&b'\\') {
        return Err(NameProblem::Backslash);
    }
    let has_drive = name[0].is_ascii_alphabetic() && name.get(1) == Some(&b':');
    if has_drive || name[0] == b'/' {
        return Err(NameProblem::Absolute);
    }
    let plain = match is_directory {
        true => text.strip_suffix('/').unwrap_or(text),
        false => text,
    };
    plain.split('/').try_for_each(|component| match component {
        "" => Err(NameProblem::EmptyComponent),
        "." => Err(NameProblem::Dot),
        ".." => Err(NameProblem::Parent),
        _ => Ok(()),
    })
}

/// The names seen until now, by hash: 100,000 long names must not take memory. A hash can't make two
/// equal names look different; two names with one hash would be called a duplicate, which errs on the
/// safe side.
#[derive(Default)]
pub(crate) struct Names {
    is_directory: HashMap<u128, bool>,
    root: Option<String>,
    /// Entries, fit or not.
    pub(crate) entries: u64,
}

impl Names {
    /// The root directory: the first component of the first entry.
    pub(crate) fn root(&self) -> Option<&str> {
        self.root.as_deref()
    }

    /// Whether there is a file or link of this name.
    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.is_directory.get(&xxh3_128(name.as_bytes())) == Some(&false)
    }

    /// Takes a name, without a trailing slash. Returns how many directories it implies that were not
    /// known before. A directory may be there twice: it has no content to differ in.
    pub(super) fn add(&mut self, name: &str, is_directory: bool) -> Result<u64, NameProblem> {
        let (root, below) = match name.split_once('/') {
            Some((root, _)) => (root, true),
            None => (name, is_directory),
        };
        if !below {
            return Err(NameProblem::NoRoot);
        }
        if self.root.get_or_insert_with(|| root.to_owned()) != root {
            return Err(NameProblem::OtherRoot);
        }
        match self.is_directory.entry(xxh3_128(name.as_bytes())) {
            Slot::Vacant(slot) => {
                slot.insert(is_directory);
            }
            Slot::Occupied(slot) => match (*slot.get(), is_directory) {
                (true, true) => {}
                (false, false) => return Err(NameProblem::Duplicate),
                _ => return Err(NameProblem::FileIsDirectory),
            },
        }
        self.imply(name)
    }

    fn imply(&mut self, name: &str) -> Result<u64, NameProblem> {
        let mut implied = 0;
        let mut directory = name;
        while let Some((parent, _)) = directory.rsplit_once('/') {
            match self.is_directory.entry(xxh3_128(parent.as_bytes())) {
                Slot::Occupied(slot) if *slot.get() => break,
                Slot::Occupied(_) => return Err(NameProblem::FileIsDirectory),
                Slot::Vacant(slot) => {
                    slot.insert(true);
                }
            }
            implied += 1;
            directory = parent;
        }
        Ok(implied)
    }
}
