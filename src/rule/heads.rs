//! Where a match can begin, seen from an anchor: what the expression allows in front of it.
//!
//! Of most expressions that is a handful of literal texts (`-----BEGIN RSA ` in front of
//! `PRIVATE KEY-----`, one of some 200 bytes in front of `AKIA`). Then nothing is searched for: what
//! stands in front of the anchor is looked up, and the expression is tried where it can hold, and
//! there only. A file full of anchors that lead to nothing is turned down at the price of a look-up.

use regex_syntax::hir::{
    Hir,
    literal::{ExtractKind, Extractor},
};

/// Texts that an expression may begin with, at most; one with more is searched for.
const MOST: usize = 1024;
/// How far into a match the first anchor may lie, in bytes, with the anchor.
const FARTHEST: usize = 128;
/// The largest class of bytes that is written out: all.
const CLASS: usize = 256;

/// What a match may have in front of the first anchor in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heads {
    /// The texts, sorted; one of them may be empty.
    texts: Vec<Box<[u8]>>,
    /// How long they are, longest first, so that starts come in the order of the content.
    lengths: Vec<usize>,
}

impl Heads {
    /// The heads of an expression; `None` if a match can begin without an anchor that is near, or in
    /// too many ways.
    pub(super) fn new(expression: &Hir, anchors: &[String]) -> Option<Self> {
        // What is repeated is what follows an anchor, in which nothing is of use here.
        let begins = Extractor::new()
            .kind(ExtractKind::Prefix)
            .limit_class(CLASS)
            .limit_repeat(0)
            .limit_literal_len(FARTHEST)
            .limit_total(MOST)
            .extract(expression);
        let head = |begin: &[u8]| {
            let places = anchors
                .iter()
                .filter_map(|anchor| memchr::memmem::find(begin, anchor.as_bytes()));
            Some(begin[..places.min()?].into())
        };
        let begins = begins.literals()?.iter();
        let mut texts: Vec<Box<[u8]>> = begins
            .map(|begin| head(begin.as_bytes()))
            .collect::<Option<_>>()?;
        texts.sort_unstable();
        texts.dedup();
        let mut lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        lengths.sort_unstable_by(|left, right| right.cmp(left));
        lengths.dedup();
        Some(Self { texts, lengths })
    }

    /// Where a match may begin whose first anchor is at `anchor`, in order.
    pub(super) fn starts(&self, bytes: &[u8], anchor: usize) -> impl Iterator<Item = usize> {
        let starts = self
            .lengths
            .iter()
            .filter_map(move |length| anchor.checked_sub(*length));
        starts.filter(move |start| {
            let before = &bytes[*start..anchor];
            self.texts
                .binary_search_by(|text| (**text).cmp(before))
                .is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::pattern::Pattern;

    fn heads(expression: &str, anchors: &[&str]) -> Option<Heads> {
        let anchors: Vec<String> = anchors.iter().map(|anchor| (*anchor).to_owned()).collect();
        Heads::new(&Pattern::trusted(expression).parsed().unwrap(), &anchors)
    }

    fn starts(expression: &str, anchors: &[&str], content: &str, anchor: usize) -> Vec<usize> {
        let heads = heads(expression, anchors).unwrap();
        heads.starts(content.as_bytes(), anchor).collect()
    }

    #[test]
    fn what_stands_before_the_anchor_must_fit() {
        let key = "-----BEGIN (?:RSA |EC )?PRIVATE KEY-----(?:[^-]|-[^-])+-----END";
        let at = |content: &str| {
            let anchor = content.find("PRIVATE").unwrap();
            starts(key, &["PRIVATE KEY-----"], content, anchor)
        };
        assert_eq!(at("x-----BEGIN PRIVATE KEY-----"), [1]);
        assert_eq!(at("-----BEGIN EC PRIVATE KEY-----"), [0]);
        assert_eq!(at("-----END EC PRIVATE KEY-----"), [0; 0]);
        assert_eq!(at("PRIVATE KEY-----"), [0; 0]);
    }

    #[test]
    fn separators_and_variants_are_written_out() {
        let id = r"(?:^|[^0-9A-Za-z+/_]|\\n)(AKIA[A-Z2-7]{16})";
        assert_eq!(starts(id, &["AKIA"], r"x\nAKIA", 3), [1, 3]);
        assert_eq!(starts(id, &["AKIA"], "x,AKIA", 2), [1, 2]);
        assert_eq!(starts(id, &["AKIA"], "xAKIA", 1), [1]);
        let key = "(?:aws_secret|[sS]ecretAccessKey)";
        let anchors = ["aws_secret", "ecretAccessKey"];
        // A head of one anchor is tried at another as well.
        assert_eq!(starts(key, &anchors, ".secretAccessKey", 2), [1, 2]);
        assert_eq!(starts(key, &anchors, "aws_secret", 0), [0]);
    }

    #[test]
    fn what_can_begin_anywhere_is_searched_for() {
        assert_eq!(heads("(?m)^[^#]{0,200}?_authToken=", &["_authToken"]), None);
        assert_eq!(heads("a(?:key_|b)c", &["key_"]), None);
        assert_eq!(heads("(?i)key_", &["key_"]), None);
    }
}
