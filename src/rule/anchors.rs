//! Where the anchors of all text rules occur, found in one pass whatever their number, and with them the words of
//! rules for what is assigned to a name.
//!
//! What is looked for is not the whole anchor but its rarest four bytes: `://hooks.` by `hook`, since `://` is
//! everywhere. The rest of the anchor is compared where these stand.

use std::collections::HashMap;

use super::fours::{FOUR, Fours, folded};

/// The shortest anchor, in bytes.
pub(super) const SHORTEST: usize = FOUR;
/// The longest anchor, in bytes.
pub(super) const LONGEST: usize = 256;

/// What an occurrence costs, in bytes that are searched in the same time.
const COST: usize = 32;

/// All anchors, ready to be searched for.
#[derive(Debug)]
pub(super) struct Anchors {
    anchors: Vec<Anchor>,
    fours: Fours,
    buckets: Vec<Vec<Candidate>>,
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
    /// Whether it is a word, which is found in any case.
    is_word: bool,
    rules: Vec<usize>,
}

/// What may stand where a sequence of four bytes was seen.
#[derive(Debug)]
struct Candidate {
    /// The four bytes that are looked for.
    rarest: u32,
    /// How far before them the anchor begins.
    before: usize,
    anchor: usize,
}

impl Anchors {
    /// The anchors of `(rule, anchor)`, and words, which are in lower case and are found in any; each at least
    /// [`SHORTEST`] bytes long.
    pub(super) fn new(anchors: &[(usize, &str)], words: &[(usize, &str)]) -> Self {
        let mut all = Self {
            anchors: Vec::new(),
            fours: Fours::new(),
            buckets: Vec::new(),
            longest: 0,
        };
        let mut known: HashMap<(&str, bool), usize> = HashMap::new();
        for (of, is_word) in [(anchors, false), (words, true)] {
            for (rule, text) in of {
                let index = *known
                    .entry((text, is_word))
                    .or_insert_with(|| all.add(text.as_bytes(), is_word));
                let rules = &mut all.anchors[index].rules;
                if !rules.contains(rule) {
                    rules.push(*rule);
                }
            }
        }
        all
    }

    fn add(&mut self, text: &[u8], is_word: bool) -> usize {
        let before = rarest(text);
        let anchor = self.anchors.len();
        if let Some(rarest) = text[before..].first_chunk::<FOUR>() {
            let rarest = folded(*rarest);
            let bucket = self.fours.add(rarest);
            if bucket == self.buckets.len() {
                self.buckets.push(Vec::new());
            }
            self.buckets[bucket].push(Candidate {
                rarest,
                before,
                anchor,
            });
        }
        self.longest = self.longest.max(text.len());
        self.anchors.push(Anchor {
            text: text.into(),
            is_word,
            rules: Vec::new(),
        });
        anchor
    }

    /// Reports every anchor that begins at a position of `from..to`, and `with_words` every word, until `spend`
    /// refuses.
    pub(super) fn search(
        &self,
        bytes: &[u8],
        (from, to): (usize, usize),
        with_words: bool,
        spend: &dyn Fn(usize) -> bool,
        found: &mut dyn FnMut(Occurrence<'_>),
    ) {
        let bytes = &bytes[..bytes.len().min(to.saturating_add(self.longest))];
        self.fours.each(bytes, from, &mut |at, four, bucket| {
            for candidate in &self.buckets[bucket] {
                if candidate.rarest != four {
                    continue;
                }
                let anchor = &self.anchors[candidate.anchor];
                if anchor.is_word && !with_words {
                    continue;
                }
                let Some(start) = at.checked_sub(candidate.before) else {
                    continue;
                };
                let end = start + anchor.text.len();
                let stands = bytes
                    .get(start..end)
                    .is_some_and(|text| match anchor.is_word {
                        true => text.eq_ignore_ascii_case(&anchor.text),
                        false => *text == *anchor.text,
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

/// How rare the first four bytes of `text` are in JavaScript, in any case, about in bits.
fn rarity(text: &[u8]) -> u32 {
    let start = text[..text.len().min(FOUR)].to_ascii_lowercase();
    let is_common = COMMON
        .binary_search_by(|common| common.as_bytes().cmp(&start))
        .is_ok();
    let same = start.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let bits: u32 = start.iter().map(|byte| byte_rarity(*byte)).sum();
    bits.saturating_sub(16 * u32::from(is_common) + 3 * same as u32)
}

/// Parts of our own anchors that are more frequent than their bytes are, in lower case: those that stand in more than
/// one of 25,000 places of 400 MB of packages, and would be taken for rare.
const COMMON: &[&str] = &[
    " = \"", " dis", " key", " pub", " sha", " use", "\": \"", "----", ".com", ": su", "_dat",
    "_key", "_pro", "_sec", "_sta", "able", "acce", "agic", "appl", "arch", "atyp", "auth", "base",
    "blic", "bute", "cces", "chan", "ckag", "clie", "cope", "cord", "cryp", "curi", "d\":\"",
    "desc", "dist", "ecur", "equi", "erve", "ervi", "hare", "ibut", "inde", "ivat", "ject", "key ",
    "key:", "keys", "kind", "l = ", "lass", "leve", "lica", "llba", "ndex", "nfo_", "node", "oken",
    "only", "pack", "page", "pass", "plic", "ppli", "priv", "prot", "ps:/", "publ", "push", "quir",
    "requ", "ribu", "rity", "riva", "rver", "rvic", "s://", "scop", "secu", "serv", "shar", "tabl",
    "tack", "toke", "tpro", "tps:", "trib", "type", "ubli", "umer", "use ", "vate", "vice", "wind",
    "word", "work", "y = ", "ypes", "zero",
];

fn byte_rarity(byte: u8) -> u32 {
    match byte {
        b'e' | b't' | b'r' | b'n' | b'i' | b'a' | b's' | b'o' | b' ' => 4,
        b'l' | b'c' | b'd' | b'u' | b'p' | b'm' | b'h' | b'f' | b'g' => 5,
        b'.' | b',' | b'(' | b')' | b'"' | b'=' | b';' | b':' => 5,
        b'b' | b'y' | b'w' | b'v' | b'k' | b'0'..=b'9' => 6,
        b'{' | b'}' | b'_' | b'-' | b'/' | b'\'' | b'[' | b']' => 6,
        b'x' | b'z' | b'j' | b'q' => 7,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn occurrences(anchors: &[&str], bytes: &[u8], range: (usize, usize)) -> Vec<(usize, usize)> {
        let anchors_of: Vec<(usize, &str)> = anchors.iter().copied().enumerate().collect();
        let all = Anchors::new(&anchors_of, &[]);
        let mut found = Vec::new();
        all.search(bytes, range, false, &|_| true, &mut |occurrence| {
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
        let words = Anchors::new(&[(2, "api_key")], &[(0, "api_key"), (1, "dd-app")]);
        let text = b"API_KEY Api_keyx api-key DD-APP dd\x0dapp API\x7fKEY api_key";
        let found = |with_words: bool| {
            let mut found = Vec::new();
            words.search(
                text,
                (0, text.len()),
                with_words,
                &|_| true,
                &mut |occurrence| {
                    found.push((occurrence.rules[0], occurrence.start));
                },
            );
            found
        };
        assert_eq!(found(true), [(0, 0), (0, 8), (1, 25), (2, 47), (0, 47)]);
        assert_eq!(found(false), [(2, 47)]);
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
