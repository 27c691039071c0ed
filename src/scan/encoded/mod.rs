//! Text that is written in another form: found, decoded, and searched as if it stood there in plain.
//!
//! A token in base64, in a string with escapes or in UTF-16 is as readable for whoever unpacks the
//! artifact as a plain one. Stretches of such text are found by what is rare in everything else
//! ([`find`]), decoded as a stream ([`stream`]) and searched by all text rules together with what stands
//! before them, so that `password: ` in front of base64 counts. What was decoded is looked at in the same
//! way, up to [`DEPTH`] times.

mod decoder;
mod find;
mod runs;
mod stream;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::{find::Finder, stream::Stream};
use crate::{
    model::{Location, View},
    rule::Answer,
};

/// How many times over a text is decoded: base64 in a string with escapes in base64.
const DEPTH: u8 = 3;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Base64,
    Hex,
    Percent,
    Escapes,
    Utf16,
}

impl Form {
    /// What people call it.
    fn name(self) -> &'static str {
        match self {
            Form::Base64 => "base64",
            Form::Hex => "hexadecimal digits",
            Form::Percent => "percent-encoding",
            Form::Escapes => "escapes",
            Form::Utf16 => "UTF-16",
        }
    }
}

/// What decoded text is searched with.
pub(super) trait Search {
    /// Every rule that is met in the view, the place of its value, and what is to be said of that.
    fn search(&mut self, view: View<'_>) -> Vec<(usize, Range<usize>, Answer)>;
    /// Whether one more stretch may be decoded.
    fn another(&mut self) -> bool;
}

/// A rule that decoded text meets.
pub(super) struct Found {
    pub(super) rule: usize,
    /// The value, decoded. It may be a secret.
    pub(super) value: Vec<u8>,
    /// What its validator says of it.
    pub(super) answer: Answer,
    /// Where what it was decoded from lies.
    pub(super) range: Range<u64>,
    pub(super) location: Location,
    /// The forms that it was decoded from, the innermost first.
    forms: Vec<Form>,
}

impl Found {
    /// How it was written: `base64 within escapes`.
    pub(super) fn written(&self) -> String {
        let names: Vec<&str> = self.forms.iter().map(|form| form.name()).collect();
        names.join(" within ")
    }
}

/// What is encoded in one text.
pub(super) struct Encoded {
    depth: u8,
    /// Where the next stretch may begin.
    at: u64,
    finder: Finder,
    stream: Option<Box<Stream>>,
    /// Whether places are told by their offset, not by lines.
    pub(super) binary: bool,
}

impl Encoded {
    /// For a text that nothing was decoded to get at.
    pub(super) fn new() -> Self {
        Self::within(0, 0)
    }

    fn within(depth: u8, at: u64) -> Self {
        Self {
            depth,
            at,
            finder: Finder::default(),
            stream: None,
            binary: depth > 0,
        }
    }

    /// Looks at a view, the next of those of a window of [`crate::rule::RuleSet::BEFORE`] and `AFTER` bytes.
    pub(super) fn look(
        &mut self,
        view: &View<'_>,
        search: &mut dyn Search,
        found: &mut Vec<Found>,
    ) {
        let (from, to) = view.search;
        let mut at = from.max(self.at.saturating_sub(view.offset) as usize);
        self.finder.start(view.bytes, &mut at);
        while at < to {
            if let Some(mut stream) = self.stream.take() {
                let ended;
                (at, ended) = stream.push(view, at, self.binary, search, found);
                self.stream = (!ended).then_some(stream);
            } else if let Some(opened) = self.finder.next(view.bytes, &mut at, to) {
                if !search.another() {
                    return;
                }
                at = opened.start;
                self.stream = Some(Box::new(Stream::new(view, &opened, self.depth + 1)));
            }
        }
        self.at = view.offset + at as u64;
    }

    /// The text has ended.
    pub(super) fn finish(&mut self, search: &mut dyn Search, found: &mut Vec<Found>) {
        if let Some(stream) = self.stream.take() {
            stream.finish(search, found);
        }
    }
}
