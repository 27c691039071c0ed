//! Why a gate stays shut although no verdict says so.

use miette::Diagnostic;
use thiserror::Error as ThisError;

use super::push::PushError;
use crate::{ecosystem, policy::PolicyError};

/// Why a gate stays shut. Nothing was uploaded, unless the sentence says so.
#[derive(Debug, ThisError, Diagnostic)]
pub enum Error {
    /// What passed is no longer there as it was.
    #[error("{name} was changed after it was checked, and was not handed to {client}")]
    #[diagnostic(help(
        "find out what writes into the directory for temporary files, and publish again"
    ))]
    Changed {
        /// The artifact's file name.
        name: String,
        /// Who would have uploaded it.
        client: String,
    },

    /// A command that nobody but its client understands.
    #[error("`{command}` is not run: {reason}")]
    #[diagnostic(help("{instead}"))]
    Refused {
        /// As it was typed.
        command: String,
        /// What is in the way.
        reason: String,
        /// What to type instead.
        instead: String,
    },

    /// A hook of a publish, outside of one.
    #[error(
        "no publish is around: no script that a client runs before it uploads has started this"
    )]
    #[diagnostic(help(
        "write `packwarden hook npm` into `postpack` of package.json (into `prepack` for Yarn 4), and not into a script that it calls; to check by hand, type `packwarden check`"
    ))]
    NoPublishAround,
    /// What cargo asks before it uploads.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Cargo(#[from] super::cargo::Error),
    /// The command would upload nothing.
    #[error("there is nothing to upload: {0}")]
    #[diagnostic(help(
        "build it first (`uv build`, `python3 -m build`), or name the files that lie ready"
    ))]
    Nothing(String),

    /// What is to go with an artifact is not what it is called.
    #[error("{path} can't be uploaded with its artifact: {reason}")]
    #[diagnostic(help("take it away, or sign the artifact again"))]
    NoCompanion {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What is pushed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Push(#[from] PushError),

    /// The configuration has a mistake.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] PolicyError),
    /// What is packed while it is published is something else.
    #[error(
        "what {client} packed while it published is not what was checked, and was not uploaded"
    )]
    #[diagnostic(help(
        "make the build come to the same bytes each time (no times, no random names), and publish again"
    ))]
    Repacked {
        /// Who would have uploaded it.
        client: &'static str,
    },

    /// The client can't be kept from uploading something else.
    #[error(
        "{client} does not load the plugin that compares what it uploads with what was checked, and was not told to publish"
    )]
    #[diagnostic(help(
        "see why with `yarn config`; or pack with `yarn pack`, and give the file: `packwarden publish -- npm publish FILE`"
    ))]
    Unguarded {
        /// The client.
        client: &'static str,
    },

    /// It may have uploaded anything.
    #[error(
        "{client} says that it has published, and its upload was not seen: WHAT IS PUBLISHED MAY NOT BE WHAT WAS CHECKED"
    )]
    #[diagnostic(help(
        "compare the sha512 that the registry tells with that of the report, and take the release back if they differ"
    ))]
    Unseen {
        /// The client.
        client: &'static str,
    },

    /// Every directory for temporary files tells of its user.
    #[error(
        "{places} tell who publishes: clients write the path of what they upload into what everybody can read"
    )]
    #[diagnostic(help(
        "name a directory in TMPDIR that holds neither the home directory nor the login nor the host's name"
    ))]
    NoNeutralPlace {
        /// The directories.
        places: String,
    },

    /// npm has not told what it has staged.
    #[error(
        "npm has not told under which id it has staged what was checked, and so it was not compared with what the registry holds"
    )]
    #[diagnostic(help(
        "find the id with `npm stage list`, and check that before you approve it: `packwarden check npm-stage:ID`"
    ))]
    NoStageId,

    /// A command that publishes at once, where only staging was allowed.
    #[error("`{0}` is not run: it publishes at once, and --stage was given")]
    #[diagnostic(help("type `npm stage publish` (npm 11.15 and later), or leave --stage out"))]
    NotStaging(String),

    /// The registry has made something else of what was sent.
    #[error(
        "what is staged as {id} is not what was checked: its sha256 is {held}, and {sent} was sent"
    )]
    #[diagnostic(help("do not approve it: `npm stage reject {id}`, and stage it again"))]
    OtherStaged {
        /// The id that npm has given it.
        id: String,
        /// What the registry holds.
        held: String,
        /// What passed.
        sent: String,
    },

    /// The client, or a directory for it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ecosystem(#[from] ecosystem::Error),
}

impl Error {
    /// The exit code of the table in the design.
    pub fn code(&self) -> u8 {
        match self {
            Error::Refused { .. }
            | Error::NoPublishAround
            | Error::NotStaging(_)
            | Error::Policy(_)
            | Error::NoNeutralPlace { .. } => 2,
            Error::Nothing(_) | Error::Ecosystem(_) => 3,
            Error::Changed { .. }
            | Error::NoCompanion { .. }
            | Error::NoStageId
            | Error::OtherStaged { .. }
            | Error::Repacked { .. }
            | Error::Unguarded { .. }
            | Error::Unseen { .. }
            | Error::Cargo(_) => 4,
            Error::Push(error) => error.exit_code(),
        }
    }
}
