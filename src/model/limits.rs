//! What the reader will do at most, and how far it has come.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Units in which rules and limits may write a size, and how many bytes each is.
pub const SIZE_UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1000),
    ("MB", 1000 * 1000),
    ("GB", 1000 * 1000 * 1000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// The reader's limits: one budget per artifact, shared with everything nested in it. Reaching one
/// is a gap, never a skip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that may come out of all containers together.
    pub decompressed: u64,
    /// Output to input bytes, looked at once the output passes [`Limits::RATIO_FREE`].
    pub ratio: u64,
    /// Entries, nested and derived ones included.
    pub entries: u64,
    /// Containers inside containers.
    pub depth: u8,
    /// Time for one artifact.
    pub time: Duration,
}

impl Limits {
    /// Output below this many bytes is never called a bomb.
    pub const RATIO_FREE: u64 = 64 << 20;

    /// As good as none.
    pub const BOUNDLESS: Self = Self {
        decompressed: u64::MAX,
        ratio: u64::MAX,
        entries: u64::MAX,
        depth: u8::MAX,
        time: Duration::MAX,
    };

    /// The smaller of both, each by itself.
    pub fn at_most(&self, most: &Self) -> Self {
        Self {
            decompressed: self.decompressed.min(most.decompressed),
            ratio: self.ratio.min(most.ratio),
            entries: self.entries.min(most.entries),
            depth: self.depth.min(most.depth),
            time: self.time.min(most.time),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            decompressed: 4 << 30,
            ratio: 200,
            entries: 100_000,
            depth: 4,
            time: Duration::from_secs(60),
        }
    }
}

/// How far a scan has come; read by whoever shows progress.
#[derive(Debug, Default)]
pub struct Progress {
    packed_bytes: AtomicU64,
    entries: AtomicU64,
    artifacts: AtomicU64,
    done: AtomicU64,
}

impl Progress {
    /// Counts packed bytes read.
    pub fn add_packed(&self, bytes: u64) {
        self.packed_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts entries read.
    pub fn add_entry(&self) {
        self.entries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts artifacts that are to be fetched.
    pub fn add_artifacts(&self, number: usize) {
        self.artifacts.fetch_add(number as u64, Ordering::Relaxed);
    }

    /// Counts one of them that is done.
    pub fn add_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Packed bytes and entries read until now.
    pub fn read(&self) -> (u64, u64) {
        (
            self.packed_bytes.load(Ordering::Relaxed),
            self.entries.load(Ordering::Relaxed),
        )
    }

    /// How many artifacts are done, of how many that are known of.
    pub fn artifacts(&self) -> (u64, u64) {
        (
            self.done.load(Ordering::Relaxed),
            self.artifacts.load(Ordering::Relaxed),
        )
    }
}
