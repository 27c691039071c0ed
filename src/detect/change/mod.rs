//! What has changed since an earlier release as no release is meant to change: for all that no rule knows by
//! its content, the release before is the best witness of what was never meant to ship.

mod files;
mod leaks;
#[cfg(test)]
mod tests;

use super::Detection;
use crate::model::{Listed, count, escape};

pub use files::{Files, First, KnownBy, Pair, total};

const GROWTH: &str = "change:growth";
const SOURCE: &str = "change:source-extension";
const LEAK: &str = "change:leak-extension";
const EXTENSION: &str = "change:extension";
const DIRECTORY: &str = "change:directory";
pub(super) const KINDS: &[&str] = &[GROWTH, SOURCE, LEAK, EXTENSION, DIRECTORY];

/// Growth is sudden if it is to more than twice the size, and by more than this many bytes.
const SUDDEN: u64 = 1_000_000;

/// What rules may say of an artifact with the files `after`, where an earlier one had the files `before`.
pub fn changes(before: &[Listed], after: &[Listed]) -> Vec<Detection> {
    let files = Files::compare(before, after);
    let mut found = Vec::new();
    growth(&files, total(before), total(after), &mut found);
    let first = First::seen(before, after);
    let known = before.iter().filter_map(files::extension);
    let kinds: Vec<_> = known.filter_map(|one| leaks::kind(&one)).collect();
    for (extension, listed) in &first.extensions {
        match leaks::kind(extension).filter(|kind| !kinds.contains(kind)) {
            Some(kind) => leaking(kind, extension, listed, &mut found),
            None => found.extend(listed.first().map(|first| {
                let message = format!("{} `.{extension}` in this package", firsts(listed.len()));
                of_file(EXTENSION, first, message, files_and_bytes(listed))
            })),
        }
    }
    for (directory, listed) in &first.directories {
        let Some(first) = listed.first() else {
            continue;
        };
        let path = first.path.as_str();
        let below = first.path.in_package();
        let root = path.strip_suffix(&*below).unwrap_or_default();
        let path = first.path.renamed(&format!("{root}{directory}"));
        let message = "the first files in this directory of the package".to_owned();
        found.push(Detection::new(
            DIRECTORY,
            &path,
            message,
            files_and_bytes(listed),
        ));
    }
    found
}

/// One for each file: to accept one says nothing of another.
fn leaking(kind: &leaks::Kind, extension: &str, listed: &[&Listed], found: &mut Vec<Detection>) {
    let detector_kind = match kind.is_source {
        true => SOURCE,
        false => LEAK,
    };
    let message = format!(
        "{} `.{extension}` in this package ({})",
        firsts(listed.len()),
        kind.name
    );
    found.extend(listed.iter().map(|one| {
        let size = format!("{} bytes", count(one.size));
        of_file(detector_kind, one, message.clone(), size)
    }));
}

fn growth(files: &Files<'_>, before: u64, after: u64, found: &mut Vec<Detection>) {
    let is_sudden = |before: u64, after: u64| {
        after > before.saturating_mul(2) && after.saturating_sub(before) > SUDDEN
    };
    let mut named = None;
    if is_sudden(before, after) {
        let added = files.added.iter().map(|one| (*one, one.size));
        let grown = files.pairs.iter().map(|pair| (pair.after, pair.growth()));
        // What all of it is bound to is the file that has most of it.
        if let Some((most, bytes)) = added.chain(grown).max_by_key(|(_, bytes)| *bytes) {
            let message = format!(
                "the package has grown from {} to {} bytes unpacked",
                count(before),
                count(after)
            );
            let evidence = format!("{} bytes of it here", count(bytes));
            found.push(of_file(GROWTH, most, message, evidence));
            named = Some(&most.path);
        }
    }
    for pair in &files.pairs {
        let (before, after) = (pair.before.size, pair.after.size);
        if is_sudden(before, after) && named != Some(&pair.after.path) {
            let message = format!("has grown from {} to {} bytes", count(before), count(after));
            let evidence = format!("{} bytes more", count(pair.growth()));
            found.push(of_file(GROWTH, pair.after, message, evidence));
        }
    }
}

fn of_file(kind: &'static str, listed: &Listed, message: String, evidence: String) -> Detection {
    Detection {
        sha256: listed.sha256,
        ..Detection::new(kind, &listed.path, message, escape(&evidence))
    }
}

fn firsts(number: usize) -> String {
    match number {
        1 => "the first file with the extension".to_owned(),
        number => format!(
            "the first {} files with the extension",
            count(number as u64)
        ),
    }
}

fn files_and_bytes(listed: &[&Listed]) -> String {
    let bytes = listed.iter().map(|one| one.size).sum();
    match listed {
        [one] => format!("{} bytes", count(one.size)),
        several => format!(
            "{} files, {} bytes",
            count(several.len() as u64),
            count(bytes)
        ),
    }
}
