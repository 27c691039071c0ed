//! Archives read from end to end: what is refused, what is read, and what comes of what is nested.

mod support;

use std::ops::ControlFlow;

use packwarden::{
    archive::{self, Summary, Visitor},
    model::{Entry, Gap, Limits, Progress},
};
use support::tarball::TarballBuilder;

/// Keeps everything.
#[derive(Default)]
struct Collected {
    entries: Vec<(Entry, Vec<u8>)>,
    gaps: Vec<Gap>,
    summary: Summary,
    open: bool,
}

impl Visitor for Collected {
    fn entry(&mut self, entry: Entry) -> ControlFlow<()> {
        assert!(!self.open, "an entry starts before the last piece");
        self.open = true;
        self.entries.push((entry, Vec::new()));
        ControlFlow::Continue(())
    }

    fn piece(&mut self, bytes: Vec<u8>, last: bool) -> ControlFlow<()> {
        assert!(self.open, "a piece after the last");
        self.open = !last;
        self.entries.last_mut().unwrap().1.extend(bytes);
        ControlFlow::Continue(())
    }

    fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }
}

fn read(artifact: &[u8]) -> Collected {
    read_within(artifact, &Limits::default())
}

fn read_within(artifact: &[u8], limits: &Limits) -> Collected {
    let mut collected = Collected::default();
    collected.summary = archive::read(artifact, limits, &Progress::default(), &mut collected);
    collected
}

#[test]
fn a_package_is_read() {
    let read = read(&TarballBuilder::package().gzip());
    assert_eq!(read.gaps, []);
    assert_eq!(read.entries.len(), 1);
}
