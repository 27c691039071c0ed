//! Which policy holds.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which policy holds, for every command that reads one.
#[derive(Debug, Args)]
pub(in crate::cli) struct PolicyArguments {
    /// Use this configuration file
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// Take the configuration from this git revision, not from the working tree
    ///
    /// The file, and the rule files that it names, as the branch, tag or commit holds them: a change can't excuse
    /// itself. A revision without a configuration means the defaults.
    #[arg(long, value_name = "REF")]
    pub(in crate::cli) policy_from: Option<String>,

    /// Hold the configuration to this floor, too; may be repeated
    ///
    /// A file like packwarden.toml that an organisation keeps for its projects: they can be stricter, never looser.
    #[arg(long = "policy", value_name = "FILE")]
    pub(in crate::cli) floors: Vec<PathBuf>,
}

/// Show the configuration that holds
#[derive(Debug, Args)]
pub(in crate::cli) struct ConfigArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Show what holds in a directory, and which file each value is from
    Show {
        /// The directory of the project
        #[arg(value_name = "DIR", default_value = ".")]
        directory: PathBuf,

        #[command(flatten)]
        policy: PolicyArguments,
    },
}
