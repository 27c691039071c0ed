//! What a whole check costs beside gunzip alone: within 1.25 times as long is the aim, on two cores.
//!
//! Measures a synthetic package, and the tarball named by `CHECK_BENCH_FILE` if there is one.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    hint::black_box,
    io::{Cursor, Read},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use packwarden::{
    detect,
    model::{Context, Limits, Origin, Progress, Scanned, SelfKind, SelfValue},
    rule::RuleSet,
    scan::{self, Source},
};
use support::tarball::TarballBuilder;

/// Code-like text: words that repeat and identifiers that don't.
fn code(size: usize, seed: u64) -> String {
    const WORDS: [&str; 8] = [
        "function ",
        "return ",
        "const ",
        ") {\n  ",
        "}\n",
        " = ",
        ";\n",
        "this.",
    ];
    let mut state = seed | 1;
    let mut text = String::with_capacity(size + 64);
    while text.len() < size {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let number = state >> 33;
        text.push_str(WORDS[number as usize % WORDS.len()]);
        if number.is_multiple_of(3) {
            text.push_str(&format!("v{:x}", (number >> 8) % 5000));
        }
    }
    text
}

/// Modules that each have a map with their source, some bundles, and one too long for one piece.
fn package() -> Vec<u8> {
    let mut builder = TarballBuilder::package();
    for index in 0..1500 {
        let (path, size) = (format!("package/lib/{index}.js"), 2000 + index * 13 % 9000);
        let map = serde_json::json!({
            "version": 3,
            "sources": [format!("../src/{index}.ts")],
            "sourcesContent": [code(size, 7 * index as u64)],
            "mappings": "AAAA;".repeat(size / 5),
        });
        builder = builder
            .file(&path, code(size, index as u64).as_bytes())
            .file(&format!("{path}.map"), map.to_string().as_bytes());
    }
    for size in [400_000, 1_200_000, 3_000_000, 14_000_000] {
        let path = format!("package/dist/{size}.js");
        builder = builder.file(&path, code(size, size as u64).as_bytes());
    }
    builder.gzip()
}

fn gunzip(artifact: &[u8]) -> u64 {
    let mut decoder = flate2::bufread::GzDecoder::new(artifact);
    let mut buffer = vec![0; 256 << 10];
    let mut size = 0;
    loop {
        match decoder.read(&mut buffer).unwrap() {
            0 => return size,
            count => size += black_box(&buffer[..count]).len() as u64,
        }
    }
}

fn check(artifact: &[u8], rules: &RuleSet) -> Scanned {
    let value = |kind, value: &str| SelfValue {
        kind,
        value: value.to_owned(),
    };
    let context = Context {
        self_values: vec![
            value(SelfKind::Home, "/home/somebody"),
            value(SelfKind::Login, "somebody"),
            value(SelfKind::HostName, "workstation-7"),
            value(SelfKind::ProjectRoot, "/home/somebody/projects/example"),
        ],
        ..Context::default()
    };
    let source = Source {
        label: "bench".to_owned(),
        file_name: None,
        content: Box::new(Cursor::new(artifact.to_vec())),
        origin: Origin::Given,
        packed_by: None,
        destination: None,
        sha512: false,
    };
    let (limits, progress) = (Limits::default(), Progress::default());
    scan::scan(source, rules, &context, &limits, &progress).unwrap()
}

fn measure(criterion: &mut Criterion, name: &str, artifact: &[u8]) {
    let kinds: Vec<_> = detect::kinds().collect();
    let rules = RuleSet::load(&[], &kinds).unwrap();
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(gunzip(artifact)));
    group.sample_size(20);
    group.bench_function("gunzip", |bencher| bencher.iter(|| gunzip(artifact)));
    group.bench_function("check", |bencher| {
        bencher.iter(|| check(artifact, &rules));
    });
    group.finish();
}

fn benches(criterion: &mut Criterion) {
    let package = package();
    let kinds: Vec<_> = detect::kinds().collect();
    let scanned = check(&package, &RuleSet::load(&[], &kinds).unwrap());
    assert!(scanned.gaps.is_empty(), "{:?}", scanned.gaps);
    measure(criterion, "synthetic", &package);
    if let Some(path) = std::env::var_os("CHECK_BENCH_FILE") {
        measure(criterion, "given", &std::fs::read(path).unwrap());
    }
}

criterion_group!(all, benches);
criterion_main!(all);
