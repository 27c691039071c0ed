//! What is known before the artifact is read: the machine that runs the check, and the artifact's place.

use super::Dist;

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

/// What a scan knows beside the artifact and the rules.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Values of this machine; empty turns self-match off.
    pub self_values: Vec<SelfValue>,
    /// The `dist/` of the project that the artifact lies in, if it does.
    pub dist: Option<Dist>,
}
