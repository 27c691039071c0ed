//! Gates: what stands between a publish and its registry.
//!
//! A gate says which artifact is checked, and does with the verdict what its caller can do. It looks into no
//! artifact itself: [`crate::check`] does, for all of them.

pub mod cargo;
mod client;
mod error;
mod held;
mod hook_npm;
mod neutral;
mod publish;
mod push;

mod stage;

use std::ffi::OsString;

use crate::check::{Checked, Request};
pub use error::Error;
pub use hook_npm::hook_npm;
pub use publish::publish;
pub use push::{PushError, pre_push};

/// What a gate works with.
pub struct Gate<'a> {
    /// How to check. What is checked is the gate's to say.
    pub request: Request,
    /// The options of the gate as they were typed, for one that stands inside a client.
    pub words: &'a [OsString],
    /// Checks, tells people what came of it and writes the reports.
    pub check: &'a dyn Fn(&Request) -> Told,
    /// Tells people something else.
    pub say: &'a dyn Fn(&str),
}

/// What came of a check that people have been told of.
#[derive(Debug)]
pub struct Told {
    /// What came of it.
    pub checked: Checked,
    /// The exit code; only 0 lets a publish go on.
    pub code: u8,
}
