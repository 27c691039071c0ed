//! Everything that makes an archive unreadable or ambiguous, one variant and one sentence each.
//!
//! A sentence says what is wrong and what an attacker (or an accident) gains by it. Names from the
//! archive are escaped and shortened where the sentence is made.

use std::{fmt, io, time::Duration};

use crate::model::{EntryPath, Gap, GapKind, Sha256, escape};

/// Why reading an archive stopped, or could not account for every byte.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("{0}")]
    Format(#[from] FormatError),
    #[error("{0}")]
    Gzip(#[from] GzipError),
    #[error("{place}: {problem}")]
    Tar { place: Place, problem: TarProblem },
    #[error("{place}: {problem}")]
    Name { place: Place, problem: NameProblem },
    #[error(
        "The artifact has no `{0}/package.json`, so it is not an npm package, and nothing says what it would be published as"
    )]
    NoManifest(String),
    #[error("{0}")]
    Limit(#[from] LimitError),
    #[error("Reading the artifact failed: {0}")]
    Io(io::Error),
}

/// The artifact is of no known format.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("The artifact is empty (0 bytes), so nothing could be checked")]
    Empty,
    #[error("The artifact is a tar that is not gzipped")]
    BareTar,
    #[error("The artifact is a zip file, and wheels are not supported yet")]
    Zip,
    #[error("The artifact is in the {0} format, not a gzipped tar")]
    OtherContainer(&'static str),
    #[error("The artifact is not a gzipped tar: it does not begin with the gzip magic 1f 8b")]
    Unknown,
    #[error(
        "The artifact is gzipped, but what it unpacks to is not a tar of the ustar, pax or GNU kind"
    )]
    NotTar,
    #[error("The artifact is a tar without entries, so nothing could be checked")]
    NoEntries,
}

/// The gzip framing. Offsets count uncompressed bytes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GzipError {
    #[error("The gzip header is damaged, of an unknown method, or has reserved flags set ({0})")]
    Header(io::Error),
    #[error("The gzip header's texts are longer than {limit} bytes together")]
    HeaderTooLong { limit: usize },
    #[error("The gzip data ends too early, after {offset} bytes of content")]
    Truncated { offset: u64 },
    #[error(
        "The gzip data is damaged ({reason}) at or before byte {offset} of its content, so what was read is not what was packed"
    )]
    Corrupt { offset: u64, reason: io::Error },
    #[error(
        "A second gzip member follows the first, which ends at byte {offset} of the content: some installers read it and others don't, so a file can hide there"
    )]
    SecondMember { offset: u64 },
    #[error(
        "Bytes follow the end of the gzip data, which holds {offset} bytes of content: they would ship without ever being looked at"
    )]
    TrailingBytes { offset: u64 },
}

/// Which entry of a tar, and where it starts in the uncompressed stream.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Its name as it is in the archive.
    entry: Option<Vec<u8>>,
    offset: u64,
}

impl Place {
    /// A header or block, before it is known which entry it belongs to.
    pub(crate) fn block(offset: u64) -> Self {
        Self {
            entry: None,
            offset,
        }
    }

    /// An entry by its name in the archive.
    pub(crate) fn entry(name: &[u8], offset: u64) -> Self {
        Self {
            entry: Some(name.to_vec()),
            offset,
        }
    }

    /// Says that `problem` is here.
    pub(crate) fn tar(&self, problem: TarProblem) -> ArchiveError {
        ArchiveError::Tar {
            place: self.clone(),
            problem,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry {
            Some(name) => {
                let name = shown(&String::from_utf8_lossy(name));
                write!(formatter, "Entry `{name}` (tar byte {})", self.offset)
            }
            None => write!(formatter, "Tar byte {}", self.offset),
        }
    }
}

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
    #[error("a file with a link target is dropped by some readers and written by others")]
    LinkNameOnFile,
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

/// A name that installers read differently, or that leaves the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameProblem {
    #[error("the name is empty")]
    Empty,
    #[error("the name is not UTF-8, so readers write different files")]
    NotUtf8,
    #[error("the name is longer than 4096 bytes, which some readers cut or refuse")]
    TooLong,
    #[error("the name holds a NUL, where some readers cut it and write another file")]
    Nul,
    #[error("the name holds a control character, which can hide it in listings")]
    Control,
    #[error("the name holds a backslash, which is a directory separator on Windows only")]
    Backslash,
    #[error("the name is absolute, so the file would be written outside the package")]
    Absolute,
    #[error("the name has a `..` component, so the file can be written outside the package")]
    Parent,
    #[error(
        "the name has a `.` component, so it is another spelling of a name that may be there too"
    )]
    Dot,
    #[error(
        "the name has an empty component, so it is another spelling of a name that may be there too"
    )]
    EmptyComponent,
    #[error(
        "the name is there twice: readers keep the first or the last, so what is installed may not be what was checked"
    )]
    Duplicate,
    #[error(
        "the name is both a file and a directory: readers keep one or the other, so what is installed may not be what was checked"
    )]
    FileIsDirectory,
    #[error(
        "the entry lies outside the root directory of the first entry: npm drops the first component, so files of two roots overwrite each other"
    )]
    OtherRoot,
    #[error(
        "the file lies at the top, not in a root directory: npm drops the first component of each name, and so this file"
    )]
    NoRoot,
}

/// A limit of the reader.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum LimitError {
    #[error(
        "The artifact unpacks to more than {0} (limit `decompressed`); reading stopped there, as it may be a decompression bomb"
    )]
    Decompressed(Bytes),
    #[error(
        "The artifact unpacks to more than {0} times its packed size (limit `ratio`); reading stopped there, as it may be a decompression bomb"
    )]
    Ratio(u64),
    #[error(
        "The artifact holds more than {0} entries and directories (limit `entries`); reading stopped there"
    )]
    Entries(u64),
    #[error(
        "A container lies {0} containers deep or more, which is as deep as is looked (limit `depth`); it was not opened"
    )]
    Depth(u8),
    #[error("Reading the artifact took more than {0:?} (limit `time`); it stopped there")]
    Time(Duration),
    #[error("The names in the artifact take more than {0} together; reading stopped there")]
    Names(Bytes),
}

impl LimitError {
    fn help(&self) -> String {
        let raise = match self {
            LimitError::Decompressed(limit) => {
                format!(
                    "decompressed={}",
                    Bytes(limit.0.saturating_mul(2)).compact()
                )
            }
            LimitError::Ratio(limit) => format!("ratio={}", limit.saturating_mul(2)),
            LimitError::Entries(limit) => format!("entries={}", limit.saturating_mul(2)),
            LimitError::Depth(limit) => format!("depth={}", limit.saturating_add(1)),
            LimitError::Time(limit) => {
                format!("time={}s", limit.as_secs().max(1).saturating_mul(2))
            }
            LimitError::Names(_) => {
                return "This limit is fixed. Pack fewer files, or give them shorter names.".into();
            }
        };
        format!("If the artifact is meant to be so, raise the limit: --limit {raise}")
    }
}

/// A number of bytes, shown in the largest binary unit that divides it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes(pub(crate) u64);

impl Bytes {
    fn parts(self) -> (u64, &'static str) {
        const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        UNITS
            .into_iter()
            .find(|(shift, _)| self.0 >> shift > 0 && self.0.trailing_zeros() >= *shift)
            .map_or((self.0, "B"), |(shift, unit)| (self.0 >> shift, unit))
    }

    fn compact(self) -> String {
        let (count, unit) = self.parts();
        format!("{count}{unit}")
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = self.parts();
        write!(formatter, "{count} {unit}")
    }
}

impl ArchiveError {
    /// Whether it ends only the reading of the container it is in, not of everything.
    pub(crate) fn is_local(&self) -> bool {
        !matches!(self, ArchiveError::Limit(_) | ArchiveError::Io(_))
    }

    fn kind(&self) -> GapKind {
        match self {
            ArchiveError::Format(_) => GapKind::Format,
            ArchiveError::Gzip(_) => GapKind::Gzip,
            ArchiveError::Tar { .. } => GapKind::Tar,
            ArchiveError::Name { .. } => GapKind::Name,
            ArchiveError::NoManifest(_) => GapKind::Manifest,
            ArchiveError::Limit(_) => GapKind::Limit,
            ArchiveError::Io(_) => GapKind::Io,
        }
    }

    fn help(&self) -> String {
        match self {
            ArchiveError::Format(FormatError::Zip) => {
                "Check the .tgz that `npm pack` makes."
            }
            ArchiveError::Format(FormatError::BareTar) => {
                "Gzip it, or check the .tgz that `npm pack` makes: that is what npm uploads."
            }
            ArchiveError::Format(_) | ArchiveError::NoManifest(_) => {
                "Name a project directory, or the .tgz that `npm pack` makes."
            }
            ArchiveError::Gzip(_) => {
                "Pack again. If the file was copied or downloaded, compare its size and hash with the original."
            }
            ArchiveError::Tar { .. } => {
                "Pack again with `npm pack`. If a tool of yours writes or edits the tarball, have it write plain ustar or pax headers."
            }
            ArchiveError::Name { .. } => {
                "Rename the entry or leave it out, and pack again with `npm pack`."
            }
            ArchiveError::Limit(limit) => return limit.help(),
            ArchiveError::Io(_) => "Check that the file or pipe can be read, and try again.",
        }
        .into()
    }

    /// What is handed to the visitor.
    pub(crate) fn gap(&self, path: Option<EntryPath>) -> Gap {
        Gap {
            kind: self.kind(),
            path,
            reason: format!("{self}."),
            help: Some(self.help()),
            sha256: None,
        }
    }
}

/// What is handed to the visitor for a container in the artifact that could not be opened or not be
/// read to its end.
pub(crate) fn container_gap(path: EntryPath, reason: String, sha256: Sha256) -> Gap {
    let help = "Leave the file out of the package, or accept it unread by its hash: `--verbose` shows what to write.";
    Gap {
        kind: GapKind::NestedContainer,
        path: Some(path),
        reason,
        help: Some(help.to_owned()),
        sha256: Some(sha256),
    }
}

/// A name from the archive, safe and short enough to show.
pub(crate) fn shown(name: &str) -> String {
    const LENGTH: usize = 200;
    let mut shown = escape(&name.chars().take(LENGTH).collect::<String>());
    if name.chars().nth(LENGTH).is_some() {
        shown.push('…');
    }
    shown
}

/// Readers are stacked as [`io::Read`]s; an error of this room travels through them whole.
impl From<ArchiveError> for io::Error {
    fn from(error: ArchiveError) -> Self {
        io::Error::other(error)
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(ArchiveError::Io)
    }
}

/// Why reading ended before the end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The visitor wants no more.
    Visitor,
    /// It could not go on.
    Error(Box<ArchiveError>),
}

impl Stop {
    /// Whether reading may go on after the container that it comes from.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self, Stop::Error(error) if error.is_local())
    }
}

impl<E: Into<ArchiveError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Error(Box::new(error.into()))
    }
}
