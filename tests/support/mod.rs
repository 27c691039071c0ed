//! What several test files use: archives built in code, and the program run as a user would.

#![expect(
    dead_code,
    reason = "each test file uses a part, and is compiled with all of it"
)]

pub mod command;
pub mod tarball;
