//! What may be kept in memory of all maps of an artifact together.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// Bytes: some 300,000 sources with their names.
const TOTAL: usize = 48 << 20;
/// Maps that something is kept of: with a finding and the room that is lost between them, each takes
/// some 2 KiB besides its sources.
const MAPS: usize = 50_000;
/// References that are followed; a bundle for development has one per module.
const REFERENCES: usize = 1_000_000;

/// One reader's part of the common budget.
#[derive(Debug)]
pub(super) struct Budget {
    common: Arc<Common>,
    taken: usize,
    exhausted: bool,
}

/// What is left for all readers.
#[derive(Debug)]
struct Common {
    bytes: AtomicUsize,
    maps: AtomicUsize,
    references: AtomicUsize,
    refused: AtomicBool,
}

impl Budget {
    /// The budget of one artifact.
    pub(super) fn new() -> Self {
        Self::of(TOTAL)
    }

    /// A budget of so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self {
            common: Arc::new(Common {
                bytes: AtomicUsize::new(bytes),
                maps: AtomicUsize::new(MAPS),
                references: AtomicUsize::new(REFERENCES),
                refused: AtomicBool::new(false),
            }),
            taken: 0,
            exhausted: false,
        }
    }

    /// Another reader's part.
    pub(super) fn share(&self) -> Self {
        Self {
            common: Arc::clone(&self.common),
            taken: 0,
            exhausted: false,
        }
    }

    /// Takes `bytes`; `false` if so many are not left.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let taken = take(&self.common.bytes, bytes);
        if taken {
            self.taken += bytes;
        }
        self.exhausted |= !taken;
        taken
    }

    /// Whether one more map may be kept.
    pub(super) fn keep(&self) -> bool {
        take(&self.common.maps, 1)
    }

    /// Whether one more reference may be followed.
    pub(super) fn follow(&mut self) -> bool {
        let taken = take(&self.common.references, 1);
        self.exhausted |= !taken;
        taken
    }

    /// Remembers that something was refused which matters to what is found.
    pub(super) fn refuse(&self) {
        self.common.refused.store(true, Ordering::Relaxed);
    }

    /// Whether any reader was refused such a thing.
    pub(super) fn refused(&self) -> bool {
        self.common.refused.load(Ordering::Relaxed)
    }

    /// Whether this reader was refused something.
    pub(super) fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// Returns what was taken, when nothing of it is kept.
    pub(super) fn give_back(&mut self) {
        self.common.bytes.fetch_add(self.taken, Ordering::Relaxed);
        self.taken = 0;
    }
}

fn take(left: &AtomicUsize, count: usize) -> bool {
    let taken = |left: usize| left.checked_sub(count);
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_counted_for_all_readers() {
        let (budget, mut one) = (Budget::new(), Budget::new().share());
        assert_eq!((0..).take_while(|_| one.follow()).count(), REFERENCES);
        assert!(one.exhausted());
        assert!(!one.share().follow());
        assert!(!budget.refused());
        one.share().refuse();
        assert!(one.refused() && !budget.refused());
        assert!(budget.share().follow());
        assert_eq!((0..).take_while(|_| one.share().keep()).count(), MAPS);
    }
}
