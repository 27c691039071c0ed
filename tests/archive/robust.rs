//! Any bytes at all: no panic, and what passes is what the `tar` and `zip` crates see.

use std::io::{Cursor, Read};

use proptest::prelude::*;

use crate::{
    read,
    support::{
        compressed::FORMATS,
        tarball::{TarballBuilder, gzip},
        zip::{IN_ZIP64, ZipBuilder, extra, zip64_extra},
    },
};

/// A tar with something of everything.
fn varied() -> Vec<u8> {
    TarballBuilder::package()
        .directory("package/d/")
        .file("package/d/x.js", b"let x = 1")
        .pax(&[("path", "package/long/name.txt"), ("mtime", "1.5")])
        .file("package/x", &[b'y'; 700])
        .gnu()
        .long_name("package/other/name")
        .file("package/z", b"")
        .symlink("package/link", "d")
        .file(
            "package/a.tgz",
            &TarballBuilder::new().file("i/n", b"nested").gzip(),
        )
        .build()
}

/// File names as the `tar` crate lists them; an error ends the list.
fn oracle(tar: &[u8]) -> Vec<String> {
    let mut archive = tar::Archive::new(tar);
    let mut files = Vec::new();
    for entry in archive.entries().unwrap().map_while(Result::ok) {
        if entry.header().entry_type().is_file() {
            files.push(String::from_utf8_lossy(&entry.path_bytes()).into_owned());
        }
    }
    files
}

/// A wheel with something of everything.
fn varied_wheel() -> Vec<u8> {
    let builder = ZipBuilder::wheel()
        .directory("d/")
        .stored("d/x.py", b"x = 1")
        .member("d/y.py", &[b'y'; 700], |member| {
            (member.local.size, member.local.packed) = (IN_ZIP64, IN_ZIP64);
            member.local.extra = zip64_extra(&[700, member.central.packed.into()]);
        })
        .member("é", b"e", |member| member.extra(&extra(0x5455, &[1; 5])))
        .file("a.zip", &varied_zip());
    builder
        .zip64(|_| {})
        .end(|end| end.offset = IN_ZIP64)
        .comment(b"comment")
        .build()
}

/// What only a nested zip may have.
fn varied_zip() -> Vec<u8> {
    let builder = ZipBuilder::new().file("a", b"content");
    let builder = builder.member("b", b"described", |member| member.descriptor(true));
    builder
        .raw(&[0; 4])
        .stored("c", b"stored")
        .comment(b"comment")
        .build()
}

/// File names as the `zip` crate lists them, once it has read all content.
fn zip_oracle(bytes: &[u8]) -> Option<Vec<String>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).ok()?;
        file.read_to_end(&mut Vec::new()).ok()?;
        if !file.name_raw().ends_with(b"/") {
            files.push(String::from_utf8_lossy(file.name_raw()).into_owned());
        }
    }
    Some(files)
}

fn assert_like_zip_oracle(bytes: &[u8]) {
    let read = read(bytes);
    if let (true, Some(files)) = (read.gaps.is_empty(), zip_oracle(bytes)) {
        assert_eq!(read.files(), files);
    }
}

#[test]
fn the_oracle_agrees_on_a_varied_wheel() {
    let read = read(&varied_wheel());
    assert_eq!(read.reasons(), "");
    assert_eq!(read.files(), zip_oracle(&varied_wheel()).unwrap());
    assert_eq!(read.content("a.zip!/b"), b"described");
}

fn assert_like_oracle(tar: &[u8]) {
    let read = read(&gzip(tar));
    if read.gaps.is_empty() {
        assert_eq!(read.files(), oracle(tar));
    }
}

#[test]
fn the_oracle_agrees_on_a_varied_tar() {
    let read = read(&gzip(&varied()));
    assert_eq!(read.reasons(), "");
    assert_eq!(read.files(), oracle(&varied()));
    assert_eq!(read.files().len(), 5);
}

proptest! {
    #[test]
    fn arbitrary_bytes(bytes: Vec<u8>) {
        read(&bytes);
        read(&gzip(&bytes));
        read(&[&[0x1f, 0x8b, 8][..], &bytes].concat());
    }

    #[test]
    fn mutated_tars(changes in prop::collection::vec((0usize..20_000, any::<u8>()), 1..6), cut in 0usize..40_000) {
        let mut tar = varied();
        for (at, byte) in changes {
            let at = at % tar.len();
            tar[at] = byte;
        }
        tar.truncate(cut.max(512));
        assert_like_oracle(&tar);
    }

    /// Checksums made right again, so that mutations get past them.
    #[test]
    fn mutated_headers(header in 0usize..30, changes in prop::collection::vec((0usize..512, any::<u8>()), 1..4)) {
        let mut tar = varied();
        let blocks = tar.len() / 512;
        let block = &mut tar[header % blocks * 512..][..512];
        for (at, byte) in changes {
            block[at] = byte;
        }
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert_like_oracle(&tar);
    }

    #[test]
    fn mutated_zips(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4), cut: usize) {
        let mut wheel = varied_wheel();
        let mut zip = varied_zip();
        for (at, byte) in changes {
            let (wheel_at, zip_at) = (at % wheel.len(), at % zip.len());
            (wheel[wheel_at], zip[zip_at]) = (byte, byte);
        }
        assert_like_zip_oracle(&wheel);
        read(&wheel[..cut % wheel.len()]);
        let prefixed = [b"#!/bin/sh\n", &zip[..]].concat();
        for nested in [zip, prefixed] {
            let nested = TarballBuilder::package().file("package/a", &nested);
            assert_eq!(read(&nested.gzip()).files(), ["package/package.json", "package/a"]);
        }
    }

    #[test]
    fn mutated_gzips(at: usize, byte: u8, cut: usize) {
        let mut bytes = gzip(&varied());
        let length = bytes.len();
        bytes[at % length] = byte;
        let unchanged = bytes == gzip(&varied());
        bytes.truncate(cut % length + 1);
        let read = read(&bytes);
        if read.gaps.is_empty() && !unchanged {
            let mut tar = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut tar).unwrap();
            assert_eq!(tar, varied());
        }
    }

    /// Where a format has a checksum, what passes is what was packed.
    #[test]
    fn mutated_streams(format in 0..FORMATS.len(), changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4)) {
        let (name, suffix, compress) = FORMATS[format];
        let content = b"some text, and some more text, and some more".repeat(20);
        let mut packed = compress(&content);
        let length = packed.len();
        for (at, byte) in changes {
            packed[at % length] = byte;
        }
        let file = format!("package/a{suffix}");
        let read = read(&TarballBuilder::package().file(&file, &packed).gzip());
        let is_opened = read.entries.iter().any(|(entry, _)| entry.opened);
        if read.gaps.is_empty() && is_opened && !["brotli", "lzma"].contains(&name) {
            assert_eq!(read.content(&format!("{file}!/a")), content);
        }
    }
}
