//! A rule file of the user's, read.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::model::read_text_file;

/// A rule file of the user's.
#[derive(Debug)]
pub struct RuleFile {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// What it holds, or why it can't be read.
    pub text: io::Result<String>,
}

impl RuleFile {
    /// As it lies on the disk.
    pub fn read(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            text: read_text_file(path),
        }
    }

    /// The ids of the rules in it, as far as it can be read.
    pub fn ids(&self) -> Vec<String> {
        let text = self.text.as_deref().unwrap_or_default();
        let table: toml::Table = toml::from_str(text).unwrap_or_default();
        let rules = table.get("rule").and_then(toml::Value::as_array);
        let ids = rules
            .into_iter()
            .flatten()
            .filter_map(|rule| rule.get("id")?.as_str());
        ids.map(str::to_owned).collect()
    }
}
