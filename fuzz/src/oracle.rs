//! What other readers see in the same bytes.
//!
//! Installers differ in how they read archives. What we pass has to be what they see: a file that
//! somebody else finds in it, and we don't, was never searched.

use std::{
    fmt,
    io::{Cursor, Read},
};

use flate2::bufread::GzDecoder;
use packwarden::model::{EntryKind, Sha256};

use super::reading::{Item, Told};

/// A file or a link, as some reader sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Seen {
    pub name: Vec<u8>,
    /// Of a link, the length of its target.
    pub size: u64,
    /// Of a link, the hash of its target.
    pub sha256: Sha256,
}

impl Seen {
    pub fn new(name: &[u8], content: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            size: content.len() as u64,
            sha256: Sha256::of(content),
        }
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, size, .. } = self;
        write!(formatter, "{} ({size} bytes)", name.escape_ascii())
    }
}

/// What we see in the artifact itself.
pub fn ours(told: &Told) -> Vec<Seen> {
    let items = told.items.iter().filter(|item| item.entry.depth == 0);
    let shipped =
        items.filter(|item| matches!(item.entry.kind, EntryKind::File | EntryKind::Link { .. }));
    shipped.map(|item| seen(told, item)).collect()
}

/// What npm makes of what we see: it drops links, and the first component of each name.
pub fn installed_by_npm(told: &Told) -> Vec<Seen> {
    let items = told.items.iter().filter(|item| item.entry.depth == 0);
    let files = items.filter(|item| item.entry.kind == EntryKind::File);
    let stripped = files.map(|item| {
        let mut seen = seen(told, item);
        let slash = seen.name.iter().position(|byte| *byte == b'/');
        seen.name
            .drain(..=slash.expect("what passes lies in a root directory"));
        seen
    });
    stripped.collect()
}

fn seen(told: &Told, item: &Item) -> Seen {
    Seen {
        name: item.entry.path.as_str().into(),
        size: item.entry.size,
        sha256: told.hash(item),
    }
}

/// What a reader sees, and whether it got to the end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Theirs {
    pub seen: Vec<Seen>,
    pub complete: bool,
}

/// Everything that they see has to be what we see, in the same order. We may see more only where they
/// gave up, or passed something over.
pub fn assert_covered(ours: &[Seen], theirs: &Theirs, reader: &str) {
    if let Some(difference) = difference(ours, theirs) {
        panic!("{reader} sees {difference}");
    }
}

/// What they see otherwise.
pub fn difference(ours: &[Seen], theirs: &Theirs) -> Option<String> {
    if theirs.complete {
        return (ours != theirs.seen).then(|| format!("{:?}, and we {ours:?}", theirs.seen));
    }
    let mut left = ours.iter();
    let mut seen = theirs.seen.iter();
    let other = seen.find(|seen| !left.any(|own| own == *seen))?;
    Some(format!("{other:?}, which we don't: {ours:?}"))
}

/// The one member of a gzip file, uncompressed, and what follows it.
pub fn gunzip(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut decoder = GzDecoder::new(bytes);
    let mut content = Vec::new();
    decoder.read_to_end(&mut content).ok()?;
    Some((content, decoder.into_inner()))
}

/// What the `tar` crate sees.
pub fn tar_crate(tar: impl Read) -> Theirs {
    let mut theirs = Theirs::default();
    let mut archive = tar::Archive::new(tar);
    let Ok(entries) = archive.entries() else {
        return theirs;
    };
    for entry in entries {
        let Ok(mut entry) = entry else {
            return theirs;
        };
        let kind = entry.header().entry_type();
        let name = entry.path_bytes().into_owned();
        if kind.is_symlink() || kind.is_hard_link() {
            let target = entry.link_name_bytes().unwrap_or_default();
            theirs.seen.push(Seen::new(&name, &target));
        } else if !kind.is_dir() && !kind.is_pax_global_extensions() {
            let mut content = Vec::new();
            if entry.read_to_end(&mut content).is_err() {
                return theirs;
            }
            theirs.seen.push(Seen::new(&name, &content));
        }
    }
    theirs.complete = true;
    theirs
}

/// What the `zip` crate sees.
pub fn zip_crate(zip: &[u8]) -> Theirs {
    let mut theirs = Theirs::default();
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(zip)) else {
        return theirs;
    };
    for index in 0..archive.len() {
        let Ok(mut file) = archive.by_index(index) else {
            return theirs;
        };
        if file.is_dir() {
            continue;
        }
        let name = file.name_raw().to_owned();
        let mut content = Vec::new();
        // As much as any limit lets us read ourselves.
        if (&mut file).take(8 << 20).read_to_end(&mut content).is_err() {
            return theirs;
        }
        theirs.seen.push(Seen::new(&name, &content));
    }
    theirs.complete = true;
    theirs
}
