//! The end of the artifact's own zip: its central directory, held against the members that were read,
//! and its end record, behind which nothing comes.

use std::io::Read;

use memchr::memmem;

use super::{
    ArchiveError, Extra, Header, Names, Place, Reading, Stop, Stream, ZipProblem,
    record::{
        self, CENTRAL, Central, END, END_SIZE, END64, END64_SIZE, End, LOCAL, LOCATOR,
        LOCATOR_SIZE, Locator, Member,
    },
    strict, texts,
};
use crate::model::EntryPath;

/// Reads everything after the last member; `signature`, of what follows it, was read already.
pub(super) fn read(
    reading: &mut Reading<'_>,
    stream: &mut Stream<'_>,
    names: &Names,
    members: &[Member],
    signature: [u8; 4],
) -> Result<(), Stop> {
    let mut directory = Directory {
        reading,
        stream,
        names,
        signature,
        tail: [0; LOCATOR_SIZE],
    };
    let start = directory.here();
    for member in members {
        directory.header(member)?;
    }
    let offset = directory.here();
    if directory.signature == CENTRAL {
        let extra = Central::read(directory.stream, offset)?;
        return Err(extra.place.zip(ZipProblem::OnlyInDirectory).into());
    }
    let count = members.len() as u64;
    directory.end(&End {
        disks: (0, 0),
        counts: (count, count),
        size: offset - start,
        offset: start,
    })
}

struct Directory<'d, 'a, 's> {
    reading: &'d mut Reading<'a>,
    stream: &'d mut Stream<'s>,
    names: &'d Names,
    /// Of the next record.
    signature: [u8; 4],
    /// The last bytes of the last header.
    tail: [u8; LOCATOR_SIZE],
}

impl Directory<'_, '_, '_> {
    /// Where the next record starts.
    fn here(&self) -> u64 {
        self.stream.offset() - self.signature.len() as u64
    }

    fn next(&mut self) -> Result<(), ArchiveError> {
        let here = Place::zip_record(self.stream.offset());
        self.signature = record::fixed(self.stream, &here)?;
        Ok(())
    }

    /// What is neither a member nor part of the directory.
    fn unknown(&self) -> ArchiveError {
        let offset = self.here();
        Place::zip_record(offset).zip(match offset {
            0 => ZipProblem::Prefix,
            _ => ZipProblem::UnknownRecord,
        })
    }

    /// The header of the next member.
    fn header(&mut self, member: &Member) -> Result<(), Stop> {
        let offset = self.here();
        match self.signature {
            CENTRAL => {}
            END | END64 => {
                let place = Place::zip_record(member.offset);
                return Err(place.zip(ZipProblem::NotInDirectory).into());
            }
            _ => return Err(self.unknown().into()),
        }
        let mut header = Central::read(self.stream, offset)?;
        let place = header.place.clone();
        let extra = Extra::parse(&header.extra).map_err(|p| place.zip(p))?;
        if !extra.is_exact(Header::Central, &header.fields, header.offset) {
            return Err(place.zip(ZipProblem::Zip64).into());
        }
        let (fields, at) = (&mut header.fields, &mut header.offset);
        extra
            .apply_zip64(Header::Central, fields, at)
            .map_err(|p| place.zip(p))?;
        member
            .differs(&header.member())
            .and_then(|()| strict::fields(&header.fields, &header.name, &extra))
            .and_then(|()| strict::central(&header))
            .map_err(|p| place.zip(p))?;

        let path = self.names.path(&String::from_utf8_lossy(&header.name));
        texts(self.reading, &path, 0, &extra)?;
        if !header.comment.is_empty() {
            self.reading
                .metadata(&path, 0, "zip-entry-comment", header.comment)?;
            return Err(place.zip(ZipProblem::EntryComment).into());
        }
        self.tail = header.tail;
        Ok(self.next()?)
    }

    /// The end record, and the zip64 one before it if there is one.
    fn end(mut self, found: &End) -> Result<(), Stop> {
        let zip64 = match self.signature {
            END64 => Some(self.zip64(found)?),
            _ => None,
        };
        if self.signature != END {
            return Err(self.unknown().into());
        }
        let place = Place::zip_record(self.here());
        if zip64.is_none() && self.tail.starts_with(&LOCATOR) {
            return Err(place.zip(ZipProblem::FalseLocator).into());
        }
        let bytes = record::fixed::<{ END_SIZE - 4 }>(self.stream, &place)?;
        let (end, comment_length) = End::parse(&bytes);
        if zip64.is_none_or(|zip64| !end.agrees_with(&zip64)) {
            same(&end, found).map_err(|p| place.zip(p))?;
        }

        let mut comment = Vec::new();
        self.stream
            .take(comment_length.into())
            .read_to_end(&mut comment)?;
        let whole = [&bytes[..], &comment].concat();
        let is_short = comment.len() < usize::from(comment_length);
        self.reading
            .metadata(&EntryPath::new(""), 0, "zip-comment", comment)?;
        if is_short {
            return Err(place.zip(ZipProblem::CommentLength).into());
        }
        let signatures = [LOCAL, CENTRAL, END, END64, LOCATOR];
        if signatures
            .iter()
            .any(|signature| memmem::find(&whole, signature).is_some())
        {
            return Err(place.zip(ZipProblem::RecordInComment).into());
        }
        self.nothing_more()
    }

    /// The zip64 end record and its locator.
    fn zip64(&mut self, found: &End) -> Result<End, Stop> {
        let offset = self.here();
        let place = Place::zip_record(offset);
        let bytes = record::fixed(self.stream, &place)?;
        let (end, size) = End::parse64(&bytes);
        // The size counts neither itself nor the signature.
        if size != END64_SIZE - 12 {
            return Err(place.zip(ZipProblem::Zip64Data).into());
        }
        same(&end, found).map_err(|p| place.zip(p))?;
        self.next()?;
        let place = Place::zip_record(self.here());
        if self.signature != LOCATOR {
            return Err(place.zip(ZipProblem::Zip64Locator).into());
        }
        let locator = Locator::parse(&record::fixed(self.stream, &place)?);
        if (locator.disk, locator.disks) != (0, 1) {
            return Err(place.zip(ZipProblem::MultiDisk).into());
        }
        if locator.offset != offset {
            return Err(place.zip(ZipProblem::Zip64Locator).into());
        }
        self.next()?;
        Ok(end)
    }

    fn nothing_more(self) -> Result<(), Stop> {
        let place = Place::zip_record(self.stream.offset());
        let mut rest = Vec::new();
        self.stream.take(4).read_to_end(&mut rest)?;
        match &rest[..] {
            [] => Ok(()),
            rest if rest == END => Err(place.zip(ZipProblem::SecondEnd).into()),
            _ => Err(place.zip(ZipProblem::TrailingData).into()),
        }
    }
}

/// What an end record says, against what is there.
fn same(end: &End, found: &End) -> Result<(), ZipProblem> {
    if end.disks != found.disks {
        return Err(ZipProblem::MultiDisk);
    }
    for said in [end.counts.0, end.counts.1] {
        let found = found.counts.1;
        if said != found {
            return Err(ZipProblem::Count { said, found });
        }
    }
    let (said, found_size) = (end.size, found.size);
    if said != found_size {
        let found = found_size;
        return Err(ZipProblem::DirectorySize { said, found });
    }
    let (said, found) = (end.offset, found.offset);
    match said == found {
        true => Ok(()),
        false => Err(ZipProblem::DirectoryOffset { said, found }),
    }
}
