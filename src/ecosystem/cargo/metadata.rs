//! What `cargo metadata` says of a workspace.
//!
//! <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::ecosystem::{Error, client::Client};

const QUESTION: [&str; 4] = ["metadata", "--no-deps", "--format-version", "1"];

/// A workspace.
#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    pub(super) target_directory: PathBuf,
    /// Since cargo 1.91, where what is in the making may lie apart.
    pub(super) build_directory: Option<PathBuf>,
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
    Ok(metadata(client, None)?.packages)
}

/// The workspace of this manifest, or of the one that cargo finds by itself.
pub(super) fn metadata(client: &Client<'_>, manifest: Option<&Path>) -> Result<Metadata, Error> {
    let mut command = super::command(&QUESTION);
    let mut said = format!("cargo {}", QUESTION.join(" "));
    if let Some(manifest) = manifest {
        command.arg("--manifest-path").arg(manifest);
        said += &format!(" --manifest-path {}", Error::shown(manifest));
    }
    let answer = client.ask_all(&mut command, &said)?;
    let metadata: Result<Metadata, _> = serde_json::from_str(&answer);
    metadata.map_err(|_| Error::AnswerUnusable {
        command: said,
        path: Error::shown(client.project),
    })
}
