//! Finds inline maps in UTF-16 within binary files: a program keeps a script so that has a letter
//! beyond Latin-1, such as one with a snapshot of JavaScript's heap.

use std::sync::LazyLock;

use memchr::{
    arch::all::packedpair::HeuristicFrequencyRank,
    memmem::{self, FinderBuilder},
};

use super::{
    budget::Budget,
    inline::{Finder, Found},
};
use crate::{
    detect::Out,
    model::{Location, View, Window},
};

/// What is sought, in either order of bytes: it begins and ends with a letter, and is short enough
/// for the fast search.
const SOUGHT: &[u8] = b"i\0n\0g\0U\0R\0L\0=\0d\0a\0t\0a\0:";
/// What stands before it, as the search for maps in narrow text wants to see it.
const BEFORE: &[u8] = b"//# sourceMapp";
static SEARCH: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| FinderBuilder::new().build_forward_with_ranker(Binary, SOUGHT));

/// How frequent bytes are in binary files: zeros are everywhere.
struct Binary;

impl HeuristicFrequencyRank for Binary {
    fn rank(&self, byte: u8) -> u8 {
        match byte {
            0 => 255,
            b'a'..=b'z' => 150,
            _ => 100,
        }
    }
}

/// Looks for maps in wide text.
pub(super) struct Wide {
    window: Window,
    text: Text,
}

/// What is read of wide text.
struct Text {
    budget: Budget,
    deriving: bool,
    /// The search in the text that has begun, and where it began.
    open: Option<(Finder, u64)>,
    /// Offset of its next letter.
    next: u64,
    narrow: Vec<u8>,
    found: Vec<Found>,
    over_limit: bool,
}

impl Wide {
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            window: Window::new(0, SOUGHT.len()),
            text: Text {
                budget,
                deriving: true,
                open: None,
                next: 0,
                narrow: Vec::new(),
                found: Vec::new(),
                over_limit: false,
            },
        }
    }

    /// Whether the content of maps that start from now on is handed on as derived texts.
    pub(super) fn set_deriving(&mut self, deriving: bool) {
        self.text.deriving = deriving;
    }

    /// Whether a map is being read.
    pub(super) fn is_open(&self) -> bool {
        let open = self.text.open.as_ref();
        open.is_some_and(|(finder, _)| finder.is_open())
    }

    pub(super) fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let text = &mut self.text;
        self.window
            .push(piece, last, &mut |view| text.look(&view, out));
        if last {
            text.end(out);
        }
    }

    /// What was found, after the last piece, and whether something was left alone.
    pub(super) fn finish(self) -> (Vec<Found>, bool) {
        (self.text.found, self.text.over_limit)
    }
}

impl Text {
    fn look(&mut self, view: &View<'_>, out: &mut dyn Out) {
        let (mut at, end) = view.search;
        loop {
            let Some((finder, _)) = &mut self.open else {
                let found = SEARCH.find(&view.bytes[at..]).map(|found| at + found);
                let Some(found) = found.filter(|found| *found < end) else {
                    return;
                };
                self.begin(view.offset + found as u64, out);
                continue;
            };
            at = self.next.saturating_sub(view.offset) as usize;
            self.narrow.clear();
            while let Some([letter, 0]) = view.bytes.get(at..at + 2)
                && *letter != 0
                && at < end
            {
                self.narrow.push(*letter);
                at += 2;
            }
            self.next = view.offset + at as u64;
            finder.push(&self.narrow, false, out);
            if at >= end {
                return;
            }
            self.end(out);
        }
    }

    fn begin(&mut self, offset: u64, out: &mut dyn Out) {
        let mut finder = Finder::new(self.budget.share(), false);
        finder.set_deriving(self.deriving);
        finder.push(BEFORE, false, out);
        self.open = Some((finder, offset));
        self.next = offset;
    }

    fn end(&mut self, out: &mut dyn Out) {
        let Some((mut finder, offset)) = self.open.take() else {
            return;
        };
        finder.push(&[], true, out);
        let findings = finder.finish(out);
        self.over_limit |= findings.over_limit;
        self.found.extend(findings.maps.map(|found| Found {
            location: Location {
                offset: Some(offset),
                ..Location::default()
            },
            ..found
        }));
    }
}
