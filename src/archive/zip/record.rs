//! The records of a zip (APPNOTE.TXT 4.3), parsed and not judged.

use std::io::{ErrorKind, Read};

use xxhash_rust::xxh3::xxh3_128;

use crate::archive::error::{ArchiveError, Place, ZipProblem};

pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
pub(super) const END: [u8; 4] = *b"PK\x05\x06";
pub(super) const END64: [u8; 4] = *b"PK\x06\x06";
pub(super) const LOCATOR: [u8; 4] = *b"PK\x06\x07";
pub(super) const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// The size of a zip64 locator, in bytes.
pub(super) const LOCATOR_SIZE: usize = 20;
/// The size of a zip64 end record without extensible data, in bytes.
pub(super) const END64_SIZE: u64 = 56;
/// The size of an end record without a comment, in bytes.
pub(super) const END_SIZE: usize = 22;
/// The size of a central header without name, extra field and comment, in bytes.
pub(super) const CENTRAL_SIZE: u64 = 46;

/// Stands for "see the zip64 record".
pub(super) const IN_ZIP64: u64 = u32::MAX as u64;
/// The same in a field of two bytes.
pub(super) const IN_ZIP64_SHORT: u64 = u16::MAX as u64;

/// As many bytes as a record has; fewer are a truncated archive.
pub(super) fn fixed<const N: usize>(
    from: &mut dyn Read,
    place: &Place,
) -> Result<[u8; N], ArchiveError> {
    let mut bytes = [0; N];
    exact(from, &mut bytes, place)?;
    Ok(bytes)
}

/// A name, extra field or comment.
pub(super) fn variable(
    from: &mut dyn Read,
    length: u16,
    place: &Place,
) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = vec![0; usize::from(length)];
    exact(from, &mut bytes, place)?;
    Ok(bytes)
}

fn exact(from: &mut dyn Read, bytes: &mut [u8], place: &Place) -> Result<(), ArchiveError> {
    from.read_exact(bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => place.zip(ZipProblem::Truncated),
        _ => error.into(),
    })
}

/// Little-endian numbers, one after the other. What is not there reads as zero: callers give as many
/// bytes as they take.
pub(super) struct Numbers<'b>(pub(super) &'b [u8]);

impl Numbers<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk() {
            Some((number, rest)) => {
                self.0 = rest;
                *number
            }
            None => [0; N],
        }
    }

    pub(super) fn short(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    pub(super) fn int(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub(super) fn long(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}

/// What a member's own header and the central one both say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) version: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) name_length: u16,
    pub(super) extra_length: u16,
}

impl Fields {
    pub(super) const SIZE: usize = 26;

    pub(super) fn parse(numbers: &mut Numbers<'_>) -> Self {
        let (version, flags, method) = (numbers.short(), numbers.short(), numbers.short());
        // Time and date: readers that disagree on them still write the same file.
        numbers.int();
        Self {
            version,
            flags,
            method,
            crc: numbers.int(),
            packed: numbers.int().into(),
            size: numbers.int().into(),
            name_length: numbers.short(),
            extra_length: numbers.short(),
        }
    }
}

/// A header that comes before a member, from behind its signature.
pub(super) struct Local {
    pub(super) fields: Fields,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
    pub(super) place: Place,
}

impl Local {
    pub(super) fn read(from: &mut dyn Read, offset: u64) -> Result<Self, ArchiveError> {
        let here = Place::zip_record(offset);
        let bytes = fixed::<{ Fields::SIZE }>(from, &here)?;
        let fields = Fields::parse(&mut Numbers(&bytes));
        let name = variable(from, fields.name_length, &here)?;
        let place = Place::zip_entry(&name, offset);
        let extra = variable(from, fields.extra_length, &place)?;
        Ok(Self {
            fields,
            name,
            extra,
            place,
        })
    }

    /// What the central directory must repeat.
    pub(super) fn member(&self, offset: u64) -> Member {
        Member::new(self.fields, &self.name, offset)
    }
}

/// A header in the central directory, from behind its signature.
pub(super) struct Central {
    pub(super) fields: Fields,
    pub(super) disk: u16,
    pub(super) attributes: u32,
    pub(super) offset: u64,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
    pub(super) comment: Vec<u8>,
    pub(super) place: Place,
    /// The last bytes of the record, as many as a zip64 locator takes.
    pub(super) tail: [u8; LOCATOR_SIZE],
}

impl Central {
    pub(super) fn read(from: &mut dyn Read, offset: u64) -> Result<Self, ArchiveError> {
        let here = Place::zip_record(offset);
        let bytes = fixed::<{ CENTRAL_SIZE as usize - 4 }>(from, &here)?;
        let mut numbers = Numbers(&bytes);
        let _made_by = numbers.short();
        let fields = Fields::parse(&mut numbers);
        let comment_length = numbers.short();
        let disk = numbers.short();
        let _internal_attributes = numbers.short();
        let attributes = numbers.int();
        let member_offset = numbers.int().into();
        let name = variable(from, fields.name_length, &here)?;
        let place = Place::zip_entry(&name, offset);
        let extra = variable(from, fields.extra_length, &place)?;
        let comment = variable(from, comment_length, &place)?;
        let whole = [&bytes[..], &name, &extra, &comment].concat();
        Ok(Self {
            fields,
            disk,
            attributes,
            offset: member_offset,
            name,
            extra,
            comment,
            place,
            tail: whole.last_chunk().copied().unwrap_or_default(),
        })
    }

    /// What the member's own header must repeat.
    pub(super) fn member(&self) -> Member {
        Member::new(self.fields, &self.name, self.offset)
    }
}

/// What is kept of a header to be compared with the other one; the name by its hash, for 100,000 long
/// names must not take memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) offset: u64,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) name: u128,
    pub(super) crc: u32,
    pub(super) flags: u16,
    pub(super) method: u16,
}

impl Member {
    fn new(fields: Fields, name: &[u8], offset: u64) -> Self {
        Self {
            offset,
            packed: fields.packed,
            size: fields.size,
            name: xxh3_128(name),
            crc: fields.crc,
            flags: fields.flags,
            method: fields.method,
        }
    }

    /// What the central header says differently.
    pub(super) fn differs(&self, central: &Self) -> Result<(), ZipProblem> {
        if self.name != central.name {
            return Err(ZipProblem::OtherName);
        }
        if self.flags != central.flags {
            return Err(ZipProblem::OtherFlags);
        }
        if self.method != central.method {
            return Err(ZipProblem::OtherMethod);
        }
        let (directory, header) = (central.packed, self.packed);
        if directory != header {
            return Err(ZipProblem::OtherPacked { directory, header });
        }
        let (directory, header) = (central.size, self.size);
        if directory != header {
            return Err(ZipProblem::OtherSize { directory, header });
        }
        if self.crc != central.crc {
            return Err(ZipProblem::OtherChecksum);
        }
        let (directory, header) = (central.offset, self.offset);
        if directory != header {
            return Err(ZipProblem::OtherOffset { directory, header });
        }
        Ok(())
    }
}

/// What an end record, zip64 or not, says of the central directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// Number of this disk and of the one where the directory starts.
    pub(super) disks: (u64, u64),
    /// Members on this disk and in all.
    pub(super) counts: (u64, u64),
    pub(super) size: u64,
    pub(super) offset: u64,
}

impl End {
    /// An end record from behind its signature, and the length of its comment.
    pub(super) fn parse(bytes: &[u8; END_SIZE - 4]) -> (Self, u16) {
        let mut numbers = Numbers(bytes);
        let end = Self {
            disks: (numbers.short().into(), numbers.short().into()),
            counts: (numbers.short().into(), numbers.short().into()),
            size: numbers.int().into(),
            offset: numbers.int().into(),
        };
        (end, numbers.short())
    }

    /// A zip64 end record from behind its signature, and its size as it says itself.
    pub(super) fn parse64(bytes: &[u8; END64_SIZE as usize - 4]) -> (Self, u64) {
        let mut numbers = Numbers(bytes);
        let size = numbers.long();
        // Version made by, version needed.
        numbers.int();
        let end = Self {
            disks: (numbers.int().into(), numbers.int().into()),
            counts: (numbers.long(), numbers.long()),
            size: numbers.long(),
            offset: numbers.long(),
        };
        (end, size)
    }

    /// Whether every field is that of the zip64 end record, or says that it is there.
    pub(super) fn agrees_with(&self, zip64: &Self) -> bool {
        let pairs = [
            (self.disks.0, zip64.disks.0, IN_ZIP64_SHORT),
            (self.disks.1, zip64.disks.1, IN_ZIP64_SHORT),
            (self.counts.0, zip64.counts.0, IN_ZIP64_SHORT),
            (self.counts.1, zip64.counts.1, IN_ZIP64_SHORT),
            (self.size, zip64.size, IN_ZIP64),
            (self.offset, zip64.offset, IN_ZIP64),
        ];
        pairs
            .iter()
            .all(|(short, long, see)| short == long || short == see)
    }
}

/// A zip64 locator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Locator {
    pub(super) disk: u32,
    pub(super) offset: u64,
    pub(super) disks: u32,
}

impl Locator {
    /// From behind its signature.
    pub(super) fn parse(bytes: &[u8; LOCATOR_SIZE - 4]) -> Self {
        let mut numbers = Numbers(bytes);
        Self {
            disk: numbers.int(),
            offset: numbers.long(),
            disks: numbers.int(),
        }
    }
}
