//! Packed bytes on their way into a decoder, and what there is to say of them.

use std::io::{self, BufRead};

use crate::archive::{
    budget::{Budget, Memory},
    error::{ArchiveError, Bytes, StreamError},
};

/// Bytes that a decoder is given at once. Between two such slices the clock is looked at, so that no
/// number of empty streams takes longer than the limit.
const SLICE: usize = 64 << 10;

/// The packed bytes of one file.
pub(super) struct Source<'p> {
    format: &'static str,
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
    memory: Option<Memory<'p>>,
    /// Bytes of content handed out until now.
    content: u64,
    /// Whether a stream was started.
    is_started: bool,
}

/// How far a decoder came with a slice.
pub(super) struct Step {
    /// Packed bytes that it took.
    pub(super) taken: usize,
    /// Bytes of content that it gave.
    pub(super) given: usize,
    /// Whether the stream ends there.
    pub(super) is_end: bool,
}

impl Step {
    /// Not at all.
    pub(super) const NONE: Self = Self {
        taken: 0,
        given: 0,
        is_end: false,
    };
}

impl<'p> Source<'p> {
    pub(super) fn new(
        format: &'static str,
        packed: &'p mut dyn BufRead,
        budget: &'p Budget<'p>,
    ) -> Self {
        Self {
            format,
            packed,
            budget,
            memory: None,
            content: 0,
            is_started: false,
        }
    }

    pub(super) fn add_content(&mut self, count: usize) {
        self.content += count as u64;
    }

    /// The next packed bytes, none at their end.
    pub(super) fn bytes(&mut self) -> io::Result<&[u8]> {
        self.budget.time().map_err(ArchiveError::from)?;
        let bytes = self.packed.fill_buf()?;
        Ok(&bytes[..bytes.len().min(SLICE)])
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.packed.consume(count);
    }

    /// Whether another stream follows, which may start with certain bytes only. One must be there.
    pub(super) fn follows(&mut self, starts: impl Fn(u8) -> bool) -> io::Result<bool> {
        let next = self.bytes()?.first().copied();
        let is_first = !std::mem::replace(&mut self.is_started, true);
        match next {
            None if is_first => Err(self.truncated()),
            None => Ok(false),
            Some(byte) if is_first || starts(byte) => Ok(true),
            Some(_) => Err(self.trailing()),
        }
    }

    /// Reads exactly `bytes`.
    pub(super) fn exact(&mut self, mut bytes: &mut [u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let available = self.bytes()?;
            if available.is_empty() {
                return Err(self.truncated());
            }
            let count = available.len().min(bytes.len());
            let (now, later) = bytes.split_at_mut(count);
            now.copy_from_slice(&available[..count]);
            self.consume(count);
            bytes = later;
        }
        Ok(())
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut array = [0; N];
        self.exact(&mut array)?;
        Ok(array)
    }

    /// The next `count` bytes, in memory that grows only as they come.
    pub(super) fn vec(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        while all.len() < count {
            let start = all.len();
            all.resize(count.min(start + SLICE), 0);
            self.exact(&mut all[start..])?;
        }
        Ok(all)
    }

    /// Has `decoder` work on slices until it gives content, or says that the stream ends.
    pub(super) fn push(
        &mut self,
        mut decoder: impl FnMut(&[u8]) -> Result<Step, String>,
    ) -> io::Result<Step> {
        loop {
            let packed = self.bytes()?;
            let is_all = packed.is_empty();
            let step = decoder(packed);
            let step = step.map_err(|reason| self.corrupt(reason))?;
            self.consume(step.taken);
            if step.given > 0 || step.is_end {
                return Ok(step);
            }
            if is_all {
                return Err(self.truncated());
            }
            if step.taken == 0 {
                return Err(self.corrupt("it leads nowhere"));
            }
        }
    }

    /// Takes memory for the decoder, in place of what it has.
    pub(super) fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        self.memory = None;
        match self.budget.memory(bytes) {
            Ok(memory) => self.memory = Some(memory),
            Err(limit) => {
                return Err(refused(StreamError::Memory {
                    format: self.format,
                    needed: Bytes(bytes.checked_next_multiple_of(1 << 20).unwrap_or(bytes)),
                    limit: Bytes(limit),
                }));
            }
        }
        Ok(())
    }

    pub(super) fn truncated(&self) -> io::Error {
        refused(StreamError::Truncated {
            format: self.format,
            offset: self.content,
        })
    }

    pub(super) fn corrupt(&self, reason: impl Into<String>) -> io::Error {
        refused(StreamError::Corrupt {
            format: self.format,
            offset: self.content,
            reason: reason.into(),
        })
    }

    pub(super) fn trailing(&self) -> io::Error {
        refused(StreamError::TrailingBytes {
            format: self.format,
            offset: self.content,
        })
    }

    pub(super) fn unsupported(&self, what: &'static str) -> io::Error {
        refused(StreamError::Unsupported {
            format: self.format,
            what,
        })
    }
}

fn refused(error: StreamError) -> io::Error {
    ArchiveError::from(error).into()
}
