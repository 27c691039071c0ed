//! packwarden obtains the exact artifact that a publish command would ship, reads every byte of it
//! strictly, and lets the publish happen only if nothing in it breaks the rules.
//!
//! Data goes down one line: a source (packed, given or published) is read into entries by
//! [`archive`], matched against [`rule`]s and [`detect`]ors by [`scan`], judged by [`policy`] and
//! written by [`report`]. [`check`] is that line as a function.

pub mod archive;
pub mod audit;
pub mod check;
pub mod cli;
pub mod detect;
pub mod diff;
pub mod ecosystem;
pub mod gate;
pub mod host;
pub mod init;
pub mod lock;
pub mod model;
pub mod policy;
pub mod report;
pub mod rule;
pub mod scan;
