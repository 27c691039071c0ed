//! `packwarden audit` as it is typed.

use std::{num::NonZero, path::PathBuf};

use clap::Args;

use super::{CommonArguments, OutputArguments};
use crate::cli::exit;

/// Check packages that are published already
///
/// Every file of a release is fetched with your own client (npm, cargo, and for PyPI Python or uv), as that is
/// configured: registry, scope, token, proxy, certificate. Nothing of a package is built or run. What can't be
/// fetched is an error, and the rest is checked all the same.
#[derive(Debug, Args)]
#[command(after_long_help = exit::table())]
pub(in crate::cli) struct AuditArguments {
    /// npm:NAME[@VERSION], pypi:NAME[==VERSION], crates:NAME[@VERSION] or a package URL (pkg:…); for npm a tag or
    /// range too; - for a list on standard input
    #[arg(value_name = "SPEC", required_unless_present_any = ["from", "lockfile"])]
    pub(in crate::cli) specs: Vec<String>,

    /// Audit the packages in this list, one on each line; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) from: Vec<PathBuf>,

    /// Audit the releases that a lock file names; may be repeated
    ///
    /// The files must have the hashes that stand in it. Known are package-lock.json, npm-shrinkwrap.json,
    /// pnpm-lock.yaml, yarn.lock, uv.lock, poetry.lock, pdm.lock, pylock.toml, requirements.txt and Cargo.lock.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) lockfile: Vec<PathBuf>,

    /// Check all versions that there are, and say when findings came in and when they went
    #[arg(long, conflicts_with = "lockfile")]
    pub(in crate::cli) all_versions: bool,

    /// Fetch so many files at a time
    #[arg(short, long, value_name = "NUMBER", default_value = "8")]
    pub(in crate::cli) jobs: NonZero<usize>,

    /// Keep what is fetched in this directory, by its hash, instead of the user's cache
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(in crate::cli) cache_dir: Option<PathBuf>,

    /// Fetch everything anew, and keep nothing
    #[arg(long)]
    pub(in crate::cli) no_cache: bool,

    #[command(flatten)]
    pub(in crate::cli) output: OutputArguments,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArguments,
}
