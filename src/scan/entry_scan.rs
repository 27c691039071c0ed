//! One entry against all rules and detectors, in pieces.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use sha2::Digest as _;

use super::{
    Scope,
    collected::Collected,
    decoding::{Decoding, LIVE},
    encoded::{Encoded, Found},
    surroundings::Surroundings,
};
use crate::{
    archive::HEAD,
    detect::{Detection, Fact, Inspection, Out, tell_of_one_secret},
    model::{
        Category, Doubt, Entry, EntryKind, Evidence, Finding, Gap, GapKind, Location, Sha256, View,
        Window, escape, is_unguessable,
    },
    rule::{Answer, ApartIn, RuleSet, TextMatch},
};

/// Findings of one rule in one entry that are told apart; further ones are counted.
const FINDINGS_OF_A_RULE: u64 = 100;
/// Longer JSON files are not looked into for keys.
const KEYS_MOST: usize = 8 << 20;
/// Said of a finding that stands for more than the value it shows.
pub(super) const OTHERS: &str = ", and with it other values than those told apart in this file";
/// How much is searched before the clock is looked at, in bytes: full of anchors that lead to no match,
/// a megabyte takes seconds.
const STRIDE: usize = 256 << 10;
/// Findings in decoded text wait for those in plain, so many of them.
const WAITING: usize = 256;

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

/// What one rule was found to be met by.
#[derive(Default)]
struct Told {
    count: u64,
    values: HashSet<Sha256>,
    /// Further values have a finding together.
    others: bool,
}

/// What is to be said of a value.
struct Grade {
    answer: Answer,
    /// Where it lies, if such values are made up there.
    place: Option<&'static str>,
}

impl Grade {
    fn doubt(&self) -> Doubt {
        match (&self.answer, self.place) {
            (Answer::Doubtful(_), _) => Doubt::Value,
            (_, Some(_)) => Doubt::Tests,
            (_, None) => Doubt::None,
        }
    }

    /// The finding with what there is to say in its message.
    fn of(self, mut finding: Finding) -> Finding {
        finding.doubt = self.doubt();
        match self.answer {
            Answer::Doubtful(why) => finding.message += &format!("; {why}"),
            Answer::Sound(known) => {
                finding.expires = known.expires;
                let detail = known.detail.map(|detail| format!(" ({detail})"));
                finding.message += &detail.unwrap_or_default();
            }
            Answer::Other => {}
        }
        if let Some(place) = self.place {
            finding.message += &format!("; {place}, where such values are made up as a rule");
        }
        finding
    }
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
    /// Whether the entry's hash is to be kept, for something may be concluded of it later.
    keep_hash: bool,
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
            let finding = self.grade(met.rule, Answer::Other, place).of(finding);
            self.made.findings.push((met.rule, finding));
        }
    }

    fn finding(&self, rule: usize, evidence: Evidence, value: Option<&[u8]>) -> Finding {
        let info = self.scope.rules.rule(rule).info.clone();
        let told = value.filter(|value| info.category != Category::Secret || is_unguessable(value));
        Finding {
            message: info.title.clone(),
            rule: info,
            path: self.entry.path.clone(),
            location: Location::default(),
            evidence,
            doubt: Doubt::None,
            expires: None,
            fix: None,
            sha256: told.map(Sha256::of),
            value: value.map(Sha256::of),
        }
    }

    /// What speaks against a value of the rule: what its validator says of it, or else where it lies.
    fn grade(
        &self,
        rule: usize,
        answer: Answer,
        place: impl FnOnce() -> Option<&'static str>,
    ) -> Grade {
        let lowers = self.scope.rules.rule(rule).info.level.tests.is_some();
        let place = match answer {
            Answer::Doubtful(_) => None,
            _ if lowers => place(),
            _ => None,
        };
        Grade { answer, place }
    }

    fn evidence(&self, rule: usize, value: &[u8]) -> Evidence {
        match self.scope.rules.rule(rule).info.category {
            Category::Secret => Evidence::redacted(value),
            // Before it is cut: the begin of a secret is not known for one.
            _ => match self.scope.redaction.of(&String::from_utf8_lossy(value)) {
                Some(open) => Evidence::quoted(open.as_bytes()),
                None => Evidence::quoted(value),
            },
        }
    }

    /// Keeps a finding, or only counts it where the rule has met many before. What is only counted
    /// must not pass with a waiver of what is told: the first other value is a finding of its own,
    /// and that is bound to the whole entry. Returns whether the finding was kept.
    /// What is doubtful is counted by itself, so that a hundred examples do not hide a secret.
    fn tell(
        &mut self,
        rule: usize,
        value: &[u8],
        grade: Grade,
        make: impl FnOnce(&Self) -> Finding,
    ) -> bool {
        let told = self.told.entry((rule, grade.doubt())).or_default();
        // Of what may turn out to be said in the manifest each value counts once, so that a hundred links
        // to the repository do not push the next name out of what is told apart.
        let once = !self.scope.rules.rule(rule).counts_declared();
        if once && told.values.contains(&Sha256::of(value)) {
            return false;
        }
        told.count += 1;
        if told.count <= FINDINGS_OF_A_RULE {
            told.values.insert(Sha256::of(value));
            let finding = grade.of(make(self));
            self.made.findings.push((rule, finding));
            return true;
        }
        if !told.others && !told.values.contains(&Sha256::of(value)) {
            told.others = true;
            let mut finding = grade.of(make(self));
            // The others may differ in what they say of themselves.
            (finding.sha256, finding.value, finding.expires) = (None, None, None);
            finding.message += OTHERS;
            self.made.findings.push((rule, finding));
        }
        false
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

    /// Keeps what was found in decoded text until it is known what is found in plain.
    fn wait(&mut self, found: &mut Vec<Found>) {
        for found in found.drain(..) {
            let is_known = |known: &Found| known.rule == found.rule && known.value == found.value;
            if found.rule == LIVE {
                self.live(&found);
                continue;
            }
            if !self.covers(found.rule) || self.decoded.iter().any(is_known) {
                continue;
            }
            self.decoded.push(found);
            if self.decoded.len() >= WAITING {
                self.tell_decoded();
            }
        }
    }

    /// Keeps a secret of this machine that was found in decoded text, once.
    fn live(&mut self, found: &Found) {
        let Some(live) = &self.scope.redaction.live else {
            return;
        };
        let (value, path) = (&found.value, &self.entry.path);
        let told = live.decoded(value, &found.written(), path, found.location);
        let is_known = |told: &Detection| {
            let mut known = self.decoded_live.iter();
            known.any(|known| tell_of_one_secret(known, told))
        };
        self.decoded_live
            .extend(told.filter(|told| !is_known(told)));
    }

    /// Tells what was found in decoded text and not in plain.
    fn tell_decoded(&mut self) {
        for found in std::mem::take(&mut self.decoded) {
            let value = &found.value[..];
            let hash = Sha256::of(value);
            let mut told = self
                .told
                .iter()
                .filter(|((rule, _), _)| *rule == found.rule);
            let is_told = told.any(|(_, told)| told.values.contains(&hash));
            let is_plain = self.plain.iter().any(|(rule, range)| {
                *rule == found.rule
                    && range.start < found.range.end
                    && found.range.start < range.end
            });
            if is_told || is_plain || self.scope.bounds.full() {
                continue;
            }
            let place = || self.surroundings.of_path(&self.entry);
            let grade = self.grade(found.rule, found.answer.clone(), place);
            self.tell(found.rule, value, grade, |scan| {
                let evidence = scan.evidence(found.rule, value);
                let mut finding = scan.finding(found.rule, evidence, Some(value));
                finding.message += &format!(", in {}", found.written());
                finding.location = found.location;
                finding
            });
        }
    }

    fn covers(&mut self, rule: usize) -> bool {
        let (rules, entry) = (self.scope.rules, &self.entry);
        let covered = self.covered.entry(rule);
        *covered.or_insert_with(|| rules.covers(rule, entry))
    }

    fn text_match(&mut self, view: &View<'_>, text_match: &TextMatch) {
        let rule = text_match.rule;
        let offset = view.offset + text_match.start as u64;
        // A match may begin before the positions that a view is asked for, and then has been seen.
        if !self.covers(rule) || self.scope.bounds.full() || !self.seen.insert((rule, offset)) {
            return;
        }
        let value = &view.bytes[text_match.value.clone()];
        let grade = self.grade(rule, text_match.answer.clone(), || {
            self.surroundings.of(&self.entry, view, text_match.start)
        });
        let kept = self.tell(rule, value, grade, |scan| Finding {
            location: view.locate(text_match.value.start, scan.binary),
            ..scan.finding(rule, scan.evidence(rule, value), Some(value))
        });
        if kept {
            let end = view.offset + text_match.end as u64;
            self.plain.push((rule, offset..end));
            let place = |at: usize| view.offset + at as u64;
            let value = place(text_match.value.start)..place(text_match.value.end);
            self.values.push((self.made.findings.len() - 1, value));
        } else {
            self.seen.remove(&(rule, offset));
        }
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
            let place = || self.surroundings.of_path(&self.entry);
            let grade = self.grade(met.rule, Answer::Other, place);
            self.tell(met.rule, value, grade, |scan| {
                let evidence = scan.evidence(met.rule, value);
                let mut finding = scan.finding(met.rule, evidence, Some(value));
                finding.message += &format!(" in `{}`", escape(&met.key));
                finding.location.line = met.line;
                finding
            });
        }
    }

    /// Leaves out what a generic rule finds where another one finds the same value.
    fn give_way(&mut self, findings: &mut Vec<(usize, Finding)>) {
        let rules = self.scope.rules;
        let is_generic = |index: usize| rules.rule(findings[index].0).is_generic();
        let (generic, named): (Vec<_>, Vec<_>) = std::mem::take(&mut self.values)
            .into_iter()
            .partition(|(index, _)| is_generic(*index));
        let is_named = |value: &Range<u64>| {
            let mut named = named.iter().map(|(_, range)| range);
            named.any(|range| range.start < value.end && value.start < range.end)
        };
        let mut given_way: Vec<usize> = generic
            .iter()
            .filter(|(_, value)| is_named(value))
            .map(|(index, _)| *index)
            .collect();
        given_way.sort_unstable();
        for index in given_way.into_iter().rev() {
            findings.remove(index);
        }
    }

    fn end(&mut self, last_piece: &[u8], collected: &mut Collected) {
        if let Some(document) = self.document.take() {
            self.match_keys(&document);
        }
        let mut made = std::mem::take(&mut self.made);
        self.give_way(&mut made.findings);
        for decoded in std::mem::take(&mut self.decoded_live) {
            let mut told = made.detections.iter();
            if !told.any(|told| tell_of_one_secret(told, &decoded)) {
                made.detections.push(decoded);
            }
        }
        let has_content = match self.entry.kind {
            EntryKind::File | EntryKind::Metadata | EntryKind::Derived => !self.entry.opened,
            EntryKind::Directory | EntryKind::Link { .. } => false,
        };
        // The reader may have a gap to tell of it, and leaves the hash to whoever takes it anyway.
        let is_long = self.running_hash.is_some() && self.entry.kind == EntryKind::File;
        let bound = made.keep_hash
            || is_long
            || !(made.findings.is_empty() && made.detections.is_empty() && made.gaps.is_empty());
        let sha256 = (bound && has_content).then(|| match self.running_hash.take() {
            Some(hash) => Sha256::from_bytes(hash.finalize().into()),
            None => Sha256::of(last_piece),
        });
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

/// What to do against a gap that an inspection tells of.
fn way_out(kind: GapKind) -> Option<&'static str> {
    match kind {
        GapKind::SourceMap => Some("Leave the source map out of the package, or build it again."),
        _ => None,
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
        self.made.keep_hash |= matches!(
            fact,
            Fact::SourceMap(_) | Fact::WheelFile(_) | Fact::Member | Fact::Shipped(_)
        );
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
