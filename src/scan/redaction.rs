//! Secrets are left out of everything that is told of an artifact: of paths, of what other rules show, of
//! the reasons of gaps.

use std::ops::Range;

use super::{
    decoding::{Decoding, LIVE},
    encoded::{Encoded, Search as _},
};
use crate::{
    detect::Redactor,
    model::{
        ArtifactInfo, Category, Destination, Entry, EntryPath, Evidence, Finding, Gap, Listed,
        LiveSecrets, Manifest, Scanned, View,
    },
    rule::RuleSet,
};

/// What stands in the place of a secret. In the path of a waiver it is a glob that covers what it hides.
const HIDDEN: &str = "*";

/// Knows secrets: those in use on this machine by their values, others by the rules.
pub struct Redaction<'r> {
    rules: Option<&'r RuleSet>,
    /// The secrets in use on this machine.
    pub(super) live: Option<Redactor>,
}

impl<'r> Redaction<'r> {
    /// By these rules and values.
    pub fn new(rules: Option<&'r RuleSet>, live: &LiveSecrets) -> Self {
        Self {
            rules,
            live: Redactor::new(live),
        }
    }

    /// The text without the secrets in it, or nothing if there are none.
    pub fn of(&self, text: &str) -> Option<String> {
        let mut places = self.by_rules(text);
        if let Some(live) = &self.live {
            places.extend(live.places(text));
        }
        if places.is_empty() {
            return None;
        }
        places.sort_by_key(|place| place.start);
        let (mut open, mut end) = (String::new(), 0);
        for place in places {
            // What a rule takes for the value may begin and end within a character.
            let is_cut = |at: &usize| !text.is_char_boundary(*at);
            let cut = (0..place.start + 1)
                .rev()
                .take_while(|at| is_cut(at))
                .count();
            let start = place.start - cut;
            if start >= end {
                open.push_str(&text[end..start]);
                open.push_str(HIDDEN);
            }
            end = end.max(place.end + (place.end..text.len()).take_while(is_cut).count());
        }
        Some(open + &text[end..])
    }

    fn by_rules(&self, text: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let Some(rules) = self.rules else {
            return places;
        };
        // In front of some secrets no slash or hyphen may stand, because in a file that is base64 or a longer
        // word. In a path it is neither, nor is it where the reader names the key of a pax record.
        let apart = || text.replace("/pax-", "     ").replace('/', " ");
        let without_slashes = text.contains('/').then(apart);
        for text in [text].into_iter().chain(without_slashes.as_deref()) {
            let view = View::whole(text.as_bytes());
            let entry = Entry::file("", text.len() as u64);
            let mut decoding = Decoding {
                rules,
                apart: &rules.apart_in(&entry, text.as_bytes()),
                live: self.live.as_ref(),
                // What is told is short.
                spend: &|_| true,
            };
            let mut found = decoding.search(view);
            let mut decoded = Vec::new();
            let mut encoded = Encoded::new();
            encoded.look(&view, &mut decoding, &mut decoded);
            encoded.finish(&mut decoding, &mut decoded);
            found.extend(decoded.into_iter().map(|one| {
                let place = one.range.start as usize..one.range.end as usize;
                (one.rule, place, one.answer)
            }));
            let is_secret =
                |rule| rule == LIVE || rules.rule(rule).info.category == Category::Secret;
            found.retain(|(rule, ..)| is_secret(*rule));
            places.extend(found.into_iter().map(|(_, place, _)| place));
        }
        places
    }

    fn text(&self, text: &mut String) {
        if let Some(open) = self.of(text) {
            *text = open;
        }
    }

    fn path(&self, path: &mut EntryPath) {
        if let Some(open) = self.of(path.as_str()) {
            *path = path.renamed(&open);
        }
    }

    /// Leaves them out of all that is told of an artifact.
    pub(super) fn scanned(&self, scanned: &mut Scanned) {
        scanned
            .findings
            .iter_mut()
            .for_each(|one| self.finding(one));
        scanned.gaps.iter_mut().for_each(|one| self.gap(one));
        let listed = scanned.inventory.iter_mut();
        listed.for_each(|one| self.path(&mut one.path));
        scanned
            .manifest
            .iter_mut()
            .for_each(|one| self.manifest(one));
        self.inventory(&mut scanned.inventory);
        self.artifact(&mut scanned.artifact);
    }

    /// There may be 100,000 names, and next to never a secret in any: all are searched at once first.
    fn inventory(&self, inventory: &mut [Listed]) {
        let paths: Vec<_> = inventory.iter().map(|one| one.path.as_str()).collect();
        if self.of(&paths.join("\n")).is_some() {
            inventory
                .iter_mut()
                .for_each(|one| self.path(&mut one.path));
        }
    }

    fn finding(&self, finding: &mut Finding) {
        self.path(&mut finding.path);
        self.text(&mut finding.message);
        if let Some(open) = self.of(finding.evidence.as_str()) {
            finding.evidence = Evidence::fact(open);
        }
        finding.fix.iter_mut().for_each(|fix| self.text(fix));
    }

    fn gap(&self, gap: &mut Gap) {
        gap.path.iter_mut().for_each(|path| self.path(path));
        self.text(&mut gap.reason);
        gap.help.iter_mut().for_each(|help| self.text(help));
    }

    fn manifest(&self, manifest: &mut Manifest) {
        let Manifest {
            name,
            version,
            license,
            ..
        } = manifest;
        let told = [name, version, license].into_iter().flatten();
        told.for_each(|text| self.text(text));
    }

    fn artifact(&self, artifact: &mut ArtifactInfo) {
        self.text(&mut artifact.path);
        let told = [&mut artifact.name, &mut artifact.version];
        told.into_iter().flatten().for_each(|text| self.text(text));
        if let Some(Destination {
            registry, url, why, ..
        }) = &mut artifact.destination
        {
            let told = [registry, url].into_iter().flatten().chain([why]);
            told.for_each(|text| self.text(text));
        }
        if let Some(packed_by) = &mut artifact.packed_by {
            packed_by
                .command
                .iter_mut()
                .for_each(|word| self.text(word));
        }
    }
}
