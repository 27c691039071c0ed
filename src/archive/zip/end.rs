//! The end of a zip that can be sought in: where its central directory is, and whether a file ends in
//! one at all.

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

/// Whether a file ends in a zip that does not begin with its first byte: `bytes` are the whole of it.
///
/// Most zips end in a record without a comment, which is a look at one place. One with a comment is
/// searched for only in what zips are appended to.
pub(crate) fn is_appended(bytes: &[u8]) -> bool {
    const PROGRAMS: [&[u8]; 8] = [
        b"#!",
        b"MZ",
        b"\x7fELF",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
    ];
    let Some(last) = bytes.len().checked_sub(END_SIZE) else {
        return false;
    };
    if bytes[last..].starts_with(&END) && is_plausible(bytes, last) {
        return true;
    }
    let from = bytes.len().saturating_sub(SEARCHED);
    PROGRAMS.iter().any(|magic| bytes.starts_with(magic))
        && memmem::rfind_iter(&bytes[from..], &END).any(|at| is_plausible(bytes, from + at))
}

/// Whether what looks like an end record ends the file, and a central directory lies before it.
fn is_plausible(bytes: &[u8], at: usize) -> bool {
    let Some(end) = end(bytes, at) else {
        return false;
    };
    if at + END_SIZE + comment_length(bytes, at) != bytes.len() {
        return false;
    }
    let before = &bytes[..at];
    let is_zip64 = at
        .checked_sub(LOCATOR_SIZE)
        .is_some_and(|locator| before[locator..].starts_with(&LOCATOR));
    let start = usize::try_from(end.size).ok();
    let start = start.and_then(|size| at.checked_sub(size));
    let is_directory = start.is_some_and(|start| before[start..].starts_with(&CENTRAL));
    is_zip64 || end.counts.1 > 0 && is_directory
}

/// The last bytes of a file that is too long to be looked at as a whole.
#[derive(Default)]
pub(crate) struct Tail {
    last: Vec<u8>,
    size: u64,
}

impl Tail {
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        self.last
            .extend_from_slice(&piece[piece.len().saturating_sub(END_SIZE)..]);
        self.last.drain(..self.last.len().saturating_sub(END_SIZE));
    }

    /// Whether a file longer than `limit` ends in what can only be the end of a zip.
    pub(crate) fn ends_a_zip(&self, limit: usize) -> bool {
        let Some(end) = end(&self.last, 0).filter(|_| self.size > limit as u64) else {
            return false;
        };
        let before = self.size - END_SIZE as u64;
        comment_length(&self.last, 0) == 0
            && end.counts.0 == end.counts.1
            && end.counts.1 > 0
            && end.size >= end.counts.1 * CENTRAL_SIZE
            && end.size <= before
    }
}
