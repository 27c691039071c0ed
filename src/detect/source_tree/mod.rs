//! What ships, held against the source tree that it was made from.
//!
//! An artifact alone can't show that a file in it was never committed, is ignored, or was changed on its
//! way: the backdoor of XZ was in no commit, only in what was released.

mod conclude;
mod named;
mod outputs;
mod place;
mod rewritten;
mod versioneer;

use std::sync::Arc;

use globset::GlobSet;

use super::{Detection, Detector, Fact, Facts, Inspection, Out, content::Content};
use crate::model::{
    BlobHasher, BlobId, Context, Entry, EntryKind, EntryPath, Format, SourceContext, SourceTree,
};

pub use named::Named;
pub use place::places;

const IGNORED_DOTFILE: &str = "source-tree:ignored-dotfile";
const IGNORED: &str = "source-tree:ignored";
const UNTRACKED: &str = "source-tree:untracked";
const ALTERED: &str = "source-tree:altered";
const OLDER: &str = "source-tree:older";
const UNCOMMITTED: &str = "source-tree:uncommitted";
const OUTSIDE: &str = "source-tree:outside";
pub(super) const KINDS: &[&str] = &[
    IGNORED_DOTFILE,
    IGNORED,
    UNTRACKED,
    ALTERED,
    OLDER,
    UNCOMMITTED,
    OUTSIDE,
];

/// Files whose text tells whether a packer has changed them; a longer one it has not.
const REWRITTEN: [&str; 5] = [
    "package.json",
    "Cargo.toml",
    "pyproject.toml",
    "setup.cfg",
    "_version.py",
];
const LONGEST: usize = 1 << 20;

/// Reads what a manifest names.
type ReadNamed = fn(&[u8]) -> Vec<Named>;

struct SourceTrees {
    source: SourceContext,
    outputs: GlobSet,
}

/// Without a source tree there is nothing to compare with.
struct Nothing;

impl Detector for Nothing {
    fn inspect(&self, _: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        None
    }
}

pub(super) fn make(context: &Context) -> Box<dyn Detector> {
    match &context.source {
        None => Box::new(Nothing),
        Some(source) => Box::new(SourceTrees {
            outputs: outputs::configured(&source.outputs),
            source: source.clone(),
        }),
    }
}

impl Detector for SourceTrees {
    fn inspect(&self, entry: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        if entry.kind != EntryKind::File || entry.depth > 0 {
            return None;
        }
        let keeps_text = REWRITTEN.contains(&entry.path.file_name());
        let manifest = match &*entry.path.in_package() {
            _ if entry.path.is_rootless() => None,
            "package.json" => Some(named::in_package_json as ReadNamed),
            "Cargo.toml" => Some(named::in_cargo_toml as fn(&[u8]) -> Vec<Named>),
            _ => None,
        };
        let format = self.source.tree.format();
        Some(Box::new(File {
            path: entry.path.clone(),
            tree: self.source.tree.clone(),
            hasher: (!entry.opened).then(|| BlobHasher::new(format, entry.size)),
            text: (keeps_text || manifest.is_some()).then(|| Content::new(LONGEST)),
            manifest,
        }))
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        conclude::conclude(&self.source, &self.outputs, facts, out);
    }
}

/// A file that ships, and is not known to be committed.
#[derive(Debug)]
pub struct Shipped {
    path: EntryPath,
    /// Its content; not known of a container that was opened.
    content: Option<BlobId>,
    /// Its text, if it may have been changed by a packer.
    text: Option<Vec<u8>>,
}

struct File {
    path: EntryPath,
    tree: Arc<dyn SourceTree>,
    hasher: Option<BlobHasher>,
    text: Option<Content>,
    /// If it is a manifest.
    manifest: Option<ReadNamed>,
}

impl File {
    /// Whether it has the committed content of the file that it comes from.
    fn is_committed(&self, content: BlobId) -> bool {
        // The format is known when all entries are; only that of a wheel has several places.
        let format = self.path.is_rootless().then_some(Format::Wheel);
        let places = places(&self.path, format, "");
        let mut places = places.iter();
        places.any(|place| self.tree.is_committed_at(place, content))
    }
}

impl Inspection for File {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        if let Some(hasher) = &mut self.hasher {
            hasher.push(piece);
        }
        if let Some(text) = &mut self.text {
            text.push(piece);
        }
        if !last {
            return;
        }
        let text = self.text.as_mut().and_then(Content::take);
        if let (Some(named), Some(text)) = (self.manifest, &text) {
            out.fact(Fact::Named(named(text)));
        }
        let opened = self.hasher.is_none();
        let content = self.hasher.take().and_then(BlobHasher::finish);
        let is_committed = content.is_some_and(|content| self.is_committed(content));
        // Of content that was not delivered whole a gap is told.
        if (opened || content.is_some()) && !is_committed {
            out.fact(Fact::Shipped(Box::new(Shipped {
                path: self.path.clone(),
                content,
                text,
            })));
        }
    }
}
