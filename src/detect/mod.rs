//! What globs and regexes cannot say: one file per detector, one table.
//!
//! A detector looks at entries as a stream and gives back detections, facts and derived texts. What
//! needs the whole artifact is concluded from the facts when all entries are read.

mod archive_entry;
mod build_tool;
mod bundler_report;
mod bytes;
mod change;
mod content;
mod conversation;
mod crate_source;
mod data_set;
mod dist;
mod document;
mod entry_points;
mod facts;
mod flatbuffer;
mod image;
mod install_script;
mod json;
mod live_secret;
mod machine;
mod manifest;
mod model_weights;
mod native;
mod notebook;
mod prompt;
mod protobuf;
mod publish;
mod pyc;
mod readable;
mod self_match;
mod source_map;
mod source_tree;
mod tar_owner;
#[cfg(test)]
mod testing;
mod text_digest;
mod unreadable;
mod wasm;
mod wheel;

use crate::model::{Context, Entry, EntryPath, Evidence, Gap, GapKind, Location, Sha256};

pub use change::{Files, First, KnownBy, Pair, changes, total};
pub use crate_source::CrateSource;
pub use dist::compare;
pub use facts::{Fact, Facts, Records};
pub use live_secret::{Redactor, drop_derived_twins, tell_of_one_secret};
pub use manifest::ReadManifest;
pub use source_map::{MapComment, SourceMapFact};
pub use source_tree::{Named, Shipped, places};
pub use wheel::WheelRecord;

/// One detector, made for one scan.
pub trait Detector: Send + Sync {
    /// An inspection of this entry, if there is something in it to look for. `head` is the first
    /// bytes of the content (64 KiB, or all of it if shorter).
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>>;

    /// What follows from the facts of all entries.
    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let _ = (facts, out);
    }

    /// What could not be read of all entries together, known when all are read. Which entry came
    /// last depends on the threads, so it names none.
    fn gap(&self) -> Option<Gap> {
        None
    }
}

/// One entry being looked at by one detector. The content arrives in order, in pieces of any size.
pub trait Inspection: Send {
    /// The next piece; `last` says that no more follows. An entry without content has one empty
    /// last piece.
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out);
}

/// Where an inspection puts what it has found.
pub trait Out {
    /// Something that rules may name.
    fn detection(&mut self, detection: Detection);
    /// Something to conclude from when all entries are read.
    fn fact(&mut self, fact: Fact);
    /// Something in this entry that could not be read.
    fn gap(&mut self, kind: GapKind, reason: String);
    /// Starts a derived text: `name` is its path inside this entry (`src/main.ts`). `false` when the
    /// budget of derived texts is used up: the inspection then stops deriving.
    fn derive(&mut self, name: &str) -> bool;
    /// The next piece of the derived text; `last` ends it. It goes through the same matching as
    /// entries do. Pieces of some 10 to 250 KiB are best.
    fn derived(&mut self, piece: &[u8], last: bool);
}

/// What a detector has found, before it is known which rules care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// `detector:kind`, as rules name it.
    pub kind: &'static str,
    /// The entry.
    pub path: EntryPath,
    /// Where in the entry.
    pub location: Location,
    /// One sentence that says what was found here.
    pub message: String,
    /// What shows it.
    pub evidence: Evidence,
    /// What to type against it, where it is known better than by the rule's own fix.
    pub fix: Option<String>,
    /// What a waiver binds to, where it is not the whole entry: the hash of the matched value, of a
    /// decoded blob.
    pub sha256: Option<Sha256>,
}

impl Detection {
    /// Of the entry as a whole, shown by a fact.
    fn new(kind: &'static str, path: &EntryPath, message: String, fact: impl Into<String>) -> Self {
        Self {
            kind,
            path: path.clone(),
            location: Location::default(),
            message,
            evidence: Evidence::fact(fact),
            fix: None,
            sha256: None,
        }
    }
}

/// One line of the table of detectors.
pub struct Registration {
    /// Every `detector:kind` that it may report.
    pub kinds: &'static [&'static str],
    /// Makes the detector for one scan.
    pub make: fn(&Context) -> Box<dyn Detector>,
}

/// All detectors.
pub const DETECTORS: &[Registration] = &[
    Registration {
        kinds: &[],
        make: manifest::make,
    },
    Registration {
        kinds: self_match::KINDS,
        make: self_match::make,
    },
    Registration {
        kinds: live_secret::KINDS,
        make: live_secret::make,
    },
    Registration {
        kinds: model_weights::KINDS,
        make: model_weights::make,
    },
    Registration {
        kinds: data_set::KINDS,
        make: data_set::make,
    },
    Registration {
        kinds: conversation::KINDS,
        make: conversation::make,
    },
    Registration {
        kinds: document::KINDS,
        make: document::make,
    },
    Registration {
        kinds: notebook::KINDS,
        make: notebook::make,
    },
    Registration {
        kinds: prompt::KINDS,
        make: prompt::make,
    },
    Registration {
        kinds: tar_owner::KINDS,
        make: tar_owner::make,
    },
    Registration {
        kinds: archive_entry::KINDS,
        make: archive_entry::make,
    },
    Registration {
        kinds: source_map::KINDS,
        make: source_map::make,
    },
    Registration {
        kinds: bundler_report::KINDS,
        make: bundler_report::make,
    },
    Registration {
        kinds: wasm::KINDS,
        make: wasm::make,
    },
    Registration {
        kinds: native::KINDS,
        make: native::make,
    },
    Registration {
        kinds: pyc::KINDS,
        make: pyc::make,
    },
    Registration {
        kinds: image::KINDS,
        make: image::make,
    },
    Registration {
        kinds: source_tree::KINDS,
        make: source_tree::make,
    },
    Registration {
        kinds: wheel::KINDS,
        make: wheel::make,
    },
    Registration {
        kinds: dist::KINDS,
        make: dist::make,
    },
    Registration {
        kinds: publish::KINDS,
        make: publish::make,
    },
    Registration {
        kinds: install_script::KINDS,
        make: install_script::make,
    },
    Registration {
        kinds: crate_source::KINDS,
        make: crate_source::make,
    },
    Registration {
        kinds: entry_points::KINDS,
        make: entry_points::make,
    },
    Registration {
        kinds: readable::KINDS,
        make: readable::make,
    },
    Registration {
        kinds: &[],
        make: text_digest::make,
    },
];

/// Every `detector:kind` that a rule may name: those of all detectors, and what two releases differ in.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    let of_detectors = DETECTORS.iter().flat_map(|line| line.kinds);
    of_detectors.chain(change::KINDS).copied()
}
