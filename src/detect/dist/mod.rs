//! Whether an artifact in `dist/` is what is meant to be uploaded from there.

mod compare;

use std::cmp::Ordering;

use super::{Detection, Detector, Fact, Facts, Inspection, Out};
use crate::model::{
    Context, Dist, Entry, EntryKind, EntryPath, Evidence, Format, Location, compare_versions,
    escape, project_name,
};

pub use compare::compare;

const OTHER: &str = "dist:other-project";
const OLDER: &str = "dist:older-version";
const DIFFERS: &str = "dist:differs-from-build";
pub(super) const KINDS: &[&str] = &[OTHER, OLDER, DIFFERS];

struct Beside(Option<Dist>);

pub(super) fn make(context: &Context) -> Box<dyn Detector> {
    Box::new(Beside(context.dist.clone()))
}

impl Detector for Beside {
    fn inspect(&self, entry: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        let dist = self.0.as_ref()?;
        let is_member = entry.depth == 0 && entry.kind == EntryKind::File;
        let is_wanted = dist.fresh.is_some() || is_manifest(&entry.path);
        (is_member && is_wanted).then(|| Box::new(Member) as Box<dyn Inspection>)
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let (Some(dist), Some(path)) = (&self.0, manifest(facts)) else {
            return;
        };
        let told = |kind, message: String, evidence: &str| Detection {
            kind,
            path: path.clone(),
            location: Location::default(),
            message,
            evidence: Evidence::fact(escape(evidence)),
            fix: None,
            sha256: None,
        };
        let said = facts.manifest.as_ref();
        let said = said.and_then(|said| said.name.as_deref().zip(said.version.as_deref()));
        if let Some((name, version)) = said {
            if let Some(projects) = others(dist, name) {
                let message = format!("is of `{}`, not of {projects}", escape(name));
                out(told(OTHER, message, name));
            }
            if let Some(newest) = newer(dist, name, version) {
                let message = format!(
                    "is {} {}, and {} lies beside it",
                    escape(name),
                    escape(version),
                    escape(newest)
                );
                out(told(OLDER, message, version));
            }
        }
        if let Some(fresh) = &dist.fresh
            && let Some((message, evidence)) = compare::told(facts, fresh)
        {
            out(told(DIFFERS, message, &evidence));
        }
    }
}

/// The entry that says what an artifact is of, if the artifact was read to its end.
fn manifest(facts: &Facts) -> Option<EntryPath> {
    let release = facts.release.as_ref()?;
    match facts.format? {
        Format::Wheel => Some(EntryPath::rootless(&format!(
            "{release}.dist-info/METADATA"
        ))),
        Format::Sdist => Some(EntryPath::new(&format!("{release}/PKG-INFO"))),
        Format::NpmTgz | Format::Crate => None,
    }
}

fn is_manifest(path: &EntryPath) -> bool {
    match path.in_dist_info() {
        Some((_, file)) => file == "METADATA",
        None => path.in_package() == "PKG-INFO",
    }
}

/// The projects whose artifacts belong there, if that of this name is not one of them.
fn others(dist: &Dist, name: &str) -> Option<String> {
    let is_own = |own: &String| project_name(own) == project_name(name);
    if dist.projects.is_empty() || dist.projects.iter().any(is_own) {
        return None;
    }
    let projects = dist.projects.iter().map(|own| format!("`{}`", escape(own)));
    Some(projects.collect::<Vec<_>>().join(" or "))
}

/// The newest version there, if this is not it.
fn newer<'d>(dist: &'d Dist, name: &str, version: &str) -> Option<&'d str> {
    let newest = dist.newest.get(&project_name(name))?;
    (compare_versions(version, newest) == Some(Ordering::Less)).then_some(newest)
}

/// A file whose hash is kept.
struct Member;

impl Inspection for Member {
    fn push(&mut self, _: &[u8], last: bool, out: &mut dyn Out) {
        if last {
            out.fact(Fact::Member);
        }
    }
}
