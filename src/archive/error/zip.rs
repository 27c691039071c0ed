//! What makes zip framing unreadable or ambiguous.

/// The zip framing. Most of these were shown to hide a file from one reader that another installs:
/// some readers go by the headers before the members, others by the central directory at the end.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ZipProblem {
    #[error("the archive is cut off in the middle of it, so a part is missing")]
    Truncated,
    #[error(
        "bytes come before the first member: readers that look for the end of the archive skip them, so they would ship without being looked at"
    )]
    Prefix,
    #[error(
        "what follows here is neither a member nor the central directory: readers that go by the central directory skip it, so a file can hide there"
    )]
    UnknownRecord,

    #[error("the member is encrypted ({0}), so what is in it can't be checked")]
    Encrypted(&'static str),
    #[error(
        "the sizes come after the content, in a data descriptor: readers disagree on where the member ends, so a file can hide there, and PyPI refuses it"
    )]
    DataDescriptor,
    #[error(
        "flag bit {0} ({1}) is set: only some readers heed it, and they read the member differently"
    )]
    Flag(u32, &'static str),
    #[error(
        "the compression method {0} is neither stored nor deflate: installers can't unpack it, or unpack something else"
    )]
    Method(u16),
    #[error(
        "the compression method {0} is none that can be unpacked here, so what is in the member can't be checked"
    )]
    UnknownMethod(u16),
    #[error(
        "the member needs version {0} of the format (at most 45 is known): some readers refuse or skip it"
    )]
    Version(u16),
    #[error(
        "the name is neither ASCII nor marked as UTF-8, so readers guess its encoding and write different files"
    )]
    NameEncoding,
    #[error(
        "a stored member of {size} bytes takes {packed} bytes: readers follow one or the other, so a file can hide in the difference"
    )]
    StoredSize { packed: u64, size: u64 },
    #[error(
        "a directory has {0} bytes of content: installers skip them, so they would ship without being looked at"
    )]
    DirectoryContent(u64),
    #[error(
        "the member is a {0} by its attributes and a {1} by its name: readers go by one or the other"
    )]
    OtherType(&'static str, &'static str),
    #[error(
        "the member is a symbolic link: some installers write its target as a file, others follow it out of the package"
    )]
    Symlink,
    #[error(
        "the member is a device, pipe, socket or volume label by its attributes: some readers skip it, others write a file"
    )]
    Special,

    #[error("the member's content is damaged ({0}), so it is not what was packed")]
    Corrupt(String),
    #[error(
        "the content is longer than its declared {0} bytes: some readers cut it, others don't, so what is installed may not be what was checked"
    )]
    Longer(u64),
    #[error(
        "the content is {left} bytes shorter than its declared {size} bytes, so a part is missing"
    )]
    Shorter { size: u64, left: u64 },
    #[error("the content does not have its declared checksum, so it is not what was packed")]
    Checksum,
    #[error(
        "{0} bytes are left after the compressed content: readers skip them, so a file can hide there"
    )]
    PackedLeft(u64),

    #[error(
        "the extra field is malformed: readers ignore different parts of it, and with them names and sizes"
    )]
    ExtraMalformed,
    #[error("the extra field has {0:#06x} twice: some readers take the first, others the last")]
    ExtraTwice(u16),
    #[error(
        "the zip64 extra field does not hold exactly the sizes that it is needed for: readers take others from it, so a file can hide in the difference"
    )]
    Zip64,
    #[error(
        "the Unicode path extra field does not repeat the name: some readers write the file under the other name"
    )]
    UnicodePath,

    #[error(
        "the central directory names a member that is not there: some readers list or look for a file that others don't have"
    )]
    OnlyInDirectory,
    #[error(
        "the member is not in the central directory: some readers install it, and others never show it"
    )]
    NotInDirectory,
    #[error(
        "the central directory gives the member another name than its header: readers write different files"
    )]
    OtherName,
    #[error(
        "the central directory gives the member other flags than its header: readers decode its name or content differently"
    )]
    OtherFlags,
    #[error(
        "the central directory gives the member another compression method than its header: readers unpack different content"
    )]
    OtherMethod,
    #[error(
        "the central directory gives the member another checksum than its header: to some readers it is damaged, to others it is not"
    )]
    OtherChecksum,
    #[error(
        "the central directory says {directory} compressed bytes and the header {header}: readers follow one or the other, so a file can hide in the difference"
    )]
    OtherPacked { directory: u64, header: u64 },
    #[error(
        "the central directory says {directory} bytes of content and the header {header}: readers follow one or the other, so what is installed may not be what was checked"
    )]
    OtherSize { directory: u64, header: u64 },
    #[error(
        "the central directory says that the member is at byte {directory}, and it is at byte {header}: some readers read another one there"
    )]
    OtherOffset { directory: u64, header: u64 },
    #[error("the member has a comment in the central directory, and PyPI refuses it")]
    EntryComment,
    #[error(
        "the archive is one part of several: what is in the other parts is not here to be checked"
    )]
    MultiDisk,

    #[error(
        "the end record says {said} members, and there are {found}: readers stop at one or the other"
    )]
    Count { said: u64, found: u64 },
    #[error(
        "the end record says that the central directory takes {said} bytes, and it takes {found}: readers look for it elsewhere and may find another"
    )]
    DirectorySize { said: u64, found: u64 },
    #[error(
        "the end record says that the central directory is at byte {said}, and it is at byte {found}: readers look for it elsewhere and may find another"
    )]
    DirectoryOffset { said: u64, found: u64 },
    #[error(
        "the zip64 end record has an extensible data sector, which would ship without being looked at"
    )]
    Zip64Data,
    #[error(
        "the zip64 end record is not followed by its locator, or that points elsewhere: only some readers heed the record, and so see other members"
    )]
    Zip64Locator,
    #[error(
        "the central directory ends in what reads as a zip64 locator: some readers follow it to another directory"
    )]
    FalseLocator,
    #[error(
        "the comment is shorter than the end record says: some readers refuse the archive, others look for another end"
    )]
    CommentLength,
    #[error(
        "the end record or its comment holds the signature of a zip record: readers that search from the end take it for the archive's own"
    )]
    RecordInComment,
    #[error(
        "a second end record follows: readers take the first or the last, and so other members"
    )]
    SecondEnd,
    #[error(
        "no end record lies at the end of the archive, so readers can't find its members, or find others"
    )]
    NoEnd,
    #[error("the end record and the zip64 end record disagree: readers go by one or the other")]
    TwoEnds,
    #[error(
        "the member's bytes reach into another's or into the central directory: what is read twice can grow without bound, and readers disagree on what is there"
    )]
    Overlap,
    #[error(
        "bytes that belong to no member lie before this: readers that go from header to header may see a file there"
    )]
    Unaccounted,
    #[error(
        "the data descriptor after the member does not repeat what the central directory says: readers follow one or the other"
    )]
    WrongDescriptor,
    #[error("bytes follow the end of the archive, and would ship without being looked at")]
    TrailingData,
}
