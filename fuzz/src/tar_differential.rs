//! Tars that are nearly valid: what passes is what the `tar` crate sees.

use super::{
    oracle::{self, assert_covered},
    reading::Told,
    tar_grammar, tar_walk,
};

pub fn run(data: &[u8]) {
    compare(data);
    compare(&tar_grammar::tar(data));
}

fn compare(tar: &[u8]) -> Told {
    let told = tar_walk::read(tar);
    if told.passed() {
        assert_covered(
            &oracle::ours(&told),
            &oracle::tar_crate(tar),
            "the tar crate",
        );
    }
    told
}

/// Decisions for the grammar, and a tar.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = tar_grammar::seeds();
    seeds.extend(tar_walk::seeds());
    seeds
}
