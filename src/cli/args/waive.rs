//! The arguments of `packwarden waive` and `packwarden waivers`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CommonArguments, PackingArguments, PolicyArguments, reason};

/// Accept a finding: write a waiver of it into the configuration
///
/// What is to be accepted is looked for by a check of the project, or of an artifact file. The waiver is bound to
/// the content that was found, so that another secret or a swapped file in its place is a new finding. It is added
/// at the end of the packwarden.toml that holds there; nothing else in the file changes.
#[derive(Debug, Args)]
pub(in crate::cli) struct WaiveArguments {
    /// A fingerprint (six of its sixteen digits at least), as `packwarden check --verbose` and JSON show it, or
    /// RULE:PATH, for all findings of a rule in a file
    #[arg(value_name = "FINDING", required = true)]
    #[arg(conflicts_with_all = ["no_config", "policy_from", "no_waivers"])]
    pub(in crate::cli) findings: Vec<String>,

    /// Why it may ship, for whoever reads it next year
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(in crate::cli) reason: String,

    /// Who answers for it
    #[arg(long, value_name = "NAME", value_parser = reason)]
    pub(in crate::cli) owner: Option<String>,

    /// The last day on which it applies, as a date or in days from now: 2027-06-30, 90d
    ///
    /// A year from now at the latest. Without it the waiver has no end, which only one can have that is bound to
    /// content: what it accepts does not change.
    #[arg(long, value_name = "DATE|DAYS")]
    pub(in crate::cli) expires: Option<String>,

    /// Write this path or glob instead of the path of what was found
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) path: Option<String>,

    /// The directory of the project, or the artifact file, that it is in
    #[arg(long = "in", value_name = "PATH", default_value = ".")]
    pub(in crate::cli) place: PathBuf,

    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,

    #[command(flatten)]
    pub(in crate::cli) packing: PackingArguments,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArguments,
}

/// List the waivers of the configuration, those that end first at the top
///
/// Nothing is packed or checked: whether one is still of use is what a check says.
#[derive(Debug, Args)]
pub(in crate::cli) struct WaiversArguments {
    /// The directory of the project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(in crate::cli) directory: PathBuf,

    /// Exit with 1 if one has expired, ends within 14 days, or is forbidden by a floor
    #[arg(long)]
    pub(in crate::cli) check: bool,

    /// How to write the list
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) format: PlainFormat,

    #[command(flatten)]
    pub(in crate::cli) policy: PolicyArguments,
}

/// For people or for programs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PlainFormat {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
}
