//! The end of a zip that can be sought in: where its central directory is, and whether a file ends in
//! one at all.

use std::sync::LazyLock;

use memchr::memmem;

use super::record::{
    CENTRAL, CENTRAL_SIZE, END, END_SIZE, END64, END64_SIZE, End, LOCATOR, LOCATOR_SIZE, Numbers,
};
use crate::archive::{
    error::{ArchiveError, Place, ZipProblem},
    spool::Spool,
};

/// The zip64 records before an end record.
const ZIP64: usize = END64_SIZE as usize + LOCATOR_SIZE;
/// From where on an end record is looked for, counted from the end: its comment is as long at most.
const SEARCHED: usize = END_SIZE + u16::MAX as usize;
/// What is kept of the end of a file: what is searched, and a locator before that.
const TAIL: usize = SEARCHED + LOCATOR_SIZE;

/// Where the central directory is.
pub(super) struct Directory {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) count: u64,
    /// How far the archive was moved after it was written: what was put before it.
    pub(super) moved: u64,
    pub(super) comment: Vec<u8>,
}

/// Finds the central directory of an archive.
pub(super) fn find(spool: &mut Spool) -> Result<Directory, ArchiveError> {
    let from = spool.size().saturating_sub((SEARCHED + ZIP64) as u64);
    let mut tail = Vec::new();
    spool.at(from)?.read_to_end(&mut tail)?;
    let is_end = |at: &usize| {
        let comment_end = at + END_SIZE + comment_length(&tail, *at);
        let rest = tail.get(comment_end..);
        rest.is_some_and(|rest| rest.iter().all(|byte| *byte == 0))
    };
    let at = memmem::rfind_iter(&tail, &END)
        .find(is_end)
        .ok_or_else(|| Place::zip_record(spool.size()).zip(ZipProblem::NoEnd))?;
    let place = Place::zip_record(from + at as u64);
    // CPython and unzip take the last, whatever lies behind it.
    if memmem::find(&tail[at + 1..], &END).is_some() {
        return Err(place.zip(ZipProblem::RecordInComment));
    }
    let zip64 = at.checked_sub(ZIP64).map(|start| &tail[start..at]);
    let short = end(&tail, at).ok_or_else(|| place.zip(ZipProblem::NoEnd))?;
    let (end, records) = match zip64 {
        Some(zip64) if zip64[END64_SIZE as usize..].starts_with(&LOCATOR) => {
            let long = end64(zip64).ok_or_else(|| place.zip(ZipProblem::Zip64Locator))?;
            if !short.agrees_with(&long) {
                return Err(place.zip(ZipProblem::TwoEnds));
            }
            (long, ZIP64)
        }
        _ => (short, 0),
    };
    if end.disks != (0, 0) || end.counts.0 != end.counts.1 {
        return Err(place.zip(ZipProblem::MultiDisk));
    }
    let found = from + (at - records) as u64;
    let written = end.offset.saturating_add(end.size);
    let moved = found.checked_sub(written).ok_or_else(|| {
        let (said, found) = (written, found);
        place.zip(ZipProblem::DirectoryOffset { said, found })
    })?;
    let comment = at + END_SIZE..at + END_SIZE + comment_length(&tail, at);
    Ok(Directory {
        start: found - end.size,
        end: found,
        count: end.counts.1,
        moved,
        comment: tail[comment].to_vec(),
    })
}

/// The end record at `at`, if it is one.
fn end(bytes: &[u8], at: usize) -> Option<End> {
    let record = bytes.get(at..)?.strip_prefix(&END)?.first_chunk()?;
    Some(End::parse(record).0)
}

fn comment_length(bytes: &[u8], at: usize) -> usize {
    let field = bytes.get(at + END_SIZE - 2..).unwrap_or_default();
    Numbers(field).short().into()
}

/// The zip64 end record that `bytes` start with, if it has no extensible data.
fn end64(bytes: &[u8]) -> Option<End> {
    let record = bytes.strip_prefix(&END64)?.first_chunk()?;
    let (end, size) = End::parse64(record);
    (size == END64_SIZE - 12).then_some(end)
}

/// Where the last zip that a file holds after other content ends, if its end record lies where readers
/// look for one: `bytes` are the whole file.
pub(crate) fn appended(bytes: &[u8]) -> Option<usize> {
    let at = last_end(bytes, 0)?;
    Some((at + END_SIZE + comment_length(bytes, at)).min(bytes.len()))
}

/// The last end record that readers would take for one, in the last bytes of a file, which begin at
/// `offset` of it. What its comment and counts say does not matter: CPython and unzip don't ask.
fn last_end(bytes: &[u8], offset: u64) -> Option<usize> {
    static SIGNATURE: LazyLock<memmem::Finder<'static>> =
        LazyLock::new(|| memmem::Finder::new(&END));
    let from = bytes.len().saturating_sub(SEARCHED);
    let places = SIGNATURE.find_iter(&bytes[from..]).map(|at| from + at);
    places.filter(|at| is_plausible(bytes, offset, *at)).last()
}

/// Whether a central directory lies before what looks like an end record.
fn is_plausible(bytes: &[u8], offset: u64, at: usize) -> bool {
    let Some(end) = end(bytes, at) else {
        return false;
    };
    let before = &bytes[..at];
    let locator = at.checked_sub(LOCATOR_SIZE);
    if locator.is_some_and(|start| before[start..].starts_with(&LOCATOR)) {
        return true;
    }
    let Some(start) = (offset + at as u64).checked_sub(end.size) else {
        return false;
    };
    // Of a directory that is longer than what is at hand no more can be said.
    end.size >= CENTRAL_SIZE
        && start
            .checked_sub(offset)
            .is_none_or(|start| before[start as usize..].starts_with(&CENTRAL))
}

/// The last bytes of a file that is not at hand as a whole.
#[derive(Default)]
pub(crate) struct Tail {
    last: Vec<u8>,
    size: u64,
}

impl Tail {
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        let new = &piece[piece.len().saturating_sub(TAIL)..];
        let old = (self.last.len() + new.len()).saturating_sub(TAIL);
        self.last.drain(..old);
        self.last.extend_from_slice(new);
    }

    /// Whether readers that look for a zip from the end of the file find one.
    pub(crate) fn holds_a_zip(&self) -> bool {
        last_end(&self.last, self.size - self.last.len() as u64).is_some()
    }
}
