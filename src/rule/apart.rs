//! Text rules whose anchors are searched apart from those of all others: rules for few files, and rules with
//! an anchor that is so frequent that it would slow the search for the others down.

use aho_corasick::BuildError;
use memchr::memmem::Finder;

use super::{
    Matcher, Rule, anchors::Occurrence, assigned, held::Held, paths::PathIndex, scope::lowered,
    text::TextMatcher,
};
use crate::model::{Entry, EntryKind};

/// All of them.
#[derive(Debug)]
pub(super) struct Apart {
    anchors: Vec<(Finder<'static>, Vec<usize>)>,
    /// Those for some paths.
    paths: PathIndex,
    /// Those for files that begin in some way, and those for all files.
    others: Vec<usize>,
}

/// What is searched apart in one entry.
#[derive(Debug, Default)]
pub struct ApartIn {
    /// Anchors, each with its rules.
    anchors: Vec<(usize, Vec<usize>)>,
    /// Whether values are looked for that are assigned to a name.
    pub(super) assigned: bool,
}

impl Apart {
    pub(super) fn new(rules: &[Held]) -> Result<Self, BuildError> {
        let mut anchors: Vec<(Finder<'static>, Vec<usize>)> = Vec::new();
        let (mut for_paths, mut others) = (Vec::new(), Vec::new());
        for (index, held) in rules.iter().enumerate() {
            let Some(rule) = held.if_read() else { continue };
            let Some(text) = of(rule) else { continue };
            for anchor in &text.anchors {
                let known = anchors
                    .iter_mut()
                    .find(|(finder, _)| finder.needle() == anchor.as_bytes());
                match known {
                    Some((_, rules)) => rules.push(index),
                    None => anchors.push((Finder::new(anchor).into_owned(), vec![index])),
                }
            }
            match rule.scope.names_paths() {
                true => for_paths.push((index, &rule.scope.paths)),
                false => others.push(index),
            }
        }
        Ok(Self {
            anchors,
            paths: PathIndex::new(for_paths)?,
            others,
        })
    }

    /// What is to be searched for in an entry that begins with `head`.
    pub(super) fn in_entry(&self, rules: &[Held], entry: &Entry, head: &[u8]) -> ApartIn {
        // The names of derived texts are nobody's file names.
        let mut wanted = match entry.kind {
            EntryKind::Derived => Vec::new(),
            _ => self.paths.rules(&lowered(entry)),
        };
        wanted.extend(&self.others);
        wanted.retain(|rule| of(rules[*rule].rule()).is_some_and(|text| text.is_within(head)));
        let of_anchor = |(index, (_, rules)): (usize, &(_, Vec<usize>))| {
            let rules: Vec<usize> = rules
                .iter()
                .copied()
                .filter(|rule| wanted.contains(rule))
                .collect();
            (!rules.is_empty()).then_some((index, rules))
        };
        let anchors = self.anchors.iter().enumerate();
        ApartIn {
            anchors: anchors.filter_map(of_anchor).collect(),
            assigned: assigned::looks_at(entry, head),
        }
    }

    /// Reports every anchor that begins at a position of `from..to`.
    pub(super) fn search(
        &self,
        wanted: &ApartIn,
        bytes: &[u8],
        (from, to): (usize, usize),
        found: &mut dyn FnMut(Occurrence<'_>),
    ) {
        for (index, rules) in &wanted.anchors {
            let (finder, _) = &self.anchors[*index];
            let length = finder.needle().len();
            let end = bytes.len().min(to.saturating_add(length - 1));
            for at in finder.find_iter(&bytes[from..end]) {
                let start = from + at;
                found(Occurrence {
                    rules,
                    start,
                    end: start + length,
                });
            }
        }
    }
}

/// What the rule searches for, if it is one of these.
fn of(rule: &Rule) -> Option<&TextMatcher> {
    match &rule.matcher {
        Matcher::Text(text) if text.0.is_apart() => Some(&text.0),
        _ => None,
    }
}
