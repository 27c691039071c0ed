//! What is called a model, a data set or a notebook and can't be read as one: cut off, compressed or damaged, it
//! may hold what its name says all the same.

use super::{Detection, Inspection, content};
use crate::model::{Entry, EntryPath};

pub(super) const KIND: &str = "model-weights:unreadable";

/// What begins so only stands for a file that lies elsewhere.
const POINTER: &[u8] = b"version https://git-lfs";

/// For a file with one of these extensions that no format was recognised in.
pub(super) fn inspect(
    entry: &Entry,
    head: &[u8],
    extensions: &[&str],
) -> Option<Box<dyn Inspection>> {
    let extension = entry.path.lower_extension();
    let is_named = extensions.contains(&extension.as_str());
    let is_told = is_named && !head.is_empty() && !head.starts_with(POINTER);
    is_told.then(|| content::told(detection(&entry.path)))
}

pub(super) fn detection(path: &EntryPath) -> Detection {
    let extension = path.lower_extension();
    let message = format!("called .{extension} but can't be read as one");
    Detection::new(KIND, path, message, "a damaged or unknown header")
}
