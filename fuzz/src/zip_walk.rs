//! The zip walk: bytes as a wheel, and as a zipped sdist.

use std::io::Cursor;

use super::{
    reading::{self, Named, Told},
    zip_grammar,
};

pub fn run(data: &[u8]) {
    read(data);
    read(&[b"PK\x03\x04", data].concat());
    read_named(data, Named::ZipSdist);
}

/// Reads a wheel.
pub fn read(zip: &[u8]) -> Told {
    read_named(zip, Named::Wheel)
}

fn read_named(zip: &[u8], named: Named) -> Told {
    let told = reading::read(zip, named);
    // Of a directory that is there twice, which harms nobody, the `zip` crate sees one.
    if told.passed() && zip.starts_with(b"PK") && !told.has_directory_twice() {
        assert_accounted(zip, &told);
    }
    told
}

/// Every byte of a zip that passes lies in a member or in the directory behind the last one.
fn assert_accounted(bytes: &[u8], told: &Told) {
    let zip = zip::ZipArchive::new(Cursor::new(bytes));
    let mut zip = zip.expect("what passes is a zip");
    let (mut end, mut unpacked) = (0, 0);
    for index in 0..zip.len() {
        let file = zip
            .by_index_raw(index)
            .expect("what passes has no bad member");
        assert_eq!(file.header_start(), end, "bytes between members");
        let start = file.data_start().expect("its header was read");
        end = start + file.compressed_size();
        unpacked += file.size();
        let comment = file.comment().as_bytes();
        assert!(
            comment.is_empty() || told.has_metadata(comment),
            "{comment:?}"
        );
    }
    assert_eq!(
        zip.central_directory_start(),
        end,
        "bytes behind the last member"
    );
    assert_eq!(told.summary.unpacked_size, unpacked);
    let comment = zip.comment();
    assert!(
        comment.is_empty() || told.has_metadata(comment),
        "{comment:?}"
    );
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = zip_grammar::seeds()
        .iter()
        .step_by(14)
        .map(|seed| zip_grammar::wheel(seed))
        .collect();
    seeds.push(zip_grammar::wheel(b""));
    seeds
}
