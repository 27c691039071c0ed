//! What decoded text is searched with: the rules, and the secrets of this machine.

use std::ops::Range;

use super::encoded;
use crate::{
    detect::Redactor,
    model::View,
    rule::{Answer, ApartIn, RuleSet},
};

/// What one stretch of encoded text costs, in bytes that are tried in the same time.
const STRETCH: usize = 64;
/// Stands for the number of a rule where what was found is a secret of this machine.
pub(super) const LIVE: usize = usize::MAX;

/// See the module.
pub(super) struct Decoding<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) apart: &'a ApartIn,
    pub(super) live: Option<&'a Redactor>,
    /// Whether so many bytes more may be tried.
    pub(super) spend: &'a dyn Fn(usize) -> bool,
}

impl encoded::Search for Decoding<'_> {
    fn search(&mut self, view: View<'_>) -> Vec<(usize, Range<usize>, Answer)> {
        let mut met = Vec::new();
        self.rules
            .search(view, self.apart, self.spend, &mut |found| {
                met.push((found.rule, found.value, found.answer));
            });
        if let Some(live) = self.live {
            live.each(&view, &mut |place| met.push((LIVE, place, Answer::Other)));
        }
        met
    }

    fn another(&mut self) -> bool {
        (self.spend)(STRETCH)
    }
}
