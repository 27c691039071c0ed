//! What the artifact's own manifest says in public, and so is no leak elsewhere in it.

use super::entry_scan::OTHERS;
use crate::{
    model::{Finding, Manifest},
    rule::RuleSet,
};

/// Addresses and people that a manifest names, in lower case.
pub(super) struct Declared(Vec<String>);

impl Declared {
    pub(super) fn of(manifest: Option<&Manifest>) -> Self {
        let texts = manifest.map_or(&[][..], |manifest| &manifest.declared);
        Self(texts.iter().map(|text| text.to_ascii_lowercase()).collect())
    }

    /// Whether a finding shows nothing but what is declared, where its rule does not count that. One
    /// that stands for further values does not.
    pub(super) fn covers(&self, finding: &Finding, rules: &RuleSet) -> bool {
        let rule = rules.get(&finding.rule.id);
        let is_asked = rule.is_some_and(|rule| !rule.counts_declared());
        is_asked && !finding.message.contains(OTHERS) && self.says(finding.evidence.as_str())
    }

    /// Whether it is one of the texts, a part of one, or goes on below an address.
    fn says(&self, shown: &str) -> bool {
        let shown = shown.to_ascii_lowercase();
        self.0
            .iter()
            .any(|text| has_part(text, &shown) || is_below(&shown, text))
    }
}

fn has_part(text: &str, part: &str) -> bool {
    let ends = |end: Option<char>| !end.is_some_and(char::is_alphanumeric);
    text.match_indices(part).any(|(at, _)| {
        ends(text[..at].chars().next_back()) && ends(text[at + part.len()..].chars().next())
    })
}

fn is_below(shown: &str, address: &str) -> bool {
    let address = address.trim_start_matches("git+").trim_end_matches('/');
    let address = address.trim_end_matches(".git");
    address.contains("://")
        && shown
            .strip_prefix(address)
            .is_some_and(|rest| matches!(rest, "" | ".git") || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_is_told_from_what_is_like_it() {
        let manifest = Manifest {
            declared: vec![
                "git+https://git.acme.com/Tools/cli.git".to_owned(),
                "Ann <ann@acme.com>".to_owned(),
            ],
            ..Manifest::default()
        };
        let declared = Declared::of(Some(&manifest));
        for shown in [
            "https://git.acme.com/tools/cli",
            "https://git.acme.com/tools/cli.git",
            "https://git.acme.com/tools/cli/commit",
            "git.acme.com",
            "ann@acme.com",
            "acme.com",
        ] {
            assert!(declared.says(shown), "{shown}");
        }
        for shown in [
            "https://git.acme.com/tools/cli-internal",
            "https://git.acme.com/tools/other",
            "https://jira.acme.com",
            "joann@acme.com",
            "n@acme.com",
            "ann@acme.com.internal",
        ] {
            assert!(!declared.says(shown), "{shown}");
        }
    }
}
