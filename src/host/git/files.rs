//! The files that git tracks, in the commit or in the index.

use std::collections::{HashMap, HashSet};

use super::listing::{self, Kind};
use crate::model::BlobId;

/// A path that git tracks.
#[derive(Debug, Clone, Copy)]
pub(super) struct File {
    pub(super) kind: Kind,
    /// Its content in the commit.
    pub(super) committed: Option<BlobId>,
    /// Whether it is in the index as it is in the commit.
    pub(super) as_committed: bool,
    /// Whether it is left out of the working tree on purpose.
    pub(super) skipped: bool,
}

/// All of them, by their path from the top of the repository.
#[derive(Debug)]
pub(super) struct Files {
    all: HashMap<String, File>,
    /// The content of every file of the commit.
    blobs: HashSet<BlobId>,
    prefix: String,
    /// Directories of the project that hold tracked files, relative to it, but for what tools keep in
    /// the directories that they write.
    directories: HashSet<String>,
    /// The project's files up to the first dot of their names.
    stems: HashSet<String>,
}

impl Files {
    /// Reads the lists of both. A file that is in one of them is tracked.
    pub(super) fn new(in_commit: &[u8], in_index: &[u8], prefix: &str) -> Result<Self, String> {
        let mut files = Self {
            all: HashMap::new(),
            blobs: HashSet::new(),
            prefix: prefix.to_owned(),
            directories: HashSet::new(),
            stems: HashSet::new(),
        };
        for line in listing::committed(in_commit)? {
            let file = File {
                kind: line.kind,
                committed: Some(line.blob),
                as_committed: false,
                skipped: false,
            };
            files.all.insert(line.path.to_owned(), file);
            if line.kind == Kind::File {
                files.blobs.insert(line.blob);
            }
        }
        for line in listing::staged(in_index)? {
            let known = files.all.get(line.path);
            let committed = known.and_then(|file| file.committed);
            let file = File {
                kind: line.kind,
                committed,
                as_committed: committed == Some(line.blob)
                    && known.is_some_and(|file| file.kind == line.kind)
                    && !line.unmerged,
                skipped: line.skipped,
            };
            files.all.insert(line.path.to_owned(), file);
        }
        files.index();
        Ok(files)
    }

    fn index(&mut self) {
        let Self {
            all,
            prefix,
            directories,
            stems,
            ..
        } = self;
        for path in all.keys().filter_map(|path| path.strip_prefix(&**prefix)) {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            let stem = name.split('.').next().unwrap_or(name);
            if !stem.is_empty() {
                stems.insert(path[..path.len() - name.len() + stem.len()].to_owned());
            }
            if name.starts_with('.') || name == "package.json" {
                continue;
            }
            let mut above = Some(directory);
            while let Some(directory) = above {
                if !directories.insert(directory.to_owned()) {
                    break;
                }
                let parent = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
                above = (!directory.is_empty()).then_some(parent);
            }
        }
    }

    /// The file at a path from the top of the repository.
    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.all.get(path)
    }

    /// The project's files, by their paths relative to it.
    pub(super) fn of_project(&self) -> impl Iterator<Item = (&str, &File)> {
        let below = |(path, file)| Some((str::strip_prefix(path, &self.prefix)?, file));
        let all = self.all.iter().map(|(path, file)| (path.as_str(), file));
        all.filter_map(below)
    }

    /// Whether the project has any.
    pub(super) fn any_in_project(&self) -> bool {
        self.of_project().next().is_some()
    }

    /// Whether a path from the top of the repository lies in a submodule.
    pub(super) fn in_module(&self, path: &str) -> bool {
        let is_module = |directory| {
            let file = self.all.get(directory);
            file.is_some_and(|file: &File| file.kind == Kind::Module)
        };
        let above = path.match_indices('/').map(|(at, _)| &path[..at]);
        above.into_iter().any(is_module)
    }

    /// Whether some file of the commit has this content.
    pub(super) fn has_blob(&self, blob: BlobId) -> bool {
        self.blobs.contains(&blob)
    }

    /// See [`crate::model::SourceTree::is_generated`].
    pub(super) fn is_generated(&self, directory: &str) -> bool {
        !self.directories.contains(directory)
    }

    /// See [`crate::model::SourceTree::has_stem`].
    pub(super) fn has_stem(&self, stem: &str) -> bool {
        self.stems.contains(stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "ce013625030ba8dba906f756967f9e9ca394464a";
    const NEW: &str = "d00491fd7e5bb6fa28c517a0bb32b8b506539d4d";

    fn files(prefix: &str) -> Files {
        let committed = format!(
            "100644 blob {OLD}\tcli/src/a.ts\0100644 blob {OLD}\tcli/gone.js\0160000 commit {OLD}\tvendor/x\0"
        );
        let staged = format!(
            "H 100644 {NEW} 0\tcli/src/a.ts\0H 100644 {OLD} 0\tcli/dist/package.json\0H 100644 {OLD} 0\tcli/dist/.keep\0H 160000 {OLD} 0\tvendor/x\0"
        );
        Files::new(committed.as_bytes(), staged.as_bytes(), prefix).unwrap()
    }

    #[test]
    fn a_file_of_the_commit_or_the_index_is_tracked() {
        let files = files("cli/");
        let file = files.get("cli/src/a.ts").unwrap();
        assert_eq!(file.committed, BlobId::parse(OLD));
        assert!(!file.as_committed);
        assert!(files.get("cli/gone.js").is_some());
        assert!(files.get("cli/dist/.keep").unwrap().committed.is_none());
        assert!(files.has_blob(BlobId::parse(OLD).unwrap()));
        assert!(!files.has_blob(BlobId::parse(NEW).unwrap()));
        let mut paths: Vec<_> = files.of_project().map(|(path, _)| path).collect();
        paths.sort();
        assert_eq!(
            paths,
            ["dist/.keep", "dist/package.json", "gone.js", "src/a.ts"]
        );
    }

    #[test]
    fn a_directory_without_sources_is_written_by_tools() {
        let files = files("cli/");
        for (directory, generated) in [
            ("", false),
            ("src", false),
            ("dist", true),
            ("dist/a", true),
        ] {
            assert_eq!(files.is_generated(directory), generated, "{directory}");
        }
        assert!(files.has_stem("src/a") && files.has_stem("gone"));
        assert!(!files.has_stem("dist/"));
    }

    #[test]
    fn what_lies_in_a_submodule_is_known() {
        let files = files("");
        assert!(files.in_module("vendor/x/a"));
        assert!(!files.in_module("vendor/x") && !files.in_module("vendor/y/a"));
    }
}
