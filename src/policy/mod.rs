//! What findings mean here: configuration, profiles, waivers, and the one function that judges.

mod config;
mod discover;
mod error;
mod files;
mod floor;
mod history;
mod judge;
mod judged;
mod license;
mod life;
mod limits;
pub mod lock;
mod overrides;
pub mod paste;
mod profile;
mod settings;
mod shown;
mod verdict;
mod waiver;
mod written;

pub use config::ConfigFile;
pub use discover::{ConfigChoice, find, lock_place};
pub use error::{Invalid, PolicyError};
pub use files::{Disk, PolicyFiles};
pub use history::{Stay, history};
pub use judge::judge;
pub use judged::{ClosedHint, Judged, JudgedFinding, JudgedGap, PolicyFacts};
pub use life::{Lived, State, last_day, of as waivers_of};
pub use lock::Lock;
pub use overrides::Overrides;
pub use profile::{Profile, ProfileChoice};
pub use settings::{Set, Settings};
pub use verdict::{Outcome, RunError, Summary, Verdict};
pub use waiver::{Accepts, Waiver};

#[cfg(test)]
mod tests;
