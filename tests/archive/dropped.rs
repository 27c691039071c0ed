//! Headers that one reader drops or takes for another kind, so that it reads the content after them as
//! headers: each of these had npm or pip install a file that is not seen here.

use crate::{
    read,
    support::{
        tarball::{TarballBuilder, gzip, record},
        zip::ZipBuilder,
    },
};

fn package() -> TarballBuilder {
    TarballBuilder::package()
}

/// A tar in which other readers find `package/.env`.
fn hidden() -> Vec<u8> {
    let file = TarballBuilder::new().file("package/.env", b"A=1\n");
    file.end_blocks(0).build()
}

/// A file whose content is headers, with its own header edited.
fn file(edit: impl FnOnce(&mut tar::Header)) -> Vec<u8> {
    let content = hidden();
    let with_size = |header: &mut tar::Header| {
        header.set_size(content.len() as u64);
        edit(header);
    };
    package().raw_header(with_size).content(&content).gzip()
}

/// The same with bytes at a place of the header.
fn field(at: usize, bytes: &[u8]) -> Vec<u8> {
    file(|header| header.as_mut_bytes()[at..at + bytes.len()].copy_from_slice(bytes))
}

/// The same with the checksum in another form.
fn checksum(form: fn(u32) -> String) -> Vec<u8> {
    let content = hidden();
    let mut tar = package()
        .raw_header(|header| header.set_size(content.len() as u64))
        .content(&content)
        .build();
    let header = &mut tar[1024..1536];
    header[148..156].fill(b' ');
    let sum = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(form(sum).as_bytes());
    gzip(&tar)
}

/// A header that says something of the next entry, edited.
fn meta(kind: u8, body: &[u8], edit: impl FnOnce(&mut tar::Header)) -> TarballBuilder {
    let with_size = |header: &mut tar::Header| {
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_size(body.len() as u64);
        edit(header);
    };
    package().raw_header(with_size).content(body)
}

fn no_name(header: &mut tar::Header) {
    header.as_mut_bytes()[..100].fill(0);
}

fn link_name(header: &mut tar::Header) {
    header.set_link_name_literal("x").unwrap();
}

fn link(header: &mut tar::Header) {
    header.set_entry_type(tar::EntryType::Symlink);
}

fn directory_of_old(header: &mut tar::Header) {
    header.as_mut_bytes()[..12].copy_from_slice(b"package/d/\0\0");
    header.as_mut_bytes()[156] = 0;
}

#[test]
fn no_reader_drops_a_header() {
    let path = record("path", "package/notes.txt");
    let links = [record("linkpath", "y"), record("size", "0")].concat();
    let safe = b"\x80\x20\0\0\0\0\0\0";
    let after = |builder: TarballBuilder| builder.file("package/.env", b"A=1\n").gzip();
    let letters = format!("package/{}.txt", "é".repeat(260));
    let cases = [
        (
            "checksum of eight digits",
            checksum(|sum| format!("{sum:08o}")),
        ),
        ("signed checksum", checksum(|sum| format!("+{sum:06o}\0"))),
        (
            "checksum after a tab",
            checksum(|sum| format!("\t{sum:06o}\0")),
        ),
        (
            "uid of an unknown base",
            field(108, b"\xc0\0\0\0\0\0\0\x01"),
        ),
        ("uid beyond 2^53", field(108, safe)),
        ("gid beyond 2^53", field(116, safe)),
        ("gid that is no number", field(116, b"wheel\0\0\0")),
        (
            "mtime of an unknown base",
            field(136, b"\xc0\0\0\0\0\0\0\0\0\0\0\x01"),
        ),
        (
            "time after the number's end",
            field(136, b"123\x0012345678"),
        ),
        ("device beyond 2^53", field(329, safe)),
        ("lower device beyond 2^53", field(337, safe)),
        (
            "link with its target in a pax header",
            meta(b'x', &links, |_| {}).raw_header(link).gzip(),
        ),
        (
            "link with a long target",
            meta(b'K', b"y\0", |_| {}).raw_header(link).gzip(),
        ),
        (
            "directory by its own name",
            package()
                .pax(&[("path", "package/data.bin")])
                .raw_header(directory_of_old)
                .gzip(),
        ),
        (
            "pax header without a name",
            after(meta(b'x', &path, no_name)),
        ),
        (
            "pax header with a link name",
            after(meta(b'x', &path, link_name)),
        ),
        (
            "long name without a name",
            after(meta(b'L', b"package/notes.txt\0", no_name)),
        ),
        (
            "pax header with a letter in two parts",
            after(package().pax(&[("path", &letters)])),
        ),
        (
            "long name with a letter in two parts",
            after(package().long_name(&letters)),
        ),
        (
            "long name with a link name",
            after(meta(b'L', b"package/notes.txt\0", link_name)),
        ),
    ];
    let mut text = String::new();
    for (name, artifact) in cases {
        let read = read(&artifact);
        assert!(!read.gaps.is_empty(), "{name}");
        text += &format!("{name}: {}\n", read.reasons());
    }
    insta::assert_snapshot!(text, @"
    checksum of eight digits: [tar] Entry `package/x` (tar byte 1024): the checksum is not octal digits up to a space or NUL: some readers take it for another number and skip the header, so files after it can hide.
    signed checksum: [tar] Entry `package/x` (tar byte 1024): the checksum is not octal digits up to a space or NUL: some readers take it for another number and skip the header, so files after it can hide.
    checksum after a tab: [tar] Entry `package/x` (tar byte 1024): the checksum is not octal digits up to a space or NUL: some readers take it for another number and skip the header, so files after it can hide.
    uid of an unknown base: [tar] Entry `package/x` (tar byte 1024): the uid is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there.
    uid beyond 2^53: [tar] Entry `package/x` (tar byte 1024): the uid is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there.
    gid beyond 2^53: [tar] Entry `package/x` (tar byte 1024): the gid is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there.
    gid that is no number: [tar] Entry `package/x` (tar byte 1024): the gid is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there.
    mtime of an unknown base: [tar] Entry `package/x` (tar byte 1024): the mtime is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there.
    time after the number's end: [tar] Entry `package/x` (tar byte 1024): the mtime is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there.
    device beyond 2^53: [tar] Entry `package/x` (tar byte 1024): the devmajor is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there.
    lower device beyond 2^53: [tar] Entry `package/x` (tar byte 1024): the devminor is no number that all readers can take: some drop the header and take its content for headers, so a file can hide there.
    link with its target in a pax header: [tar] Entry `package/x` (tar byte 2048): a link whose header has no target: some readers drop it and give the next entry what was said of this one.
    link with a long target: [tar] Entry `package/x` (tar byte 2048): a link whose header has no target: some readers drop it and give the next entry what was said of this one.
    directory by its own name: [tar] Entry `package/d/` (tar byte 2048): a file whose name ends in `/` is a directory to some readers and a file to others, so its content can hide.
    pax header without a name: [tar] Entry `` (tar byte 1024): a pax or long-name header has no name: some readers drop it, and see the next entry under another name.
    pax header with a link name: [tar] Entry `package/x` (tar byte 1024): a file with a link target is dropped by some readers and written by others.
    long name without a name: [tar] Entry `` (tar byte 1024): a pax or long-name header has no name: some readers drop it, and see the next entry under another name.
    pax header with a letter in two parts: [tar] Entry `package/PaxHeader` (tar byte 1024): a pax header with letters beyond ASCII is longer than 512 bytes: node-tar may take it in parts that split a letter, and then see another name.
    long name with a letter in two parts: [tar] Entry `././@LongLink` (tar byte 1024): a long-name header with letters beyond ASCII is longer than 512 bytes: node-tar may take it in parts that split a letter, and then see another name.
    long name with a link name: [tar] Entry `package/x` (tar byte 1024): a file with a link target is dropped by some readers and written by others.
    ");
}

/// What packers do write in these fields.
#[test]
fn numbers_of_every_packer_are_taken() {
    for (name, artifact) in [
        (
            "Python, uid beyond octal",
            field(108, b"\x80\0\0\0\x77\x35\x94\0"),
        ),
        ("Python, time before 1970", field(136, &[0xff; 12])),
        ("node-tar, no owner", field(108, &[0; 16])),
        ("spaces", field(108, b"  1750  ")),
        ("no device", field(329, &[0; 16])),
        (
            "checksum with a NUL",
            checksum(|sum| format!("{sum:07o}\0")),
        ),
        (
            "checksum with a space",
            checksum(|sum| format!("{sum:07o} ")),
        ),
    ] {
        let read = read(&artifact);
        assert_eq!(read.reasons(), "", "{name}");
        assert_eq!(read.content("package/x"), hidden(), "{name}");
    }
}

/// pip asks whether an sdist is a zip before anything else.
#[test]
fn a_tarball_is_no_zip() {
    let zip = ZipBuilder::sdist()
        .file("example-1.0/.env", b"A=1\n")
        .build();
    let mut stored = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::none());
    let tar = TarballBuilder::new()
        .file("example-1.0/PKG-INFO", b"")
        .file(
            "example-1.0/logo",
            &[b"GIF89a", &zip[..], b"trailing"].concat(),
        );
    std::io::Write::write_all(&mut stored, &tar.clone().build()).unwrap();
    let extra = flate2::GzBuilder::new().extra(zip);
    let mut extra = extra.write(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut extra, &package().build()).unwrap();
    for polyglot in [stored.finish().unwrap(), extra.finish().unwrap()] {
        let read = read(&polyglot);
        insta::allow_duplicates! {
            insta::assert_snapshot!(read.reasons(), @"[format] The artifact is a gzipped tar and, read from its end, also a zip: pip and others unpack that one, with other files in it.");
        }
    }
    // Compressed, it is a file like any other.
    let read = read(&tar.gzip());
    assert_eq!(read.reasons(), "");
    assert_eq!(read.content("example-1.0/logo!/example-1.0/.env"), b"A=1\n");
}
