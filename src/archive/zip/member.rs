//! The content of a member: decoded, and held to its declared size and checksum.

use std::io::{self, BufRead, BufReader, Read};

use flate2::{Decompress, FlushDecompress, Status};

use super::record::Member;
use crate::archive::{
    budget::{Budget, Unpacked},
    container::Decoder,
    decode,
    error::{ArchiveError, Place, Stop, ZipProblem},
    pieces::DIRECT,
    stream::{Content, Stream},
};

/// Gives the content that follows in `stream` to `take`, and then sees that its packed bytes were used
/// up.
pub(super) fn read(
    member: &Member,
    stream: &mut Stream<'_>,
    place: &Place,
    budget: &Budget<'_>,
    take: impl FnOnce(&mut dyn BufRead) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut packed = Content {
        stream,
        left: member.packed,
        place,
    };
    let decoder = decoder(member.method).ok_or_else(|| {
        let problem = ZipProblem::UnknownMethod(member.method);
        place.zip(problem)
    })?;
    let verified = Verified {
        decoder: decoder(&mut packed, budget),
        crc: crc32fast::Hasher::new(),
        left: member.size,
        member,
        place,
    };
    let inner = verified;
    let capacity = usize::try_from(member.size).unwrap_or(DIRECT).min(DIRECT);
    // One more, so that the end is seen with the last bytes.
    let mut content = BufReader::with_capacity(capacity + 1, Unpacked { inner, budget });
    take(&mut content)?;
    drop(content);
    match packed.left {
        0 => Ok(()),
        left => Err(place.zip(ZipProblem::PackedLeft(left)).into()),
    }
}

/// What unpacks a method (APPNOTE.TXT 4.4.5).
fn decoder(method: u16) -> Option<decode::Decompress> {
    match method {
        0 => Some(|packed, _| Box::new(Stored(packed))),
        8 => Some(|packed, _| Box::new(Inflate::new(packed))),
        12 => Some(decode::bzip2),
        93 => Some(decode::zstd),
        95 => Some(decode::xz),
        _ => None,
    }
}

/// No compression.
struct Stored<'p>(&'p mut dyn BufRead);

impl Read for Stored<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Decoder for Stored<'_> {}

/// Raw deflate up to the mark of its end, which flate2's readers don't insist on.
struct Inflate<'p> {
    packed: &'p mut dyn BufRead,
    state: Decompress,
    ended: bool,
}

impl<'p> Inflate<'p> {
    fn new(packed: &'p mut dyn BufRead) -> Self {
        Self {
            packed,
            state: Decompress::new(false),
            ended: false,
        }
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !buffer.is_empty() {
            let input = self.packed.fill_buf()?;
            let is_end = input.is_empty();
            let before = (self.state.total_in(), self.state.total_out());
            let status = self
                .state
                .decompress(input, buffer, FlushDecompress::None)?;
            let used = self.state.total_in() - before.0;
            let made = self.state.total_out() - before.1;
            self.packed.consume(used as usize);
            self.ended = status == Status::StreamEnd;
            if made > 0 {
                return Ok(made as usize);
            }
            if is_end && !self.ended {
                return Err(io::Error::other("the deflate stream has no end"));
            }
        }
        Ok(0)
    }
}

impl Decoder for Inflate<'_> {}

/// Fails where the content does not have its declared size and checksum.
struct Verified<'m, D> {
    decoder: D,
    crc: crc32fast::Hasher,
    left: u64,
    member: &'m Member,
    place: &'m Place,
}

impl<D: Read> Verified<'_, D> {
    /// Says where it was that the decoder failed. What failed below it is passed on as it is.
    fn explain(&self, error: io::Error) -> io::Error {
        let inner = error.get_ref();
        match inner.is_some_and(|inner| inner.is::<ArchiveError>()) {
            true => error,
            false => self.refused(ZipProblem::Corrupt(error.to_string())),
        }
    }

    fn refused(&self, problem: ZipProblem) -> io::Error {
        self.place.zip(problem).into()
    }

    fn end(&self) -> Result<(), ZipProblem> {
        if self.left > 0 {
            let (size, left) = (self.member.size, self.left);
            return Err(ZipProblem::Shorter { size, left });
        }
        match self.crc.clone().finalize() == self.member.crc {
            true => Ok(()),
            false => Err(ZipProblem::Checksum),
        }
    }
}

impl<D: Read> Read for Verified<'_, D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = self.decoder.read(buffer);
        let count = count.map_err(|error| self.explain(error))?;
        if count == 0 {
            self.end().map_err(|problem| self.refused(problem))?;
        }
        self.left = (self.left.checked_sub(count as u64))
            .ok_or_else(|| self.refused(ZipProblem::Longer(self.member.size)))?;
        self.crc.update(&buffer[..count]);
        Ok(count)
    }
}
