//! What findings mean here: configuration, profiles, waivers, and the one function that judges.

mod config;
mod discover;
mod error;
mod history;
mod judge;
mod judged;
mod license;
mod limits;
pub mod lock;
pub mod paste;
mod profile;
mod settings;
mod shown;
mod verdict;
mod waiver;

pub use config::ConfigFile;
pub use discover::{ConfigChoice, find, lock_place};
pub use error::{Invalid, PolicyError};
pub use history::{Stay, history};
pub use judge::judge;
pub use judged::{ClosedHint, Judged, JudgedFinding, JudgedGap, PolicyFacts};
pub use lock::Lock;
pub use profile::{Profile, ProfileChoice};
pub use settings::{Overrides, Settings};
pub use verdict::{Outcome, RunError, Summary, Verdict};
pub use waiver::{Accepts, Waiver};

#[cfg(test)]
mod tests;
