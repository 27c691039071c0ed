//! Rules that are read when they are first needed.
//!
//! Most rules are for tokens of some provider, and in most packages there are none of them: what such a rule is
//! searched for by was taken out of its text when the program was built, and the text is read where that occurs.
//! To read a thousand rules takes 15 ms.

use std::sync::OnceLock;

use super::{Matcher, Rule, check::Checker};
use crate::model::Category;

/// The built-in rule files.
#[expect(
    clippy::octal_escapes,
    reason = "generated: a NUL before the digits of a token is meant"
)]
pub(super) static FILES: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The same files with their examples, by name: apart, so that a program that runs no examples holds none.
pub(super) static WHOLE: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/whole.rs"));

/// A rule file, embedded by `build.rs`.
#[derive(Debug)]
pub(super) struct BuiltIn {
    /// Its path.
    pub(super) name: &'static str,
    /// Its rules.
    pub(super) rules: &'static [BuiltInRule],
}

/// A rule of such a file.
#[derive(Debug)]
pub(super) struct BuiltInRule {
    /// Its text without examples.
    pub(super) text: &'static str,
    /// What it is searched for by, where nothing else of it is needed before that occurs.
    pub(super) index: Option<Index>,
}

/// What a rule for secrets is searched for by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Index {
    pub(super) id: &'static str,
    pub(super) anchors: &'static [&'static str],
    /// The words of a rule without anchors.
    pub(super) words: &'static [&'static str],
}

/// A rule, read or not.
#[derive(Debug)]
pub(super) struct Held {
    read: OnceLock<Rule>,
    unread: Option<(&'static str, &'static str, Index)>,
}

impl From<Rule> for Held {
    fn from(rule: Rule) -> Self {
        Self {
            read: OnceLock::from(rule),
            unread: None,
        }
    }
}

impl Held {
    /// A rule of the file called `name`, which will be read when it is needed.
    pub(super) fn unread(name: &'static str, text: &'static str, index: Index) -> Self {
        Self {
            read: OnceLock::new(),
            unread: Some((name, text, index)),
        }
    }

    /// The rule, which is read now if it was not yet.
    #[expect(
        clippy::expect_used,
        reason = "only built-in rules are not read beforehand, and a test reads them all; to go on without one \
                  would be to pass what it looks for"
    )]
    pub(super) fn rule(&self) -> &Rule {
        self.read.get_or_init(|| {
            let (name, text, _) = self.unread.as_ref().expect("it is read or unread");
            let mut rules = Checker::new(&[])
                .built_in(name, text, true)
                .expect("a built-in rule can be read");
            rules.pop().expect("its text holds one rule")
        })
    }

    /// The rule, unless all that is needed of it beforehand is its index.
    pub(super) fn if_read(&self) -> Option<&Rule> {
        match self.unread {
            Some(_) => None,
            None => Some(self.rule()),
        }
    }

    /// Its id.
    pub(super) fn id(&self) -> &str {
        self.name().0
    }

    /// Its id, and what it is about.
    pub(super) fn name(&self) -> (&str, Category) {
        match &self.unread {
            Some((.., index)) => (index.id, Category::Secret),
            None => (&self.rule().info.id, self.rule().info.category),
        }
    }

    /// The rule that must match near a match of it, and how near in bytes.
    pub(super) fn requires(&self) -> Option<(&str, usize)> {
        match &self.if_read()?.matcher {
            Matcher::Text(text) => {
                let (id, within) = text.0.requires.as_ref()?;
                Some((id, *within))
            }
            _ => None,
        }
    }

    /// What it is searched for by together with others: anchors, and words.
    pub(super) fn searched(&self) -> (Vec<&str>, Vec<&str>) {
        if let Some((.., index)) = &self.unread {
            return (index.anchors.to_vec(), index.words.to_vec());
        }
        let Matcher::Text(text) = &self.rule().matcher else {
            return (Vec::new(), Vec::new());
        };
        (
            texts(&text.0.anchors, !text.0.is_apart()),
            texts(&text.0.context, text.0.is_assigned()),
        )
    }
}

/// The built-in rules that some of these require and that are not among them.
pub(super) fn required_by(rules: &[Held]) -> Vec<Held> {
    let is_there = |id: &str| rules.iter().any(|rule| rule.id() == id);
    let missing: Vec<&str> = rules
        .iter()
        .filter_map(|rule| Some(rule.requires()?.0))
        .filter(|id| !is_there(id))
        .collect();
    let built_in = FILES.iter().flat_map(|file| {
        let rules = file.rules.iter();
        rules.filter_map(|rule| match rule.index {
            Some(index) => Some(Held::unread(file.name, rule.text, index)),
            None => {
                let read = Checker::new(&[]).built_in(file.name, rule.text, true);
                read.ok()?.pop().map(Held::from)
            }
        })
    });
    match missing.is_empty() {
        true => Vec::new(),
        false => built_in
            .filter(|rule| missing.contains(&rule.id()))
            .collect(),
    }
}

/// The texts, if they are wanted.
fn texts(texts: &[String], wanted: bool) -> Vec<&str> {
    let texts = texts.iter().filter(|_| wanted);
    texts.map(String::as_str).collect()
}
