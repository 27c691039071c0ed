//! Only artifacts that were checked before: where building and uploading are separate jobs, nothing else may
//! be uploaded.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use super::Error;
use crate::model::{
    ArtifactInfo, Category, Doubt, EntryPath, Evidence, Finding, Level, Levels, Location, RuleInfo,
    Severity, Sha256, counted, escape, read_text_file,
};

/// The id of the rule: no other may be called so.
pub(super) const ID: &str = "unexpected-artifact";

/// The artifacts that may be uploaded.
#[derive(Debug)]
pub(super) struct Expected {
    hashes: BTreeSet<Sha256>,
    file: String,
    rule: Arc<RuleInfo>,
}

impl Expected {
    /// Reads a list as `sha256sum` and `check --save` write it: a hash, blanks, a name on each line.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let file = escape(&path.display().to_string());
        let text = read_text_file(path).map_err(|cause| Error::Expected {
            path: file.clone(),
            reason: cause.to_string(),
        })?;
        let wrong = |reason: String| Error::Expected {
            path: file.clone(),
            reason,
        };
        let mut hashes = BTreeSet::new();
        for (number, line) in text.lines().enumerate() {
            // A backslash stands before a hash whose name is escaped.
            let line = line.trim_start_matches('\\');
            let Some(hash) = line.split_whitespace().next() else {
                continue;
            };
            let hash = hash
                .parse()
                .map_err(|_| wrong(format!("line {} does not begin with a SHA-256", number + 1)))?;
            hashes.insert(hash);
        }
        match hashes.is_empty() {
            true => Err(wrong("it lists nothing".to_owned())),
            false => Ok(Self {
                hashes,
                file,
                rule: Arc::new(rule()),
            }),
        }
    }

    /// The finding of an artifact that is not in the list.
    pub(super) fn finding(&self, artifact: &ArtifactInfo) -> Option<Finding> {
        let known = |sha256: Sha256| self.hashes.contains(&sha256);
        if artifact.sha256.is_some_and(known) {
            return None;
        }
        let sha256 = artifact.sha256.map(|hash| hash.to_string());
        let listed = counted(self.hashes.len(), "artifact");
        Some(Finding {
            rule: self.rule.clone(),
            path: EntryPath::rootless(&artifact.path),
            location: Location::default(),
            message: format!("{} lists {listed}, and not this one", self.file),
            evidence: Evidence::fact(match sha256 {
                Some(sha256) => format!("sha256 {sha256}"),
                None => "its sha256 is not known".to_owned(),
            }),
            doubt: Doubt::None,
            expires: None,
            algorithm: None,
            fix: None,
            sha256: artifact.sha256,
            value: None,
        })
    }
}

/// It stands in no rule file, because no file is searched for it.
fn rule() -> RuleInfo {
    RuleInfo {
        id: ID.to_owned(),
        title: "Artifact that was not expected".to_owned(),
        provider: None,
        formats: Vec::new(),
        category: Category::Archive,
        severity: Severity::Critical,
        level: Levels {
            open: Level::Deny,
            closed: Level::Deny,
            public: Level::Deny,
            tests: None,
        },
        why: "What is uploaded must be what was checked. A file that changed on its way from one job to \
              the next was rebuilt, or replaced."
            .to_owned(),
        fix: "Upload the files that `packwarden check --save DIR` has kept, and give its SHA256SUMS."
            .into(),
        references: Vec::new(),
    }
}
