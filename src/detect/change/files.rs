//! Two releases, file by file: which of the earlier one is which of the later one.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use crate::model::{Listed, Sha256, without_hashes};

/// What tells that a file of one release is that of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownBy {
    /// It has the same path, but for the artifact's root directory and the version in it.
    Path,
    /// It has the same content under another path.
    Content,
    /// It has the same path, but for the hash of its content in it.
    HashedName,
}

/// A file that both releases have.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// As it was.
    pub before: &'a Listed,
    /// As it is.
    pub after: &'a Listed,
    /// What tells that it is the same.
    pub known_by: KnownBy,
}

impl Pair<'_> {
    /// By how many bytes it grew.
    pub fn growth(&self) -> u64 {
        self.after.size.saturating_sub(self.before.size)
    }

    /// Whether the content is another, as far as it was read.
    pub fn has_changed(&self) -> bool {
        self.before.size != self.after.size || self.before.sha256 != self.after.sha256
    }
}

/// The files of two releases.
#[derive(Debug, Default)]
pub struct Files<'a> {
    /// What both have, in order of the later path.
    pub pairs: Vec<Pair<'a>>,
    /// What only the later one has, in order of path.
    pub added: Vec<&'a Listed>,
    /// What only the earlier one has, in order of path.
    pub removed: Vec<&'a Listed>,
}

impl<'a> Files<'a> {
    /// Finds each file again: by its path, else by its content, else by its path without the hash in it.
    pub fn compare(before: &'a [Listed], after: &'a [Listed]) -> Self {
        let mut files = Self {
            pairs: Vec::new(),
            added: after.iter().collect(),
            removed: before.iter().collect(),
        };
        files.pair(KnownBy::Path, |one| Some(one.path.in_package()));
        files.pair(KnownBy::Content, content);
        files.pair(KnownBy::HashedName, |one| {
            without_hashes(&one.path.in_package())
        });
        let path = |one: &&Listed| one.path.clone();
        files.pairs.sort_by_key(|pair| path(&pair.after));
        files
    }

    /// Pairs what has the same key. Of several with one key the largest belong together: a bundler's
    /// `chunk-*.js` keep their sizes better than their order.
    fn pair<K: Eq + Hash>(&mut self, known_by: KnownBy, key: impl Fn(&'a Listed) -> Option<K>) {
        let mut waiting: HashMap<K, Vec<&'a Listed>> = HashMap::new();
        for listed in std::mem::take(&mut self.removed) {
            match key(listed) {
                Some(key) => waiting.entry(key).or_default().push(listed),
                None => self.removed.push(listed),
            }
        }
        let size = |one: &&Listed| one.size;
        waiting.values_mut().for_each(|all| all.sort_by_key(size));
        let mut added = std::mem::take(&mut self.added);
        added.sort_by_key(|one| std::cmp::Reverse(one.size));
        for after in added {
            let same = key(after).and_then(|key| waiting.get_mut(&key));
            match same.and_then(Vec::pop) {
                Some(before) => self.pairs.push(Pair {
                    before,
                    after,
                    known_by,
                }),
                None => self.added.push(after),
            }
        }
        self.removed.extend(waiting.into_values().flatten());
        self.added.sort_by(|one, other| one.path.cmp(&other.path));
        self.removed.sort_by(|one, other| one.path.cmp(&other.path));
    }
}

/// Empty files are all alike, and what was not read to its end is like nothing.
fn content(listed: &Listed) -> Option<Sha256> {
    listed.sha256.filter(|_| listed.size > 0)
}

/// The bytes of all files together.
pub fn total(files: &[Listed]) -> u64 {
    files.iter().map(|one| one.size).sum()
}

/// What only the later release has one of, with all the files that do.
#[derive(Debug)]
pub struct First<'a> {
    /// Extensions, without a dot before them.
    pub extensions: BTreeMap<String, Vec<&'a Listed>>,
    /// Directories at the top of the package.
    pub directories: BTreeMap<String, Vec<&'a Listed>>,
}

impl<'a> First<'a> {
    /// What of the later release was never there before.
    pub fn seen(before: &'a [Listed], after: &'a [Listed]) -> Self {
        Self {
            extensions: only_after(before, after, extension),
            directories: only_after(before, after, directory),
        }
    }
}

fn only_after<'a>(
    before: &'a [Listed],
    after: &'a [Listed],
    part: fn(&Listed) -> Option<String>,
) -> BTreeMap<String, Vec<&'a Listed>> {
    let mut only: BTreeMap<String, Vec<&Listed>> = BTreeMap::new();
    for listed in after {
        if let Some(part) = part(listed) {
            only.entry(part).or_default().push(listed);
        }
    }
    for part in before.iter().filter_map(part) {
        only.remove(&part);
    }
    only
}

/// Longer ones, and those without a letter, are ends of names: `1` of `tool.1`, `0` of `lib-1.0`.
const LONGEST_EXTENSION: usize = 12;

/// The extension, in lower case. Declarations of TypeScript have one of their own: to ship them is usual
/// where to ship its sources is not.
pub(super) fn extension(listed: &Listed) -> Option<String> {
    let extension = listed.path.lower_extension();
    let is_letter = |byte: u8| byte.is_ascii_alphabetic();
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
    if extension.len() > LONGEST_EXTENSION
        || !extension.bytes().all(is_usual)
        || !extension.bytes().any(is_letter)
    {
        return None;
    }
    let is_script = matches!(extension.as_str(), "ts" | "mts" | "cts");
    let name = listed.path.file_name().to_ascii_lowercase();
    // `index.d.ts`, and `data.d.json.ts` for what is imported from JSON.
    let is_declaration = is_script && name.rsplit('.').skip(1).take(2).any(|part| part == "d");
    match is_declaration {
        true => Some(format!("d.{extension}")),
        false => Some(extension),
    }
}

fn directory(listed: &Listed) -> Option<String> {
    let path: Cow<'_, str> = listed.path.in_package();
    path.split_once('/').map(|(top, _)| top.to_owned())
}
