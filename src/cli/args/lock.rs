//! `packwarden lock` as it is typed.

use std::path::PathBuf;

use clap::Args;

use super::{CommonArguments, PackingArguments};
use crate::cli::exit;

/// Approve what ships: write or renew packwarden.lock
///
/// Projects are packed and files read as `check` does. What is proposed is shown as a diff: lines that cover the
/// files, a size budget, and the hashes of files that must not change. With a lock, `check` and all gates deny
/// what it does not cover. Findings are not approved by it.
#[derive(Debug, Args)]
#[command(after_long_help = exit::table())]
pub(in crate::cli) struct LockArguments {
    /// A directory of a project, or an artifact file
    #[arg(value_name = "PATH", default_value = ".")]
    pub(in crate::cli) paths: Vec<PathBuf>,

    /// Write without asking
    #[arg(short, long, conflicts_with = "check")]
    pub(in crate::cli) yes: bool,

    /// Write nothing, and say whether the lock covers what ships
    ///
    /// Exits with 1 unless every file is covered, every pin right and the budget kept.
    #[arg(long)]
    pub(in crate::cli) check: bool,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArguments,

    #[command(flatten)]
    pub(in crate::cli) packing: PackingArguments,
}
