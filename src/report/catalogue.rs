//! The rules as one JSON document.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::{Category, Level, RuleInfo, Severity};

#[derive(Serialize)]
struct Catalogue<'a> {
    schema_version: u8,
    rules: Vec<Rule<'a>>,
}

/// A frozen copy of what a rule says of itself.
#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    title: &'a str,
    category: Category,
    severity: Severity,
    level: ByProfile,
    why: &'a str,
    fix: String,
    references: &'a [String],
}

#[derive(Serialize)]
struct ByProfile {
    open: Level,
    closed: Level,
    public: Level,
    tests: Option<Level>,
}

/// Writes the catalogue.
pub fn catalogue<'a>(
    rules: impl Iterator<Item = &'a RuleInfo>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rules: Vec<_> = rules
        .map(|rule| Rule {
            id: &rule.id,
            title: &rule.title,
            category: rule.category,
            severity: rule.severity,
            level: ByProfile {
                open: rule.level.open,
                closed: rule.level.closed,
                public: rule.level.public,
                tests: rule.level.tests,
            },
            why: &rule.why,
            fix: rule.fix.of(None),
            references: &rule.references,
        })
        .collect();
    let catalogue = Catalogue {
        schema_version: 1,
        rules,
    };
    serde_json::to_writer_pretty(&mut *out, &catalogue)?;
    writeln!(out)
}
