//! `packwarden diff` as it is typed.

use std::path::PathBuf;

use clap::{
    Args, ValueEnum,
    builder::{OsStringValueParser, TypedValueParser},
};

use super::{CommonArguments, PackingArguments};
use crate::cli::{diff::Side, exit};

/// Tell what is new in an artifact: files, sizes, findings
///
/// Each of the two is an artifact file, a project directory (packed as `check` packs it), a release as
/// npm:NAME@VERSION, pypi:NAME==VERSION or crates:NAME@VERSION, or - for an artifact on standard input. Both are
/// checked as `check` does. What is found does not change the exit code: 0, unless something can't be read.
#[derive(Debug, Args)]
#[command(after_long_help = exit::table())]
pub(in crate::cli) struct DiffArguments {
    /// The earlier one
    #[arg(value_name = "BEFORE", value_parser = side())]
    pub(in crate::cli) before: Side,

    /// The later one
    #[arg(value_name = "AFTER", value_parser = side())]
    pub(in crate::cli) after: Side,

    /// How to tell
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) format: DiffFormat,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArguments,

    #[command(flatten)]
    pub(in crate::cli) packing: PackingArguments,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DiffFormat {
    /// For people
    #[default]
    Human,
    /// One JSON document; docs/schema/diff-v1.json describes it
    Json,
}

fn side() -> impl TypedValueParser<Value = Side> {
    OsStringValueParser::new().try_map(Side::parse)
}
