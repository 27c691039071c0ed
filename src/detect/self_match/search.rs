//! One search for all values in all forms.

use aho_corasick::{AhoCorasick, MatchKind, Span, packed};

use super::{
    LOOKED_FOR,
    forms::{Written, written},
};
use crate::{
    detect::machine::Form,
    model::{SelfKind, SelfValue, View},
};

/// Shorter values are in every file. The host room leaves out what everybody has; this is the last
/// line of defence.
const SHORTEST: usize = 4;
/// Prefixes of home directories.
const HOMES: &[&str] = &["/home/", "/Users/", r"\Users\"];

pub(super) struct Search {
    automaton: Automaton,
    /// What may begin where a needle was found, by needle, most specific first.
    probes: Vec<Vec<Probe>>,
    longest: usize,
}

/// One value in one form.
struct Probe {
    /// Index into [`LOOKED_FOR`].
    kind: usize,
    written: Written,
}

enum Automaton {
    /// Teddy: several times as fast, for up to 64 needles on processors that have it.
    Packed(packed::Searcher),
    Any(AhoCorasick),
}

impl Search {
    /// Bytes looked at before a find: the character before it, a base64 group.
    pub(super) const BEFORE: usize = 8;

    /// A search for these values; `None` if there is nothing to search for.
    pub(super) fn new(values: &[SelfValue]) -> Option<Self> {
        let mut probes: Vec<Probe> = values.iter().flat_map(probes).collect();
        probes.retain(|probe| probe.written.bytes.len() >= SHORTEST);
        let longest = probes.iter().map(|probe| probe.written.bytes.len()).max()?;
        // A needle that begins like another is found with it, so that the shortest ones do.
        probes.sort_by(|a, b| a.written.bytes.cmp(&b.written.bytes));
        let mut needles: Vec<Vec<u8>> = Vec::new();
        let mut by_needle: Vec<Vec<Probe>> = Vec::new();
        for probe in probes {
            let bytes = &probe.written.bytes;
            if !needles
                .last()
                .is_some_and(|needle| bytes.starts_with(needle))
            {
                needles.push(bytes.clone());
                by_needle.push(Vec::new());
            }
            if let Some(here) = by_needle.last_mut() {
                here.push(probe);
            }
        }
        for here in &mut by_needle {
            here.sort_by_key(|probe| (probe.kind, std::cmp::Reverse(probe.written.bytes.len())));
        }
        Some(Self {
            automaton: Automaton::new(&needles)?,
            probes: by_needle,
            longest,
        })
    }

    /// Bytes looked at from the beginning of a find: the longest search text, the character after
    /// it, what base64 needs to decode that.
    pub(super) fn after(&self) -> usize {
        self.longest + 8
    }

    /// Tells `found` the kind, form and place of everything that begins in the view. What lies
    /// before `passed` belongs to an earlier find.
    pub(super) fn each(
        &self,
        view: &View<'_>,
        passed: &mut u64,
        found: &mut dyn FnMut(usize, Form, usize),
    ) {
        let (first, end) = view.search;
        let mut from = first.max(passed.saturating_sub(view.offset) as usize);
        let to = view.bytes.len().min(end + self.longest);
        while from < end {
            let Some((needle, start)) = self.automaton.find(view.bytes, from..to) else {
                break;
            };
            if start >= end {
                break;
            }
            let here = self.probes[needle]
                .iter()
                .find(|probe| probe.is_at(view.bytes, start));
            from = start + 1;
            if let Some(probe) = here {
                found(probe.kind, probe.written.form, start);
                from = start + probe.written.bytes.len();
                *passed = view.offset + from as u64;
            }
        }
    }
}

impl Automaton {
    fn new(needles: &[Vec<u8>]) -> Option<Self> {
        if let Some(searcher) = packed::Searcher::new(needles) {
            return Some(Automaton::Packed(searcher));
        }
        // Construction fails only beyond two billion states.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(needles);
        automaton.ok().map(Automaton::Any)
    }

    /// The needle found first, and where it begins.
    fn find(&self, text: &[u8], within: std::ops::Range<usize>) -> Option<(usize, usize)> {
        let span = Span::from(within);
        let found = match self {
            Automaton::Packed(searcher) => searcher.find_in(text, span)?,
            Automaton::Any(automaton) => {
                automaton.find(aho_corasick::Input::new(text).span(span))?
            }
        };
        Some((found.pattern().as_usize(), found.start()))
    }
}

/// Every form of a value that is worth a search.
fn probes(value: &SelfValue) -> Vec<Probe> {
    let text = value.value.trim_end_matches(['/', '\\']);
    if text.len() < SHORTEST {
        return Vec::new();
    }
    let texts: Vec<String> = match value.kind {
        // The letter of a drive may be written small or large.
        SelfKind::Home | SelfKind::ProjectRoot | SelfKind::BuildDirectory => {
            vec![without_drive(text).to_owned()]
        }
        SelfKind::Login => HOMES
            .iter()
            .map(|home| format!("{home}{text}{}", &home[home.len() - 1..]))
            .collect(),
        SelfKind::HostName => vec![text.to_owned()],
    };
    let kind = LOOKED_FOR.iter().position(|(kind, ..)| *kind == value.kind);
    let written = texts.iter().flat_map(|text| written(text));
    kind.map_or_else(Vec::new, |kind| {
        written.map(|written| Probe { kind, written }).collect()
    })
}

fn without_drive(path: &str) -> &str {
    match path.as_bytes() {
        [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic() => &path[1..],
        _ => path,
    }
}

impl Probe {
    /// Whether the value lies at `start`, and ends where a path or a name may end.
    fn is_at(&self, text: &[u8], start: usize) -> bool {
        if !text[start..].starts_with(&self.written.bytes) {
            return false;
        }
        let Some((before, after)) = self.written.neighbours(text, start) else {
            return false;
        };
        match LOOKED_FOR[self.kind].0 {
            // Texts lie side by side in native code, so that anything may stand before a path.
            SelfKind::Home | SelfKind::ProjectRoot | SelfKind::BuildDirectory => {
                !after.is_some_and(|byte| byte == b'.' || is_of_name(byte))
            }
            // Has its separator.
            SelfKind::Login => true,
            SelfKind::HostName => {
                !before.is_some_and(|byte| byte == b'.' || is_of_name(byte))
                    && !after.is_some_and(is_of_name)
            }
        }
    }
}

/// Whether a name goes on with this byte.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 0x80..)
}
