//! What is known before the artifact is read: the machine that runs the check, the artifact's place, the
//! project that it was made from, and what the publish is meant to be.

use std::sync::Arc;

use super::{Access, BesideText, Destination, Dist, LiveSecrets, Manifest, SourceTree};

/// What kind of value self-match looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SelfKind {
    /// The home directory.
    Home,
    /// The login name, as a path segment of a home directory.
    Login,
    /// The host name of this machine.
    HostName,
    /// The root directory of the project.
    ProjectRoot,
    /// Where a build service checks projects out, or programs keep temporary files.
    BuildDirectory,
}

/// One literal value of this machine that must not be in an artifact.
///
/// `Debug` leaves the value out: it must not reach a log.
#[derive(Clone, PartialEq, Eq)]
pub struct SelfValue {
    /// What the value is.
    pub kind: SelfKind,
    /// The literal text.
    pub value: String,
}

impl std::fmt::Debug for SelfValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SelfValue({:?})", self.kind)
    }
}

/// Where packages are meant to go, and as what; what is not set is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publishing {
    /// The registries that they may go to, by address or name.
    pub registries: Vec<String>,
    /// The scope that names on npm must have, with its `@`.
    pub scope: Option<String>,
    /// Who may be able to read them.
    pub access: Option<Access>,
    /// Where that is written, if it is not the project's own configuration.
    pub written_in: Option<String>,
}

impl Publishing {
    /// What is told of where it is written.
    pub fn name(&self) -> String {
        match &self.written_in {
            Some(file) => format!("`[publish]` of {file}"),
            None => "`[publish]`".to_owned(),
        }
    }
}

/// What a scan knows beside the artifact and the rules.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Values of this machine; empty turns self-match off.
    pub self_values: Vec<SelfValue>,
    /// Secrets that are in use on it.
    pub live_secrets: LiveSecrets,
    /// The `dist/` of the project that the artifact lies in, if it does.
    pub dist: Option<Dist>,
    /// The project that the artifact was made from, where that lies in a repository.
    pub source: Option<SourceContext>,
    /// What configurations say of publishing; all of it must hold.
    pub publishing: Vec<Publishing>,
    /// Where this artifact would go, if anybody was asked.
    pub destination: Option<Destination>,
    /// What the manifest in the project had a say in that with, where the artifact's may differ.
    pub asked_of: Option<Manifest>,
    /// What its registry shows beside it, where it was published.
    pub beside: Vec<BesideText>,
    /// Whether its files are to be listed.
    pub inventory: bool,
}

/// The project that an artifact was made from.
#[derive(Debug, Clone)]
pub struct SourceContext {
    /// The project's directory in its repository.
    pub tree: Arc<dyn SourceTree>,
    /// The client that packed it for this check; `None` if it lay there already.
    pub client: Option<String>,
    /// Globs of the paths, relative to the project, that a build writes: `[build] outputs`.
    pub outputs: Vec<String>,
}
