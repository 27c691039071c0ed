//! One header block, as far as every profile reads it.

use super::{
    super::error::{ArchiveError, Place, TarProblem},
    BLOCK,
};

/// What a header is.
pub(super) enum Kind {
    /// pax records for the next entry.
    Pax,
    /// pax records for all that follow.
    Global,
    /// GNU: the next entry's name.
    LongName,
    /// GNU: the next entry's link target.
    LongLink,
    /// An entry.
    Member(tar::EntryType),
}

/// A header whose checksum and size were checked.
pub(super) struct Header<'b> {
    block: &'b [u8; BLOCK],
    parsed: &'b tar::Header,
    offset: u64,
    size: u64,
}

impl<'b> Header<'b> {
    pub(super) fn new(block: &'b [u8; BLOCK], offset: u64) -> Result<Self, ArchiveError> {
        let parsed = tar::Header::from_byte_slice(block);
        let here = Place::tar_block(offset);
        if parsed.cksum().ok() != Some(checksum(block)) {
            return Err(here.tar(TarProblem::Checksum));
        }
        let mut header = Self {
            block,
            parsed,
            offset,
            size: 0,
        };
        let size = parsed.entry_size();
        header.size = size.map_err(|_| header.place().tar(TarProblem::Size))?;
        Ok(header)
    }

    pub(super) fn kind(&self) -> Kind {
        match self.parsed.entry_type() {
            tar::EntryType::XHeader => Kind::Pax,
            tar::EntryType::XGlobalHeader => Kind::Global,
            tar::EntryType::GNULongName => Kind::LongName,
            tar::EntryType::GNULongLink => Kind::LongLink,
            kind => Kind::Member(kind),
        }
    }

    pub(super) fn bytes(&self) -> &'b [u8; BLOCK] {
        self.block
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn place(&self) -> Place {
        Place::tar_entry(&self.name(), self.offset)
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Prefix and name.
    pub(super) fn name(&self) -> Vec<u8> {
        self.parsed.path_bytes().into_owned()
    }

    pub(super) fn link_name(&self) -> Option<Vec<u8>> {
        self.parsed.link_name_bytes().map(Into::into)
    }

    /// Permission bits; none where the field is unreadable, which only nested tars may have.
    pub(super) fn mode(&self) -> u32 {
        self.parsed.mode().unwrap_or(0) & 0o7777
    }

    /// `uname:gname`, or nothing where both are empty.
    pub(super) fn owner(&self) -> Vec<u8> {
        let user = self.parsed.username_bytes().unwrap_or_default();
        let group = self.parsed.groupname_bytes().unwrap_or_default();
        match (user, group) {
            ([], []) => Vec::new(),
            _ => [user, b":", group].concat(),
        }
    }
}

/// The sum of all bytes, those of the checksum field taken as spaces (POSIX pax, "ustar Interchange
/// Format").
fn checksum(block: &[u8; BLOCK]) -> u32 {
    const FIELD: std::ops::Range<usize> = 148..156;
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    sum(block) - sum(&block[FIELD]) + FIELD.len() as u32 * u32::from(b' ')
}

/// Readers disagree on whether an entry that is not a file, but has a size, is followed by content.
/// And what a GNU sparse entry unpacks to is not what is stored.
pub(super) fn no_hidden_content(kind: tar::EntryType, size: u64) -> Result<(), TarProblem> {
    let what = match kind {
        tar::EntryType::Directory => "directory",
        tar::EntryType::Symlink | tar::EntryType::Link => "link",
        tar::EntryType::Char | tar::EntryType::Block | tar::EntryType::Fifo => "device",
        tar::EntryType::GNUSparse => return Err(TarProblem::Sparse),
        _ => return Ok(()),
    };
    match size {
        0 => Ok(()),
        size => Err(TarProblem::SizeOnNonFile { what, size }),
    }
}
