//! The paths of many rules, looked up together.
//!
//! One `GlobSet` over the paths of some hundred rules takes up to 14 ms to build, since most globs
//! become regular expressions. So each glob is first known by literals of which every path that it
//! matches contains one, all of which are looked for at once; it is compiled when one comes up.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, BuildError};
use globset::{Glob, GlobMatcher};

use super::{braces::expand, scope::Globs};

/// Globs that stand for more than this many without braces are tried on every path.
const EXPANDED: usize = 512;

/// Globs over lower-case paths, each of a rule.
#[derive(Debug)]
pub(super) struct PathIndex {
    literals: AhoCorasick,
    /// By literal: the globs that have it.
    with_literal: Vec<usize>,
    without_literal: Vec<usize>,
    globs: Vec<RuleGlob>,
}

#[derive(Debug)]
struct RuleGlob {
    rule: usize,
    glob: Glob,
    /// `**`, which is slow as a regular expression.
    matches_all: bool,
    matcher: OnceLock<GlobMatcher>,
}

impl PathIndex {
    /// An index over `(rule, its globs)`.
    pub(super) fn new<'a>(
        rules: impl IntoIterator<Item = (usize, &'a Globs)>,
    ) -> Result<Self, BuildError> {
        let mut literals = Vec::new();
        let (mut with_literal, mut without_literal) = (Vec::new(), Vec::new());
        let mut globs = Vec::new();
        for (rule, glob) in rules
            .into_iter()
            .flat_map(|(rule, globs)| globs.iter().map(move |glob| (rule, glob)))
        {
            match common_literals(glob.glob()) {
                None => without_literal.push(globs.len()),
                Some(of_glob) => {
                    with_literal.extend(of_glob.iter().map(|_| globs.len()));
                    literals.extend(of_glob);
                }
            }
            globs.push(RuleGlob {
                rule,
                glob: glob.clone(),
                matches_all: glob.glob() == "**",
                matcher: OnceLock::new(),
            });
        }
        Ok(Self {
            literals: AhoCorasick::new(literals)?,
            with_literal,
            without_literal,
            globs,
        })
    }

    /// The rules of which at least one glob matches the lower-case `path`, in order.
    pub(super) fn rules(&self, path: &str) -> Vec<usize> {
        let literals = self.literals.find_overlapping_iter(path);
        let mut candidates: Vec<usize> = literals
            .map(|found| self.with_literal[found.pattern().as_usize()])
            .chain(self.without_literal.iter().copied())
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let globs = candidates.into_iter().map(|index| &self.globs[index]);
        let mut rules: Vec<usize> = globs
            .filter(|glob| glob.matches(path))
            .map(|glob| glob.rule)
            .collect();
        rules.dedup();
        rules
    }
}

impl RuleGlob {
    fn matches(&self, path: &str) -> bool {
        if self.matches_all {
            return true;
        }
        let matcher = self.matcher.get_or_init(|| self.glob.compile_matcher());
        matcher.is_match(path)
    }
}

/// Literals of which every path that the glob matches contains one; `None` if there are none such.
fn common_literals(glob: &str) -> Option<Vec<String>> {
    let expanded = expand(glob, EXPANDED);
    let globs = expanded.iter().map(String::as_str);
    let mut literals: Vec<String> = globs.map(|glob| longest_literal(glob).to_owned()).collect();
    literals.sort_unstable();
    literals.dedup();
    (!literals.iter().any(String::is_empty)).then_some(literals)
}

/// The longest piece of a glob that every path it matches contains; empty if there is none.
///
/// What stands in braces or brackets counts for nothing, nor does a slash after `**`, which may
/// match none.
fn longest_literal(glob: &str) -> &str {
    let mut longest = "";
    let mut start = 0;
    let mut braces = 0usize;
    let mut characters = glob.char_indices();
    while let Some((index, character)) = characters.next() {
        if !matches!(character, '*' | '?' | '[' | '{' | '}' | '\\') {
            continue;
        }
        if braces == 0 {
            longest = longer(longest, &glob[start..index]);
        }
        match character {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            '\\' => {
                characters.next();
            }
            '[' => skip_class(&mut characters),
            _ => {}
        }
        start = characters.offset();
    }
    match braces {
        0 => longer(longest, &glob[start..]),
        _ => longest,
    }
}

/// Goes behind the `]` of a class; one that comes first is a member of it.
pub(super) fn skip_class(characters: &mut std::str::CharIndices<'_>) {
    let mut rest = characters.as_str();
    rest = rest.strip_prefix(['!', '^']).unwrap_or(rest);
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let end = rest[first..]
        .find(']')
        .map_or(rest.len(), |end| first + end + 1);
    let end = characters.as_str().len() - rest.len() + end;
    let target = characters.offset() + end;
    while characters.offset() < target && characters.next().is_some() {}
}

fn longer<'a>(left: &'a str, right: &'a str) -> &'a str {
    let right = right.trim_start_matches('/');
    if right.len() > left.len() {
        right
    } else {
        left
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn globs(globs: &[&str]) -> Globs {
        Globs::checked(
            globs
                .iter()
                .map(|glob| Globs::parse(glob).unwrap())
                .collect(),
        )
        .unwrap()
    }

    #[test]
    fn an_index_names_each_rule_once() {
        let (first, second) = (globs(&["**/*.js", "**/a.*", "**/a.js"]), globs(&["**"]));
        let index = PathIndex::new([(3, &first), (7, &second)]).unwrap();
        assert_eq!(index.rules("x/a.js"), [3, 7]);
        assert_eq!(index.rules("x/b.ts"), [7]);
    }

    #[test]
    fn literals_are_what_every_path_contains() {
        for (glob, literal) in [
            ("**/.env", ".env"),
            ("**/*.map", ".map"),
            ("**/src/**", "src/"),
            ("a/**/bcd", "bcd"),
            ("{abc,def}/x", "x"),
            ("{a,{b,c}}.tgz", ".tgz"),
            ("[]abcd]ef", "ef"),
            ("[!]abcd]ef?g", "ef"),
            ("a\\*bc", "bc"),
            ("**", ""),
        ] {
            assert_eq!(longest_literal(glob), literal, "{glob}");
        }
    }

    #[test]
    fn braces_are_looked_into() {
        for (glob, literals) in [
            (
                "**/*.{test,spec}.{js,ts}",
                &[".spec.js", ".spec.ts", ".test.js", ".test.ts"][..],
            ),
            ("{a,b*c,de}/**", &["a/", "c/", "de/"]),
            ("**/.{x_*,y}", &[".x_", ".y"]),
        ] {
            assert_eq!(common_literals(glob).unwrap(), literals, "{glob}");
        }
        assert_eq!(common_literals("{a,*}"), None);
        assert_eq!(common_literals("{a,[bc]}"), None);
    }

    proptest! {
        #[test]
        fn an_index_finds_what_the_globs_match(
            patterns in prop::collection::vec(r"(\*\*/)?([ab]|[*?]|\[[!]?[]ab-]{1,2}\]|\{a,b\}|\{a,\*b\}|\{a,\{b,ab\}a\}|\{\*\*/a,b/\}|[\[][{,b]\]|\\a|/){1,6}(/\*\*)?", 1..8),
            path in "[ab]{1,3}(/[ab]{1,3}){0,3}",
        ) {
            let patterns: Vec<_> = patterns.iter().filter_map(|glob| Globs::parse(glob).ok()).collect();
            let rules: Vec<Globs> = patterns.iter().map(|glob| Globs::trusted(vec![glob.clone()])).collect();
            let index = PathIndex::new(rules.iter().enumerate()).unwrap();
            let naive = patterns.iter().enumerate().filter(|(_, glob)| glob.compile_matcher().is_match(&path));
            prop_assert_eq!(index.rules(&path), naive.map(|(rule, _)| rule).collect::<Vec<_>>());
        }
    }
}
