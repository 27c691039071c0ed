//! What is known of the whole artifact when all entries are read.

use std::collections::{BTreeMap, HashSet};

use super::SourceMapFact;
use crate::model::{EntryPath, Manifest};

/// One thing that an inspection has learnt.
#[derive(Debug)]
pub enum Fact {
    /// The package's manifest.
    Manifest(Manifest),
    /// The digest of a shipped text file, line ends normalised.
    Text(u128),
    /// A source map.
    SourceMap(Box<SourceMapFact>),
}

/// All facts of an artifact.
#[derive(Debug, Default)]
pub struct Facts {
    /// The package's manifest, if it has one.
    pub manifest: Option<Manifest>,
    /// Digests of the text files that ship.
    pub texts: HashSet<u128>,
    /// Source maps, in no order.
    pub source_maps: Vec<SourceMapFact>,
    /// Every entry's path and size. Filled by the scan.
    pub entries: BTreeMap<EntryPath, u64>,
}

impl Facts {
    /// Takes a fact in.
    pub fn add(&mut self, fact: Fact) {
        match fact {
            Fact::Manifest(manifest) => self.manifest = Some(manifest),
            Fact::Text(digest) => {
                self.texts.insert(digest);
            }
            Fact::SourceMap(map) => self.source_maps.push(*map),
        }
    }

    /// Takes in what another thread has learnt.
    pub fn merge(&mut self, other: Facts) {
        let Facts {
            manifest,
            texts,
            source_maps,
            entries,
        } = other;
        self.manifest = self.manifest.take().or(manifest);
        self.texts.extend(texts);
        self.source_maps.extend(source_maps);
        self.entries.extend(entries);
    }
}
