//! One entry against all rules and detectors, in pieces.

mod decoded;
mod out;
mod told;

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use sha2::Digest as _;

use super::{
    Scope,
    collected::Collected,
    decoding::Decoding,
    encoded::{Encoded, Found},
    surroundings::Surroundings,
};
use crate::{
    archive::HEAD,
    detect::{Detection, tell_of_one_secret},
    model::{Doubt, Entry, EntryKind, Gap, Listed, Sha256, View, Window},
    rule::{ApartIn, RuleSet},
};
use out::{EntryOut, Made, Running, way_out};
use told::{FINDINGS_OF_A_RULE, Told};

pub(super) use told::OTHERS;

/// Longer JSON files are not looked into for keys.
const KEYS_MOST: usize = 8 << 20;
/// How much is searched before the clock is looked at, in bytes: full of anchors that lead to no match,
/// a megabyte takes seconds.
const STRIDE: usize = 256 << 10;

/// An entry being matched.
pub(super) struct EntryScan<'s> {
    scope: &'s Scope<'s>,
    entry: Entry,
    started: bool,
    binary: bool,
    /// How much of it was read, in bytes.
    size: u64,
    window: Window,
    inspections: Vec<Running<'s>>,
    document: Option<Vec<u8>>,
    running_hash: Option<sha2::Sha256>,
    apart: ApartIn,
    encoded: Encoded,
    /// What was found in decoded text, and where what was found in plain lies.
    decoded: Vec<Found>,
    plain: Vec<(usize, Range<u64>)>,
    /// The secrets of this machine in decoded text.
    decoded_live: Vec<Detection>,
    /// Where the value of a finding lies, by the finding's index.
    values: Vec<(usize, Range<u64>)>,
    covered: HashMap<usize, bool>,
    seen: HashSet<(usize, u64)>,
    told: HashMap<(usize, Doubt), Told>,
    surroundings: Surroundings,
    made: Made,
}

impl<'s> EntryScan<'s> {
    pub(super) fn new(scope: &'s Scope<'s>, entry: Entry) -> Self {
        Self {
            scope,
            entry,
            started: false,
            binary: false,
            size: 0,
            window: Window::new(RuleSet::BEFORE, RuleSet::AFTER),
            inspections: Vec::new(),
            document: None,
            running_hash: None,
            apart: ApartIn::default(),
            encoded: Encoded::new(),
            decoded: Vec::new(),
            plain: Vec::new(),
            decoded_live: Vec::new(),
            values: Vec::new(),
            covered: HashMap::new(),
            seen: HashSet::new(),
            told: HashMap::new(),
            surroundings: Surroundings::default(),
            made: Made::default(),
        }
    }

    /// Takes the next piece of the content; `last` ends the entry.
    pub(super) fn push(&mut self, piece: &[u8], last: bool, collected: &mut Collected) {
        if !self.started {
            self.started = true;
            self.start(&piece[..piece.len().min(HEAD)], last);
        }
        self.size += piece.len() as u64;
        if let Some(hash) = &mut self.running_hash {
            hash.update(piece);
        }
        if let Some(document) = &mut self.document {
            document.extend_from_slice(piece);
            if document.len() > KEYS_MOST {
                self.document = None;
            }
        }
        self.inspect(piece, last, collected);
        if !self.entry.opened {
            self.search(piece, last);
        }
        if last {
            self.end(piece, collected);
        }
    }

    fn start(&mut self, head: &[u8], whole: bool) {
        let scope = self.scope;
        self.binary = memchr::memchr(0, head).is_some();
        self.encoded.binary = self.binary;
        // An entry in one piece is hashed at its end, and only if something is bound to it.
        self.running_hash = (!whole).then(sha2::Sha256::new);
        self.inspections = scope
            .detectors
            .iter()
            .filter_map(|detector| detector.inspect(&self.entry, head))
            .map(|inspection| Running {
                inspection,
                child: None,
            })
            .collect();
        if !self.entry.opened {
            self.apart = scope.rules.apart_in(&self.entry, head);
        }
        if self.entry.kind == EntryKind::File && scope.rules.wants_keys(&self.entry) {
            self.document = Some(Vec::new());
        }
        for met in scope.rules.match_entry(&self.entry, head) {
            let finding = self.finding(met.rule, met.evidence, None);
            let place = || self.surroundings.of_path(&self.entry);
            let finding = self.grade(met.rule, met.answer, place).of(finding);
            self.made.findings.push((met.rule, finding));
        }
    }

    fn inspect(&mut self, piece: &[u8], last: bool, collected: &mut Collected) {
        for running in &mut self.inspections {
            let mut out = EntryOut {
                scope: self.scope,
                entry: &self.entry,
                child: &mut running.child,
                made: &mut self.made,
                collected,
            };
            running.inspection.push(piece, last, &mut out);
        }
    }

    fn search(&mut self, piece: &[u8], last: bool) {
        let mut window = std::mem::replace(&mut self.window, Window::new(0, 0));
        let mut encoded = std::mem::replace(&mut self.encoded, Encoded::new());
        let (rules, bounds) = (self.scope.rules, &self.scope.bounds);
        let path = self.entry.path.clone();
        let apart = std::mem::take(&mut self.apart);
        let spend = |bytes| bounds.try_out(bytes, &path);
        let mut decoding = Decoding {
            rules,
            apart: &apart,
            live: self.scope.redaction.live.as_ref(),
            spend: &spend,
        };
        let mut found = Vec::new();
        window.push(piece, last, &mut |view| {
            self.surroundings.see(&self.entry, &view);
            let (mut from, end) = view.search;
            while from < end && !bounds.late() && !bounds.flooded() {
                let search = (from, end.min(from + STRIDE));
                let view_here = View { search, ..view };
                rules.search(view_here, &apart, &spend, &mut |text_match| {
                    self.text_match(&view, &text_match);
                });
                encoded.look(&view_here, &mut decoding, &mut found);
                self.wait(&mut found);
                from = search.1;
            }
        });
        if last {
            encoded.finish(&mut decoding, &mut found);
            self.wait(&mut found);
            self.tell_decoded();
        }
        self.window = window;
        self.encoded = encoded;
        self.apart = apart;
    }

    fn end(&mut self, last_piece: &[u8], collected: &mut Collected) {
        if let Some(document) = self.document.take() {
            self.match_keys(&document);
        }
        let mut made = std::mem::take(&mut self.made);
        for decoded in std::mem::take(&mut self.decoded_live) {
            let mut told = made.detections.iter();
            if !told.any(|told| tell_of_one_secret(told, &decoded)) {
                made.detections.push(decoded);
            }
        }
        self.give_way(&mut made.findings, &made.detections);
        let has_content = match self.entry.kind {
            EntryKind::File | EntryKind::Metadata | EntryKind::Derived => !self.entry.opened,
            EntryKind::Directory | EntryKind::Link { .. } => false,
        };
        // The reader may have a gap to tell of it, and leaves the hash to whoever takes it anyway.
        let is_long = self.running_hash.is_some() && self.entry.kind == EntryKind::File;
        let is_listed = self.scope.inventory
            && self.entry.depth == 0
            && matches!(self.entry.kind, EntryKind::File | EntryKind::Link { .. });
        let bound = made.keep_hash
            || is_long
            || is_listed
            || !(made.findings.is_empty() && made.detections.is_empty() && made.gaps.is_empty());
        let sha256 = (bound && has_content).then(|| match self.running_hash.take() {
            Some(hash) => Sha256::from_bytes(hash.finalize().into()),
            None => Sha256::of(last_piece),
        });
        if is_listed {
            collected.inventory.push(Listed {
                path: self.entry.path.clone(),
                // Of a container that is opened only the beginning comes here.
                size: match self.entry.opened {
                    true => self.entry.size,
                    false => self.size,
                },
                sha256,
                binary: self.binary,
            });
        }
        for (rule, mut finding) in made.findings {
            let told = self.told.remove(&(rule, finding.doubt));
            let count = told.unwrap_or_default().count;
            let further = count.saturating_sub(FINDINGS_OF_A_RULE);
            if further > 0 {
                finding.message += &format!(", and {further} more times in this file");
            }
            finding.sha256 = finding.sha256.or(sha256);
            if self.scope.bounds.another() {
                collected.findings.push(finding);
            }
        }
        for mut detection in made.detections {
            detection.sha256 = detection.sha256.or(sha256);
            collected.detections.push(detection);
        }
        for (kind, reason) in made.gaps {
            collected.gaps.push(Gap {
                kind,
                path: Some(self.entry.path.clone()),
                reason,
                help: way_out(kind).map(str::to_owned),
                sha256,
            });
        }
        if let (true, Some(sha256)) = (made.keep_hash || is_long, sha256) {
            collected
                .facts
                .hashes
                .insert(self.entry.path.clone(), sha256);
        }
    }
}
