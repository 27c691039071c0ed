//! gzip framing: raw bytes, and bytes behind a good header.

use std::io::Read;

use flate2::{Compression, GzBuilder, bufread::GzDecoder};

use super::{
    oracle,
    reading::{self, Named, Told},
    tar_walk,
    tarball::{TarballBuilder, gzip_at},
};

/// A good header: no flags, no time, no operating system.
const HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

pub fn run(data: &[u8]) {
    read(data);
    read(&[&HEADER[..3], data].concat());
    read(&[HEADER, data].concat());
}

/// Reads a gzipped tarball.
pub fn read(gzip: &[u8]) -> Told {
    let told = reading::read(gzip, Named::Tarball);
    if told.passed() {
        assert_unpacked(gzip, &told);
    }
    told
}

/// What passes is one whole member, and its header's texts were told.
fn assert_unpacked(gzip: &[u8], told: &Told) {
    let (tar, rest) = oracle::gunzip(gzip).expect("what passes can be unpacked");
    assert!(rest.is_empty(), "bytes after the gzip member");
    tar_walk::assert_accounted(&tar, told);
    let decoder = GzDecoder::new(gzip);
    let header = decoder.header().expect("what passes has a header");
    let texts = [header.filename(), header.comment(), header.extra()];
    for text in texts.into_iter().flatten() {
        assert!(text.is_empty() || told.has_metadata(text), "{text:?}");
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let tar = TarballBuilder::package().build();
    let mut all_fields = Vec::new();
    let builder = GzBuilder::new().filename("a.tar").comment("a comment");
    let mut encoder = builder
        .extra("AB\u{2}\0xy")
        .read(tar.as_slice(), Compression::fast());
    encoder.read_to_end(&mut all_fields).unwrap();
    let stored = gzip_at(&tar, Compression::none());
    vec![
        gzip_at(&tar, Compression::fast()),
        stored[HEADER.len()..].to_vec(),
        [&stored[..], &stored[..]].concat(),
        [&stored[..], b"\0\0"].concat(),
        // Flags: a header checksum, all of them, the reserved ones.
        [&[0x1f, 0x8b, 8, 2][..], &all_fields[4..]].concat(),
        [&[0x1f, 0x8b, 8, 0xff][..], &all_fields[4..]].concat(),
        [&[0x1f, 0x8b, 9][..], &all_fields[3..]].concat(),
        all_fields,
    ]
}
