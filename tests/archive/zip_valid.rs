//! Unusual zips that every installer reads alike.

use std::io::{Cursor, Read};

use packwarden::{
    archive::{PIECE, WHOLE},
    model::{EntryKind, Format, Limits},
};

use crate::{
    read, read_named,
    support::{
        tarball::TarballBuilder,
        zip::{IN_ZIP64, Member, ZipBuilder, deflate, extra, unicode_path, zip64_extra},
    },
};

fn wheel() -> ZipBuilder {
    ZipBuilder::wheel()
}

fn with(edit: impl FnOnce(&mut Member)) -> ZipBuilder {
    wheel().member("example/x.py", b"print(1)", edit)
}

/// Files with their content, as the `zip` crate reads them.
fn oracle(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        if file.is_file() {
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            let name = String::from_utf8(file.name_raw().to_vec()).unwrap();
            files.push((name, content));
        }
    }
    files
}

#[test]
fn a_wheel_and_a_zipped_sdist_are_read() {
    let cases = [
        (
            wheel(),
            "example-1.0-py3-none-any.whl",
            Format::Wheel,
            3,
            31,
        ),
        (ZipBuilder::sdist(), "example-1.0.zip", Format::Sdist, 1, 13),
    ];
    for (builder, name, format, entries, unpacked) in cases {
        let artifact = builder.build();
        for name in [Some(name), None] {
            let read = read_named(&artifact, name, &Limits::default());
            assert_eq!(read.reasons(), "");
            assert_eq!(read.summary.format, Some(format));
            assert_eq!(read.summary.entries, entries);
            assert_eq!(read.summary.unpacked_size, unpacked);
            assert_eq!(read.progress, (artifact.len() as u64, entries));
        }
    }
}

#[test]
fn unusual_zips_are_read() {
    let many = (0..3000).fold(wheel(), |zip, index| {
        zip.file(&format!("{}/{index}.py", index % 50), b"x")
    });
    let in_local = |m: &mut Member| {
        (m.local.size, m.local.packed) = (IN_ZIP64, IN_ZIP64);
        m.local.extra = zip64_extra(&[8, 10]);
    };
    let cases = [
        ("empty files", wheel().file("a", b"").stored("b", b"")),
        (
            "directories",
            wheel()
                .directory("d/")
                .directory("d/e/")
                .file("d/e/x", b"x"),
        ),
        (
            "directory after its file",
            wheel().file("d/x", b"x").directory("d/"),
        ),
        (
            "deflated directory",
            wheel()
                .member("d/", b"", |m| m.attributes = 0)
                .file("d/x", b"x"),
        ),
        ("stored", wheel().stored("example/x", b"content")),
        ("many", many),
        ("UTF-8 name", wheel().file("example/名前é.py", b"x")),
        (
            "UTF-8 flag on an ASCII name",
            with(|m| m.both(|h| h.flags = 1 << 11)),
        ),
        ("level of deflate", with(|m| m.both(|h| h.flags = 6))),
        ("no attributes", with(|m| m.attributes = 0)),
        (
            "times",
            with(|m| {
                m.local.extra = extra(0x5455, b"\x03\0\0\0\0\0\0\0\0");
                m.central.extra = extra(0x5455, b"\x03\0\0\0\0");
            }),
        ),
        (
            "owners",
            with(|m| m.extra(&extra(0x7875, b"\x01\x04\0\0\0\0\x04\0\0\0\0"))),
        ),
        (
            "Unicode path that repeats the name",
            with(|m| m.extra(&unicode_path(b"example/x.py", "example/x.py"))),
        ),
        ("zip64 sizes", with(in_local)),
        (
            "zip64 sizes that have room in the header, as Bazel writes them",
            with(|m| m.local.extra = zip64_extra(&[8, 10])),
        ),
        (
            "zip64 everywhere",
            with(|m| {
                in_local(m);
                let offset = u64::from(m.offset);
                (m.central.size, m.central.packed, m.offset) = (IN_ZIP64, IN_ZIP64, IN_ZIP64);
                m.central.extra = zip64_extra(&[8, 10, offset]);
            }),
        ),
        (
            "zip64 offset",
            with(|m| {
                m.central.extra = zip64_extra(&[m.offset.into()]);
                m.offset = IN_ZIP64;
            }),
        ),
        (
            "zip64 end",
            wheel().zip64(|_| {}).end(|e| {
                (e.count, e.count_here) = (u16::MAX, u16::MAX);
                (e.size, e.offset) = (u32::MAX, u32::MAX);
            }),
        ),
        ("version 4.5", with(|m| m.both(|h| h.version = 45))),
        (
            "several deflate blocks",
            wheel().member("x", b"abab", |m| {
                m.data = [b"\0\x02\0\xfd\xffab", &deflate(b"ab")[..]].concat();
                let packed = m.data.len() as u32;
                m.both(|h| h.packed = packed);
            }),
        ),
        ("comment", wheel().comment(b"built by hand")),
    ];
    for (name, builder) in cases {
        let artifact = builder.build();
        let read = read(&artifact);
        assert_eq!(read.reasons(), "", "{name}");
        let files = read.entries.iter();
        let files = files.filter(|(entry, _)| entry.kind == EntryKind::File && entry.depth == 0);
        let files: Vec<_> = files
            .map(|(entry, content)| (entry.path.as_str().to_owned(), content.clone()))
            .collect();
        assert_eq!(files, oracle(&artifact), "{name}");
    }
}

/// The `zip` crate can't open it, but no two readers see different members.
#[test]
fn zip64_records_that_nothing_refers_to_are_read() {
    let read = read(&wheel().zip64(|_| {}).build());
    assert_eq!(read.reasons(), "");
    assert_eq!(read.summary.entries, 3);
}

/// `Collected` checks the sizes of the pieces.
#[test]
fn large_members_come_in_pieces() {
    for size in [
        WHOLE - 1,
        WHOLE,
        WHOLE + 1,
        WHOLE + PIECE,
        WHOLE + PIECE + 1,
    ] {
        let content: Vec<u8> = (0..size).map(|index| (index / 1000) as u8).collect();
        for builder in [wheel().file("x", &content), wheel().stored("x", &content)] {
            let read = read(&builder.build());
            assert_eq!(read.reasons(), "");
            assert!(read.content("x") == content, "{size}");
            assert_eq!(read.summary.unpacked_size, 31 + size as u64);
        }
    }
}

#[test]
fn text_outside_files_is_content() {
    let artifact = wheel()
        .member("a", b"", |m| {
            m.local.extra = [extra(0x5455, &[0; 5]), extra(0x6375, b"note")].concat();
            m.central.extra = extra(0x756e, b"link");
        })
        .member("b", b"", |m| m.extra(&extra(0x5455, &[b'x'; 14])))
        .comment(b"made by alice");
    let read = read(&artifact.build());
    assert_eq!(read.reasons(), "");
    let metadata = read.entries.iter();
    let metadata = metadata.filter(|(entry, _)| entry.kind == EntryKind::Metadata);
    let texts: Vec<_> = metadata
        .map(|(entry, text)| (entry.path.as_str(), str::from_utf8(text).unwrap()))
        .collect();
    assert_eq!(
        texts,
        [
            ("a!/zip-extra", "note"),
            ("b!/zip-extra", "xxxxxxxxxxxxxx"),
            ("a!/zip-extra", "link"),
            ("!/zip-comment", "made by alice"),
        ]
    );
}

/// What is refused is searched first.
#[test]
fn a_refused_entry_comment_is_content() {
    let read = read(&with(|m| m.comment = b"made by alice".to_vec()).build());
    assert_eq!(read.gaps.len(), 1);
    let comment = read.content("example/x.py!/zip-entry-comment");
    assert_eq!(comment, b"made by alice");
}

#[test]
fn containers_in_a_wheel_are_opened() {
    let inner = ZipBuilder::new().file("deep/a.txt", b"inner").build();
    let tarball = TarballBuilder::new().file("t/b.txt", b"inner").gzip();
    let artifact = wheel()
        .file("example/a.zip", &inner)
        .stored("example/b.jar", &inner)
        .stored("example/c.tgz", &tarball);
    let read = read(&artifact.build());
    assert_eq!(read.reasons(), "");
    for path in ["a.zip!/deep/a.txt", "b.jar!/deep/a.txt", "c.tgz!/t/b.txt"] {
        assert_eq!(read.content(&format!("example/{path}")), b"inner");
    }
    assert_eq!(read.summary.entries, 6);
}
