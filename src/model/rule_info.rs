//! What a finding carries of its rule.

use serde::{Deserialize, Serialize};

use super::Fix;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Source maps and other debug artifacts.
    SourceMap,
    /// Source files that were not meant to ship.
    Source,
    /// Credentials.
    Secret,
    /// Internal paths and identities.
    Path,
    /// Stray files.
    File,
    /// Models, data sets, prompts and agents' state.
    Ai,
    /// What files say of their makers.
    Metadata,
    /// The container itself.
    Archive,
    /// The package's manifest.
    Manifest,
}

impl Category {
    /// All of them.
    pub const ALL: [Category; 9] = [
        Category::SourceMap,
        Category::Source,
        Category::Secret,
        Category::Path,
        Category::File,
        Category::Ai,
        Category::Metadata,
        Category::Archive,
        Category::Manifest,
    ];

    /// The name used in rule files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Category::SourceMap => "source-map",
            Category::Source => "source",
            Category::Secret => "secret",
            Category::Path => "path",
            Category::File => "file",
            Category::Ai => "ai",
            Category::Metadata => "metadata",
            Category::Archive => "archive",
            Category::Manifest => "manifest",
        }
    }
}

/// How bad a finding is: a property of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Untidy.
    Low,
    /// Tells outsiders something of the inside.
    Medium,
    /// Leaks what was meant to stay inside.
    High,
    /// Leaks what an attacker can use at once, or the product itself.
    Critical,
}

impl Severity {
    /// The name used in rule files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// What to do about a finding: decided by the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not even shown.
    Off,
    /// Shown on request.
    Note,
    /// Shown.
    Warn,
    /// Blocks the publish.
    Deny,
}

impl Level {
    /// The name used in rule files, the configuration and reports.
    pub fn name(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Note => "note",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }
}

/// The level of a rule in each profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// In profile open.
    pub open: Level,
    /// In profile closed.
    pub closed: Level,
    /// In profile open where the manifest has an open licence and names a repository, so that the
    /// source is public already.
    pub public: Level,
    /// At most, in either profile, for what lies among tests, examples or in documentation.
    pub tests: Option<Level>,
}

/// What a finding carries of its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Kebab-case; reads well as "allow ID".
    pub id: String,
    /// A short noun phrase.
    pub title: String,
    /// Who issues what it recognises.
    pub provider: Option<String>,
    /// What the provider calls the forms that it recognises; none is one, the title.
    pub formats: Vec<String>,
    /// What it is about.
    pub category: Category,
    /// How bad it is.
    pub severity: Severity,
    /// What to do, by profile, unless the configuration says otherwise.
    pub level: Levels,
    /// Why it matters.
    pub why: String,
    /// What to type against it.
    pub fix: Fix,
    /// Where to read more.
    pub references: Vec<String>,
}
