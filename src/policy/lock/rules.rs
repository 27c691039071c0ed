//! The rules of the lock. They stand in no rule file, because no content is searched for them, and can't be
//! turned off or waived: the lock itself is what says what may ship.

use std::sync::Arc;

use crate::model::{Category, Fix, Level, Levels, RuleInfo, Severity};

/// What the lock finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    NotInLock,
    ArtifactNotInLock,
    PinChanged,
    OverBudget,
    UnusedLine,
}

const RULES: [Rule; 5] = [
    Rule::NotInLock,
    Rule::ArtifactNotInLock,
    Rule::PinChanged,
    Rule::OverBudget,
    Rule::UnusedLine,
];

/// The ids of the lock's rules: no other rule may be called so.
pub fn ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.text().0)
}

/// Whether a rule is one of the lock's.
pub fn is_of_lock(rule: &RuleInfo) -> bool {
    RULES.iter().any(|known| known.text().0 == rule.id)
}

impl Rule {
    /// Its id, title, why and fix.
    fn text(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Rule::NotInLock => (
                "not-in-lock",
                "File that is not in the lock",
                "packwarden.lock lists what was agreed to ship. A file that nobody has looked at may be \
                 anything: a source map of a new build option, a dump, what an attacker has added.",
                "If it is not meant to ship, leave it out with {exclude}, and look with {list}. If it is, \
                 have `packwarden lock` propose a line for it, and that line reviewed.",
            ),
            Rule::ArtifactNotInLock => (
                "artifact-not-in-lock",
                "Artifact that is not in the lock",
                "packwarden.lock lists what was agreed to ship, and says nothing of this artifact.",
                "If it is meant to be published, have `packwarden lock` propose a section for it, and that \
                 reviewed.",
            ),
            Rule::PinChanged => (
                "lock-pin-changed",
                "Pinned file with other content",
                "The file was approved with exactly the content that packwarden.lock pins. Who replaces a \
                 model or a binary changes what users run, and no diff shows it.",
                "If the new content is meant to ship, have `packwarden lock` propose its hash: it shows the \
                 old and the new one, and what both files say of themselves. If not, put the approved file \
                 back.",
            ),
            Rule::OverBudget => (
                "over-lock-budget",
                "Artifact beyond its size budget",
                "What grows at once has got something that was not there: source maps, dependencies, \
                 data, a build of another kind.",
                "Look for what has grown with {list}, and leave out what is not meant to ship. If all of it \
                 is, raise `budget` in packwarden.lock, or have `packwarden lock` propose another.",
            ),
            Rule::UnusedLine => (
                "unused-lock-line",
                "Line of the lock that covers nothing",
                "A line that covers nothing now covers whatever gets that name one day.",
                "Take the line out, or run `packwarden lock`.",
            ),
        }
    }

    fn severity(self) -> Severity {
        match self {
            Rule::PinChanged => Severity::Critical,
            Rule::NotInLock | Rule::ArtifactNotInLock => Severity::High,
            Rule::OverBudget => Severity::Medium,
            Rule::UnusedLine => Severity::Low,
        }
    }

    pub(super) fn info(self) -> Arc<RuleInfo> {
        let (id, title, why, fix) = self.text();
        let level = match self {
            Rule::UnusedLine => Level::Note,
            _ => Level::Deny,
        };
        Arc::new(RuleInfo {
            id: id.to_owned(),
            title: title.to_owned(),
            provider: None,
            formats: Vec::new(),
            category: Category::Archive,
            severity: self.severity(),
            level: Levels {
                open: level,
                closed: level,
                public: level,
                tests: None,
            },
            why: why.to_owned(),
            fix: Fix::from(fix),
            references: Vec::new(),
        })
    }
}
