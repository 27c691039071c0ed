//! A verdict, written for people and for machines: one file per format, one table.

mod bounded;
mod catalogue;
mod disarm;
mod github;
mod gitlab;
mod human;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod quantity;
mod remark;
mod rules_page;
mod safe_json;
mod sarif;
mod waivers;

use std::io::{self, Write};

use crate::policy::Verdict;

pub use catalogue::catalogue;
pub use disarm::disarm;
pub use quantity::{bytes, duration};
pub use rules_page::{fixes, levels, recognised, rules_page};
pub use waivers::waivers;

/// How much a report for people says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// Only what stands in the way.
    Quiet,
    /// One look is enough.
    #[default]
    Normal,
    /// Everything.
    Verbose,
}

/// How a report for people looks. Formats for machines take no notice of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are written.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// How much is said.
    pub detail: Detail,
    /// Whether errors were shown to the same reader before, with their place underlined.
    pub errors_told: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
            detail: Detail::Normal,
            errors_told: false,
        }
    }
}

/// One line of the table of formats.
#[derive(Debug, Clone, Copy)]
pub struct ReportFormat {
    /// What is typed after `--format`.
    pub name: &'static str,
    /// One line of help.
    pub about: &'static str,
    /// Whether it is made for people: a terminal may show it in colours.
    pub for_people: bool,
    /// Writes the report.
    pub write: fn(&Verdict, &Style, &mut dyn Write) -> io::Result<()>,
}

/// All formats; the first is the default.
pub const FORMATS: &[ReportFormat] = &[
    ReportFormat {
        name: "human",
        about: "for people, in a terminal",
        for_people: true,
        write: human::write,
    },
    ReportFormat {
        name: "json",
        about: "for programs; docs/schema/report-v1.json describes it",
        for_people: false,
        write: json::write,
    },
    ReportFormat {
        name: "jsonl",
        about: "for programs that read many artifacts: one on each line, and a summary",
        for_people: false,
        write: jsonl::write,
    },
    ReportFormat {
        name: "sarif",
        about: "SARIF 2.1.0, for code scanning",
        for_people: false,
        write: sarif::write,
    },
    ReportFormat {
        name: "github",
        about: "annotations, for GitHub Actions",
        for_people: false,
        write: github::write,
    },
    ReportFormat {
        name: "gitlab",
        about: "code quality, for GitLab",
        for_people: false,
        write: gitlab::write,
    },
    ReportFormat {
        name: "junit",
        about: "JUnit XML, for what shows tests",
        for_people: false,
        write: junit::write,
    },
    ReportFormat {
        name: "markdown",
        about: "a page for the summary of a job",
        for_people: false,
        write: markdown::write,
    },
];

/// The format called `name`.
pub fn format(name: &str) -> Option<&'static ReportFormat> {
    FORMATS.iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_own_name() {
        for (index, one) in FORMATS.iter().enumerate() {
            let found = format(one.name).unwrap();
            assert_eq!(found.about, one.about);
            assert!(FORMATS[..index].iter().all(|other| other.name != one.name));
        }
        assert!(format("yaml").is_none());
    }
}
