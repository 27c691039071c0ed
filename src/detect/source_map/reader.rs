//! Reads one source map as a stream: what it names, and the content that it carries.
//!
//! A map is recognised by its content alone, in whatever order its keys come: an object with
//! `version` 3 and `mappings` (a string) or `sections` (an array), or one with both `sources` and
//! text in `sourcesContent`. Nothing that comes early can rule a map out, so that an object is read
//! to its end, but only the values of the keys in [`Field`](super::fields::Field) are looked into; the rest is skipped at
//! the speed of a search for brackets. Format: ECMA-426, section "Source map format".

use super::{budget::Budget, builder::Traits, content::Content, fields::Fields};
use crate::detect::{
    Out,
    json::{Malformed, Tokenizer},
};

/// Bytes in front of the object, at most: white space and the line `)]}'`.
const LEAD: usize = 64 << 10;

/// One source that a map names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Its name, with the source root in front; empty if it has none.
    pub(super) name: Box<str>,
    /// What the map holds of it.
    pub(super) content: Option<Content>,
    /// The map asks debuggers to pass over it.
    pub(super) ignored: bool,
}

/// What a reader came to.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Whether it is a source map, or the part that could be read is recognisable as one.
    pub(super) is_map: bool,
    /// Whether it started as a JSON object does.
    pub(super) is_object: bool,
    /// Whether it has a key that maps have.
    pub(super) has_known_key: bool,
    /// Why it could not be read to its end.
    pub(super) malformed: Option<Malformed>,
    /// The sources, those of all sections in order.
    pub(super) sources: Vec<Source>,
    /// The first source root that is not empty.
    pub(super) root: Option<Box<str>>,
    /// What tells which tool made it.
    pub(super) traits: Traits,
    /// Sources that were not kept, because there are too many, or whose content was not searched.
    pub(super) over_limit: bool,
}

/// Where the object of a map starts.
enum Start {
    At(usize),
    /// Further bytes will tell.
    Later,
    Nowhere,
}

/// Where the object starts after the first bytes of a map: after a byte order mark, white space, and
/// the line `)]}'` that some servers put in front.
fn start(lead: &[u8]) -> Start {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    const PREFIX: &[u8] = b")]}'";
    let all = lead.strip_prefix(MARK).unwrap_or(lead).trim_ascii_start();
    let mut rest = all;
    if all.starts_with(PREFIX) {
        match memchr::memchr(b'\n', all) {
            Some(end) => rest = all[end..].trim_ascii_start(),
            None => return Start::Later,
        }
    }
    match rest.first() {
        Some(b'{') => Start::At(lead.len() - rest.len()),
        None => Start::Later,
        Some(_) if MARK.starts_with(all) || PREFIX.starts_with(all) => Start::Later,
        Some(_) => Start::Nowhere,
    }
}

/// Where the object starts in the first bytes of a file, if it does.
pub(super) fn object_start(head: &[u8]) -> Option<usize> {
    match start(head) {
        Start::At(offset) => Some(offset),
        Start::Later | Start::Nowhere => None,
    }
}

/// See the module.
pub(super) struct MapReader {
    /// The first bytes, until the object starts.
    lead: Option<Vec<u8>>,
    tokenizer: Tokenizer,
    content: Fields,
    malformed: Option<Malformed>,
}

impl MapReader {
    /// With `deriving`, content is handed on as derived texts.
    pub(super) fn new(budget: Budget, deriving: bool) -> Self {
        Self {
            lead: Some(Vec::new()),
            tokenizer: Tokenizer::new(),
            content: Fields::new(budget, deriving),
            malformed: None,
        }
    }

    /// A reader of a map that is searched as it stands, so that its contents need not be handed on.
    pub(super) fn at_hand(budget: Budget, deriving: bool) -> Self {
        let mut reader = Self::new(budget, deriving);
        reader.content.at_hand = true;
        reader
    }

    /// Takes the next bytes; returns how many of them belong to the map.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut dyn Out) -> usize {
        if self.malformed.is_some() {
            return 0;
        }
        let Some(mut lead) = self.lead.take() else {
            return self.read(bytes, out);
        };
        let before = lead.len();
        if before == 0 && object_start(bytes) == Some(0) {
            return self.read(bytes, out);
        }
        lead.extend_from_slice(&bytes[..bytes.len().min(LEAD - before)]);
        match start(&lead) {
            Start::At(start) => {
                // The object's first byte came with this piece, or it would have started before.
                let skipped = start.saturating_sub(before).min(bytes.len());
                skipped + self.read(&bytes[skipped..], out)
            }
            Start::Later if lead.len() < LEAD => {
                self.lead = Some(lead);
                bytes.len()
            }
            Start::Later | Start::Nowhere => {
                self.malformed = Some(self.tokenizer.broken_off());
                0
            }
        }
    }

    fn read(&mut self, bytes: &[u8], out: &mut dyn Out) -> usize {
        let content = &mut self.content;
        let taken = self
            .tokenizer
            .push(bytes, &mut |event| content.event(event, out));
        taken.unwrap_or_else(|malformed| {
            self.malformed = Some(malformed);
            0
        })
    }

    /// Whether the object is complete.
    pub(super) fn done(&self) -> bool {
        self.tokenizer.done()
    }

    /// Whether nothing more can be read.
    pub(super) fn failed(&self) -> bool {
        self.malformed.is_some()
    }

    /// Something follows the object that is not part of it.
    pub(super) fn fail(&mut self, malformed: Malformed) {
        self.malformed.get_or_insert(malformed);
    }

    /// Whether content has been met: then this is the one that searches the text.
    pub(super) fn carries_content(&self) -> bool {
        self.content.carries_content
    }

    /// What was read.
    pub(super) fn finish(mut self, out: &mut dyn Out) -> Reading {
        let mut is_object = self.tokenizer.paired();
        if !self.tokenizer.done() && self.malformed.is_none() {
            is_object |= self.lead.is_none();
            self.malformed = Some(self.tokenizer.broken_off());
        }
        Reading {
            is_object,
            ..self.content.finish(self.malformed, out)
        }
    }
}
