//! One budget per artifact, shared with everything nested in it.

use std::{
    cell::{Cell, RefCell},
    io::{self, ErrorKind, Read},
    time::Instant,
};

use super::{
    error::{ArchiveError, Bytes, LimitError},
    zip,
};
use crate::model::{Limits, Progress};

/// All names together, in bytes: whoever reads an artifact may keep them, and must not be made to
/// keep more than this.
const NAMES: u64 = 64 << 20;
/// Names that are refused, until no more are looked at.
const UNFIT: u64 = 100;
/// What the decoders that are open at a time may take together, in bytes: `xz -9` takes half of it.
const DECODERS: u64 = 128 << 20;

/// What may still be read of an artifact.
pub(crate) struct Budget<'a> {
    limits: &'a Limits,
    progress: &'a Progress,
    started: Instant,
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    entries: Cell<u64>,
    names: Cell<u64>,
    decoders: Cell<u64>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(limits: &'a Limits, progress: &'a Progress) -> Self {
        Self {
            limits,
            progress,
            started: Instant::now(),
            packed: Cell::new(0),
            unpacked: Cell::new(0),
            entries: Cell::new(0),
            names: Cell::new(0),
            decoders: Cell::new(0),
        }
    }

    /// Counts bytes of the artifact itself.
    fn packed(&self, bytes: u64) -> Result<(), LimitError> {
        add(&self.packed, bytes);
        self.progress.add_packed(bytes);
        self.time()
    }

    /// Counts bytes that came out of a decoder, whichever.
    fn unpacked(&self, bytes: u64) -> Result<(), LimitError> {
        let unpacked = add(&self.unpacked, bytes);
        if unpacked > self.limits.decompressed {
            return Err(LimitError::Decompressed(Bytes(self.limits.decompressed)));
        }
        let allowed = self.packed.get().saturating_mul(self.limits.ratio);
        if unpacked > Limits::RATIO_FREE && unpacked > allowed {
            return Err(LimitError::Ratio(self.limits.ratio));
        }
        self.time()
    }

    /// Counts an entry and its name.
    pub(crate) fn entry(&self, name: &str) -> Result<(), LimitError> {
        if add(&self.names, name.len() as u64) > NAMES {
            return Err(LimitError::Names(Bytes(NAMES)));
        }
        self.directories(1)?;
        self.progress.add_entry();
        Ok(())
    }

    /// Whether as many entries may have unfit names: each is a gap.
    pub(crate) fn unfit(&self, count: u64) -> Result<(), LimitError> {
        match count > UNFIT {
            true => Err(LimitError::Unfit(UNFIT)),
            false => Ok(()),
        }
    }

    /// Counts directories that names imply: they take memory as entries do.
    pub(crate) fn directories(&self, count: u64) -> Result<(), LimitError> {
        if add(&self.entries, count) > self.limits.entries {
            return Err(LimitError::Entries(self.limits.entries));
        }
        Ok(())
    }

    /// Whether as many further entries may be read.
    pub(crate) fn room_for(&self, count: u64) -> Result<(), LimitError> {
        match self.entries.get().saturating_add(count) > self.limits.entries {
            true => Err(LimitError::Entries(self.limits.entries)),
            false => Ok(()),
        }
    }

    /// Whether a container that lies in `depth` others may be opened.
    pub(crate) fn depth(&self, depth: u8) -> Result<(), LimitError> {
        if depth >= self.limits.depth {
            return Err(LimitError::Depth(self.limits.depth));
        }
        Ok(())
    }

    /// Memory for a decoder, or what there is at most.
    pub(crate) fn memory(&self, bytes: u64) -> Result<Memory<'_>, u64> {
        if bytes > DECODERS - self.decoders.get() {
            return Err(DECODERS);
        }
        add(&self.decoders, bytes);
        Ok(Memory {
            total: &self.decoders,
            bytes,
        })
    }

    /// Whether there is time left; asked wherever bytes may be read without any coming out.
    pub(crate) fn time(&self) -> Result<(), LimitError> {
        if self.started.elapsed() > self.limits.time {
            return Err(LimitError::Time(self.limits.time));
        }
        Ok(())
    }
}

/// Memory that an open decoder may take.
pub(crate) struct Memory<'b> {
    total: &'b Cell<u64>,
    bytes: u64,
}

impl Drop for Memory<'_> {
    fn drop(&mut self) {
        self.total.set(self.total.get() - self.bytes);
    }
}

fn add(total: &Cell<u64>, more: u64) -> u64 {
    total.set(total.get().saturating_add(more));
    total.get()
}

/// The artifact's own bytes, counted.
pub(crate) struct Packed<'a, R> {
    pub(crate) inner: R,
    pub(crate) budget: &'a Budget<'a>,
    /// Its last bytes.
    pub(crate) tail: &'a RefCell<zip::Tail>,
}

impl<R: Read> Read for Packed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Ok(count) => {
                    self.budget
                        .packed(count as u64)
                        .map_err(ArchiveError::from)?;
                    self.tail.borrow_mut().push(&buffer[..count]);
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(ArchiveError::Io(error).into()),
            }
        }
    }
}

/// What comes out of a decoder, counted.
pub(crate) struct Unpacked<'a, R> {
    pub(crate) inner: R,
    pub(crate) budget: &'a Budget<'a>,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.budget
            .unpacked(count as u64)
            .map_err(ArchiveError::from)?;
        Ok(count)
    }
}
