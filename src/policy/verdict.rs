//! What a run comes to, and the exit code that says so.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    history::Stay,
    judged::Judged,
    life::{self, Lived},
};
use crate::model::{Level, Skipped};

/// What a run, or one artifact of it, comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Read in full, and nothing in it breaks the rules. The only one that lets a publish go on.
    Passed,
    /// A finding blocks the publish.
    Blocked,
    /// Something could not be read.
    Incomplete,
    /// The check itself could not be made.
    Error,
}

impl Outcome {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Blocked => "blocked",
            Outcome::Incomplete => "incomplete",
            Outcome::Error => "error",
        }
    }
}

/// Why there is no verdict on something that was to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    /// The exit code: 2 usage or configuration, 3 no artifact, 4 unreadable, 70 internal.
    pub code: u8,
    /// One sentence.
    pub message: String,
    /// The file or directory, if it is about one.
    pub path: Option<String>,
    /// The way out.
    pub help: Option<String>,
}

impl RunError {
    /// All that it says.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self {
            message,
            path,
            help,
            ..
        } = self;
        [message].into_iter().chain(path).chain(help)
    }
}

/// What a run comes to.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// When the check was made.
    pub checked_at: Timestamp,
    /// How long it took.
    pub elapsed: Duration,
    /// Each artifact that was read.
    pub artifacts: Vec<Judged>,
    /// What could not be checked at all.
    pub errors: Vec<RunError>,
    /// Projects that were left out.
    pub skipped: Vec<Skipped>,
    /// When findings came in and went, where all versions of packages were checked.
    pub history: Option<Vec<Stay>>,
}

/// How many findings of an artifact stand at each level; the waived ones are counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings that block.
    pub deny: usize,
    /// Findings that are shown.
    pub warn: usize,
    /// Findings that are shown on request.
    pub note: usize,
    /// Findings and gaps that somebody has accepted.
    pub waived: usize,
}

/// Nothing was checked: no artifact.
const NO_ARTIFACT: u8 = 3;
/// An error that does not say what it is.
const INTERNAL: u8 = 70;

impl Verdict {
    /// The verdict of a run that came to no artifact at all.
    pub fn failed(error: RunError) -> Self {
        Self {
            checked_at: Timestamp::now(),
            elapsed: Duration::ZERO,
            artifacts: Vec::new(),
            errors: vec![error],
            skipped: Vec::new(),
            history: None,
        }
    }

    /// The exit code: of several artifacts and errors, the highest counts. A run in which nothing
    /// was checked never passes.
    pub fn exit_code(&self) -> u8 {
        let artifacts = self.artifacts.iter().map(Judged::exit_code);
        let errors = self.errors.iter().map(|error| match error.code {
            0 | 1 => INTERNAL,
            code => code,
        });
        artifacts.chain(errors).max().unwrap_or(NO_ARTIFACT)
    }

    /// What the run comes to: what its exit code says.
    pub fn outcome(&self) -> Outcome {
        match self.exit_code() {
            0 => Outcome::Passed,
            1 => Outcome::Blocked,
            4 => Outcome::Incomplete,
            _ => Outcome::Error,
        }
    }

    /// The counts of all artifacts together.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.artifacts)
    }

    /// The waivers of all artifacts, each once, in the order of their files.
    pub fn waivers(&self) -> Vec<&Lived> {
        life::of(&self.artifacts)
    }
}

impl Summary {
    /// The counts of artifacts together.
    pub fn of(artifacts: &[Judged]) -> Self {
        let add = |sum: Self, one: Self| Self {
            deny: sum.deny + one.deny,
            warn: sum.warn + one.warn,
            note: sum.note + one.note,
            waived: sum.waived + one.waived,
        };
        let each = artifacts.iter().map(Judged::summary);
        each.fold(Self::default(), add)
    }

    /// Counts a finding that nobody has accepted.
    pub(super) fn count(&mut self, level: Level) {
        match level {
            Level::Deny => self.deny += 1,
            Level::Warn => self.warn += 1,
            Level::Note => self.note += 1,
            Level::Off => {}
        }
    }
}
