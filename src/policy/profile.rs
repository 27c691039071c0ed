//! The profile: is the source of this package open or closed?

use std::fmt;

use serde::Deserialize;

use super::license::{Openness, openness};
use crate::model::{Manifest, begin_of, escape};

/// Whether a package's source is for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The source is open: what is found in it is no secret by itself.
    Open,
    /// The source must stay inside.
    Closed,
}

impl Profile {
    /// The name used in configuration and reports.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Open => "open",
            Profile::Closed => "closed",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The profile that holds for one artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChoice {
    /// The profile.
    pub profile: Profile,
    /// Whether the source is public already: profile open, an open licence and a named repository.
    /// A licence alone proves nothing, because `npm init` writes ISC for everybody.
    pub public: bool,
    /// Why, as the end of the sentence "profile open: …".
    pub why: String,
    /// Whether somebody chose it, in a file or on the command line.
    pub configured: bool,
}

impl ProfileChoice {
    /// The profile that `manifest` speaks for. Doubt means closed.
    pub fn infer(manifest: Option<&Manifest>) -> Self {
        let (profile, why) = speaks_for(manifest);
        Self {
            profile,
            public: profile == Profile::Open && manifest.is_some_and(is_public),
            why,
            configured: false,
        }
    }

    /// The profile that somebody chose.
    pub(super) fn configured(profile: Profile, manifest: Option<&Manifest>, why: &str) -> Self {
        Self {
            profile,
            public: profile == Profile::Open && manifest.is_some_and(is_public),
            why: why.to_owned(),
            configured: true,
        }
    }
}

fn speaks_for(manifest: Option<&Manifest>) -> (Profile, String) {
    let Some(manifest) = manifest else {
        return (Profile::Closed, "there is no manifest to tell".to_owned());
    };
    if manifest.private {
        return (Profile::Closed, "the manifest is private".to_owned());
    }
    let license = manifest.license.as_deref().unwrap_or("").trim();
    if license.is_empty() {
        return (Profile::Closed, "the manifest names no licence".to_owned());
    }
    let profile = match openness(license) {
        Openness::Proprietary => Profile::Closed,
        Openness::Unknown | Openness::Open => Profile::Open,
    };
    (profile, format!("the licence is {}", in_short(license)))
}

fn is_public(manifest: &Manifest) -> bool {
    let named = |text: &String| !text.trim().is_empty();
    manifest.repository.as_ref().is_some_and(named)
        && manifest.license.as_deref().map(openness) == Some(Openness::Open)
}

/// A licence is a word or two; what is longer is a text, of which the beginning will do.
fn in_short(license: &str) -> String {
    escape(&begin_of(license, 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(license: &str, repository: &str) -> Manifest {
        Manifest {
            license: (!license.is_empty()).then(|| license.to_owned()),
            repository: (!repository.is_empty()).then(|| repository.to_owned()),
            ..Manifest::default()
        }
    }

    #[test]
    fn the_manifest_speaks_for_a_profile() {
        let repository = "github:acme/cli";
        for (license, repository, expected, why) in [
            ("MIT", "", (Profile::Open, false), "the licence is MIT"),
            (
                "MIT",
                repository,
                (Profile::Open, true),
                "the licence is MIT",
            ),
            (
                "BUSL-1.1",
                repository,
                (Profile::Open, false),
                "the licence is BUSL-1.1",
            ),
            (
                "UNLICENSED",
                repository,
                (Profile::Closed, false),
                "the licence is UNLICENSED",
            ),
            (
                "",
                repository,
                (Profile::Closed, false),
                "the manifest names no licence",
            ),
        ] {
            let choice = ProfileChoice::infer(Some(&manifest(license, repository)));
            assert_eq!((choice.profile, choice.public), expected, "{license}");
            assert_eq!(choice.why, why);
        }
    }

    #[test]
    fn private_wins_over_the_licence_and_doubt_means_closed() {
        let private = Manifest {
            private: true,
            ..manifest("MIT", "github:acme/cli")
        };
        let choice = ProfileChoice::infer(Some(&private));
        assert_eq!((choice.profile, choice.public), (Profile::Closed, false));
        assert_eq!(ProfileChoice::infer(None).profile, Profile::Closed);
    }

    #[test]
    fn a_hostile_licence_is_escaped_and_shortened() {
        let license = format!("\u{1b}[2J{}", " é".repeat(1000));
        let why = ProfileChoice::infer(Some(&manifest(&license, ""))).why;
        assert!(why.starts_with("the licence is \\u{1b}[2J é") && why.chars().count() < 100);
    }
}
