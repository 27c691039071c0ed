//! What a licence in a manifest says: may everybody have the source?

/// What a licence comes to, from the least to the most open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Openness {
    /// It says that the source is not for everybody.
    Proprietary,
    /// It can't be told.
    Unknown,
    /// Everybody may have, change and pass on the source.
    Open,
}

/// Identifiers of common open licences in the SPDX list (<https://spdx.org/licenses/>), in lower
/// case, without the suffixes `-only` and `-or-later`.
const OPEN: [&str; 48] = [
    "0bsd",
    "afl-2.1",
    "afl-3.0",
    "agpl-3.0",
    "apache-1.1",
    "apache-2.0",
    "artistic-2.0",
    "blueoak-1.0.0",
    "bsd-1-clause",
    "bsd-2-clause",
    "bsd-2-clause-patent",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "bsl-1.0",
    "cc0-1.0",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-4.0",
    "cddl-1.0",
    "cecill-2.1",
    "cpl-1.0",
    "ecl-2.0",
    "epl-1.0",
    "epl-2.0",
    "eupl-1.1",
    "eupl-1.2",
    "gpl-2.0",
    "gpl-3.0",
    "hpnd",
    "isc",
    "lgpl-2.1",
    "lgpl-3.0",
    "mit",
    "mit-0",
    "mpl-1.1",
    "mpl-2.0",
    "ms-pl",
    "mulanpsl-2.0",
    "ncsa",
    "ofl-1.1",
    "osl-3.0",
    "postgresql",
    "psf-2.0",
    "python-2.0",
    "unlicense",
    "upl-1.0",
    "wtfpl",
    "zlib",
];

/// What people write instead of an identifier, in lower case.
const OPEN_NAMES: [&str; 12] = [
    "apache",
    "apache 2",
    "apache 2.0",
    "apache license 2.0",
    "apache license, version 2.0",
    "bsd",
    "bsd 3-clause",
    "mit license",
    "the mit license",
    "gplv3",
    "public domain",
    "mit (expat)",
];

/// Beginnings of identifiers, and parts of texts, that say no, in lower case. npm's own words are the first
/// two (package-json(5), "license").
const PROPRIETARY: [&str; 5] = [
    "unlicensed",
    "see license in",
    "licenseref-",
    "proprietary",
    "all rights reserved",
];

/// No licence expression has more words than this.
const MOST_WORDS: usize = 200;
/// Parentheses inside parentheses.
const DEEPEST: usize = 20;

/// Reads a licence: an SPDX expression (`(MIT OR Apache-2.0)`), npm's words, or what people write.
pub(super) fn openness(license: &str) -> Openness {
    let text = license.trim().to_ascii_lowercase();
    // PyPI's classifiers: "OSI Approved :: MIT License".
    if OPEN_NAMES.contains(&text.as_str()) || text.starts_with("osi approved") {
        return Openness::Open;
    }
    // A slash is cargo's old form of OR.
    let spaced = text
        .replace('/', " or ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().take(MOST_WORDS).collect();
    let mut rest = words.as_slice();
    match alternatives(&mut rest, 0) {
        Some(value) if rest.is_empty() => value,
        // No expression, but a text that may say no.
        _ if PROPRIETARY.iter().any(|word| text.contains(word)) => Openness::Proprietary,
        _ => Openness::Unknown,
    }
}

/// `a OR b`: the user may choose the more open one. `None` is no expression.
fn alternatives(rest: &mut &[&str], depth: usize) -> Option<Openness> {
    let mut value = conjunction(rest, depth)?;
    while rest.first() == Some(&"or") {
        *rest = &rest[1..];
        value = value.max(conjunction(rest, depth)?);
    }
    Some(value)
}

/// `a AND b`: the less open one rules.
fn conjunction(rest: &mut &[&str], depth: usize) -> Option<Openness> {
    let mut value = license(rest, depth)?;
    while rest.first() == Some(&"and") {
        *rest = &rest[1..];
        value = value.min(license(rest, depth)?);
    }
    Some(value)
}

/// One identifier, with or without an exception, or an expression in parentheses.
fn license(rest: &mut &[&str], depth: usize) -> Option<Openness> {
    let (word, after) = rest.split_first()?;
    *rest = after;
    if *word == "(" {
        let value = alternatives(rest, (depth < DEEPEST).then_some(depth + 1)?)?;
        let (close, after) = rest.split_first()?;
        *rest = after;
        return (*close == ")").then_some(value);
    }
    if let ["with", _, after @ ..] = *rest {
        *rest = after;
    }
    let plain = word
        .trim_end_matches("-only")
        .trim_end_matches("-or-later")
        .trim_end_matches('+');
    Some(if OPEN.contains(&plain) {
        Openness::Open
    } else if PROPRIETARY.iter().any(|start| word.starts_with(start)) {
        Openness::Proprietary
    } else {
        Openness::Unknown
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_by_their_operators() {
        for (license, expected) in [
            ("MIT", Openness::Open),
            (" isc ", Openness::Open),
            ("(MIT OR Apache-2.0)", Openness::Open),
            ("MIT/Apache-2.0", Openness::Open),
            ("GPL-2.0-only WITH Classpath-exception-2.0", Openness::Open),
            ("GPL-3.0+", Openness::Open),
            ("(MIT AND (BSD-3-Clause OR Zlib))", Openness::Open),
            ("Apache License, Version 2.0", Openness::Open),
            ("MIT OR LicenseRef-Acme", Openness::Open),
            ("LicenseRef-Acme OR MIT", Openness::Open),
            ("MIT AND LicenseRef-Acme", Openness::Proprietary),
            ("UNLICENSED", Openness::Proprietary),
            ("Unlicense", Openness::Open),
            ("SEE LICENSE IN LICENSE.md", Openness::Proprietary),
            ("LicenseRef-Acme-1.0", Openness::Proprietary),
            ("Proprietary", Openness::Proprietary),
            ("BUSL-1.1", Openness::Unknown),
            ("MIT AND BUSL-1.1", Openness::Unknown),
            ("MIT OR", Openness::Unknown),
            ("SEE LICENSE IN A or B", Openness::Proprietary),
            ("(MIT", Openness::Unknown),
            ("MIT)", Openness::Unknown),
            ("", Openness::Unknown),
        ] {
            assert_eq!(openness(license), expected, "{license}");
        }
    }

    #[test]
    fn a_hostile_expression_is_unknown() {
        assert_eq!(openness(&"(".repeat(100_000)), Openness::Unknown);
        assert_eq!(openness(&"MIT OR ".repeat(100_000)), Openness::Unknown);
    }

    #[test]
    fn the_tables_are_in_lower_case() {
        let all = OPEN.iter().chain(&OPEN_NAMES).chain(&PROPRIETARY);
        assert!(
            all.into_iter()
                .all(|name| *name == name.to_ascii_lowercase())
        );
    }
}
