//! One member of an artifact.

use std::{fmt, sync::Arc};

/// The path of an entry from the top of the artifact: `package/dist/cli.js`.
///
/// A nested member is written `package/a.tgz!/b/c.js`, a source inside a map
/// `package/cli.js.map!/src/main.ts`. It may hold any character; use [`super::escape`] before it is
/// shown to a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryPath(Arc<str>);

impl EntryPath {
    /// A path as written in the archive.
    pub fn new(path: &str) -> Self {
        Self(path.into())
    }

    /// The path of `inner` inside this entry.
    pub fn nested(&self, inner: &str) -> Self {
        Self(format!("{}!/{}", self.0, inner.trim_start_matches('/')).into())
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below the artifact's root directory (`dist/cli.js` for `package/dist/cli.js`), so
    /// that it outlives a rename of the root. What has no root directory is returned whole.
    pub fn in_package(&self) -> &str {
        match self.0.split_once('/') {
            // A text of the artifact itself lies in no directory: `!/gzip-name`.
            Some(("!", _)) | None => &self.0,
            Some((_, rest)) => rest,
        }
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// What follows the last dot of the file name, if anything does.
    pub fn extension(&self) -> Option<&str> {
        self.file_name()
            .rsplit_once('.')
            .map(|(_, extension)| extension)
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for EntryPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A file with content.
    File,
    /// A directory.
    Directory,
    /// A symbolic or hard link; its content is the target, which is searched like text.
    Link {
        /// Where the link points, as written.
        target: String,
    },
    /// Text that lies outside files: a gzip header's name, a tar owner, a pax comment.
    Metadata,
    /// Text that a detector took out of another entry: an original source in a source map.
    Derived,
}

/// One member of an artifact, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub path: EntryPath,
    /// What it is.
    pub kind: EntryKind,
    /// Content size in bytes; 0 for what has none, and for derived text, whose size is not known
    /// beforehand. Of a long file in a compressed stream it is what is known: at least so many.
    pub size: u64,
    /// Unix permission bits.
    pub mode: u32,
    /// How many containers it lies in, the artifact itself not counted.
    pub depth: u8,
    /// Whether it is a container whose members follow as entries of their own. Then only its first
    /// bytes are delivered as content: the members account for the rest.
    pub opened: bool,
}

impl Entry {
    /// A file directly in the artifact.
    pub fn file(path: &str, size: u64) -> Self {
        Self {
            path: EntryPath::new(path),
            kind: EntryKind::File,
            size,
            mode: 0o644,
            depth: 0,
            opened: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_paths_keep_the_root_apart() {
        let path = EntryPath::new("package/a.tgz").nested("/b/c.js");
        assert_eq!(path.as_str(), "package/a.tgz!/b/c.js");
        assert_eq!(path.in_package(), "a.tgz!/b/c.js");
        assert_eq!(
            EntryPath::new("").nested("gzip-name").in_package(),
            "!/gzip-name"
        );
        assert_eq!(path.extension(), Some("js"));
        assert_eq!(EntryPath::new("package/.env").extension(), Some("env"));
    }
}
