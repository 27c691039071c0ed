//! Bytes as a zip, given as a wheel. While no zip can be read this only sees to it that none passes.

use super::{
    reading::{self, Named, Told},
    zip_grammar,
};

pub fn run(data: &[u8]) {
    read(data);
    read(&[b"PK\x03\x04", data].concat());
    reading::read(data, Named::ZipSdist);
}

/// Reads a wheel.
pub fn read(zip: &[u8]) -> Told {
    reading::read(zip, Named::Wheel)
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = zip_grammar::seeds()
        .iter()
        .step_by(14)
        .map(|seed| zip_grammar::wheel(seed))
        .collect();
    seeds.push(zip_grammar::wheel(b""));
    seeds
}
