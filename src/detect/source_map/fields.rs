//! What the keys of a source map mean: from JSON events to sources.

use super::{
    budget::Budget,
    builder::Traits,
    content::{Content, ContentReader},
    name,
    reader::{Reading, Source},
};
use crate::detect::{
    Out,
    json::{Event, Flow, Malformed},
};

/// Bytes of a source's name that are kept.
const NAME: usize = 2048;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Version,
    Mappings,
    Sections,
    Sources,
    SourcesContent,
    SourceRoot,
    IgnoreList,
    DebugId,
    /// Of a section.
    Map,
    Other,
}

/// The keys that matter in a map, and in a section of an index map.
const FIELDS: &[(&[u8], Field)] = &[
    (b"version", Field::Version),
    (b"mappings", Field::Mappings),
    (b"sections", Field::Sections),
    (b"sources", Field::Sources),
    (b"sourcesContent", Field::SourcesContent),
    (b"sourceRoot", Field::SourceRoot),
    (b"ignoreList", Field::IgnoreList),
    (b"x_google_ignoreList", Field::IgnoreList),
    (b"debugId", Field::DebugId),
];

/// The containers that are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Map,
    Sources,
    SourcesContent,
    IgnoreList,
    Sections,
    Section,
}

/// A map object that is open: the top one, or that of a section.
#[derive(Debug, Default)]
struct Level {
    names: Vec<Box<str>>,
    contents: Vec<Option<Content>>,
    ignored: Vec<usize>,
    root: Box<str>,
}

/// What the events come to.
pub(super) struct Fields {
    places: Vec<Place>,
    field: Field,
    levels: Vec<Level>,
    /// A short string value: a name, a version.
    text: Vec<u8>,
    reader: Option<ContentReader>,
    deriving: bool,
    /// The contents are searched where they stand, whether or not they are handed on.
    pub(super) at_hand: bool,
    version: bool,
    mappings: bool,
    sections: bool,
    named_sources: bool,
    has_known_key: bool,
    /// Content has been met.
    pub(super) carries_content: bool,
    /// Sources of the levels that are closed.
    sources: Vec<Source>,
    root: Option<Box<str>>,
    traits: Traits,
    budget: Budget,
}

impl Fields {
    pub(super) fn new(budget: Budget, deriving: bool) -> Self {
        Self {
            places: Vec::new(),
            field: Field::Other,
            levels: Vec::new(),
            text: Vec::new(),
            reader: None,
            deriving,
            at_hand: false,
            version: false,
            mappings: false,
            sections: false,
            named_sources: false,
            has_known_key: false,
            carries_content: false,
            sources: Vec::new(),
            root: None,
            traits: Traits::default(),
            budget,
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, out: &mut dyn Out) -> Flow {
        match event {
            Event::Key(key) => return self.key(key),
            Event::Object => return self.object(),
            Event::Array => return self.array(),
            Event::ObjectEnd | Event::ArrayEnd => {
                if self.places.pop() == Some(Place::Map) {
                    self.close_level();
                }
            }
            Event::Text { piece, last } => self.text(piece, last, out),
            Event::Scalar(scalar) => self.scalar(scalar),
        }
        Flow::Go
    }

    fn key(&mut self, key: &[u8]) -> Flow {
        self.field = match self.places.last() {
            Some(Place::Map) => {
                let field = FIELDS.iter().find(|(name, _)| *name == key);
                field.map_or(Field::Other, |(_, field)| *field)
            }
            Some(Place::Section) if key == b"map" => Field::Map,
            _ => Field::Other,
        };
        if self.places.len() == 1 {
            self.traits.key(key);
        }
        self.has_known_key |= self.field != Field::Other;
        if self.field == Field::Other {
            return Flow::Skip;
        }
        Flow::Go
    }

    fn object(&mut self) -> Flow {
        let place = match (self.places.last(), self.field) {
            (None, _) | (Some(Place::Section), Field::Map) => {
                self.levels.push(Level::default());
                Place::Map
            }
            (Some(Place::Sections), _) => Place::Section,
            _ => return self.no_string(),
        };
        self.places.push(place);
        Flow::Go
    }

    fn array(&mut self) -> Flow {
        let place = match (self.places.last(), self.field) {
            (Some(Place::Map), Field::Sections) => {
                self.sections = true;
                Place::Sections
            }
            (Some(Place::Map), Field::Sources) => Place::Sources,
            (Some(Place::Map), Field::SourcesContent) => Place::SourcesContent,
            (Some(Place::Map), Field::IgnoreList) => Place::IgnoreList,
            _ => return self.no_string(),
        };
        self.places.push(place);
        Flow::Go
    }

    /// A container where a name or a content belongs: it keeps its place in the list.
    fn no_string(&mut self) -> Flow {
        self.element(None, None);
        Flow::Skip
    }

    fn scalar(&mut self, scalar: &[u8]) {
        match (self.places.last(), self.field) {
            (Some(Place::Map), Field::Version) => self.version |= is_three(scalar),
            (Some(Place::IgnoreList), _) => {
                let index = str::from_utf8(scalar)
                    .ok()
                    .and_then(|text| text.parse().ok());
                if let (Some(index), Some(level)) = (index, self.levels.last_mut())
                    && self.budget.take(size_of::<usize>())
                {
                    level.ignored.push(index);
                }
            }
            _ => self.element(None, None),
        }
    }

    fn text(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        match (self.places.last(), self.field) {
            (Some(Place::SourcesContent), _) => self.content(piece, last, out),
            (Some(Place::Map), Field::Mappings) => self.mappings = true,
            (Some(Place::Map | Place::Sources), _) => {
                let room = NAME.saturating_sub(self.text.len()).min(piece.len());
                self.text.extend_from_slice(&piece[..room]);
                if last {
                    self.short_text();
                    self.text.clear();
                }
            }
            _ => {}
        }
    }

    fn short_text(&mut self) {
        let text = String::from_utf8_lossy(&self.text);
        match (self.places.last(), self.field) {
            (Some(Place::Sources), _) => {
                self.named_sources = true;
                let name = text.into();
                self.element(Some(name), None);
            }
            (_, Field::Version) => self.version |= is_three(text.as_bytes()),
            (_, Field::DebugId) => self.traits.debug_id(&text),
            (_, Field::SourceRoot) => {
                let root: Box<str> = text.into();
                if self.root.is_none() && !root.is_empty() {
                    self.root = Some(root.clone());
                }
                if let Some(level) = self.levels.last_mut() {
                    level.root = root;
                }
            }
            _ => {}
        }
    }

    fn content(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        if self.reader.is_none() && piece.is_empty() && last {
            return self.element(None, None);
        }
        self.carries_content = true;
        if !self.deriving && self.budget.exhausted() {
            return;
        }
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => ContentReader::new(&self.derived_name(), &mut self.deriving, out),
        };
        reader.push(piece, last, out);
        if last {
            self.element(None, reader.finish());
        } else {
            self.reader = Some(reader);
        }
    }

    /// What the content that starts now is called: by its name if that came before, else by its
    /// place in the list.
    fn derived_name(&self) -> String {
        let level = self.levels.last();
        let index = level.map_or(0, |level| level.contents.len());
        let name = level.and_then(|level| level.names.get(index));
        let name = name.map(|name| name::clean(name)).unwrap_or_default();
        if name.is_empty() {
            format!("source-{}", self.sources.len() + index)
        } else {
            name
        }
    }

    /// The next element of the list that is open, if one is.
    fn element(&mut self, name: Option<Box<str>>, content: Option<Content>) {
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        let size = size_of::<Source>() + name.as_ref().map_or(0, |name| name.len());
        match self.places.last() {
            Some(Place::Sources) if self.budget.take(size) => {
                level.names.push(name.unwrap_or_default());
            }
            Some(Place::SourcesContent) if self.budget.take(size_of::<Source>()) => {
                level.contents.push(content);
            }
            _ => {}
        }
    }

    /// Puts the lists of a map object together.
    fn close_level(&mut self) {
        let Some(level) = self.levels.pop() else {
            return;
        };
        let count = level.names.len().max(level.contents.len());
        let mut ignored = vec![false; count];
        for index in level.ignored {
            if let Some(ignored) = ignored.get_mut(index) {
                *ignored = true;
            }
        }
        // A list of all sources that look like the publisher's tells nothing of who wrote them:
        // frameworks hide themselves whole from their users' debuggers.
        let name = |index: usize| level.names.get(index).map_or("", |name| name);
        let is_own = |index: &usize| name::author(name(*index), None) == name::Author::FirstParty;
        if ignored.contains(&true) {
            let own: Vec<usize> = (0..count).filter(is_own).collect();
            if own.iter().all(|index| ignored[*index]) {
                own.into_iter().for_each(|index| ignored[index] = false);
            }
        }
        let mut names = level.names.into_iter();
        let mut contents = level.contents.into_iter();
        self.sources
            .extend(ignored.into_iter().map(|ignored| Source {
                name: name::join(&level.root, names.next().unwrap_or_default()),
                content: contents.next().flatten(),
                ignored,
            }));
    }

    pub(super) fn finish(mut self, malformed: Option<Malformed>, out: &mut dyn Out) -> Reading {
        if let Some(mut reader) = self.reader.take() {
            reader.push(&[], true, out);
            self.element(None, reader.finish());
        }
        // What broke off leaves levels open.
        while !self.levels.is_empty() {
            self.close_level();
        }
        let shape = self.mappings || self.sections;
        let carries = self.carries_content && (self.named_sources || self.version);
        let cut = malformed.is_some() && self.version && self.named_sources;
        let is_map = self.version && shape || carries || cut;
        if !is_map {
            self.budget.give_back();
            self.sources.clear();
        }
        Reading {
            is_map,
            is_object: false,
            has_known_key: self.has_known_key,
            malformed,
            sources: self.sources,
            root: self.root,
            traits: self.traits,
            over_limit: self.budget.exhausted()
                || self.carries_content && !self.deriving && !self.at_hand,
        }
    }
}

fn is_three(text: &[u8]) -> bool {
    let number = str::from_utf8(text)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    number == Some(3.0f64)
}
