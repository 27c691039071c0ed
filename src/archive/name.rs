//! Names that every installer reads alike, and that stay in the package.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry as Slot},
};

use xxhash_rust::xxh3::xxh3_128;

use super::error::{NameProblem, Place};
use crate::model::{EntryPath, Sha256};

const LONGEST: usize = 4096;

/// Whether a name is fit by itself.
fn check(name: &str) -> Result<(), NameProblem> {
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if name.len() > LONGEST {
        return Err(NameProblem::TooLong);
    }
    if name.contains('\0') {
        return Err(NameProblem::Nul);
    }
    if name.contains(char::is_control) {
        return Err(NameProblem::Control);
    }
    if name.contains('\\') {
        return Err(NameProblem::Backslash);
    }
    if name.starts_with('/') {
        return Err(NameProblem::Absolute);
    }
    name.split('/').try_for_each(|component| match component {
        "" => Err(NameProblem::EmptyComponent),
        "." => Err(NameProblem::Dot),
        ".." => Err(NameProblem::Parent),
        // In any place: installers drop the first component, and then the letter.
        _ if has_drive(component) => Err(NameProblem::Drive),
        _ => Ok(()),
    })
}

/// Without the `.` components below the root directory, which pnpm writes before a program that
/// `package.json` names so (`package/./bin/cli.js`). Installers leave them out when they write the file; one
/// in the first place, which they drop instead of the root, is another thing.
fn without_dots(name: &str) -> Cow<'_, str> {
    if !name.contains("/./") {
        return name.into();
    }
    let is_kept = |(index, component): &(usize, &str)| *index == 0 || *component != ".";
    let components: Vec<_> = name.split('/').enumerate().filter(is_kept).collect();
    let names: Vec<_> = components.iter().map(|(_, component)| *component).collect();
    names.join("/").into()
}

fn has_drive(component: &str) -> bool {
    let component = component.as_bytes();
    component.get(1) == Some(&b':') && component[0].is_ascii_alphabetic()
}

/// What may lie at the top of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Top {
    /// One directory, whatever its name.
    Root,
    /// What gets installed: a wheel.
    Anything,
}

impl Top {
    /// What the first entry's name makes likely. The root of an sdist is `NAME-VERSION`, and no Python
    /// package can be called so.
    fn guess(first: &str) -> Self {
        let top = first.split('/').next().unwrap_or_default();
        let is_metadata = top.ends_with(".dist-info") || top.ends_with(".data");
        match first.contains('/') && top.contains('-') && !is_metadata {
            true => Top::Root,
            false => Top::Anything,
        }
    }
}

/// The names seen until now, by hash: 100,000 long names must not take memory. A hash can't make two
/// equal names look different; two names with one hash would be called a duplicate, which errs on the
/// safe side.
pub(crate) struct Names {
    /// `None` until the first entry tells.
    top: Option<Top>,
    is_directory: HashMap<u128, bool>,
    /// What is in the files that were written with a `.` component: pnpm packs such a file a second time
    /// under its plain name.
    dotted: HashMap<u128, Option<Sha256>>,
    first: Option<String>,
    /// The directory of a wheel that holds its metadata, by the first name in it.
    dist_info: Option<String>,
    /// Entries, fit or not.
    pub(crate) entries: u64,
    /// The first link.
    pub(crate) link: Option<Place>,
}

impl Names {
    /// With `top`, or with what the first entry's name makes likely.
    pub(crate) fn new(top: Option<Top>) -> Self {
        Self {
            top,
            is_directory: HashMap::new(),
            dotted: HashMap::new(),
            first: None,
            dist_info: None,
            entries: 0,
            link: None,
        }
    }

    /// The directory that holds the manifest: the root, or a wheel's `NAME-VERSION.dist-info`.
    pub(crate) fn manifest_directory(&self) -> Option<&str> {
        match self.top? {
            Top::Root => self.first.as_deref(),
            Top::Anything => self.dist_info.as_deref(),
        }
    }

    /// What lies at the top, once there was an entry.
    pub(crate) fn top(&self) -> Option<Top> {
        self.top
    }

    /// Whether there is a file or link of this name.
    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.is_directory.get(&xxh3_128(name.as_bytes())) == Some(&false)
    }

    /// Takes the next entry's name as it is in the archive. Returns its path, and how many directories
    /// it implies that were not known before, unless the name is unfit. A directory may be there twice:
    /// it has no content to differ in.
    pub(super) fn next(
        &mut self,
        name: &[u8],
        is_directory: bool,
    ) -> (EntryPath, Result<u64, NameProblem>) {
        self.entries += 1;
        let text = String::from_utf8_lossy(name);
        let plain = match is_directory {
            true => text.strip_suffix('/').unwrap_or(&text),
            false => &text,
        };
        let top = *self.top.get_or_insert_with(|| Top::guess(&text));
        let plain = match top {
            Top::Root => without_dots(plain),
            Top::Anything => plain.into(),
        };
        let path = self.path(&plain);
        let checked = str::from_utf8(name)
            .map_err(|_| NameProblem::NotUtf8)
            .and_then(|_| check(&plain))
            .and_then(|()| self.add(top, &plain, is_directory));
        if checked.is_ok() && matches!(plain, Cow::Owned(_)) {
            self.dotted.insert(xxh3_128(plain.as_bytes()), None);
        }
        (path, checked)
    }

    /// Whether [`Self::has_content`] is to be told what is in the file at `path`.
    pub(super) fn may_come_twice(&self, path: &EntryPath) -> bool {
        self.dotted
            .contains_key(&xxh3_128(path.as_str().as_bytes()))
    }

    /// Takes the hash of the file at `path`, which must be that of the file that was there before.
    pub(super) fn has_content(
        &mut self,
        path: &EntryPath,
        sha256: Sha256,
    ) -> Result<(), NameProblem> {
        let name = xxh3_128(path.as_str().as_bytes());
        let known = self.dotted.insert(name, Some(sha256)).flatten();
        match known.is_none_or(|known| known == sha256) {
            true => Ok(()),
            false => Err(NameProblem::Duplicate),
        }
    }

    /// Takes that there is a link at `path`, which no file may share its name with.
    pub(super) fn is_link(&mut self, path: &EntryPath) -> Result<(), NameProblem> {
        let name = xxh3_128(path.as_str().as_bytes());
        match self.dotted.remove(&name).flatten() {
            None => Ok(()),
            Some(_) => Err(NameProblem::Duplicate),
        }
    }

    /// The path of an entry by its name.
    pub(super) fn path(&self, name: &str) -> EntryPath {
        match self.top {
            Some(Top::Anything) => EntryPath::rootless(name),
            Some(Top::Root) | None => EntryPath::new(name),
        }
    }

    fn add(&mut self, top: Top, name: &str, is_directory: bool) -> Result<u64, NameProblem> {
        let (first, below) = match name.split_once('/') {
            Some((first, _)) => (first, true),
            None => (name, is_directory),
        };
        match top {
            Top::Root if !below => return Err(NameProblem::NoRoot),
            Top::Root if self.first.get_or_insert_with(|| first.to_owned()) != first => {
                return Err(NameProblem::OtherRoot);
            }
            Top::Anything if below && first.ends_with(".dist-info") => {
                let dist_info = self.dist_info.get_or_insert_with(|| first.to_owned());
                if dist_info != first {
                    return Err(NameProblem::OtherDistInfo);
                }
            }
            _ => {}
        }
        let hash = xxh3_128(name.as_bytes());
        match self.is_directory.entry(hash) {
            Slot::Vacant(slot) => {
                slot.insert(is_directory);
            }
            Slot::Occupied(slot) => match (*slot.get(), is_directory) {
                (true, true) => {}
                // Whether they are the same is told when both are read.
                (false, false) if matches!(self.dotted.get(&hash), Some(Some(_))) => {}
                (false, false) => return Err(NameProblem::Duplicate),
                _ => return Err(NameProblem::FileIsDirectory),
            },
        }
        self.imply(name)
    }

    /// Takes the directories that a name lies in, all or none: what is refused is not counted.
    fn imply(&mut self, name: &str) -> Result<u64, NameProblem> {
        let mut implied = Vec::new();
        let mut directory = name;
        while let Some((parent, _)) = directory.rsplit_once('/') {
            let hash = xxh3_128(parent.as_bytes());
            match self.is_directory.get(&hash) {
                Some(true) => break,
                Some(false) => return Err(NameProblem::FileIsDirectory),
                None => implied.push(hash),
            }
            directory = parent;
        }
        let known = implied.iter().map(|hash| (*hash, true));
        self.is_directory.extend(known);
        Ok(implied.len() as u64)
    }
}
