//! A wheel's files held against the list of them.
//!
//! Installers write what the zip holds, whatever RECORD says; PyPI compares the names only, and tells
//! by mail.

use std::collections::{HashMap, hash_map::Entry as Slot};

use super::{
    INCOMPLETE, MISMATCH, UNLISTED, detection,
    record::{Line, Said},
    told::Told,
};
use crate::{
    detect::{Detection, Facts, Records},
    model::{EntryPath, escape},
};

/// Compares the list of `release` with the files of a wheel that was read to its end.
pub(super) fn compare(release: &str, facts: &Facts, out: &mut dyn FnMut(Detection)) {
    let path = EntryPath::rootless(&format!("{release}.dist-info/RECORD"));
    match &facts.wheel_record {
        // Each lies in another `.dist-info`, which is a gap.
        Records::Several => {}
        Records::One(record) if record.path == path => match &record.lines {
            Ok(lines) => compare_lines(&path, lines, facts, out),
            Err(reason) => {
                let message = not_comparable(reason);
                out(detection(INCOMPLETE, &path, None, message, reason));
            }
        },
        Records::None | Records::One(_) => {
            let beside = EntryPath::rootless(&format!("{release}.dist-info/METADATA"));
            let message = "has no RECORD beside it, so nothing tells which files the build put in";
            out(detection(
                INCOMPLETE,
                &beside,
                None,
                message.to_owned(),
                "no RECORD",
            ));
        }
    }
}

fn compare_lines(
    record: &EntryPath,
    lines: &[Line],
    facts: &Facts,
    out: &mut dyn FnMut(Detection),
) {
    let mut malformed = Told::new(INCOMPLETE, "such line");
    let mut twice = Told::new(INCOMPLETE, "such line");
    let mut unlisted = Told::new(UNLISTED, "such file");
    let mut mismatched = Told::new(MISMATCH, "such file");
    let mut unproven = Told::new(INCOMPLETE, "such line");
    let mut absent = Told::new(INCOMPLETE, "such line");

    let mut listed: HashMap<&str, &Line> = HashMap::new();
    for line in lines {
        let at = Some(line.number);
        if let Err(reason) = line.said {
            malformed.push(record, at, || not_comparable(reason), reason);
        }
        match listed.entry(&line.path) {
            Slot::Vacant(slot) => {
                slot.insert(line);
            }
            Slot::Occupied(_) if line.said.is_err() => {}
            Slot::Occupied(_) => {
                let message = || format!("lists `{}` twice", escape(&line.path));
                twice.push(record, at, message, &line.path);
            }
        }
    }

    let mut files: Vec<_> = facts.wheel_files.iter().collect();
    files.sort();
    for &file in &files {
        let line = listed.remove(file.as_str());
        if is_exempt(file.as_str(), record) {
            continue;
        }
        let Some(line) = line else {
            let message = || "is in the wheel, but RECORD does not list it".to_owned();
            unlisted.push(file, None, message, file.as_str());
            continue;
        };
        let Ok(said) = line.said else { continue };
        if let Some(difference) = difference(said, file, facts) {
            let number = line.number;
            let message = || format!("is not what line {number} of RECORD says: {difference}");
            mismatched.push(file, None, message, &difference);
        } else if said.sha256.is_none() {
            let path = escape(&line.path);
            let message = || format!("gives no hash of `{path}`, so anything may have replaced it");
            unproven.push(record, Some(line.number), message, &line.path);
        }
    }

    let is_directory = |path: &str| {
        let directory = path.strip_suffix('/').map(EntryPath::rootless);
        directory.is_some_and(|path| {
            facts.entries.contains_key(&path) && files.binary_search(&&path).is_err()
        })
    };
    let mut left: Vec<_> = listed
        .into_values()
        .filter(|line| line.said.is_ok() && !is_directory(&line.path))
        .collect();
    left.sort_by_key(|line| line.number);
    for line in left {
        let message = || format!("lists `{}`, which is not in the wheel", escape(&line.path));
        absent.push(record, Some(line.number), message, &line.path);
    }
    for told in [malformed, twice, unlisted, mismatched, unproven, absent] {
        told.finish(out);
    }
}

fn not_comparable(reason: &str) -> String {
    format!("can't be compared with the wheel: {reason}")
}

/// The list itself and signatures of it, which can't be proven by a hash in it.
fn is_exempt(path: &str, record: &EntryPath) -> bool {
    path.strip_prefix(record.as_str())
        .is_some_and(|suffix| matches!(suffix, "" | ".jws" | ".p7s"))
}

/// A file without a known hash is a container that was not read to its end, which is a gap.
fn difference(said: Said, file: &EntryPath, facts: &Facts) -> Option<String> {
    if let (Some(listed), Some(size)) = (said.size, facts.entries.get(file))
        && listed != *size
    {
        return Some(format!("{size} bytes instead of {listed}"));
    }
    let (listed, sha256) = (said.sha256?, facts.hashes.get(file)?);
    (listed != *sha256).then(|| "another SHA-256".to_owned())
}
