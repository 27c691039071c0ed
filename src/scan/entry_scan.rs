//! One entry against all rules and detectors, in pieces.

use std::collections::{HashMap, HashSet};

use sha2::Digest as _;

use super::{Scope, collected::Collected};
use crate::{
    archive::HEAD,
    detect::{Detection, Fact, Inspection, Out},
    model::{
        Category, Entry, EntryKind, Evidence, Finding, Gap, GapKind, Location, Sha256, View,
        Window, escape,
    },
    rule::{RuleSet, TextMatch},
};

/// Findings of one rule in one entry that are told apart; further ones are counted.
const FINDINGS_OF_A_RULE: u64 = 100;
/// Longer JSON files are not looked into for keys.
const KEYS_MOST: usize = 8 << 20;
/// How much of a matched text that is no secret is shown, in characters.
const EVIDENCE_LENGTH: usize = 120;

/// An entry being matched.
pub(super) struct EntryScan<'s> {
    scope: &'s Scope<'s>,
    entry: Entry,
    started: bool,
    binary: bool,
    window: Window,
    inspections: Vec<Running<'s>>,
    document: Option<Vec<u8>>,
    running_hash: Option<sha2::Sha256>,
    covered: HashMap<usize, bool>,
    seen: HashSet<(usize, u64)>,
    counts: HashMap<usize, u64>,
    made: Made,
}

/// An inspection and the text that it is deriving.
struct Running<'s> {
    inspection: Box<dyn Inspection>,
    child: Option<Box<EntryScan<'s>>>,
}

/// What was made of the entry until now; bound to its hash at its end.
#[derive(Default)]
struct Made {
    findings: Vec<(usize, Finding)>,
    detections: Vec<Detection>,
    gaps: Vec<(GapKind, String)>,
    facts: bool,
}

impl<'s> EntryScan<'s> {
    pub(super) fn new(scope: &'s Scope<'s>, entry: Entry) -> Self {
        Self {
            scope,
            entry,
            started: false,
            binary: false,
            window: Window::new(RuleSet::BEFORE, RuleSet::AFTER),
            inspections: Vec::new(),
            document: None,
            running_hash: None,
            covered: HashMap::new(),
            seen: HashSet::new(),
            counts: HashMap::new(),
            made: Made::default(),
        }
    }

    /// Takes the next piece of the content; `last` ends the entry.
    pub(super) fn push(&mut self, piece: &[u8], last: bool, collected: &mut Collected) {
        if !self.started {
            self.started = true;
            self.start(&piece[..piece.len().min(HEAD)], last);
        }
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
        self.binary = head.contains(&0);
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
        if self.entry.kind == EntryKind::File && scope.rules.wants_keys(&self.entry) {
            self.document = Some(Vec::new());
        }
        for met in scope.rules.match_entry(&self.entry, head) {
            let finding = self.finding(met.rule, met.evidence, None);
            self.made.findings.push((met.rule, finding));
        }
    }

    fn finding(&self, rule: usize, evidence: Evidence, value: Option<&[u8]>) -> Finding {
        let info = self.scope.rules.rules()[rule].info.clone();
        Finding {
            message: info.title.clone(),
            rule: info,
            path: self.entry.path.clone(),
            location: Location::default(),
            evidence,
            fix: None,
            sha256: value.map(Sha256::of),
        }
    }

    fn evidence(&self, rule: usize, text: &[u8], value: &[u8]) -> Evidence {
        match self.scope.rules.rules()[rule].info.category {
            Category::Secret => Evidence::redacted(value),
            _ => Evidence::fact(shortened(text)),
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
        let rules = self.scope.rules;
        window.push(piece, last, &mut |view| {
            rules.search(view, &mut |text_match| self.text_match(&view, &text_match));
        });
        self.window = window;
    }

    fn text_match(&mut self, view: &View<'_>, text_match: &TextMatch) {
        let (rules, entry) = (self.scope.rules, &self.entry);
        let rule = text_match.rule;
        let offset = view.offset + text_match.start as u64;
        let covered = self
            .covered
            .entry(rule)
            .or_insert_with(|| rules.covers(rule, entry));
        // A match may begin before the positions that a view is asked for, and then has been seen.
        if !*covered || !self.seen.insert((rule, offset)) {
            return;
        }
        let count = self.counts.entry(rule).or_default();
        *count += 1;
        if *count > FINDINGS_OF_A_RULE {
            self.seen.remove(&(rule, offset));
            return;
        }
        let value = &view.bytes[text_match.value.clone()];
        let text = &view.bytes[text_match.start..text_match.end];
        let finding = Finding {
            location: locate(view, text_match.start, self.binary),
            ..self.finding(rule, self.evidence(rule, text, value), Some(value))
        };
        self.made.findings.push((rule, finding));
    }

    fn match_keys(&mut self, document: &[u8]) {
        // A file that is no JSON has no keys: npm and its peers could not read it either.
        let matches = self
            .scope
            .rules
            .match_keys(&self.entry, document)
            .unwrap_or_default();
        for met in matches {
            let value = met.value.as_bytes();
            let evidence = self.evidence(met.rule, value, value);
            let mut finding = self.finding(met.rule, evidence, Some(value));
            finding.message += &format!(" in `{}`", escape(&met.key));
            finding.location.line = met.line;
            self.made.findings.push((met.rule, finding));
        }
    }

    fn end(&mut self, last_piece: &[u8], collected: &mut Collected) {
        if let Some(document) = self.document.take() {
            self.match_keys(&document);
        }
        let made = std::mem::take(&mut self.made);
        let has_content = self.entry.kind == EntryKind::File && !self.entry.opened;
        let bound = made.facts
            || !(made.findings.is_empty() && made.detections.is_empty() && made.gaps.is_empty());
        let sha256 = (bound && has_content).then(|| match self.running_hash.take() {
            Some(hash) => Sha256::from_bytes(hash.finalize().into()),
            None => Sha256::of(last_piece),
        });
        for (rule, mut finding) in made.findings {
            let count = self.counts.remove(&rule).unwrap_or_default();
            let further = count.saturating_sub(FINDINGS_OF_A_RULE);
            if further > 0 {
                finding.message += &format!(", and {further} more times in this file");
            }
            finding.sha256 = finding.sha256.or(sha256);
            collected.findings.push(finding);
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
                help: None,
                sha256,
            });
        }
        if let (true, Some(sha256)) = (made.facts, sha256) {
            collected.hashes.insert(self.entry.path.clone(), sha256);
        }
    }
}

/// Takes what one inspection finds in one entry.
struct EntryOut<'a, 's> {
    scope: &'s Scope<'s>,
    entry: &'a Entry,
    child: &'a mut Option<Box<EntryScan<'s>>>,
    made: &'a mut Made,
    collected: &'a mut Collected,
}

impl Out for EntryOut<'_, '_> {
    fn detection(&mut self, detection: Detection) {
        self.made.detections.push(detection);
    }

    fn fact(&mut self, fact: Fact) {
        // Something may be concluded of this entry later, and is then bound to its hash.
        self.made.facts |= !matches!(fact, Fact::Text(_) | Fact::Manifest(_));
        self.collected.facts.add(fact);
    }

    fn gap(&mut self, kind: GapKind, reason: String) {
        self.made.gaps.push((kind, reason));
    }

    fn derive(&mut self, name: &str) -> bool {
        let depth = self.entry.depth + 1;
        if depth > self.scope.limits.depth || !self.scope.derived.another(self.scope.limits) {
            return false;
        }
        let entry = Entry {
            path: self.entry.path.nested(name),
            kind: EntryKind::Derived,
            size: 0,
            mode: 0,
            depth,
            opened: false,
        };
        *self.child = Some(Box::new(EntryScan::new(self.scope, entry)));
        true
    }

    fn derived(&mut self, piece: &[u8], last: bool) {
        self.scope.derived.add_bytes(piece.len());
        if let Some(child) = self.child {
            child.push(piece, last, self.collected);
        }
        if last {
            *self.child = None;
        }
    }
}

fn locate(view: &View<'_>, position: usize, binary: bool) -> Location {
    if binary {
        return Location {
            offset: Some(view.offset + position as u64),
            ..Location::default()
        };
    }
    let before = &view.bytes[..position];
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let lines = memchr::memchr_iter(b'\n', before).count() as u64;
    Location {
        line: Some(view.lines + lines + 1),
        // The line may have begun before what is at hand: then its column is not known.
        column: (line_start > 0 || view.offset == 0).then(|| (position - line_start) as u64 + 1),
        offset: None,
    }
}

fn shortened(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut shown: String = text.chars().take(EVIDENCE_LENGTH).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    escape(&shown)
}
