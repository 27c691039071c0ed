//! Where the anchors of all text rules occur, found in one pass whatever their number.
//!
//! What is looked for is not the whole anchor but its rarest four bytes: `://hooks.` by `hook`, since `://` is
//! everywhere. The rest of the anchor is compared where these stand.

use std::collections::HashMap;

use super::grams::{FOLD, GRAM, Grams, SLOTS, slot};

/// The shortest anchor, in bytes: what has three bytes at every second position.
pub(super) const SHORTEST: usize = GRAM + 1;
/// The longest anchor, in bytes.
pub(super) const LONGEST: usize = 256;

/// What an occurrence costs, in bytes that are searched in the same time.
const COST: usize = 32;

/// All anchors, ready to be searched for.
#[derive(Debug)]
pub(super) struct Anchors {
    anchors: Vec<Anchor>,
    grams: Grams,
    buckets: Vec<Vec<Candidate>>,
    /// Whether four bytes may be some anchor's rarest: most of what begins like them is turned down by this.
    fours: Box<[bool; SLOTS]>,
    /// What folds four bytes.
    fold: u32,
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

#[derive(Debug)]
struct Anchor {
    text: Box<[u8]>,
    rules: Vec<usize>,
}

/// What may stand where a sequence of three bytes was seen.
#[derive(Debug)]
struct Candidate {
    /// The four bytes that are looked for.
    rarest: u32,
    /// How far before the three bytes the four begin.
    shift: usize,
    /// How far before the four bytes the anchor begins.
    before: usize,
    anchor: usize,
}

impl Anchors {
    /// The anchors of `(rule, anchor)`, each at least [`SHORTEST`] bytes long. With `fold`, they are in lower
    /// case and are found in any.
    pub(super) fn new<'a>(anchors: impl IntoIterator<Item = (usize, &'a str)>, fold: bool) -> Self {
        let mut all = Self {
            anchors: Vec::new(),
            grams: Grams::new(fold),
            buckets: Vec::new(),
            fours: Box::new([false; SLOTS]),
            fold: u32::from_ne_bytes([if fold { FOLD } else { 0 }; SHORTEST]),
            longest: 0,
        };
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (rule, text) in anchors {
            let index = *known
                .entry(text)
                .or_insert_with(|| all.add(text.as_bytes()));
            let rules = &mut all.anchors[index].rules;
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        all
    }

    fn add(&mut self, text: &[u8]) -> usize {
        let before = rarest(text);
        let anchor = self.anchors.len();
        if let Some(rarest) = text[before..].first_chunk::<SHORTEST>() {
            let rarest = u32::from_le_bytes(*rarest) | self.fold;
            self.fours[slot(rarest)] = true;
            let bytes = rarest.to_le_bytes();
            for shift in 0..=1 {
                let gram = [bytes[shift], bytes[shift + 1], bytes[shift + 2]];
                let bucket = self.grams.add(gram);
                if bucket == self.buckets.len() {
                    self.buckets.push(Vec::new());
                }
                self.buckets[bucket].push(Candidate {
                    rarest,
                    shift,
                    before,
                    anchor,
                });
            }
        }
        self.longest = self.longest.max(text.len());
        self.anchors.push(Anchor {
            text: text.into(),
            rules: Vec::new(),
        });
        anchor
    }

    /// Reports every anchor that begins at a position of `from..to`, until `spend` refuses.
    pub(super) fn search(
        &self,
        bytes: &[u8],
        (from, to): (usize, usize),
        spend: &dyn Fn(usize) -> bool,
        found: &mut dyn FnMut(Occurrence<'_>),
    ) {
        let bytes = &bytes[..bytes.len().min(to.saturating_add(self.longest))];
        self.grams.each(bytes, from, &mut |at, bucket| {
            let may_begin = |place: usize| {
                let four = bytes[place..].first_chunk::<SHORTEST>();
                four.is_some_and(|four| self.fours[slot(u32::from_le_bytes(*four) | self.fold)])
            };
            if !(may_begin(at) || at > 0 && may_begin(at - 1)) {
                return true;
            }
            for candidate in &self.buckets[bucket] {
                let place = at.checked_sub(candidate.shift);
                let Some(four) = place.and_then(|place| bytes[place..].first_chunk::<SHORTEST>())
                else {
                    continue;
                };
                if u32::from_le_bytes(*four) | self.fold != candidate.rarest {
                    continue;
                }
                let anchor = &self.anchors[candidate.anchor];
                let Some(start) = at.checked_sub(candidate.shift + candidate.before) else {
                    continue;
                };
                let end = start + anchor.text.len();
                let stands = bytes.get(start..end).is_some_and(|text| match self.fold {
                    0 => *text == *anchor.text,
                    _ => text.eq_ignore_ascii_case(&anchor.text),
                });
                if !stands || !(from..to).contains(&start) {
                    continue;
                }
                if !spend(COST) {
                    return false;
                }
                let rules = &anchor.rules;
                found(Occurrence { rules, start, end });
            }
            true
        });
    }
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
    let lower = start.to_ascii_lowercase();
    let common = |gram: &&[u8]| {
        COMMON
            .binary_search_by(|common| common.as_bytes().cmp(gram))
            .is_ok()
    };
    let common = lower.windows(GRAM).filter(common).count();
    let same = start.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let bits: u32 = start.iter().map(|byte| byte_rarity(*byte)).sum();
    bits.saturating_sub((5 * common + 3 * same) as u32)
}

/// Sequences that are more frequent than their bytes are: those that cost the most on packages of 600 MB.
const COMMON: &[&str] = &[
    "   ", " sh", "---", "://", "ade", "app", "ary", "bal", "be ", "bui", "cod", "con", "ee ",
    "emo", "equ", "exp", "his", "htt", "ibu", "ify", "ive", "key", "lve", "ly ", "map", "met",
    "nfi", "nly", "nte", "our", "pat", "per", "ps:", "rad", "rai", "req", "rib", "ry ", "s.g",
    "s:/", "t s", "tar", "thi", "tok", "tps", "ttp", "ubl", "urc", "url", "ved", "wor", "xpo",
    "y =",
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
        let all = Anchors::new(anchors.iter().copied().enumerate(), false);
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
    fn words_are_found_in_any_case() {
        let words = Anchors::new([(0, "api_key"), (1, "dd-app")], true);
        let text = b"API_KEY Api_keyx api-key DD-APP dd\x0dapp API\x7fKEY";
        let mut found = Vec::new();
        words.search(text, (0, text.len()), &|_| true, &mut |occurrence| {
            found.push((occurrence.rules[0], occurrence.start));
        });
        assert_eq!(found, [(0, 0), (0, 8), (1, 25)]);
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
    fn what_is_common_is_in_order() {
        assert!(COMMON.is_sorted());
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
