//! What integration tests and benches share.
// Not `expect`: whether anything is unused differs from test to test.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test is a crate of its own and uses a part"
)]

pub mod tarball;
