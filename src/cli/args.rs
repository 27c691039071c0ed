//! The command line as it is typed. [`super::options`] makes it ready for use.

mod audit;
mod diff;
mod lock;
mod packing;
mod policy;
mod waive;

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{exit, output};
use crate::check::Against;
pub(super) use audit::AuditArguments;
pub(super) use diff::{DiffArguments, DiffFormat};
pub(super) use lock::LockArguments;
pub(super) use packing::PackingArguments;
pub(super) use policy::{ConfigArguments, ConfigCommand, PolicyArguments};
pub(super) use waive::{PlainFormat, WaiveArguments, WaiversArguments};

/// Checks what a package would publish, before it is published.
///
/// packwarden takes the exact artifact that a publish command would upload, reads every byte of it,
/// and says whether anything in it should not leave the house: source maps with sources in them,
/// secrets, internal paths, stray files.
#[derive(Debug, Parser)]
#[command(name = "packwarden", version, after_long_help = exit::table(), max_term_width = 100)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours
    ///
    /// NO_COLOR and CLICOLOR_FORCE are respected.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true)]
    pub(super) color: Color,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Check(Box<CheckArguments>),
    Diff(Box<DiffArguments>),
    Publish(Box<PublishArguments>),
    Audit(Box<AuditArguments>),
    Hook(Box<HookArguments>),
    Lock(Box<LockArguments>),
    Waive(Box<WaiveArguments>),
    Waivers(WaiversArguments),
    Config(ConfigArguments),
    Init(InitArguments),
    Rules(RulesArguments),
}

/// Check a project directory or artifact files
///
/// A project is packed first, into a private directory, by the client that would publish it (npm, pnpm,
/// Yarn, bun, cargo); the publish scripts of an npm package run as they would on a publish. Of a Python
/// project all that lies in dist/ is checked, and where nothing does, it is built in a private copy first
/// (uv, build, Poetry, PDM, Hatch, Flit, maturin). A file is checked as it is.
#[derive(Debug, Args)]
#[command(after_long_help = exit::table())]
pub(super) struct CheckArguments {
    /// A directory of a project, an artifact file, - for an artifact on standard input, or npm-stage:ID for
    /// what `npm stage publish` has left with the registry
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) output: OutputArguments,

    #[command(flatten)]
    pub(super) common: CommonArguments,

    /// Do not look for this machine's own names, paths and secrets
    #[arg(long)]
    pub(super) no_self_match: bool,

    #[command(flatten)]
    pub(super) packing: PackingArguments,

    /// Compare with an earlier release, and find what grew suddenly or was never there before
    ///
    /// `published` is the latest release of the same package, npm:NAME@VERSION and its like a certain one; a path
    /// is a file, or a project that is packed.
    #[arg(long, value_name = "WHAT")]
    pub(super) against: Option<Against>,

    /// Refuse every artifact that is not in this list of SHA-256 hashes
    ///
    /// The list is as `sha256sum` and --save write it. An artifact that is not in it is denied.
    #[arg(long, value_name = "FILE", conflicts_with = "exit_zero")]
    pub(super) expect: Option<PathBuf>,

    /// Keep the artifacts in this directory, with a SHA256SUMS, if all that is checked passes
    ///
    /// The directory must be empty or not be there yet: it appears as a whole, and only then.
    #[arg(long, value_name = "DIR")]
    pub(super) save: Option<PathBuf>,
}

/// What commands take that report to standard output.
#[derive(Debug, Args)]
pub(super) struct OutputArguments {
    /// How to report: human, json, jsonl, sarif, github, gitlab, junit or markdown; may be repeated
    ///
    /// FORMAT alone writes to standard output, FORMAT=FILE to a file, which is there as a whole or not at
    /// all. While a machine format goes to standard output, the report for people goes to standard error
    /// if it was asked for too. Only one machine format can go to standard output. No format changes the
    /// exit code.
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = output::parse_format)]
    pub(super) formats: Vec<output::FormatArgument>,

    /// Write what would go to standard output to this file
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Exit with 0 instead of 1 when findings block
    ///
    /// For reports only. Errors and unreadable artifacts keep their codes.
    #[arg(long)]
    pub(super) exit_zero: bool,
}

/// What every command takes that checks something.
#[derive(Debug, Args)]
pub(super) struct CommonArguments {
    #[command(flatten)]
    pub(super) policy: PolicyArguments,

    /// Use no configuration file
    #[arg(long, conflicts_with_all = ["config", "policy_from"])]
    pub(super) no_config: bool,

    /// Whether the package's source is open or closed
    ///
    /// Without it the configuration decides, and without one the package's manifest.
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub(super) profile: Option<Profile>,

    /// Let warnings block too
    #[arg(long)]
    pub(super) strict: bool,

    /// Ignore all waivers
    #[arg(long)]
    pub(super) no_waivers: bool,

    /// Change a limit of the reader; may be repeated
    #[arg(long = "limit", value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(super) limits: Vec<(String, String)>,

    /// Stop a client that takes longer to pack
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) pack_timeout: Option<u64>,

    /// Say no more than needed
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Show notes, and what the packing client prints
    #[arg(short, long)]
    pub(super) verbose: bool,

    /// Show no progress line
    #[arg(long)]
    pub(super) no_progress: bool,
}

/// Pack once, check, and publish exactly those bytes
///
/// The command is one that you would type to publish. It is not run as it is: what it would upload is packed
/// (or taken from dist/) and checked first, and then the client uploads exactly the files that have passed. A
/// command that can't be followed is refused. The client's own exit code is handed on.
#[derive(Debug, Args)]
#[command(after_long_help = exit::table())]
pub(super) struct PublishArguments {
    #[command(flatten)]
    pub(super) gate: GateArguments,

    /// Publish what is blocked or could not be read in full all the same, for this reason
    ///
    /// The reason stands in every report. Errors are not put aside, and hooks have no such option.
    #[arg(long = "override", value_name = "REASON", value_parser = reason)]
    pub(super) publish_anyway: Option<String>,

    /// Of `npm stage publish`, compare what the registry then holds with what was sent
    ///
    /// Then the command is told that approves it; nothing is approved here. A command that publishes at once is
    /// refused. npm must be logged in: the token of a trusted publisher can't download what is staged.
    #[arg(long)]
    pub(super) stage: bool,

    /// The client and its arguments, after --
    #[arg(value_name = "CLIENT ARGS", last = true, required = true)]
    pub(super) command: Vec<OsString>,
}

/// What every gate takes: its standard output belongs to the client around it.
#[derive(Debug, Args)]
pub(super) struct GateArguments {
    /// Write a report to a file too: json, sarif, github, gitlab, junit, markdown or human; may be repeated
    ///
    /// The report for people goes to standard error.
    #[arg(long = "format", value_name = "FORMAT=FILE", value_parser = output::parse_format)]
    pub(super) formats: Vec<output::FormatArgument>,

    #[command(flatten)]
    pub(super) common: CommonArguments,
}

/// Called by hooks, not by people
#[derive(Debug, Args)]
pub(super) struct HookArguments {
    #[command(subcommand)]
    pub(super) hook: Hook,
}

#[derive(Debug, Subcommand)]
pub(super) enum Hook {
    /// In `postpack` of a package.json (`prepack` for Yarn 4): checks what the publish around it uploads
    ///
    /// The client that runs the script packs once more, without scripts. npm tells which bytes it holds, and
    /// only these are checked; what can't be made again is not uploaded. Nothing goes to standard output.
    Npm(GateArguments),
    Cargo(Box<CargoHookArguments>),
    GitPrePush(PrePushArguments),
}

/// Give cargo the token for an upload only if the crate passes
///
/// A credential provider: cargo starts it if its configuration says so, under
/// `[registry] global-credential-providers = ["cargo:token", "packwarden hook cargo"]`.
#[derive(Debug, Args)]
pub(super) struct CargoHookArguments {
    #[command(flatten)]
    pub(super) gate: GateArguments,

    /// Where `packwarden publish` waits for what comes of it
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    pub(super) record: Option<PathBuf>,

    /// The provider that has the token, after --; several behind a -- each
    #[arg(value_name = "PROVIDER ARGS", last = true)]
    pub(super) inner: Vec<String>,
}

/// Check the packages that a push changes, as the pushed commits hold them
///
/// For git's hook pre-push, which is given the remote and its address, and on standard input what is pushed.
/// Hook managers that hand that on in another way, as pre-commit does, are known; where nothing is handed on,
/// the current commit is checked.
#[derive(Debug, Args)]
pub(super) struct PrePushArguments {
    #[command(flatten)]
    pub(super) gate: GateArguments,

    /// What git calls the remote
    #[arg(value_name = "REMOTE")]
    pub(super) remote: Option<OsString>,

    /// The address of the remote, which nothing depends on; lefthook hands on one with spaces as several words
    #[arg(value_name = "URL")]
    pub(super) url: Vec<OsString>,
}

/// Set up a project: choose a profile, write packwarden.toml, install the hooks
///
/// What is to be written is shown as a diff, and written once that is agreed to. Scripts and hooks that are
/// there are chained to, never replaced. What can't be edited is left alone, with what to do instead.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) directory: PathBuf,

    /// Write without asking
    #[arg(short, long, conflicts_with = "check")]
    pub(super) yes: bool,

    /// Write nothing, and say of each gate whether it holds, and what goes past it
    ///
    /// Exits with 1 unless every gate that the project can have holds.
    #[arg(long)]
    pub(super) check: bool,
}

/// List the rules, explain one, or test rule files
#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    #[command(subcommand)]
    pub(super) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// List the built-in rules
    List {
        /// How to write the list
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: ListFormat,
    },
    /// Explain one rule
    Show {
        /// The rule's id, as reports name it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Check rule files and the examples in them
    ///
    /// Exits with 1 when an example does not behave, and with 2 when a file is not valid.
    Test {
        /// Rule files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Even into a file or pipe
    Always,
    /// Not at all
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Profile {
    /// The source is for everybody
    Open,
    /// The source must stay inside
    Closed,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
    /// One page of documentation
    Markdown,
}

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("give a reason, as in \"the key is revoked, see ticket 12\"".to_owned()),
        reason => Ok(reason.to_owned()),
    }
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("expected KEY=VALUE, as in entries=200000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn limits_need_a_key_and_a_value() {
        assert!(key_and_value("entries=5").is_ok());
        for wrong in ["entries", "=5", "entries="] {
            assert!(key_and_value(wrong).is_err(), "{wrong}");
        }
    }
}
