//! Compressed streams inside the artifact: bzip2, xz, zstd, brotli, lzma, lzip.

use std::{io::Write, num::NonZeroU64};

use lzma_rust2::{CheckType, FilterType, XzOptions};
use packwarden::model::{GapKind, Limits, Sha256};

use crate::{
    Collected, read, read_within,
    support::{
        compressed::{
            FORMATS, XzBuilder, bzip2, lzip, lzma, xz, xz_with, zstd, zstd_frame, zstd_skippable,
        },
        tarball::{TarballBuilder, gzip},
    },
};

fn with(name: &str, content: &[u8]) -> Vec<u8> {
    TarballBuilder::package()
        .file(name, content)
        .file("package/after", b"after")
        .gzip()
}

/// What the one file in a container comes to.
fn opened(name: &str, content: &[u8]) -> Collected {
    let read = read(&with(name, content));
    assert_eq!(read.reasons(), "", "{name}");
    assert_eq!(read.content("package/after"), b"after");
    read
}

/// Why a container is a gap; everything else was read.
fn refused(name: &str, content: &[u8]) -> String {
    let read = read(&with(name, content));
    assert_eq!(read.kinds(), [GapKind::NestedContainer], "{name}");
    assert_eq!(read.gaps[0].path.as_ref().unwrap().as_str(), name);
    assert_eq!(read.gaps[0].sha256, Some(Sha256::of(content)), "{name}");
    assert_eq!(read.content("package/after"), b"after");
    let reason = &read.gaps[0].reason;
    let prefix = reason.find("read to its end. ").unwrap();
    reason[prefix + 17..].to_owned()
}

/// Neither short nor easily packed.
fn varied() -> Vec<u8> {
    let mut state = 1u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 & 0x3f
    });
    noise.take(300_000).collect()
}

#[test]
fn every_format_is_read_in_full() {
    for (name, suffix, compress) in FORMATS {
        for content in [&b"text"[..], b"", &varied()] {
            let file = format!("package/a.txt{suffix}");
            let read = opened(&file, &compress(content));
            assert_eq!(read.content(&format!("{file}!/a.txt")), content, "{name}");
        }
    }
}

#[test]
fn tars_in_every_format_are_walked() {
    let tar = TarballBuilder::new().file("x/a.txt", b"inner").build();
    for (name, suffix, compress) in FORMATS {
        let file = format!("package/a.tar{suffix}");
        let read = opened(&file, &compress(&tar));
        assert_eq!(
            read.content(&format!("{file}!/x/a.txt")),
            b"inner",
            "{name}"
        );
    }
    let read = opened("package/a.txz", &xz(&tar));
    assert_eq!(read.content("package/a.txz!/x/a.txt"), b"inner");
}

/// The oldest tars have no magic, so the name has to say what they are.
#[test]
fn tars_without_magic_are_walked_where_the_name_says_tar() {
    let v7 = |header: &mut tar::Header| header.as_mut_bytes()[257..265].fill(0);
    let tar = TarballBuilder::new().raw_header(v7).build();
    for (file, content) in [
        ("package/a.tar", tar.clone()),
        ("package/a.tgz", gzip(&tar)),
        ("package/a.tar.gz", gzip(&tar)),
        ("package/a.tar.xz", xz(&tar)),
        ("package/a.tbz2", bzip2(&tar)),
    ] {
        opened(file, &content).content(&format!("{file}!/package/x"));
    }
    let mut damaged = tar.clone();
    damaged[148] ^= 1;
    for (file, tar) in [("package/a.tgz", damaged), ("package/a.gz", tar)] {
        let read = opened(file, &gzip(&tar));
        assert_eq!(read.entries.len(), 4, "not walked");
    }
}

#[test]
fn every_stream_of_a_file_is_read() {
    let (one, two) = (b"one", b"two");
    let pzstd = [zstd_skippable(b"size"), zstd(one), zstd(two)].concat();
    for (name, content) in [
        ("a.bz2", [bzip2(one), bzip2(b""), bzip2(two)].concat()),
        ("a.xz", [xz(one), xz(b""), xz(two)].concat()),
        ("a.xz", [xz(one), vec![0; 8], xz(two), vec![0; 4]].concat()),
        (
            "a.xz",
            XzBuilder::new(0).block(one).block(b"").block(two).build(),
        ),
        ("a.zst", [zstd(one), zstd(b""), zstd(two)].concat()),
        ("a.zst", pzstd),
        ("a.lz", [lzip(one), lzip(two)].concat()),
    ] {
        let read = opened(&format!("package/{name}"), &content);
        assert_eq!(read.content(&format!("package/{name}!/a")), b"onetwo");
    }
}

#[test]
fn skippable_frames_are_content() {
    let file = [zstd_skippable(b"one"), zstd(b"x"), zstd_skippable(b"two")].concat();
    let read = opened("package/a.zst", &file[..]);
    // Before the first frame it is no zstd by its magic, unless as long as that of pzstd.
    assert_eq!(read.content("package/a.zst"), file);
    let file = [zstd(b"x"), zstd_skippable(b"one"), zstd_skippable(b"two")].concat();
    let read = opened("package/a.zst", &file);
    assert_eq!(read.content("package/a.zst!/zstd-skippable"), b"onetwo");
    let large = [zstd(b"x"), zstd_skippable(&vec![b'x'; 2 << 20])].concat();
    insta::assert_snapshot!(refused("package/a.zst", &large), @"The zstd data has more than 1 MiB in skippable frames, so not all of it can be read.");
}

#[test]
fn every_check_and_filter_of_xz() {
    let content = varied();
    for check in [
        CheckType::None,
        CheckType::Crc32,
        CheckType::Crc64,
        CheckType::Sha256,
    ] {
        for filter in [
            None,
            Some((FilterType::Delta, 4)),
            Some((FilterType::BcjX86, 0)),
        ] {
            let mut options = XzOptions::with_preset(0);
            options.set_check_sum_type(check);
            options.set_block_size(NonZeroU64::new(70_000));
            if let Some((filter, property)) = filter {
                options.prepend_pre_filter(filter, property);
            }
            let packed = xz_with(&content, options);
            let read = opened("package/a.xz", &packed);
            assert_eq!(read.content("package/a.xz!/a"), content);
        }
    }
}

#[test]
fn cut_files_are_gaps() {
    for (name, suffix, compress) in FORMATS {
        let packed = compress(&varied());
        for end in [packed.len() / 2, packed.len() - 1] {
            let reason = refused(&format!("package/a{suffix}"), &packed[..end]);
            let expected = format!("The {name} data ends too early, after ");
            assert!(reason.starts_with(&expected), "{name} {end}: {reason}");
        }
    }
}

#[test]
fn bytes_after_the_end_are_gaps() {
    for (name, suffix, compress) in FORMATS {
        let packed = [&compress(b"text")[..], b"rest"].concat();
        let reason = refused(&format!("package/a{suffix}"), &packed);
        let expected = format!(
            "Bytes follow the end of the {name} data, which holds 4 bytes of content: they would ship without ever being looked at."
        );
        assert_eq!(reason, expected);
    }
}

/// Each byte of the packed bytes behind the magic, so also of every checksum, counts.
#[test]
fn damaged_files_are_gaps() {
    for (name, suffix, compress) in FORMATS {
        // Neither format has a checksum.
        if ["brotli", "lzma"].contains(&name) {
            continue;
        }
        let text = b"some text, some more text";
        let packed = compress(text);
        for at in 10..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x10;
            let read = read(&with(&format!("package/a{suffix}"), &damaged));
            let mut entries = read.entries.iter();
            let is_text = entries.any(|(_, content)| content == text);
            assert!(!read.gaps.is_empty() || is_text, "{name} {at}");
        }
    }
}

#[test]
fn what_is_wrong_is_said() {
    let edit = |at: usize, packed: Vec<u8>| {
        let mut packed = packed;
        let at = packed.len() - at;
        packed[at] ^= 1;
        packed
    };
    let mut sha256 = XzOptions::with_preset(0);
    sha256.set_check_sum_type(CheckType::Sha256);
    let two = || XzBuilder::new(0).block(b"one").block(b"two");
    let cases = [
        ("bzip2 checksum", edit(4, bzip2(b"text"))),
        ("zstd checksum", edit(1, zstd(b"text"))),
        ("lzip checksum", edit(18, lzip(b"text"))),
        ("xz CRC-64", edit(32, xz(b"text"))),
        ("xz SHA-256", edit(30, xz_with(b"text", sha256))),
        (
            "xz index",
            two()
                .edit(|records| records.swap(0, 1))
                .edit(|r| r[0].1 = 4)
                .build(),
        ),
        (
            "xz index too short",
            two().edit(|records| records.truncate(1)).build(),
        ),
        ("xz index CRC", edit(13, two().build())),
        ("xz footer", edit(8, two().build())),
        ("xz end", edit(1, two().build())),
        ("xz padding", [two().build(), vec![0; 3]].concat()),
        ("zstd dictionary", zstd_frame(&[0x21, 9, 4], b"text")),
        ("zstd size", zstd_frame(&[0x20, 5], b"text")),
        ("zstd smaller size", zstd_frame(&[0x60, 0, 0], &[b'x'; 300])),
        ("zstd reserved", zstd_frame(&[0x28, 4], b"text")),
        ("zstd frame", [zstd(b""), b"\x28four".to_vec()].concat()),
    ];
    let text: String = cases
        .iter()
        .map(|(name, packed)| format!("{name}: {}\n", refused("package/a", packed)))
        .collect();
    insta::assert_snapshot!(text, @"
    bzip2 checksum: The bzip2 data is damaged (invalid data) at or before byte 0 of its content, so what was read is not what was packed.
    zstd checksum: The zstd data is damaged (its checksum is another) at or before byte 4 of its content, so what was read is not what was packed.
    lzip checksum: The lzip data is damaged (LZIP CRC32 mismatch) at or before byte 0 of its content, so what was read is not what was packed.
    xz CRC-64: The xz data is damaged (the check of a block is another) at or before byte 4 of its content, so what was read is not what was packed.
    xz SHA-256: The xz data is damaged (the check of a block is another) at or before byte 4 of its content, so what was read is not what was packed.
    xz index: The xz data is damaged (the index lists other blocks than there are) at or before byte 6 of its content, so what was read is not what was packed.
    xz index too short: The xz data is damaged (the index lists other blocks than there are) at or before byte 6 of its content, so what was read is not what was packed.
    xz index CRC: The xz data is damaged (the checksum of an index is another) at or before byte 6 of its content, so what was read is not what was packed.
    xz footer: The xz data is damaged (the footer of a stream does not agree with it) at or before byte 6 of its content, so what was read is not what was packed.
    xz end: The xz data is damaged (the footer of a stream does not agree with it) at or before byte 6 of its content, so what was read is not what was packed.
    xz padding: The xz data ends too early, after 6 bytes of content.
    zstd dictionary: The zstd data has a dictionary that is not in the file, so not all of it can be read.
    zstd size: The zstd data is damaged (less content than the frame's header says) at or before byte 4 of its content, so what was read is not what was packed.
    zstd smaller size: The zstd data is damaged (Failed to parse block header: DecompressedSizeTooLarge { max: 256, at_least: 300 }) at or before byte 0 of its content, so what was read is not what was packed.
    zstd reserved: The zstd data has a reserved bit in a frame's header, so not all of it can be read.
    zstd frame: The zstd data is damaged (no frame begins so) at or before byte 0 of its content, so what was read is not what was packed.
    ");
}

/// Brotli and lzma have no magic: the name says what they are, so it had better be true.
#[test]
fn names_that_are_not_true_are_gaps() {
    for (name, content) in [
        ("package/a.js.br", &b"this is no brotli"[..]),
        ("package/a.lzma", b"this is no lzma"),
    ] {
        refused(name, content);
    }
    // A file that only begins like one.
    assert_eq!(
        opened("package/a.bz2", b"BZh is a word").content("package/a.bz2"),
        b"BZh is a word"
    );
}

#[test]
fn brotli_metadata_hides_nothing() {
    // A window of 64 KiB; metadata of three bytes, or of one; the end (RFC 7932, section 9.2).
    for stream in [&[0x2c, 1, b'x', b'y', b'z', 3][..], &[0x2c, 0, b'x', 3]] {
        let reason = refused("package/a.br", stream);
        assert_eq!(
            reason,
            "The brotli data has a block of metadata, which belongs to no content, so not all of it can be read."
        );
    }
    // Empty metadata is what a flush leaves.
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    for part in [b"one", b"two"] {
        encoder.write_all(part).unwrap();
        encoder.flush().unwrap();
    }
    let read = opened("package/a.br", &encoder.into_inner());
    assert_eq!(read.content("package/a.br!/a"), b"onetwo");
}

#[test]
fn memory_is_bounded() {
    // A dictionary of 64 MiB is that of `xz -9`; step 40 is 4 GiB.
    let large = |inner: &[u8]| XzBuilder::new(28).block(inner).build();
    opened("package/a.xz", &large(b"text"));
    let mut lzma = lzma(b"text");
    lzma[1..5].copy_from_slice(&(1u32 << 30).to_le_bytes());
    let cases = [
        ("package/a.xz", XzBuilder::new(40).block(b"text").build()),
        ("package/a.zst", zstd_frame(&[0, 21 << 3], b"text")),
        ("package/a.lzma", lzma),
    ];
    let text: String = cases
        .iter()
        .map(|(name, packed)| refused(name, packed) + "\n")
        .collect();
    insta::assert_snapshot!(text, @"
    The xz data needs 4097 MiB of memory to unpack, where all streams that are open at a time get 128 MiB together: a small file could have all memory taken.
    The zstd data needs 3 GiB of memory to unpack, where all streams that are open at a time get 128 MiB together: a small file could have all memory taken.
    The lzma data needs 1025 MiB of memory to unpack, where all streams that are open at a time get 128 MiB together: a small file could have all memory taken.
    ");
    // Together, when one lies in the other; one after the other is fine.
    let read = crate::read(&with("package/a", &large(&large(b"text"))));
    insta::assert_snapshot!(read.reasons(), @"[nested-container] This xz file could not be read to its end. The xz data needs 65 MiB of memory to unpack, where all streams that are open at a time get 128 MiB together: a small file could have all memory taken.");
    let both = TarballBuilder::package()
        .file("package/a", &large(b"a"))
        .file("package/b", &large(b"b"));
    assert_eq!(crate::read(&both.gzip()).reasons(), "");
}

#[test]
fn depth_counts_every_format() {
    let four = bzip2(&xz(&zstd(&lzip(b"core"))));
    let read = opened("package/a", &four);
    let path = "package/a!/content!/content!/content!/content";
    assert_eq!(read.content(path), b"core");
    let read = crate::read(&with("package/a", &gzip(&four)));
    assert_eq!(read.kinds(), [GapKind::Limit]);
}

#[test]
fn bombs_are_stopped_early() {
    let limits = Limits {
        decompressed: 3 << 20,
        ..Limits::default()
    };
    for (name, suffix, compress) in FORMATS {
        let artifact = with(&format!("package/a{suffix}"), &compress(&vec![0; 8 << 20]));
        let read = read_within(&artifact, &limits);
        assert_eq!(read.kinds(), [GapKind::Limit], "{name}");
        assert!(!read.paths().contains(&"package/after"));
    }
}

/// Nothing comes out of any of these, however long they are.
#[test]
fn floods_of_empty_streams_end() {
    let mut blocks = XzBuilder::new(0);
    for _ in 0..50_000 {
        blocks = blocks.block(b"");
    }
    for (name, content) in [
        ("a.bz2", bzip2(b"").repeat(2000)),
        ("a.xz", xz(b"").repeat(20_000)),
        ("a.xz", blocks.build()),
        ("a.zst", zstd(b"").repeat(20_000)),
        ("a.lz", lzip(b"").repeat(5000)),
    ] {
        let file = format!("package/{name}");
        assert_eq!(opened(&file, &content).content(&format!("{file}!/a")), b"");
        let limits = Limits {
            time: std::time::Duration::ZERO,
            ..Limits::default()
        };
        assert_eq!(
            read_within(&with(&file, &content), &limits).kinds(),
            [GapKind::Limit]
        );
    }
}

/// As botocore has.
#[test]
fn hundreds_of_small_containers() {
    let mut builder = TarballBuilder::package();
    for index in 0..915 {
        let text = format!("content of {index}").repeat(50);
        builder = builder.file(&format!("package/{index}.json.gz"), &gzip(text.as_bytes()));
    }
    let read = read(&builder.gzip());
    assert_eq!(read.reasons(), "");
    assert_eq!(read.entries.len(), 1 + 2 * 915);
}
