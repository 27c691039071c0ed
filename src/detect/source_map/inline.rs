//! Finds source maps inside other files: `sourceMappingURL=data:…`, or a map as it is, anywhere in the
//! text.
//!
//! Bundlers for development write such a reference per module, inside of string literals that are
//! evaluated; so it is looked for everywhere, whatever stands around it, and what tells a map from
//! prose is that it decodes to one.

use std::sync::LazyLock;

use memchr::{memchr_iter, memmem};
use sha2::Digest as _;

use super::{
    body::{Body, Text},
    budget::Budget,
    data_url::{Decoder, Reference, reference},
    literal::{self, Literal},
    reader::{MapReader, Reading},
};
use crate::{
    detect::Out,
    model::{GapKind, Location, Sha256, View, Window},
};

/// What a map may lie behind, and what one with content holds. Finders are made once: an artifact may
/// have a hundred thousand texts.
const WORDS: [&str; 2] = ["sourceMappingURL", "sourcesContent"];
const URL: usize = 0;
static FINDERS: LazyLock<[memmem::Finder<'static>; 2]> =
    LazyLock::new(|| WORDS.map(memmem::Finder::new));
/// Bytes in front of the word that are looked at: a comment's start and what stands before it.
const BEFORE: usize = 256;
/// Bytes from the word to the body of the URL, at most.
const AFTER: usize = 1024;
/// Bytes at the end of a file in which engines look for the comment, roughly.
const TAIL: u64 = 4096;
/// Bytes that are decoded at once: few at first, because much that looks like a map is none.
const FIRST_BLOCK: usize = 256;
const BLOCK: usize = 64 << 10;

/// All inline maps of one entry, taken together: a bundle for development has one per module.
#[derive(Debug)]
pub(super) struct Found {
    /// Sources of all maps, in order.
    pub(super) reading: Reading,
    /// How many maps there are.
    pub(super) maps: u64,
    /// Where the first one starts.
    pub(super) location: Location,
    /// SHA-256 of the map; of the hashes of all maps if there are several.
    pub(super) sha256: Sha256,
}

/// A comment that refers to a map elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) url: String,
    pub(super) location: Location,
    offset: u64,
}

/// What an entry's text came to.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) maps: Option<Found>,
    pub(super) comment: Option<Comment>,
    /// References were left alone, because there are too many.
    pub(super) over_limit: bool,
}

/// Looks for inline maps in a stream of text.
pub(super) struct Finder {
    window: Window,
    search: Search,
}

struct Search {
    budget: Budget,
    literals: bool,
    deriving: bool,
    body: Option<Body>,
    /// Offset up to which bodies have been read.
    resume: u64,
    /// Offset behind the last word that stood in front of a list of contents.
    passed: u64,
    /// An offset, and the newlines before it.
    counted: (u64, u64),
    end: u64,
    found: Option<Found>,
    hashes: sha2::Sha256,
    comment: Option<Comment>,
    block: Vec<u8>,
}

impl Finder {
    /// With `literals`, maps that are written out count; prose explains maps by them.
    pub(super) fn new(budget: Budget, literals: bool) -> Self {
        Self {
            window: Window::new(BEFORE, AFTER),
            search: Search {
                budget,
                literals,
                deriving: true,
                body: None,
                resume: 0,
                passed: 0,
                counted: (0, 0),
                end: 0,
                found: None,
                hashes: sha2::Sha256::new(),
                comment: None,
                block: Vec::new(),
            },
        }
    }

    /// Whether the content of maps that start from now on is handed on as derived texts.
    pub(super) fn set_deriving(&mut self, deriving: bool) {
        self.search.deriving = deriving;
    }

    /// Whether a map is being read.
    pub(super) fn is_open(&self) -> bool {
        self.search.body.is_some()
    }

    pub(super) fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let search = &mut self.search;
        self.window
            .push(piece, last, &mut |view| search.look(view, out));
    }

    /// What was found, after the last piece.
    pub(super) fn finish(mut self, out: &mut dyn Out) -> Findings {
        self.search.end_of_body(out);
        let tail = self.search.end.saturating_sub(TAIL);
        Findings {
            over_limit: self.search.budget.exhausted(),
            maps: self.search.found,
            comment: self.search.comment.filter(|comment| comment.offset >= tail),
        }
    }
}

impl Search {
    fn look(&mut self, view: View<'_>, out: &mut dyn Out) {
        self.end = view.offset + view.bytes.len() as u64;
        let (mut at, end) = view.search;
        let find = |word: usize, from: usize| {
            let found = FINDERS[word].find(view.bytes.get(from..)?);
            found.map(|found| from + found).filter(|found| *found < end)
        };
        let mut next = [0, 1].map(|word| find(word, at));
        loop {
            if self.body.is_some() {
                self.read_body(&view, out);
                if self.body.is_some() {
                    return;
                }
            }
            at = at.max(self.resume.saturating_sub(view.offset) as usize);
            for (word, next) in next.iter_mut().enumerate() {
                if next.is_some_and(|found| found < at) {
                    *next = find(word, at);
                }
            }
            let first =
                (next.iter().enumerate()).filter_map(|(word, found)| Some((found.as_ref()?, word)));
            let Some((&start, word)) = first.min() else {
                return;
            };
            at = start + WORDS[word].len();
            match word {
                URL => self.refer(&view, start, at),
                _ => self.start_literal(&view, start, at, out),
            }
        }
    }

    /// Takes up the map that is written out around `word`, if there is one.
    fn start_literal(&mut self, view: &View<'_>, word: usize, at: usize, out: &mut dyn Out) {
        let passed = self.passed.max(self.resume);
        self.passed = view.offset + at as u64;
        let after = &view.bytes[at..view.bytes.len().min(at + AFTER)];
        let list = literal::contents(after).filter(|_| self.literals);
        let Some((behind, list)) = list else {
            return;
        };
        let earliest = passed.saturating_sub(view.offset) as usize;
        let object = literal::object_before(view.bytes, earliest, word);
        let (from, start) = object.unwrap_or((at + behind, list));
        // What a file starts with is read as a map of its own.
        if view.offset + from as u64 == 0 || !self.budget.follow() {
            return;
        }
        self.resume = view.offset + from as u64;
        let mut reader = MapReader::at_hand(self.budget.share(), self.deriving);
        reader.push(start.lead, out);
        self.body = Some(Body {
            text: Text::Literal(Literal::new(start)),
            reader,
            hasher: sha2::Sha256::new(),
            claims_json: false,
            line: self.line_of(view, word),
            start: self.passed,
            at_once: FIRST_BLOCK,
        });
    }

    /// Takes up the reference that starts at `at`, if there is one.
    fn refer(&mut self, view: &View<'_>, word: usize, at: usize) {
        if !self.budget.follow() {
            return;
        }
        let text = &view.bytes[at..view.bytes.len().min(at + AFTER)];
        match reference(text) {
            Some(Reference::Data {
                media_type,
                encoding,
                body,
            }) => {
                self.resume = view.offset + (at + body) as u64;
                self.body = Some(Body {
                    text: Text::Url(Decoder::new(encoding), encoding),
                    reader: MapReader::new(self.budget.share(), self.deriving),
                    hasher: sha2::Sha256::new(),
                    claims_json: contains_json(media_type),
                    line: self.line_of(view, word),
                    start: self.resume,
                    at_once: FIRST_BLOCK,
                });
            }
            Some(Reference::Elsewhere(url)) if opens_comment(&view.bytes[..word]) => {
                self.comment = Some(Comment {
                    url: url.to_owned(),
                    location: line(self.line_of(view, word)),
                    offset: view.offset + word as u64,
                });
            }
            _ => {}
        }
    }

    fn line_of(&mut self, view: &View<'_>, position: usize) -> u64 {
        if self.counted.0 < view.offset {
            self.counted = (view.offset, view.lines);
        }
        let from = (self.counted.0 - view.offset) as usize;
        let newlines = memchr_iter(b'\n', &view.bytes[from..position]).count() as u64;
        self.counted = (view.offset + position as u64, self.counted.1 + newlines);
        self.counted.1 + 1
    }

    fn read_body(&mut self, view: &View<'_>, out: &mut dyn Out) {
        let Some(body) = &mut self.body else {
            return;
        };
        let from = self.resume.saturating_sub(view.offset) as usize;
        let mut rest = view.bytes.get(from..).unwrap_or_default();
        while !rest.is_empty() && !body.over() {
            self.block.clear();
            let taken = body
                .text
                .decode(&rest[..rest.len().min(body.at_once)], &mut self.block);
            body.at_once = (body.at_once * 4).min(BLOCK);
            body.decoded(&self.block, out);
            rest = &rest[taken..];
            self.resume += taken as u64;
        }
        if body.over() {
            self.end_of_body(out);
        }
    }

    fn end_of_body(&mut self, out: &mut dyn Out) {
        let Some(mut body) = self.body.take() else {
            return;
        };
        if !body.text.ended() {
            self.block.clear();
            body.text.end(&mut self.block);
            body.decoded(&self.block, out);
        }
        let failed = body.reader.failed();
        let is_literal = matches!(body.text, Text::Literal(_));
        let reading = body.reader.finish(out);
        // Code hands maps without content about, and writes short ones in tests of its own.
        let says_little = is_literal
            && reading
                .sources
                .iter()
                .all(|source| source.content.is_none());
        if !reading.is_map || says_little {
            // Code that puts a reference together was taken for one: a map may follow in its line.
            if failed {
                self.resume = body.start;
            }
            return;
        }
        if let Some(malformed) = reading.malformed.filter(|_| body.claims_json) {
            let line = body.line;
            let reason = format!("the source map in line {line} can't be read: {malformed}");
            out.gap(GapKind::SourceMap, reason);
        }
        let hash: [u8; 32] = body.hasher.finalize().into();
        self.hashes.update(hash);
        match &mut self.found {
            None => {
                self.found = Some(Found {
                    reading,
                    maps: 1,
                    location: line(body.line),
                    sha256: Sha256::from_bytes(hash),
                });
            }
            Some(found) => {
                found.maps += 1;
                found.sha256 = Sha256::from_bytes(self.hashes.clone().finalize().into());
                found.reading.sources.extend(reading.sources);
                found.reading.over_limit |= reading.over_limit;
                if found.reading.root.is_none() {
                    found.reading.root = reading.root;
                }
            }
        }
    }
}

fn line(line: u64) -> Location {
    Location {
        line: Some(line),
        ..Location::default()
    }
}

fn contains_json(media_type: &[u8]) -> bool {
    media_type
        .windows(4)
        .any(|window| window.eq_ignore_ascii_case(b"json"))
}

/// Whether `before` ends with the start of a comment that is not inside a string, as far as its line
/// tells (ECMA-426, "Extraction methods").
fn opens_comment(before: &[u8]) -> bool {
    let line = before
        .rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or(before);
    let line = line.trim_ascii_end();
    let Some((code, opener)) = line.split_last_chunk::<3>() else {
        return false;
    };
    let code = code.trim_ascii_end();
    matches!(opener, b"//#" | b"//@" | b"/*#" | b"/*@")
        && code.last().is_none_or(|byte| b";})/".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::opens_comment;

    #[test]
    fn comments_are_told_from_strings() {
        for line in ["//# ", "a();\n  //@ ", "}/*# ", "f();//# ", "/**//*# "] {
            assert!(opens_comment(line.as_bytes()), "{line}");
        }
        for line in ["", "# ", "x = \"//# ", "+ \"\\n//# ", "see `//# "] {
            assert!(!opens_comment(line.as_bytes()), "{line}");
        }
    }
}
