//! Data sets of which the first bytes say no more than the format.

use super::columns::Table;
use crate::{
    detect::{Inspection, content::beginning},
    model::Entry,
};

/// What stands where, and what it is; `None` is any byte.
type Format = (usize, &'static [Option<u8>], &'static str);

const FORMATS: &[Format] = &[
    (
        0,
        &[
            Some(b'F'),
            Some(b'E'),
            Some(b'A'),
            Some(b'1'),
            Some(0),
            Some(0),
            Some(0),
            Some(0),
        ],
        "Feather",
    ),
    // A version of less than 256 in eight bytes.
    (
        8,
        &[
            Some(b'D'),
            Some(b'U'),
            Some(b'C'),
            Some(b'K'),
            None,
            Some(0),
            Some(0),
            Some(0),
            Some(0),
            Some(0),
            Some(0),
            Some(0),
        ],
        "DuckDB",
    ),
];

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let (.., name) = FORMATS.iter().find(|(offset, bytes, _)| {
        let there = head.get(*offset..*offset + bytes.len());
        let fits = |(byte, wanted): (&u8, &Option<u8>)| wanted.is_none_or(|wanted| wanted == *byte);
        there.is_some_and(|there| there.iter().zip(*bytes).all(fits))
    })?;
    let path = entry.path.clone();
    Some(beginning(0, move |_, _, out| {
        Table::new(name).tell(&path, out)
    }))
}
