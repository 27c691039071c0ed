//! A zip inside the artifact: it needs only to be readable in full, so it is read as its central
//! directory says, and every byte must belong to something.

use std::{
    collections::HashMap,
    io::{BufRead, Read},
};

use super::{
    ArchiveError, Extra, Header, Place, Reading, Stop, Stream, ZipProblem,
    end::{self, Directory},
    member,
    record::{self, CENTRAL, Central, DESCRIPTOR, LOCAL, Local, Member},
    strict, texts,
};
use crate::{
    archive::spool::Spool,
    model::{Entry, EntryKind},
};

const ENCRYPTED: u16 = 1 << 0;
const HAS_DESCRIPTOR: u16 = 1 << 3;

/// Reads a zip inside the artifact.
pub(crate) fn nested(
    reading: &mut Reading<'_>,
    container: &Entry,
    content: &mut dyn BufRead,
) -> Result<(), Stop> {
    let mut spool = Spool::new(content)?;
    let directory = end::find(&mut spool)?;
    let mut walk = Walk {
        reading,
        container,
        copies: HashMap::new(),
    };
    let comment = directory.comment.clone();
    walk.reading
        .metadata(&container.path, container.depth + 1, "zip-comment", comment)?;
    let members = walk.directory(&mut spool, &directory)?;
    let first = members
        .first()
        .map_or(directory.start, |member| member.offset);
    walk.prefix(&mut spool, first)?;
    walk.members(spool.at(first)?, first, &members, directory.start)
}

struct Walk<'w, 'a> {
    reading: &'w mut Reading<'a>,
    container: &'w Entry,
    /// How often a name, by its hash, was met.
    copies: HashMap<u128, u64>,
}

impl Walk<'_, '_> {
    /// The members by their place in the file.
    fn directory(&mut self, spool: &mut Spool, directory: &Directory) -> Result<Vec<Member>, Stop> {
        let mut members = Vec::new();
        let mut stream = Stream::at(spool.at(directory.start)?, directory.start);
        while stream.offset() < directory.end {
            let offset = stream.offset();
            let here = Place::zip_record(offset);
            if record::fixed(&mut stream, &here)? != CENTRAL {
                return Err(here.zip(ZipProblem::UnknownRecord).into());
            }
            let header = Central::read(&mut stream, offset)?;
            members.push(self.central(header, directory)?);
            self.reading.budget.room_for(members.len() as u64)?;
        }
        let place = Place::zip_record(directory.end);
        let found = members.len() as u64;
        if found != directory.count || stream.offset() != directory.end {
            let said = directory.count;
            return Err(place.zip(ZipProblem::Count { said, found }).into());
        }
        members.sort_by_key(|member| member.offset);
        Ok(members)
    }

    fn central(&mut self, mut header: Central, directory: &Directory) -> Result<Member, Stop> {
        let extra = Extra::parse_leniently(&header.extra);
        let (fields, offset) = (&mut header.fields, &mut header.offset);
        let applied = extra.apply_zip64(Header::Central, fields, offset);
        applied.map_err(|p| header.place.zip(p))?;
        if header.disk != 0 {
            return Err(header.place.zip(ZipProblem::MultiDisk).into());
        }
        if let Some(encryption) = strict::encryption(&header.fields, &extra) {
            return Err(header.place.zip(ZipProblem::Encrypted(encryption)).into());
        }
        let names = extra.check_leniently(&header.name);
        names.map_err(|p| header.place.zip(p))?;
        let mut member = header.member();
        member.offset = member.offset.saturating_add(directory.moved);
        if member.offset >= directory.start {
            return Err(header.place.zip(ZipProblem::Overlap).into());
        }
        let name = String::from_utf8_lossy(&header.name);
        let path = self.container.path.nested(&name);
        let depth = self.container.depth + 1;
        texts(self.reading, &path, depth, &extra)?;
        self.reading
            .metadata(&path, depth, "zip-entry-comment", header.comment)?;
        Ok(member)
    }

    /// What lies before the first member: a program that unpacks the rest, or another archive.
    fn prefix(&mut self, spool: &mut Spool, size: u64) -> Result<(), Stop> {
        // A file that only ends in a zip was searched as a whole.
        if size == 0 || !self.container.opened {
            return Ok(());
        }
        let entry = self.entry("zip-prefix", EntryKind::File, size);
        let mut prefix = spool.at(0)?.take(size);
        self.reading.file(entry, Some(size), &mut prefix)
    }

    fn members(
        &mut self,
        content: &mut dyn BufRead,
        first: u64,
        members: &[Member],
        end: u64,
    ) -> Result<(), Stop> {
        let mut stream = Stream::at(content, first);
        for (index, member) in members.iter().enumerate() {
            padding(&mut stream, member.offset)?;
            let next = members.get(index + 1).map_or(end, |next| next.offset);
            self.member(&mut stream, member, next)?;
        }
        Ok(padding(&mut stream, end)?)
    }

    /// A member that must have ended where the `next` begins.
    fn member(&mut self, stream: &mut Stream<'_>, member: &Member, next: u64) -> Result<(), Stop> {
        let here = Place::zip_record(member.offset);
        if record::fixed(stream, &here)? != LOCAL {
            return Err(here.zip(ZipProblem::OnlyInDirectory).into());
        }
        let mut header = Local::read(stream, member.offset)?;
        let place = header.place.clone();
        let extra = Extra::parse_leniently(&header.extra);
        let has_descriptor = header.fields.flags & HAS_DESCRIPTOR != 0;
        if !has_descriptor {
            extra
                .apply_zip64(Header::Local, &mut header.fields, &mut 0)
                .map_err(|p| place.zip(p))?;
        }
        agree(&header, member, has_descriptor)
            .and_then(|()| extra.check_leniently(&header.name))
            .map_err(|p| place.zip(p))?;
        // Before anything is unpacked: bytes that belong to many members are how a small bomb grows.
        if stream.offset().saturating_add(member.packed) > next {
            return Err(place.zip(ZipProblem::Overlap).into());
        }

        let name = self.name(&header.name, member);
        let is_directory = strict::is_directory(&header.name) && member.size == 0;
        let kind = match is_directory {
            true => EntryKind::Directory,
            false => EntryKind::File,
        };
        let entry = self.entry(&name, kind, member.size);
        texts(self.reading, &entry.path, entry.depth, &extra)?;
        let budget = self.reading.budget;
        member::read(member, stream, &place, budget, |content| {
            if !is_directory {
                return self.reading.file(entry, Some(member.size), content);
            }
            content.fill_buf()?;
            self.reading.small(entry, Vec::new())
        })?;
        match has_descriptor {
            true => Ok(descriptor(stream, member, next, &place)?),
            false => Ok(()),
        }
    }

    /// The name below the container; further members of one name are told apart.
    fn name(&mut self, name: &[u8], member: &Member) -> String {
        let text = String::from_utf8_lossy(name);
        let inner = text.strip_prefix("./").unwrap_or(&text);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let copies = self.copies.entry(member.name).or_default();
        *copies += 1;
        match *copies {
            1 => inner.to_owned(),
            copies => format!("{inner}#{copies}"),
        }
    }

    fn entry(&self, name: &str, kind: EntryKind, size: u64) -> Entry {
        Entry {
            path: self.container.path.nested(name),
            kind,
            size,
            mode: 0o644,
            depth: self.container.depth + 1,
            opened: false,
        }
    }
}

/// Whether a member's own header says what the central directory does, as far as readers go by it:
/// sizes that come later are zero there.
fn agree(header: &Local, member: &Member, has_descriptor: bool) -> Result<(), ZipProblem> {
    let mut own = header.member(member.offset);
    if own.flags & ENCRYPTED == member.flags & ENCRYPTED {
        own.flags = member.flags;
    }
    if has_descriptor {
        (own.packed, own.size, own.crc) = (member.packed, member.size, member.crc);
    }
    own.differs(member)
}

/// What follows a member whose sizes were not known before it: them, in four or eight bytes each,
/// after the checksum, with or without a signature.
fn descriptor(
    stream: &mut Stream<'_>,
    member: &Member,
    next: u64,
    place: &Place,
) -> Result<(), ArchiveError> {
    let (packed, size) = (member.packed.to_le_bytes(), member.size.to_le_bytes());
    let crc = member.crc.to_le_bytes();
    let forms = [
        [&crc[..], &packed[..4], &size[..4]].concat(),
        [&crc[..], &packed, &size].concat(),
    ];
    let mut found = Vec::new();
    let room = (next - stream.offset()).min(24);
    (&mut *stream).take(4.min(room)).read_to_end(&mut found)?;
    if found == DESCRIPTOR {
        found.clear();
    }
    for form in forms {
        let missing = form.len() - found.len();
        let room = (next - stream.offset()).min(missing as u64);
        (&mut *stream).take(room).read_to_end(&mut found)?;
        if found == form {
            return Ok(());
        }
    }
    Err(place.zip(ZipProblem::WrongDescriptor))
}

/// Zeros up to `end`, which align what comes there.
fn padding(stream: &mut Stream<'_>, end: u64) -> Result<(), ArchiveError> {
    while stream.offset() < end {
        let left = usize::try_from(end - stream.offset()).unwrap_or(usize::MAX);
        let available = stream.fill_buf()?;
        let zeros = &available[..available.len().min(left)];
        if zeros.is_empty() || zeros.iter().any(|byte| *byte != 0) {
            return Err(Place::zip_record(end).zip(ZipProblem::Unaccounted));
        }
        let count = zeros.len();
        stream.consume(count);
    }
    Ok(())
}
