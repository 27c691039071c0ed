//! Archives that installers read in different ways, or that carry bytes nobody looks at.

use crate::{
    read,
    support::tarball::{TarballBuilder, gzip, record},
};

/// What is said of each artifact, one line per gap.
fn refusals<const N: usize>(cases: [(&str, Vec<u8>); N]) -> String {
    let mut text = String::new();
    for (name, artifact) in cases {
        let reasons = read(&artifact).reasons();
        assert!(!reasons.is_empty(), "{name} was read without a gap");
        text += &format!("{name}: {reasons}\n");
    }
    text
}

fn package() -> TarballBuilder {
    TarballBuilder::package()
}

/// A header block whose checksum is off by one.
fn bad_checksum() -> Vec<u8> {
    let mut block = TarballBuilder::new()
        .file("package/x", b"")
        .end_blocks(0)
        .build();
    block[153] = if block[153] == b'7' {
        b'6'
    } else {
        block[153] + 1
    };
    block
}

fn typed(kind: u8, size: u64) -> TarballBuilder {
    package().raw_header(|header| {
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_size(size);
    })
}

/// A link that declares a block of content.
fn linked(kind: u8) -> TarballBuilder {
    package().raw_header(|header| {
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_link_name_literal("y").unwrap();
        header.set_size(512);
    })
}

fn with_size_field(field: &[u8; 12]) -> Vec<u8> {
    let set = |header: &mut tar::Header| header.as_old_mut().size = *field;
    package().raw_header(set).gzip()
}

/// With the `tar` crate alone, seven of these eight show no sign of the source map that npm then
/// installs.
#[test]
fn the_eight_that_npm_installs_unseen() {
    let map = TarballBuilder::new()
        .file("package/index.js.map", b"{}")
        .end_blocks(0)
        .build();
    let cases = [
        (
            "directory with content",
            typed(b'5', 1024).raw_block(&map).gzip(),
        ),
        (
            "file with a slash",
            package().file("package/d/", &map).gzip(),
        ),
        (
            "lone zero block",
            package().raw_block(&[0; 512]).raw_block(&map).gzip(),
        ),
        (
            "bad checksum",
            package().raw_block(&bad_checksum()).raw_block(&map).gzip(),
        ),
        (
            "pax path with NUL",
            package()
                .pax(&[("path", "package/index.js.map\0.txt")])
                .file("package/x", b"{}")
                .gzip(),
        ),
        (
            "two pax paths",
            package()
                .pax(&[("path", "package/a.txt"), ("path", "package/index.js.map")])
                .file("package/x", b"{}")
                .gzip(),
        ),
        (
            "long name without magic",
            package()
                .raw_header(|header| {
                    header.set_entry_type(tar::EntryType::GNULongName);
                    header.set_size(21);
                    header.as_mut_bytes()[257..265].fill(0);
                })
                .content(b"package/index.js.map\0")
                .file("package/x", b"{}")
                .gzip(),
        ),
        (
            "Solaris header",
            package()
                .meta(b'X', "package/x", &record("path", "package/index.js.map"))
                .file("package/x", b"{}")
                .gzip(),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    directory with content: [tar] Entry `package/x` (tar byte 1024): a directory declares 1024 bytes of content: some readers skip them, others read them as entries, so a file can hide there.
    file with a slash: [tar] Entry `package/d/` (tar byte 1024): a file whose name ends in `/` is a directory to some readers and a file to others, so its content can hide.
    lone zero block: [tar] Tar byte 1024: a lone zero block ends the archive for some readers and not for others, so entries after it can hide.
    bad checksum: [tar] Tar byte 1024: the header's checksum is wrong: some readers skip such an entry, others stop, so entries after it can hide.
    pax path with NUL: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `path` holds a NUL, where some readers cut it.
    two pax paths: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header has `path` twice: some readers take the first, others the last.
    long name without magic: [tar] Entry `package/x` (tar byte 1024): the header is neither ustar nor GNU, and readers disagree on which of its fields count.
    Solaris header: [tar] Entry `package/x` (tar byte 1024): the entry type X is not a file, directory or link: readers disagree on whether it has content, so a file can hide there.
    ");
}

#[test]
fn headers() {
    let cases = [
        (
            "base-256 size",
            with_size_field(b"\x80\0\0\0\0\0\0\0\0\0\0\0"),
        ),
        ("negative base-256 size", with_size_field(&[0xff; 12])),
        ("signed size", with_size_field(b"-0000000001\0")),
        ("hexadecimal size", with_size_field(b"0x000000001\0")),
        ("no size", with_size_field(&[0; 12])),
        ("bytes after the size", with_size_field(b"000\x0000000001")),
        (
            "link with a size",
            linked(b'2').content(&[b'x'; 512]).gzip(),
        ),
        (
            "hard link with a size",
            linked(b'1').content(&[b'x'; 512]).gzip(),
        ),
        ("fifo", typed(b'6', 0).gzip()),
        ("device", typed(b'3', 0).gzip()),
        ("multi-volume", typed(b'M', 0).gzip()),
        ("volume label", typed(b'V', 0).gzip()),
        ("sparse", typed(b'S', 0).gzip()),
        ("contiguous", typed(b'7', 0).gzip()),
        ("unknown type", typed(b'\x1b', 0).gzip()),
        (
            "file with a link name",
            package()
                .raw_header(|header| header.set_link_name_literal("target").unwrap())
                .gzip(),
        ),
        (
            "GNU with a prefix",
            package()
                .gnu()
                .raw_header(|header| header.as_mut_bytes()[345] = b'p')
                .gzip(),
        ),
        (
            "v7 magic later",
            package()
                .raw_header(|header| header.as_mut_bytes()[257..265].fill(0))
                .gzip(),
        ),
        (
            "odd mode",
            package()
                .raw_header(|header| header.as_old_mut().mode = *b"rw-r--r-")
                .gzip(),
        ),
        (
            "bytes after the name",
            package()
                .raw_header(|header| header.as_old_mut().name[90] = b'x')
                .gzip(),
        ),
        (
            "bytes in the unused rest",
            package()
                .raw_header(|header| header.as_mut_bytes()[505] = b'x')
                .gzip(),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @r"
    base-256 size: [tar] Entry `package/x` (tar byte 1024): the size is not a plain octal number: readers take it for different lengths, so a file can hide in the difference.
    negative base-256 size: [tar] Entry `package/x` (tar byte 1024): the size is not a plain octal number: readers take it for different lengths, so a file can hide in the difference.
    signed size: [tar] Entry `package/x` (tar byte 1024): the size is not a plain octal number: readers take it for different lengths, so a file can hide in the difference.
    hexadecimal size: [tar] Entry `package/x` (tar byte 1024): the size is not a plain octal number: readers take it for different lengths, so a file can hide in the difference.
    no size: [tar] Entry `package/x` (tar byte 1024): the size is not a plain octal number: readers take it for different lengths, so a file can hide in the difference.
    bytes after the size: [tar] Entry `package/x` (tar byte 1024): the size is not a plain octal number: readers take it for different lengths, so a file can hide in the difference.
    link with a size: [tar] Entry `package/x` (tar byte 1024): a link declares 512 bytes of content: some readers skip them, others read them as entries, so a file can hide there.
    hard link with a size: [tar] Entry `package/x` (tar byte 1024): a link declares 512 bytes of content: some readers skip them, others read them as entries, so a file can hide there.
    fifo: [tar] Entry `package/x` (tar byte 1024): the entry type 6 is not a file, directory or link: readers disagree on whether it has content, so a file can hide there.
    device: [tar] Entry `package/x` (tar byte 1024): the entry type 3 is not a file, directory or link: readers disagree on whether it has content, so a file can hide there.
    multi-volume: [tar] Entry `package/x` (tar byte 1024): the entry type M is not a file, directory or link: readers disagree on whether it has content, so a file can hide there.
    volume label: [tar] Entry `package/x` (tar byte 1024): the entry type V is not a file, directory or link: readers disagree on whether it has content, so a file can hide there.
    sparse: [tar] Entry `package/x` (tar byte 1024): the file is sparse, and what readers make of it differs from what is stored.
    contiguous: [tar] Entry `package/x` (tar byte 1024): the entry type 7 is not a file, directory or link: readers disagree on whether it has content, so a file can hide there.
    unknown type: [tar] Entry `package/x` (tar byte 1024): the entry type \x1b is not a file, directory or link: readers disagree on whether it has content, so a file can hide there.
    file with a link name: [tar] Entry `package/x` (tar byte 1024): a file with a link target is dropped by some readers and written by others.
    GNU with a prefix: [tar] Entry `package/x` (tar byte 1024): a GNU header with a prefix field is joined to the name by some readers only, so the file is written elsewhere than was checked.
    v7 magic later: [tar] Entry `package/x` (tar byte 1024): the header is neither ustar nor GNU, and readers disagree on which of its fields count.
    odd mode: [tar] Entry `package/x` (tar byte 1024): the mode is not an octal number, and readers would give the file different permissions.
    bytes after the name: [tar] Entry `package/x` (tar byte 1024): the name field has bytes after its end, which would ship without being looked at.
    bytes in the unused rest: [tar] Entry `package/x` (tar byte 1024): the unused field has bytes after its end, which would ship without being looked at.
    ");
}

#[test]
fn pax_headers() {
    let pax = |records: &[(&str, &str)]| package().pax(records).file("package/x", b"x").gzip();
    let body = |body: &[u8]| package().pax_body(body).file("package/x", b"x").gzip();
    let cases = [
        ("size that differs", pax(&[("size", "1024")])),
        ("size in hexadecimal", pax(&[("size", "0x1")])),
        ("size with an exponent", pax(&[("size", "1e0")])),
        ("size with a sign", pax(&[("size", "+1")])),
        (
            "size that is too large",
            pax(&[("size", "99999999999999999999")]),
        ),
        ("empty path", pax(&[("path", "")])),
        (
            "newline in path",
            pax(&[("path", "package/a\n20 path=package/b")]),
        ),
        (
            "newline in comment",
            pax(&[("comment", "a\n20 path=package/b")]),
        ),
        ("NUL in comment", pax(&[("comment", "a\0b")])),
        ("time that is text", pax(&[("mtime", "yesterday")])),
        ("sparse name", pax(&[("GNU.sparse.name", "package/b")])),
        ("character set", pax(&[("hdrcharset", "BINARY")])),
        ("target of a file", pax(&[("linkpath", "b")])),
        ("length too short", body(b"5 path=package/b\n")),
        ("length too long", body(b"99 path=package/b\n")),
        ("no length", body(b"path=package/b\n")),
        ("leading zero", body(b"018 path=package/b\n")),
        ("no equals sign", body(b"12 package/\n")),
        ("no key", body(b"6 =ab\n")),
        ("no newline", body(b"17 path=package/b ")),
        ("key not UTF-8", body(b"7 \xff=ab\n")),
        ("trailing NULs", body(b"11 a=12345\n\0\0")),
        ("too large", pax(&[("comment", &"x".repeat(64 << 10))])),
        (
            "two for one file",
            package()
                .pax(&[("uid", "1")])
                .pax(&[("path", "package/b")])
                .file("package/x", b"")
                .gzip(),
        ),
        (
            "with a long name",
            package()
                .pax(&[("path", "package/a")])
                .long_name("package/b")
                .file("package/x", b"")
                .gzip(),
        ),
        (
            "after a long name",
            package()
                .long_name("package/b")
                .pax(&[("path", "package/a")])
                .file("package/x", b"")
                .gzip(),
        ),
        (
            "two long names",
            package()
                .long_name("package/b")
                .long_name("package/a")
                .file("package/x", b"")
                .gzip(),
        ),
        (
            "long name with NUL",
            package()
                .long_name("package/index.js.map\0.txt")
                .file("package/x", b"")
                .gzip(),
        ),
        (
            "followed by nothing",
            package().pax(&[("path", "package/b")]).gzip(),
        ),
        (
            "followed by a global one",
            package()
                .pax(&[("path", "package/b")])
                .global(&[("comment", "c")])
                .gzip(),
        ),
        (
            "global path",
            package()
                .global(&[("path", "package/b")])
                .file("package/x", b"")
                .gzip(),
        ),
        (
            "global size",
            package()
                .global(&[("size", "0")])
                .file("package/x", b"")
                .gzip(),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    size that differs: [tar] Entry `package/x` (tar byte 2048): the pax header says 1024 bytes and the tar header 1: readers follow one or the other, so a file can hide in the difference.
    size in hexadecimal: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `size` is not a number.
    size with an exponent: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `size` is not a number.
    size with a sign: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `size` is not a number.
    size that is too large: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `size` is not a number.
    empty path: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `path` is empty, which deletes the field for some readers and sets it for others.
    newline in path: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `path` holds a newline, after which some readers see a record of its own.
    newline in comment: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `comment` holds a newline, after which some readers see a record of its own.
    NUL in comment: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `comment` holds a NUL, where some readers cut it.
    time that is text: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax value of `mtime` is not a number.
    sparse name: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax key `GNU.sparse.name` changes how only some readers name or read the file.
    character set: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax key `hdrcharset` changes how only some readers name or read the file.
    target of a file: [tar] Entry `package/x` (tar byte 2048): a file with a link target is dropped by some readers and written by others.
    length too short: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a record does not end in a newline where its length says): readers ignore different parts of it, and with them names and sizes.
    length too long: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a record is longer than the header): readers ignore different parts of it, and with them names and sizes.
    no length: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a record has no length): readers ignore different parts of it, and with them names and sizes.
    leading zero: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a record's length is not a decimal number): readers ignore different parts of it, and with them names and sizes.
    no equals sign: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a record has no `=`): readers ignore different parts of it, and with them names and sizes.
    no key: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a record has no key): readers ignore different parts of it, and with them names and sizes.
    no newline: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a record does not end in a newline where its length says): readers ignore different parts of it, and with them names and sizes.
    key not UTF-8: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a key is not UTF-8): readers ignore different parts of it, and with them names and sizes.
    trailing NULs: [tar] Entry `package/PaxHeader` (tar byte 1024): the pax header is malformed (a record has no length): readers ignore different parts of it, and with them names and sizes.
    too large: [tar] Entry `package/PaxHeader` (tar byte 1024): a pax header of 65551 bytes (at most 65536 are read): some readers ignore one that is so large and then see another name.
    two for one file: [tar] Entry `package/PaxHeader` (tar byte 2048): there are two long-name or pax headers for one entry, and readers disagree on which one names the file.
    with a long name: [tar] Entry `././@LongLink` (tar byte 2048): there are two long-name or pax headers for one entry, and readers disagree on which one names the file.
    after a long name: [tar] Entry `package/PaxHeader` (tar byte 2048): there are two long-name or pax headers for one entry, and readers disagree on which one names the file.
    two long names: [tar] Entry `././@LongLink` (tar byte 2048): there are two long-name or pax headers for one entry, and readers disagree on which one names the file.
    long name with NUL: [tar] Entry `././@LongLink` (tar byte 1024): the long name holds a NUL, where some readers cut it and others don't.
    followed by nothing: [tar] Tar byte 1024: no entry follows this pax or long-name header, and readers give its name to different entries.
    followed by a global one: [tar] Entry `pax_global_header` (tar byte 2048): no entry follows this pax or long-name header, and readers give its name to different entries.
    global path: [tar] Entry `pax_global_header` (tar byte 1024): only some readers apply `path` of a global pax header to the entries that follow, so names and sizes differ.
    global size: [tar] Entry `pax_global_header` (tar byte 1024): only some readers apply `size` of a global pax header to the entries that follow, so names and sizes differ.
    ");
}

#[test]
fn ends() {
    let tar = package().end_blocks(0).build();
    let cases = [
        ("no end", package().end_blocks(0).gzip()),
        ("one zero block", package().end_blocks(1).gzip()),
        (
            "padding",
            package().padding(b'x').file("package/x", b"x").gzip(),
        ),
        (
            "bytes after the end",
            package().tail(&[&[0; 700][..], b"hidden"].concat()).gzip(),
        ),
        ("another tar after the end", package().tail(&tar).gzip()),
        ("cut in content", gzip(&tar[..520])),
        ("cut in padding", gzip(&tar[..600])),
        ("cut in a header", gzip(&[&tar[..], &tar[..100]].concat())),
        ("size beyond the end", typed(b'0', 1 << 32).gzip()),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    no end: [tar] Tar byte 1024: the archive ends without the two zero blocks that mark its end, so it may have been cut off.
    one zero block: [tar] Tar byte 1024: a lone zero block ends the archive for some readers and not for others, so entries after it can hide.
    padding: [tar] Entry `package/x` (tar byte 1024): the padding after the content is not zero, and would ship without being looked at.
    bytes after the end: [tar] Tar byte 2748: bytes that are not zero follow the end of the archive, and would ship without being looked at.
    another tar after the end: [tar] Tar byte 2048: bytes that are not zero follow the end of the archive, and would ship without being looked at.
    cut in content: [tar] Entry `package/package.json` (tar byte 0): the archive is cut off in the middle of it, so a part is missing.
    cut in padding: [tar] Entry `package/package.json` (tar byte 0): the archive is cut off in the middle of it, so a part is missing.
    cut in a header: [tar] Tar byte 1024: the archive is cut off in the middle of it, so a part is missing.
    size beyond the end: [tar] Entry `package/x` (tar byte 1024): the archive is cut off in the middle of it, so a part is missing.
    ");
}

#[test]
fn names() {
    let named = |name: &[u8]| package().file_named(name, b"").gzip();
    let long = format!("package/{}", "a/".repeat(2100));
    let cases = [
        ("absolute", named(b"/package/x")),
        ("drive", named(b"C:/package/x")),
        ("drive below the root", named(b"package/c:.env")),
        ("parent", named(b"package/../x")),
        ("current directory", named(b"./package/x")),
        ("empty component", named(b"package//x")),
        ("empty", named(b"")),
        ("backslash", named(b"package\\x")),
        ("control", named(b"package/\x1b[2Jx\n")),
        ("not UTF-8", named(b"package/\xff")),
        (
            "too long",
            package()
                .long_name(&format!("{long}x"))
                .file("x", b"")
                .gzip(),
        ),
        (
            "duplicate",
            package()
                .file("package/x", b"1")
                .file("package/x", b"2")
                .gzip(),
        ),
        (
            "duplicate in another spelling",
            package()
                .file("package/x", b"1")
                .file("package/./x", b"2")
                .gzip(),
        ),
        (
            "duplicate in another spelling, other content",
            package()
                .file("package/./x", b"1")
                .file("package/x", b"2")
                .gzip(),
        ),
        ("current directory at the end", named(b"package/x/.")),
        (
            "file and link in another spelling",
            package()
                .file("package/./x", b"y")
                .symlink("package/x", "y")
                .gzip(),
        ),
        (
            "file and link",
            package()
                .file("package/x", b"1")
                .symlink("package/x", "y")
                .gzip(),
        ),
        (
            "file, then directory",
            package()
                .file("package/x", b"")
                .directory("package/x/")
                .gzip(),
        ),
        (
            "directory, then file",
            package()
                .file("package/x/y", b"")
                .file("package/x", b"")
                .gzip(),
        ),
        (
            "file, then below it",
            package()
                .file("package/x", b"")
                .file("package/x/y/z", b"")
                .gzip(),
        ),
        ("two roots", package().file("other/x", b"").gzip()),
        ("no root", package().file("x", b"").gzip()),
    ];
    insta::assert_snapshot!(refusals(cases), @r"
    absolute: [name] Entry `/package/x` (tar byte 1024): the name is absolute, so the file would be written outside the package.
    drive: [name] Entry `C:/package/x` (tar byte 1024): the name has a component that begins with a drive letter, which installers drop, so the file is written under another name.
    drive below the root: [name] Entry `package/c:.env` (tar byte 1024): the name has a component that begins with a drive letter, which installers drop, so the file is written under another name.
    parent: [name] Entry `package/../x` (tar byte 1024): the name has a `..` component, so the file can be written outside the package.
    current directory: [name] Entry `./package/x` (tar byte 1024): the name has a `.` component, so it is another spelling of a name that may be there too.
    empty component: [name] Entry `package//x` (tar byte 1024): the name has an empty component, so it is another spelling of a name that may be there too.
    empty: [name] Entry `` (tar byte 1024): the name is empty.
    backslash: [name] Entry `package\x` (tar byte 1024): the name holds a backslash, which is a directory separator on Windows only.
    control: [name] Entry `package/\u{1b}[2Jx\n` (tar byte 1024): the name holds a control character, which can hide it in listings.
    not UTF-8: [name] Entry `package/�` (tar byte 1024): the name is not UTF-8, so readers write different files.
    too long: [name] Entry `package/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/…` (tar byte 6144): the name is longer than 4096 bytes, which some readers cut or refuse.
    duplicate: [name] Entry `package/x` (tar byte 2048): the name is there twice: readers keep the first or the last, so what is installed may not be what was checked.
    duplicate in another spelling: [name] Entry `package/./x` (tar byte 2048): the name is there twice: readers keep the first or the last, so what is installed may not be what was checked.
    duplicate in another spelling, other content: [name] Entry `package/x` (tar byte 2048): the name is there twice: readers keep the first or the last, so what is installed may not be what was checked.
    current directory at the end: [name] Entry `package/x/.` (tar byte 1024): the name has a `.` component, so it is another spelling of a name that may be there too.
    file and link in another spelling: [name] Entry `package/x` (tar byte 2048): the name is there twice: readers keep the first or the last, so what is installed may not be what was checked.
    file and link: [name] Entry `package/x` (tar byte 2048): the name is there twice: readers keep the first or the last, so what is installed may not be what was checked.
    file, then directory: [name] Entry `package/x/` (tar byte 1536): the name is both a file and a directory: readers keep one or the other, so what is installed may not be what was checked.
    directory, then file: [name] Entry `package/x` (tar byte 1536): the name is both a file and a directory: readers keep one or the other, so what is installed may not be what was checked.
    file, then below it: [name] Entry `package/x/y/z` (tar byte 1536): the name is both a file and a directory: readers keep one or the other, so what is installed may not be what was checked.
    two roots: [name] Entry `other/x` (tar byte 1024): the entry lies outside the root directory of the first entry: installers drop the first component, so files of two roots overwrite each other.
    no root: [name] Entry `x` (tar byte 1024): the file lies at the top, not in a root directory: installers drop the first component of each name, and so this file.
    ");
}

#[test]
fn gzip_framing() {
    let good = package().gzip();
    let with = |edit: fn(&mut Vec<u8>)| {
        let mut bytes = package().gzip();
        edit(&mut bytes);
        bytes
    };
    let cases = [
        ("second member", [&good[..], &good[..]].concat()),
        ("empty second member", [&good[..], &gzip(b"")].concat()),
        ("trailing bytes", [&good[..], b"trailing"].concat()),
        ("trailing zero", [&good[..], &[0]].concat()),
        ("cut in the data", good[..good.len() / 2].to_vec()),
        ("cut in the trailer", good[..good.len() - 3].to_vec()),
        ("cut in the header", good[..7].to_vec()),
        ("reserved flag", with(|bytes| bytes[3] |= 0x80)),
        ("unknown method", with(|bytes| bytes[2] = 7)),
        (
            "header checksum",
            with(|bytes| {
                bytes[3] |= 2;
                bytes.splice(10..10, [0, 0]);
            }),
        ),
        (
            "checksum",
            with(|bytes| {
                let at = bytes.len() - 8;
                bytes[at] ^= 1;
            }),
        ),
        (
            "length",
            with(|bytes| {
                let at = bytes.len() - 4;
                bytes[at] ^= 1;
            }),
        ),
        ("data", with(|bytes| bytes[10..20].fill(0xff))),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    second member: [gzip] A second gzip member follows the first, which ends at byte 2048 of the content: some installers read it and others don't, so a file can hide there.
    empty second member: [gzip] A second gzip member follows the first, which ends at byte 2048 of the content: some installers read it and others don't, so a file can hide there.
    trailing bytes: [gzip] Bytes follow the end of the gzip data, which holds 2048 bytes of content: they would ship without ever being looked at.
    trailing zero: [gzip] Bytes follow the end of the gzip data, which holds 2048 bytes of content: they would ship without ever being looked at.
    cut in the data: [gzip] The gzip data ends too early, after 105 bytes of content.
    cut in the trailer: [gzip] The gzip data ends too early, after 2048 bytes of content.
    cut in the header: [gzip] The gzip data ends too early, after 0 bytes of content.
    reserved flag: [gzip] The gzip header is damaged, of an unknown method, or has reserved flags set (invalid gzip header).
    unknown method: [gzip] The gzip header is damaged, of an unknown method, or has reserved flags set (invalid gzip header).
    header checksum: [gzip] The gzip header is damaged, of an unknown method, or has reserved flags set (corrupt gzip stream does not have a matching checksum).
    checksum: [gzip] The gzip data is damaged (corrupt gzip stream does not have a matching checksum) at or before byte 2048 of its content, so what was read is not what was packed.
    length: [gzip] The gzip data is damaged (corrupt gzip stream does not have a matching checksum) at or before byte 2048 of its content, so what was read is not what was packed.
    data: [gzip] The gzip data is damaged (corrupt deflate stream) at or before byte 0 of its content, so what was read is not what was packed.
    ");
}

#[test]
fn formats() {
    let cases = [
        ("nothing", Vec::new()),
        ("text", b"hello".to_vec()),
        ("bare tar", package().build()),
        ("zip", b"PK\x03\x04rest".to_vec()),
        ("xz", b"\xfd7zXZ\0\0".to_vec()),
        ("gzipped text", gzip(b"hello")),
        ("gzipped nothing", gzip(b"")),
        ("no entries", TarballBuilder::new().gzip()),
        (
            "no manifest",
            TarballBuilder::new().file("package/index.js", b"").gzip(),
        ),
        (
            "manifest deeper down",
            TarballBuilder::new()
                .file("package/a/package.json", b"{}")
                .gzip(),
        ),
    ];
    insta::assert_snapshot!(refusals(cases), @"
    nothing: [format] The artifact is empty (0 bytes), so nothing could be checked.
    text: [format] The artifact is neither a gzipped tar nor a zip: it begins with neither the gzip magic 1f 8b nor the zip magic 50 4b 03 04.
    bare tar: [format] The artifact is a tar that is not gzipped.
    zip: [zip] Zip byte 0: the archive is cut off in the middle of it, so a part is missing.
    xz: [format] The artifact is in the xz format, neither a gzipped tar nor a wheel.
    gzipped text: [format] The artifact is gzipped, but what it unpacks to is not a tar of the ustar, pax or GNU kind.
    gzipped nothing: [format] The artifact is gzipped, but what it unpacks to is not a tar of the ustar, pax or GNU kind.
    no entries: [format] The artifact is an archive without entries, so nothing could be checked.
    no manifest: [manifest] The artifact has no `package/package.json`, so it is not an npm package, and nothing says what it would be published as.
    manifest deeper down: [manifest] The artifact has no `package/package.json`, so it is not an npm package, and nothing says what it would be published as.
    ");
}

/// What is refused takes no memory: the directories of these names would be 400,000.
#[test]
fn refused_names_are_counted() {
    let deep = format!("package/x/{}", "a/".repeat(2000));
    let below = (0..200).fold(package().file("package/x", b""), |builder, index| {
        builder.long_name(&format!("{deep}{index}")).file("y", b"")
    });
    let outside = (0..200).fold(package(), |builder, index| {
        builder.file(&format!("package/../{index}"), b"")
    });
    for refused in [below, outside] {
        let read = read(&refused.file("package/z", b"").gzip());
        assert_eq!(read.gaps.len(), 102);
        insta::allow_duplicates! {
            insta::assert_snapshot!(read.gaps[101].reason, @"The names of more than 100 entries are refused; reading stopped there.");
        }
    }
}

#[test]
fn a_problem_with_a_name_does_not_end_the_reading() {
    let artifact = package()
        .file("package/../x", b"")
        .file("package/y", b"seen")
        .gzip();
    let read = read(&artifact);
    assert_eq!(read.gaps.len(), 1);
    assert_eq!(read.gaps[0].path.as_ref().unwrap().as_str(), "package/../x");
    assert_eq!(read.content("package/y"), b"seen");
}
