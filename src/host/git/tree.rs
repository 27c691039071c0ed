//! What git says of one path.

use std::{
    collections::HashSet,
    io,
    path::{Component, Path},
};

use super::{
    Place,
    command::Git,
    files::Files,
    listing::Kind,
    working::{self, content},
};
use crate::model::{BlobId, ObjectFormat, SourceTree, Standing, Tracked};

/// A project's directory in a git repository.
#[derive(Debug)]
pub(super) struct Tree {
    place: Place,
    files: Files,
    ignored: Ignored,
    /// Files that may differ from the commit without having been changed.
    alike: HashSet<String>,
}

/// What git ignores in the project.
#[derive(Debug)]
pub(super) enum Ignored {
    /// The whole project, because it is itself the output of something else.
    All,
    /// Files, and directories with all that is in them, relative to the project.
    Paths(HashSet<String>),
}

impl Tree {
    pub(super) fn new(
        place: Place,
        files: Files,
        ignored: Ignored,
        alike: HashSet<String>,
    ) -> Self {
        Self {
            place,
            files,
            ignored,
            alike,
        }
    }

    fn is_ignored(&self, path: &str) -> bool {
        let Ignored::Paths(paths) = &self.ignored else {
            return true;
        };
        let above = path.match_indices('/').map(|(at, _)| &path[..at]);
        // git itself never says so of its own directory.
        above.chain([path]).any(|part| paths.contains(part))
            || path.split('/').any(|part| part == ".git")
    }

    /// The standing of what lies at `path` from the top of the repository, and `exists`.
    fn standing_of(&self, path: &str, exists: bool) -> Standing {
        if self.files.in_module(path) {
            return Standing::Unknown;
        }
        let below = path.strip_prefix(&*self.place.prefix);
        match self.files.get(path) {
            Some(file) if file.kind == Kind::File => {
                let working = content(&self.place.top.join(path), self.place.format).ok();
                let differs = working.map(|working| working.blob) != file.committed;
                let is_alike = below.is_some_and(|below| self.alike.contains(below));
                return Standing::Tracked(Tracked {
                    committed: file.committed,
                    working,
                    changed: differs && !is_alike,
                });
            }
            // A file in the place of a submodule, or of a link that leads nowhere.
            Some(_) => return Standing::Unknown,
            None => {}
        }
        match below {
            None => Standing::Outside,
            Some(below) if self.is_ignored(below) => Standing::Ignored(below.to_owned()),
            Some(_) if exists => Standing::Untracked,
            Some(_) => Standing::Absent,
        }
    }
}

impl SourceTree for Tree {
    fn format(&self) -> ObjectFormat {
        self.place.format
    }

    fn is_committed(&self, content: BlobId) -> bool {
        self.files.has_blob(content)
    }

    fn is_committed_at(&self, path: &str, content: BlobId) -> bool {
        let at = |path: &str| self.files.get(path).and_then(|file| file.committed);
        let in_project = format!("{}{path}", self.place.prefix);
        at(&in_project) == Some(content) || at(path) == Some(content)
    }

    fn has_history(&self) -> bool {
        !self.place.is_shallow
    }

    fn were_committed(&self, contents: &[BlobId]) -> bool {
        let list: String = contents
            .iter()
            .map(|content| content.hex(self.place.format) + "\n")
            .collect();
        let git = Git::new(&self.place.project);
        let answer = git.ask_about(
            &["cat-file", "--batch-check=%(objecttype)"],
            list.into_bytes(),
        );
        // Without an answer nothing is known to have been there.
        let answer = answer.unwrap_or_default();
        let answer = String::from_utf8_lossy(&answer);
        answer.lines().filter(|kind| *kind == "blob").count() == contents.len()
    }

    fn standing(&self, path: &str) -> Standing {
        if path.is_empty() {
            return match self.ignored {
                Ignored::All => Standing::Ignored(String::new()),
                Ignored::Paths(_) => Standing::Untracked,
            };
        }
        let is_normal = |part| matches!(part, Component::Normal(_));
        let is_plain = Path::new(path).components().all(is_normal);
        match self.place.project.join(path).canonicalize() {
            Ok(real) => {
                let below = real.strip_prefix(&self.place.top).map(Path::to_str);
                let standing = match below {
                    Err(_) => Standing::Outside,
                    Ok(None) => Standing::Unknown,
                    Ok(Some(below)) => {
                        self.standing_of(&below.replace(std::path::MAIN_SEPARATOR, "/"), true)
                    }
                };
                // What is packed from beside the project is no link out of it.
                match standing {
                    Standing::Outside if !is_plain => Standing::Unknown,
                    standing => standing,
                }
            }
            Err(_) if !is_plain => Standing::Unknown,
            Err(error) => {
                let exists = error.kind() != io::ErrorKind::NotFound;
                self.standing_of(&format!("{}{path}", self.place.prefix), exists)
            }
        }
    }

    fn is_generated(&self, directory: &str) -> bool {
        self.files.is_generated(directory)
    }

    fn has_stem(&self, stem: &str) -> bool {
        self.files.has_stem(stem)
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        working::text(&self.place.project.join(path))
    }
}
