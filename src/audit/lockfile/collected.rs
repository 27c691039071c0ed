//! What the readers of lock files hand in: each entry is a release, or was skipped for a reason, or is wrong.

use std::collections::{HashMap, HashSet};

use super::Locked;
use crate::model::{Ecosystem, Integrity, Skipped, Spec, begin_of, escape, project_name};

/// Names and versions are seldom as long, in characters.
const LONGEST: usize = 200;

/// What is wrong with a lock file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The file, if it is another that the lock file includes.
    pub(super) file: Option<String>,
    /// The line, counted from 1.
    pub(super) line: Option<usize>,
    /// A sentence without its end.
    pub(super) why: String,
}

impl Wrong {
    /// Something in a line.
    pub(super) fn at(line: usize, why: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::whole(why)
        }
    }

    /// Something about the whole file.
    pub(super) fn whole(why: impl Into<String>) -> Self {
        Self {
            file: None,
            line: None,
            why: why.into(),
        }
    }
}

/// Entries, in the order of the file.
pub(super) struct Collected {
    ecosystem: Ecosystem,
    locked: Locked,
    places: HashMap<(String, String), usize>,
    skipped: HashSet<(String, String)>,
}

impl Collected {
    pub(super) fn of(ecosystem: Ecosystem) -> Self {
        Self {
            ecosystem,
            locked: Locked::default(),
            places: HashMap::new(),
            skipped: HashSet::new(),
        }
    }

    /// A release in a registry. The same one again only adds its hashes.
    pub(super) fn release(
        &mut self,
        name: &str,
        version: &str,
        expected: Vec<Integrity>,
    ) -> Result<(), String> {
        let spec = Spec::locked(self.ecosystem, name, version, Vec::new())?;
        let name = match self.ecosystem {
            Ecosystem::Pypi => project_name(name),
            Ecosystem::Npm | Ecosystem::Crates => name.to_owned(),
        };
        let specs = &mut self.locked.specs;
        let place = self.places.entry((name, version.to_owned()));
        let place = *place.or_insert(specs.len());
        if place == specs.len() {
            specs.push(spec);
        }
        let known = &mut specs[place].expected;
        for one in expected {
            if !known.contains(&one) {
                known.push(one);
            }
        }
        Ok(())
    }

    /// An entry that is not of a registry.
    pub(super) fn skip(&mut self, name: &str, version: Option<&str>, reason: &str) {
        let path = [Some(name), version].into_iter().flatten();
        let path = shown(&path.collect::<Vec<_>>().join(" "));
        if self.skipped.insert((path.clone(), reason.to_owned())) {
            let reason = reason.to_owned();
            self.locked.skipped.push(Skipped { path, reason });
        }
    }

    pub(super) fn into_locked(self) -> Locked {
        self.locked
    }
}

/// A text of the file as it may be quoted.
pub(super) fn shown(text: &str) -> String {
    escape(&begin_of(text, LONGEST))
}
