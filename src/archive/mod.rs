//! Bytes to entries: gzip, tar and zip, strictly and under limits, with what is nested in them.
//!
//! The only room that names tar, zip, flate2 and other decoders. Nothing is ever unpacked to disk.

mod budget;
mod bundle;
mod container;
mod decode;
mod error;
mod format;
mod gzip;
mod name;
mod nested;
mod pieces;
mod reading;
mod spool;
mod stream;
mod tar;
mod zip;

use std::{
    cell::RefCell,
    io::{BufRead, BufReader, Read},
    ops::ControlFlow,
};

use self::{
    budget::{Budget, Packed, Unpacked},
    error::{FormatError, Stop},
    format::{FileName, Recognised},
    gzip::{Gunzip, Members},
    name::{Names, Top},
    reading::Reading,
    stream::Stream,
};
use crate::model::{Entry, EntryPath, Format, Gap, Limits, Progress, Sha256};

/// Content longer than this is delivered in pieces of [`PIECE`] bytes, shorter content in one.
pub const WHOLE: usize = 4 << 20;
/// The size of a piece, in bytes.
pub const PIECE: usize = 1 << 20;
/// What is delivered of a container whose members follow as entries of their own, at most.
pub const HEAD: usize = 64 << 10;

/// Takes what the reader finds. `Break` ends the reading.
pub trait Visitor {
    /// The next entry. Its content follows in [`Visitor::piece`] calls, at least one, before any
    /// other entry starts.
    fn entry(&mut self, entry: Entry) -> ControlFlow<()>;
    /// The next piece of the entry's content; `last` ends it. Content that turns out to be unreadable
    /// from some point on ends with an empty last piece, and a gap follows.
    fn piece(&mut self, bytes: Vec<u8>, last: bool) -> ControlFlow<()>;
    /// An opened container, when its members are done, and the hash of all its bytes, of which only
    /// the first were delivered.
    fn container(&mut self, _path: EntryPath, _sha256: Sha256) {}
    /// Something that could not be read, while reading goes on.
    fn gap(&mut self, gap: Gap);
}

/// What was read of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The format, when it could be recognised.
    pub format: Option<Format>,
    /// The release that the archive's directory is called after, `NAME-VERSION`, when the format has
    /// one and everything was read.
    pub release: Option<String>,
    /// Bytes that came out of the outer container.
    pub unpacked_size: u64,
    /// Files in the artifact, nested ones not counted.
    pub entries: u64,
}

impl Summary {
    fn recognised(&mut self, recognised: Option<Recognised>) {
        if let Some((format, release)) = recognised {
            self.format = Some(format);
            self.release = release;
        }
    }
}

/// Reads an artifact to its end, or to the first thing that makes reading on meaningless. Either way
/// everything that could not be read has been handed to [`Visitor::gap`].
///
/// `file_name` is the artifact's own, where it has one: what is in it must agree.
pub fn read(
    artifact: impl Read,
    file_name: Option<&str>,
    limits: &Limits,
    progress: &Progress,
    visitor: &mut dyn Visitor,
) -> Summary {
    let budget = Budget::new(limits, progress);
    let mut reading = Reading::new(&budget, visitor);
    let file_name = FileName::new(file_name);
    let mut summary = Summary::default();
    if let Err(Stop::Error(error)) = outer(artifact, file_name, &mut reading, &mut summary) {
        reading.ended(&error);
    }
    summary.entries = reading.files;
    summary
}

/// Packed bytes at hand.
const PACKED_BUFFER: usize = 256 << 10;
/// Unpacked bytes at hand: as many as stay in the second-level cache.
const UNPACKED_BUFFER: usize = pieces::DIRECT;

/// Reads the artifact as what its first bytes say that it is.
fn outer(
    artifact: impl Read,
    file_name: FileName<'_>,
    reading: &mut Reading<'_>,
    summary: &mut Summary,
) -> Result<(), Stop> {
    let budget = reading.budget;
    let tail = RefCell::default();
    let mut packed = BufReader::with_capacity(
        PACKED_BUFFER,
        Packed {
            inner: artifact,
            budget,
            tail: &tail,
        },
    );
    let mut head = Vec::new();
    packed
        .by_ref()
        .take(tar::BLOCK as u64)
        .read_to_end(&mut head)?;
    let mut whole = head.as_slice().chain(packed);
    match container::recognise("", &head).map(|container| container.name) {
        Some("gzip") => {
            tarball(&mut whole, file_name, reading, summary)?;
            no_zip(&tail.borrow())
        }
        // Another method than deflate, which the gzip reader explains.
        None if head.starts_with(&[0x1f, 0x8b]) => tarball(&mut whole, file_name, reading, summary),
        Some("zip") => zip_file(&mut whole, file_name, reading, summary),
        Some("tar") => Err(FormatError::BareTar.into()),
        Some(other) => Err(FormatError::OtherContainer(other).into()),
        None if head.is_empty() => Err(FormatError::Empty.into()),
        // Something before the first member, which the zip reader explains.
        None if file_name.is_zip() => zip_file(&mut whole, file_name, reading, summary),
        None => Err(FormatError::Unknown.into()),
    }
}

/// pip asks of an sdist first whether it is a zip, whatever it begins with and is called.
fn no_zip(tail: &zip::Tail) -> Result<(), Stop> {
    match tail.holds_a_zip() {
        true => Err(FormatError::AlsoZip.into()),
        false => Ok(()),
    }
}

/// Reads a gzipped tar, the whole of it, strictly.
fn tarball(
    packed: &mut dyn BufRead,
    file_name: FileName<'_>,
    reading: &mut Reading<'_>,
    summary: &mut Summary,
) -> Result<(), Stop> {
    if file_name.is_zip() {
        return Err(FormatError::GzipNamedZip.into());
    }
    let mut unpacked = BufReader::with_capacity(
        UNPACKED_BUFFER,
        Unpacked {
            inner: Gunzip::new(packed, Members::One),
            budget: reading.budget,
        },
    );
    let result = unpacked_tar(reading, &mut unpacked, file_name, summary);
    if matches!(result, Err(Stop::Visitor)) {
        return result;
    }
    reading.texts(None, 0, &mut unpacked.get_mut().inner)?;
    result
}

fn unpacked_tar(
    reading: &mut Reading<'_>,
    unpacked: &mut dyn BufRead,
    file_name: FileName<'_>,
    summary: &mut Summary,
) -> Result<(), Stop> {
    let mut head = Vec::new();
    (&mut *unpacked)
        .take(tar::BLOCK as u64)
        .read_to_end(&mut head)?;
    if tar::has_known_magic(&head) {
        summary.format = file_name.format();
    } else if head != [0; tar::BLOCK] {
        return Err(FormatError::NotTar.into());
    }
    let mut content = head.as_slice().chain(unpacked);
    let mut stream = Stream::new(&mut content);
    let mut names = Names::new(Some(Top::Root));
    let result = tar::artifact(reading, &mut stream, &mut names);
    summary.unpacked_size = stream.offset();
    result?;
    if names.entries == 0 {
        return Err(FormatError::NoEntries.into());
    }
    summary.recognised(format::of_tarball(&names, file_name)?);
    Ok(())
}

/// Reads a zip, the whole of it, strictly.
fn zip_file(
    content: &mut dyn BufRead,
    file_name: FileName<'_>,
    reading: &mut Reading<'_>,
    summary: &mut Summary,
) -> Result<(), Stop> {
    summary.format = file_name.format();
    let mut stream = Stream::new(content);
    let mut names = Names::new(file_name.top());
    zip::artifact(reading, &mut stream, &mut names, &mut summary.unpacked_size)?;
    if names.entries == 0 {
        return Err(FormatError::NoEntries.into());
    }
    summary.recognised(format::of_zip(&names, file_name)?);
    Ok(())
}
