//! One member of an artifact.

use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// The path of an entry from the top of the artifact: `package/dist/cli.js`.
///
/// A nested member is written `package/a.tgz!/b/c.js`, a source inside a map
/// `package/cli.js.map!/src/main.ts`. It may hold any character; use [`super::escape`] before it is
/// shown to a person. Two paths are equal if they are written alike.
#[derive(Clone)]
pub struct EntryPath {
    text: Arc<str>,
    /// Where what lies below the artifact's root directory starts, in bytes.
    root: usize,
}

impl EntryPath {
    /// A path as written in an archive with one root directory, which is its first component.
    pub fn new(path: &str) -> Self {
        let root = match path.split_once('/') {
            // A text of the artifact itself lies in no directory: `!/gzip-name`.
            Some(("!", _)) | None => 0,
            Some((root, _)) => root.len() + 1,
        };
        Self {
            text: path.into(),
            root,
        }
    }

    /// A path as written in an archive without a root directory: a wheel.
    pub fn rootless(path: &str) -> Self {
        Self {
            text: path.into(),
            root: 0,
        }
    }

    /// The same entry under a path in which something is left out.
    pub fn renamed(&self, path: &str) -> Self {
        match self.root {
            0 => Self::rootless(path),
            _ => Self::new(path),
        }
    }

    /// The path of `inner` inside this entry.
    pub fn nested(&self, inner: &str) -> Self {
        Self {
            text: format!("{}!/{}", self.text, inner.trim_start_matches('/')).into(),
            root: self.root,
        }
    }

    /// The path of the entry of the artifact itself that it is, or lies in; of a text of the artifact,
    /// such as the name in a gzip header, nothing.
    pub fn outermost(&self) -> &str {
        match self.text.starts_with("!/") {
            true => "",
            false => self.text.split("!/").next().unwrap_or_default(),
        }
    }

    /// Whether it lies in an archive without a root directory.
    pub fn is_rootless(&self) -> bool {
        self.root == 0
    }

    /// The directory and the name of a file that lies directly in a wheel's `NAME-VERSION.dist-info`.
    pub fn in_dist_info(&self) -> Option<(&str, &str)> {
        let (directory, file) = self.text.split_once('/')?;
        let is_metadata = self.root == 0 && directory.ends_with(".dist-info");
        (is_metadata && !file.contains('/')).then_some((directory, file))
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path in a form that outlives a release: below the artifact's root directory
    /// (`dist/cli.js` for `package/dist/cli.js`), and in a wheel without the version
    /// (`acme.dist-info/RECORD` for `acme-1.0.dist-info/RECORD`).
    pub fn in_package(&self) -> Cow<'_, str> {
        let below = &self.text[self.root..];
        let unversioned = match below.split_once('/') {
            Some((top, _)) if self.root == 0 => unversioned(top),
            _ => None,
        };
        match unversioned {
            Some((name, kept)) => Cow::Owned(format!("{name}{}", &below[kept..])),
            None => Cow::Borrowed(below),
        }
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or(&self.text)
    }

    /// What follows the last dot of the file name, if anything does.
    pub fn extension(&self) -> Option<&str> {
        self.file_name()
            .rsplit_once('.')
            .map(|(_, extension)| extension)
    }

    /// The extension in lower case, empty if there is none.
    pub fn lower_extension(&self) -> String {
        self.extension().unwrap_or_default().to_ascii_lowercase()
    }
}

/// The name in `NAME-VERSION.dist-info` or `NAME-VERSION.data`, and where the suffix starts.
fn unversioned(directory: &str) -> Option<(&str, usize)> {
    let stem = [".dist-info", ".data"]
        .iter()
        .find_map(|suffix| directory.strip_suffix(suffix))?;
    let (name, _) = stem.split_once('-')?;
    Some((name, stem.len()))
}

impl PartialEq for EntryPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for EntryPath {}

impl PartialOrd for EntryPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EntryPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for EntryPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for EntryPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
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
        assert_eq!(EntryPath::new("top").in_package(), "top");
        assert_eq!(EntryPath::new("package/.env").extension(), Some("env"));
    }

    #[test]
    fn a_wheel_has_no_root_but_a_version() {
        for (path, in_package) in [
            ("acme/cli.py", "acme/cli.py"),
            ("acme.py", "acme.py"),
            ("acme-1.0.dist-info/RECORD", "acme.dist-info/RECORD"),
            ("acme-1.0.data/scripts/run", "acme.data/scripts/run"),
            ("acme-1.0.dist-info", "acme-1.0.dist-info"),
            ("a/acme-1.0.dist-info/RECORD", "a/acme-1.0.dist-info/RECORD"),
        ] {
            assert_eq!(EntryPath::rootless(path).in_package(), in_package);
        }
        for (path, in_dist_info) in [
            (EntryPath::rootless("a-1.dist-info/RECORD"), true),
            (EntryPath::rootless("a/_vendor/b-1.dist-info/RECORD"), false),
            (EntryPath::rootless("a-1.dist-info/b/RECORD"), false),
            (
                EntryPath::rootless("a-1.dist-info/a.zip").nested("b"),
                false,
            ),
            (EntryPath::new("a-1.dist-info/RECORD"), false),
        ] {
            assert_eq!(path.in_dist_info().is_some(), in_dist_info, "{path:?}");
        }
        let nested = EntryPath::rootless("acme/a.zip").nested("b");
        assert_eq!(nested.in_package(), "acme/a.zip!/b");
    }
}
