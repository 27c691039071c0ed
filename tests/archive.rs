//! Archives read from end to end: what is refused, what is read, and what comes of what is nested.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "archive/bundles.rs"]
mod bundles;
#[path = "archive/compressed.rs"]
mod compressed;
#[path = "archive/dropped.rs"]
mod dropped;
#[path = "archive/formats.rs"]
mod formats;
#[path = "archive/hostile.rs"]
mod hostile;
#[path = "archive/limits.rs"]
mod limits;
#[path = "archive/nested.rs"]
mod nested;
#[path = "archive/robust.rs"]
mod robust;
mod support;
#[path = "archive/valid.rs"]
mod valid;
#[path = "archive/zip_hostile.rs"]
mod zip_hostile;
#[path = "archive/zip_nested.rs"]
mod zip_nested;
#[path = "archive/zip_valid.rs"]
mod zip_valid;

use std::ops::ControlFlow;

use packwarden::{
    archive::{self, PIECE, Summary, Visitor, WHOLE},
    model::{Entry, EntryKind, Gap, GapKind, Limits, Progress},
};

/// Keeps everything, and watches over the order of calls.
#[derive(Default)]
struct Collected {
    entries: Vec<(Entry, Vec<u8>)>,
    gaps: Vec<Gap>,
    summary: Summary,
    progress: (u64, u64),
    pieces: Vec<usize>,
    open: bool,
    cut_short: bool,
}

impl Visitor for Collected {
    fn entry(&mut self, entry: Entry) -> ControlFlow<()> {
        assert!(!self.open, "an entry starts before the last piece");
        self.open = true;
        self.pieces.clear();
        self.entries.push((entry, Vec::new()));
        ControlFlow::Continue(())
    }

    fn piece(&mut self, bytes: Vec<u8>, last: bool) -> ControlFlow<()> {
        assert!(self.open, "a piece follows the last");
        self.open = !last;
        self.pieces.push(bytes.len());
        let (entry, content) = self.entries.last_mut().unwrap();
        content.extend(bytes);
        if last && !content.is_empty() && self.pieces.last() == Some(&0) {
            self.cut_short = true;
        } else if last {
            assert_pieces(entry, content.len(), &self.pieces);
        }
        ControlFlow::Continue(())
    }

    fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }
}

/// Content comes whole, or in pieces of one size.
fn assert_pieces(entry: &Entry, size: usize, pieces: &[usize]) {
    let (last, before) = pieces.split_last().unwrap();
    if size <= WHOLE {
        assert_eq!(pieces, [size], "{entry:?}");
    } else {
        assert!(before.iter().all(|piece| *piece == PIECE), "{entry:?}");
        assert!((1..=PIECE).contains(last), "{entry:?}");
    }
    if !entry.opened && entry.size > 0 {
        assert_eq!(entry.size, size as u64, "{entry:?}");
    }
}

impl Collected {
    fn paths(&self) -> Vec<&str> {
        let entries = self.entries.iter();
        entries.map(|(entry, _)| entry.path.as_str()).collect()
    }

    fn files(&self) -> Vec<&str> {
        let files = self.entries.iter();
        files
            .filter(|(entry, _)| entry.kind == EntryKind::File && entry.depth == 0)
            .map(|(entry, _)| entry.path.as_str())
            .collect()
    }

    fn content(&self, path: &str) -> &[u8] {
        let mut entries = self.entries.iter();
        let found = entries.find(|(entry, _)| entry.path.as_str() == path);
        &found.unwrap_or_else(|| panic!("no {path}")).1
    }

    fn kinds(&self) -> Vec<GapKind> {
        self.gaps.iter().map(|gap| gap.kind).collect()
    }

    /// Each gap in a line.
    fn reasons(&self) -> String {
        let gaps = self.gaps.iter();
        let lines = gaps.map(|gap| format!("[{}] {}", gap.kind.name(), gap.reason));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn read(artifact: &[u8]) -> Collected {
    read_within(artifact, &Limits::default())
}

fn read_within(artifact: &[u8], limits: &Limits) -> Collected {
    read_named(artifact, None, limits)
}

fn read_named(artifact: &[u8], name: Option<&str>, limits: &Limits) -> Collected {
    let progress = Progress::default();
    let mut collected = Collected::default();
    collected.summary = archive::read(artifact, name, limits, &progress, &mut collected);
    collected.progress = progress.read();
    assert!(!collected.open, "content without an end");
    assert!(
        !collected.cut_short || !collected.gaps.is_empty(),
        "a cut without a gap"
    );
    collected
}
