//! What makes tar framing unreadable or ambiguous.

/// The tar framing. Most of these were shown to hide a file from one reader that another installs
/// (research on node-tar, CPython, GNU tar and the `tar` crate).
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum TarProblem {
    #[error("the archive is cut off in the middle of it, so a part is missing")]
    Truncated,
    #[error(
        "the header's checksum is wrong: some readers skip such an entry, others stop, so entries after it can hide"
    )]
    Checksum,
    #[error(
        "the checksum is not octal digits up to a space or NUL: some readers take it for another number and skip the header, so files after it can hide"
    )]
    ChecksumForm,
    #[error(
        "the header is neither ustar nor GNU, and readers disagree on which of its fields count"
    )]
    Magic,
    #[error(
        "the entry type {0} is not a file, directory or link: readers disagree on whether it has content, so a file can hide there"
    )]
    Type(String),
    #[error("the file is sparse, and what readers make of it differs from what is stored")]
    Sparse,
    #[error(
        "the size is not a plain octal number: readers take it for different lengths, so a file can hide in the difference"
    )]
    Size,
    #[error(
        "the {0} is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there"
    )]
    Number(&'static str),
    #[error(
        "the mode is not an octal number, and readers would give the file different permissions"
    )]
    Mode,
    #[error(
        "a {what} declares {size} bytes of content: some readers skip them, others read them as entries, so a file can hide there"
    )]
    SizeOnNonFile { what: &'static str, size: u64 },
    #[error(
        "a file whose name ends in `/` is a directory to some readers and a file to others, so its content can hide"
    )]
    FileWithSlash,
    #[error(
        "a link whose header has no target: some readers drop it and give the next entry what was said of this one"
    )]
    NoLinkName,
    #[error(
        "a pax or long-name header has no name: some readers drop it, and see the next entry under another name"
    )]
    NoName,
    #[error("a file with a link target is dropped by some readers and written by others")]
    LinkNameOnFile,
    #[error("a link in a crate, where cargo and crates.io take only files and directories")]
    LinkInCrate,
    #[error("the {0} field has bytes after its end, which would ship without being looked at")]
    StrayBytes(&'static str),
    #[error(
        "a GNU header with a prefix field is joined to the name by some readers only, so the file is written elsewhere than was checked"
    )]
    GnuPrefix,
    #[error(
        "a {what} header of {size} bytes (at most {limit} are read): some readers ignore one that is so large and then see another name"
    )]
    MetaTooLarge {
        what: &'static str,
        size: u64,
        limit: u64,
    },
    #[error(
        "a {0} header with letters beyond ASCII is longer than 512 bytes: node-tar may take it in parts that split a letter, and then see another name"
    )]
    MetaInParts(&'static str),
    #[error("the long name holds a NUL, where some readers cut it and others don't")]
    LongNameNul,
    #[error(
        "there are two long-name or pax headers for one entry, and readers disagree on which one names the file"
    )]
    TwoNames,
    #[error(
        "no entry follows this pax or long-name header, and readers give its name to different entries"
    )]
    Dangling,
    #[error(
        "only some readers apply `{0}` of a global pax header to the entries that follow, so names and sizes differ"
    )]
    Global(String),
    #[error(
        "the pax header is malformed ({0}): readers ignore different parts of it, and with them names and sizes"
    )]
    PaxMalformed(&'static str),
    #[error("the pax header has `{0}` twice: some readers take the first, others the last")]
    PaxDuplicate(String),
    #[error("the pax value of `{0}` holds a NUL, where some readers cut it")]
    PaxNul(String),
    #[error(
        "the pax value of `{0}` holds a newline, after which some readers see a record of its own"
    )]
    PaxNewline(String),
    #[error(
        "the pax value of `{0}` is empty, which deletes the field for some readers and sets it for others"
    )]
    PaxEmpty(String),
    #[error("the pax value of `{0}` is not a number")]
    PaxNumber(String),
    #[error(
        "the pax header says {pax} bytes and the tar header {header}: readers follow one or the other, so a file can hide in the difference"
    )]
    PaxSize { pax: u64, header: u64 },
    #[error("the pax key `{0}` changes how only some readers name or read the file")]
    PaxKey(String),
    #[error("the padding after the content is not zero, and would ship without being looked at")]
    Padding,
    #[error(
        "a lone zero block ends the archive for some readers and not for others, so entries after it can hide"
    )]
    LoneZeroBlock,
    #[error(
        "the archive ends without the two zero blocks that mark its end, so it may have been cut off"
    )]
    NoEnd,
    #[error(
        "bytes that are not zero follow the end of the archive, and would ship without being looked at"
    )]
    DataAfterEnd,
}
