//! Why a published package can't be had. None of it is silence: each ends in exit code 3.

use miette::Diagnostic;
use thiserror::Error as ThisError;

use crate::{ecosystem, model::Spec};

/// Why a published package can't be had.
#[derive(Debug, ThisError, Diagnostic)]
pub enum FetchError {
    /// The registry has no package of that name.
    #[error("{registry} has no package {spec}, or does not show it to you")]
    #[diagnostic(help(
        "check the name, and which registry and token your client is configured with"
    ))]
    NoPackage {
        /// The package.
        spec: Spec,
        /// What was asked, without credentials.
        registry: String,
    },
    /// It has the package, and not that version.
    #[error("{registry} has no version {spec}{}", .latest.as_ref().map(|latest| format!("; the latest is {latest}")).unwrap_or_default())]
    #[diagnostic(help(
        "check the version; what was withdrawn altogether can't be had from a registry any more"
    ))]
    NoVersion {
        /// The package and the version.
        spec: Spec,
        /// What was asked, without credentials.
        registry: String,
        /// What an installation would take.
        latest: Option<String>,
    },
    /// The version, or the package, was there once.
    #[error("{spec} was withdrawn from {registry}{}", .when.as_ref().map(|when| format!(" ({when})")).unwrap_or_default())]
    #[diagnostic(help(
        "nothing can be fetched any more; who has kept the file can check it: packwarden check FILE"
    ))]
    Withdrawn {
        /// The package and the version.
        spec: Spec,
        /// What was asked, without credentials.
        registry: String,
        /// When, or why, as far as the registry tells.
        when: Option<String>,
    },
    /// A release without anything to fetch.
    #[error("{registry} has {spec}, without any file")]
    NoFile {
        /// The package and the version.
        spec: Spec,
        /// What was asked, without credentials.
        registry: String,
    },
    /// The registry wants to know who asks.
    #[error("{registry} refuses {spec}: {said}")]
    #[diagnostic(help(
        "log in with your client (`npm login`, pip's or uv's configuration, `cargo login`), and try again"
    ))]
    Refused {
        /// The package.
        spec: Spec,
        /// What was asked, without credentials.
        registry: String,
        /// What it said.
        said: String,
    },
    /// There is no way to the registry.
    #[error("{registry} can't be reached for {spec}: {said}")]
    #[diagnostic(help(
        "check the network, the proxy and the certificates that your client is configured with"
    ))]
    Unreachable {
        /// The package.
        spec: Spec,
        /// What was asked, without credentials.
        registry: String,
        /// What went wrong.
        said: String,
    },
    /// The registry answers something else than it should.
    #[error("{registry} gives no usable answer for {spec}: {said}")]
    #[diagnostic(help("try again later; if it stays so, ask those who run the registry"))]
    Unusable {
        /// The package.
        spec: Spec,
        /// What was asked, without credentials.
        registry: String,
        /// What is wrong with the answer.
        said: String,
    },
    /// What came is not what was promised.
    #[error("{file} of {spec} is not what {promised_by} says: it has {found}, and not {promised}")]
    #[diagnostic(help(
        "do not install it: a proxy, a cache or somebody on the way has changed it, or it was published anew"
    ))]
    OtherBytes {
        /// The package and the version.
        spec: Spec,
        /// The file.
        file: String,
        /// Who promised: the registry, a lock file.
        promised_by: String,
        /// The hash that it should have.
        promised: String,
        /// The hash that it has.
        found: String,
    },
    /// There is nothing to fetch with.
    #[error("{client} was not found, and it is what fetches from its registry")]
    #[diagnostic(help("install {client} and see that it is on PATH"))]
    NoClient {
        /// The client's name.
        client: &'static str,
    },
    /// The client fails for one of several.
    #[error("{what}: {said}")]
    ClientFails {
        /// What was asked for.
        what: String,
        /// How it fails.
        said: String,
        /// The way out.
        #[help]
        help: Option<String>,
    },
    /// The client is too old, or fails.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Client(ecosystem::Error),
}

impl From<ecosystem::Error> for FetchError {
    fn from(error: ecosystem::Error) -> Self {
        match error {
            ecosystem::Error::ClientMissing { client, .. } => Self::NoClient { client },
            other => Self::Client(other),
        }
    }
}

impl FetchError {
    /// The same, naming what was asked for where it does not yet.
    pub fn of(self, what: &str) -> Self {
        match self {
            Self::Client(error) => Self::ClientFails {
                what: what.to_owned(),
                said: error.to_string(),
                help: error.help().map(|help| help.to_string()),
            },
            other => other,
        }
    }
}
