//! What the section of an artifact is to say: what it said and still holds, and what has come to ship.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    hashed::Style,
    lines,
    written::{Item, Wanted},
};
use crate::{
    model::{Category, Level, Sha256},
    policy::{
        Judged,
        lock::{Key, LOCK, Pattern, Pin, Section, literal},
        paste::quoted,
    },
};

/// From this size on a file that nobody can read is pinned: below it lie icons and fonts by the hundred, and
/// neither weights nor a data set nor much of a program.
const OPAQUE: u64 = 64 << 10;
/// What a build makes anew each time, and so can't be the same in the next release.
const BUILT: &[&str] = &[
    "a", "class", "dll", "dylib", "exe", "jar", "lib", "node", "o", "obj", "pyc", "pyd", "pyo",
    "rlib", "so", "wasm",
];
/// A release seldom grows by a quarter, and a source map more than doubles what it belongs to.
const MARGIN: u64 = 4;
/// What a small package may grow by at least, in bytes: a page of its README.
const LEAST: u64 = 16_000;

/// All artifacts of one section.
#[derive(Default)]
pub(super) struct Shipped {
    files: BTreeMap<String, Vec<Version>>,
    versions: BTreeSet<String>,
    /// What the files of the largest take.
    size: u64,
}

/// A file in one of the artifacts.
#[derive(Clone)]
struct Version {
    size: u64,
    sha256: Sha256,
    binary: bool,
    /// What an AI rule says of it that would stop or warn, and may be meant to ship.
    asset: Option<String>,
}

/// A pinned file that has got other content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repinned {
    /// Where it lies.
    pub path: String,
    /// What the lock said: size, hash, and what the header said.
    pub was: Vec<(u64, Sha256, Option<String>)>,
    /// The same of what ships now.
    pub is: Vec<(u64, Sha256, Option<String>)>,
}

impl Shipped {
    /// Adds an artifact.
    pub(super) fn add(&mut self, judged: &Judged) {
        let mut assets: BTreeMap<&str, String> = BTreeMap::new();
        for one in &judged.findings {
            let rule = &one.finding.rule;
            // What no rule lets pass anywhere is no asset: a transcript, an optimizer's state.
            let on_purpose = rule.category == Category::Ai && rule.level.public < Level::Deny;
            if on_purpose && one.level >= Level::Warn {
                let said = match one.finding.evidence.as_str() {
                    "" => &one.finding.message,
                    evidence => evidence,
                };
                let entry = assets.entry(one.finding.path.outermost());
                entry.or_insert_with(|| said.to_owned());
            }
        }
        let mut size = 0_u64;
        for listed in &judged.inventory {
            size = size.saturating_add(listed.size);
            let path = listed.path.in_package();
            let Some(sha256) = listed.sha256.filter(|_| path != LOCK) else {
                continue;
            };
            let asset = assets.get(listed.path.as_str()).filter(|_| listed.binary);
            let version = Version {
                size: listed.size,
                sha256,
                binary: listed.binary,
                asset: asset.cloned(),
            };
            let versions = self.files.entry(path.into_owned()).or_default();
            if versions.iter().all(|known| known.sha256 != sha256) {
                versions.push(version);
            }
        }
        self.size = self.size.max(size);
        self.versions.extend(judged.artifact.version.clone());
    }

    fn style(&self) -> Style {
        Style::of(self.paths(), &self.versions)
    }

    fn paths(&self) -> impl Iterator<Item = &str> + Clone {
        self.files.keys().map(String::as_str)
    }

    /// What the section is to say, and which pins have changed.
    pub(super) fn wanted(
        &self,
        key: Key,
        before: Option<&Section>,
        text: &str,
    ) -> (Wanted, Vec<Repinned>) {
        let (pins, repinned) = self.pins(&key, before, text);
        let wanted = Wanted {
            budget: match before {
                Some(section) => {
                    let budget = section.budget.as_ref();
                    budget
                        .filter(|budget| budget.size < self.size)
                        .map(|_| budget_for(self.size))
                }
                None => Some(budget_for(self.size)),
            },
            files: self.lines(&key, before, text),
            pins,
            key,
        };
        (wanted, repinned)
    }

    /// Lines that still cover something stay as they are, and what is uncovered gets lines of its own. What is
    /// for one system may be needed by a wheel that is built elsewhere.
    fn lines(&self, key: &Key, before: Option<&Section>, text: &str) -> Vec<Item> {
        let old = before.map_or(&[][..], |section| &section.files);
        let needed = |pattern: &Pattern| {
            key.platform.is_some() || self.paths().any(|path| pattern.covers(path))
        };
        let kept: Vec<_> = (old.iter().enumerate())
            .filter(|(_, line)| needed(&line.pattern))
            .collect();
        let open = self
            .paths()
            .filter(|path| !kept.iter().any(|(_, line)| line.pattern.covers(path)));
        let added = lines::propose(open, &self.style());
        let kept = kept.into_iter().map(|(index, line)| Item {
            was: Some(index),
            sort: line.pattern.text().to_owned(),
            text: text[line.at.clone()].to_owned(),
        });
        let added = added.into_iter().map(|line| Item {
            was: None,
            text: quoted(&line),
            sort: line,
        });
        Item::in_order(kept.collect(), added)
    }

    fn pins(&self, key: &Key, before: Option<&Section>, text: &str) -> (Vec<Item>, Vec<Repinned>) {
        let mut old: BTreeMap<&str, Vec<(usize, &Pin)>> = BTreeMap::new();
        for (index, pin) in before
            .iter()
            .flat_map(|section| section.pins.iter().enumerate())
        {
            old.entry(&pin.path).or_default().push((index, pin));
        }
        let (mut kept, mut added, mut repinned) = (Vec::new(), Vec::new(), Vec::new());
        for (path, pins) in &old {
            let ships = self.files.get(*path);
            let is_known =
                |version: &Version| pins.iter().any(|(_, pin)| pin.sha256 == version.sha256);
            match ships {
                None if key.platform.is_none() => {}
                Some(versions) if !versions.iter().all(is_known) => {
                    repinned.push(Repinned {
                        path: (*path).to_owned(),
                        was: pins
                            .iter()
                            .map(|(_, pin)| (pin.size, pin.sha256, pin.about.clone()))
                            .collect(),
                        is: versions
                            .iter()
                            .map(|one| (one.size, one.sha256, one.asset.clone()))
                            .collect(),
                    });
                    let places = pins
                        .iter()
                        .map(|(index, _)| Some(*index))
                        .chain(std::iter::repeat(None));
                    for (version, was) in versions.iter().zip(places) {
                        let item = version.pin(path, was);
                        if was.is_some() { &mut kept } else { &mut added }.push(item);
                    }
                }
                None | Some(_) => kept.extend(pins.iter().map(|(index, pin)| Item {
                    was: Some(*index),
                    text: text[pin.at.clone()].to_owned(),
                    sort: (*path).to_owned(),
                })),
            }
        }
        kept.sort_by_key(|item| item.was);
        // A pin that somebody has taken out of the lock stays out of it.
        let is_new = |path: &str| {
            let lines = before.map_or(&[][..], |section| &section.files);
            !lines.iter().any(|line| line.pattern.covers(path))
        };
        let style = self.style();
        for (path, versions) in self
            .files
            .iter()
            .filter(|(path, _)| !old.contains_key(path.as_str()))
        {
            let opaque = is_new(path) && keeps(path, &style);
            let pinned =
                |version: &&Version| version.asset.is_some() || (opaque && version.is_opaque());
            let pins = versions.iter().filter(pinned);
            added.extend(pins.map(|version| version.pin(path, None)));
        }
        added.sort_by(|one, other| one.sort.cmp(&other.sort));
        (Item::in_order(kept, added), repinned)
    }
}

impl Version {
    fn is_opaque(&self) -> bool {
        self.binary && self.size >= OPAQUE
    }

    fn pin(&self, path: &str, was: Option<usize>) -> Item {
        let about = self.asset.as_deref().map(quoted);
        let about = about.map_or(String::new(), |about| format!(", about = {about}"));
        Item {
            was,
            text: format!(
                "{{ path = {}, size = {}, sha256 = \"{}\"{about} }}",
                quoted(path),
                self.size,
                self.sha256
            ),
            sort: path.to_owned(),
        }
    }
}

/// Whether a file keeps its name and its content from release to release, as far as the name tells.
fn keeps(path: &str, style: &Style) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let parts: BTreeSet<String> = name
        .split('.')
        .skip(1)
        .map(str::to_ascii_lowercase)
        .collect();
    let is_built = BUILT.iter().any(|ending| parts.contains(*ending));
    !is_built && style.parts(path).join(".") == literal(name)
}

/// A size with room to grow, in two digits.
fn budget_for(size: u64) -> String {
    let wanted = size.saturating_add(LEAST.max(size / MARGIN));
    let mut step = 1;
    while wanted / step >= 100 {
        step *= 10;
    }
    let rounded = wanted.div_ceil(step).saturating_mul(step);
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    let unit = units.iter().find(|(_, factor)| rounded % factor == 0);
    let (unit, factor) = unit.copied().unwrap_or(("B", 1));
    format!("{} {unit}", rounded / factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_has_room_for_a_release_and_not_for_a_source_map() {
        for (size, budget) in [
            (0, "16 kB"),
            (900, "17 kB"),
            (100_000, "130 kB"),
            (1_000_000, "1300 kB"),
            (8_000_000, "10 MB"),
            (59_800_000, "75 MB"),
            (2_400_000_000, "3 GB"),
        ] {
            assert_eq!(budget_for(size), budget, "{size}");
        }
    }

    #[test]
    fn what_a_build_makes_anew_is_not_pinned() {
        let keeps = |path| keeps(path, &Style::default());
        for path in [
            "models/tiny.gguf",
            "assets/logo.png",
            "data/words.bin",
            "a/star*",
        ] {
            assert!(keeps(path), "{path}");
        }
        for path in [
            "a/_core.abi3.so",
            "lib/libz.so.1.2",
            "a/x.wasm",
            "d/logo-4f3a2b1c.png",
            "A.DLL",
        ] {
            assert!(!keeps(path), "{path}");
        }
    }
}
