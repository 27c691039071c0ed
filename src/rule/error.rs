//! What can be wrong with rules, said to the person who wrote them.

use std::{ops::Range, path::PathBuf, sync::Arc};

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use crate::model::escape;

/// Why rules could not be loaded.
#[derive(Debug, Error, Diagnostic)]
pub enum RuleError {
    /// A rule file could not be read.
    #[error("the rule file `{}` could not be read: {cause}", escape(&path.to_string_lossy()))]
    Unreadable {
        /// The file, as named by the user.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
    /// There is no rule at all, so that a check would pass whatever it is given.
    #[error("there are no rules to check with")]
    #[diagnostic(help("a rule file holds one or more [[rule]] tables"))]
    NoRules,
    /// All anchors, or all literals of globs, are too much together.
    #[error("the rules' anchors and globs need too much memory together")]
    TooMuch(#[from] aho_corasick::BuildError),
    /// A rule requires one that is not there, or that is not looked for in text.
    #[error("the rule `{rule}` requires `{required}`, and there is no such rule with anchors")]
    NoSuchRule {
        /// The rule.
        rule: String,
        /// What it requires.
        required: String,
    },
    /// Something in a rule file is wrong.
    #[error("{}: {}", place(file, *span), escape(&problem.to_string()))]
    Mistake {
        /// What is wrong.
        problem: Problem,
        /// The file, masked.
        #[source_code]
        file: Arc<NamedSource<Arc<str>>>,
        /// The element that is wrong.
        #[label("here")]
        span: SourceSpan,
        /// The way out.
        #[help]
        help: Option<Box<str>>,
    },
}

impl RuleError {
    /// A mistake in `file`, whose name and text are safe to show.
    pub(super) fn in_file(
        file: &Arc<NamedSource<Arc<str>>>,
        span: Range<usize>,
        problem: Problem,
    ) -> Self {
        Self::Mistake {
            help: problem.help().map(|help| escape(&help.to_string()).into()),
            file: Arc::clone(file),
            span: span.into(),
            problem,
        }
    }
}

/// `rules.toml:3`
fn place(file: &NamedSource<Arc<str>>, span: SourceSpan) -> String {
    let before = file.inner().bytes().take(span.offset());
    let line = 1 + before.filter(|byte| *byte == b'\n').count();
    format!("{}:{line}", file.name())
}

/// One thing that is wrong in a rule file.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum Problem {
    #[error("this is not TOML: {0}")]
    Syntax(String),
    #[error("unknown key `{key}`")]
    #[diagnostic(help("{help}"))]
    UnknownKey { key: String, help: String },
    #[error("`{0}` is missing")]
    Missing(&'static str),
    #[error("`{key}` must be {expected}, not {found}")]
    WrongType {
        key: &'static str,
        expected: &'static str,
        found: &'static str,
    },
    #[error("`{0}` is empty")]
    Empty(&'static str),
    #[error("`{value}` is not a known {what}")]
    #[diagnostic(help("{help}"))]
    Unknown {
        what: &'static str,
        value: String,
        help: String,
    },
    #[error("`{0}` is not a rule id")]
    #[diagnostic(help(
        "ids are kebab-case: lower-case letters and digits, words joined by single hyphens"
    ))]
    BadId(String),
    #[error("the id `{id}` is already taken by a rule in {taken_by}")]
    #[diagnostic(help(
        "give the rule another id; to change a rule's level, use [levels] in packwarden.toml"
    ))]
    DuplicateId { id: String, taken_by: String },
    #[error("`tests` is stricter than `open` or `closed`")]
    #[diagnostic(help(
        "it is the level among tests, where such values are made up as a rule: take that of the milder profile at most"
    ))]
    StricterInTests,
    #[error("a rule can't require itself")]
    RequiresItself,
    #[error("a built-in rule needs at least one reference")]
    NoReference,
    #[error("this glob can't be read: {0}")]
    BadGlob(String),
    #[error("this regular expression can't be used: {0}")]
    #[diagnostic(help(
        "the syntax is that of the regex crate, over bytes and ASCII: no look-around, no back-references"
    ))]
    BadRegex(String),
    #[error("this regular expression ends in a comment")]
    #[diagnostic(help(
        "more is written behind it, and would be part of the comment: end the expression with a line break"
    ))]
    EndsInComment,
    #[error("the anchor {0:?} is shorter than 4 bytes")]
    #[diagnostic(help(
        "an anchor is looked for in every byte: take a longer literal that every match contains"
    ))]
    ShortAnchor(String),
    #[error("`{0}` is not a word of context")]
    #[diagnostic(help(
        "write at least 4 lower-case letters, digits, `_`, `-` and `.`: they are found in any case"
    ))]
    BadContext(String),
    #[error("the anchor is longer than 256 bytes")]
    LongAnchor,
    #[error("`{key}` must be between {least} and {most}")]
    OutOfRange {
        key: &'static str,
        least: String,
        most: String,
    },
    #[error("the regular expression has no capture group {0}")]
    NoGroup(usize),
    #[error("a rule matches in one way only, but this one has `{0}` and `{1}`")]
    #[diagnostic(help("write one rule for each"))]
    SeveralKinds(&'static str, &'static str),
    #[error("the rule says nothing of what it matches")]
    #[diagnostic(help(
        "[rule.match] needs one of: paths, anchors with regex, context with regex, magic, keys, detector"
    ))]
    NoKind,
    #[error("`{0}` is not a size")]
    #[diagnostic(help("write a comparison and a unit, such as \">10 MB\" or \"<=4 KiB\""))]
    BadSize(String),
    #[error("`{0}` is not hexadecimal")]
    #[diagnostic(help(
        "write pairs of hexadecimal digits, such as \"47475546\"; in magic, `??` is any byte"
    ))]
    BadHex(String),
    #[error("the bytes to look for lie beyond the first 64 KiB")]
    MagicTooFar,
    #[error("all bytes are `??`, which every file has")]
    MagicOfNothing,
    #[error("`{0}` is not a path of keys")]
    #[diagnostic(help("write names joined by dots, with `*` for any: \"dependencies.*\""))]
    BadKeyPath(String),
    #[error("`{0}` is not a file mode")]
    #[diagnostic(help("write octal digits, such as \"4755\""))]
    BadMode(String),
    #[error("an example has exactly one of text, bytes, link and files")]
    ExampleContent,
    #[error("a rule needs at least one example that matches")]
    NoExample,
}
