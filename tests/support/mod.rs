//! What integration tests and benches share: archives built in code, and the program run as a user
//! would.

// Not `expect`: whether anything is unused differs from test to test.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test is a crate of its own and uses a part"
)]

pub mod bundle;
pub mod check;
pub mod command;
pub mod compressed;
pub mod loopback;
pub mod native;
pub mod tarball;
pub mod tree;
pub mod zip;
