//! Zips that are nearly valid: what passes is what the `zip` crate sees.

use super::{
    oracle::{self, assert_covered},
    zip_grammar, zip_walk,
};

pub fn run(data: &[u8]) {
    compare(data);
    compare(&zip_grammar::wheel(data));
}

fn compare(zip: &[u8]) {
    let told = zip_walk::read(zip);
    if told.passed() && zip.starts_with(b"PK") {
        assert_covered(
            &oracle::ours(&told),
            &oracle::zip_crate(zip),
            "the zip crate",
        );
    }
}

/// Decisions for the grammar, and zips.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = zip_grammar::seeds();
    seeds.extend(zip_walk::seeds());
    seeds
}
