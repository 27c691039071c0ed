//! Files that a program carries with it, in formats of their own: Electron's asar, and what PyInstaller
//! puts behind its program. They lie one behind the other, and a list says where.

pub(super) mod asar;
pub(super) mod pyinstaller;

use std::io::Read as _;

use super::{
    error::{ArchiveError, BundleProblem, Bytes, Place, Stop},
    stream::{Content, Stream},
};

/// The longest list of files, in bytes.
const LIST: u64 = 16 << 20;

/// A file in a bundle.
struct Part {
    name: String,
    /// From where the first file may begin.
    offset: u64,
    size: u64,
}

impl Part {
    fn place(&self, format: &'static str) -> Place {
        Place::bundle(format, Some(self.name.as_bytes()), self.offset)
    }
}

/// Reads a list of `size` bytes, as many as there are.
fn list(stream: &mut Stream<'_>, size: u64, place: &Place) -> Result<Vec<u8>, ArchiveError> {
    if size > LIST {
        let (size, limit) = (Bytes(size), Bytes(LIST));
        return Err(place.of_bundle(BundleProblem::LongList { size, limit }));
    }
    let mut list = Vec::new();
    Content {
        stream,
        left: size,
        place,
    }
    .read_to_end(&mut list)?;
    Ok(list)
}

/// Hands out the content of all parts, which must lie in `stream` without anything between them, up to
/// `end` or the end of all.
fn each<P>(
    format: &'static str,
    mut parts: Vec<P>,
    stream: &mut Stream<'_>,
    end: Option<u64>,
    part_of: impl Fn(&P) -> &Part,
    mut take: impl FnMut(&P, &mut Content<'_, '_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    // Those without content may share their place with others.
    parts.sort_by_key(|part| (part_of(part).offset, part_of(part).size));
    let start = stream.offset();
    for held in &parts {
        let part = part_of(held);
        let place = part.place(format);
        follows(stream.offset() - start, part.offset)
            .map_err(|problem| place.of_bundle(problem))?;
        let mut content = Content {
            stream,
            left: part.size,
            place: &place,
        };
        take(held, &mut content)?;
        // What a decoder has left would be read as the next file.
        if content.left > 0 {
            return Err(place.of_bundle(BundleProblem::Unaccounted).into());
        }
    }
    let read = stream.offset() - start;
    let is_end = match end {
        Some(end) => follows(read, end),
        None if std::io::BufRead::fill_buf(stream)?.is_empty() => Ok(()),
        None => Err(BundleProblem::Unaccounted),
    };
    Ok(is_end.map_err(|problem| Place::bundle(format, None, read).of_bundle(problem))?)
}

fn follows(read: u64, offset: u64) -> Result<(), BundleProblem> {
    match read.cmp(&offset) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(BundleProblem::Unaccounted),
        std::cmp::Ordering::Greater => Err(BundleProblem::Overlap),
    }
}
