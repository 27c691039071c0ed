//! The packwarden program.

fn main() {}
