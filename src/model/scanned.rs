//! What a scan of one artifact comes to, before the policy judges it.

use super::{ArtifactInfo, Finding, Gap, Limits, Listed, Manifest, SelfKind};

/// One artifact, read and matched.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The artifact.
    pub artifact: ArtifactInfo,
    /// Its manifest, if it has one that can be read.
    pub manifest: Option<Manifest>,
    /// Rules met, in order of path and location.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Its files in order of path, if they were asked for.
    pub inventory: Vec<Listed>,
    /// How many rules were applied.
    pub rules: usize,
    /// Which values of this machine were looked for.
    pub self_match: Vec<SelfKind>,
    /// For how many secrets that are in use on it.
    pub secrets: usize,
    /// What may hold further ones and can't be read, each with the reason.
    pub unread: Vec<String>,
    /// The limits that held.
    pub limits: Limits,
}
