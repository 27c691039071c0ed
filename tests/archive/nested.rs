//! Containers inside the artifact.

use packwarden::{
    archive::HEAD,
    model::{GapKind, Limits, Sha256},
};

use crate::{
    Collected, read, read_within,
    support::tarball::{TarballBuilder, gzip},
};

/// Reads a package with one file in it, and another after that.
fn read_with(name: &str, content: &[u8]) -> Collected {
    read(&with(name, content))
}

fn with(name: &str, content: &[u8]) -> Vec<u8> {
    TarballBuilder::package()
        .file(name, content)
        .file("package/after", b"after")
        .gzip()
}

fn inner() -> TarballBuilder {
    TarballBuilder::new().file("x/a.txt", b"inner")
}

#[test]
fn nested_containers_are_opened() {
    let twice = TarballBuilder::new().file("b.tgz", &inner().gzip()).gzip();
    let members = [gzip(b"one"), gzip(b"two")].concat();
    let cases = [
        (
            "package/a.tgz",
            inner().gzip(),
            "package/a.tgz!/x/a.txt",
            "inner",
        ),
        (
            "package/noname",
            inner().gzip(),
            "package/noname!/x/a.txt",
            "inner",
        ),
        (
            "package/a.tar",
            inner().build(),
            "package/a.tar!/x/a.txt",
            "inner",
        ),
        (
            "package/a.txt.gz",
            gzip(b"text"),
            "package/a.txt.gz!/a.txt",
            "text",
        ),
        (
            "package/a.svgz",
            gzip(b"<svg>"),
            "package/a.svgz!/content",
            "<svg>",
        ),
        ("package/a.gz", members, "package/a.gz!/a", "onetwo"),
        ("package/empty.gz", gzip(b""), "package/empty.gz!/empty", ""),
        (
            "package/a.gz.gz",
            gzip(&gzip(b"deep")),
            "package/a.gz.gz!/a.gz!/a",
            "deep",
        ),
        (
            "package/c.tgz",
            twice,
            "package/c.tgz!/b.tgz!/x/a.txt",
            "inner",
        ),
    ];
    for (name, content, path, expected) in cases {
        let read = read_with(name, &content);
        assert_eq!(read.reasons(), "", "{name}");
        assert_eq!(read.content(path), expected.as_bytes(), "{name}");
        assert_eq!(read.content("package/after"), b"after");
        let mut entries = read.entries.iter();
        let (entry, head) = entries.find(|(e, _)| e.path.as_str() == name).unwrap();
        assert!(entry.opened);
        assert_eq!(entry.size, content.len() as u64);
        assert_eq!(head[..], content[..content.len().min(HEAD)]);
        let depth = path.matches("!/").count() as u8;
        let mut entries = read.entries.iter();
        let (entry, _) = entries.find(|(e, _)| e.path.as_str() == path).unwrap();
        assert_eq!(entry.depth, depth);
        assert_eq!(read.summary.entries, 3);
    }
}

/// The strict profile is for what npm unpacks; anything else needs only to be readable in full.
#[test]
fn nested_tars_need_only_be_readable() {
    let v7 = |header: &mut tar::Header| header.as_mut_bytes()[257..265].fill(0);
    let cases = [
        inner()
            .file("./y", b"y")
            .file("/abs", b"")
            .file("../up", b"")
            .file("x/a.txt", b"again"),
        inner().end_blocks(0),
        inner().end_blocks(1),
        inner().raw_header(v7),
        inner().raw_header(|header| header.set_entry_type(tar::EntryType::Fifo)),
        inner().meta(b'A', "solaris", b"acl"),
        inner().global(&[("path", "everything")]).file("y", b""),
        inner().pax(&[("path", "a")]).long_name("b").file("y", b""),
        inner().file_named(b"\xff\n", b"x"),
        inner()
            .gnu()
            .raw_header(|header| {
                header.as_old_mut().size = *b"\x80\0\0\0\0\0\0\0\0\0\0\x01";
            })
            .content(b"x"),
    ];
    for (index, builder) in cases.into_iter().enumerate() {
        let read = read_with("package/a.tgz", &builder.gzip());
        assert_eq!(read.reasons(), "", "{index}");
        assert_eq!(read.content("package/after"), b"after");
    }
}

#[test]
fn a_broken_container_is_a_gap_and_reading_goes_on() {
    let tgz = inner().gzip();
    let mut checksum = tgz.clone();
    let at = checksum.len() - 8;
    checksum[at] ^= 1;
    let large = gzip(
        &(0..6_000_000)
            .map(|i: u32| (i / 777) as u8)
            .collect::<Vec<_>>(),
    );
    let cases = [
        ("cut", tgz[..tgz.len() / 2].to_vec()),
        ("checksum", checksum),
        ("trailing", [&tgz[..], b"rest"].concat()),
        ("only the magic", b"\x1f\x8b\x08".to_vec()),
        ("tail", inner().tail(b"hidden").gzip()),
        ("cut tar", inner().build()[..515].to_vec()),
        (
            "lone zero block",
            inner().raw_block(&[0; 512]).file("y", b"").build(),
        ),
        ("large and cut", large[..large.len() - 9].to_vec()),
    ];
    let mut text = String::new();
    for (name, content) in cases {
        let read = read_with("package/a", &content);
        assert_eq!(read.kinds(), [GapKind::NestedContainer], "{name}");
        assert_eq!(read.gaps[0].path.as_ref().unwrap().as_str(), "package/a");
        assert_eq!(read.gaps[0].sha256, Some(Sha256::of(&content)), "{name}");
        assert_eq!(read.content("package/after"), b"after");
        text += &format!("{name}: {}\n", read.reasons());
    }
    insta::assert_snapshot!(text, @"
    cut: [nested-container] This gzip file could not be read to its end. The gzip data ends too early, after 8 bytes of content.
    checksum: [nested-container] This gzip file could not be read to its end. The gzip data is damaged (corrupt gzip stream does not have a matching checksum) at or before byte 2048 of its content, so what was read is not what was packed.
    trailing: [nested-container] This gzip file could not be read to its end. Bytes follow the end of the gzip data, which holds 2048 bytes of content: they would ship without ever being looked at.
    only the magic: [nested-container] This gzip file could not be read to its end. The gzip data ends too early, after 0 bytes of content.
    tail: [nested-container] This gzip file could not be read to its end. Tar byte 2048: bytes that are not zero follow the end of the archive, and would ship without being looked at.
    cut tar: [nested-container] This tar file could not be read to its end. Entry `x/a.txt` (tar byte 0): the archive is cut off in the middle of it, so a part is missing.
    lone zero block: [nested-container] This tar file could not be read to its end. Tar byte 1024: a lone zero block ends the archive for some readers and not for others, so entries after it can hide.
    large and cut: [nested-container] This gzip file could not be read to its end. The gzip data ends too early, after 6000000 bytes of content.
    ");
}

#[test]
fn a_broken_container_in_a_container_is_named() {
    let middle = TarballBuilder::new()
        .file("broken.gz", b"\x1f\x8b\x08")
        .file("well", b"well")
        .gzip();
    let read = read_with("package/a.tgz", &middle);
    assert_eq!(read.kinds(), [GapKind::NestedContainer]);
    let path = read.gaps[0].path.as_ref().unwrap();
    assert_eq!(path.as_str(), "package/a.tgz!/broken.gz");
    assert_eq!(read.content("package/a.tgz!/well"), b"well");
}

#[test]
fn containers_that_cannot_be_opened_are_gaps() {
    for (name, content) in [
        ("package/a.7z", &b"7z\xbc\xaf\x27\x1crest"[..]),
        ("package/a", b"Rar!\x1a\x07rest"),
        ("package/a", b"MSCF\0\0\0\0rest"),
        ("package/a", b"\x04\x22\x4d\x18rest"),
    ] {
        let read = read_with(name, content);
        assert_eq!(read.kinds(), [GapKind::NestedContainer]);
        assert_eq!(read.gaps[0].sha256, Some(Sha256::of(content)));
        assert_eq!(read.content(name), content);
        assert_eq!(read.content("package/after"), b"after");
    }
    let read = read_with("package/a", b"Rar!\x1a\x07");
    insta::assert_snapshot!(read.gaps[0].reason, @"This rar file can't be opened, so what is in it was not checked.");
    insta::assert_snapshot!(read.gaps[0].help.as_ref().unwrap(), @"Leave the file out of the package, or accept it unread by its hash: `--verbose` shows what to write.");
}

/// The fault is the artifact's: naming the container would offer a waiver for it.
#[test]
fn an_outer_fault_is_not_blamed_on_the_container() {
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(100_000)
    .collect();
    let artifact = with("package/a.gz", &gzip(&noise));
    let read = crate::read(&artifact[..artifact.len() / 2]);
    assert_eq!(read.kinds(), [GapKind::Gzip]);
    let tar = TarballBuilder::package()
        .file("package/a.gz", &gzip(&noise))
        .build();
    let read = crate::read(&gzip(&tar[..40_000]));
    assert_eq!(read.kinds(), [GapKind::Tar]);
}

#[test]
fn depth_is_limited() {
    let mut content = b"core".to_vec();
    for _ in 0..4 {
        content = gzip(&content);
    }
    assert_eq!(read_with("package/a", &content).reasons(), "");
    let read = read_with("package/a", &gzip(&content));
    insta::assert_snapshot!(read.reasons(), @"[limit] A container lies 4 containers deep or more, which is as deep as is looked (limit `depth`); it was not opened.");
    assert_eq!(read.content("package/after"), b"after");
    let none = Limits {
        depth: 0,
        ..Limits::default()
    };
    let read = read_within(&with("package/a", &content), &none);
    assert_eq!(read.kinds(), [GapKind::Limit]);
    assert_eq!(read.content("package/a"), content);
}

#[test]
fn header_texts_of_containers_are_content() {
    let member = |name: &str| {
        let mut encoder = flate2::GzBuilder::new()
            .filename(name)
            .write(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, b"x").unwrap();
        encoder.finish().unwrap()
    };
    let read = read_with("package/a.gz", &[member("one"), member("two")].concat());
    assert_eq!(read.reasons(), "");
    assert_eq!(read.content("package/a.gz!/gzip-name"), b"one\ntwo");
}
