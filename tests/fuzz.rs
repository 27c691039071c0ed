//! The fuzz targets without a fuzzer: their seeds and some thousand mutations of them, the same ones
//! in every run. `docs/fuzzing.md` says how to run them under one.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it did not run"
)]

#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/readers.rs"]
mod readers;
#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
};

use mutate::Mutator;
use targets::{TARGETS, Target};

/// Each line is a test: the target, and how many mutations it is given.
macro_rules! targets {
    ($($name:ident: $count:expr,)*) => {
        $(#[test]
        fn $name() {
            run(stringify!($name), $count);
        })*

        const RUN: &[&str] = &[$(stringify!($name)),*];
    };
}

targets! {
    configuration: 3000,
    encoded: 3000,
    gzip_header: 3000,
    headers: 3000,
    identities: 3000,
    native: 3000,
    nested: 3000,
    rule_file: 3000,
    source_map: 3000,
    tar_differential: 3000,
    tar_walk: 3000,
    zip_differential: 3000,
    zip_walk: 3000,
}

fn run(name: &str, count: usize) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = (target.seeds)();
    let mut mutator = Mutator::new(name);
    let mutations = (0..count).map(|_| mutator.mutation(&seeds));
    for input in seeds.iter().cloned().chain(mutations) {
        try_input(target, &input);
    }
}

/// Keeps an input that fails, so that it can be looked at and given to the fuzzer.
fn try_input(target: &Target, input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name));
        fs::write(&kept, input).unwrap();
        eprintln!("{} fails on {}", target.name, kept.display());
        resume_unwind(panic);
    }
}

#[test]
fn every_target_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let files = fs::read_dir(root.join("fuzz_targets")).unwrap();
    let files: BTreeSet<String> = files
        .map(|file| file.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let all = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    let named: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(files, all(&named), "fuzz/src/lib.rs");
    assert_eq!(files, all(RUN), "tests/fuzz.rs");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for name in named {
        let file = format!("path = \"fuzz_targets/{name}.rs\"");
        assert!(manifest.contains(&file), "fuzz/Cargo.toml has no {name}");
        let target = fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(
            target.contains(&format!("packwarden_fuzz::{name}::run")),
            "{name}.rs"
        );
    }
}

#[test]
#[ignore = "writes the corpus that the fuzzer starts from"]
fn write_seeds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for target in TARGETS {
        let directory = corpus.join(target.name);
        fs::create_dir_all(&directory).unwrap();
        for (index, seed) in (target.seeds)().iter().enumerate() {
            fs::write(directory.join(format!("seed-{index:03}")), seed).unwrap();
        }
    }
}
