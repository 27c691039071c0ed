//! Which files a command names, by words that its client would make files of.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use globset::{Glob, GlobMatcher};

use super::{tools::Files, typed::Typed};
use crate::{
    ecosystem::{artifacts_in, is_artifact},
    gate::Error,
    model::{directory_of, escape},
};

/// What a command uploads.
#[derive(Default)]
pub(super) struct Found {
    pub(super) artifacts: Vec<PathBuf>,
    /// Signatures and the like, which go with them.
    pub(super) companions: Vec<PathBuf>,
}

/// The files that a command names, each once.
pub(super) fn named(typed: &Typed<'_>, files: &Files) -> Result<Found, Error> {
    let base = (files.base)(typed);
    let mut words: Vec<&OsStr> = typed.files().collect();
    if words.is_empty() {
        words.extend(files.default.map(OsStr::new));
    }
    let (mut found, mut known) = (Found::default(), BTreeSet::new());
    for word in words {
        for file in of_word(typed, files, &base.join(word))? {
            let real = fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
            if !known.insert(real) {
                continue;
            }
            let name = file.file_name().unwrap_or_default();
            match is_companion(name, files.companions) {
                true => found.companions.push(file),
                false if files.passes_over && !is_artifact(name) => {}
                false => found.artifacts.push(file),
            }
        }
    }
    Ok(found)
}

/// Whether a file goes with an artifact.
pub(super) fn is_companion(name: &OsStr, suffixes: &[&str]) -> bool {
    let name = name.to_string_lossy();
    suffixes.iter().any(|suffix| name.ends_with(suffix))
}

/// A file, what lies in a directory, or what a pattern fits.
fn of_word(typed: &Typed<'_>, files: &Files, path: &Path) -> Result<Vec<PathBuf>, Error> {
    if path.is_dir() {
        return match files.takes_directories {
            true => Ok(artifacts_in(path)?),
            false => Err(typed.refused(
                format!("{} is a directory", escape(&path.display().to_string())),
                "name the files in it",
            )),
        };
    }
    if path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let mut fitting = Vec::new();
    if let Some(pattern) = pattern(typed, path)? {
        let entries = fs::read_dir(directory_of(path)).into_iter().flatten();
        // As in a shell, no pattern means a hidden file: `uv build` leaves a .gitignore there.
        let fits = |file: &PathBuf| {
            let name = file.file_name().unwrap_or_default();
            !name.as_encoded_bytes().starts_with(b".") && pattern.is_match(name)
        };
        let found = entries.filter_map(|entry| Some(entry.ok()?.path()));
        // What clients make of a directory differs; none uploads what is in it.
        fitting.extend(found.filter(|file| fits(file) && !file.is_dir()));
        fitting.sort();
    }
    match fitting.is_empty() {
        true => Err(Error::Nothing(escape(&path.display().to_string()))),
        false => Ok(fitting),
    }
}

/// The pattern that the name at the end of a path may be. One for directories is left to the shell.
fn pattern(typed: &Typed<'_>, path: &Path) -> Result<Option<GlobMatcher>, Error> {
    let is_pattern = |text: &str| text.contains(['*', '?', '[']);
    if path
        .parent()
        .is_some_and(|parent| is_pattern(&parent.to_string_lossy()))
    {
        return Err(typed.refused(
            "a pattern for directories is not followed here",
            "leave the quotes out, so that the shell puts the files in",
        ));
    }
    let name = path.file_name().and_then(OsStr::to_str);
    let glob = name.filter(|name| is_pattern(name)).map(Glob::new);
    let glob = glob
        .transpose()
        .map_err(|error| typed.refused(format!("{}", error.kind()), "name the files themselves"))?;
    Ok(glob.map(|glob| glob.compile_matcher()))
}
