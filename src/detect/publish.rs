//! Whether the package may be published, and whether it goes where, and as what, it is meant to.

use super::{Detection, Detector, Entry, Facts, Inspection};
use crate::model::{
    Access, Context, Destination, Ecosystem, EntryPath, Evidence, Location, Manifest, Publishing,
    escape,
};

const PRIVATE: &str = "publish:private";
const NO_FILE_LIST: &str = "publish:no-file-list";
const SCOPE: &str = "publish:scope";
const REGISTRY: &str = "publish:registry";
const ACCESS: &str = "publish:access";
const UNSET_ACCESS: &str = "publish:unset-access";
const UNKNOWN: &str = "publish:unknown-destination";
pub(super) const KINDS: &[&str] = &[
    PRIVATE,
    NO_FILE_LIST,
    SCOPE,
    REGISTRY,
    ACCESS,
    UNSET_ACCESS,
    UNKNOWN,
];

struct Publish {
    wanted: Vec<Publishing>,
    destination: Option<Destination>,
    asked_of: Option<Manifest>,
}

pub(super) fn make(context: &Context) -> Box<dyn Detector> {
    Box::new(Publish {
        wanted: context.publishing.clone(),
        destination: context.destination.clone(),
        asked_of: context.asked_of.clone(),
    })
}

impl Detector for Publish {
    fn inspect(&self, _: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        None
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        if let (Some(manifest), Some((ecosystem, path))) = (&facts.manifest, &facts.manifest_of) {
            let asked_of = self.asked_of.as_ref();
            let is_contradicted = asked_of.is_some_and(|asked_of| !asked_of.goes_where(manifest));
            let destination = match is_contradicted {
                true => Some(Destination::contradicted()),
                false => self.destination.clone(),
            };
            let destination = destination.or_else(|| named(manifest, *ecosystem));
            // Where nothing is wanted, some things are still worth a word.
            let nothing = [Publishing::default()];
            let wanted = match self.wanted.is_empty() {
                true => &nothing[..],
                false => &self.wanted,
            };
            let mut told: Vec<Told> = Vec::new();
            for wanted in wanted {
                let checked = Checked {
                    manifest,
                    ecosystem: *ecosystem,
                    path,
                    wanted,
                    access: manifest.access.filter(|_| !is_contradicted),
                    destination: destination.as_ref(),
                };
                for found in checked.found() {
                    if !told.contains(&found) {
                        told.push(found);
                    }
                }
            }
            for found in told {
                tell(path, found, out);
            }
        }
    }
}

/// Where the manifest alone says that it goes: at an address, for crates under a name.
fn named(manifest: &Manifest, ecosystem: Ecosystem) -> Option<Destination> {
    let registry = manifest.registry.as_deref()?;
    let why = "the manifest names it";
    let mut destination = match ecosystem {
        Ecosystem::Crates => Destination {
            registry: Some(registry.to_owned()),
            ..Destination::unknown(why)
        },
        Ecosystem::Npm | Ecosystem::Pypi => Destination::at(registry, why),
    };
    destination.access = destination.access.or(manifest.access);
    Some(destination)
}

/// A manifest beside what is wanted of it.
struct Checked<'a> {
    manifest: &'a Manifest,
    ecosystem: Ecosystem,
    path: &'a EntryPath,
    wanted: &'a Publishing,
    /// What the manifest says, if that counts.
    access: Option<Access>,
    destination: Option<&'a Destination>,
}

fn tell(path: &EntryPath, (kind, message, evidence): Told, out: &mut dyn FnMut(Detection)) {
    out(Detection {
        kind,
        path: path.clone(),
        location: Location::default(),
        message,
        evidence: Evidence::fact(escape(&evidence)),
        fix: None,
        sha256: None,
    });
}

impl Checked<'_> {
    fn found(&self) -> impl Iterator<Item = Told> {
        let found = [
            self.private(),
            self.file_list(),
            self.scope(),
            self.registry(),
            self.access(),
        ];
        found.into_iter().flatten()
    }

    fn private(&self) -> Option<Told> {
        let says = match self.ecosystem {
            Ecosystem::Npm => r#""private": true"#,
            Ecosystem::Crates => "publish = false",
            // That is how projects for registries of one's own are kept from PyPI.
            Ecosystem::Pypi if self.known_access() == Some(Access::Restricted) => return None,
            Ecosystem::Pypi => "Private ::",
        };
        let message = format!("{} forbids to publish it", self.path.file_name());
        (self.manifest.private).then(|| (PRIVATE, message, says.to_owned()))
    }

    fn file_list(&self) -> Option<Told> {
        let (lacks, ships) = match self.ecosystem {
            Ecosystem::Npm => (
                "`files`",
                "everything ships that no `.npmignore` or `.gitignore` names",
            ),
            Ecosystem::Crates => (
                "`include` and no `exclude`",
                "everything ships that git does not ignore",
            ),
            Ecosystem::Pypi => return None,
        };
        let message = format!("{} has no {lacks}: {ships}", self.path.file_name());
        (!self.manifest.lists_files).then(|| (NO_FILE_LIST, message, String::new()))
    }

    fn scope(&self) -> Option<Told> {
        let wanted = self.wanted.scope.as_deref()?;
        let name = self.manifest.name.as_deref()?;
        let is_wrong = self.ecosystem == Ecosystem::Npm && self.manifest.scope() != Some(wanted);
        let message = format!(
            "{} is not in the scope {} that {} asks for",
            escape(name),
            escape(wanted),
            self.wanted.name()
        );
        is_wrong.then(|| (SCOPE, message, name.to_owned()))
    }

    fn registry(&self) -> Option<Told> {
        let wanted = &self.wanted.registries;
        if wanted.is_empty() {
            return None;
        }
        let known = self.destination;
        let named = known.and_then(|known| Some((known, known.registry.as_deref()?)));
        let Some((known, name)) = named else {
            return Some(self.unknown("which registry it goes to"));
        };
        let message = format!(
            "it would go to {} ({}), which `registries` in {} does not name",
            escape(name),
            escape(&known.why),
            self.wanted.name()
        );
        let is_wanted = wanted.iter().any(|one| known.is(one));
        (!is_wanted).then(|| (REGISTRY, message, name.to_owned()))
    }

    fn access(&self) -> Option<Told> {
        let known = self.known_access();
        let wanted = self.wanted.access;
        match (wanted, known) {
            (Some(wanted), Some(known)) if wanted != known => {
                let (wanted, known) = (wanted.name(), known.name());
                let asking = self.wanted.name();
                let message = format!("it would be {known}, and {asking} asks for {wanted}");
                Some((ACCESS, message, known.to_owned()))
            }
            // A registry that the configuration names is one that its authors know.
            (Some(_), None) if self.wanted.registries.is_empty() => {
                Some(self.unknown("who could read it there"))
            }
            (_, None) if self.ecosystem == Ecosystem::Npm && self.manifest.scope().is_some() => {
                let message = "nothing says who may read it: a first publish of a scoped package is restricted, and a later one stays what the first one was";
                Some((UNSET_ACCESS, message.to_owned(), String::new()))
            }
            _ => None,
        }
    }

    fn known_access(&self) -> Option<Access> {
        let there = self.destination.and_then(|there| there.access);
        there.or(self.access)
    }

    fn unknown(&self, what: &str) -> Told {
        let why = match self.destination {
            Some(destination) => format!(": {}", destination.why),
            None => String::new(),
        };
        let message = format!("nobody could say {what}{}", escape(&why));
        (UNKNOWN, message, String::new())
    }
}

/// Which kind, what is said, and what shows it.
type Told = (&'static str, String, String);
