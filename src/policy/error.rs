//! What can be wrong with a configuration; every variant is a sentence about the user's input.

use std::ops::Range;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use super::{shown::shown, verdict::RunError};
use crate::model::escape;

/// What can be wrong with a configuration.
#[derive(Debug, Error, Diagnostic)]
pub enum PolicyError {
    /// The file, or the directory it would lie in, can't be read.
    #[error("can't read {path}: {cause}")]
    Read {
        /// The file or directory.
        path: String,
        /// Why; told in the sentence, and so no source to be told again.
        cause: std::io::Error,
    },
    /// Two files at one level: neither may silently win.
    #[error("two configurations in {directory}: {first} and {second}")]
    #[diagnostic(help("keep one of them, or name one with --config"))]
    Two {
        /// The directory that holds both.
        directory: String,
        /// The name of one.
        first: &'static str,
        /// The name of the other.
        second: &'static str,
    },
    /// Something written in the file.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(Box<Invalid>),
    /// A revision that the configuration was to be taken from.
    #[error("--policy-from {revision}: {reason}")]
    Revision {
        /// As the user gave it.
        revision: String,
        /// What is in the way.
        reason: String,
        /// The way out.
        #[help]
        help: Option<String>,
    },
    /// The command line asks for what a floor forbids.
    #[error("{flag} asks for less than {floor} demands")]
    #[diagnostic(help("leave it out: a floor (--policy) can be tightened only"))]
    Floor {
        /// What was typed.
        flag: String,
        /// The file of the floor.
        floor: String,
    },
    /// A floor can't loosen anything.
    #[error("{floor} is a floor, and `{what}` would tighten nothing there")]
    #[diagnostic(help(
        "leave it out: what is given with --policy can only tighten a configuration"
    ))]
    Loosens {
        /// The file of the floor.
        floor: String,
        /// What it says.
        what: &'static str,
    },
    /// Something given on the command line.
    #[error("--limit {key}={value}: {message}")]
    Limit {
        /// The key given.
        key: String,
        /// The value given.
        value: String,
        /// What is wrong with them.
        message: String,
        /// The way out.
        #[help]
        help: Option<String>,
    },
}

/// One element of a configuration file that can't be used, underlined.
#[derive(Debug, Error, Diagnostic)]
#[error("{name}:{line}: {message}")]
pub struct Invalid {
    name: String,
    line: usize,
    message: String,
    #[source_code]
    text: NamedSource<String>,
    #[label("{label}")]
    span: SourceSpan,
    label: String,
    #[help]
    help: Option<String>,
}

impl PolicyError {
    /// What is wrong with the element at `span` of the file `name`, whose content is `text`. The
    /// `label` stands under the element, which is shown only if the `message` quotes it.
    pub(super) fn at(
        (name, text): (&str, &str),
        span: Range<usize>,
        message: impl Into<String>,
        label: &str,
        help: Option<String>,
    ) -> Self {
        let span = first_line(text, span);
        let message = message.into();
        let written = text.get(span.clone()).unwrap_or_default();
        let is_quoted = message.contains(&format!("`{}`", written.trim_matches(['"', '\''])));
        let quoted = if is_quoted { span.clone() } else { 0..0 };
        Self::Invalid(Box::new(Invalid {
            name: escape(name),
            line: line_of(text, span.start),
            message: escape(&message),
            text: NamedSource::new(escape(name), shown(text, quoted)),
            span: span.into(),
            label: escape(label),
            help: help.map(|help| escape(&help)),
        }))
    }
}

impl From<&PolicyError> for RunError {
    fn from(error: &PolicyError) -> Self {
        Self {
            code: 2,
            message: error.to_string(),
            path: match error {
                PolicyError::Read { path, .. } => Some(path.clone()),
                PolicyError::Two { directory, .. } => Some(directory.clone()),
                PolicyError::Invalid(invalid) => Some(invalid.name.clone()),
                PolicyError::Floor { floor, .. } | PolicyError::Loosens { floor, .. } => {
                    Some(floor.clone())
                }
                PolicyError::Limit { .. } | PolicyError::Revision { .. } => None,
            },
            help: error.help().map(|help| help.to_string()),
        }
    }
}

/// The line that `offset` lies in, counted from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// `span` up to the end of its first line: a table that spans many lines is not underlined whole.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let start = span.start.min(text.len());
    let rest = text.get(start..span.end.min(text.len())).unwrap_or("");
    start..start + rest.find('\n').unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_run_names_the_file_and_the_way_out() {
        let help = Some("do that".to_owned());
        let error = PolicyError::at(("a.toml", "b\nc"), 2..3, "no c", "here", help);
        let expected = RunError {
            code: 2,
            message: "a.toml:2: no c".to_owned(),
            path: Some("a.toml".to_owned()),
            help: Some("do that".to_owned()),
        };
        assert_eq!(RunError::from(&error), expected);
    }

    #[test]
    fn only_the_first_line_of_a_table_is_underlined() {
        assert_eq!(first_line("a\nbc\nd", 2..6), 2..4);
        assert_eq!(first_line("a", 5..9), 1..1);
        assert_eq!(line_of("a\nbc\nd", 2), 2);
    }
}
