//! From a project directory to the exact artifact that its client would publish.
//!
//! An ecosystem is one file and one line in [`ECOSYSTEMS`]. What they share is here: the private
//! directory that an artifact is packed into, and the way a client is run.

mod cargo;
mod client;
mod error;
mod npm;
mod private;
mod pypi;

use std::{
    ffi::OsString,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use error::Error;
pub use private::{abandon, abandoned};

use crate::model::{Ecosystem, PackedBy, Skipped, read_text_file};
use private::PrivateDirectory;

/// What an ecosystem has to know. A further ecosystem is a further line of [`ECOSYSTEMS`].
struct Entry {
    ecosystem: Ecosystem,
    /// The files that may make a directory a project of this ecosystem; the first that does counts.
    manifests: &'static [ManifestFile],
    /// The names of the clients that may pack it.
    clients: &'static [&'static str],
    pack: fn(&Project, &PackOptions) -> Result<Vec<Packed>, Error>,
}

/// A file that may make a directory a project.
struct ManifestFile {
    name: &'static str,
    /// Reads its text, or says why it can't be used.
    read: fn(&str) -> Result<Is, String>,
}

/// What a manifest makes of its directory.
enum Is {
    /// Something that can be published.
    Project,
    /// Something that must not be, and what says so.
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
    clients: &'static [&'static str],
    pack: fn(&Project, &PackOptions) -> Result<Vec<Packed>, Error>,
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

/// What there is to pack in a directory.
#[derive(Debug)]
pub struct Located {
    /// What can be published; where nothing else is there, also what must not be.
    pub projects: Vec<Project>,
    /// The manifests of projects that were left out.
    pub skipped: Vec<Skipped>,
}

/// How to pack.
#[derive(Debug, Clone, Copy, Default)]
pub struct PackOptions {
    /// Which client is to pack a project that it can pack, instead of the one that the project uses;
    /// one of [`clients`].
    pub client: Option<&'static str>,
    /// Whether to leave out the project's own scripts.
    pub ignore_scripts: bool,
    /// Whether to show what the client prints, on standard error, while it prints.
    pub show_output: bool,
    /// How long a client may take; if nothing is said, a quarter of an hour.
    pub timeout: Option<Duration>,
}

impl PackOptions {
    fn limit(&self) -> Duration {
        self.timeout.unwrap_or(client::LIMIT)
    }
}

/// An artifact of a project. One that was made for this check lies in a private directory; both are gone
/// when this and all others that were made with it are dropped.
#[derive(Debug)]
pub struct Packed {
    /// Where the artifact is.
    pub file: PathBuf,
    /// What people know it by: the name that the client gave it, or where it lies.
    pub label: String,
    /// The client, and how it was called (without the private directory), if it was made for this check.
    pub packed_by: Option<PackedBy>,
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
            WhyIgnored::Asked => "--ignore-scripts was given",
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

/// The projects of `directory`, or of the nearest directory above it that has any.
///
/// # Errors
///
/// When there is no such directory, when neither it nor one above it holds a manifest that is known
/// here, when a manifest can't be used, or when `client` is one that packs none of the projects.
pub fn locate(directory: &Path, client: Option<&'static str>) -> Result<Located, Error> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => Error::NoSuchDirectory(Error::shown(directory)),
        _ => Error::unreadable(directory, source),
    };
    if !fs::metadata(directory).map_err(unreadable)?.is_dir() {
        return Err(Error::NotADirectory(Error::shown(directory)));
    }
    let absolute = fs::canonicalize(directory).map_err(unreadable)?;
    let above = absolute.ancestors().skip(1);
    for place in std::iter::once(directory).chain(above) {
        let found = in_directory(place)?;
        match found.other {
            _ if !found.projects.is_empty() => return found.chosen(client, place),
            Some((path, what)) => return Err(Error::OtherManifest { path, what }),
            None => {}
        }
    }
    Err(Error::NoProject {
        path: Error::shown(directory),
        manifests: ECOSYSTEMS
            .iter()
            .filter_map(|entry| entry.manifests.first())
            .map(|file| file.name)
            .collect(),
    })
}

/// The manifests of one directory.
#[derive(Default)]
struct Found {
    /// Each with its manifest, and with what says that it must not be published.
    projects: Vec<(Project, String, Option<&'static str>)>,
    /// A manifest that makes no project, and what it is instead.
    other: Option<(String, &'static str)>,
}

impl Found {
    /// Leaves out what must not be published, unless there is nothing else; and what is not published by
    /// the client that was asked for, or that packs around this check.
    fn chosen(self, client: Option<&'static str>, place: &Path) -> Result<Located, Error> {
        let inside_npm = npm::inside_packing()
            && (self.projects.iter()).any(|(project, ..)| project.ecosystem == Ecosystem::Npm);
        let has_public = self.projects.iter().any(|(.., private)| private.is_none());
        let mut located = Located {
            projects: Vec::new(),
            skipped: Vec::new(),
        };
        for (project, path, private) in self.projects {
            let reason = match (client, private) {
                (Some(client), _) if project.clients.contains(&client) => None,
                (Some(_), _) => Some("it is not packed by the client that was asked for"),
                (None, _) if inside_npm => (project.ecosystem != Ecosystem::Npm)
                    .then_some("it is not what is published around this check"),
                (None, Some(reason)) if has_public => Some(reason),
                (None, _) => None,
            };
            match reason {
                Some(reason) => located.skipped.push(Skipped {
                    path,
                    reason: reason.to_owned(),
                }),
                None => located.projects.push(project),
            }
        }
        match client {
            Some(client) if located.projects.is_empty() => Err(Error::ClientOfOthers {
                client,
                path: Error::shown(place),
            }),
            _ => Ok(located),
        }
    }
}

fn in_directory(directory: &Path) -> Result<Found, Error> {
    let mut found = Found::default();
    for entry in ECOSYSTEMS {
        for file in entry.manifests {
            let path = directory.join(file.name);
            let manifest = match read_text_file(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::unreadable(&path, error)),
            };
            let unusable = |reason| Error::UnusableManifest {
                path: Error::shown(&path),
                reason,
            };
            let shown = Error::shown(&path);
            let private = match (file.read)(&manifest).map_err(unusable)? {
                Is::Nothing => continue,
                Is::Other(what) => {
                    found.other = Some((shown, what));
                    continue;
                }
                Is::Private(reason) => Some(reason),
                Is::Project => None,
            };
            let project = Project {
                root: directory.to_owned(),
                ecosystem: entry.ecosystem,
                manifest,
                clients: entry.clients,
                pack: entry.pack,
            };
            found.projects.push((project, shown, private));
            break;
        }
    }
    Ok(found)
}

/// Has the project's client make the artifacts that it would publish.
///
/// # Errors
///
/// When the client is missing or fails, or makes other files than it should.
pub fn pack(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    (project.pack)(project, options)
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

    fn project(manifest: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("package.json"), manifest).unwrap();
        directory
    }

    #[test]
    fn a_directory_with_a_manifest_is_a_project() {
        let directory = project("\u{feff}{}");
        let found = locate(directory.path(), None).unwrap().projects;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].ecosystem, Ecosystem::Npm);
        assert_eq!(found[0].root, directory.path());
    }

    #[test]
    fn a_directory_with_several_manifests_is_several_projects() {
        let directory = project("{}");
        let crate_manifest = "[package]\nname = 'a'\n";
        fs::write(directory.path().join("Cargo.toml"), crate_manifest).unwrap();
        let below = directory.path().join("src/deep");
        fs::create_dir_all(&below).unwrap();
        for place in [directory.path(), &below] {
            let found = locate(place, None).unwrap().projects;
            let ecosystems: Vec<_> = found.iter().map(|project| project.ecosystem).collect();
            assert_eq!(ecosystems, [Ecosystem::Npm, Ecosystem::Crates]);
        }
        // One that must not be published is left out where another may be.
        fs::write(directory.path().join("package.json"), r#"{"private":true}"#).unwrap();
        let found = locate(directory.path(), None).unwrap();
        assert_eq!(found.projects.len(), 1);
        assert_eq!(found.projects[0].ecosystem, Ecosystem::Crates);
        assert!(found.skipped[0].path.ends_with("package.json"));
        assert_eq!(found.skipped[0].reason, "it says `\"private\": true`");
        fs::remove_file(directory.path().join("Cargo.toml")).unwrap();
        assert_eq!(locate(directory.path(), None).unwrap().projects.len(), 1);
        fs::write(below.join("Cargo.toml"), "[workspace]\n").unwrap();
        let error = locate(&below, None).unwrap_err();
        assert!(matches!(error, Error::OtherManifest { .. }), "{error}");
    }

    #[test]
    fn what_is_no_project_says_so() {
        let empty = tempfile::tempdir().unwrap();
        let file = empty.path().join("file");
        fs::write(&file, "").unwrap();
        let of = |path: &Path| locate(path, None).unwrap_err();
        assert!(matches!(of(empty.path()), Error::NoProject { .. }));
        assert!(matches!(of(&file), Error::NotADirectory(_)));
        assert!(matches!(
            of(&empty.path().join("a\nb")),
            Error::NoSuchDirectory(path) if path.ends_with("a\\nb")
        ));
    }

    #[test]
    fn a_manifest_that_npm_could_not_read_is_an_error() {
        for manifest in ["", "{", "[]", "null", "{} x"] {
            let error = locate(project(manifest).path(), None).unwrap_err();
            assert!(
                matches!(error, Error::UnusableManifest { .. }),
                "{manifest}: {error}"
            );
        }
    }

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
