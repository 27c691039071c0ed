//! The reader's limits: reached, said, and never gone beyond.

use std::time::Duration;

use flate2::Compression;
use packwarden::model::{GapKind, Limits};

use crate::{
    Collected, read, read_within,
    support::tarball::{TarballBuilder, gzip_at},
};

fn limited(artifact: &[u8], set: fn(&mut Limits)) -> Collected {
    let mut limits = Limits::default();
    set(&mut limits);
    let read = read_within(artifact, &limits);
    assert_eq!(read.kinds(), [GapKind::Limit], "{}", read.reasons());
    read
}

fn fast(bytes: &[u8]) -> Vec<u8> {
    gzip_at(bytes, Compression::fast())
}

/// What is said, with the way to raise the limit.
fn said(read: &Collected) -> String {
    format!(
        "{}\n{}",
        read.gaps[0].reason,
        read.gaps[0].help.as_ref().unwrap()
    )
}

#[test]
fn decompressed_bytes() {
    let artifact = TarballBuilder::package()
        .file("package/x", &[b'x'; 3 << 20])
        .gzip();
    let read = limited(&artifact, |limits| limits.decompressed = 1 << 20);
    insta::assert_snapshot!(said(&read), @"
    The artifact unpacks to more than 1 MiB (limit `decompressed`); reading stopped there, as it may be a decompression bomb.
    If the artifact is meant to be so, raise the limit: --limit decompressed=2MiB
    ");
}

#[test]
fn ratio_beyond_what_is_free() {
    let bomb = vec![0; 70 << 20];
    let artifact = TarballBuilder::package().file("package/x", &bomb).gzip();
    let read = limited(&artifact, |_| {});
    insta::assert_snapshot!(said(&read), @"
    The artifact unpacks to more than 200 times its packed size (limit `ratio`); reading stopped there, as it may be a decompression bomb.
    If the artifact is meant to be so, raise the limit: --limit ratio=400
    ");
    assert!(read.summary.unpacked_size <= 65 << 20);
}

#[test]
fn a_nested_bomb_shares_the_budget() {
    let bomb = fast(&fast(&vec![0; 70 << 20]));
    let artifact = TarballBuilder::package()
        .file("package/x", &bomb)
        .file("package/after", b"")
        .gzip();
    let read = limited(&artifact, |_| {});
    assert!(!read.paths().contains(&"package/after"));
}

#[test]
fn entries() {
    let mut builder = TarballBuilder::package();
    for index in 0..100 {
        builder = builder.file(&format!("package/{index}"), b"");
    }
    let read = limited(&builder.gzip(), |limits| limits.entries = 50);
    assert_eq!(read.entries.len(), 49, "and their directory");
    insta::assert_snapshot!(said(&read), @"
    The artifact holds more than 50 entries and directories (limit `entries`); reading stopped there.
    If the artifact is meant to be so, raise the limit: --limit entries=100
    ");
}

#[test]
fn directories_that_names_imply() {
    let name = format!("package/{}x", "d/".repeat(1000));
    let artifact = TarballBuilder::package()
        .long_name(&name)
        .file("x", b"")
        .gzip();
    limited(&artifact, |limits| limits.entries = 500);
}

#[test]
fn names_together() {
    let mut builder = TarballBuilder::package();
    for index in 0..17_000 {
        let name = format!("package/{}{index}", "n".repeat(4000));
        builder = builder.long_name(&name).file("x", b"");
    }
    let read = limited(&fast(&builder.build()), |limits| limits.ratio = u64::MAX);
    insta::assert_snapshot!(said(&read), @"
    The names in the artifact take more than 64 MiB together; reading stopped there.
    This limit is fixed. Pack fewer files, or give them shorter names.
    ");
}

#[test]
fn time() {
    let artifact = TarballBuilder::package().gzip();
    let read = limited(&artifact, |limits| limits.time = Duration::ZERO);
    insta::assert_snapshot!(said(&read), @"
    Reading the artifact took more than 0ns (limit `time`); it stopped there.
    If the artifact is meant to be so, raise the limit: --limit time=2s
    ");
}

#[test]
fn a_small_but_dense_package_is_no_bomb() {
    let artifact = TarballBuilder::package()
        .file("package/x", &vec![0; 60 << 20])
        .gzip();
    assert_eq!(read(&artifact).reasons(), "");
}
