//! Lists of packages: a spec on each line.

use miette::Diagnostic;
use thiserror::Error;

use crate::model::{Spec, escape};

/// Why a list can't be used.
#[derive(Debug, Error, Diagnostic)]
pub enum ListError {
    /// A line is no spec.
    #[error("{name}:{line}: {why}")]
    #[diagnostic(help("one package on each line; what follows a # is a comment"))]
    Line {
        /// The file, as the user gave it.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// There is nothing in it.
    #[error("{name} names no package")]
    #[diagnostic(help(
        "write npm:NAME@VERSION, pypi:NAME==VERSION or crates:NAME@VERSION, one on each line"
    ))]
    Empty {
        /// The file, as the user gave it.
        name: String,
    },
}

/// Reads a list that the user knows as `name`.
///
/// # Errors
///
/// When a line is no spec, or there is none.
pub fn read_list(name: &str, text: &str) -> Result<Vec<Spec>, ListError> {
    let name = || escape(name);
    let mut specs = Vec::new();
    let text = text.trim_start_matches('\u{feff}');
    for (number, line) in text.lines().enumerate() {
        // A # inside a spec begins the part of a package URL that says where in the source it is.
        let line = match line.split_once(" #") {
            Some((line, _)) => line.trim(),
            None => line.trim(),
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let spec = line.parse().map_err(|why| ListError::Line {
            name: name(),
            line: number + 1,
            why,
        })?;
        specs.push(spec);
    }
    match specs.is_empty() {
        true => Err(ListError::Empty { name: name() }),
        false => Ok(specs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_spec_on_each_line() {
        let text = "# ours\nnpm:a@1.0.0\n\n  pypi:b==2 # old\r\npkg:cargo/c@3.0.0#src\n";
        let read = read_list("list", text).unwrap();
        let read: Vec<_> = read.iter().map(Spec::to_string).collect();
        assert_eq!(read, ["npm:a@1.0.0", "pypi:b==2", "crates:c@3.0.0"]);
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let error = |text| read_list("li\nst", text).unwrap_err().to_string();
        assert!(error("npm:a\nwhat\n").starts_with("li\\nst:2: `what` is no package"));
        assert_eq!(error("# nothing\n"), "li\\nst names no package");
    }
}
