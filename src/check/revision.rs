//! The policy as a revision of the repository holds it, so that a change can't excuse itself.

use std::{io, path::Path};

use crate::{
    host::git::{Revision, Unknown},
    model::escape,
    policy::{PolicyError, PolicyFiles},
};

/// Which revision the policy is taken from (`--policy-from REF`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFrom {
    /// As the user calls it.
    pub name: String,
    /// The commit that it was when a copy of the repository was made, which need not know that name.
    pub commit: Option<String>,
}

impl PolicyFrom {
    /// Why it can't be told what holds behind a link.
    pub(super) fn behind_link(&self, link: &Path) -> PolicyError {
        PolicyError::Revision {
            revision: escape(&self.name),
            reason: format!("{} is a link", escape(&link.to_string_lossy())),
            help: Some(
                "a change may have put it there: name the directory that it leads to".to_owned(),
            ),
        }
    }
}

/// No configuration is as long, in bytes.
const LONGEST: usize = 16 << 20;

/// The files that decide, in a revision.
pub(super) struct InRevision {
    revision: Revision,
    /// `main (abc1234)`
    shown: String,
}

impl InRevision {
    /// In the repository that the directory lies in.
    pub(super) fn new(from: &PolicyFrom, directory: &Path) -> Result<Self, PolicyError> {
        let name = from.commit.as_ref().unwrap_or(&from.name);
        let revision = Revision::of(directory, name).map_err(|unknown| {
            let Unknown { reason, is_shallow } = unknown;
            let help = match is_shallow {
                true => {
                    "the clone is shallow: fetch the revision first (`git fetch origin BRANCH`; in a CI job, ask \
                     for the whole history)"
                }
                false => "name a branch, a tag or a commit of the repository that is checked, like origin/main",
            };
            PolicyError::Revision {
                revision: escape(&from.name),
                reason,
                help: Some(help.to_owned()),
            }
        })?;
        Ok(Self {
            shown: format!("{} ({})", escape(&from.name), revision.short()),
            revision,
        })
    }
}

impl PolicyFiles for InRevision {
    fn is_there(&self, path: &Path) -> io::Result<bool> {
        let path = self.revision.path(path).map_err(io::Error::other)?;
        let file = self.revision.file(&path).map_err(io::Error::other)?;
        Ok(file.is_some())
    }

    fn text(&self, path: &Path) -> io::Result<String> {
        let path = self.revision.path(path).map_err(io::Error::other)?;
        let bytes = self.revision.file(&path).map_err(io::Error::other)?;
        let bytes = bytes.ok_or_else(|| io::Error::other("there is no such file"))?;
        if bytes.len() > LONGEST {
            return Err(io::Error::other("it is longer than 16 MiB"));
        }
        String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
    }

    fn name(&self, path: &Path) -> String {
        let below = self.revision.path(path);
        let below = below.unwrap_or_else(|_| path.to_string_lossy().into_owned());
        format!("{} at {}", escape(&below), self.shown)
    }

    fn nothing(&self) -> Option<String> {
        Some(format!("no configuration at {}", self.shown))
    }
}
