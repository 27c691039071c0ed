//! Native code: debug information, and paths of the machine that built it.
//!
//! ELF, Mach-O, PE, static archives of them, and WebAssembly for its paths. Of a file only so much is
//! kept as has to be sought in; all of it is searched for paths as it comes.

mod budget;
mod bun;
mod bytes;
mod homes;
mod image;
mod sections;
#[cfg(test)]
mod tests;
mod units;

use std::collections::BTreeMap;

use super::{Detection, Detector, Inspection, Out};
use crate::model::{
    Context, Entry, EntryKind, EntryPath, Evidence, GapKind, Location, count, counted, escape,
    people::{is_builders, person_in},
};

use self::{
    budget::Budget,
    bytes::Kept,
    homes::{Home, Search},
    image::Image,
    sections::WITH_PATHS,
};

const DEBUG_INFO: &str = "native:debug-info";
const DEBUG_FILE: &str = "native:debug-file";
const HOME: &str = "native:path-of-person";
const CACHE: &str = "native:toolchain-of-person";
const BUILDERS_PATH: &str = "native:search-path-of-builder";
const SEARCH_PATH: &str = "native:search-path";
const BUN_SOURCES: &str = "native:bundled-sources";
const NOT_LOOKED_INTO: &str = "native:not-looked-into";
pub(super) const KINDS: &[&str] = &[
    DEBUG_INFO,
    DEBUG_FILE,
    HOME,
    CACHE,
    BUILDERS_PATH,
    SEARCH_PATH,
    BUN_SOURCES,
    NOT_LOOKED_INTO,
];

/// Where libraries lie on every machine, and what stands for where the image itself lies.
const COMMON_PATHS: &[&str] = &[
    "$ORIGIN",
    "${ORIGIN}",
    "$LIB",
    "@loader_path",
    "@executable_path",
    "@rpath",
    "/usr",
    "/opt",
    "/lib",
    "/System",
    "/Library",
    "/etc",
];

struct Native;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Native)
}

impl Detector for Native {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        let is_image = image::is_native(head);
        let is_file = entry.kind == EntryKind::File && !entry.opened;
        (is_file && (is_image || head.starts_with(b"\0asm"))).then(|| {
            Box::new(Looking {
                path: entry.path.clone(),
                kept: is_image.then(|| Kept::new(entry.size)),
                homes: Search::new(),
            }) as Box<dyn Inspection>
        })
    }
}

/// A file being looked at.
struct Looking {
    path: EntryPath,
    /// What is kept of it, unless it is only searched.
    kept: Option<Kept>,
    homes: Search,
}

/// What is known of all images in a file.
#[derive(Default)]
struct Told {
    images: u64,
    lacks_code: bool,
    units: u64,
    size: u64,
    compiled_in: Option<String>,
    /// The first search path of the machine that built it, and of another one.
    builders_path: Option<String>,
    search_path: Option<String>,
}

impl Inspection for Looking {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.homes.push(piece, last);
        if let Some(kept) = &mut self.kept {
            kept.push(piece);
        }
        if !last {
            return;
        }
        let mut compiled_in = None;
        if let Some(mut kept) = self.kept.take() {
            let (mut told, mut budget) = (Told::default(), Budget::new());
            let read = image::each(kept.bytes(), &mut |image| {
                self.image(&image, &mut told, &mut budget, out)
            });
            let why = match read {
                Err(error) => Some(escape(&error.to_string())),
                Ok(()) => budget
                    .is_spent()
                    .then(|| "unpacked it is longer than 64 MiB".to_owned()),
            };
            if let Some(why) = why {
                let message =
                    format!("its debug information was not looked into to its end: {why}");
                out.detection(self.of_file(NOT_LOOKED_INTO, message, "headers"));
            }
            self.told(&told, out);
            self.bun(bun::sources(kept.bytes(), out), out);
            compiled_in = told.compiled_in;
        }
        self.homes(compiled_in, out);
    }
}

impl Looking {
    fn of_file(&self, kind: &'static str, message: String, fact: impl Into<String>) -> Detection {
        Detection::new(kind, &self.path, message, fact)
    }

    /// Takes in what an image says.
    fn image(
        &mut self,
        image: &Image<'_>,
        told: &mut Told,
        budget: &mut Budget,
        out: &mut dyn Out,
    ) {
        told.images += 1;
        let paths = image.paths.iter().map(|path| String::from_utf8_lossy(path));
        for path in paths.filter(|path| is_far(path)) {
            let first = match is_of_builder(&path) {
                true => &mut told.builders_path,
                false => &mut told.search_path,
            };
            first.get_or_insert_with(|| path.into_owned());
        }
        if !image.sections.describe() {
            return;
        }
        told.lacks_code |= image.lacks_code;
        told.size = told.size.saturating_add(image.sections.size);
        let units = units::read(&image.sections, budget);
        told.units += units.count;
        told.compiled_in = told.compiled_in.take().or(units.home);
        let is_packed = |name: &&str| image.sections.is_packed(name);
        for name in WITH_PATHS.into_iter().filter(is_packed) {
            let text = image.sections.content(name, budget);
            let mut search = Search::new();
            search.push(&text, true);
            self.homes.found.merge(search.found);
            if out.derive(&format!("debug_{name}")) {
                out.derived(&text, true);
            }
        }
    }

    fn told(&self, told: &Told, out: &mut dyn Out) {
        if told.size > 0 {
            let size = shown_size(told.size);
            let units = match told.units {
                0 => String::new(),
                units => format!("{}, ", counted(units, "compilation unit")),
            };
            let (kind, what) = match told.lacks_code {
                true => (DEBUG_FILE, "it is nothing but debug information"),
                false => (DEBUG_INFO, "it holds debug information"),
            };
            let message = format!("{what}: {units}{size}");
            out.detection(self.of_file(kind, message, format!("{units}{size}")));
        }
        if let Some(path) = told.builders_path.as_ref().or(told.search_path.as_ref()) {
            let (kind, what) = match &told.builders_path {
                Some(_) => (BUILDERS_PATH, "where it was built"),
                None => (SEARCH_PATH, "that other machines need not have"),
            };
            let message = format!("it searches libraries in a directory {what}");
            out.detection(Detection {
                evidence: Evidence::quoted(path.as_bytes()),
                ..self.of_file(kind, message, "")
            });
        }
    }

    /// Tells of the sources in a program that Bun has made.
    fn bun(&self, sources: Option<Vec<String>>, out: &mut dyn Out) {
        let Some(sources) = sources else {
            let reason =
                "Bun has put a source map into this program, which can't be read to its end.";
            return out.gap(GapKind::SourceMap, reason.to_owned());
        };
        let is_own = |name: &&String| !name.split('/').any(|part| part == "node_modules");
        let own: Vec<_> = sources.iter().filter(is_own).collect();
        let Some(first) = own.first() else {
            return;
        };
        let more = match own.len() {
            1 => String::new(),
            _ => ", …".to_owned(),
        };
        let files = counted(own.len(), "original file");
        let message = format!(
            "{files} can be recovered from a source map inside the program: {}{more}",
            escape(first)
        );
        out.detection(self.of_file(BUN_SOURCES, message, files));
    }

    fn homes(&self, compiled_in: Option<String>, out: &mut dyn Out) {
        let (own, caches) = (&self.homes.found.own, &self.homes.found.caches);
        let where_compiled = compiled_in.as_deref().map(|path| (path, person_in(path)));
        if let Some((path, Some(person))) = where_compiled {
            let message = match own.get(person) {
                Some(home) => format!(
                    "it was compiled in the home directory of `{}`, {} of which it holds",
                    escape(person),
                    counted(home.count, "path")
                ),
                None => format!(
                    "it was compiled in the home directory of `{}`",
                    escape(person)
                ),
            };
            out.detection(Detection {
                evidence: Evidence::quoted(path.as_bytes()),
                ..self.of_file(HOME, message, "")
            });
        } else if let Some(detection) = self.of_homes(HOME, own) {
            out.detection(detection);
        }
        if let Some(detection) = self.of_homes(CACHE, caches) {
            out.detection(detection);
        }
    }

    fn of_homes(&self, kind: &'static str, homes: &BTreeMap<String, Home>) -> Option<Detection> {
        let (person, home) = homes.iter().min_by_key(|(_, home)| home.offset)?;
        let others = match homes.len() {
            1 => String::new(),
            people => format!(", and those of {} more", count(people as u64 - 1)),
        };
        let message = format!(
            "it holds {} in the home directory of `{}`{others}",
            counted(home.count, "path"),
            escape(person),
        );
        Some(Detection {
            location: Location {
                offset: Some(home.offset),
                ..Location::default()
            },
            evidence: Evidence::quoted(home.first.as_bytes()),
            ..self.of_file(kind, message, "")
        })
    }
}

fn shown_size(bytes: u64) -> String {
    match bytes / 100_000 {
        0 => format!("{} kB", bytes.div_ceil(1000)),
        tenths => format!("{}.{} MB", tenths / 10, tenths % 10),
    }
}

/// Whether a search path leads to a place of its own on a machine.
fn is_far(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let is_common = COMMON_PATHS.iter().any(|common| {
        let rest = path.strip_prefix(common);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    // What conda puts in to be replaced by where the package is installed.
    path.starts_with('/') && !is_common && !path.contains("_placehold_")
}

fn is_of_builder(path: &str) -> bool {
    person_in(path).is_some() || is_builders(&format!("{}/", path.to_ascii_lowercase()))
}
