//! What `cargo metadata` says of a workspace.
//!
//! <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::ecosystem::{Error, client::Client};

const QUESTION: [&str; 4] = ["metadata", "--no-deps", "--format-version", "1"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A package of a workspace. Without `--no-deps` there would be others too.
#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    version: String,
    manifest_path: PathBuf,
    /// The registries that may have it, if it says so; also where it inherits that.
    pub(super) publish: Option<Vec<String>>,
}

impl Package {
    /// Where it lies.
    pub(super) fn root(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    pub(super) fn is_private(&self) -> bool {
        self.publish.as_ref().is_some_and(Vec::is_empty)
    }

    /// What cargo calls its artifact.
    pub(super) fn file_name(&self) -> String {
        format!("{}-{}.crate", self.name, self.version)
    }
}

/// All packages of the workspace.
pub(super) fn packages(client: &Client<'_>) -> Result<Vec<Package>, Error> {
    let said = format!("cargo {}", QUESTION.join(" "));
    let answer = client.ask_all(&mut super::command(&QUESTION), &said)?;
    let metadata: Result<Metadata, _> = serde_json::from_str(&answer);
    let unusable = |_| Error::AnswerUnusable {
        command: said,
        path: Error::shown(client.project),
    };
    Ok(metadata.map_err(unusable)?.packages)
}
