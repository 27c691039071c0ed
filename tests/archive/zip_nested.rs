//! Zips inside the artifact: read in full, or a gap.

use std::{io::Cursor, io::Write as _};

use packwarden::{
    archive::WHOLE,
    model::{GapKind, Limits, Sha256},
};

use crate::{
    Collected, read, read_within,
    support::{
        compressed::{bzip2, xz, zstd},
        tarball::TarballBuilder,
        zip::{IN_ZIP64, Member, ZipBuilder, extra, unicode_path, zip64_extra},
    },
};

type Compress = fn(&[u8]) -> Vec<u8>;

/// Reads a package with one file in it, and another after that.
fn read_with(name: &str, content: &[u8]) -> Collected {
    let artifact = TarballBuilder::package().file(name, content);
    read(&artifact.file("package/after", b"after").gzip())
}

fn inner() -> ZipBuilder {
    ZipBuilder::new().file("x/a.txt", b"inner")
}

fn with(edit: impl FnOnce(&mut Member)) -> ZipBuilder {
    inner().member("x/b.txt", b"other", edit)
}

#[test]
fn unusual_zips_are_opened() {
    let zip64_descriptor = |m: &mut Member| {
        m.descriptor(true);
        let (packed, size) = (u64::from(m.central.packed), u64::from(m.central.size));
        m.after.truncate(8);
        m.after.extend(packed.to_le_bytes());
        m.after.extend(size.to_le_bytes());
        m.local.extra = zip64_extra(&[0, 0]);
        (m.local.size, m.local.packed) = (IN_ZIP64, IN_ZIP64);
    };
    let cases = [
        ("plain", inner()),
        (
            "jar",
            inner().member("META-INF/MANIFEST.MF", b"Main: X", |m| {
                m.descriptor(true);
                m.local.extra = extra(0xcafe, b"");
            }),
        ),
        (
            "descriptor without signature",
            with(|m| m.descriptor(false)),
        ),
        ("zip64 descriptor", with(zip64_descriptor)),
        (
            "descriptor of an empty file",
            inner().member("e", b"", |m| m.descriptor(true)),
        ),
        ("zip64 end", inner().zip64(|_| {})),
        (
            "zip64 sizes",
            with(|m| {
                let (packed, size) = (u64::from(m.central.packed), u64::from(m.central.size));
                m.both(|h| {
                    (h.size, h.packed) = (IN_ZIP64, IN_ZIP64);
                    h.extra = zip64_extra(&[size, packed]);
                });
            }),
        ),
        (
            "padding of zipalign",
            with(|m| m.local.extra = vec![0; 3])
                .raw(&[0; 4])
                .file("c", b""),
        ),
        (
            "padding before the directory",
            inner().before_directory(&[0; 16]),
        ),
        ("zeros after the end", inner().tail(&[0; 100])),
        ("comment", inner().comment(b"a comment")),
        ("entry comment", with(|m| m.comment = b"a comment".to_vec())),
        ("directory", inner().directory("x/")),
        ("link", with(|m| m.attributes = 0o120_777 << 16)),
        (
            "name that is not UTF-8",
            with(|m| m.both(|h| h.name = b"\x81".to_vec())),
        ),
        (
            "name that leads out",
            inner()
                .file("../../up", b"x")
                .file("/abs", b"x")
                .file("./dot", b"x"),
        ),
        ("listed in another order", inner().file("b", b"b")),
    ];
    for (name, builder) in cases {
        let content = builder.build();
        let read = read_with("package/a.zip", &content);
        assert_eq!(read.reasons(), "", "{name}");
        assert_eq!(read.content("package/a.zip!/x/a.txt"), b"inner", "{name}");
        assert_eq!(read.content("package/after"), b"after");
        let members = read
            .entries
            .iter()
            .filter(|(e, _)| e.depth == 1 && e.kind == packwarden::model::EntryKind::File);
        let archive = zip::ZipArchive::new(Cursor::new(&content[..])).unwrap();
        let files = archive.len() - usize::from(name == "directory");
        assert_eq!(members.count(), files, "{name}");
    }
    let empty = read_with("package/a.zip", &ZipBuilder::new().build());
    assert_eq!(empty.reasons(), "");
}

#[test]
fn members_of_other_methods_are_read() {
    let methods: [(u16, Compress); 3] = [(12, bzip2), (93, zstd), (95, xz)];
    for (method, compress) in methods {
        let zip = |packed: Vec<u8>| {
            with(|m| {
                m.data = packed;
                let size = m.data.len() as u32;
                m.both(|h| (h.method, h.packed) = (method, size));
            })
            .build()
        };
        let good = read_with("package/a.zip", &zip(compress(b"other")));
        assert_eq!(good.reasons(), "", "{method}");
        assert_eq!(good.content("package/a.zip!/x/b.txt"), b"other");
        let more = [compress(b"other"), b"more".to_vec()].concat();
        for bad in [compress(b"othes"), compress(b"others"), more] {
            let bad = read_with("package/a.zip", &zip(bad));
            assert_eq!(bad.kinds(), [GapKind::NestedContainer], "{method}");
        }
    }
}

/// Both are read, whichever an unpacker keeps.
#[test]
fn members_of_one_name_are_told_apart() {
    let read = read_with("package/a.zip", &inner().file("x/a.txt", b"second").build());
    assert_eq!(read.reasons(), "");
    assert_eq!(read.content("package/a.zip!/x/a.txt"), b"inner");
    assert_eq!(read.content("package/a.zip!/x/a.txt#2"), b"second");
}

#[test]
fn texts_of_nested_zips_are_content() {
    let zip = with(|m| {
        m.comment = b"of an entry".to_vec();
        m.central.extra = extra(0x6375, b"extra");
    });
    let read = read_with("package/a.zip", &zip.comment(b"of all").build());
    assert_eq!(read.content("package/a.zip!/zip-comment"), b"of all");
    let entry = "package/a.zip!/x/b.txt!/";
    assert_eq!(
        read.content(&format!("{entry}zip-entry-comment")),
        b"of an entry"
    );
    assert_eq!(read.content(&format!("{entry}zip-extra")), b"extra");
}

#[test]
fn what_cannot_be_read_in_full_is_a_gap() {
    let hidden = ZipBuilder::new()
        .member("h", b"hidden", |m| m.is_listed = false)
        .build();
    let hidden = &hidden[..hidden.len() - 22];
    // Its comment is longer than what there is.
    let mut second = inner().build();
    second.truncate(second.len() - 2);
    second.extend(b"\x09\0end");
    let cases = [
        ("encrypted", with(|m| m.both(|h| h.flags |= 1))),
        ("AES", with(|m| m.both(|h| h.method = 99))),
        ("unknown method", with(|m| m.both(|h| h.method = 98))),
        ("hidden member", inner().raw(hidden).file("z", b"")),
        ("hidden member at the end", inner().raw(hidden)),
        (
            "bytes before the directory",
            inner().before_directory(b"bytes"),
        ),
        ("bytes before the end", inner().before_end(b"bytes")),
        ("bytes after the end", inner().tail(b"bytes")),
        (
            "two members in one place",
            inner().member("y", b"inner", |m| {
                m.is_there = false;
                m.offset = 0;
                m.both(|h| h.name = b"x/a.txt".to_vec());
            }),
        ),
        (
            "member reaches into the directory",
            with(|m| m.both(|h| h.packed += 9)),
        ),
        ("member in the directory", with(|m| m.offset += 60)),
        ("member behind the end", with(|m| m.offset = 1 << 30)),
        ("member that is not there", with(|m| m.offset += 1)),
        ("checksum", with(|m| m.both(|h| h.crc ^= 1))),
        ("longer", with(|m| m.both(|h| h.size = 1))),
        ("shorter", with(|m| m.both(|h| h.size = 100))),
        (
            "packed bytes left",
            with(|m| {
                m.data.extend(b"left");
                m.both(|h| h.packed += 4);
            }),
        ),
        ("another name", with(|m| m.local.name = b"x/c.txt".to_vec())),
        ("another size", with(|m| m.local.size = 1)),
        (
            "wrong descriptor",
            with(|m| {
                m.descriptor(true);
                m.after[5] ^= 1;
            }),
        ),
        ("count", inner().end(|e| (e.count, e.count_here) = (2, 2))),
        ("directory beyond the end", inner().end(|e| e.offset += 1)),
        ("several disks", inner().end(|e| e.disk = 1)),
        ("zip64 against end", inner().zip64(|z| z.count = 7)),
        ("zip64 data", inner().zip64(|z| z.record_size = 50)),
        ("another zip in the comment", inner().comment(&second)),
        (
            "another Unicode path",
            with(|m| m.extra(&unicode_path(b"x/b.txt", "x/.env"))),
        ),
        ("no end", ZipBuilder::new().raw(hidden).end(|_| {})),
    ];
    let mut text = String::new();
    for (name, builder) in cases {
        let mut content = builder.build();
        if name == "no end" {
            content.truncate(content.len() - 22);
        }
        let read = read_with("package/a", &content);
        assert_eq!(read.kinds(), [GapKind::NestedContainer], "{name}");
        assert_eq!(read.gaps[0].sha256, Some(Sha256::of(&content)), "{name}");
        assert_eq!(read.content("package/after"), b"after");
        let reason = &read.gaps[0].reason;
        text += &format!(
            "{name}: {}\n",
            reason.trim_start_matches("This zip file could not be read to its end. ")
        );
    }
    insta::assert_snapshot!(text, @"
    encrypted: Entry `x/b.txt` (zip byte 141): the member is encrypted (by a password), so what is in it can't be checked.
    AES: Entry `x/b.txt` (zip byte 141): the member is encrypted (with AES), so what is in it can't be checked.
    unknown method: Entry `x/b.txt` (zip byte 44): the compression method 98 is none that can be unpacked here, so what is in the member can't be checked.
    hidden member: Zip byte 83: bytes that belong to no member lie before this: readers that go from header to header may see a file there.
    hidden member at the end: Zip byte 83: bytes that belong to no member lie before this: readers that go from header to header may see a file there.
    bytes before the directory: Zip byte 49: bytes that belong to no member lie before this: readers that go from header to header may see a file there.
    bytes before the end: Zip byte 49: what follows here is neither a member nor the central directory: readers that go by the central directory skip it, so a file can hide there.
    bytes after the end: Zip byte 124: no end record lies at the end of the archive, so readers can't find its members, or find others.
    two members in one place: Entry `x/a.txt` (zip byte 0): the member's bytes reach into another's or into the central directory: what is read twice can grow without bound, and readers disagree on what is there.
    member reaches into the directory: Entry `x/b.txt` (zip byte 44): the member's bytes reach into another's or into the central directory: what is read twice can grow without bound, and readers disagree on what is there.
    member in the directory: Entry `x/b.txt` (zip byte 141): the member's bytes reach into another's or into the central directory: what is read twice can grow without bound, and readers disagree on what is there.
    member behind the end: Entry `x/b.txt` (zip byte 141): the member's bytes reach into another's or into the central directory: what is read twice can grow without bound, and readers disagree on what is there.
    member that is not there: Zip byte 45: bytes that belong to no member lie before this: readers that go from header to header may see a file there.
    checksum: Entry `x/b.txt` (zip byte 44): the content does not have its declared checksum, so it is not what was packed.
    longer: Entry `x/b.txt` (zip byte 44): the content is longer than its declared 1 bytes: some readers cut it, others don't, so what is installed may not be what was checked.
    shorter: Entry `x/b.txt` (zip byte 44): the content is 95 bytes shorter than its declared 100 bytes, so a part is missing.
    packed bytes left: Entry `x/b.txt` (zip byte 44): 4 bytes are left after the compressed content: readers skip them, so a file can hide there.
    another name: Entry `x/c.txt` (zip byte 44): the central directory gives the member another name than its header: readers write different files.
    another size: Entry `x/b.txt` (zip byte 44): the central directory says 5 bytes of content and the header 1: readers follow one or the other, so what is installed may not be what was checked.
    wrong descriptor: Entry `x/b.txt` (zip byte 44): the data descriptor after the member does not repeat what the central directory says: readers follow one or the other.
    count: Zip byte 97: the end record says 2 members, and there are 1: readers stop at one or the other.
    directory beyond the end: Zip byte 97: the end record says that the central directory is at byte 98, and it is at byte 97: readers look for it elsewhere and may find another.
    several disks: Zip byte 97: the archive is one part of several: what is in the other parts is not here to be checked.
    zip64 against end: Zip byte 173: the end record and the zip64 end record disagree: readers go by one or the other.
    zip64 data: Zip byte 173: the zip64 end record is not followed by its locator, or that points elsewhere: only some readers heed the record, and so see other members.
    another zip in the comment: Zip byte 97: the end record or its comment holds the signature of a zip record: readers that search from the end take it for the archive's own.
    another Unicode path: Entry `x/b.txt` (zip byte 156): the Unicode path extra field does not repeat the name: some readers write the file under the other name.
    no end: Zip byte 39: no end record lies at the end of the archive, so readers can't find its members, or find others.
    ");
}

/// As in "A better zip bomb": many listed members share one kernel.
#[test]
fn overlapping_members_cost_nothing() {
    let zeros = vec![0; 20 << 20];
    let bomb = (0..50).fold(ZipBuilder::new().file("0", &zeros), |zip, index| {
        zip.member(&format!("{index}"), &zeros[..1 << 10], |m| {
            m.is_there = false;
            m.offset = 0;
        })
    });
    let read = read_with("package/a.zip", &bomb.build());
    assert_eq!(read.kinds(), [GapKind::NestedContainer]);
    assert!(!read.paths().contains(&"package/a.zip!/0"));
}

/// A prefix is content, and opened where it is a container itself.
#[test]
fn a_prefix_is_read() {
    let outer = ZipBuilder::new()
        .raw(b"PK\x03\x04 not a member")
        .file("b", b"b");
    let read = read_with("package/a.zip", &outer.build());
    assert_eq!(
        read.kinds(),
        [GapKind::NestedContainer],
        "a broken zip as the prefix"
    );
    assert_eq!(read.content("package/a.zip!/b"), b"b");
    for moved in [inner().raw(&[]).build(), Vec::new()] {
        let two = [
            &inner().build()[..],
            &moved,
            &ZipBuilder::new().file("c", b"c").build(),
        ]
        .concat();
        let read = read_with("package/a.zip", &two);
        assert_eq!(read.content("package/a.zip!/c"), b"c");
        match moved.is_empty() {
            true => {
                assert_eq!(read.reasons(), "");
                let hidden = "package/a.zip!/zip-prefix!/x/a.txt";
                assert_eq!(read.content(hidden), b"inner");
            }
            false => assert_eq!(
                read.content("package/a.zip!/zip-prefix!/zip-prefix!/x/a.txt"),
                b"inner"
            ),
        }
    }
}

/// A zip at the end of another file: that is searched as it is, and the members too.
#[test]
fn zips_at_the_end_of_other_files_are_opened() {
    let zip = inner().build();
    let comment = inner().comment(b"a comment").build();
    let cases = [
        (
            "zipapp",
            [b"#!/usr/bin/env python3\n", &zip[..]].concat(),
            true,
        ),
        (
            "zipapp with a comment",
            [b"#!/usr/bin/env python3\n", &comment[..]].concat(),
            true,
        ),
        ("program", [b"MZ program", &zip[..]].concat(), true),
        (
            "program with a comment",
            [b"\x7fELF program", &comment[..]].concat(),
            true,
        ),
        ("picture", [b"GIF89a", &zip[..]].concat(), true),
        ("offsets from the start", inner_after(b"#!/bin/sh\n"), true),
        (
            "zip64",
            [b"#!/bin/sh\n", &inner().zip64(|_| {}).build()[..]].concat(),
            true,
        ),
        (
            "text with a comment",
            [b"text ", &comment[..]].concat(),
            true,
        ),
        (
            "signed program",
            [b"MZ\0\0", &zip[..], b"a signature"].concat(),
            true,
        ),
        (
            "no members",
            [b"text ", &ZipBuilder::new().build()[..]].concat(),
            false,
        ),
        (
            "only the end",
            [b"text ", &zip[zip.len() - 22..]].concat(),
            false,
        ),
    ];
    for (name, content, is_opened) in cases {
        let read = read_with("package/a", &content);
        assert_eq!(read.reasons(), "", "{name}");
        assert_eq!(read.content("package/a"), content, "{name}");
        let path = "package/a!/x/a.txt";
        assert_eq!(read.paths().contains(&path), is_opened, "{name}");
    }
    let uncounted = inner().end(|e| (e.count, e.count_here) = (0, 0)).build();
    let read = read_with("package/a", &[b"GIF89a", &uncounted[..]].concat());
    assert_eq!(read.kinds(), [GapKind::NestedContainer]);
    let broken = [
        b"#!/bin/sh\n",
        &with(|m| m.both(|h| h.flags = 1)).build()[..],
    ]
    .concat();
    let read = read_with("package/a", &broken);
    insta::assert_snapshot!(read.reasons(), @"[nested-container] This zip file could not be read to its end. Entry `x/b.txt` (zip byte 151): the member is encrypted (by a password), so what is in it can't be checked.");
    assert_eq!(read.gaps[0].sha256, Some(Sha256::of(&broken)));
}

/// A zip whose offsets count what was put before it.
fn inner_after(prefix: &[u8]) -> Vec<u8> {
    ZipBuilder::new()
        .raw(prefix)
        .file("x/a.txt", b"inner")
        .build()
}

#[test]
fn zips_at_the_end_of_long_files_are_gaps() {
    let long = [vec![b'x'; WHOLE], inner().build()].concat();
    let read = read_with("package/a", &long);
    insta::assert_snapshot!(read.reasons(), @"[nested-container] A zip file is appended to this file, which is too long to look for it from the end, so what is in it was not checked.");
    assert!(read.content("package/a") == long);
    assert_eq!(
        read_with(
            "package/a",
            &[vec![0; WHOLE], b"PK\x05\x06".to_vec(), vec![0; 18]].concat()
        )
        .reasons(),
        ""
    );
}

/// Beyond what is kept in memory.
#[test]
fn large_zips_are_read() {
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(3 << 20)
    .collect();
    let zip = (0..4).fold(ZipBuilder::new(), |zip, index| {
        zip.stored(&format!("{index}"), &noise)
    });
    let read = read_with("package/a.zip", &zip.build());
    assert_eq!(read.reasons(), "");
    for index in 0..4 {
        assert!(read.content(&format!("package/a.zip!/{index}")) == noise);
    }
    assert_eq!(read.content("package/after"), b"after");
}

/// The `zip` crate's own, with what it writes when it can't seek.
#[test]
fn zips_of_another_writer_are_read() {
    let options = zip::write::SimpleFileOptions::default();
    let mut writer = zip::ZipWriter::new_stream(Vec::new());
    writer.start_file("a", options).unwrap();
    writer.write_all(b"streamed").unwrap();
    writer.start_file("b", options.large_file(true)).unwrap();
    writer.write_all(b"large").unwrap();
    writer.add_directory("d", options).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let read = read_with("package/a.zip", &bytes);
    assert_eq!(read.reasons(), "");
    assert_eq!(read.content("package/a.zip!/a"), b"streamed");
    assert_eq!(read.content("package/a.zip!/b"), b"large");
}

#[test]
fn limits_hold_for_what_is_listed() {
    let zip = (0..60).fold(ZipBuilder::new(), |zip, index| {
        zip.file(&format!("{index}"), b"")
    });
    let artifact = TarballBuilder::package().file("package/a.zip", &zip.build());
    let limits = Limits {
        entries: 50,
        ..Limits::default()
    };
    let read = read_within(&artifact.gzip(), &limits);
    assert_eq!(read.kinds(), [GapKind::Limit]);
    assert!(
        !read.paths().contains(&"package/a.zip!/0"),
        "before any is read"
    );
}
