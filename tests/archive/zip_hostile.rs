//! Zips that installers read in different ways, or that carry bytes nobody looks at.

use packwarden::model::{GapKind, Limits};

use crate::{
    read, read_named, read_within,
    support::zip::{IN_ZIP64, Member, ZipBuilder, deflate, extra, unicode_path, zip64_extra},
};

/// What is said of each artifact, one line per gap.
fn refusals<const N: usize>(cases: [(&str, ZipBuilder); N]) -> String {
    let mut text = String::new();
    for (name, artifact) in cases {
        let reasons = read(&artifact.build()).reasons();
        assert!(!reasons.is_empty(), "{name} was read without a gap");
        text += &format!("{name}: {reasons}\n");
    }
    text
}

fn wheel() -> ZipBuilder {
    ZipBuilder::wheel()
}

fn sdist() -> ZipBuilder {
    ZipBuilder::sdist()
}

/// A wheel whose last file is changed.
fn with(edit: impl FnOnce(&mut Member)) -> ZipBuilder {
    wheel().member("example/x.py", b"print(1)", edit)
}

/// A whole member that no directory lists.
fn hidden() -> Vec<u8> {
    let only = ZipBuilder::new().member("example/.env", b"KEY=1", |member| {
        member.is_listed = false;
    });
    let bytes = only.build();
    bytes[..bytes.len() - 22].to_vec()
}

#[test]
fn bytes_outside_records() {
    let cases = [
        (
            "hidden member between",
            wheel().raw(&hidden()).file("x", b""),
        ),
        ("hidden member at the end", sdist().raw(&hidden())),
        ("gap between members", wheel().raw(b"gap").file("x", b"")),
        ("zeros between members", wheel().raw(&[0; 4]).file("x", b"")),
        (
            "gap before the directory",
            wheel().before_directory(b"gap!"),
        ),
        ("gap before the end", wheel().before_end(b"gap!")),
        ("text after the end", wheel().tail(b"text")),
        ("one zero after the end", sdist().tail(b"\0")),
        ("another zip after the end", wheel().tail(&wheel().build())),
        ("two end records", wheel().tail(&ZipBuilder::new().build())),
        ("end record first", ZipBuilder::new().tail(&wheel().build())),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    hidden member between: [zip] Entry `x` (zip byte 517): the central directory gives the member another name than its header: readers write different files.
    hidden member at the end: [name] Entry `example/.env` (zip byte 65): the entry lies outside the root directory of the first entry: installers drop the first component, so files of two roots overwrite each other.
    [zip] Zip byte 65: the member is not in the central directory: some readers install it, and others never show it.
    gap between members: [zip] Zip byte 212: what follows here is neither a member nor the central directory: readers that go by the central directory skip it, so a file can hide there.
    zeros between members: [zip] Zip byte 212: what follows here is neither a member nor the central directory: readers that go by the central directory skip it, so a file can hide there.
    gap before the directory: [zip] Zip byte 212: what follows here is neither a member nor the central directory: readers that go by the central directory skip it, so a file can hide there.
    gap before the end: [zip] Zip byte 435: what follows here is neither a member nor the central directory: readers that go by the central directory skip it, so a file can hide there.
    text after the end: [zip] Zip byte 457: bytes follow the end of the archive, and would ship without being looked at.
    one zero after the end: [zip] Zip byte 153: bytes follow the end of the archive, and would ship without being looked at.
    another zip after the end: [zip] Zip byte 457: bytes follow the end of the archive, and would ship without being looked at.
    two end records: [zip] Zip byte 457: a second end record follows: readers take the first or the last, and so other members.
    end record first: [zip] Zip byte 22: bytes follow the end of the archive, and would ship without being looked at.
    ");
    let prefixed = wheel().build();
    for prefix in [&b"#!/usr/bin/env python\n"[..], b"\0\0\0\0", b"MZ"] {
        let artifact = [prefix, &prefixed].concat();
        let name = Some("example-1.0-py3-none-any.whl");
        let read = read_named(&artifact, name, &Limits::default());
        let expected = "[zip] Zip byte 0: bytes come before the first member: readers that look for the end of the archive skip them, so they would ship without being looked at.";
        assert_eq!(read.reasons(), expected);
    }
}

#[test]
fn a_cut_zip_is_refused_wherever_it_is_cut() {
    let whole = wheel().comment(b"comment").zip64(|_| {}).build();
    for length in 1..whole.len() {
        assert!(!read(&whole[..length]).gaps.is_empty(), "{length}");
    }
    assert_eq!(read(&whole).reasons(), "");
}

#[test]
fn members() {
    let cases = [
        ("encrypted", with(|m| m.both(|h| h.flags |= 1))),
        (
            "strongly encrypted",
            with(|m| m.both(|h| h.flags |= 1 << 6)),
        ),
        ("masked headers", with(|m| m.both(|h| h.flags |= 1 << 13))),
        ("AES", with(|m| m.both(|h| h.method = 99))),
        (
            "AES extra field",
            with(|m| m.extra(&extra(0x9901, b"\x02\0AE\x03\x08\0"))),
        ),
        (
            "strong encryption header",
            with(|m| m.extra(&extra(0x17, &[2; 8]))),
        ),
        ("data descriptor", with(|m| m.descriptor(true))),
        (
            "data descriptor without signature",
            with(|m| m.descriptor(false)),
        ),
        (
            "data descriptor in an sdist",
            sdist().member("example-1.0/x", b"x", |m| m.descriptor(true)),
        ),
        ("enhanced deflate", with(|m| m.both(|h| h.flags |= 1 << 4))),
        ("patched", with(|m| m.both(|h| h.flags |= 1 << 5))),
        ("reserved flag", with(|m| m.both(|h| h.flags |= 1 << 15))),
        ("deflate64", with(|m| m.both(|h| h.method = 9))),
        ("bzip2", with(|m| m.both(|h| h.method = 12))),
        (
            "zstd",
            sdist().member("example-1.0/x", b"x", |m| m.both(|h| h.method = 93)),
        ),
        ("version needed", with(|m| m.both(|h| h.version = 63))),
        (
            "not UTF-8 and not said",
            with(|m| m.both(|h| h.name = b"example/\x81.py".to_vec())),
        ),
        (
            "UTF-8, but not said",
            with(|m| m.both(|h| h.name = "example/é.py".into())),
        ),
        (
            "stored sizes",
            wheel().stored_with("x", b"content", |m| m.both(|h| h.size = 3)),
        ),
        (
            "directory with content",
            wheel().stored("example/d/", b"content"),
        ),
        (
            "deflated directory with content",
            wheel().file("example/d/", b"content"),
        ),
        ("symbolic link", with(|m| m.attributes = 0o120_777 << 16)),
        ("fifo", with(|m| m.attributes = 0o010_644 << 16)),
        ("volume label", with(|m| m.attributes = 8)),
        (
            "directory by its type",
            with(|m| m.attributes = 0o040_755 << 16),
        ),
        ("directory by its flag", with(|m| m.attributes = 0x10)),
        (
            "file by its type",
            wheel().stored_with("example/d/", b"", |m| m.attributes = 0o100_644 << 16),
        ),
        ("part of several", with(|m| m.disk = 1)),
        ("entry comment", with(|m| m.comment = b"see below".to_vec())),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    encrypted: [zip] Entry `example/x.py` (zip byte 212): the member is encrypted (by a password), so what is in it can't be checked.
    strongly encrypted: [zip] Entry `example/x.py` (zip byte 212): the member is encrypted (strongly), so what is in it can't be checked.
    masked headers: [zip] Entry `example/x.py` (zip byte 212): the member is encrypted (with masked headers), so what is in it can't be checked.
    AES: [zip] Entry `example/x.py` (zip byte 212): the member is encrypted (with AES), so what is in it can't be checked.
    AES extra field: [zip] Entry `example/x.py` (zip byte 212): the member is encrypted (as its extra field says), so what is in it can't be checked.
    strong encryption header: [zip] Entry `example/x.py` (zip byte 212): the member is encrypted (as its extra field says), so what is in it can't be checked.
    data descriptor: [zip] Entry `example/x.py` (zip byte 212): the sizes come after the content, in a data descriptor: readers disagree on where the member ends, so a file can hide there, and PyPI refuses it.
    data descriptor without signature: [zip] Entry `example/x.py` (zip byte 212): the sizes come after the content, in a data descriptor: readers disagree on where the member ends, so a file can hide there, and PyPI refuses it.
    data descriptor in an sdist: [zip] Entry `example-1.0/x` (zip byte 65): the sizes come after the content, in a data descriptor: readers disagree on where the member ends, so a file can hide there, and PyPI refuses it.
    enhanced deflate: [zip] Entry `example/x.py` (zip byte 212): flag bit 4 (enhanced deflate) is set: only some readers heed it, and they read the member differently.
    patched: [zip] Entry `example/x.py` (zip byte 212): flag bit 5 (patched data) is set: only some readers heed it, and they read the member differently.
    reserved flag: [zip] Entry `example/x.py` (zip byte 212): flag bit 15 (reserved) is set: only some readers heed it, and they read the member differently.
    deflate64: [zip] Entry `example/x.py` (zip byte 212): the compression method 9 is neither stored nor deflate: installers can't unpack it, or unpack something else.
    bzip2: [zip] Entry `example/x.py` (zip byte 212): the compression method 12 is neither stored nor deflate: installers can't unpack it, or unpack something else.
    zstd: [zip] Entry `example-1.0/x` (zip byte 65): the compression method 93 is neither stored nor deflate: installers can't unpack it, or unpack something else.
    version needed: [zip] Entry `example/x.py` (zip byte 212): the member needs version 63 of the format (at most 45 is known): some readers refuse or skip it.
    not UTF-8 and not said: [zip] Entry `example/�.py` (zip byte 212): the name is neither ASCII nor marked as UTF-8, so readers guess its encoding and write different files.
    UTF-8, but not said: [zip] Entry `example/é.py` (zip byte 212): the name is neither ASCII nor marked as UTF-8, so readers guess its encoding and write different files.
    stored sizes: [zip] Entry `x` (zip byte 212): a stored member of 3 bytes takes 7 bytes: readers follow one or the other, so a file can hide in the difference.
    directory with content: [zip] Entry `example/d/` (zip byte 212): a directory has 7 bytes of content: installers skip them, so they would ship without being looked at.
    deflated directory with content: [zip] Entry `example/d/` (zip byte 212): a directory has 7 bytes of content: installers skip them, so they would ship without being looked at.
    symbolic link: [zip] Entry `example/x.py` (zip byte 487): the member is a symbolic link: some installers write its target as a file, others follow it out of the package.
    fifo: [zip] Entry `example/x.py` (zip byte 487): the member is a device, pipe, socket or volume label by its attributes: some readers skip it, others write a file.
    volume label: [zip] Entry `example/x.py` (zip byte 487): the member is a device, pipe, socket or volume label by its attributes: some readers skip it, others write a file.
    directory by its type: [zip] Entry `example/x.py` (zip byte 487): the member is a directory by its attributes and a file by its name: readers go by one or the other.
    directory by its flag: [zip] Entry `example/x.py` (zip byte 487): the member is a directory by its attributes and a file by its name: readers go by one or the other.
    file by its type: [zip] Entry `example/d/` (zip byte 475): the member is a file by its attributes and a directory by its name: readers go by one or the other.
    part of several: [zip] Entry `example/x.py` (zip byte 487): the archive is one part of several: what is in the other parts is not here to be checked.
    entry comment: [zip] Entry `example/x.py` (zip byte 487): the member has a comment in the central directory, and PyPI refuses it.
    ");
}

#[test]
fn content() {
    let noise: Vec<u8> = (0..200u32).map(|i| (i * i / 7) as u8).collect();
    let cases = [
        (
            "damaged",
            wheel().member("x", &noise, |m| m.data[3] ^= 0xff),
        ),
        ("no deflate at all", with(|m| m.data.fill(0xff))),
        ("checksum", with(|m| m.both(|h| h.crc ^= 1))),
        (
            "stored checksum",
            wheel().stored_with("x", b"x", |m| m.both(|h| h.crc ^= 1)),
        ),
        ("longer than said", with(|m| m.both(|h| h.size = 3))),
        ("longer than nothing", with(|m| m.both(|h| h.size = 0))),
        ("shorter than said", with(|m| m.both(|h| h.size = 300))),
        (
            "much shorter than said",
            with(|m| m.both(|h| h.size = 0xffff_0000)),
        ),
        (
            "bytes after the deflate stream",
            with(|m| {
                m.data.extend(b"hidden");
                m.both(|h| h.packed += 6);
            }),
        ),
        (
            "a second deflate stream",
            with(|m| {
                m.data.extend(deflate(b"hidden"));
                let packed = m.data.len() as u32;
                m.both(|h| h.packed = packed);
            }),
        ),
        (
            "deflate stream without an end",
            with(|m| {
                m.data = deflate(b"print(1)");
                m.data[0] &= 0xfe;
            }),
        ),
        (
            "packed size beyond the end",
            with(|m| m.both(|h| h.packed = 1 << 30)),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    damaged: [zip] Entry `x` (zip byte 212): the member's content is damaged (deflate decompression error: invalid stored block lengths), so it is not what was packed.
    no deflate at all: [zip] Entry `example/x.py` (zip byte 212): the member's content is damaged (deflate decompression error: invalid block type), so it is not what was packed.
    checksum: [zip] Entry `example/x.py` (zip byte 212): the content does not have its declared checksum, so it is not what was packed.
    stored checksum: [zip] Entry `x` (zip byte 212): the content does not have its declared checksum, so it is not what was packed.
    longer than said: [zip] Entry `example/x.py` (zip byte 212): the content is longer than its declared 3 bytes: some readers cut it, others don't, so what is installed may not be what was checked.
    longer than nothing: [zip] Entry `example/x.py` (zip byte 212): the content is longer than its declared 0 bytes: some readers cut it, others don't, so what is installed may not be what was checked.
    shorter than said: [zip] Entry `example/x.py` (zip byte 212): the content is 292 bytes shorter than its declared 300 bytes, so a part is missing.
    much shorter than said: [zip] Entry `example/x.py` (zip byte 212): the content is 4294901752 bytes shorter than its declared 4294901760 bytes, so a part is missing.
    bytes after the deflate stream: [zip] Entry `example/x.py` (zip byte 212): 6 bytes are left after the compressed content: readers skip them, so a file can hide there.
    a second deflate stream: [zip] Entry `example/x.py` (zip byte 212): 8 bytes are left after the compressed content: readers skip them, so a file can hide there.
    deflate stream without an end: [zip] Entry `example/x.py` (zip byte 212): the member's content is damaged (the deflate stream has no end), so it is not what was packed.
    packed size beyond the end: [zip] Entry `example/x.py` (zip byte 212): 1073741814 bytes are left after the compressed content: readers skip them, so a file can hide there.
    ");
}

#[test]
fn headers_that_disagree() {
    let cases = [
        ("name", with(|m| m.central.name = b"example/y.py".to_vec())),
        ("flags", with(|m| m.central.flags = 1 << 11)),
        (
            "data descriptor in the directory only",
            with(|m| m.central.flags = 8),
        ),
        ("method", with(|m| m.central.method = 0)),
        ("checksum", with(|m| m.central.crc ^= 1)),
        ("packed size", with(|m| m.central.packed += 1)),
        ("size", with(|m| m.central.size += 1)),
        ("offset", with(|m| m.offset += 1)),
        ("offset of the first", with(|m| m.offset = 0)),
        ("not listed", with(|m| m.is_listed = false)),
        ("listed and not there", with(|m| m.is_there = false)),
        (
            "listed twice",
            wheel().file("x", b"x").member("x", b"x", |m| {
                m.is_there = false;
                m.offset -= 32;
            }),
        ),
        (
            "listed in another order",
            wheel().file("a", b"").member("b", b"", |m| {
                m.central.name = b"c".to_vec();
            }),
        ),
        (
            "first not listed",
            ZipBuilder::new().member("x", b"", |m| m.is_listed = false),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    name: [zip] Entry `example/y.py` (zip byte 487): the central directory gives the member another name than its header: readers write different files.
    flags: [zip] Entry `example/x.py` (zip byte 487): the central directory gives the member other flags than its header: readers decode its name or content differently.
    data descriptor in the directory only: [zip] Entry `example/x.py` (zip byte 487): the central directory gives the member other flags than its header: readers decode its name or content differently.
    method: [zip] Entry `example/x.py` (zip byte 487): the central directory gives the member another compression method than its header: readers unpack different content.
    checksum: [zip] Entry `example/x.py` (zip byte 487): the central directory gives the member another checksum than its header: to some readers it is damaged, to others it is not.
    packed size: [zip] Entry `example/x.py` (zip byte 487): the central directory says 11 compressed bytes and the header 10: readers follow one or the other, so a file can hide in the difference.
    size: [zip] Entry `example/x.py` (zip byte 487): the central directory says 9 bytes of content and the header 8: readers follow one or the other, so what is installed may not be what was checked.
    offset: [zip] Entry `example/x.py` (zip byte 487): the central directory says that the member is at byte 213, and it is at byte 212: some readers read another one there.
    offset of the first: [zip] Entry `example/x.py` (zip byte 487): the central directory says that the member is at byte 0, and it is at byte 212: some readers read another one there.
    not listed: [zip] Zip byte 212: the member is not in the central directory: some readers install it, and others never show it.
    listed and not there: [zip] Entry `example/x.py` (zip byte 435): the central directory names a member that is not there: some readers list or look for a file that others don't have.
    listed twice: [zip] Entry `x` (zip byte 516): the central directory names a member that is not there: some readers list or look for a file that others don't have.
    listed in another order: [zip] Entry `c` (zip byte 548): the central directory gives the member another name than its header: readers write different files.
    first not listed: [zip] Zip byte 0: the member is not in the central directory: some readers install it, and others never show it.
    ");
}

#[test]
fn extra_fields() {
    let longer = |m: &mut Member| {
        m.local.size = IN_ZIP64;
        m.local.packed = IN_ZIP64;
    };
    let cases = [
        ("malformed", with(|m| m.extra(b"\x55\x54\x05\0abc"))),
        ("cut", with(|m| m.extra(b"\0\0"))),
        (
            "malformed in the directory only",
            with(|m| m.central.extra = vec![1]),
        ),
        (
            "another Unicode path",
            with(|m| m.extra(&unicode_path(b"example/x.py", "example/.env"))),
        ),
        (
            "Unicode path of another name",
            with(|m| m.extra(&unicode_path(b"example/y.py", "example/x.py"))),
        ),
        (
            "Unicode path in the directory only",
            with(|m| m.central.extra = unicode_path(b"example/x.py", "y")),
        ),
        ("empty Unicode path", with(|m| m.extra(&extra(0x7075, b"")))),
        (
            "two Unicode paths",
            with(|m| {
                m.extra(&unicode_path(b"example/x.py", "example/x.py"));
                m.extra(&unicode_path(b"example/x.py", "example/x.py"));
            }),
        ),
        (
            "two zip64 parts",
            with(|m| {
                m.local.extra = [zip64_extra(&[8, 10]), zip64_extra(&[8, 10])].concat();
            }),
        ),
        ("zip64 missing", with(longer)),
        (
            "zip64 size only",
            with(|m| {
                longer(m);
                m.local.extra = zip64_extra(&[8]);
            }),
        ),
        (
            "zip64 without numbers",
            with(|m| m.local.extra = zip64_extra(&[])),
        ),
        (
            "zip64 of odd length",
            with(|m| m.local.extra = extra(1, &[0; 17])),
        ),
        (
            "zip64 with other sizes",
            with(|m| m.local.extra = zip64_extra(&[9, 10])),
        ),
        (
            "zip64 that is not needed in the directory",
            with(|m| m.central.extra = zip64_extra(&[8, 10])),
        ),
        (
            "zip64 of another size",
            with(|m| {
                longer(m);
                m.local.extra = zip64_extra(&[1 << 40, 10]);
            }),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    malformed: [zip] Entry `example/x.py` (zip byte 212): the extra field is malformed: readers ignore different parts of it, and with them names and sizes.
    cut: [zip] Entry `example/x.py` (zip byte 212): the extra field is malformed: readers ignore different parts of it, and with them names and sizes.
    malformed in the directory only: [zip] Entry `example/x.py` (zip byte 487): the extra field is malformed: readers ignore different parts of it, and with them names and sizes.
    another Unicode path: [zip] Entry `example/x.py` (zip byte 212): the Unicode path extra field does not repeat the name: some readers write the file under the other name.
    Unicode path of another name: [zip] Entry `example/x.py` (zip byte 212): the Unicode path extra field does not repeat the name: some readers write the file under the other name.
    Unicode path in the directory only: [zip] Entry `example/x.py` (zip byte 487): the Unicode path extra field does not repeat the name: some readers write the file under the other name.
    empty Unicode path: [zip] Entry `example/x.py` (zip byte 212): the Unicode path extra field does not repeat the name: some readers write the file under the other name.
    two Unicode paths: [zip] Entry `example/x.py` (zip byte 212): the extra field has 0x7075 twice: some readers take the first, others the last.
    two zip64 parts: [zip] Entry `example/x.py` (zip byte 212): the extra field has 0x0001 twice: some readers take the first, others the last.
    zip64 missing: [zip] Entry `example/x.py` (zip byte 212): the zip64 extra field does not hold exactly the sizes that it is needed for: readers take others from it, so a file can hide in the difference.
    zip64 size only: [zip] Entry `example/x.py` (zip byte 212): the zip64 extra field does not hold exactly the sizes that it is needed for: readers take others from it, so a file can hide in the difference.
    zip64 without numbers: [zip] Entry `example/x.py` (zip byte 212): the zip64 extra field does not hold exactly the sizes that it is needed for: readers take others from it, so a file can hide in the difference.
    zip64 of odd length: [zip] Entry `example/x.py` (zip byte 212): the zip64 extra field does not hold exactly the sizes that it is needed for: readers take others from it, so a file can hide in the difference.
    zip64 with other sizes: [zip] Entry `example/x.py` (zip byte 212): the zip64 extra field does not hold exactly the sizes that it is needed for: readers take others from it, so a file can hide in the difference.
    zip64 that is not needed in the directory: [zip] Entry `example/x.py` (zip byte 487): the zip64 extra field does not hold exactly the sizes that it is needed for: readers take others from it, so a file can hide in the difference.
    zip64 of another size: [zip] Entry `example/x.py` (zip byte 212): the content is 1099511627768 bytes shorter than its declared 1099511627776 bytes, so a part is missing.
    ");
}

#[test]
fn end_records() {
    let cases = [
        (
            "too few members",
            wheel().end(|e| (e.count, e.count_here) = (2, 2)),
        ),
        (
            "too many members",
            wheel().end(|e| (e.count, e.count_here) = (4, 4)),
        ),
        ("members on this disk", wheel().end(|e| e.count_here = 2)),
        ("disk", sdist().end(|e| e.disk = 1)),
        (
            "disk of the directory",
            wheel().end(|e| e.directory_disk = 1),
        ),
        ("directory size", wheel().end(|e| e.size -= 1)),
        ("directory offset", wheel().end(|e| e.offset += 1)),
        (
            "zip64 without its record",
            wheel().end(|e| e.offset = IN_ZIP64),
        ),
        (
            "comment too short",
            wheel().comment(b"abc").end(|e| e.comment_length = 4),
        ),
        (
            "comment too long",
            wheel().comment(b"abc").end(|e| e.comment_length = 2),
        ),
        (
            "end record in the comment",
            wheel().comment(&ZipBuilder::new().build()),
        ),
        ("zip in the comment", sdist().comment(&sdist().build())),
        ("signature in the comment", wheel().comment(b"aPK\x06\x07b")),
        ("zip64 count", wheel().zip64(|z| z.count += 1)),
        ("zip64 size", wheel().zip64(|z| z.size += 1)),
        ("zip64 offset", wheel().zip64(|z| z.offset += 1)),
        ("zip64 disk", wheel().zip64(|z| z.disk = 1)),
        (
            "zip64 data",
            wheel().zip64(|z| {
                z.record_size += 6;
                z.data = b"hidden".to_vec();
            }),
        ),
        (
            "zip64 data that is not said",
            wheel().zip64(|z| z.data = b"hidden".to_vec()),
        ),
        ("no locator", wheel().zip64(|z| z.locator = false)),
        (
            "locator of another place",
            wheel().zip64(|z| z.record_offset = 0),
        ),
        ("locator of two disks", wheel().zip64(|z| z.disks = 2)),
        (
            "end record against zip64",
            wheel().zip64(|_| {}).end(|e| e.size += 1),
        ),
        (
            "locator without a record",
            wheel().before_end(b"PK\x06\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0"),
        ),
        (
            "locator in the last extra field",
            with(|m| {
                m.central.extra = extra(0xcafe, b"PK\x06\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0");
            }),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    too few members: [zip] Zip byte 435: the end record says 2 members, and there are 3: readers stop at one or the other.
    too many members: [zip] Zip byte 435: the end record says 4 members, and there are 3: readers stop at one or the other.
    members on this disk: [zip] Zip byte 435: the end record says 2 members, and there are 3: readers stop at one or the other.
    disk: [zip] Zip byte 131: the archive is one part of several: what is in the other parts is not here to be checked.
    disk of the directory: [zip] Zip byte 435: the archive is one part of several: what is in the other parts is not here to be checked.
    directory size: [zip] Zip byte 435: the end record says that the central directory takes 222 bytes, and it takes 223: readers look for it elsewhere and may find another.
    directory offset: [zip] Zip byte 435: the end record says that the central directory is at byte 213, and it is at byte 212: readers look for it elsewhere and may find another.
    zip64 without its record: [zip] Zip byte 435: the end record says that the central directory is at byte 4294967295, and it is at byte 212: readers look for it elsewhere and may find another.
    comment too short: [zip] Zip byte 435: the comment is shorter than the end record says: some readers refuse the archive, others look for another end.
    comment too long: [zip] Zip byte 459: bytes follow the end of the archive, and would ship without being looked at.
    end record in the comment: [zip] Zip byte 435: the end record or its comment holds the signature of a zip record: readers that search from the end take it for the archive's own.
    zip in the comment: [zip] Zip byte 131: the end record or its comment holds the signature of a zip record: readers that search from the end take it for the archive's own.
    signature in the comment: [zip] Zip byte 435: the end record or its comment holds the signature of a zip record: readers that search from the end take it for the archive's own.
    zip64 count: [zip] Zip byte 435: the end record says 4 members, and there are 3: readers stop at one or the other.
    zip64 size: [zip] Zip byte 435: the end record says that the central directory takes 224 bytes, and it takes 223: readers look for it elsewhere and may find another.
    zip64 offset: [zip] Zip byte 435: the end record says that the central directory is at byte 213, and it is at byte 212: readers look for it elsewhere and may find another.
    zip64 disk: [zip] Zip byte 435: the archive is one part of several: what is in the other parts is not here to be checked.
    zip64 data: [zip] Zip byte 435: the zip64 end record has an extensible data sector, which would ship without being looked at.
    zip64 data that is not said: [zip] Zip byte 491: the zip64 end record is not followed by its locator, or that points elsewhere: only some readers heed the record, and so see other members.
    no locator: [zip] Zip byte 491: the zip64 end record is not followed by its locator, or that points elsewhere: only some readers heed the record, and so see other members.
    locator of another place: [zip] Zip byte 491: the zip64 end record is not followed by its locator, or that points elsewhere: only some readers heed the record, and so see other members.
    locator of two disks: [zip] Zip byte 491: the archive is one part of several: what is in the other parts is not here to be checked.
    end record against zip64: [zip] Zip byte 511: the end record says that the central directory takes 224 bytes, and it takes 223: readers look for it elsewhere and may find another.
    locator without a record: [zip] Zip byte 435: what follows here is neither a member nor the central directory: readers that go by the central directory skip it, so a file can hide there.
    locator in the last extra field: [zip] Zip byte 569: the central directory ends in what reads as a zip64 locator: some readers follow it to another directory.
    ");
}

/// A name is a gap, and what follows is read all the same.
#[test]
fn names() {
    let cases = [
        ("twice", wheel().file("a", b"1").file("a", b"2")),
        (
            "twice in an sdist",
            sdist().file("example-1.0/PKG-INFO", b"2"),
        ),
        (
            "file and directory",
            wheel().file("a", b"").file("a/b", b""),
        ),
        ("parent", wheel().file("../evil.pth", b"")),
        ("absolute", wheel().file("/etc/passwd", b"")),
        ("drive", wheel().file("C:/x", b"")),
        ("backslash", wheel().file("example\\x.py", b"")),
        ("NUL", wheel().file("example/x.py\0.txt", b"")),
        ("control character", wheel().file("example/\x1b[2Jx", b"")),
        ("empty", wheel().file("", b"")),
        ("dot", wheel().file("./x", b"")),
        ("empty component", wheel().file("example//x", b"")),
        (
            "not UTF-8, though said",
            with(|m| {
                m.both(|h| {
                    h.name = b"example/\xff".to_vec();
                    h.flags = 1 << 11;
                })
            }),
        ),
        (
            "two dist-infos",
            wheel().file("other-1.0.dist-info/METADATA", b""),
        ),
        ("outside the root", sdist().file("setup.py", b"")),
    ];
    insta::assert_snapshot!(refusals(cases), @r#"
    twice: [name] Entry `a` (zip byte 246): the name is there twice: readers keep the first or the last, so what is installed may not be what was checked.
    twice in an sdist: [name] Entry `example-1.0/PKG-INFO` (zip byte 65): the name is there twice: readers keep the first or the last, so what is installed may not be what was checked.
    file and directory: [name] Entry `a/b` (zip byte 245): the name is both a file and a directory: readers keep one or the other, so what is installed may not be what was checked.
    parent: [name] Entry `../evil.pth` (zip byte 212): the name has a `..` component, so the file can be written outside the package.
    absolute: [name] Entry `/etc/passwd` (zip byte 212): the name is absolute, so the file would be written outside the package.
    drive: [name] Entry `C:/x` (zip byte 212): the name has a component that begins with a drive letter, which installers drop, so the file is written under another name.
    backslash: [name] Entry `example\x.py` (zip byte 212): the name holds a backslash, which is a directory separator on Windows only.
    NUL: [name] Entry `example/x.py\u{0}.txt` (zip byte 212): the name holds a NUL, where some readers cut it and write another file.
    control character: [name] Entry `example/\u{1b}[2Jx` (zip byte 212): the name holds a control character, which can hide it in listings.
    empty: [name] Entry `` (zip byte 212): the name is empty.
    dot: [name] Entry `./x` (zip byte 212): the name has a `.` component, so it is another spelling of a name that may be there too.
    empty component: [name] Entry `example//x` (zip byte 212): the name has an empty component, so it is another spelling of a name that may be there too.
    not UTF-8, though said: [name] Entry `example/�` (zip byte 212): the name is not UTF-8, so readers write different files.
    two dist-infos: [name] Entry `other-1.0.dist-info/METADATA` (zip byte 212): the entry lies in a second `.dist-info` directory: installers take the metadata of one or the other, so what is installed may not be what was checked.
    outside the root: [name] Entry `setup.py` (zip byte 65): the file lies at the top, not in a root directory: installers drop the first component of each name, and so this file.
    "#);
    let read = read(&wheel().file("../a", b"1").file("b", b"2").build());
    assert_eq!(read.kinds(), [GapKind::Name]);
    assert_eq!(read.content("b"), b"2");
}

#[test]
fn no_package() {
    let cases = [
        ("nothing in it", ZipBuilder::new()),
        ("no dist-info", ZipBuilder::new().file("x.py", b"")),
        (
            "no RECORD nor WHEEL",
            ZipBuilder::new().file("example-1.0.dist-info/METADATA", b""),
        ),
        (
            "no PKG-INFO",
            ZipBuilder::new().file("example-1.0/setup.py", b""),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    nothing in it: [format] The artifact is an archive without entries, so nothing could be checked.
    no dist-info: [manifest] The artifact has no `NAME-VERSION.dist-info` directory, so it is not a wheel, and nothing says what it would be published as.
    no RECORD nor WHEEL: [manifest] The artifact has no `example-1.0.dist-info/WHEEL`, so it is not a wheel, and nothing says what it would be published as.
    no PKG-INFO: [manifest] The artifact has no `example-1.0/PKG-INFO`, so it is not an sdist, and nothing says what it would be published as.
    ");
}

/// 70 MiB of zeros in one member, and in many.
#[test]
fn bombs_stop_early() {
    let zeros = vec![0; 70 << 20];
    let read = read_within(&wheel().file("x", &zeros).build(), &Limits::default());
    assert_eq!(read.kinds(), [GapKind::Limit]);
    assert!(read.content("x").len() <= 65 << 20);
    let mut builder = wheel();
    for index in 0..7 {
        builder = builder.file(&format!("{index}"), &zeros[..10 << 20]);
    }
    let read = read_within(&builder.build(), &Limits::default());
    assert_eq!(read.kinds(), [GapKind::Limit]);
    let stored = wheel().stored("x", &zeros[..3 << 20]).build();
    let limits = Limits {
        decompressed: 2 << 20,
        ..Limits::default()
    };
    assert_eq!(read_within(&stored, &limits).kinds(), [GapKind::Limit]);
}
