//! Where the anchors of all text rules occur, found in one pass at memory speed.
//!
//! A packed (Teddy) search is some ten times as fast as an automaton, but takes at most 64 patterns
//! and slows down with every candidate. So what it looks for is not the whole anchor but its end
//! from its rarest four bytes on: `://hooks.` is looked for as `hooks.`, since `://` is everywhere.
//! The rest of the anchor is compared at each candidate.

use aho_corasick::{AhoCorasick, Input, Span, packed};

/// What a packed searcher takes (measured: it refuses 65).
const GROUP: usize = 64;
/// The shortest anchor, in bytes: what a packed search tells apart at full speed.
pub(super) const SHORTEST: usize = 4;
/// The longest anchor, in bytes.
pub(super) const LONGEST: usize = 256;

/// What an occurrence costs, in bytes that are searched in the same time.
const COST: usize = 32;

/// All anchors, ready to be searched for.
#[derive(Debug)]
pub(super) struct Anchors {
    groups: Vec<Group>,
    longest: usize,
}

/// An occurrence of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Occurrence<'a> {
    /// The rules that have the anchor.
    pub(super) rules: &'a [usize],
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// Up to 64 needles that are searched for together.
#[derive(Debug)]
struct Group {
    searcher: Searcher,
    needles: Vec<Needle>,
}

/// The end of one or more anchors.
#[derive(Debug)]
struct Needle {
    text: Vec<u8>,
    anchors: Vec<Anchor>,
    /// Other needles of the group that this one begins with, and that therefore occur where it does:
    /// the search reports the longest only.
    within: Vec<usize>,
}

#[derive(Debug)]
struct Anchor {
    /// The anchor without the needle at its end.
    before: Vec<u8>,
    rules: Vec<usize>,
}

#[derive(Debug)]
enum Searcher {
    Packed(packed::Searcher),
    /// Where there is no packed search for this processor or these patterns.
    Automaton(AhoCorasick),
}

impl Anchors {
    /// The anchors of `(rule, anchor)`, each at least [`SHORTEST`] bytes long.
    pub(super) fn new<'a>(
        anchors: impl IntoIterator<Item = (usize, &'a str)>,
    ) -> Result<Self, aho_corasick::BuildError> {
        let mut needles: Vec<Needle> = Vec::new();
        let mut longest = 0;
        for (rule, anchor) in anchors {
            longest = longest.max(anchor.len());
            let (before, text) = anchor.as_bytes().split_at(rarest(anchor.as_bytes()));
            let needle = entry_or_push(
                &mut needles,
                |needle| needle.text == text,
                || Needle {
                    text: text.to_vec(),
                    anchors: Vec::new(),
                    within: Vec::new(),
                },
            );
            let anchor = entry_or_push(
                &mut needle.anchors,
                |known| known.before == before,
                || Anchor {
                    before: before.to_vec(),
                    rules: Vec::new(),
                },
            );
            if !anchor.rules.contains(&rule) {
                anchor.rules.push(rule);
            }
        }
        needles.sort_by_key(|needle| std::cmp::Reverse(rarity(&needle.text)));
        let mut groups = Vec::new();
        while !needles.is_empty() {
            let rest = needles.split_off(needles.len().min(GROUP));
            groups.push(Group::new(std::mem::replace(&mut needles, rest))?);
        }
        Ok(Self { groups, longest })
    }

    /// Reports every anchor that begins at a position of `from..to`, until `spend` refuses.
    pub(super) fn search(
        &self,
        bytes: &[u8],
        (from, to): (usize, usize),
        spend: &dyn Fn(usize) -> bool,
        found: &mut dyn FnMut(Occurrence<'_>),
    ) {
        let end = bytes.len().min(to.saturating_add(self.longest));
        for group in &self.groups {
            let mut start = from;
            while let Some((index, at)) = group.searcher.find(bytes, start, end) {
                if !spend(COST) {
                    return;
                }
                let needle = &group.needles[index];
                needle.report(bytes, at, (from, to), found);
                for shorter in &needle.within {
                    group.needles[*shorter].report(bytes, at, (from, to), found);
                }
                start = at + 1;
            }
        }
    }
}

impl Group {
    fn new(mut needles: Vec<Needle>) -> Result<Self, aho_corasick::BuildError> {
        let texts: Vec<Vec<u8>> = needles.iter().map(|needle| needle.text.clone()).collect();
        for needle in &mut needles {
            needle.within = (0..texts.len())
                .filter(|index| {
                    needle.text != texts[*index] && needle.text.starts_with(&texts[*index])
                })
                .collect();
        }
        let packed = packed::Config::new()
            .match_kind(packed::MatchKind::LeftmostLongest)
            .builder()
            .extend(&texts)
            .build();
        let searcher = match packed {
            Some(searcher) => Searcher::Packed(searcher),
            None => Searcher::Automaton(
                AhoCorasick::builder()
                    .match_kind(aho_corasick::MatchKind::LeftmostLongest)
                    .build(&texts)?,
            ),
        };
        Ok(Self { searcher, needles })
    }
}

impl Searcher {
    /// The first needle in `start..end`, the longest of those that begin there.
    fn find(&self, bytes: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
        if start >= end {
            return None;
        }
        match self {
            Self::Packed(searcher) => {
                let found = searcher.find_in(bytes, Span { start, end })?;
                Some((found.pattern().as_usize(), found.start()))
            }
            Self::Automaton(automaton) => {
                let found = automaton.find(Input::new(bytes).range(start..end))?;
                Some((found.pattern().as_usize(), found.start()))
            }
        }
    }
}

impl Needle {
    /// Reports the anchors whose end lies at `at`.
    fn report(
        &self,
        bytes: &[u8],
        at: usize,
        (from, to): (usize, usize),
        found: &mut dyn FnMut(Occurrence<'_>),
    ) {
        for anchor in &self.anchors {
            if !bytes[..at].ends_with(&anchor.before) {
                continue;
            }
            let start = at - anchor.before.len();
            if (from..to).contains(&start) {
                found(Occurrence {
                    rules: &anchor.rules,
                    start,
                    end: at + self.text.len(),
                });
            }
        }
    }
}

/// The item that `is` it, added if there is none.
fn entry_or_push<T>(items: &mut Vec<T>, is: impl Fn(&T) -> bool, new: impl Fn() -> T) -> &mut T {
    let index = items.iter().position(is).unwrap_or_else(|| {
        items.push(new());
        items.len() - 1
    });
    &mut items[index]
}

/// Where the rarest four bytes of an anchor begin.
fn rarest(anchor: &[u8]) -> usize {
    let places = 0..=anchor.len().saturating_sub(SHORTEST);
    places
        .rev()
        .max_by_key(|place| rarity(&anchor[*place..]))
        .unwrap_or_default()
}

/// How rare the first four bytes of `text` are in JavaScript, about in bits.
fn rarity(text: &[u8]) -> u32 {
    let start = &text[..text.len().min(SHORTEST)];
    if COMMON.iter().any(|common| start == common.as_bytes()) {
        return 0;
    }
    let same = start.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let bits: u32 = start.iter().map(|byte| byte_rarity(*byte)).sum();
    bits - 3 * same as u32
}

/// Sequences that are frequent for what they mean.
const COMMON: &[&str] = &[
    "http", "ttps", "tps:", "ps:/", "s://", "----", "    ", "this", "://w",
];

fn byte_rarity(byte: u8) -> u32 {
    match byte {
        b'e' | b't' | b'r' | b'n' | b'i' | b'a' | b's' | b'o' | b' ' => 4,
        b'l' | b'c' | b'd' | b'u' | b'p' | b'm' | b'h' | b'f' | b'g' => 5,
        b'.' | b',' | b'(' | b')' | b'"' | b'=' | b';' | b':' | b'\n' => 5,
        b'b' | b'y' | b'w' | b'v' | b'k' | b'0'..=b'9' => 6,
        b'{' | b'}' | b'_' | b'-' | b'/' | b'\'' | b'[' | b']' => 6,
        b'x' | b'z' | b'j' | b'q' | b'+' | b'*' | b'$' | b'&' | b'|' | b'!' | b'?' | b'<'
        | b'>' => 7,
        b'A'..=b'Z' => 8,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn occurrences(anchors: &[&str], bytes: &[u8], range: (usize, usize)) -> Vec<(usize, usize)> {
        let all = Anchors::new(anchors.iter().copied().enumerate()).unwrap();
        let mut found = Vec::new();
        all.search(bytes, range, &|_| true, &mut |occurrence| {
            for rule in occurrence.rules {
                assert_eq!(occurrence.end - occurrence.start, anchors[*rule].len());
                found.push((*rule, occurrence.start));
            }
        });
        found.sort_unstable();
        found
    }

    fn naive(anchors: &[&str], bytes: &[u8], (from, to): (usize, usize)) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (rule, anchor) in anchors.iter().enumerate() {
            for start in from..to {
                if bytes[start..].starts_with(anchor.as_bytes()) {
                    found.push((rule, start));
                }
            }
        }
        found
    }

    #[test]
    fn overlapping_anchors_are_all_found() {
        let anchors = [
            "aaaa", "aaaaa", "sk-an", "sk-ant-", "k-an", "ant-ant", "abab", "/home/", "/home/ab",
        ];
        let bytes = b"xaaaaaasksk-ant-ant-antabababab/home/abab";
        let all = (0, bytes.len());
        assert_eq!(
            occurrences(&anchors, bytes, all),
            naive(&anchors, bytes, all)
        );
    }

    #[test]
    fn an_anchor_counts_where_it_begins() {
        let bytes = b"..token....token";
        for cut in 0..bytes.len() {
            let mut found = occurrences(&["token"], bytes, (0, cut));
            found.extend(occurrences(&["token"], bytes, (cut, bytes.len())));
            assert_eq!(found, [(0, 2), (0, 11)], "cut at {cut}");
        }
    }

    #[test]
    fn more_anchors_than_fit_one_search_are_found() {
        let anchors: Vec<String> = (0..200).map(|number| format!("K{number:03}-")).collect();
        let anchors: Vec<&str> = anchors.iter().map(String::as_str).collect();
        let text = anchors.concat();
        let found = occurrences(&anchors, text.as_bytes(), (0, text.len()));
        assert_eq!(
            found,
            (0..200).map(|rule| (rule, rule * 5)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn frequent_beginnings_are_not_searched_for() {
        assert_ne!(rarest(b"https://hooks."), 0);
        assert_ne!(rarest(b"-----BEGIN"), 0);
        assert_eq!(rarest(b"AKIA"), 0);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(
            anchors in prop::collection::vec("[ab-]{4,7}", 1..80),
            bytes in "[ab-]{0,200}",
            cut in 0usize..200,
        ) {
            let anchors: Vec<&str> = anchors.iter().map(String::as_str).collect();
            let cut = cut.min(bytes.len());
            for range in [(0, cut), (cut, bytes.len())] {
                prop_assert_eq!(
                    occurrences(&anchors, bytes.as_bytes(), range),
                    naive(&anchors, bytes.as_bytes(), range)
                );
            }
        }
    }
}
