//! Source maps in programs that Bun has made: their sources are packed one by one, so that a search of
//! the program's bytes does not meet them (`StandaloneModuleGraph` in <https://github.com/oven-sh/bun>).

use std::io::Read as _;

use memchr::memmem;
use object::ReadRef as _;

use super::bytes::Bytes;
use crate::detect::Out;

/// What the archive of modules ends with.
const END: &[u8] = b"\n---- Bun! ----\n";
/// What stands before that: the archive's length, and where the list of modules lies in it.
const RECORD: u64 = 32;
/// How long the record of a module is, in the newest version and in older ones.
const MODULE: [u64; 3] = [52, 44, 36];
/// What the names of modules begin with.
const ROOTS: [&[u8]; 3] = [b"/$bunfs/", b"B:/~BUN/", b"B:\\~BUN\\"];
/// What all sources may unpack to, and one piece of them, in bytes.
const UNPACKED: u64 = 256 << 20;
const PIECE: usize = 256 << 10;
/// Sources in a map, at most.
const SOURCES: u64 = 100_000;

/// A text in the archive, or in a map: where it begins, and how long it is.
type Place = (u64, u64);

/// Hands on the sources in all maps of a program, and gives back their names. `None` if they can't be
/// read to their end.
pub(super) fn sources(bytes: Bytes<'_>, out: &mut dyn Out) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let Some(archive) = Archive::find(bytes) else {
        return Some(names);
    };
    let mut left = UNPACKED;
    for map in archive.maps()? {
        let map = archive
            .bytes
            .read_bytes_at(archive.start.checked_add(map.0)?, map.1)
            .ok()?;
        let count = u64::from(u32::from_le_bytes(*map.first_chunk()?)).min(SOURCES);
        for index in 0..count {
            let text = |table: u64| within(map, place(map, 8 + 8 * (table * count + index))?);
            let name = String::from_utf8_lossy(text(0)?).into_owned();
            left = unpack(text(1)?, &name, left, out)?;
            names.push(name);
        }
    }
    Some(names)
}

/// The archive of modules in a program.
struct Archive<'d> {
    bytes: Bytes<'d>,
    start: u64,
    modules: Place,
}

impl<'d> Archive<'d> {
    /// The last one that is in order: the runtime has the mark as a text, too.
    fn find(bytes: Bytes<'d>) -> Option<Self> {
        let parts = [bytes.last(), (bytes.first(), 0)];
        let mut marks = parts.into_iter().flat_map(|(part, offset)| {
            memmem::rfind_iter(part, END).map(move |at| offset + at as u64)
        });
        marks.find_map(|mark| {
            let record = bytes
                .read_bytes_at(mark.checked_sub(RECORD)?, RECORD)
                .ok()?;
            let length = u64::from_le_bytes(*record.first_chunk()?);
            let start = mark.checked_sub(RECORD)?.checked_sub(length)?;
            let modules = place(record, 8)?;
            let fits = modules.1 > 0 && modules.0.checked_add(modules.1)? <= length;
            fits.then_some(Self {
                bytes,
                start,
                modules,
            })
        })
    }

    /// Where the maps of its modules lie.
    fn maps(&self) -> Option<Vec<Place>> {
        let list = self
            .bytes
            .read_bytes_at(self.start + self.modules.0, self.modules.1)
            .ok()?;
        let is_module = |module: &[u8]| {
            let name = place(module, 0).and_then(|name| {
                self.bytes
                    .read_bytes_at(self.start.checked_add(name.0)?, name.1)
                    .ok()
            });
            name.is_some_and(|name| ROOTS.iter().any(|root| name.starts_with(root)))
        };
        let mut sizes = MODULE.into_iter().map(|size| size as usize);
        let size =
            sizes.find(|size| list.len() % size == 0 && list.chunks(*size).all(is_module))?;
        let maps = list.chunks(size).filter_map(|module| place(module, 16));
        Some(maps.filter(|map| map.1 > 0).collect())
    }
}

/// A place that is written down at `offset`.
fn place(bytes: &[u8], offset: u64) -> Option<Place> {
    let place: &[u8; 8] = bytes.get(usize::try_from(offset).ok()?..)?.first_chunk()?;
    let [a, b, c, d, e, f, g, h] = *place;
    let (start, length) = (
        u32::from_le_bytes([a, b, c, d]),
        u32::from_le_bytes([e, f, g, h]),
    );
    Some((start.into(), length.into()))
}

fn within(bytes: &[u8], (start, length): Place) -> Option<&[u8]> {
    let end = usize::try_from(start + length).ok()?;
    bytes.get(start as usize..end)
}

/// Unpacks a source and hands it on. Gives back what may still be unpacked.
fn unpack(packed: &[u8], name: &str, left: u64, out: &mut dyn Out) -> Option<u64> {
    let mut source = ruzstd::decoding::StreamingDecoder::new(packed)
        .ok()?
        .take(left);
    if !out.derive(name) {
        // That is said by whoever counts them.
        return Some(left);
    }
    let mut piece = Vec::new();
    let read = loop {
        piece.clear();
        let read = source.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        let is_last = !matches!(read, Ok(count) if count == PIECE);
        out.derived(&piece, is_last);
        if is_last {
            break read;
        }
    };
    read.ok()?;
    Some(source.limit()).filter(|left| *left > 0)
}
