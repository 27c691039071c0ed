//! What is known of the whole artifact when all entries are read.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{CrateSource, MapComment, Named, ReadManifest, Shipped, SourceMapFact, WheelRecord};
use crate::model::{Ecosystem, EntryPath, Format, Manifest, Sha256};

/// One thing that an inspection has learnt.
#[derive(Debug)]
pub enum Fact {
    /// A manifest, of whichever ecosystem.
    Manifest(Box<ReadManifest>),
    /// The digest of a shipped text file, line ends normalised.
    Text(u128),
    /// A file in a wheel.
    WheelFile(EntryPath),
    /// That this entry may be told of or compared, so that its hash is to be kept.
    Member,
    /// A wheel's list of its files.
    WheelRecord(Box<WheelRecord>),
    /// A source map.
    SourceMap(Box<SourceMapFact>),
    /// A comment that names a source map.
    MapComment(Box<MapComment>),
    /// A file to be held against the source tree.
    Shipped(Box<Shipped>),
    /// What the manifest names.
    Named(Vec<Named>),
    /// Where a crate came from.
    CrateSource(CrateSource),
}

/// All facts of an artifact.
#[derive(Debug, Default)]
pub struct Facts {
    /// The artifact's format. Filled by the scan.
    pub format: Option<Format>,
    /// The package's manifest, if it has one that can be used: of all manifests that were read, the
    /// one that counts for the format. Filled by the scan.
    pub manifest: Option<Manifest>,
    /// Whose manifest that is, and where it lies. Filled by the scan.
    pub manifest_of: Option<(Ecosystem, EntryPath)>,
    /// The artifact's own `NAME-VERSION`, where its format has one and every entry was looked at.
    /// Filled by the scan.
    pub release: Option<String>,
    /// Of each ecosystem's manifests that were read, the one whose path is first.
    pub manifests: Vec<ReadManifest>,
    /// Digests of the text files that ship.
    pub texts: HashSet<u128>,
    /// The files directly in a wheel.
    pub wheel_files: Vec<EntryPath>,
    /// The wheel's list of its files.
    pub wheel_record: Records,
    /// Source maps, in no order.
    pub source_maps: Vec<Box<SourceMapFact>>,
    /// Comments that name a source map, in no order.
    pub map_comments: Vec<MapComment>,
    /// Files to be held against the source tree, in no order.
    pub shipped: Vec<Box<Shipped>>,
    /// What the manifest names.
    pub named: Vec<Named>,
    /// Where a crate came from.
    pub crate_source: CrateSource,
    /// Every entry's path and size. Filled by the scan.
    pub entries: BTreeMap<EntryPath, u64>,
    /// Hashes of the entries that something may be concluded of, and of opened containers. Filled by
    /// the scan.
    pub hashes: HashMap<EntryPath, Sha256>,
}

impl Facts {
    /// Takes a fact in.
    pub fn add(&mut self, fact: Fact) {
        match fact {
            Fact::Manifest(manifest) => self.add_manifest(*manifest),
            Fact::Text(digest) => {
                self.texts.insert(digest);
            }
            Fact::WheelFile(path) => self.wheel_files.push(path),
            Fact::Member => {}
            Fact::WheelRecord(record) => self.wheel_record.add(Records::One(record)),
            Fact::SourceMap(map) => self.source_maps.push(map),
            Fact::MapComment(comment) => self.map_comments.push(*comment),
            Fact::Shipped(shipped) => self.shipped.push(shipped),
            Fact::Named(named) => self.named.extend(named),
            Fact::CrateSource(source) => self.crate_source.merge(source),
        }
    }

    /// Takes in what another thread has learnt.
    pub fn merge(&mut self, other: Facts) {
        let Facts {
            format,
            manifest,
            manifest_of,
            release,
            manifests,
            texts,
            wheel_files,
            wheel_record,
            source_maps,
            map_comments,
            shipped,
            named,
            crate_source,
            entries,
            hashes,
        } = other;
        self.format = self.format.or(format);
        self.manifest = self.manifest.take().or(manifest);
        self.manifest_of = self.manifest_of.take().or(manifest_of);
        self.release = self.release.take().or(release);
        manifests
            .into_iter()
            .for_each(|manifest| self.add_manifest(manifest));
        self.hashes.extend(hashes);
        self.texts.extend(texts);
        self.wheel_files.extend(wheel_files);
        self.wheel_record.add(wheel_record);
        self.source_maps.extend(source_maps);
        self.map_comments.extend(map_comments);
        self.shipped.extend(shipped);
        self.named.extend(named);
        self.crate_source.merge(crate_source);
        self.entries.extend(entries);
    }

    fn add_manifest(&mut self, manifest: ReadManifest) {
        let same = |kept: &&mut ReadManifest| kept.ecosystem == manifest.ecosystem;
        match self.manifests.iter_mut().find(same) {
            Some(kept) if manifest.path < kept.path => *kept = manifest,
            Some(_) => {}
            None => self.manifests.push(manifest),
        }
    }
}

/// Lists of a wheel's files. A wheel with several is in doubt anyway, as each lies in another
/// `.dist-info`: then none is kept, so that many long ones take no memory.
#[derive(Debug, Default)]
pub enum Records {
    /// There is none.
    #[default]
    None,
    /// There is one.
    One(Box<WheelRecord>),
    /// Nobody can tell which one counts.
    Several,
}

impl Records {
    fn add(&mut self, other: Records) {
        *self = match (std::mem::take(self), other) {
            (Records::None, records) | (records, Records::None) => records,
            _ => Records::Several,
        };
    }
}
