//! The tar walk: bytes as a tar, gzipped here.

use flate2::Compression;
use packwarden::model::EntryKind;

use super::{
    gzip_header,
    reading::{Item, Told},
    tarball::{TarballBuilder, gzip, gzip_at},
};

const BLOCK: usize = 512;

pub fn run(data: &[u8]) {
    read(data);
}

/// Reads a tar. It is only stored, because compressing it would take longer than reading it.
pub fn read(tar: &[u8]) -> Told {
    gzip_header::read(&gzip_at(tar, Compression::none()))
}

/// Every byte of a tar that passes is a header, a name or a text that was told, content that was
/// delivered, or a zero.
pub fn assert_accounted(tar: &[u8], told: &Told) {
    assert_eq!(told.summary.unpacked_size, tar.len() as u64);
    let mut members = told
        .items
        .iter()
        .filter(|item| item.entry.depth == 0 && item.entry.kind != EntryKind::Metadata);
    let mut archive = tar::Archive::new(tar);
    let mut end = 0;
    for entry in archive.entries().unwrap().raw(true) {
        let entry = entry.expect("what passes is a tar");
        let header = entry.header();
        assert_eq!(entry.raw_header_position(), end as u64);
        let start = end + BLOCK;
        let size = usize::try_from(header.entry_size().unwrap()).unwrap();
        end = start + size.next_multiple_of(BLOCK);
        let (content, padding) = tar[start..end].split_at(size);
        assert!(padding.iter().all(|byte| *byte == 0), "padding");
        assert_owner_told(header, told);
        match header.entry_type().as_byte() {
            b'x' | b'g' | b'L' | b'K' => assert_values_told(content, told),
            _ => assert_member(content, members.next().expect("every member is told"), told),
        }
    }
    assert_eq!(members.next(), None, "a member that is none");
    let rest = &tar[end..];
    assert!(rest.len() >= 2 * BLOCK && rest.iter().all(|byte| *byte == 0));
}

fn assert_member(content: &[u8], item: &Item, told: &Told) {
    match &item.entry.kind {
        EntryKind::File if item.entry.opened => {
            assert!(content.starts_with(&item.content));
            let whole = packwarden::model::Sha256::of(content);
            assert_eq!(told.container(&item.entry.path), Some(whole));
        }
        EntryKind::File => assert_eq!(item.content, content),
        EntryKind::Directory => assert_eq!((content, &item.content[..]), (&[][..], &[][..])),
        EntryKind::Link { target } => {
            assert_eq!(String::from_utf8_lossy(&item.content), target.as_str());
        }
        EntryKind::Metadata | EntryKind::Derived => panic!("no member: {item:?}"),
    }
}

fn assert_owner_told(header: &tar::Header, told: &Told) {
    let user = header.username_bytes().unwrap_or_default();
    let group = header.groupname_bytes().unwrap_or_default();
    let is_member = !matches!(header.entry_type().as_byte(), b'x' | b'g' | b'L' | b'K');
    if is_member && !(user.is_empty() && group.is_empty()) {
        let text = [user, b":", group].concat();
        assert!(told.has_metadata(&text), "{}", text.escape_ascii());
    }
}

/// Of the bodies of headers every line is a name, a number, or was told as text.
fn assert_values_told(body: &[u8], told: &Told) {
    for line in body.split(|byte| *byte == b'\n') {
        let Some(equals) = line.iter().position(|byte| *byte == b'=') else {
            continue;
        };
        let (key, value) = (&line[..equals], &line[equals + 1..]);
        let is_name = key.ends_with(b" path") || key.ends_with(b" linkpath");
        let is_number = value
            .iter()
            .all(|byte| byte.is_ascii_digit() || b"-.".contains(byte));
        let known = is_name || is_number || told.has_metadata(value);
        assert!(known, "{}", line.escape_ascii());
    }
}

/// A tar with something of everything.
fn varied() -> TarballBuilder {
    TarballBuilder::package()
        .directory("package/d/")
        .file("package/d/x.js", b"let x = 1")
        .pax(&[
            ("path", "package/long/name.txt"),
            ("mtime", "1.5"),
            ("comment", "why"),
        ])
        .file("package/x", &[b'y'; 700])
        .gnu()
        .long_name("package/other/name")
        .file("package/z", b"")
        .symlink("package/link", "d")
        .hard_link("package/hard", "package/d/x.js")
        .raw_header(|header| {
            header.set_path("package/owned").unwrap();
            header.set_username("rosalind").unwrap();
        })
        .file(
            "package/a.tgz",
            &TarballBuilder::new().file("i/n", b"nested").gzip(),
        )
}

pub fn seeds() -> Vec<Vec<u8>> {
    vec![
        varied().build(),
        TarballBuilder::package().build(),
        TarballBuilder::package()
            .global(&[("comment", "0123456789abcdef")])
            .build(),
        TarballBuilder::package()
            .file("package/a.gz", &gzip(b"text"))
            .build(),
        TarballBuilder::package().end_blocks(1).build(),
        TarballBuilder::package().end_blocks(20).build(),
        TarballBuilder::package().tail(b"tail").build(),
    ]
}
