//! The built-in rules: valid in every part, and met by what their examples say.

use std::collections::{BTreeMap, BTreeSet};

use packwarden::{
    detect,
    model::Category,
    rule::{Example, Matches, RuleSet},
    scan,
};

fn built_in() -> RuleSet {
    let kinds: Vec<_> = detect::kinds().collect();
    match RuleSet::check_built_in(&kinds) {
        Ok(rules) => rules,
        Err(errors) => panic!("{errors:#?}"),
    }
}

#[test]
fn every_example_behaves() {
    let (count, failures) = scan::run_examples(&built_in());
    let failures: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(count > 200, "only {count} examples were run");
}

#[test]
fn every_rule_shows_what_it_is_met_by_and_what_it_passes_over() {
    for rule in built_in().rules() {
        let (matching, other): (Vec<_>, Vec<_>) = rule
            .examples
            .iter()
            .partition(|example| example.matches == Matches::Yes);
        let id = &rule.info.id;
        assert!(matching.len() >= 2, "{id} needs two examples that match");
        assert!(other.len() >= 2, "{id} needs two near misses");
        assert!(!rule.info.references.is_empty(), "{id} needs a reference");
    }
}

#[test]
fn each_format_of_a_token_has_an_example() {
    let rules = built_in();
    let (mut formats, mut providers) = (0, BTreeSet::new());
    for rule in rules.rules() {
        let info = &rule.info;
        let matching = |example: &&Example| example.matches != Matches::No;
        let examples = rule.examples.iter().filter(matching).count();
        assert!(examples >= info.formats.len(), "{}", info.id);
        if let Some(provider) = &info.provider {
            assert_eq!(info.category, Category::Secret, "{}", info.id);
            providers.insert(provider.as_str());
            formats += info.formats.len().max(1);
        }
    }
    assert!(
        providers.len() >= 150 && formats >= 250,
        "{} providers, {formats} formats",
        providers.len()
    );
}

#[test]
fn every_category_has_rules_and_every_detector_kind_a_rule() {
    let rules = built_in();
    let mut categories: BTreeMap<Category, usize> = BTreeMap::new();
    for rule in rules.rules() {
        *categories.entry(rule.info.category).or_default() += 1;
    }
    assert_eq!(categories.len(), 9, "{categories:?}");
    for kind in detect::kinds() {
        assert!(!rules.reporting(kind).is_empty(), "no rule names {kind}");
    }
}

#[test]
fn the_documentation_is_that_of_the_rules() {
    let mut page = Vec::new();
    let rules = built_in();
    let infos = rules.rules().map(|rule| &*rule.info);
    packwarden::report::rules_page(infos, &mut page).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    let documentation = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        documentation.as_bytes() == page,
        "docs/rules.md is out of date: cargo run -- rules list --format markdown > docs/rules.md"
    );
}
