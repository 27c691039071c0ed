//! Extra fields (APPNOTE.TXT 4.5, and Info-ZIP's list): what changes names and sizes, and what is text.

use super::record::{Fields, IN_ZIP64, Numbers};
use crate::archive::error::ZipProblem;

const ZIP64: u16 = 0x0001;
const STRONG_ENCRYPTION: u16 = 0x0017;
const UNICODE_PATH: u16 = 0x7075;
const AES: u16 = 0x9901;

/// Fields of numbers that tell nothing more, and how long they are at most. Longer ones, and all
/// others, are searched.
const NUMBERS: &[(u16, usize)] = &[
    (ZIP64, 28),
    // Times of NTFS; of Unix, old and new.
    (0x000a, 32),
    (0x5855, 12),
    (0x5455, 13),
    // Owners.
    (0x7855, 4),
    (0x7875, 19),
];

/// Which header an extra field is in: their zip64 fields differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    Local,
    Central,
}

impl Header {
    /// How many of size, packed size and offset a zip64 part may hold.
    fn long_fields(self) -> usize {
        match self {
            Header::Local => 2,
            Header::Central => 3,
        }
    }
}

/// An extra field, split into its parts.
pub(super) struct Extra<'b> {
    parts: Vec<(u16, &'b [u8])>,
}

impl<'b> Extra<'b> {
    pub(super) fn parse(mut bytes: &'b [u8]) -> Result<Self, ZipProblem> {
        let mut parts = Vec::new();
        while !bytes.is_empty() {
            let part = part(bytes).ok_or(ZipProblem::ExtraMalformed)?;
            bytes = &bytes[4 + part.1.len()..];
            parts.push(part);
        }
        Ok(Self { parts })
    }

    /// The parts up to what is none: zipalign fills extra fields up with a few zeros.
    pub(super) fn parse_leniently(mut bytes: &'b [u8]) -> Self {
        let mut parts = Vec::new();
        while let Some(part) = part(bytes) {
            bytes = &bytes[4 + part.1.len()..];
            parts.push(part);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            parts.push((0, bytes));
        }
        Self { parts }
    }

    fn get(&self, id: u16) -> Option<&'b [u8]> {
        let found = self.parts.iter().find(|(part, _)| *part == id);
        found.map(|(_, content)| *content)
    }

    /// What makes readers disagree on name and sizes.
    pub(super) fn check(&self, name: &[u8]) -> Result<(), ZipProblem> {
        for id in [ZIP64, UNICODE_PATH] {
            if self.parts.iter().filter(|(part, _)| *part == id).count() > 1 {
                return Err(ZipProblem::ExtraTwice(id));
            }
        }
        match self.get(UNICODE_PATH) {
            Some(path) if !repeats(path, name) => Err(ZipProblem::UnicodePath),
            _ => Ok(()),
        }
    }

    /// As [`Extra::check`], where the other name may be the same one in another encoding.
    pub(super) fn check_leniently(&self, name: &[u8]) -> Result<(), ZipProblem> {
        let ascii = |name: &[u8]| -> Vec<u8> {
            let bytes = name.iter().copied();
            bytes.filter(u8::is_ascii).collect()
        };
        let paths = self.parts.iter().filter(|(part, _)| *part == UNICODE_PATH);
        let mut paths = paths.map(|(_, content)| content.get(5..).unwrap_or_default());
        match paths.all(|path| ascii(path) == ascii(name)) {
            true => Ok(()),
            false => Err(ZipProblem::UnicodePath),
        }
    }

    /// Whether it says that the member is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        self.get(AES).is_some() || self.get(STRONG_ENCRYPTION).is_some()
    }

    /// Whether a zip64 part holds what it is needed for and nothing more. Both sizes in the member's own
    /// header, where some writers repeat what has room in the header.
    pub(super) fn is_exact(&self, header: Header, fields: &Fields, offset: u64) -> bool {
        let needed = [fields.size, fields.packed, offset];
        let needed = needed.iter().filter(|field| **field == IN_ZIP64).count();
        self.get(ZIP64).is_none_or(|part| match header {
            Header::Local => part.len() == 16,
            Header::Central => needed > 0 && part.len() == 8 * needed,
        })
    }

    /// Puts the sizes of the zip64 part into the fields that say so, and for a central header the
    /// offset.
    pub(super) fn apply_zip64(
        &self,
        header: Header,
        fields: &mut Fields,
        offset: &mut u64,
    ) -> Result<(), ZipProblem> {
        let part = self.get(ZIP64).unwrap_or_default();
        let holds_all = header == Header::Local && part.len() >= 16;
        let mut left = part.len() / 8;
        let mut numbers = Numbers(part);
        let fields = [&mut fields.size, &mut fields.packed, offset];
        for field in fields.into_iter().take(header.long_fields()) {
            let is_there = *field == IN_ZIP64;
            if left == 0 && is_there {
                return Err(ZipProblem::Zip64);
            }
            if left > 0 && (is_there || holds_all) {
                left -= 1;
                let long = numbers.long();
                if !is_there && *field != long {
                    return Err(ZipProblem::Zip64);
                }
                *field = long;
            }
        }
        Ok(())
    }

    /// What may be text.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'b [u8]> {
        self.parts.iter().filter_map(|(id, content)| {
            let mut numbers = NUMBERS.iter();
            let known = numbers.any(|(known, most)| known == id && content.len() <= *most);
            (!known).then_some(*content)
        })
    }
}

/// The first part, where it is whole.
fn part(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    let mut numbers = Numbers(head);
    let (id, length) = (numbers.short(), numbers.short());
    Some((id, rest.get(..usize::from(length))?))
}

/// Whether a Unicode path field holds the very name: version 1, the name's CRC, the name.
fn repeats(path: &[u8], name: &[u8]) -> bool {
    let crc = crc32fast::hash(name).to_le_bytes();
    path == [&[1][..], &crc, name].concat()
}
