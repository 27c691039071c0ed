//! Opens containers inside the artifact, in place.

use std::io::{self, BufRead, BufReader, Read};

use sha2::Digest as _;

use super::{
    HEAD,
    budget::Unpacked,
    bundle::pyinstaller,
    container::{self, Container, Decoder, How},
    error::{ArchiveError, Stop, container_gap},
    pieces::Pieces,
    reading::Reading,
    spool::Spool,
    tar, zip,
};
use crate::model::{Entry, EntryKind, EntryPath, Sha256};

/// Uncompressed bytes at hand; there may be many small containers, so less than for the artifact.
const BUFFER: usize = 64 << 10;

impl Reading<'_> {
    /// Delivers the head of a container, and then its members. If they can't be read to the end that
    /// is a gap, and reading goes on after the container.
    pub(super) fn open(
        &mut self,
        container: &Container,
        mut entry: Entry,
        pieces: Pieces<'_>,
    ) -> Result<(), Stop> {
        entry.opened = true;
        let head = &pieces.first[..pieces.first.len().min(HEAD)];
        self.small(entry.clone(), head.to_vec())?;

        let mut raw = Raw::new(pieces.first, pieces.rest);
        let mut result = match container.how {
            How::Decompress(decoder) => {
                let budget = self.budget;
                self.decompress(container, &entry, &mut *decoder(&mut raw, budget))
            }
            How::Walk(walk) => walk(self, &entry, &mut raw),
            How::Closed => Ok(()),
        };
        if result.as_ref().err().is_none_or(Stop::is_local) {
            let left = raw.drain();
            result = result.and(left.map_err(Stop::from));
        }
        if let Some(error) = raw.outer_error {
            return Err(error.into());
        }
        if result.as_ref().is_err_and(|stop| !stop.is_local()) {
            return result;
        }
        let sha256 = Sha256::from_bytes(raw.hash.finalize().into());
        self.container(entry.path.clone(), sha256);
        self.faults(container.name, entry.path, sha256, result)
    }

    /// Delivers a file that holds a zip up to `end`: as it is, since no part of it may go unsearched under its own
    /// name, and then the members.
    pub(super) fn appended(
        &mut self,
        entry: Entry,
        pieces: Pieces<'_>,
        end: usize,
    ) -> Result<(), Stop> {
        let bytes = pieces.first.clone();
        self.content(entry.clone(), pieces)?;
        if let Err(limit) = self.budget.depth(entry.depth) {
            self.gap(ArchiveError::from(limit).gap(Some(entry.path)));
            return Ok(());
        }
        let result = zip::nested(self, &entry, &mut &bytes[..end]);
        self.faults("zip", entry.path, Sha256::of(&bytes), result)
    }

    /// Delivers a program of PyInstaller's as it is, and then the files behind it. They are found from the end,
    /// so that all of it has to be at hand.
    pub(super) fn program(&mut self, entry: Entry, pieces: Pieces<'_>) -> Result<(), Stop> {
        let mut content = pieces.first.as_slice().chain(pieces.rest);
        let mut spool = Spool::new(&mut content)?;
        let size = spool.size();
        self.content(entry.clone(), Pieces::new(Some(size), spool.at(0)?)?)?;
        if let Err(limit) = self.budget.depth(entry.depth) {
            self.gap(ArchiveError::from(limit).gap(Some(entry.path)));
            return Ok(());
        }
        let result = pyinstaller::appended(self, &entry, &mut spool);
        self.faults("PyInstaller", entry.path, None, result)
    }

    /// Makes a gap of what is wrong with a container alone.
    fn faults(
        &mut self,
        name: &str,
        path: EntryPath,
        sha256: impl Into<Option<Sha256>>,
        result: Result<(), Stop>,
    ) -> Result<(), Stop> {
        let error = match result {
            Err(Stop::Error(error)) if error.is_local() => error,
            other => return other,
        };
        let reason = format!("This {name} file could not be read to its end. {error}.");
        self.cut_short()?;
        self.gap(container_gap(path, reason, sha256));
        Ok(())
    }

    /// What comes out of a compressed stream: a tar, or one file.
    fn decompress(
        &mut self,
        container: &Container,
        entry: &Entry,
        decoder: &mut dyn Decoder,
    ) -> Result<(), Stop> {
        let mut unpacked = BufReader::with_capacity(
            BUFFER,
            Unpacked {
                inner: &mut *decoder,
                budget: self.budget,
            },
        );
        let result = self.unpacked(container, entry, &mut unpacked);
        if matches!(result, Err(Stop::Visitor)) {
            return result;
        }
        self.texts(Some(&entry.path), entry.depth + 1, decoder)?;
        result
    }

    fn unpacked(
        &mut self,
        container: &Container,
        entry: &Entry,
        unpacked: &mut dyn BufRead,
    ) -> Result<(), Stop> {
        let mut head = Vec::new();
        (&mut *unpacked)
            .take(tar::BLOCK as u64)
            .read_to_end(&mut head)?;
        let mut content = head.as_slice().chain(unpacked);
        let inner_name = container.inner_name(entry.path.file_name());
        if let Some(How::Walk(walk)) = container::recognise(&inner_name, &head).map(|c| &c.how) {
            return walk(self, entry, &mut content);
        }
        let inner = Entry {
            path: entry.path.nested(&inner_name),
            kind: EntryKind::File,
            size: 0,
            mode: entry.mode,
            depth: entry.depth + 1,
            opened: false,
        };
        self.file(inner, None, &mut content)
    }

    /// Delivers the texts in a decoder's headers.
    pub(super) fn texts(
        &mut self,
        of: Option<&EntryPath>,
        depth: u8,
        decoder: &mut dyn Decoder,
    ) -> Result<(), Stop> {
        let nowhere = EntryPath::new("");
        decoder
            .texts()
            .into_iter()
            .try_for_each(|(name, text)| self.metadata(of.unwrap_or(&nowhere), depth, name, text))
    }
}

/// The bytes of a container, hashed as they are read, so that one that turns out to be broken can be
/// named by its hash.
struct Raw<'a> {
    first: Vec<u8>,
    position: usize,
    rest: &'a mut dyn BufRead,
    hash: sha2::Sha256,
    /// Why no more bytes could be had: then the fault is not this container's.
    outer_error: Option<ArchiveError>,
}

impl<'a> Raw<'a> {
    fn new(first: Vec<u8>, rest: &'a mut dyn BufRead) -> Self {
        Self {
            first,
            position: 0,
            rest,
            hash: sha2::Sha256::new(),
            outer_error: None,
        }
    }

    /// Reads what the opener has left.
    fn drain(&mut self) -> io::Result<()> {
        while self.outer_error.is_none() {
            let available = self.fill_buf()?.len();
            if available == 0 {
                break;
            }
            self.consume(available);
        }
        Ok(())
    }
}

impl Read for Raw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Raw<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position < self.first.len() {
            return Ok(&self.first[self.position..]);
        }
        if self.outer_error.is_some() {
            return Err(io::Error::other("the outer container is broken"));
        }
        match self.rest.fill_buf() {
            Ok(bytes) => Ok(bytes),
            Err(error) => {
                self.outer_error = Some(error.into());
                Err(io::Error::other("the outer container is broken"))
            }
        }
    }

    fn consume(&mut self, count: usize) {
        if self.position < self.first.len() {
            let end = (self.position + count).min(self.first.len());
            self.hash.update(&self.first[self.position..end]);
            self.position = end;
        } else if let Ok(bytes) = self.rest.fill_buf() {
            self.hash.update(&bytes[..count.min(bytes.len())]);
            self.rest.consume(count);
        }
    }
}
