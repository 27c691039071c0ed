//! Containers in the artifact: bytes as a file in a good tarball, under the name of a container.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use packwarden::model::Sha256;

use super::{
    bundle,
    compressed::{FORMATS, zstd_frame},
    oracle::{self, Theirs},
    reading::Told,
    tar_grammar, tar_walk,
    tarball::{TarballBuilder, gzip},
    zip_grammar,
};

/// The first byte chooses the name, and the format in which the others are compressed.
const NAMES: &[&str] = &[
    "a.gz", "a.tar.gz", "a.tar", "a.zip", "a.whl", "a.bz2", "a.xz", "a.zst", "a.br", "a.lzma",
    "a.lz", "a.tzst", "a", "a.asar",
];

/// What bundles begin with, for which there is no other reader to compare with: within a compressed
/// stream their files are delivered in their place.
const BUNDLES: [&[u8]; 2] = [&[4, 0, 0, 0], b"PYZ\0"];

pub fn run(data: &[u8]) {
    let Some((choice, content)) = data.split_first() else {
        return;
    };
    let choice = usize::from(*choice);
    let told = read(NAMES[choice % NAMES.len()], content);
    if told.passed() {
        assert_opened(content, &told);
    }
    let (_, suffix, compress) = FORMATS[choice % FORMATS.len()];
    let told = read(&format!("a{suffix}"), &compress(content));
    if told.passed() {
        assert_opened(content, &told);
    }
}

fn read(name: &str, content: &[u8]) -> Told {
    let outer = TarballBuilder::package()
        .file(&format!("package/{name}"), content)
        .file("package/after", b"the last");
    let told = tar_walk::read(&outer.build());
    // Whatever is in a container, reading goes on after it, unless a limit of all ends it.
    let last = told.items.last().map(|item| item.entry.path.as_str());
    let limit = told.gaps.iter().any(|gap| gap.path.is_none());
    assert!(limit || last == Some("package/after"), "{last:?}");
    told
}

/// What other readers see in a container that passes was delivered.
fn assert_opened(content: &[u8], told: &Told) {
    if content.starts_with(b"\x1f\x8b\x08") {
        let mut unpacked = Vec::new();
        let read = MultiGzDecoder::new(content).read_to_end(&mut unpacked);
        assert!(read.is_ok(), "what passes can be unpacked");
        if is_tar(&unpacked) {
            assert_delivered(&oracle::tar_crate(unpacked.as_slice()), told);
        } else {
            assert!(has(Sha256::of(&unpacked), told), "what was compressed");
        }
    } else if content.starts_with(b"PK\x03\x04") || content.starts_with(b"PK\x05\x06") {
        assert_delivered(&oracle::zip_crate(content), told);
    } else if is_tar(content) {
        assert_delivered(&oracle::tar_crate(content), told);
    } else if !BUNDLES.iter().any(|magic| content.starts_with(magic)) {
        assert!(has(Sha256::of(content), told), "the file itself");
    }
}

fn is_tar(bytes: &[u8]) -> bool {
    let magic = bytes.get(257..263);
    matches!(magic, Some(b"ustar\0" | b"ustar "))
}

/// Names are not compared: a nested container is searched, not installed.
fn assert_delivered(theirs: &Theirs, told: &Told) {
    for file in &theirs.seen {
        let name = file.name.escape_ascii();
        assert!(has(file.sha256, told), "{name} was not delivered");
    }
}

fn has(hash: Sha256, told: &Told) -> bool {
    told.items.iter().any(|item| told.hash(item) == hash)
}

pub fn seeds() -> Vec<Vec<u8>> {
    let inner = TarballBuilder::new()
        .file("i/n", b"nested")
        .file("i/deep.gz", &gzip(b"deep"));
    let two_members = [gzip(b"one"), gzip(b"two")].concat();
    let contents = [
        gzip(b"text"),
        inner.clone().gzip(),
        inner.build(),
        two_members,
        zip_grammar::wheel(b""),
        tar_grammar::tar(&tar_grammar::seeds()[30]),
        // As much content as can be said.
        zstd_frame(&[&[0xe0][..], &[0xff; 8]].concat(), b"text"),
        bundle::asar(
            r#"{"files":{"a":{"size":1,"offset":"0"},"b":{"link":"a"}}}"#,
            b"a",
        ),
        bundle::pyinstaller(&[("main", b"script"), ("PYZ.pyz", &bundle::pyz(&[b"module"]))]),
        b"7z\xbc\xaf\x27\x1c".to_vec(),
        b"Rar!\x1a\x07\x01\0".to_vec(),
        b"text".to_vec(),
    ];
    let compressed = FORMATS.map(|(_, _, compress)| compress(b"some text, some text"));
    let names = (0..NAMES.len() as u8).cycle();
    let named = contents.into_iter().chain(compressed).zip(names);
    named
        .map(|(content, name)| [&[name][..], &content].concat())
        .collect()
}
