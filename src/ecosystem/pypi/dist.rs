//! What lies in `dist/`.

use std::{ffi::OsString, fs, io, path::Path};

use crate::ecosystem::{Error, Packed};

/// Where backends put what they build, and clients look for what to upload.
pub(super) const DIST: &str = "dist";
/// What PyPI takes; a wheel, and an sdist.
const SUFFIXES: [&str; 3] = [".whl", ".tar.gz", ".zip"];

/// The names of the artifacts in a directory, in order. What else lies there no client uploads.
pub(super) fn artifacts(directory: &Path) -> Result<Vec<OsString>, Error> {
    let unreadable = |source| Error::unreadable(directory, source);
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(source) => match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => return Ok(Vec::new()),
            _ => return Err(unreadable(source)),
        },
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        let text = name.to_string_lossy();
        if SUFFIXES.iter().any(|suffix| text.ends_with(suffix)) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Artifacts of the project in `root` that are uploaded as they are.
pub(super) fn given(root: &Path, names: Vec<OsString>) -> Vec<Packed> {
    let given = names.into_iter().map(|name| {
        let file = root.join(DIST).join(name);
        Packed {
            label: file.display().to_string(),
            file,
            root: root.to_owned(),
            ..Packed::default()
        }
    });
    given.collect()
}
