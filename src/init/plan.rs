//! What is to be written, before anything is.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Error, Survey};
use crate::model::{escape, read_text_file};

/// A file that is to be written.
#[derive(Debug)]
pub struct Change {
    /// The file, without links.
    pub file: PathBuf,
    /// The same for people: from the top of the repository, if it lies there.
    pub name: String,
    /// What it holds; nothing where it is not there yet.
    pub before: Option<String>,
    /// What it is to hold.
    pub after: String,
    /// Whether it is to be run.
    pub executable: bool,
}

/// What would set the project up.
#[derive(Debug, Default)]
pub struct Plan {
    /// What is in place: sentences.
    pub found: Vec<String>,
    /// What is to be written.
    pub changes: Vec<Change>,
    /// What only people can do: sentences, with lines to type below some of them.
    pub by_hand: Vec<String>,
}

impl Plan {
    /// Edits a file, or makes it: `edit` gets what it holds, or would hold by now. What can't be edited is for
    /// people to do, as `instead` says.
    pub(super) fn edit(
        &mut self,
        survey: &Survey,
        path: &Path,
        instead: &str,
        edit: impl FnOnce(Option<&str>) -> Result<String, String>,
    ) {
        if let Err(reason) = self.try_to_edit(survey, path, edit) {
            let name = survey.shown(path);
            self.by_hand
                .push(format!("{name} was left alone: {reason}; {instead}"));
        }
    }

    fn try_to_edit(
        &mut self,
        survey: &Survey,
        path: &Path,
        edit: impl FnOnce(Option<&str>) -> Result<String, String>,
    ) -> Result<(), String> {
        let file = real(path);
        if !survey.holds(&file) {
            return Err("it lies outside of the repository".to_owned());
        }
        if let Some(change) = self.changes.iter_mut().find(|change| change.file == file) {
            change.after = edit(Some(&change.after))?;
            return Ok(());
        }
        let before = text_of(path).map_err(|error| match error {
            Error::Unreadable { reason, .. } => reason,
            error => error.to_string(),
        })?;
        let after = edit(before.as_deref())?;
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        if is_read_only(&file) {
            return Err("it is read-only".to_owned());
        }
        self.changes.push(Change {
            file,
            name: survey.shown(path),
            before,
            after,
            executable: false,
        });
        Ok(())
    }

    /// Has a file that was edited be one that can be run. Returns whether it was.
    pub(super) fn run(&mut self, path: &Path) -> bool {
        let file = real(path);
        let mut own = self.changes.iter_mut().filter(|change| change.file == file);
        let change = own.next();
        change.map(|change| change.executable = true).is_some()
    }
}

/// The file without links; one that is not there yet, in its directory without links.
fn real(path: &Path) -> PathBuf {
    path.canonicalize()
        .unwrap_or_else(|_| match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => real(parent).join(name),
            _ => path.to_owned(),
        })
}

fn is_read_only(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly())
}

/// The text of a file, if it is there. A link that leads nowhere can't be read.
pub(super) fn text_of(path: &Path) -> Result<Option<String>, Error> {
    match read_text_file(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(Error::Unreadable {
            path: escape(&path.to_string_lossy()),
            reason: error.to_string(),
        }),
    }
}
