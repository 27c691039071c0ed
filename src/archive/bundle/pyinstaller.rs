//! What PyInstaller puts behind its program: an archive with a list at its end, and in it one of Python
//! modules (<https://pyinstaller.org/en/stable/advanced-topics.html#archive-viewer>).

use std::io::{BufRead, BufReader};

use memchr::memmem;

use super::{Part, each, list};
use crate::{
    archive::{
        budget::Unpacked,
        decode,
        error::{ArchiveError, BundleProblem, Place, Stop},
        pieces::DIRECT,
        reading::Reading,
        spool::Spool,
        stream::{Content, Stream},
    },
    model::{Entry, EntryKind, Window},
};

const FORMAT: &str = "PyInstaller";
/// What the archive's last record begins with, and how long that is.
const COOKIE: &[u8] = b"MEI\x0c\x0b\x0a\x0b\x0e";
const COOKIE_SIZE: u64 = 88;
/// What a line of the list has before its name.
const LINE: usize = 18;
/// Names of variables that the program reads, of old and new versions.
const PROGRAM: [&[u8]; 2] = [b"_MEIPASS", b"PYINSTALLER_"];
/// What goes before the modules of a PYZ.
const PYZ_HEADER: u64 = 17;

/// Whether this is a program of PyInstaller's. `head` is its first MiB, in which it lies as a whole.
pub(crate) fn is_program(head: &[u8]) -> bool {
    let is_image = [
        &b"\x7fELF"[..],
        b"MZ",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
    ]
    .iter()
    .any(|magic| head.starts_with(magic));
    is_image
        && PROGRAM
            .iter()
            .any(|name| memmem::find(head, name).is_some())
}

/// Reads the archive that lies in a program, if there is one: the program itself may be shipped alone.
pub(crate) fn appended(
    reading: &mut Reading<'_>,
    program: &Entry,
    spool: &mut Spool,
) -> Result<(), Stop> {
    let Some(cookie) = cookie(spool)? else {
        return Ok(());
    };
    let place = Place::bundle(FORMAT, None, cookie);
    let wrong = |reason: &str| place.of_bundle(BundleProblem::List(reason.to_owned()));
    let record = list(
        &mut Stream::at(spool.at(cookie)?, cookie),
        COOKIE_SIZE,
        &place,
    )?;
    let number = |at: usize| {
        let bytes = record[at..at + 4].try_into().unwrap_or_default();
        u64::from(u32::from_be_bytes(bytes))
    };
    let (length, table, size) = (number(8), number(12), number(16));
    let start = (cookie + COOKIE_SIZE)
        .checked_sub(length)
        .ok_or_else(|| wrong("it is longer than the file"))?;
    if start + table + size != cookie {
        return Err(wrong("its lengths do not agree").into());
    }
    let mut stream = Stream::at(spool.at(start + table)?, start + table);
    let lines = list(&mut stream, size, &place)?;
    let lines = lines_of(&lines).ok_or_else(|| wrong("a line of it is cut off"))?;
    reading.budget.room_for(lines.len() as u64)?;

    let mut stream = Stream::at(spool.at(start)?, start);
    let budget = reading.budget;
    each(
        FORMAT,
        lines,
        &mut stream,
        Some(table),
        |line| &line.part,
        |line, content| {
            let file = entry(program, &line.part.name, line.part.size);
            if !line.is_packed {
                return reading.file(file, Some(line.part.size), content);
            }
            let inner = decode::zlib(content, budget);
            let unpacked = Unpacked { inner, budget };
            reading.file(file, None, &mut BufReader::with_capacity(DIRECT, unpacked))
        },
    )
}

/// Where the last cookie lies.
fn cookie(spool: &mut Spool) -> Result<Option<u64>, ArchiveError> {
    let mut found = None;
    let mut window = Window::new(0, COOKIE.len());
    let content = spool.at(0)?;
    loop {
        let piece = content.fill_buf()?;
        let (length, is_last) = (piece.len(), piece.is_empty());
        window.push(piece, is_last, &mut |view| {
            let (from, end) = view.search;
            let places = memmem::find_iter(&view.bytes[from..], COOKIE).map(|at| from + at);
            let here = places.take_while(|at| *at < end).last();
            found = here.map(|at| view.offset + at as u64).or(found);
        });
        content.consume(length);
        if is_last {
            return Ok(found);
        }
    }
}

/// A line of the list.
struct Line {
    part: Part,
    is_packed: bool,
}

fn lines_of(mut list: &[u8]) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    while !list.is_empty() {
        let number = |at: usize| Some(u32::from_be_bytes(*list.get(at..)?.first_chunk()?));
        let (line, rest) = list.split_at_checked(number(0)? as usize)?;
        let name = line.get(LINE..)?.split(|byte| *byte == 0).next()?;
        lines.push(Line {
            part: Part {
                name: String::from_utf8_lossy(name).into_owned(),
                offset: number(4)?.into(),
                size: number(8)?.into(),
            },
            is_packed: line[16] != 0,
        });
        list = rest;
    }
    Some(lines)
}

fn entry(container: &Entry, name: &str, size: u64) -> Entry {
    Entry {
        path: container.path.nested(name),
        kind: EntryKind::File,
        size,
        mode: 0o644,
        depth: container.depth + 1,
        opened: false,
    }
}

/// Reads the modules of a PYZ: packed one by one, one behind the other, with a list at the end.
pub(crate) fn modules(
    reading: &mut Reading<'_>,
    container: &Entry,
    content: &mut dyn BufRead,
) -> Result<(), Stop> {
    let mut stream = Stream::new(content);
    let place = Place::bundle("PYZ", None, 0);
    let header = list(&mut stream, PYZ_HEADER, &place)?;
    let table = header[8..12].try_into().map_or(0, u32::from_be_bytes);
    let left = u64::from(table)
        .checked_sub(PYZ_HEADER)
        .ok_or_else(|| place.of_bundle(BundleProblem::Overlap))?;
    let mut packed = Content {
        stream: &mut stream,
        left,
        place: &place,
    };
    if left > 0 {
        let budget = reading.budget;
        let inner = decode::zlibs(&mut packed, budget);
        let unpacked = Unpacked { inner, budget };
        let mut modules = BufReader::with_capacity(DIRECT, unpacked);
        reading.file(entry(container, "modules", 0), None, &mut modules)?;
    }
    reading.file(entry(container, "list", 0), None, &mut stream)
}
