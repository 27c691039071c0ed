//! What the lock files written in TOML have in common.

use serde::{Deserialize, de::DeserializeOwned};
use toml::Spanned;

use super::{
    collected::{Collected, Wrong, shown},
    hashes,
};

/// A file of a release.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    /// Its hash, such as `sha256:HEX`.
    pub(super) hash: Option<String>,
}

/// Reads the whole file.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    toml::from_str(text).map_err(|error| Wrong {
        line: error.span().map(|span| line_of(text, span.start)),
        ..Wrong::whole(format!("it is not read: {}", shown(error.message())))
    })
}

/// Does something with each table; what goes wrong is said with its line.
pub(super) fn each<T>(
    text: &str,
    tables: &[Spanned<T>],
    mut act: impl FnMut(&T) -> Result<(), String>,
) -> Result<(), Wrong> {
    for table in tables {
        act(table.get_ref()).map_err(|why| Wrong::at(line_of(text, table.span().start), why))?;
    }
    Ok(())
}

/// A release with the hashes of its files.
pub(super) fn release<'t>(
    collected: &mut Collected,
    name: &str,
    version: Option<&str>,
    files: impl IntoIterator<Item = &'t File>,
) -> Result<(), String> {
    let version = version.ok_or_else(|| format!("`{}` has no version", shown(name)))?;
    let all = files.into_iter().filter_map(|file| file.hash.as_deref());
    collected.release(name, version, hashes::of_hex(all)?)
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}
