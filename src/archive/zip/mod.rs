//! zip: a walk over its records that accounts for every byte.
//!
//! The walk is ours because the `zip` crate keeps one of several members of the same name, and says
//! nothing of what lies before, between and after them. The artifact itself is read in one pass from
//! its first byte: its profile refuses all that would need looking ahead.

mod directory;
mod end;
mod extra;
mod member;
mod nested;
mod record;
mod strict;

use super::{
    error::{ArchiveError, Place, Stop, ZipProblem},
    name::Names,
    reading::Reading,
    stream::Stream,
};
use crate::model::{Entry, EntryKind, EntryPath};

pub(crate) use end::{Tail, appended};
pub(crate) use nested::nested;

use extra::{Extra, Header};
use record::{LOCAL, Local, Member};

/// Reads the artifact's own zip. The content that was read adds up in `unpacked`.
pub(crate) fn artifact(
    reading: &mut Reading<'_>,
    stream: &mut Stream<'_>,
    names: &mut Names,
    unpacked: &mut u64,
) -> Result<(), Stop> {
    let mut members = Vec::new();
    loop {
        let offset = stream.offset();
        let signature = record::fixed(stream, &Place::zip_record(offset))?;
        if signature != LOCAL {
            return directory::read(reading, stream, names, &members, signature);
        }
        let member = local(reading, stream, names, offset)?;
        *unpacked += member.size;
        members.push(member);
    }
}

/// A member with its header, from behind the signature.
fn local(
    reading: &mut Reading<'_>,
    stream: &mut Stream<'_>,
    names: &mut Names,
    offset: u64,
) -> Result<Member, Stop> {
    let mut header = Local::read(stream, offset)?;
    let place = header.place.clone();
    let extra = Extra::parse(&header.extra).map_err(|p| place.zip(p))?;
    if !extra.is_exact(Header::Local, &header.fields, 0) {
        return Err(place.zip(ZipProblem::Zip64).into());
    }
    extra
        .apply_zip64(Header::Local, &mut header.fields, &mut 0)
        .and_then(|()| strict::fields(&header.fields, &header.name, &extra))
        .map_err(|p| place.zip(p))?;
    let member = header.member(offset);
    let is_directory = strict::is_directory(&header.name);
    if is_directory && member.size > 0 {
        let problem = ZipProblem::DirectoryContent(member.size);
        return Err(place.zip(problem).into());
    }
    let path = reading.name(names, &header.name, is_directory, &place)?;
    texts(reading, &path, 0, &extra)?;
    let mut entry = Entry {
        path,
        kind: EntryKind::File,
        size: member.size,
        // It comes later, in the central directory.
        mode: 0o644,
        depth: 0,
        opened: false,
    };
    let budget = reading.budget;
    member::read(&member, stream, &place, budget, |content| {
        if !is_directory {
            return reading.file(entry, Some(member.size), content);
        }
        entry.kind = EntryKind::Directory;
        // Deflated nothing is two bytes, and verified.
        content.fill_buf()?;
        reading.small(entry, Vec::new())
    })?;
    Ok(member)
}

/// Delivers the texts in an extra field.
fn texts(
    reading: &mut Reading<'_>,
    of: &EntryPath,
    depth: u8,
    extra: &Extra<'_>,
) -> Result<(), Stop> {
    extra
        .texts()
        .try_for_each(|text| reading.metadata(of, depth, "zip-extra", text.to_vec()))
}
