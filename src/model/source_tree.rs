//! What the project's source tree says of the files that ship.

use std::fmt;

use sha2::Digest as _;

use super::Sha256;

/// The source tree that an artifact was made from, as a version control system knows it.
pub trait SourceTree: fmt::Debug + Send + Sync {
    /// How content is named here.
    fn format(&self) -> ObjectFormat;
    /// Whether some file of the commit has this content, wherever it lies.
    fn is_committed(&self, content: BlobId) -> bool;
    /// Whether the file at `path` has this content in the commit; the path is relative to the project, or
    /// to the top of what is committed.
    fn is_committed_at(&self, path: &str, content: BlobId) -> bool;
    /// Whether what was committed before is known too.
    fn has_history(&self) -> bool;
    /// Whether each of these was the content of some file once.
    fn were_committed(&self, contents: &[BlobId]) -> bool;
    /// What lies at `path`, which is relative to the project; the project itself is the empty path.
    fn standing(&self, path: &str) -> Standing;
    /// Whether nothing below the directory is tracked but what tools keep beside their output: dotfiles
    /// and `package.json`.
    fn is_generated(&self, directory: &str) -> bool;
    /// Whether a file is tracked whose path, up to the first dot of its name, is `stem`.
    fn has_stem(&self, stem: &str) -> bool;
    /// The content of a file in the tree, unless it is longer than some megabytes.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// What the source tree says of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is a file that the version control system tracks.
    Tracked(Tracked),
    /// It is ignored. The path is the one that its content really lies at, relative to the project.
    Ignored(String),
    /// It is neither tracked nor ignored.
    Untracked,
    /// There is no such file.
    Absent,
    /// A link leads out of the repository, or to a file beside the project that is not tracked.
    Outside,
    /// It can't be told: it lies in a submodule.
    Unknown,
}

/// A tracked file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tracked {
    /// Its content in the commit, if it is in there.
    pub committed: Option<BlobId>,
    /// Its content now, if it is there.
    pub working: Option<Working>,
    /// Whether the content now is known to be another than that in the commit: not by line ends only,
    /// and not by a filter.
    pub changed: bool,
}

/// The content of a file in the working tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Working {
    /// As the version control system would name it.
    pub blob: BlobId,
    /// Its hash.
    pub sha256: Sha256,
}

/// The hash function of a git repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFormat {
    /// The usual one.
    Sha1,
    /// That of repositories made with `git init --object-format=sha256`.
    Sha256,
}

/// The name that git gives to content. That of SHA-1 is followed by zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobId([u8; 32]);

impl BlobId {
    /// Reads what git prints.
    pub fn parse(hex: &str) -> Option<Self> {
        let padded = match hex.len() {
            40 => format!("{hex:0<64}"),
            _ => hex.to_owned(),
        };
        let hash: Sha256 = padded.parse().ok()?;
        Some(Self(*hash.as_bytes()))
    }

    /// As git prints it.
    pub fn hex(self, format: ObjectFormat) -> String {
        let mut hex = Sha256::from_bytes(self.0).to_string();
        hex.truncate(match format {
            ObjectFormat::Sha1 => 40,
            ObjectFormat::Sha256 => 64,
        });
        hex
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Sha256::from_bytes(self.0).fmt(formatter)
    }
}

/// Names content as git does: the hash of its length and its bytes.
pub struct BlobHasher {
    hash: Hash,
    missing: Option<u64>,
}

enum Hash {
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl BlobHasher {
    /// For content that is said to be `size` bytes long.
    pub fn new(format: ObjectFormat, size: u64) -> Self {
        let mut hasher = Self {
            hash: match format {
                ObjectFormat::Sha1 => Hash::Sha1(sha1::Sha1::new()),
                ObjectFormat::Sha256 => Hash::Sha256(sha2::Sha256::new()),
            },
            missing: Some(size),
        };
        hasher.hash.update(format!("blob {size}\0").as_bytes());
        hasher
    }

    /// The name of `content`.
    pub fn of(format: ObjectFormat, content: &[u8]) -> BlobId {
        let mut hasher = Self::new(format, content.len() as u64);
        hasher.hash.update(content);
        hasher.hash.finish()
    }

    /// Takes the next bytes.
    pub fn push(&mut self, piece: &[u8]) {
        self.missing = (self.missing).and_then(|missing| missing.checked_sub(piece.len() as u64));
        self.hash.update(piece);
    }

    /// The name, if the content was as long as said.
    pub fn finish(self) -> Option<BlobId> {
        (self.missing == Some(0)).then(|| self.hash.finish())
    }
}

impl Hash {
    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    fn finish(self) -> BlobId {
        let mut id = [0; 32];
        match self {
            Self::Sha1(hash) => id[..20].copy_from_slice(&hash.finalize()),
            Self::Sha256(hash) => id.copy_from_slice(&hash.finalize()),
        }
        BlobId(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_named_as_git_names_it() {
        for (format, name) in [
            (
                ObjectFormat::Sha1,
                "ce013625030ba8dba906f756967f9e9ca394464a",
            ),
            (
                ObjectFormat::Sha256,
                "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4",
            ),
        ] {
            let mut hasher = BlobHasher::new(format, 6);
            hasher.push(b"hel");
            hasher.push(b"lo\n");
            let id = hasher.finish().unwrap();
            assert_eq!(id.hex(format), name);
            assert_eq!(BlobId::parse(name), Some(id));
            assert_eq!(BlobHasher::of(format, b"hello\n"), id);
        }
        assert_eq!(BlobId::parse("ce01"), None);
    }

    #[test]
    fn content_of_another_length_than_said_has_no_name() {
        for size in [5, 7] {
            let mut hasher = BlobHasher::new(ObjectFormat::Sha1, size);
            hasher.push(b"hello\n");
            assert_eq!(hasher.finish(), None, "{size}");
        }
    }
}
