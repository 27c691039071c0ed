//! Comments that refer to a map which does not ship.

use std::collections::HashSet;

use super::{conclude::shown, name::resolves};
use crate::{
    detect::{Detection, Facts},
    model::{EntryPath, Location, Sha256},
};

/// A comment that names a map by a path relative to its file.
#[derive(Debug)]
pub struct MapComment {
    pub(super) path: EntryPath,
    pub(super) location: Location,
    pub(super) url: Box<str>,
}

impl MapComment {
    /// How much room it takes.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.path.as_str().len() + self.url.len()
    }
}

/// Adds the comments whose map is nowhere among the entries: where it lies elsewhere, packages were
/// put together of others.
pub(super) fn conclude(facts: &Facts, out: &mut dyn FnMut(Detection)) {
    let dangles = |comment: &&MapComment| !resolves(&comment.url, &comment.path, &facts.entries);
    let mut comments: Vec<_> = facts.map_comments.iter().filter(dangles).collect();
    if comments.is_empty() {
        return;
    }
    let files: HashSet<&str> = facts.entries.keys().map(EntryPath::file_name).collect();
    comments.retain(|comment| !files.contains(file_name(&comment.url)));
    comments.sort_by_key(|comment| &comment.path);
    for comment in comments {
        out(Detection {
            location: comment.location,
            sha256: Some(Sha256::of(comment.url.as_bytes())),
            ..Detection::new(
                "source-map:dangling",
                &comment.path,
                "refers to a source map that does not ship".to_owned(),
                shown(&comment.url),
            )
        });
    }
}

fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.rsplit('/').next().unwrap_or(path)
}
