//! Rule files (TOML) to compiled rules and one matcher.
//!
//! [`RuleSet::load`] reads the built-in rules and the user's through the same checker. What a rule
//! looks for is one of the kinds of [`Matcher`]; everything is data except what a detector computes.

mod anchors;
mod apart;
mod assigned;
mod braces;
mod check;
mod commonplace;
mod error;
mod example;
mod file;
mod fours;
mod generate;
mod heads;
mod held;
mod hex;
mod keys;
mod magic;
mod organisation;
mod paths;
mod pattern;
mod placeholder;
mod reading;
#[expect(
    clippy::module_inception,
    reason = "the file of one rule, in the room of rules"
)]
mod rule;
mod scope;
mod set;
mod text;
mod user_file;
mod verify;

pub use apart::ApartIn;
pub use error::{Problem, RuleError};
pub use example::{Example, ExampleEntry, Matches};
pub use generate::{UnknownGenerator, fill, generators};
pub use keys::KeysError;
pub use organisation::Organisation;
pub use rule::{KeysRule, MagicRule, Matcher, Rule, TextRule};
pub use scope::{Scope, is_among_tests};
pub use set::{EntryMatch, KeyMatch, RuleSet, TextMatch};
pub use user_file::RuleFile;
pub use verify::{Answer, Known};
