//! What the artifact's own manifest says in public, and so is no leak elsewhere in it.

use super::entry_scan::OTHERS;
use crate::{
    model::{Finding, Manifest, without_secrets_in_urls},
    rule::RuleSet,
};

/// Addresses and people that a manifest names, in lower case.
pub(super) struct Declared(Vec<String>);

impl Declared {
    pub(super) fn of(manifest: Option<&Manifest>) -> Self {
        let texts = manifest.map_or(&[][..], |manifest| &manifest.declared);
        Self(texts.iter().map(|text| bare(text)).collect())
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
        let shown = bare(shown);
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

/// Whether `shown` goes on below an address, by whatever protocol. What names the domain once more is
/// another address that is hidden in a path.
fn is_below(shown: &str, address: &str) -> bool {
    let Some((_, address)) = address.split_once("://") else {
        return false;
    };
    let address = address.trim_end_matches('/').trim_end_matches(".git");
    let shown = shown.split_once("://").map_or(shown, |(_, rest)| rest);
    let host = address.split(['/', ':']).next().unwrap_or(address);
    let top = host.rmatch_indices('.').nth(1);
    let domain = top.map_or(host, |(dot, _)| &host[dot + 1..]);
    shown.strip_prefix(address).is_some_and(|rest| {
        (matches!(rest, "" | ".git") || rest.starts_with('/')) && !rest.contains(domain)
    })
}

/// In lower case, and without user and password in addresses: evidence never shows them.
fn bare(text: &str) -> String {
    let text = without_secrets_in_urls(text).replace("://…@", "://");
    text.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_is_told_from_what_is_like_it() {
        let manifest = Manifest {
            declared: vec![
                "git+https://git.acme.com/Tools/cli.git".to_owned(),
                "ssh://git@ssh.acme.com/tools/cli.git".to_owned(),
                "https://acme.com".to_owned(),
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
            "ssh://…@ssh.acme.com/tools/cli.git",
            "https://ssh.acme.com/tools/cli/issues",
            "https://acme.com/products",
        ] {
            assert!(declared.says(shown), "{shown}");
        }
        for shown in [
            "https://git.acme.com/tools/cli-internal",
            "https://git.acme.com/tools/other",
            "https://jira.acme.com",
            "https://acme.com/to/jira.acme.com",
            "joann@acme.com",
            "n@acme.com",
            "ann@acme.com.internal",
        ] {
            assert!(!declared.says(shown), "{shown}");
        }
    }
}
