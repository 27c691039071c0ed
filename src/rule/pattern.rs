//! A regular expression that is compiled when it is first needed.
//!
//! Compiling 400 of them at start would cost 44 ms, and most runs need a handful.

use std::{error::Error, fmt, sync::OnceLock};

use regex_automata::{
    meta::{BuildError, Config, Regex},
    util::syntax,
};
use regex_syntax::{ParserBuilder, hir::Hir};

/// Compiled size allowed to one expression, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// A regular expression over bytes, in ASCII mode, known to be good.
pub(super) struct Pattern {
    text: String,
    compiled: OnceLock<Regex>,
    longest: OnceLock<Option<usize>>,
}

impl Pattern {
    /// The expression, compiled now; the message says what is wrong with it.
    pub(super) fn checked(text: &str) -> Result<Self, String> {
        let regex = compile(text)?;
        Ok(Self {
            text: text.to_owned(),
            compiled: OnceLock::from(regex),
            longest: OnceLock::new(),
        })
    }

    /// An expression that a test has shown to compile.
    pub(super) fn trusted(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            compiled: OnceLock::new(),
            longest: OnceLock::new(),
        }
    }

    /// The expression, ready to use.
    #[expect(
        clippy::expect_used,
        reason = "only built-in expressions are not compiled beforehand, and a test compiles them all; \
                  to go on without one would be to pass what it looks for"
    )]
    pub(super) fn regex(&self) -> &Regex {
        self.compiled
            .get_or_init(|| compile(&self.text).expect("a built-in regular expression compiles"))
    }
}

impl Pattern {
    /// How long a match can be, in bytes; `None` where nothing bounds it.
    pub(super) fn longest(&self) -> Option<usize> {
        *self
            .longest
            .get_or_init(|| self.parsed()?.properties().maximum_len())
    }

    /// The expression's structure; `None` only where it can't be compiled either.
    pub(super) fn parsed(&self) -> Option<Hir> {
        let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
        parser.parse(&self.text).ok()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/{}/", self.text)
    }
}

fn compile(text: &str) -> Result<Regex, String> {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(
            Config::new()
                .utf8_empty(false)
                .nfa_size_limit(Some(SIZE_LIMIT)),
        )
        .build(text)
        .map_err(|error| reason(&error))
}

fn reason(error: &BuildError) -> String {
    match error.size_limit() {
        Some(limit) => format!("it needs more than {} MiB when compiled", limit >> 20),
        None => last_line(&root(error).to_string()),
    }
}

/// The cause that has no cause: those above it say only at which step it came up.
fn root<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    error.source().map_or(error, root)
}

/// The regex crate draws the expression over several lines; its last line says what is wrong.
fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_compiled_is_said_in_one_line() {
        let error = |text| Pattern::checked(text).map(drop).unwrap_err();
        assert_eq!(error("a("), "unclosed group");
        assert_eq!(
            error("(?:a{1000}){1000}"),
            "it needs more than 4 MiB when compiled"
        );
        assert!(Pattern::trusted("a+").regex().is_match(b"caab"));
    }

    #[test]
    fn the_reason_is_the_first_cause() {
        #[derive(Debug, thiserror::Error)]
        #[error("error building NFA")]
        struct Step(#[source] fmt::Error);
        let error = Step(fmt::Error);
        assert_eq!(root(&error).to_string(), fmt::Error.to_string());
        assert_eq!(root(&fmt::Error).to_string(), fmt::Error.to_string());
    }

    #[test]
    fn the_longest_match_is_known_where_there_is_one() {
        assert_eq!(Pattern::trusted(r"\bab[0-9]{2,5}\b").longest(), Some(7));
        assert_eq!(Pattern::trusted("ab+").longest(), None);
    }
}
