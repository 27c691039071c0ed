//! From a project directory to the exact artifact that its client would publish.
//!
//! An ecosystem is one file and one line in [`ECOSYSTEMS`]. What they share is here: the private
//! directory that an artifact is packed into, and the way a client is run.

mod cargo;
mod client;
mod error;
mod kept;
mod locate;
mod members;
mod npm;
mod output;
mod private;
mod published;
mod pypi;
mod shell;

use std::{
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use cargo::{
    CargoWorkspace, Provider, Providers as CargoProviders, cargo_providers, cargo_token,
    cargo_token_variable,
};
pub use error::Error;
pub use locate::{Located, Selection, can_be_published, is_manifest, locate, projects_in};
pub use npm::script::{PublishScript, ignores_scripts, publish_script};
pub use npm::{
    Around, after_upload, around, inside_check, inside_publish as inside_npm_publish,
    setting as npm_setting, stage_id, staged, version as npm_version, yarn_plugins,
};
pub use output::Show;
pub use private::{PrivateDirectory, RunningClient, abandon, abandoned};
pub use published::{Cache, FetchError, Fetched, Fetching, Registry, Release, Remote, registry};
pub use pypi::{artifacts_in, built, is_artifact, newest_in};
pub use shell::run_shell;

use crate::model::{Destination, Dist, Ecosystem, Manifest, PackedBy};

/// What an ecosystem has to know. A further ecosystem is a further line of [`ECOSYSTEMS`].
struct Entry {
    ecosystem: Ecosystem,
    /// The files that may make a directory a project of this ecosystem; the first that does counts.
    manifests: &'static [ManifestFile],
    /// The names of the clients that may pack it.
    clients: &'static [&'static str],
    /// The package's name in a manifest that can be used.
    name: fn(&str) -> Option<String>,
    /// The packages of the workspace that the one in this directory, with this manifest, belongs to; or
    /// it alone.
    members: fn(&Path, &str, &PackOptions) -> Result<Vec<Member>, Error>,
    /// Whether one run of the client packs several packages of a workspace, because it must where one
    /// needs another that is not published yet.
    together: bool,
    pack: fn(&Project, &PackOptions) -> Result<Vec<Packed>, Error>,
}

/// A package of a workspace.
struct Member {
    directory: PathBuf,
    /// What says that it must not be published, where that is not in its own manifest.
    private: Option<&'static str>,
}

impl Member {
    /// What is in its own manifest is all that is said.
    fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            private: None,
        }
    }
}

/// A file that may make a directory a project.
struct ManifestFile {
    name: &'static str,
    /// Reads its text, or says why it can't be used.
    read: fn(&str) -> Result<Is, String>,
}

/// What a manifest makes of its directory.
#[derive(Clone, Copy)]
enum Is {
    /// Something that can be published.
    Project,
    /// Something that must not or can't be, and what says so.
    Private(&'static str),
    /// Something else, and what.
    Other(&'static str),
    /// Settings of tools, as anywhere in a project.
    Nothing,
}

const ECOSYSTEMS: &[Entry] = &[npm::ENTRY, pypi::ENTRY, cargo::ENTRY];

/// A directory that a client can pack.
#[derive(Clone)]
pub struct Project {
    /// The directory.
    pub root: PathBuf,
    /// Whose client packs it.
    pub ecosystem: Ecosystem,
    manifest: String,
    /// The packages of the workspace around it that are packed instead; none where it is packed itself.
    packages: Vec<Package>,
    entry: &'static Entry,
}

/// A package of a workspace that is packed with others.
#[derive(Clone)]
struct Package {
    name: String,
    root: PathBuf,
}

impl Project {
    /// The directories of the packages that are packed.
    pub fn roots(&self) -> impl Iterator<Item = &Path> {
        let own = self.packages.is_empty().then_some(&self.root);
        let packages = self.packages.iter().map(|package| &package.root);
        own.into_iter().chain(packages).map(PathBuf::as_path)
    }

    /// Whether its artifacts are only there once a build has run code of the project.
    ///
    /// # Errors
    ///
    /// When its directory can't be read.
    pub fn must_be_built(&self) -> Result<bool, Error> {
        match self.ecosystem {
            Ecosystem::Npm | Ecosystem::Crates => Ok(false),
            Ecosystem::Pypi => pypi::must_be_built(&self.root),
        }
    }
}

impl fmt::Debug for Project {
    /// Leaves the manifest's text out: it may hold what must not reach a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Project")
            .field("root", &self.root)
            .field("ecosystem", &self.ecosystem)
            .finish_non_exhaustive()
    }
}

/// How to pack.
#[derive(Debug, Clone, Default)]
pub struct PackOptions {
    /// Which client is to pack a project that it can pack, instead of the one that the project uses;
    /// one of [`clients`].
    pub client: Option<&'static str>,
    /// Whether to leave out the project's own scripts.
    pub ignore_scripts: bool,
    /// Whether to build a Python project even if something is built already.
    pub build: bool,
    /// Whether what is built now is all that counts of a Python project, and not what lies in `dist/`.
    pub build_only: bool,
    /// What is to show what the client prints, while it prints.
    pub show_output: Option<Show>,
    /// The registry that a crate goes to, by the name that cargo's configuration gives it.
    pub registry: Option<String>,
    /// The publish whose script has started this program: what it will upload is to be made again.
    pub around: Option<Around>,
    /// How long a client may take; if nothing is said, a quarter of an hour.
    pub timeout: Option<Duration>,
    /// The command that is going to publish, if it is one of the npm family: its program packs.
    pub publish: Option<PublishCommand>,
}

/// A command that is going to publish a project.
#[derive(Debug, Clone)]
pub struct PublishCommand {
    /// The program.
    pub program: OsString,
    /// Where it runs.
    pub directory: PathBuf,
    /// What names the project there, if anything does.
    pub project: Option<OsString>,
    /// Settings that were typed, by the names that npm gives them.
    pub settings: Vec<(String, String)>,
}

impl PackOptions {
    fn limit(&self) -> Duration {
        self.timeout.unwrap_or(client::LIMIT)
    }
}

/// An artifact of a project. One that was made for this check lies in a private directory; both are gone
/// when this and all others that were made with it are dropped.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    /// Where the artifact is.
    pub file: PathBuf,
    /// What people know it by: the name that the client gave it, or where it lies.
    pub label: String,
    /// The directory of the package.
    pub root: PathBuf,
    /// The client, and how it was called (without the private directory), if it was made for this check.
    pub packed_by: Option<PackedBy>,
    /// Where it was built, if that was in a copy of the project: a build in the project would leave the
    /// project's own place in the artifact where this one leaves the copy's.
    pub built_in: Option<PathBuf>,
    /// The `dist/` that it lies in, if it does.
    pub dist: Option<Dist>,
    /// What a fresh build made under its name.
    pub fresh: Option<PathBuf>,
    /// Where a publish would take it.
    pub destination: Option<Destination>,
    /// What the manifest had a say in that with, where the artifact's may say something else.
    pub asked_of: Option<Manifest>,
    /// Held so that the file lives as long as this.
    _directory: Option<Arc<PrivateDirectory>>,
}

/// What became of the scripts that a publish runs before the upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// Each that the manifest names was run, in the order of a publish.
    Ran,
    /// None was run.
    Ignored(WhyIgnored),
}

/// Why scripts were not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyIgnored {
    /// The user asked for it.
    Asked,
    /// The client is configured so, and would not run them on publish either.
    Configured,
    /// This program was started by such a script: running them again would never end.
    InsidePacking,
}

impl fmt::Display for WhyIgnored {
    /// The end of the sentence "the project's scripts were not run: …".
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            WhyIgnored::Asked => "as asked (--ignore-scripts, or a hook that runs none)",
            WhyIgnored::Configured => "the client is configured to ignore them",
            WhyIgnored::InsidePacking => "this check was itself started by one of them",
        })
    }
}

/// The names of all clients.
pub fn clients() -> impl Iterator<Item = &'static str> {
    let names = ECOSYSTEMS.iter().flat_map(|entry| entry.clients);
    names.copied()
}

/// Has the project's client make the artifacts that it would publish.
///
/// # Errors
///
/// When the client is missing or fails, or makes other files than it should.
pub fn pack(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    (project.entry.pack)(project, options)
}

/// The path without links, if it is there: what tells whether two are of one file.
pub fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Reads a manifest that is TOML, or says why no client could read it.
fn toml_table(manifest: &str) -> Result<toml::Table, String> {
    toml::from_str(manifest).map_err(|error| format!("it is not TOML: {}", error.message()))
}

/// The one file that a client has left in its private directory. What it printed is never looked
/// at: npm 12 changed the shape of `--json`, and tools that parsed it then passed "0 files".
fn only_file(directory: &Path, client: &'static str) -> Result<OsString, Error> {
    match files(directory, client)?.as_slice() {
        [name] => Ok(name.clone()),
        several => Err(Error::packed_several(client, several)),
    }
}

/// The files, at least one, that a client has left in a directory of its own, in order.
fn files(directory: &Path, client: &'static str) -> Result<Vec<OsString>, Error> {
    let unreadable = |source| Error::unreadable(directory, source);
    let (mut names, mut is_clean) = (Vec::new(), true);
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        is_clean &= entry.file_type().map_err(unreadable)?.is_file();
        names.push(entry.file_name());
    }
    names.sort();
    match (names.is_empty(), is_clean) {
        (true, _) => Err(Error::PackedNothing { client }),
        (false, false) => Err(Error::packed_several(client, &names)),
        (false, true) => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_file_is_an_artifact() {
        let directory = PrivateDirectory::create().unwrap();
        let path = directory.path().to_owned();
        assert!(matches!(
            only_file(&path, "npm"),
            Err(Error::PackedNothing { .. })
        ));
        fs::create_dir(path.join("a")).unwrap();
        assert!(matches!(
            only_file(&path, "npm"),
            Err(Error::PackedSeveral { .. })
        ));
        fs::remove_dir(path.join("a")).unwrap();
        fs::write(path.join("a.tgz"), "").unwrap();
        assert_eq!(only_file(&path, "npm").unwrap(), "a.tgz");
        fs::write(path.join("b.tgz"), "").unwrap();
        assert!(matches!(
            only_file(&path, "npm"),
            Err(Error::PackedSeveral { names, .. }) if names == ["a.tgz", "b.tgz"]
        ));
        drop(directory);
        assert!(!path.exists());
    }
}
