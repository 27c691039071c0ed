//! What the fuzz targets do: each reads arbitrary bytes in one way and asserts what must hold.
//!
//! One source for two runners: the files in `fuzz_targets/` call these functions under libFuzzer, and
//! `tests/fuzz.rs` includes this file and runs them over the seeds and mutations of them.

// Not `expect`: the lints differ between the two crates that this is a part of.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    missing_docs,
    reason = "a target fails by panicking, and is no interface"
)]

#[path = "../../tests/support/bundle.rs"]
pub mod bundle;
#[path = "../../tests/support/compressed.rs"]
#[allow(dead_code, reason = "only its encoders are used here")]
pub mod compressed;
pub mod configuration;
pub mod draw;
pub mod encoded;
pub mod gzip_header;
pub mod headers;
pub mod identities;
#[path = "../../tests/support/native.rs"]
pub mod image;
pub mod inspecting;
pub mod native;
pub mod nested;
pub mod oracle;
pub mod placed;
pub mod reading;
pub mod rule_file;
pub mod source_map;
pub mod tar_differential;
pub mod tar_forms;
pub mod tar_grammar;
pub mod tar_walk;
#[path = "../../tests/support/tarball.rs"]
pub mod tarball;
pub mod zip_differential;
pub mod zip_grammar;
pub mod zip_walk;
pub mod zip_writer;

/// One fuzz target.
pub struct Target {
    /// The name of its file in `fuzz_targets/`.
    pub name: &'static str,
    /// Reads the bytes, and panics where something does not hold.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "configuration",
        run: configuration::run,
        seeds: configuration::seeds,
    },
    Target {
        name: "encoded",
        run: encoded::run,
        seeds: encoded::seeds,
    },
    Target {
        name: "gzip_header",
        run: gzip_header::run,
        seeds: gzip_header::seeds,
    },
    Target {
        name: "headers",
        run: headers::run,
        seeds: headers::seeds,
    },
    Target {
        name: "identities",
        run: identities::run,
        seeds: identities::seeds,
    },
    Target {
        name: "native",
        run: native::run,
        seeds: native::seeds,
    },
    Target {
        name: "nested",
        run: nested::run,
        seeds: nested::seeds,
    },
    Target {
        name: "rule_file",
        run: rule_file::run,
        seeds: rule_file::seeds,
    },
    Target {
        name: "source_map",
        run: source_map::run,
        seeds: source_map::seeds,
    },
    Target {
        name: "tar_differential",
        run: tar_differential::run,
        seeds: tar_differential::seeds,
    },
    Target {
        name: "tar_walk",
        run: tar_walk::run,
        seeds: tar_walk::seeds,
    },
    Target {
        name: "zip_differential",
        run: zip_differential::run,
        seeds: zip_differential::seeds,
    },
    Target {
        name: "zip_walk",
        run: zip_walk::run,
        seeds: zip_walk::seeds,
    },
];
