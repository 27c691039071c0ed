//! Unusual archives that every installer reads alike.

use packwarden::{
    archive::{self, PIECE, Visitor, WHOLE},
    model::{Entry, EntryKind, Format, Gap, GapKind, Limits, Progress},
};
use std::{
    io::{self, Read, Write},
    ops::ControlFlow,
};

use crate::{Collected, read, support::tarball::TarballBuilder};

fn package() -> TarballBuilder {
    TarballBuilder::package()
}

#[test]
fn a_package_is_read() {
    let artifact = package().file("package/index.js", b"export {}").gzip();
    let read = read(&artifact);
    assert_eq!(read.reasons(), "");
    assert_eq!(read.files(), ["package/package.json", "package/index.js"]);
    assert_eq!(read.content("package/index.js"), b"export {}");
    assert_eq!(read.summary.format, Some(Format::NpmTgz));
    assert_eq!(read.summary.entries, 2);
    assert_eq!(read.summary.unpacked_size, 6 * 512);
    assert_eq!(read.progress, (artifact.len() as u64, 2));
}

#[test]
fn unusual_archives_are_read() {
    let deep = format!("package/{}x", "d/".repeat(1000));
    let cases = [
        (
            "GNU magic",
            package().gnu().file("package/x", b"x"),
            "package/x",
        ),
        (
            "long name",
            package().long_name(&deep).file("x", b"x"),
            &*deep,
        ),
        (
            "the same file twice, as pnpm writes it",
            package()
                .file("package/./dist/x.js", b"x")
                .file("package/dist/x.js", b"x"),
            "package/dist/x.js",
        ),
        (
            "current directory below the root, as pnpm writes it",
            package().file("package/./dist/./x.js", b"x"),
            "package/dist/x.js",
        ),
        (
            "GNU long name",
            package().gnu().long_name(&deep).file("x", b"x"),
            &deep,
        ),
        (
            "pax path",
            package().pax(&[("path", &deep)]).file("x", b"x"),
            &deep,
        ),
        (
            "pax numbers",
            package()
                .pax(&[("mtime", "1700000000.123"), ("size", "1"), ("uid", "-2")])
                .file("package/x", b"x"),
            "package/x",
        ),
        (
            "prefix",
            package().file(&format!("package/{}/x", "d".repeat(120)), b"x"),
            &format!("package/{}/x", "d".repeat(120)),
        ),
        (
            "two times in the prefix, as the older node-tar writes them",
            package().raw_header(|header| {
                header.as_mut_bytes()[476..500].copy_from_slice(b"15270440050\x0015270440050\0");
            }),
            "package/x",
        ),
        ("empty file", package().file("package/x", b""), "package/x"),
        (
            "Unicode",
            package().file("package/名前é.js", b"x"),
            "package/名前é.js",
        ),
        (
            "100 bytes",
            package().file(&format!("package/{}", "n".repeat(92)), b""),
            &format!("package/{}", "n".repeat(92)),
        ),
        (
            "zeros after the end",
            package().file("package/x", b"").tail(&[0; 9000]),
            "package/x",
        ),
        (
            "odd zeros after the end",
            package().file("package/x", b"").tail(&[0; 3]),
            "package/x",
        ),
        ("directory", package().directory("package/d/"), "package/d"),
        (
            "directory twice, and after its file",
            package()
                .file("package/d/x", b"")
                .directory("package/d")
                .directory("package/d/"),
            "package/d",
        ),
        (
            "base-256 owner and time",
            package().gnu().raw_header(|header| {
                header.set_uid(1 << 40);
                header.set_gid(1 << 40);
                header.set_mtime(1 << 40);
            }),
            "package/x",
        ),
        (
            "type NUL",
            package().raw_header(|header| header.set_entry_type(tar::EntryType::new(0))),
            "package/x",
        ),
        (
            "other times and what libarchive adds",
            package()
                .pax(&[
                    ("atime", "1700000000.5"),
                    ("ctime", "1700000000"),
                    ("LIBARCHIVE.creationtime", "1700000000"),
                    ("SCHILY.ino", "77"),
                ])
                .file("package/x", b"x"),
            "package/x",
        ),
        (
            "names of owners in pax, as CPython writes them",
            package()
                .pax(&[("uname", "jürgen"), ("gname", "jürgen"), ("gid", "70000")])
                .file("package/x", b"x"),
            "package/x",
        ),
        (
            "pax path longer than the header's name",
            package()
                .pax(&[("path", "package/名前.js")])
                .file("package/??.js", b"x"),
            "package/名前.js",
        ),
        (
            "a block exactly, and one byte more",
            package()
                .file("package/x", &[7; 512])
                .file("package/y", &[7; 513]),
            "package/y",
        ),
        (
            "spaces, dots and quotes",
            package().file("package/.a b/...'\"$(x).js", b"x"),
            "package/.a b/...'\"$(x).js",
        ),
        (
            "4096 bytes",
            package()
                .long_name(&format!("package/{}", "n".repeat(4088)))
                .file("x", b""),
            &format!("package/{}", "n".repeat(4088)),
        ),
        (
            "a name of 256 bytes in two fields",
            package().file(
                &format!("package/{}/{}", "d".repeat(146), "n".repeat(100)),
                b"",
            ),
            &format!("package/{}/{}", "d".repeat(146), "n".repeat(100)),
        ),
        (
            "the manifest last",
            TarballBuilder::new()
                .file("package/x", b"")
                .file("package/package.json", b"{}"),
            "package/x",
        ),
        (
            "a directory without permissions",
            package().raw_header(|header| {
                header.set_path("package/d/").unwrap();
                header.set_entry_type(tar::EntryType::Directory);
                header.set_mode(0);
            }),
            "package/d",
        ),
        (
            "a size and mode with spaces",
            package().raw_header(|header| {
                header.as_old_mut().size = *b"         0 \0";
                header.as_old_mut().mode = *b"   644 \0";
            }),
            "package/x",
        ),
        (
            "owner fields of NULs",
            package().raw_header(|header| {
                header.as_old_mut().uid = [0; 8];
                header.as_old_mut().gid = [0; 8];
                header.as_old_mut().mtime = [0; 12];
            }),
            "package/x",
        ),
        (
            "device numbers of a file",
            package().raw_header(|header| {
                header.set_device_major(0).unwrap();
                header.set_device_minor(0).unwrap();
            }),
            "package/x",
        ),
        (
            "git commit",
            package()
                .global(&[("comment", "0123abc")])
                .file("package/x", b""),
            "package/x",
        ),
    ];
    for (name, builder, path) in cases {
        let read = read(&builder.gzip());
        assert_eq!(read.reasons(), "", "{name}");
        assert!(read.paths().contains(&path), "{name}: {:?}", read.paths());
    }
}

#[test]
fn any_root_directory_will_do() {
    let artifact = TarballBuilder::new()
        .file("example-1.0/package.json", b"{}")
        .gzip();
    assert_eq!(read(&artifact).reasons(), "");
}

#[test]
fn twenty_thousand_entries_are_read() {
    let mut builder = package();
    for index in 0..20_000 {
        builder = builder.file(&format!("package/{}/{index}.js", index % 70), b"x");
    }
    let read = read(&builder.gzip());
    assert_eq!(read.reasons(), "");
    assert_eq!(read.summary.entries, 20_001);
}

#[test]
fn links_have_their_target_as_content() {
    let long = "t/".repeat(200);
    let artifact = package()
        .symlink("package/a", "../../etc")
        .hard_link("package/b", "package/package.json")
        .long_link(&long)
        .symlink("package/c", "short")
        .pax(&[("linkpath", &long)])
        .symlink("package/d", "short")
        .gzip();
    let read = read(&artifact);
    assert_eq!(read.reasons(), "");
    for (path, expected) in [
        ("package/a", "../../etc"),
        ("package/b", "package/package.json"),
        ("package/c", &long),
        ("package/d", &long),
    ] {
        assert_eq!(read.content(path), expected.as_bytes());
        let mut entries = read.entries.iter();
        let (entry, _) = entries
            .find(|(entry, _)| entry.path.as_str() == path)
            .unwrap();
        let target = expected.to_owned();
        assert_eq!(entry.kind, EntryKind::Link { target });
    }
}

#[test]
fn text_outside_files_is_content() {
    let owned = |header: &mut tar::Header| {
        header.set_username("alice").unwrap();
        header.set_groupname("staff").unwrap();
    };
    let tar = package()
        .global(&[("comment", "commit")])
        .pax(&[("SCHILY.xattr.user.note", "draft"), ("mtime", "1")])
        .raw_header(owned)
        .pax(&[("SCHILY.xattr.user.note", "draft"), ("uname", "bob")])
        .raw_header(|header| {
            owned(header);
            header.as_old_mut().name[8] = b'y';
        })
        .build();
    let mut encoder = flate2::GzBuilder::new()
        .filename("example.tar")
        .comment("made by alice")
        .extra(b"extra".to_vec())
        .write(Vec::new(), flate2::Compression::default());
    encoder.write_all(&tar).unwrap();
    let read = read(&encoder.finish().unwrap());
    assert_eq!(read.reasons(), "");
    let metadata = read.entries.iter();
    let metadata = metadata.filter(|(entry, _)| entry.kind == EntryKind::Metadata);
    let texts: Vec<_> = metadata
        .map(|(entry, text)| (entry.path.as_str(), str::from_utf8(text).unwrap()))
        .collect();
    assert_eq!(
        texts,
        [
            ("!/pax-comment", "commit"),
            ("package/x!/tar-owner", "alice:staff"),
            ("package/x!/pax-SCHILY.xattr.user.note", "draft"),
            ("package/y!/pax-uname", "bob"),
            ("!/gzip-name", "example.tar"),
            ("!/gzip-comment", "made by alice"),
            ("!/gzip-extra", "extra"),
        ]
    );
}

/// `Collected` checks the sizes of the pieces.
#[test]
fn large_content_comes_in_pieces() {
    for size in [
        WHOLE - 1,
        WHOLE,
        WHOLE + 1,
        WHOLE + PIECE,
        WHOLE + PIECE + 1,
    ] {
        let content: Vec<u8> = (0..size).map(|index| (index / 1000) as u8).collect();
        let read = read(&package().file("package/x", &content).gzip());
        assert_eq!(read.reasons(), "");
        assert!(read.content("package/x") == content, "{size}");
    }
}

/// Wants nothing after a number of calls.
struct Impatient(usize);

impl Impatient {
    fn step(&mut self) -> ControlFlow<()> {
        assert!(self.0 > 0, "called after a break");
        self.0 -= 1;
        match self.0 {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

impl Visitor for Impatient {
    fn entry(&mut self, _: Entry) -> ControlFlow<()> {
        self.step()
    }
    fn piece(&mut self, _: Vec<u8>, _: bool) -> ControlFlow<()> {
        self.step()
    }
    fn gap(&mut self, gap: Gap) {
        panic!("a break is not a gap: {gap:?}");
    }
}

#[test]
fn a_break_ends_the_reading() {
    let inner = package().file("package/y", b"y").gzip();
    let artifact = package()
        .file("package/x", b"x")
        .file("package/a.tgz", &inner)
        .gzip();
    for calls in 1..12 {
        let (limits, progress) = (Limits::default(), Progress::default());
        archive::read(
            &artifact[..],
            None,
            &limits,
            &progress,
            &mut Impatient(calls),
        );
    }
}

/// Gives one byte at a time, is interrupted in between, and fails in the end.
struct Unsteady<'a>(&'a [u8], bool, Option<io::ErrorKind>);

impl Read for Unsteady<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match (self.0.is_empty(), self.2) {
            (true, Some(kind)) => Err(kind.into()),
            _ => self.0.read(&mut buffer[..1]),
        }
    }
}

#[test]
fn slow_input_is_read_and_a_failure_said() {
    let artifact = package().file("package/x", b"x").gzip();
    let half = &artifact[..artifact.len() / 2];
    for (input, expected) in [
        (Unsteady(&artifact, false, None), vec![]),
        (
            Unsteady(half, false, Some(io::ErrorKind::UnexpectedEof)),
            vec![GapKind::Io],
        ),
        (
            Unsteady(b"", false, Some(io::ErrorKind::BrokenPipe)),
            vec![GapKind::Io],
        ),
    ] {
        let mut collected = Collected::default();
        archive::read(
            input,
            None,
            &Limits::default(),
            &Progress::default(),
            &mut collected,
        );
        assert_eq!(collected.kinds(), expected);
    }
}
