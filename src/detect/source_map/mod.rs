//! Source maps, under any name: files of their own, and inside of other files.
//!
//! A map is read as a stream ([`reader`]), its sources go on as derived texts, and what is kept of
//! them is small. What leaks is known at the end ([`conclude`]): a source that ships as a file
//! anyway is no loss, and whose it is depends on the package's own scope.

mod body;
mod budget;
mod builder;
mod conclude;
mod content;
mod dangling;
mod data_url;
mod fields;
mod inline;
mod literal;
mod name;
mod place;
mod reader;
#[cfg(test)]
mod tests;
mod wide;

use std::sync::LazyLock;

use aho_corasick::packed;

pub(super) use self::conclude::shown;
pub use self::dangling::MapComment;
use self::{
    budget::Budget,
    builder::Traits,
    inline::{Comment, Finder},
    place::{Remote, is_absolute},
    reader::{MapReader, Reading, Source, object_start},
    wide::Wide,
};
use super::{Detection, Detector, Fact, Facts, Inspection, Out, json::Malformed};
use crate::model::{
    Context, Entry, EntryKind, EntryPath, Evidence, Gap, GapKind, Location, Sha256,
};

/// What this detector may report.
pub(super) const KINDS: &[&str] = &[
    "source-map:first-party",
    "source-map:inline-first-party",
    "source-map:vendor",
    "source-map:structure",
    "source-map:absolute-path",
    "source-map:remote",
    "source-map:dangling",
];

/// Files whose last comment engines read for the address of a map.
const SCRIPTS: &[&str] = &["js", "mjs", "cjs", "jsx", "css", "ts", "mts", "cts"];
/// What a map beside such a file is called: nothing else is.
const MAPS_OF_SCRIPTS: &[&str] = &[
    ".js.map",
    ".mjs.map",
    ".cjs.map",
    ".css.map",
    ".d.ts.map",
    ".d.mts.map",
    ".d.cts.map",
    ".wasm.map",
];
/// Files that explain maps by writing them out, and those in languages that no bundler writes, which do so
/// in tests of programs that read maps.
const PROSE: &[&str] = &[
    "md", "mdx", "markdown", "rst", "txt", "adoc", "rs", "py", "pyi", "go", "rb", "java", "kt",
    "swift", "c", "h", "cc", "cpp", "hpp", "cs", "toml", "yaml", "yml",
];

/// A source map that was read: what of it is needed when all entries are known.
#[derive(Debug)]
pub struct SourceMapFact {
    path: EntryPath,
    location: Location,
    /// The hash of what was decoded, for maps inside a file.
    inline: Option<Sha256>,
    sources: Vec<Source>,
    root: Option<Box<str>>,
    traits: Traits,
}

/// Makes the detector.
pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(SourceMaps {
        budget: Budget::new(),
    })
}

struct SourceMaps {
    budget: Budget,
}

impl Detector for SourceMaps {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        let file = entry.kind == EntryKind::File;
        if entry.opened || !file && entry.kind != EntryKind::Derived {
            return None;
        }
        let extension = entry.path.lower_extension();
        let named_map = file && extension == "map";
        let map = object_start(head).map(|_| MapReader::new(self.budget.share(), true));
        let name = entry.path.as_str().to_ascii_lowercase();
        let of_script = file && MAPS_OF_SCRIPTS.iter().any(|end| name.ends_with(end));
        Some(Box::new(Inspecting {
            path: entry.path.clone(),
            budget: self.budget.share(),
            named_map,
            is_script: file && SCRIPTS.contains(&extension.as_str()),
            of_script,
            unreadable: match head {
                _ if named_map && is_utf16_object(head) => Some("it is in UTF-16"),
                [_, ..] if of_script && map.is_none() => Some("it does not begin as JSON does"),
                _ => None,
            },
            map,
            inline: Some(Finder::new(
                self.budget.share(),
                !PROSE.contains(&&*extension),
            )),
            wide: memchr::memchr(0, head).map(|_| Wide::new(self.budget.share())),
            offset: 0,
        }))
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let mut maps: Vec<_> = facts.source_maps.iter().collect();
        maps.sort_by_key(|map| (&map.path, map.inline));
        for map in maps {
            conclude::conclude(map, facts, out);
        }
        dangling::conclude(facts, out);
    }

    fn gap(&self) -> Option<Gap> {
        self.budget.refused().then(|| Gap {
            kind: GapKind::Limit,
            path: None,
            reason: "The source maps carry more than can be searched and compared, so not all of their sources were checked.".to_owned(),
            help: Some("Leave source maps out of the package, or build them without their sources.".to_owned()),
            sha256: None,
        })
    }
}

/// One entry: read as a map if it starts like one, and searched for maps inside it.
struct Inspecting {
    path: EntryPath,
    budget: Budget,
    named_map: bool,
    is_script: bool,
    /// Named as the map of a script or style sheet.
    of_script: bool,
    /// Why it can't be read, though it is named as a map.
    unreadable: Option<&'static str>,
    map: Option<MapReader>,
    inline: Option<Finder>,
    /// Of binary files only.
    wide: Option<Wide>,
    offset: u64,
}

impl Inspection for Inspecting {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let whole = last && self.offset == 0;
        if whole && !self.named_map && !may_be_map(piece) {
            self.map = None;
        }
        if let Some(map) = &mut self.map {
            read(map, piece, self.offset, out);
            if map.carries_content() {
                // From here on, references inside of sources are found when these are searched.
                self.finish_inline(out);
            }
        }
        let map_is_open = !last && self.map.as_ref().is_some_and(|map| !map.failed());
        // Only one of the three may have a derived text open.
        if let Some(inline) = &mut self.inline {
            let wide_is_open = self.wide.as_ref().is_some_and(Wide::is_open);
            inline.set_deriving(!map_is_open && !wide_is_open);
            inline.push(piece, last, out);
        }
        if let Some(wide) = &mut self.wide {
            let inline_is_open = self.inline.as_ref().is_some_and(Finder::is_open);
            wide.set_deriving(!map_is_open && !inline_is_open);
            wide.push(piece, last, out);
        }
        self.offset += piece.len() as u64;
        if last {
            self.finish(out);
        }
    }
}

impl Inspecting {
    fn finish(&mut self, out: &mut dyn Out) {
        if let Some(map) = self.map.take() {
            let reading = map.finish(out);
            // Maps of other kinds, such as those of games, are called so too.
            let is_like_one = self.named_map && reading.is_object && reading.has_known_key;
            let claims = reading.is_map || self.of_script || is_like_one;
            if let Some(malformed) = reading.malformed.filter(|_| claims) {
                out.gap(
                    GapKind::SourceMap,
                    format!("the source map can't be read: {malformed}"),
                );
            }
            self.keep(reading, Location::default(), None, out);
        }
        self.finish_inline(out);
        if let Some((maps, over_limit)) = self.wide.take().map(Wide::finish) {
            if over_limit {
                self.budget.refuse();
            }
            for found in maps {
                self.keep(found.reading, found.location, Some(found.sha256), out);
            }
        }
        if let Some(why) = self.unreadable {
            out.gap(
                GapKind::SourceMap,
                format!("the source map can't be read: {why}"),
            );
        }
    }

    fn finish_inline(&mut self, out: &mut dyn Out) {
        if let Some(inline) = self.inline.take() {
            let findings = inline.finish(out);
            if findings.over_limit {
                self.budget.refuse();
            }
            if let Some(found) = findings.maps {
                self.keep(found.reading, found.location, Some(found.sha256), out);
            }
            if let Some(comment) = findings.comment.filter(|_| self.is_script) {
                self.judge(&comment, out);
            }
        }
    }

    fn keep(
        &self,
        reading: Reading,
        location: Location,
        inline: Option<Sha256>,
        out: &mut dyn Out,
    ) {
        if !reading.is_map {
            return;
        }
        if reading.over_limit {
            self.budget.refuse();
        }
        if reading.sources.is_empty() && reading.root.is_none() {
            return;
        }
        if !self.budget.keep() {
            return self.budget.refuse();
        }
        out.fact(Fact::SourceMap(Box::new(SourceMapFact {
            path: self.path.clone(),
            location,
            inline,
            sources: reading.sources,
            root: reading.root,
            traits: reading.traits,
        })));
    }

    /// Reports a comment that refers to a map outside the package, if the place is a telling one, and
    /// keeps one that refers to a map inside.
    fn judge(&mut self, comment: &Comment, out: &mut dyn Out) {
        let remote = Remote::parse(&comment.url).filter(Remote::is_own_host);
        let (kind, message, shown) = match remote {
            Some(url) => (
                "source-map:remote",
                "refers to a source map on the web",
                url.shown(),
            ),
            None if is_absolute(&comment.url) => (
                "source-map:absolute-path",
                "refers to a source map by its path on the machine that built it",
                comment.url.clone(),
            ),
            None => return self.keep_comment(comment, out),
        };
        out.detection(Detection {
            kind,
            path: self.path.clone(),
            location: comment.location,
            message: message.to_owned(),
            evidence: Evidence::fact(conclude::shown(&shown)),
            fix: None,
            sha256: None,
        });
    }

    fn keep_comment(&mut self, comment: &Comment, out: &mut dyn Out) {
        let url = &comment.url;
        if url.starts_with('/') || url.contains(':') {
            return;
        }
        let kept = MapComment {
            path: self.path.clone(),
            location: comment.location,
            url: url.as_str().into(),
        };
        if !self.budget.take(kept.size()) {
            return self.budget.refuse();
        }
        out.fact(Fact::MapComment(Box::new(kept)));
    }
}

/// Whether the publisher of a package wrote the module of this name, as far as the name tells.
pub(super) fn is_first_party(name: &str) -> bool {
    name::author(name, None) == name::Author::FirstParty
}

/// Feeds `piece`, which starts at `offset`, to `map`; after the object only white space may follow.
fn read(map: &mut MapReader, piece: &[u8], offset: u64, out: &mut dyn Out) {
    let taken = map.push(piece, out);
    let rest = piece[taken..].trim_ascii_start();
    if map.done() && !rest.is_empty() {
        map.fail(Malformed {
            what: "something follows it",
            offset: offset + (piece.len() - rest.len()) as u64,
        });
    }
}

/// What one of the keys that make a map is not written without: its letters, unless as escapes.
static KEYS: LazyLock<Option<packed::Searcher>> =
    LazyLock::new(|| packed::Searcher::new(["\"mappings\"", "\"sections\"", "\"sources", "\\u00"]));

/// Whether content that is at hand as a whole can be a map. Where there is no packed search for this
/// processor, it may.
fn may_be_map(content: &[u8]) -> bool {
    KEYS.as_ref()
        .is_none_or(|keys| keys.find(content).is_some())
}

/// Whether `head` starts an object in UTF-16, by its byte order mark.
fn is_utf16_object(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe{\0") || head.starts_with(b"\xfe\xff\0{")
}
