//! The rules as one page of documentation.

use std::io::{self, Write};

use crate::model::{Category, Ecosystem, Level, RuleInfo, counted};

/// In this order.
pub(super) const CATEGORIES: [(Category, &str); 9] = [
    (Category::SourceMap, "Source maps and debug artifacts"),
    (Category::Source, "Source files"),
    (Category::Secret, "Secrets"),
    (Category::Path, "Internal paths and identities"),
    (Category::File, "Stray files"),
    (Category::Ai, "Models, data sets, prompts and agents' state"),
    (Category::Metadata, "What files say of their makers"),
    (Category::Archive, "The container itself"),
    (Category::Manifest, "The package's manifest"),
];

/// The ecosystems whose advice is told apart.
const ECOSYSTEMS: [(Ecosystem, &str); 3] = [
    (Ecosystem::Npm, "npm"),
    (Ecosystem::Pypi, "PyPI"),
    (Ecosystem::Crates, "crates.io"),
];

/// Writes the page.
pub fn rules_page<'a>(
    rules: impl Iterator<Item = &'a RuleInfo> + Clone,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "# Rules\n")?;
    writeln!(
        out,
        "{}. Each stands in a file below `rules/`, from which this page is made:\n\
         `packwarden rules list --format markdown`. `packwarden rules show ID` says the same of one.\n\
         Levels are those of profile open / profile closed; [configuration](configuration.md) changes\n\
         them, and says what the profiles are.",
        counted(rules.clone().count(), "rule")
    )?;
    for (category, title) in CATEGORIES {
        let of_category = || rules.clone().filter(|rule| rule.category == category);
        if of_category().next().is_none() {
            continue;
        }
        writeln!(
            out,
            "\n## {title}\n\n| rule | | severity | level |\n|---|---|---|---|"
        )?;
        for rule in of_category() {
            let (id, severity, level) = (&rule.id, rule.severity.name(), short(rule));
            let title = text(&rule.title);
            writeln!(out, "| [`{id}`](#{id}) | {title} | {severity} | {level} |")?;
        }
        for rule in of_category() {
            section(rule, out)?;
        }
    }
    Ok(())
}

fn section(rule: &RuleInfo, out: &mut dyn Write) -> io::Result<()> {
    let (severity, levels) = (rule.severity.name(), levels(rule));
    writeln!(out, "\n### {}\n", rule.id)?;
    writeln!(out, "{}: {severity}, {levels}.\n", text(&rule.title))?;
    if let Some(recognised) = recognised(rule) {
        writeln!(out, "{}.\n", text(&recognised))?;
    }
    writeln!(out, "{}\n", text(&rule.why))?;
    match fixes(rule).as_slice() {
        [(None, fix)] => writeln!(out, "**Fix.** {}\n", text(fix))?,
        fixes => {
            for (name, fix) in fixes {
                writeln!(out, "- **{}**: {}", name.unwrap_or_default(), text(fix))?;
            }
            writeln!(out)?;
        }
    }
    let references: Vec<_> = rule
        .references
        .iter()
        .map(|url| format!("<{url}>"))
        .collect();
    writeln!(out, "{}", references.join(" · "))
}

/// Whose secrets a rule recognises, and in which forms: `Of GitHub: access token, refresh token`.
pub fn recognised(rule: &RuleInfo) -> Option<String> {
    let provider = rule.provider.as_ref()?;
    Some(match rule.formats.is_empty() {
        true => format!("Of {provider}"),
        false => format!("Of {provider}: {}", rule.formats.join(", ")),
    })
}

/// A rule's advice: one for all, or one for each ecosystem by its name.
pub fn fixes(rule: &RuleInfo) -> Vec<(Option<&'static str>, String)> {
    let default = rule.fix.of(None);
    let own = ECOSYSTEMS.map(|(ecosystem, name)| (Some(name), rule.fix.of(Some(ecosystem))));
    match own.iter().all(|(_, fix)| *fix == default) {
        true => vec![(None, default)],
        false => own.into(),
    }
}

/// Running text on one line, in which nothing is taken for HTML or for the end of a table's cell.
pub(super) fn text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut is_code = false;
    let mut escaped = String::new();
    for character in line.chars() {
        is_code ^= character == '`';
        match character {
            '|' => escaped.push_str("\\|"),
            '<' if !is_code => escaped.push_str("&lt;"),
            '*' | '_' if !is_code => escaped.extend(['\\', character]),
            other => escaped.push(other),
        }
    }
    escaped
}

fn short(rule: &RuleInfo) -> String {
    let level = rule.level;
    let [open, closed] = [level.open, level.closed].map(Level::name);
    match open == closed {
        true => open.to_owned(),
        false => format!("{open} / {closed}"),
    }
}

/// The levels of a rule in words.
pub fn levels(rule: &RuleInfo) -> String {
    let level = rule.level;
    let [open, closed, public] = [level.open, level.closed, level.public].map(Level::name);
    let by_profile = if level.open == level.closed && level.open == level.public {
        open.to_owned()
    } else if level.open == level.public {
        format!("{open} in profile open, {closed} in profile closed")
    } else {
        format!(
            "{open} in profile open ({public} where the source is public), {closed} in profile closed"
        )
    };
    match level.tests.map(Level::name) {
        Some(tests) => {
            format!("{by_profile}; at most {tests} among tests, examples and in documentation")
        }
        None => by_profile,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_rules_is_no_markup() {
        assert_eq!(
            text("a <b> of\n`c_d <e>` and *.map | __init__"),
            "a &lt;b> of `c_d <e>` and \\*.map \\| \\_\\_init\\_\\_"
        );
    }
}
