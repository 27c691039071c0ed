//! One stretch being decoded, and the text that comes of it.

use std::ops::Range;

use super::{DEPTH, Encoded, Form, Found, Search, decoder::Decoder, runs::start_of_digits};
use crate::{
    model::{Location, View, Window},
    rule::RuleSet,
};

/// How much of what stands before a stretch is searched with it, in bytes.
const BEFORE: usize = 320;
/// How much of what follows it is, in bytes: what may end a token.
const AFTER: usize = 16;
/// Decoded text is searched when so much has gathered, in bytes.
const GATHERED: usize = 64 << 10;

/// Where something encoded begins, and its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) form: Form,
    pub(super) start: usize,
}

/// See the module.
pub(super) struct Stream {
    form: Form,
    decoder: Decoder,
    /// Where it begins, and how far it was read.
    start: u64,
    read: u64,
    location: Option<Location>,
    text: Text,
}

/// What was decoded, behind what stands before it.
struct Text {
    /// What was not searched yet.
    gathered: Vec<u8>,
    /// How much was.
    searched: u64,
    /// Where what was decoded begins and ends.
    decoded: Range<u64>,
    window: Window,
    inner: Option<Encoded>,
}

impl Stream {
    pub(super) fn new(view: &View<'_>, opened: &Opened, depth: u8) -> Self {
        let before = &view.bytes[opened.start.saturating_sub(BEFORE)..opened.start];
        // The sign of a number is no part of what is written, and would be the first letter of a word.
        let signed = opened.form == Form::Hex;
        let sign = before
            .strip_suffix(b"0x")
            .or_else(|| before.strip_suffix(b"x"));
        let before = sign.filter(|_| signed).unwrap_or(before);
        let start = view.offset + opened.start as u64;
        Self {
            form: opened.form,
            decoder: Decoder::new(opened.form),
            start,
            read: start,
            location: None,
            text: Text {
                gathered: before.to_vec(),
                searched: 0,
                decoded: before.len() as u64..u64::MAX,
                window: Window::new(RuleSet::BEFORE, RuleSet::AFTER),
                // What is encoded before the stretch alone was found where it stands.
                inner: (depth < DEPTH).then(|| {
                    let from = start_of_digits(before, 0, before.len());
                    Encoded::within(depth, from as u64)
                }),
            },
        }
    }

    /// Takes what the view is responsible for, from `at` on; returns how far it came, and whether the
    /// stretch ends there.
    pub(super) fn push(
        &mut self,
        view: &View<'_>,
        at: usize,
        binary: bool,
        search: &mut dyn Search,
        found: &mut Vec<Found>,
    ) -> (usize, bool) {
        let (bytes, to) = (view.bytes, view.search.1);
        let (at, ended) = self.decoder.decode(bytes, at, to, &mut self.text.gathered);
        self.read = view.offset + at as u64;
        if ended {
            let behind = at + self.decoder.padding(&bytes[at..]);
            self.text
                .end(&bytes[behind..bytes.len().min(behind + AFTER)]);
        }
        let mut met = Vec::new();
        if ended || self.text.gathered.len() >= GATHERED {
            self.text.search(ended, search, &mut met);
        }
        // To count lines takes time.
        if !met.is_empty() || !ended {
            self.location
                .get_or_insert_with(|| view.locate((self.start - view.offset) as usize, binary));
        }
        self.tell(met, found);
        (at, ended)
    }

    /// The content has ended.
    pub(super) fn finish(mut self, search: &mut dyn Search, found: &mut Vec<Found>) {
        let mut met = Vec::new();
        self.text.end(&[]);
        self.text.search(true, search, &mut met);
        self.tell(met, found);
    }

    /// Hands on what was met in what was decoded, with its place in what it was decoded from.
    fn tell(&self, met: Vec<Found>, found: &mut Vec<Found>) {
        let decoded = &self.text.decoded;
        for mut met in met {
            if met.range.end <= decoded.start || met.range.start >= decoded.end {
                continue;
            }
            met.range = self.origin(met.range.start, false)..self.origin(met.range.end, true);
            met.location = self.place(met.range.start);
            met.forms.push(self.form);
            found.push(met);
        }
    }

    /// Where the byte at `at` in the text comes from.
    fn origin(&self, at: u64, is_end: bool) -> u64 {
        let Some(decoded) = at.checked_sub(self.text.decoded.start) else {
            return self.start - (self.text.decoded.start - at);
        };
        match &self.decoder {
            Decoder::Digits(_) if is_end => self.read,
            Decoder::Digits(_) => self.start,
            Decoder::Escaped(escaped) => self.start + escaped.origin(decoded),
            Decoder::Wide => self.start + 2 * decoded,
        }
    }

    /// The place of the byte at `origin`, or where the stretch begins if that comes later.
    fn place(&self, origin: u64) -> Location {
        let further = origin.saturating_sub(self.start);
        let start = self.location.unwrap_or_default();
        match self.form {
            // Bytes in which a line ends are part of other letters too.
            Form::Utf16 => Location {
                offset: Some(self.start + further),
                ..Location::default()
            },
            _ => Location {
                column: start.column.map(|column| column + further),
                offset: start.offset.map(|offset| offset + further),
                ..start
            },
        }
    }
}

impl Text {
    /// Nothing more is decoded; `after` follows.
    fn end(&mut self, after: &[u8]) {
        self.decoded.end = self.searched + self.gathered.len() as u64;
        self.gathered.extend_from_slice(after);
    }

    fn search(&mut self, last: bool, search: &mut dyn Search, met: &mut Vec<Found>) {
        let piece = std::mem::take(&mut self.gathered);
        self.searched += piece.len() as u64;
        let inner = &mut self.inner;
        self.window.push(&piece, last, &mut |view| {
            met.extend(
                search
                    .search(view)
                    .into_iter()
                    .map(|(rule, value, answer)| Found {
                        rule,
                        answer,
                        range: view.offset + value.start as u64..view.offset + value.end as u64,
                        value: view.bytes[value].to_vec(),
                        location: Location::default(),
                        forms: Vec::new(),
                    }),
            );
            if let Some(inner) = inner {
                inner.look(&view, search, met);
            }
        });
        if let (true, Some(inner)) = (last, inner) {
            inner.finish(search, met);
        }
    }
}
