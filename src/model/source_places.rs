//! Where in its repository an artifact comes from: what systems for code review show findings at.

use std::collections::BTreeMap;

use super::EntryPath;

/// Where in its repository an artifact comes from. All paths are relative to the top of the repository, or
/// to the current directory where there is none, with `/` between components.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourcePlaces {
    /// The file that stands for the artifact as a whole: the manifest of the project that was packed, or
    /// the artifact itself.
    pub whole: Option<String>,
    /// The files that entries come from, by the path of the entry.
    pub files: BTreeMap<String, String>,
    /// The address of the repository, without credentials.
    pub repository: Option<String>,
}

impl SourcePlaces {
    /// The file that an entry comes from; that of a nested member is the file that it lies in.
    pub fn of(&self, path: &EntryPath) -> Option<&str> {
        self.files.get(path.outermost()).map(String::as_str)
    }

    /// Forgets what may not be told.
    pub fn retain(&mut self, may_be_told: impl Fn(&str) -> bool) {
        self.whole = self.whole.take().filter(|path| may_be_told(path));
        self.files.retain(|_, path| may_be_told(path));
        self.repository = self.repository.take().filter(|url| may_be_told(url));
    }
}
