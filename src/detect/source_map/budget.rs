//! What may be kept in memory of all maps of an artifact together.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Bytes: some 300,000 sources with their names.
const TOTAL: usize = 48 << 20;

/// One reader's part of the common budget.
#[derive(Debug)]
pub(super) struct Budget {
    left: Arc<AtomicUsize>,
    taken: usize,
    exhausted: bool,
}

impl Budget {
    /// The budget of one artifact.
    pub(super) fn new() -> Self {
        Self::of(TOTAL)
    }

    /// A budget of so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self {
            left: Arc::new(AtomicUsize::new(bytes)),
            taken: 0,
            exhausted: false,
        }
    }

    /// Another reader's part.
    pub(super) fn share(&self) -> Self {
        Self {
            left: Arc::clone(&self.left),
            taken: 0,
            exhausted: false,
        }
    }

    /// Takes `bytes`; `false` if so many are not left.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(bytes)
            });
        match taken {
            Ok(_) => self.taken += bytes,
            Err(_) => self.exhausted = true,
        }
        taken.is_ok()
    }

    /// Whether something was refused.
    pub(super) fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// Returns what was taken, when nothing of it is kept.
    pub(super) fn give_back(&mut self) {
        self.left.fetch_add(self.taken, Ordering::Relaxed);
        self.taken = 0;
    }
}
