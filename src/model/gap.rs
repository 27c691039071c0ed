//! Something that could not be read.

use serde::Serialize;

use super::{EntryPath, Fingerprint, Sha256};

/// What kind of thing could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// The artifact is of no format that is known here, or empty.
    Format,
    /// The gzip framing: header, checksum, length, what follows it.
    Gzip,
    /// The tar framing: headers, sizes, padding, end.
    Tar,
    /// The zip framing: records, sizes, checksums, what lies between and after members.
    Zip,
    /// An entry's name that installers read differently, or that leaves the package.
    Name,
    /// The manifest is missing, can't be parsed, or names another package than the artifact does.
    Manifest,
    /// A limit of the reader was reached.
    Limit,
    /// A container inside the artifact.
    NestedContainer,
    /// A source map.
    SourceMap,
    /// Reading itself failed.
    Io,
}

impl GapKind {
    /// The name used in configuration and reports.
    pub fn name(self) -> &'static str {
        match self {
            GapKind::Format => "format",
            GapKind::Gzip => "gzip",
            GapKind::Tar => "tar",
            GapKind::Zip => "zip",
            GapKind::Name => "name",
            GapKind::Manifest => "manifest",
            GapKind::Limit => "limit",
            GapKind::NestedContainer => "nested-container",
            GapKind::SourceMap => "source-map",
            GapKind::Io => "io",
        }
    }

    /// Kinds that may be waived by hash: only what lies inside an entry, never the framing, limits
    /// or checksums of the artifact itself.
    pub const WAIVABLE: [GapKind; 2] = [GapKind::NestedContainer, GapKind::SourceMap];

    /// Whether it is one of [`GapKind::WAIVABLE`].
    pub fn waivable(self) -> bool {
        Self::WAIVABLE.contains(&self)
    }
}

/// Something that could not be read: it stops the publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What kind of thing it is.
    pub kind: GapKind,
    /// The entry, if it is one.
    pub path: Option<EntryPath>,
    /// One sentence that says what could not be read, and where.
    pub reason: String,
    /// The way out.
    pub help: Option<String>,
    /// SHA-256 of what could not be read, where it could at least be hashed.
    pub sha256: Option<Sha256>,
}

impl Gap {
    /// The name that a waiver refers to.
    pub fn fingerprint(&self) -> Fingerprint {
        let path = self.path.clone().unwrap_or_else(|| EntryPath::new(""));
        Fingerprint::new(self.kind.name(), &path, self.sha256)
    }
}
