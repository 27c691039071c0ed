//! Plain data that every room shares: what was read, what was found, and what was known beforehand.

mod artifact;
mod context;
mod digest;
mod entry;
mod escape;
mod finding;
mod fix;
mod gap;
mod limits;
mod manifest;
mod quantity;
mod release;
mod rule_info;
mod scanned;
mod suggest;
mod text_file;
mod version;
mod window;

pub use artifact::{ArtifactInfo, Ecosystem, Format, Origin, PackedBy, Skipped};
pub use context::{Context, SelfKind, SelfValue};
pub use digest::{Sha256, Sha512};
pub use entry::{Entry, EntryKind, EntryPath};
pub use escape::{escape, mask};
pub use finding::{Evidence, Finding, Fingerprint, Location};
pub use fix::Fix;
pub use gap::{Gap, GapKind};
pub use limits::{Limits, Progress, SIZE_UNITS};
pub use manifest::Manifest;
pub use quantity::{count, counted};
pub use release::{is_release, project_name, same_release};
pub use rule_info::{Category, Level, Levels, RuleInfo, Severity};
pub use scanned::Scanned;
pub use suggest::{did_you_mean, suggest};
pub use text_file::read_text_file;
pub use window::{View, Window};
