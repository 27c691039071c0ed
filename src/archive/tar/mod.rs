//! tar: a walk over its 512-byte blocks that accounts for every one of them.
//!
//! The walk is ours because the `tar` crate's iterators say nothing of a lone zero block, a missing
//! end or what lies in padding; the crate parses single headers. What a nested tar needs is only to be
//! readable in full; what the artifact itself must keep to beyond that is in [`strict`].

mod hashed;
mod header;
mod pax;
mod strict;

use std::io::{BufRead, Read};

use super::{
    error::{ArchiveError, Place, Stop, TarProblem},
    name::Names,
    reading::Reading,
    stream::{Content, Stream},
};
use crate::model::{Entry, EntryKind, EntryPath};

pub(crate) use super::stream::BLOCK;
use hashed::Hashed;
use header::{Header, Kind};
use pax::Pax;

/// How strictly a tar is read.
enum Profile<'p> {
    /// The artifact itself: nothing that any two readers could understand differently.
    Artifact(&'p mut Names),
    /// In this container: readable in full.
    Nested(&'p Entry),
}

/// Reads the artifact's own tar.
pub(crate) fn artifact(
    reading: &mut Reading<'_>,
    stream: &mut Stream<'_>,
    names: &mut Names,
) -> Result<(), Stop> {
    let profile = Profile::Artifact(names);
    Walk::new(reading, stream, profile).run()
}

/// Reads a tar inside the artifact.
pub(crate) fn nested(
    reading: &mut Reading<'_>,
    container: &Entry,
    content: &mut dyn BufRead,
) -> Result<(), Stop> {
    let mut stream = Stream::new(content);
    let profile = Profile::Nested(container);
    Walk::new(reading, &mut stream, profile).run()
}

/// Whether `block` is a header with a magic that the strict profile takes.
pub(crate) fn has_known_magic(block: &[u8]) -> bool {
    block.get(strict::MAGIC).is_some_and(strict::is_known_magic)
}

/// Whether `head` begins with a header, whatever its magic: its checksum is right.
pub(crate) fn is_header(head: &[u8]) -> bool {
    let block = head.first_chunk::<BLOCK>();
    block.is_some_and(|block| Header::new(block, 0).is_ok())
}

/// What headers before an entry say of it.
#[derive(Default)]
struct Pending {
    offset: u64,
    pax: Option<Pax>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none() && self.long_link.is_none()
    }
}

struct Walk<'w, 'a, 's, 'p> {
    reading: &'w mut Reading<'a>,
    stream: &'w mut Stream<'s>,
    profile: Profile<'p>,
    pending: Pending,
}

impl<'w, 'a, 's, 'p> Walk<'w, 'a, 's, 'p> {
    fn new(reading: &'w mut Reading<'a>, stream: &'w mut Stream<'s>, profile: Profile<'p>) -> Self {
        Self {
            reading,
            stream,
            profile,
            pending: Pending::default(),
        }
    }

    fn is_strict(&self) -> bool {
        matches!(self.profile, Profile::Artifact(_))
    }

    fn run(mut self) -> Result<(), Stop> {
        loop {
            let offset = self.stream.offset();
            let Some(block) = self.stream.block()? else {
                return self.cut_off(offset);
            };
            if block == [0; BLOCK] {
                return self.end(offset);
            }
            let header = Header::new(&block, offset)?;
            if self.is_strict() {
                strict::header(&header, &self.pending).map_err(|p| header.place().tar(p))?;
            }
            if self.pending.is_empty() {
                self.pending.offset = offset;
            }
            match header.kind() {
                Kind::Pax => self.pending.pax = Some(self.pax(&header)?),
                Kind::Global => self.global(&header)?,
                Kind::LongName => self.pending.long_name = Some(self.long(&header)?),
                Kind::LongLink => self.pending.long_link = Some(self.long(&header)?),
                Kind::Member(kind) => self.member(&header, kind)?,
            }
        }
    }

    fn cut_off(self, offset: u64) -> Result<(), Stop> {
        self.nothing_pending()?;
        match self.profile {
            Profile::Artifact(_) => Err(Place::tar_block(offset).tar(TarProblem::NoEnd).into()),
            Profile::Nested(_) => Ok(()),
        }
    }

    /// After the first zero block: a second one, and then only zeros.
    fn end(self, offset: u64) -> Result<(), Stop> {
        self.nothing_pending()?;
        match self.stream.block()? {
            None if !self.is_strict() => return Ok(()),
            Some(block) if block == [0; BLOCK] => {}
            _ => {
                return Err(Place::tar_block(offset)
                    .tar(TarProblem::LoneZeroBlock)
                    .into());
            }
        }
        match self.stream.zeros_to_the_end()? {
            None => Ok(()),
            Some(offset) => Err(Place::tar_block(offset)
                .tar(TarProblem::DataAfterEnd)
                .into()),
        }
    }

    fn nothing_pending(&self) -> Result<(), ArchiveError> {
        match self.pending.is_empty() {
            true => Ok(()),
            false => Err(Place::tar_block(self.pending.offset).tar(TarProblem::Dangling)),
        }
    }

    /// The body of a header that says something of the next entry.
    fn meta(&mut self, header: &Header<'_>, what: &'static str) -> Result<Vec<u8>, Stop> {
        let (place, size) = (header.place(), header.size());
        let limit = match self.profile {
            Profile::Artifact(_) => strict::META,
            Profile::Nested(_) => pax::META,
        };
        if size > limit {
            let problem = TarProblem::MetaTooLarge { what, size, limit };
            return Err(place.tar(problem).into());
        }
        let mut body = Vec::new();
        self.content(size, &place).read_to_end(&mut body)?;
        self.padding(size, &place)?;
        if self.is_strict() && body.len() > BLOCK && !body.is_ascii() {
            return Err(place.tar(TarProblem::MetaInParts(what)).into());
        }
        Ok(body)
    }

    fn pax(&mut self, header: &Header<'_>) -> Result<Pax, Stop> {
        let body = self.meta(header, "pax")?;
        let records = pax::records(&body).map_err(|p| header.place().tar(p))?;
        if self.is_strict() {
            strict::pax(&records).map_err(|p| header.place().tar(p))?;
        }
        Ok(Pax::new(&records).map_err(|p| header.place().tar(p))?)
    }

    fn global(&mut self, header: &Header<'_>) -> Result<(), Stop> {
        let body = self.meta(header, "global pax")?;
        let records = pax::records(&body).map_err(|p| header.place().tar(p))?;
        if self.is_strict() {
            strict::global(&records).map_err(|p| header.place().tar(p))?;
        }
        let pax = Pax::new(&records).map_err(|p| header.place().tar(p))?;
        let (of, depth) = match self.profile {
            Profile::Artifact(_) => (EntryPath::new(""), 0),
            Profile::Nested(container) => (container.path.clone(), container.depth + 1),
        };
        self.pax_texts(&of, depth, pax)
    }

    fn long(&mut self, header: &Header<'_>) -> Result<Vec<u8>, Stop> {
        let mut name = self.meta(header, "long-name")?;
        if name.last() == Some(&0) {
            name.pop();
        }
        if name.contains(&0) {
            return Err(header.place().tar(TarProblem::LongNameNul).into());
        }
        Ok(name)
    }

    fn member(&mut self, header: &Header<'_>, kind: tar::EntryType) -> Result<(), Stop> {
        let pending = std::mem::take(&mut self.pending);
        let pax = pending.pax.unwrap_or_default();
        let name = pax.path.clone();
        let name = name.or(pending.long_name).unwrap_or_else(|| header.name());
        let target = pax.link_path.clone();
        let target = target.or(pending.long_link).or(header.link_name());
        let place = Place::tar_entry(&name, header.offset());
        let size = pax.size.unwrap_or(header.size());
        header::no_hidden_content(kind, size).map_err(|p| place.tar(p))?;
        if self.is_strict() {
            let member = strict::Member {
                kind,
                name: &name,
                has_target: target.is_some(),
                pax_size: pax.size,
            };
            strict::member(&member, header).map_err(|p| place.tar(p))?;
        }

        let (path, depth) = self.path(&name, kind, &place)?;
        self.reading
            .metadata(&path, depth, "tar-owner", header.owner())?;
        self.pax_texts(&path, depth, pax)?;
        let mut entry = Entry {
            path,
            kind: EntryKind::File,
            size,
            mode: header.mode(),
            depth,
            opened: false,
        };
        if kind.is_dir() {
            entry.kind = EntryKind::Directory;
            return self.reading.small(entry, Vec::new());
        }
        if kind.is_symlink() || kind.is_hard_link() {
            if let Profile::Artifact(names) = &mut self.profile {
                if let Err(problem) = names.is_link(&entry.path) {
                    let gap = place.name(problem).gap(Some(entry.path.clone()));
                    self.reading.gap(gap);
                }
                names.link.get_or_insert(place);
            }
            let target = target.unwrap_or_default();
            entry.size = target.len() as u64;
            entry.kind = EntryKind::Link {
                target: String::from_utf8_lossy(&target).into_owned(),
            };
            return self.reading.small(entry, target);
        }
        self.file(entry, &place)?;
        self.padding(size, &place)
    }

    fn file(&mut self, entry: Entry, place: &Place) -> Result<(), Stop> {
        let size = entry.size;
        let mut content = Content {
            stream: self.stream,
            left: size,
            place,
        };
        let path = entry.path.clone();
        let names = match &mut self.profile {
            Profile::Artifact(names) if names.may_come_twice(&path) => names,
            _ => return self.reading.file(entry, Some(size), &mut content),
        };
        let mut hashed = Hashed::new(&mut content);
        self.reading.file(entry, Some(size), &mut hashed)?;
        let sha256 = hashed.sha256();
        if let Err(problem) = names.has_content(&path, sha256) {
            self.reading.gap(place.name(problem).gap(Some(path)));
        }
        Ok(())
    }

    /// The entry's path. In the artifact, names that readers understand differently are gaps, and
    /// reading goes on.
    fn path(
        &mut self,
        name: &[u8],
        kind: tar::EntryType,
        place: &Place,
    ) -> Result<(EntryPath, u8), Stop> {
        match &mut self.profile {
            Profile::Nested(container) => {
                let text = String::from_utf8_lossy(name);
                let inner = text.strip_prefix("./").unwrap_or(&text);
                let inner = inner.strip_suffix('/').unwrap_or(inner);
                Ok((container.path.nested(inner), container.depth + 1))
            }
            Profile::Artifact(names) => {
                Ok((self.reading.name(names, name, kind.is_dir(), place)?, 0))
            }
        }
    }

    fn pax_texts(&mut self, of: &EntryPath, depth: u8, pax: Pax) -> Result<(), Stop> {
        pax.texts.into_iter().try_for_each(|(key, text)| {
            self.reading
                .metadata(of, depth, &format!("pax-{key}"), text)
        })
    }

    fn content<'c>(&'c mut self, size: u64, place: &'c Place) -> Content<'c, 's> {
        Content {
            stream: self.stream,
            left: size,
            place,
        }
    }

    /// The rest of the last block of some content: zeros.
    fn padding(&mut self, size: u64, place: &Place) -> Result<(), Stop> {
        let block = BLOCK as u64;
        let left = (block - size % block) % block;
        let mut padding = Vec::with_capacity(BLOCK);
        self.content(left, place).read_to_end(&mut padding)?;
        match padding == [0; BLOCK][..padding.len()] {
            true => Ok(()),
            false => Err(place.tar(TarProblem::Padding).into()),
        }
    }
}
