//! An artifact held against a fresh build of the same name.
//!
//! Most backends do not make the same bytes twice: what is compared is which entries there are, and
//! what is in them.

use crate::{
    detect::Facts,
    model::{
        Comparison, Ecosystem, EntryPath, FreshBuild, Members, Sha256, count, counted, escape,
        release_in_name, same_release,
    },
};

/// Entries that are told by their names.
const MOST: usize = 10;
/// Compilers write times, paths and identifiers into what they make.
const COMPILED: [&str; 9] = ["a", "dll", "dylib", "exe", "lib", "o", "pyc", "pyd", "so"];

/// What an artifact that was read to its end is beside the build.
pub fn compare(facts: &Facts, fresh: &FreshBuild) -> Comparison {
    match &fresh.members {
        None => Comparison::Absent,
        Some(members) if Difference::of(facts, members).is_none() => Comparison::Same,
        Some(_) => Comparison::Differs,
    }
}

/// What is to be told of it: a sentence, and what shows it.
pub(super) fn told(facts: &Facts, fresh: &FreshBuild) -> Option<(String, String)> {
    let Some(members) = &fresh.members else {
        // Wheels for other platforms are built elsewhere.
        let release = facts.release.as_deref()?;
        let of_release = |file: &String| {
            let made = release_in_name(file);
            made.is_some_and(|made| same_release(Ecosystem::Pypi, made, release))
        };
        let made = fresh.made.join(", ");
        let message = format!("a fresh build makes {} instead", escape(&made));
        return (!fresh.made.iter().any(of_release)).then_some((message, made));
    };
    let difference = Difference::of(facts, members)?;
    let by = format!("{} {}", fresh.by.client, fresh.by.version);
    let message = format!(
        "differs from a fresh build by {}: {}",
        escape(&by),
        difference.sentence()
    );
    Some((message, counted(difference.names().len(), "difference")))
}

/// What is not the same.
#[derive(Default)]
struct Difference<'a> {
    /// Only the artifact has these.
    added: Vec<&'a str>,
    /// Only the fresh build has these.
    missing: Vec<&'a str>,
    /// Both have these, with other content.
    changed: Vec<&'a str>,
}

impl<'a> Difference<'a> {
    fn of(facts: &'a Facts, fresh: &'a Members) -> Option<Self> {
        let mut difference = Self::default();
        let own = facts.entries.keys().filter(|path| !is_nested(path));
        for path in own {
            match fresh.get(path) {
                None => difference.added.push(path.as_str()),
                Some(hash) if is_other(path, facts.hashes.get(path), hash.as_ref()) => {
                    difference.changed.push(path.as_str());
                }
                Some(_) => {}
            }
        }
        let missing = fresh
            .keys()
            .filter(|path| !facts.entries.contains_key(path));
        difference.missing.extend(missing.map(EntryPath::as_str));
        (!difference.names().is_empty()).then_some(difference)
    }

    fn parts(&self) -> [(&'static str, &[&'a str]); 3] {
        [
            ("has more", &self.added),
            ("lacks", &self.missing),
            ("has other content in", &self.changed),
        ]
    }

    fn names(&self) -> Vec<&'a str> {
        self.parts()
            .into_iter()
            .flat_map(|(_, names)| names.iter().copied())
            .collect()
    }

    /// `it has more: a, b; lacks: c`, the first names of each.
    fn sentence(&self) -> String {
        let parts = self
            .parts()
            .into_iter()
            .filter(|(_, names)| !names.is_empty());
        let parts = parts.map(|(what, names)| {
            let told: Vec<_> = names.iter().take(MOST).map(|name| escape(name)).collect();
            let others = names.len().saturating_sub(MOST);
            let others = match others {
                0 => String::new(),
                others => format!(" and {} more", count(others as u64)),
            };
            format!("{what} {}{others}", told.join(", "))
        });
        format!("it {}", parts.collect::<Vec<_>>().join("; it "))
    }
}

fn is_nested(path: &EntryPath) -> bool {
    path.as_str().contains("!/")
}

fn is_other(path: &EntryPath, one: Option<&Sha256>, other: Option<&Sha256>) -> bool {
    let both = one.zip(other);
    both.is_some_and(|(one, other)| one != other) && !differs_by_nature(path)
}

/// Whether two builds of the same sources write other content into it: lists of hashes, the name of the
/// program that built, serial numbers and times, what compilers make.
fn differs_by_nature(path: &EntryPath) -> bool {
    let text = path.as_str();
    let in_metadata = path
        .in_dist_info()
        .is_some_and(|(_, file)| matches!(file, "RECORD" | "WHEEL"));
    let is_list = text.ends_with(".egg-info/SOURCES.txt");
    let is_bill = path.is_rootless() && text.contains(".dist-info/sboms/");
    let is_compiled = path.extension().is_some_and(|one| COMPILED.contains(&one));
    in_metadata || is_list || is_bill || is_compiled
}
