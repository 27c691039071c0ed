//! What reading costs beside gunzip alone: the two should be within 5 % of each other.
//!
//! Measures a synthetic package, and the tarball named by `READ_BENCH_FILE` if there is one.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    hint::black_box,
    io::{BufReader, Read},
    ops::ControlFlow,
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use packwarden::{
    archive::{self, Visitor},
    model::{Entry, Gap, Limits, Progress},
};
use support::tarball::TarballBuilder;

struct Drop;

impl Visitor for Drop {
    fn entry(&mut self, entry: Entry) -> ControlFlow<()> {
        black_box(entry);
        ControlFlow::Continue(())
    }
    fn piece(&mut self, bytes: Vec<u8>, _: bool) -> ControlFlow<()> {
        black_box(bytes);
        ControlFlow::Continue(())
    }
    fn gap(&mut self, gap: Gap) {
        black_box(gap);
    }
}

/// Code-like text: words that repeat and identifiers that don't.
fn text(size: usize, seed: u64) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "function ",
        "return ",
        "const ",
        "export ",
        "(",
        ") {\n  ",
        "}\n",
        " = ",
        ";\n",
        "this.",
        "await ",
        "import ",
    ];
    let mut state = seed | 1;
    let mut text = Vec::with_capacity(size + 64);
    while text.len() < size {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let number = state >> 33;
        text.extend_from_slice(WORDS[number as usize % WORDS.len()].as_bytes());
        if number.is_multiple_of(3) {
            text.extend_from_slice(format!("v{:x}", (number >> 8) % 5000).as_bytes());
        }
    }
    text
}

/// Many small files, some bundles and a map larger than what arrives in one piece.
fn package() -> Vec<u8> {
    let mut builder = TarballBuilder::package();
    for index in 0..1500 {
        let content = text(2000 + index * 13 % 9000, index as u64);
        builder = builder.file(&format!("package/lib/{}/{index}.js", index % 50), &content);
    }
    for (index, size) in [400_000, 1_200_000, 3_000_000, 14_000_000]
        .into_iter()
        .enumerate()
    {
        let content = text(size, 1_000_000 + index as u64);
        builder = builder.file(&format!("package/dist/{index}.js"), &content);
    }
    builder.gzip()
}

fn gunzip(artifact: &[u8]) -> u64 {
    let packed = BufReader::with_capacity(64 << 10, artifact);
    let mut decoder = flate2::bufread::GzDecoder::new(packed);
    let mut buffer = vec![0; 256 << 10];
    let mut size = 0;
    loop {
        match decoder.read(&mut buffer).unwrap() {
            0 => return size,
            count => size += black_box(&buffer[..count]).len() as u64,
        }
    }
}

fn measure(criterion: &mut Criterion, name: &str, artifact: &[u8]) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(gunzip(artifact)));
    group.sample_size(20);
    group.bench_function("gunzip", |bencher| bencher.iter(|| gunzip(artifact)));
    group.bench_function("read", |bencher| {
        bencher.iter(|| {
            archive::read(
                artifact,
                None,
                &Limits::default(),
                &Progress::default(),
                &mut Drop,
            )
        });
    });
    group.finish();
}

fn benches(criterion: &mut Criterion) {
    measure(criterion, "synthetic", &package());
    if let Some(path) = std::env::var_os("READ_BENCH_FILE") {
        measure(criterion, "given", &std::fs::read(path).unwrap());
    }
}

criterion_group!(all, benches);
criterion_main!(all);
