//! What is read, on its way to the visitor.

use std::{collections::HashSet, io::BufRead};

use sha2::Digest as _;
use xxhash_rust::xxh3::Xxh3;

use super::{
    Visitor,
    budget::Budget,
    bundle::pyinstaller,
    container::{self, Container, How},
    error::{ArchiveError, Place, Stop, container_gap},
    name::Names,
    pieces::Pieces,
    zip,
};
use crate::model::{Entry, EntryKind, EntryPath, Gap, Sha256};

/// One artifact being read.
pub(crate) struct Reading<'a> {
    pub(crate) budget: &'a Budget<'a>,
    /// Files in the artifact itself.
    pub(crate) files: u64,
    visitor: &'a mut dyn Visitor,
    /// Whether an entry's last piece is still to come.
    is_open: bool,
    /// Names that were refused.
    unfit: u64,
    /// The last entry that is a part of the package.
    last: Option<EntryPath>,
    /// Hashes of the metadata already delivered.
    told: HashSet<u128>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(budget: &'a Budget<'a>, visitor: &'a mut dyn Visitor) -> Self {
        Self {
            budget,
            files: 0,
            visitor,
            is_open: false,
            unfit: 0,
            last: None,
            told: HashSet::new(),
        }
    }

    pub(crate) fn gap(&mut self, gap: Gap) {
        self.visitor.gap(gap);
    }

    /// Says why reading ended before the end, and in which entry where that is not said by the error.
    pub(super) fn ended(&mut self, error: &ArchiveError) {
        // The gap is given even if the visitor wants no more after the cut.
        let _ = self.cut_short();
        let path = self.last.take().filter(|_| error.has_no_place());
        self.gap(error.gap(path));
    }

    pub(super) fn container(&mut self, path: EntryPath, sha256: Sha256) {
        self.visitor.container(path, sha256);
    }

    /// The path of the artifact's next entry. A name that readers understand differently is a gap, and
    /// reading goes on.
    pub(super) fn name(
        &mut self,
        names: &mut Names,
        name: &[u8],
        is_directory: bool,
        place: &Place,
    ) -> Result<EntryPath, Stop> {
        let (path, implied) = names.next(name, is_directory);
        match implied {
            Ok(directories) => self.budget.directories(directories)?,
            Err(problem) => {
                self.gap(place.name(problem).gap(Some(path.clone())));
                self.unfit += 1;
                self.budget.unfit(self.unfit)?;
            }
        }
        Ok(path)
    }

    pub(super) fn entry(&mut self, entry: Entry) -> Result<(), Stop> {
        self.budget.entry(entry.path.as_str())?;
        if entry.depth == 0 && entry.kind == EntryKind::File {
            self.files += 1;
        }
        self.is_open = true;
        if entry.kind != EntryKind::Metadata {
            self.last = Some(entry.path.clone());
        }
        match self.visitor.entry(entry).is_break() {
            true => Err(Stop::Visitor),
            false => Ok(()),
        }
    }

    pub(super) fn piece(&mut self, bytes: Vec<u8>, last: bool) -> Result<(), Stop> {
        self.is_open = !last;
        match self.visitor.piece(bytes, last).is_break() {
            true => Err(Stop::Visitor),
            false => Ok(()),
        }
    }

    /// Ends an entry that could be read in part only, so that what was read is not lost. A gap is to
    /// follow.
    pub(super) fn cut_short(&mut self) -> Result<(), Stop> {
        match self.is_open {
            true => self.piece(Vec::new(), true),
            false => Ok(()),
        }
    }

    /// An entry whose content is at hand.
    pub(crate) fn small(&mut self, entry: Entry, content: Vec<u8>) -> Result<(), Stop> {
        self.entry(entry)?;
        self.piece(content, true)
    }

    /// A text that lies outside files, unless it is empty or the same was delivered before.
    pub(crate) fn metadata(
        &mut self,
        of: &EntryPath,
        depth: u8,
        name: &str,
        text: Vec<u8>,
    ) -> Result<(), Stop> {
        let mut hash = Xxh3::new();
        hash.update(name.as_bytes());
        hash.update(&[0]);
        hash.update(&text);
        if text.is_empty() || !self.told.insert(hash.digest128()) {
            return Ok(());
        }
        let entry = Entry {
            path: of.nested(name),
            kind: EntryKind::Metadata,
            size: text.len() as u64,
            mode: 0,
            depth,
            opened: false,
        };
        self.small(entry, text)
    }

    /// A file: `content` ends where the file ends. If it is a container, its members follow.
    ///
    /// `size` is `None` where it is not known beforehand.
    pub(crate) fn file(
        &mut self,
        mut entry: Entry,
        size: Option<u64>,
        content: &mut dyn BufRead,
    ) -> Result<(), Stop> {
        let pieces = Pieces::new(size, content)?;
        // Of what comes out of a decoder no more is known than that it is at least so long.
        entry.size = size.unwrap_or(pieces.first.len() as u64);
        let container = match container::recognise(entry.path.file_name(), &pieces.first) {
            None if pyinstaller::is_program(&pieces.first) => return self.program(entry, pieces),
            None if pieces.is_whole() => {
                return match zip::appended(&pieces.first) {
                    Some(end) => self.appended(entry, pieces, end),
                    None => self.content(entry, pieces),
                };
            }
            None => return self.long(entry, pieces),
            Some(container) => container,
        };
        if matches!(container.how, How::Closed) {
            return self.closed(container, entry, pieces);
        }
        match self.budget.depth(entry.depth) {
            Ok(()) => self.open(container, entry, pieces),
            Err(limit) => {
                let path = entry.path.clone();
                self.gap(ArchiveError::from(limit).gap(Some(path)));
                self.content(entry, pieces)
            }
        }
    }

    /// A file as it is.
    pub(super) fn content(&mut self, entry: Entry, pieces: Pieces<'_>) -> Result<(), Stop> {
        self.entry(entry)?;
        pieces.each(|piece, last| self.piece(piece, last))
    }

    /// A file that is not at hand as a whole.
    fn long(&mut self, entry: Entry, pieces: Pieces<'_>) -> Result<(), Stop> {
        let path = entry.path.clone();
        let mut tail = zip::Tail::default();
        self.entry(entry)?;
        pieces.each(|piece, last| {
            tail.push(&piece);
            self.piece(piece, last)
        })?;
        if tail.holds_a_zip() {
            let reason = "A zip file is appended to this file, which is too long to look for it from the end, so what is in it was not checked.";
            self.gap(container_gap(path, reason.to_owned(), None));
        }
        Ok(())
    }

    /// A container of a kind that can't be opened: delivered as it is, and said so.
    fn closed(
        &mut self,
        container: &Container,
        entry: Entry,
        pieces: Pieces<'_>,
    ) -> Result<(), Stop> {
        let path = entry.path.clone();
        let mut hash = sha2::Sha256::new();
        self.entry(entry)?;
        pieces.each(|piece, last| {
            hash.update(&piece);
            self.piece(piece, last)
        })?;
        let reason = format!(
            "This {} file can't be opened, so what is in it was not checked.",
            container.name
        );
        let sha256 = Sha256::from_bytes(hash.finalize().into());
        self.gap(container_gap(path, reason, sha256));
        Ok(())
    }
}
