//! Path dependencies of a crate that lead out of its repository.
//!
//! In a workspace they are what everybody has, and cargo takes the paths out of `Cargo.toml`. The
//! manifest as it was written ships beside it, and where a path leaves the repository it tells of
//! another one beside it.

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::{Detection, Detector, Fact, Facts, Inspection, content};
use crate::model::{Context, Entry, EntryKind, EntryPath, Evidence, Location, escape};

const OUTSIDE: &str = "crate:path-outside-repository";
pub(super) const KINDS: &[&str] = &[OUTSIDE];

const VCS_INFO: &str = ".cargo_vcs_info.json";
const MANIFEST: &str = "Cargo.toml.orig";
/// A longer file is not looked at: the parser takes many times as much memory.
const LONGEST: usize = 1 << 20;
/// Paths that are kept, each of which may become a finding.
const MOST: usize = 100;

/// What a crate tells of the place that it was packed in.
#[derive(Debug, Default)]
pub struct CrateSource {
    /// How many directories below the top of its repository it lay.
    depth: Option<usize>,
    /// The paths of its dependencies, and where they are written.
    paths: Vec<(EntryPath, String, u64)>,
}

impl CrateSource {
    /// Takes in what another file has told.
    pub(super) fn merge(&mut self, other: Self) {
        self.depth = self.depth.or(other.depth);
        self.paths.extend(other.paths);
    }
}

struct CrateSources;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(CrateSources)
}

impl Detector for CrateSources {
    fn inspect(&self, entry: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        let read: fn(&EntryPath, &str) -> _ = match entry.path.in_package().as_ref() {
            VCS_INFO => vcs_info,
            MANIFEST => manifest,
            _ => return None,
        };
        let is_own = entry.kind == EntryKind::File && entry.depth == 0;
        is_own.then(|| {
            let path = entry.path.clone();
            content::whole(LONGEST, move |text, out| {
                // What is wrong with a file that no registry reads is not told here.
                let text = text.unwrap_or_default();
                let source = str::from_utf8(&text)
                    .ok()
                    .and_then(|text| read(&path, text));
                if let Some(source) = source {
                    out.fact(Fact::CrateSource(source));
                }
            })
        })
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let source = &facts.crate_source;
        for (manifest, path, line) in &source.paths {
            if leads_outside(path, source.depth) {
                out(Detection {
                    kind: OUTSIDE,
                    path: manifest.clone(),
                    location: Location {
                        line: Some(*line),
                        ..Location::default()
                    },
                    message: format!("`{}` leads out of the repository", escape(path)),
                    evidence: Evidence::fact(escape(path)),
                    fix: None,
                    sha256: None,
                });
            }
        }
    }
}

/// Whether it is absolute or goes up further than `depth` directories.
fn leads_outside(path: &str, depth: Option<usize>) -> bool {
    let path = path.replace('\\', "/");
    if path.starts_with(['/', '~']) || path.get(1..3) == Some(":/") {
        return true;
    }
    let Some(mut depth) = depth else {
        return false;
    };
    for part in path.split('/') {
        depth = match (part, depth) {
            ("" | ".", _) => depth,
            ("..", 0) => return true,
            ("..", _) => depth - 1,
            _ => depth + 1,
        };
    }
    false
}

#[derive(Deserialize)]
struct VcsInfo {
    path_in_vcs: String,
}

fn vcs_info(_: &EntryPath, text: &str) -> Option<CrateSource> {
    let info: VcsInfo = serde_json::from_str(text).ok()?;
    let parts = info.path_in_vcs.split('/').filter(|part| !part.is_empty());
    Some(CrateSource {
        depth: Some(parts.count()),
        ..CrateSource::default()
    })
}

fn manifest(file: &EntryPath, text: &str) -> Option<CrateSource> {
    let table = DeTable::parse(text).ok()?;
    let mut found = Vec::new();
    dependencies(table.get_ref(), false, &mut found);
    found.sort_by_key(|(_, at)| *at);
    let line = |at: usize| {
        text.as_bytes()[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count() as u64
            + 1
    };
    let paths = found.into_iter().take(MOST);
    let paths = paths.map(|(path, at)| (file.clone(), path, line(at)));
    Some(CrateSource {
        depth: None,
        paths: paths.collect(),
    })
}

/// Collects `path` of every table that lies in one of dependencies, and where it is written.
fn dependencies(table: &DeTable<'_>, inside: bool, found: &mut Vec<(String, usize)>) {
    for (name, value) in table {
        let name: &str = name.get_ref();
        match value.get_ref() {
            DeValue::Table(table) => {
                let inside = inside
                    || name.ends_with("dependencies")
                    || ["patch", "replace"].contains(&name);
                dependencies(table, inside, found);
            }
            DeValue::String(path) if inside && name == "path" => {
                found.push((path.to_string(), value.span().start));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_out_by_the_depth_of_the_crate() {
        for (path, depth, expected) in [
            ("../core", Some(0), true),
            ("../core", Some(1), false),
            ("../../core", Some(1), true),
            ("a/../../core", Some(0), true),
            ("core", Some(0), false),
            ("./a/..", Some(0), false),
            ("../../../core", None, false),
            ("..\\core", Some(0), true),
            ("/srv/core", None, true),
            ("C:\\core", Some(3), true),
        ] {
            assert_eq!(leads_outside(path, depth), expected, "{path}");
        }
    }

    #[test]
    fn only_paths_of_dependencies_count() {
        let text = "[lib]\npath = 'a'\n[dependencies]\nb = { path = '../b' }\n[target.x.dev-dependencies.c]\npath = '../c'\n[patch.crates-io]\nd.path = '../d'\n[package.metadata]\npath = 'e'\n";
        let source = manifest(&EntryPath::new("a-1.0.0/Cargo.toml.orig"), text).unwrap();
        let paths: Vec<_> = source
            .paths
            .iter()
            .map(|(_, path, line)| (path.as_str(), *line))
            .collect();
        assert_eq!(paths, [("../b", 4), ("../c", 6), ("../d", 8)]);
    }

    #[test]
    fn the_place_in_the_repository_has_a_depth() {
        let file = EntryPath::new("a-1.0.0/.cargo_vcs_info.json");
        let depth = |text: &str| vcs_info(&file, text).and_then(|source| source.depth);
        let git = r#""git":{"sha1":"aa"}"#;
        assert_eq!(
            depth(&format!(r#"{{{git},"path_in_vcs":"crates/a"}}"#)),
            Some(2)
        );
        assert_eq!(depth(&format!(r#"{{{git},"path_in_vcs":""}}"#)), Some(0));
        assert_eq!(depth(&format!("{{{git}}}")), None);
    }
}
