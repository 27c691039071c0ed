//! What the command line says on top of the configuration.

use super::profile::Profile;
use crate::model::escape;

/// What the command line says on top of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--profile`.
    pub profile: Option<Profile>,
    /// `--strict`: what would warn, blocks.
    pub strict: bool,
    /// `--no-waivers`: as if there were none.
    pub no_waivers: bool,
    /// `--no-self-match`: values of this machine are not looked for.
    pub no_self_match: bool,
    /// `--limit KEY=VALUE`, in order.
    pub limits: Vec<(String, String)>,
    /// `--policy-from REF`, which the configuration was read in.
    pub policy_from: Option<String>,
    /// `publish --override REASON`: what is blocked or incomplete is published all the same.
    pub publish_anyway: Option<String>,
}

impl Overrides {
    /// The flags as they were typed, in a fixed order.
    pub fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        let from = self.policy_from.as_deref().map(escape);
        flags.extend(from.map(|from| format!("--policy-from {from}")));
        flags.extend(self.profile.map(|profile| format!("--profile {profile}")));
        flags.extend(self.strict.then(|| "--strict".to_owned()));
        flags.extend(self.no_waivers.then(|| "--no-waivers".to_owned()));
        let limit = |(key, value): &(String, String)| format!("--limit {key}={value}");
        flags.extend(self.limits.iter().map(limit));
        let reason = self.publish_anyway.as_deref().map(escape);
        flags.extend(reason.map(|reason| format!("--override \"{reason}\"")));
        flags
    }
}
