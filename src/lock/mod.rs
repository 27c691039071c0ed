//! Making and renewing `packwarden.lock` from what was checked.

mod hashed;
mod lines;
mod section;
mod written;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use crate::{
    model::{Category, Level},
    policy::{
        Disk, Judged, Lock, PolicyError,
        lock::{Key, is_of_lock},
    },
};
pub use section::Repinned;
use section::Shipped;

/// What is to be written into one lock, and what there is to know about it.
#[derive(Debug)]
pub struct Proposal {
    /// The file.
    pub place: PathBuf,
    /// What it says, if it is there.
    pub before: Option<String>,
    /// What it is to say.
    pub after: String,
    /// Pinned files that have got other content.
    pub repinned: Vec<Repinned>,
    /// Sections of artifacts that were not looked at, which stay as they are.
    pub unseen: Vec<Key>,
    /// Artifacts that stay blocked by findings which no lock approves, and by how many.
    pub blocked: Vec<(Key, usize)>,
}

/// Why there is nothing to propose.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The lock that is there has a mistake.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] PolicyError),
    /// It is written in a form that is not edited.
    #[error("{name} is not written in a way that can be added to")]
    #[diagnostic(help(
        "write each artifact as an `[[artifact]]` of its own, or move the file away and run `packwarden lock`"
    ))]
    NotEditable {
        /// The lock.
        name: String,
    },
    /// An artifact does not say what it is.
    #[error("{path} names no package, so that no section can be found for it")]
    Nameless {
        /// The artifact.
        path: String,
    },
}

/// Proposes the lock at `place` for these artifacts.
///
/// # Errors
///
/// When the lock that is there can't be read or added to.
pub fn propose(place: &Path, artifacts: &[&Judged]) -> Result<Proposal, Error> {
    let before = match Lock::read(place, &Disk) {
        Ok(lock) => Some(lock),
        Err(PolicyError::Read { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let mut shipped: BTreeMap<Key, Shipped> = BTreeMap::new();
    for judged in artifacts {
        let nameless = || Error::Nameless {
            path: judged.artifact.path.clone(),
        };
        let key = Key::of(&judged.artifact).ok_or_else(nameless)?;
        shipped.entry(key).or_default().add(judged);
    }
    let text = before.as_ref().map_or("", |lock| &lock.text);
    let (mut wanted, mut repinned) = (Vec::new(), Vec::new());
    for (key, shipped) in &shipped {
        let section = before.as_ref().and_then(|lock| lock.section(key));
        let (section, changed) = shipped.wanted(key.clone(), section, text);
        wanted.push(section);
        repinned.extend(changed);
    }
    let after = written::written(before.as_ref(), &wanted);
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    // What can't be read back as what was meant is not written.
    let not_editable = || Error::NotEditable {
        name: name.clone().into_owned(),
    };
    let lock = Lock::parse(&name, after.clone()).map_err(|_| not_editable())?;
    let is_meant = |wanted: &written::Wanted| {
        let section = lock.section(&wanted.key);
        section.is_some_and(|section| {
            let lines = section.files.iter().map(|line| line.pattern.text());
            let pins = section.pins.iter().map(|pin| pin.path.as_str());
            lines.eq(wanted.files.iter().map(|item| item.sort.as_str()))
                && pins.eq(wanted.pins.iter().map(|item| item.sort.as_str()))
        })
    };
    if !wanted.iter().all(is_meant) {
        return Err(not_editable());
    }
    let unseen = before.iter().flat_map(|lock| &lock.sections);
    let unseen = unseen.filter(|section| !shipped.contains_key(&section.key));
    Ok(Proposal {
        place: place.to_owned(),
        unseen: unseen.map(|section| section.key.clone()).collect(),
        blocked: blocked(artifacts, &lock),
        before: before.map(|lock| lock.text),
        after,
        repinned,
    })
}

/// What stays blocked with the lock in effect.
fn blocked(artifacts: &[&Judged], lock: &Lock) -> Vec<(Key, usize)> {
    let mut blocked = Vec::new();
    for judged in artifacts {
        let Some(key) = Key::of(&judged.artifact) else {
            continue;
        };
        let section = lock.section(&key);
        let pins: Vec<&str> = section
            .iter()
            .flat_map(|section| section.pins.iter().map(|pin| pin.path.as_str()))
            .collect();
        let is_pinned = |path: &str| {
            let mut listed = judged.inventory.iter();
            let listed = listed.find(|listed| listed.path.as_str() == path);
            listed.is_some_and(|listed| pins.contains(&&*listed.path.in_package()))
        };
        let open = judged.findings.iter().filter(|one| {
            let rule = &one.finding.rule;
            let satisfied =
                rule.category == Category::Ai && is_pinned(one.finding.path.outermost());
            one.blocks() && one.level == Level::Deny && !is_of_lock(rule) && !satisfied
        });
        match open.count() {
            0 => {}
            number => blocked.push((key, number)),
        }
    }
    blocked
}
