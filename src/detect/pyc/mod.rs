//! Compiled Python: the path that a module was compiled at, and bytecode whose module does not ship.

mod marshal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{Detection, Detector, Facts, Inspection, content};
use crate::model::{Context, Entry, EntryKind, EntryPath, begin_of, counted, escape, people};

use marshal::Layout;

const PATH_OF_PERSON: &str = "pyc:path-of-person";
const STALE: &str = "pyc:stale";
const WITHOUT_SOURCE: &str = "pyc:without-source";
pub(super) const KINDS: &[&str] = &[PATH_OF_PERSON, STALE, WITHOUT_SOURCE];

/// Magic, flags, and either time and size or a hash of the source
/// (<https://peps.python.org/pep-0552/>).
const HEADER: usize = 16;
/// Longer modules are not walked through; their bytes are searched like all others.
const LONGEST: usize = 16 << 20;
/// As much is shown of a path, in characters.
const SHOWN: usize = 200;

struct Pyc;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Pyc)
}

impl Detector for Pyc {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        let layout = layout(head).filter(|_| entry.kind == EntryKind::File)?;
        let path = entry.path.clone();
        Some(content::whole(LONGEST, move |content, out| {
            let code = content.as_deref().and_then(|content| content.get(HEADER..));
            let name = code.and_then(|code| marshal::file_name(code, layout));
            let name = String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
            if people::person_in(&name).is_some() {
                let shown: String = begin_of(&escape(&name), SHOWN);
                let message = format!("it was compiled from `{shown}`");
                out.detection(Detection::new(PATH_OF_PERSON, &path, message, shown));
            }
        }))
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let mut told: BTreeMap<(&str, &str), (Detection, usize)> = BTreeMap::new();
        for (kind, path, source) in facts.entries.keys().filter_map(compiled) {
            let has = |source: &str| has(&facts.entries, path, source);
            if source.iter().any(|source| has(source)) {
                continue;
            }
            // A program that holds an interpreter holds its whole library so: that is one finding.
            let container = path.as_str().rsplit_once("!/");
            let whose = container.map_or(path.as_str(), |(container, _)| container);
            if let Some((_, others)) = told.get_mut(&(whose, kind)) {
                *others += 1;
                continue;
            }
            let name = source.first().map_or("", String::as_str);
            let name = escape(name.rsplit('/').next().unwrap_or_default());
            let message = format!("`{name}` does not ship, and can be told from this");
            let first = Detection::new(kind, path, message, name);
            told.insert((whose, kind), (first, 0));
        }
        for (mut found, others) in told.into_values() {
            if others > 0 {
                let others = counted(others, "other module");
                found.message = format!("{}, and so can {others} beside it", found.message);
            }
            out(found);
        }
    }
}

/// How the module was written, if it is one.
fn layout(head: &[u8]) -> Option<Layout> {
    let [low, high, b'\r', b'\n', ..] = *head else {
        return None;
    };
    Layout::of(u16::from_le_bytes([low, high]))
}

/// Bytecode by its name, and the modules that it may be compiled from.
fn compiled(path: &EntryPath) -> Option<(&'static str, &EntryPath, Vec<String>)> {
    let text = path.as_str();
    let (directory, file) = text.rsplit_once('/').unwrap_or(("", text));
    let stem = file.strip_suffix(".pyc")?;
    let sources = |directory: &str, name: &str| {
        let endings = [".py", ".pyw"];
        let separator = if directory.is_empty() { "" } else { "/" };
        endings
            .map(|ending| format!("{directory}{separator}{name}{ending}"))
            .to_vec()
    };
    let is_cache = directory == "__pycache__" || directory.ends_with("/__pycache__");
    if !is_cache {
        return Some((WITHOUT_SOURCE, path, sources(directory, stem)));
    }
    // `name.cpython-312.pyc`, `name.cpython-312.opt-1.pyc`, `name.cpython-312-pytest-8.0.pyc`.
    let (name, _) = stem.split_once('.')?;
    let above = directory
        .trim_end_matches("__pycache__")
        .trim_end_matches('/');
    Some((STALE, path, sources(above, name)))
}

fn has(entries: &BTreeMap<EntryPath, u64>, beside: &EntryPath, source: &str) -> bool {
    let source = match beside.is_rootless() {
        true => EntryPath::rootless(source),
        false => EntryPath::new(source),
    };
    entries.contains_key(&source)
}
