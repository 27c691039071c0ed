//! The commands of the npm family, as data (measured: npm 10.9.9, 11.19.1 and 12.2.0, pnpm 10.34.9 and
//! 12.21.0, yarn 1.22.22 and 4.18.1, bun 1.4.5).

use std::ops::RangeInclusive;

use crate::gate::publish::words::Known;

/// How a client is told to publish.
pub(super) struct Client {
    pub(super) name: &'static str,
    /// The major versions that this is about, where others of that name publish in another way.
    pub(super) versions: Option<RangeInclusive<u32>>,
    /// Words that publish, each in its order. Others do something else.
    pub(super) commands: &'static [&'static [&'static str]],
    /// Whether these must come first, because a flag before them makes them a script's name.
    pub(super) command_first: bool,
    pub(super) flags: Known,
    /// Whether any other flag is a setting that does not change which project is meant. With other clients
    /// a flag that is not known could: `pnpm -r publish FILE` does not publish the file.
    pub(super) takes_any_flag: bool,
    /// Flags with the directory to run in.
    pub(super) directory: &'static [&'static str],
    /// What can be named beside the project here.
    pub(super) takes: Takes,
    pub(super) refused: &'static [Refusal],
    /// What is given with the file.
    pub(super) beside: &'static [&'static str],
}

/// What a word behind the command may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A directory or a file.
    Any,
    /// The same, but a directory only if it can't be read as a name or a repository.
    AnyPath,
}

/// A flag with which the command is not run.
pub(super) struct Refusal {
    pub(super) flags: &'static [&'static str],
    pub(super) reason: &'static str,
    pub(super) instead: &'static str,
}

/// Flags of npm that choose members of a workspace by their names.
pub(super) const MEMBERS: &[&str] = &["-w", "--workspace"];
/// Flags of npm that choose all of them.
pub(super) const ALL_MEMBERS: &[&str] = &["-ws", "--ws", "--workspaces"];
/// Flags of npm that add the root to them.
pub(super) const WITH_ROOT: &[&str] = &["-iwr", "--include-workspace-root"];

const OF_SEVERAL: &str = "it chooses packages and their order by itself";
const ONE_BY_ONE: &str = "publish each from its own directory with `packwarden publish`, or put \
                          `packwarden hook npm` into their `postpack` and type the command as it is";
const GO_THERE: &str = "change into the directory first (`cd DIR && packwarden publish -- …`)";

pub(super) const NPM: Client = Client {
    name: "npm",
    versions: None,
    commands: &[&["publish"], &["stage", "publish"]],
    command_first: false,
    flags: Known {
        with_value: &[
            "--access",
            "--auth-type",
            "--ca",
            "--cache",
            "--cafile",
            "--fetch-retries",
            "--fetch-timeout",
            "--globalconfig",
            "--https-proxy",
            "--loglevel",
            "--logs-dir",
            "--noproxy",
            "--otp",
            "--provenance-file",
            "--proxy",
            "--registry",
            "--scope",
            "--script-shell",
            "--tag",
            "--userconfig",
            "--workspace",
            "-w",
        ],
        without: &[
            "--dry-run",
            "--force",
            "--foreground-scripts",
            "--ignore-scripts",
            "--include-workspace-root",
            "--json",
            "--long",
            "--no-foreground-scripts",
            "--no-ignore-scripts",
            "--no-progress",
            "--no-provenance",
            "--no-workspaces",
            "--progress",
            "--provenance",
            "--quiet",
            "--silent",
            "--verbose",
            "--workspaces",
            "--ws",
            "-d",
            "-dd",
            "-ddd",
            "-f",
            "-iwr",
            "-q",
            "-s",
            "-ws",
        ],
    },
    takes_any_flag: true,
    directory: &[],
    takes: Takes::AnyPath,
    refused: &[Refusal {
        flags: &["--prefix", "-C"],
        // Measured: in a workspace it uploads the root, elsewhere it fails.
        reason: "npm takes its settings from there, but publishes what is in the current directory",
        instead: GO_THERE,
    }],
    beside: &[],
};

pub(super) const PNPM: Client = Client {
    name: "pnpm",
    versions: None,
    commands: &[&["publish"]],
    command_first: false,
    flags: Known {
        with_value: &[
            "--access",
            "--dir",
            "--loglevel",
            "--otp",
            "--publish-branch",
            "--registry",
            "--reporter",
            "--tag",
            "-C",
        ],
        without: &[
            "--color",
            "--dry-run",
            "--embed-readme",
            "--force",
            "--git-checks",
            "--ignore-scripts",
            "--json",
            "--no-color",
            "--no-embed-readme",
            "--no-git-checks",
            "--no-provenance",
            "--provenance",
            "--silent",
            "-s",
        ],
    },
    takes_any_flag: false,
    directory: &["--dir", "-C"],
    takes: Takes::Any,
    refused: &[
        Refusal {
            flags: &["-r", "--recursive", "--filter", "-F", "--filter-prod"],
            reason: OF_SEVERAL,
            instead: ONE_BY_ONE,
        },
        Refusal {
            flags: &["-w", "--workspace-root"],
            reason: "it publishes the root of the workspace, wherever that is",
            instead: GO_THERE,
        },
    ],
    beside: &[],
};

pub(super) const YARN_1: Client = Client {
    name: "yarn",
    versions: Some(1..=1),
    commands: &[&["publish"]],
    command_first: false,
    flags: Known {
        with_value: &[
            "--access",
            "--cwd",
            "--network-timeout",
            "--otp",
            "--registry",
            "--tag",
            "--use-yarnrc",
        ],
        without: &[
            "--ignore-scripts",
            "--json",
            "--no-progress",
            "--non-interactive",
            "--silent",
            "--verbose",
            "-s",
        ],
    },
    takes_any_flag: false,
    directory: &["--cwd"],
    // Of a file it tells the registry what package.json in the current directory says.
    takes: Takes::Directory,
    refused: &[
        Refusal {
            flags: &[
                "--major",
                "--message",
                "--minor",
                "--new-version",
                "--no-commit-hooks",
                "--no-git-tag-version",
                "--patch",
                "--preid",
                "--premajor",
                "--preminor",
                "--prepatch",
                "--prerelease",
            ],
            reason: "it changes package.json while it publishes",
            instead: "set the version before (`yarn version`), and publish without the flag",
        },
        Refusal {
            flags: &["--dry-run", "-n"],
            reason: "yarn 1 has no rehearsal: it would upload",
            instead: "check with `packwarden check`, which uploads nothing",
        },
    ],
    // Even for a file it runs the scripts of the project around it, which have run; and it asks for a new
    // version unless it is told that nobody is there.
    beside: &["--ignore-scripts", "--non-interactive"],
};

pub(super) const YARN_2: Client = Client {
    name: "yarn",
    versions: Some(2..=u32::MAX),
    commands: &[&["npm", "publish"]],
    command_first: true,
    flags: Known {
        with_value: &["--access", "--otp", "--tag"],
        without: &[
            "--dry-run",
            "--json",
            "--no-provenance",
            "--provenance",
            "--staged",
            "--tolerate-republish",
            "-n",
        ],
    },
    takes_any_flag: false,
    directory: &[],
    takes: Takes::Nothing,
    refused: &[Refusal {
        flags: &["--cwd"],
        reason: "which project is meant can't be followed",
        instead: GO_THERE,
    }],
    beside: &[],
};

pub(super) const BUN: Client = Client {
    name: "bun",
    versions: None,
    commands: &[&["publish"]],
    // Measured: `bun --cwd DIR publish` runs the script `publish`.
    command_first: true,
    flags: Known {
        with_value: &[
            "--access",
            "--auth-type",
            "--ca",
            "--cafile",
            "--config",
            "--cwd",
            "--env-file",
            "--gzip-level",
            "--network-concurrency",
            "--otp",
            "--registry",
            "--tag",
            "-c",
        ],
        without: &[
            "--dry-run",
            "--ignore-scripts",
            "--no-env-file",
            "--no-progress",
            "--no-summary",
            "--quiet",
            "--silent",
            "--tolerate-republish",
            "--use-system-ca",
            "--verbose",
        ],
    },
    takes_any_flag: false,
    directory: &["--cwd"],
    takes: Takes::File,
    refused: &[Refusal {
        flags: &["-r", "--recursive", "--filter", "-F"],
        reason: OF_SEVERAL,
        instead: ONE_BY_ONE,
    }],
    beside: &[],
};
