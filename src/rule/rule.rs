//! One rule, ready to match.

use std::sync::Arc;

use super::{
    Example, keys::KeyPath, magic::Magic, pattern::Pattern, scope::Scope, text::TextMatcher,
    verify::Validator,
};
use crate::model::{Ecosystem, Entry, EntryKind, RuleInfo};

/// One rule, ready to match.
#[derive(Debug)]
pub struct Rule {
    /// What its findings carry of it.
    pub info: Arc<RuleInfo>,
    /// The ecosystems that it is for; none is all of them.
    pub ecosystems: Vec<Ecosystem>,
    /// Where it applies.
    pub scope: Scope,
    /// What it looks for.
    pub matcher: Matcher,
    /// What must and must not meet it.
    pub examples: Vec<Example>,
    /// The file that it comes from.
    pub source: Arc<str>,
}

impl Rule {
    /// Whether the rule is for artifacts of this ecosystem.
    pub fn is_for(&self, ecosystem: Ecosystem) -> bool {
        self.ecosystems.is_empty() || self.ecosystems.contains(&ecosystem)
    }

    /// Whether what the artifact's manifest says in public counts for the rule like everything else.
    pub fn counts_declared(&self) -> bool {
        match &self.matcher {
            Matcher::Text(text) => text.0.declared,
            _ => true,
        }
    }

    /// Whether the rule gives way to others that find the same value.
    pub fn is_generic(&self) -> bool {
        matches!(&self.matcher, Matcher::Text(text) if text.0.generic)
    }

    /// Whether the rule looks at entries of this kind, path and size.
    pub fn covers(&self, entry: &Entry) -> bool {
        self.matcher.looks_at(&entry.kind) && self.scope.covers(entry)
    }
}

/// What a rule looks for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Matcher {
    /// Nothing more than the path and size.
    Paths,
    /// Text in the content.
    Text(TextRule),
    /// Bytes at a fixed place.
    Magic(MagicRule),
    /// Values at keys of a JSON file.
    Keys(KeysRule),
    /// What a detector reports: its `detector:kind`.
    Detector(String),
}

/// What a text rule looks for.
#[derive(Debug)]
pub struct TextRule(pub(super) Box<TextMatcher>);

/// What a magic rule looks for: any of these.
#[derive(Debug)]
pub struct MagicRule {
    pub(super) magic: Vec<Magic>,
    /// What may have more to say of a file that begins so.
    pub(super) verify: Vec<&'static Validator>,
}

/// What a keys rule looks for.
#[derive(Debug)]
pub struct KeysRule {
    pub(super) keys: Vec<KeyPath>,
    pub(super) regex: Option<Pattern>,
}

impl Matcher {
    /// Whether there is anything to look at in an entry of this kind.
    pub(super) fn looks_at(&self, kind: &EntryKind) -> bool {
        match self {
            // An empty directory leaks nothing, and what lies in one has a path of its own.
            Self::Paths => matches!(kind, EntryKind::File | EntryKind::Link { .. }),
            Self::Text(_) => !matches!(kind, EntryKind::Directory),
            Self::Magic(_) | Self::Keys(_) => matches!(kind, EntryKind::File),
            Self::Detector(_) => true,
        }
    }
}
