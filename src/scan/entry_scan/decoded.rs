//! What is found in decoded text: told when it is known what is found in plain, and if that is another thing.

use super::EntryScan;
use crate::{
    detect::{Detection, tell_of_one_secret},
    model::Sha256,
    scan::{decoding::LIVE, encoded::Found},
};

/// Findings in decoded text wait for those in plain, so many of them.
const WAITING: usize = 256;

impl EntryScan<'_> {
    /// Keeps what was found in decoded text until it is known what is found in plain.
    pub(super) fn wait(&mut self, found: &mut Vec<Found>) {
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
    pub(super) fn tell_decoded(&mut self) {
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
}
