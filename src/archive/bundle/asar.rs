//! Electron's asar: four lengths, a list of files in JSON, and the files
//! (<https://github.com/electron/asar#format>).

use std::{
    fmt,
    io::{BufRead, Read as _},
};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::{Part, each, list};
use crate::{
    archive::{
        error::{BundleProblem, Place, Stop, shown},
        pieces::Pieces,
        reading::Reading,
        stream::Stream,
    },
    model::{Entry, EntryKind},
};

const FORMAT: &str = "asar";
/// The lengths before the list: of the length, of the rest with its own, of the rest, of the text.
const LENGTHS: usize = 16;

/// Whether a file that is called so begins with a length of four bytes, as all do.
pub(crate) fn is_header(head: &[u8]) -> bool {
    head.starts_with(&[4, 0, 0, 0])
}

/// Reads an asar inside the artifact.
pub(crate) fn nested(
    reading: &mut Reading<'_>,
    container: &Entry,
    content: &mut dyn BufRead,
) -> Result<(), Stop> {
    let mut stream = Stream::new(content);
    let place = Place::bundle(FORMAT, None, 0);
    let text = header(&mut stream, &place)?;
    let mut files = Files {
        parts: Vec::new(),
        links: Vec::new(),
        reading,
    };
    let mut json = serde_json::Deserializer::from_slice(&text);
    Node {
        name: String::new(),
        files: &mut files,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end())
    .map_err(|error| place.of_bundle(BundleProblem::List(shown(&error.to_string()))))?;
    let Files { parts, links, .. } = files;

    let size = text.len() as u64;
    let mut text = text.as_slice();
    let pieces = Pieces::new(Some(size), &mut text)?;
    reading.content(
        entry(container, "asar-header", EntryKind::Metadata, size),
        pieces,
    )?;
    for (name, target) in links {
        let of = container.path.nested(&name);
        reading.metadata(&of, container.depth + 1, "asar-link", target.into_bytes())?;
    }
    each(
        FORMAT,
        parts,
        &mut stream,
        None,
        |part| part,
        |part, content| {
            let file = entry(container, &part.name, EntryKind::File, part.size);
            reading.file(file, Some(part.size), content)
        },
    )
}

fn entry(container: &Entry, name: &str, kind: EntryKind, size: u64) -> Entry {
    Entry {
        path: container.path.nested(name),
        kind,
        size,
        mode: 0o644,
        depth: container.depth + 1,
        opened: false,
    }
}

/// The list of files, as text.
fn header(stream: &mut Stream<'_>, place: &Place) -> Result<Vec<u8>, Stop> {
    let mut lengths = Vec::new();
    (&mut *stream)
        .take(LENGTHS as u64)
        .read_to_end(&mut lengths)?;
    let mut lengths = lengths.chunks_exact(4).map(|bytes| {
        let bytes = bytes.try_into().unwrap_or_default();
        u64::from(u32::from_le_bytes(bytes))
    });
    let lengths = [(); 4].map(|()| lengths.next().unwrap_or(0));
    let [length, outer, inner, size] = lengths;
    let padded = size.next_multiple_of(4);
    if (length, outer, inner) != (4, padded + 8, padded + 4) {
        let reason = "its lengths do not agree".to_owned();
        return Err(place.of_bundle(BundleProblem::List(reason)).into());
    }
    let mut text = list(stream, padded, place)?;
    let padding = text.split_off(size as usize);
    match padding.iter().all(|byte| *byte == 0) {
        true => Ok(text),
        false => Err(place.of_bundle(BundleProblem::Unaccounted).into()),
    }
}

/// What the list names.
struct Files<'f, 'a> {
    parts: Vec<Part>,
    /// Names and targets.
    links: Vec<(String, String)>,
    reading: &'f mut Reading<'a>,
}

/// A file, a link, or a directory with what is in it.
struct Node<'n, 'f, 'a> {
    name: String,
    files: &'n mut Files<'f, 'a>,
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a file or directory")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let (mut size, mut offset, mut is_directory, mut is_unpacked) = (None, None, false, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "files" => {
                    is_directory = true;
                    let (name, files) = (&self.name, &mut *self.files);
                    map.next_value_seed(Directory { name, files })?;
                }
                "size" => size = Some(map.next_value::<u64>()?),
                "offset" => offset = Some(map.next_value::<String>()?),
                "unpacked" => is_unpacked = map.next_value()?,
                "link" => {
                    let link = (self.name.clone(), map.next_value()?);
                    self.files.links.push(link);
                    // A link has nothing else.
                    is_directory = true;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let entries = self.files.parts.len() + self.files.links.len();
        let room = self.files.reading.budget.room_for(entries as u64);
        room.map_err(M::Error::custom)?;
        // What is unpacked lies beside the asar.
        if is_directory || is_unpacked {
            return Ok(());
        }
        let offset = offset.and_then(|offset| offset.parse().ok());
        let (Some(size), Some(offset)) = (size, offset) else {
            return Err(M::Error::custom("a file has no place in it"));
        };
        let name = self.name;
        self.files.parts.push(Part { name, offset, size });
        Ok(())
    }
}

/// The files in a directory.
struct Directory<'n, 'f, 'a> {
    name: &'n str,
    files: &'n mut Files<'f, 'a>,
}

impl<'de> DeserializeSeed<'de> for Directory<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Directory<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the files of a directory")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let name = match self.name {
                "" => name,
                directory => format!("{directory}/{name}"),
            };
            let files = &mut *self.files;
            map.next_value_seed(Node { name, files })?;
        }
        Ok(())
    }
}
