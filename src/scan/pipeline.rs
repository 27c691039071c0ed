//! One thread reads, the others match, a bounded channel lies between.

use std::{
    collections::HashMap,
    io::Read,
    ops::ControlFlow,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{Scope, collected::Collected, entry_scan::EntryScan};
use crate::{
    archive::{self, Summary, Visitor},
    model::{Entry, EntryKind, EntryPath, Gap, Limits, Progress, Sha256},
};

/// Small entries travel together: a wake-up of a thread costs more than to match a kilobyte.
const BATCH_BYTES: usize = 256 << 10;
const BATCH_ENTRIES: usize = 64;
/// Batches that may wait. A batch holds less than [`archive::WHOLE`] + [`BATCH_BYTES`] bytes.
const WAITING_BATCHES: usize = 4;
/// Pieces of a long entry that may wait, each [`archive::PIECE`] bytes.
const WAITING_PIECES: usize = 4;
/// More threads only wait: decompression is sequential.
const MOST_WORKERS: usize = 8;

type Piece = (Vec<u8>, bool);
type Batch = Vec<(Entry, Content)>;

enum Content {
    Whole(Vec<u8>),
    Pieces(Receiver<Piece>),
}

/// Derived texts share the artifact's limits: a map of a hundred million sources ends like an
/// archive of as many entries.
#[derive(Debug, Default)]
pub(super) struct DerivedBudget {
    texts: AtomicU64,
    bytes: AtomicU64,
}

impl DerivedBudget {
    /// Whether one more text may be derived.
    pub(super) fn another(&self, limits: &Limits) -> bool {
        self.texts.fetch_add(1, Ordering::Relaxed) < limits.entries
            && self.bytes.load(Ordering::Relaxed) < limits.decompressed
    }

    pub(super) fn add_bytes(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Reads the artifact to its end. An error means that a matching thread has died.
pub(super) fn run(
    reader: &mut (impl Read + Send),
    file_name: Option<&str>,
    scope: &Scope<'_>,
    progress: &Progress,
) -> thread::Result<(Summary, Collected)> {
    // As many as there are cores, although the reader has one too: it waits whenever they are busy.
    let workers = thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_WORKERS));
    thread::scope(|threads| {
        let (batches, waiting) = bounded(WAITING_BATCHES);
        let matching: Vec<_> = (0..workers)
            .map(|_| {
                let waiting = waiting.clone();
                threads.spawn(move || match_entries(&waiting, scope))
            })
            .collect();
        // The workers hold the only receivers, so that a send fails once they are gone.
        drop(waiting);
        let mut feeder = Feeder::new(batches);
        let summary = archive::read(reader, file_name, scope.limits, progress, &mut feeder);
        let mut collected = feeder.finish();
        for worker in matching {
            collected.merge(worker.join()?);
        }
        Ok((summary, collected))
    })
}

fn match_entries(waiting: &Receiver<Batch>, scope: &Scope<'_>) -> Collected {
    let mut collected = Collected::default();
    for (entry, content) in waiting.iter().flatten() {
        if scope.bounds.late() {
            continue;
        }
        let mut scan = EntryScan::new(scope, entry);
        match content {
            Content::Whole(bytes) => scan.push(&bytes, true, &mut collected),
            Content::Pieces(pieces) => {
                let mut ended = false;
                for (piece, last) in pieces {
                    scan.push(&piece, last, &mut collected);
                    ended = last;
                    if scope.bounds.late() {
                        break;
                    }
                }
                // It broke off inside this entry: what was found until then still counts.
                if !ended {
                    scan.push(&[], true, &mut collected);
                }
            }
        }
    }
    collected
}

/// Hands what the reader finds to the workers.
struct Feeder {
    batches: Sender<Batch>,
    entry: Option<Entry>,
    batch: Batch,
    batch_bytes: usize,
    pieces: Option<Sender<Piece>>,
    gaps: Vec<Gap>,
    containers: HashMap<EntryPath, Sha256>,
    entries: Vec<(EntryPath, u64)>,
}

impl Feeder {
    fn new(batches: Sender<Batch>) -> Self {
        Self {
            batches,
            entry: None,
            batch: Batch::new(),
            batch_bytes: 0,
            pieces: None,
            gaps: Vec::new(),
            containers: HashMap::new(),
            entries: Vec::new(),
        }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        self.batch_bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if !batch.is_empty() && self.batches.send(batch).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn finish(mut self) -> Collected {
        // A send that fails is a dead worker, which joining it shows.
        let _ = self.flush();
        Collected::new(self.gaps, self.entries, self.containers)
    }
}

impl Visitor for Feeder {
    fn entry(&mut self, entry: Entry) -> ControlFlow<()> {
        if entry.kind != EntryKind::Metadata {
            self.entries.push((entry.path.clone(), entry.size));
        }
        self.pieces = None;
        if let Some(unread) = self.entry.replace(entry) {
            self.batch.push((unread, Content::Whole(Vec::new())));
        }
        ControlFlow::Continue(())
    }

    fn piece(&mut self, bytes: Vec<u8>, last: bool) -> ControlFlow<()> {
        if let Some(entry) = self.entry.take() {
            if last {
                self.batch_bytes += bytes.len();
                self.batch.push((entry, Content::Whole(bytes)));
                if self.batch_bytes >= BATCH_BYTES || self.batch.len() >= BATCH_ENTRIES {
                    return self.flush();
                }
                return ControlFlow::Continue(());
            }
            let (sender, pieces) = bounded(WAITING_PIECES);
            self.batch.push((entry, Content::Pieces(pieces)));
            self.flush()?;
            self.pieces = Some(sender);
        }
        let Some(pieces) = &self.pieces else {
            return ControlFlow::Continue(());
        };
        let sent = pieces.send((bytes, last));
        if last {
            self.pieces = None;
        }
        match sent {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    fn container(&mut self, path: EntryPath, sha256: Sha256) {
        self.containers.insert(path, sha256);
    }

    fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }
}
