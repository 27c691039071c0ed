//! From a directory to the projects that are to be packed.

use std::{
    fs, io, iter,
    path::{Path, PathBuf},
};

use super::{ECOSYSTEMS, Entry, Error, Is, PackOptions, Package, Project, npm};
use crate::model::{Ecosystem, Skipped, escape, project_name, read_text_file, suggest};

/// Which projects of a place are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Selection {
    /// Those of the nearest directory that has any.
    #[default]
    Nearest,
    /// All that can be published of the workspaces that they belong to.
    Workspace,
    /// The packages of these names there.
    Packages(Vec<String>),
}

/// What there is to pack at a place.
#[derive(Debug)]
pub struct Located {
    /// What can be published; where nothing else is there, also what must not be.
    pub projects: Vec<Project>,
    /// The manifests of projects that were left out.
    pub skipped: Vec<Skipped>,
}

/// A manifest that was found.
struct Manifest {
    entry: &'static Entry,
    /// Where it lies.
    directory: PathBuf,
    /// Its path, for people.
    path: String,
    text: String,
    is: Is,
}

impl Manifest {
    fn name(&self) -> Option<String> {
        (self.entry.name)(&self.text)
    }

    fn private(&self) -> Option<&'static str> {
        match self.is {
            Is::Private(reason) => Some(reason),
            _ => None,
        }
    }

    fn into_project(self) -> Project {
        Project {
            packages: Vec::new(),
            root: self.directory,
            ecosystem: self.entry.ecosystem,
            manifest: self.text,
            entry: self.entry,
        }
    }
}

/// The projects of `directory`, or of the nearest directory above it that has any.
///
/// # Errors
///
/// When there is no such directory, when neither it nor one above it holds a manifest that is known
/// here, when a manifest can't be used, when the client of the options is one that packs none of the
/// projects, when nothing of a workspace can be published, or a package of that name is not there.
pub fn locate(
    directory: &Path,
    selection: &Selection,
    options: &PackOptions,
) -> Result<Located, Error> {
    let (place, nearest) = nearest(directory)?;
    match selection {
        Selection::Nearest => of_place(&place, nearest, options),
        Selection::Workspace | Selection::Packages(_) => {
            of_workspace(&place, nearest, selection, options)
        }
    }
}

/// Whether a file of this name may make its directory a project.
pub fn is_manifest(file_name: &str) -> bool {
    let mut files = ECOSYSTEMS.iter().flat_map(|entry| entry.manifests);
    files.any(|file| file.name == file_name)
}

/// Whether a file of this name and with this text makes its directory one that can be published.
///
/// # Errors
///
/// Why no client could read it: nothing is published with it either.
pub fn can_be_published(file_name: &str, text: &str) -> Result<bool, String> {
    let files = ECOSYSTEMS.iter().flat_map(|entry| entry.manifests);
    for file in files.filter(|file| file.name == file_name) {
        if matches!((file.read)(text)?, Is::Project) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All that can be published of this very directory, whichever client has started this program. What is
/// packed by one run of the client together with others stands for all of them.
///
/// # Errors
///
/// As those of [`locate`].
pub fn projects_in(directory: &Path, options: &PackOptions) -> Result<Vec<Project>, Error> {
    let mut projects = Vec::new();
    for entry in ECOSYSTEMS {
        let Some(manifest) = manifest(entry, directory)? else {
            continue;
        };
        match (manifest.is, entry.together) {
            (Is::Project, false) => projects.push(manifest.into_project()),
            (Is::Project, true) => {
                let mut all = members(&manifest, options)?;
                all.retain(|member| matches!(member.is, Is::Project));
                projects.extend(together(&manifest, all));
            }
            _ => {}
        }
    }
    Ok(projects)
}

/// The nearest directory with manifests, and these.
fn nearest(directory: &Path) -> Result<(PathBuf, Vec<Manifest>), Error> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => Error::NoSuchDirectory(Error::shown(directory)),
        _ => Error::unreadable(directory, source),
    };
    if !fs::metadata(directory).map_err(unreadable)?.is_dir() {
        return Err(Error::NotADirectory(Error::shown(directory)));
    }
    let absolute = fs::canonicalize(directory).map_err(unreadable)?;
    let above = absolute.ancestors().skip(1);
    for place in iter::once(directory).chain(above) {
        let mut found = Vec::new();
        for entry in ECOSYSTEMS {
            found.extend(manifest(entry, place)?);
        }
        if !found.is_empty() {
            return Ok((place.to_owned(), found));
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

/// The manifest of an ecosystem in a directory, if it has one.
fn manifest(entry: &'static Entry, directory: &Path) -> Result<Option<Manifest>, Error> {
    for file in entry.manifests {
        let path = directory.join(file.name);
        let text = match read_text_file(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::unreadable(&path, error)),
        };
        let unusable = |reason| Error::UnusableManifest {
            path: Error::shown(&path),
            reason,
        };
        let is = match (file.read)(&text).map_err(unusable)? {
            Is::Nothing => continue,
            is => is,
        };
        return Ok(Some(Manifest {
            entry,
            directory: directory.to_owned(),
            path: Error::shown(&path),
            text,
            is,
        }));
    }
    Ok(None)
}

/// Why a manifest is left out, whatever it says itself: it is not published by the client that was asked
/// for, or that packs around this check.
fn not_meant(manifest: &Manifest, inside_npm: bool, options: &PackOptions) -> Option<&'static str> {
    match options.client {
        Some(client) => (!manifest.entry.clients.contains(&client))
            .then_some("it is not packed by the client that was asked for"),
        None => (inside_npm && manifest.entry.ecosystem != Ecosystem::Npm)
            .then_some("it is not what is published around this check"),
    }
}

fn inside_npm(manifests: &[Manifest]) -> bool {
    let is_npm = |manifest: &Manifest| manifest.entry.ecosystem == Ecosystem::Npm;
    npm::inside_packing() && manifests.iter().any(is_npm)
}

/// Leaves out what must not be published, unless there is nothing else.
fn of_place(
    place: &Path,
    manifests: Vec<Manifest>,
    options: &PackOptions,
) -> Result<Located, Error> {
    let inside_npm = inside_npm(&manifests);
    let is_public = |manifest: &Manifest| matches!(manifest.is, Is::Project);
    let has_public = manifests.iter().any(is_public);
    let (mut projects, mut skipped, mut other) = (Vec::new(), Vec::new(), None);
    for manifest in manifests {
        let asked = options.client.is_some();
        let reason = not_meant(&manifest, inside_npm, options).or_else(|| {
            manifest
                .private()
                .filter(|_| has_public && !asked && !inside_npm)
        });
        match (reason, manifest.is) {
            (_, Is::Other(what)) => other = Some((manifest.path, what)),
            (Some(reason), _) => skipped.push(Skipped {
                path: manifest.path,
                reason: reason.to_owned(),
            }),
            (None, _) => projects.push(manifest),
        }
    }
    match (projects.as_slice(), other, options.client) {
        ([], Some((path, what)), _) => return Err(Error::OtherManifest { path, what }),
        ([], None, Some(client)) => {
            return Err(Error::ClientOfOthers {
                client,
                path: Error::shown(place),
            });
        }
        ([only], _, None) if !has_public && !inside_npm => refuse_root(only, options)?,
        _ => {}
    }
    Ok(Located {
        projects: projects.into_iter().map(Manifest::into_project).collect(),
        skipped,
    })
}

/// The root of a workspace, itself not to be published, is not what was meant.
fn refuse_root(manifest: &Manifest, options: &PackOptions) -> Result<(), Error> {
    let Some(reason) = manifest.private() else {
        return Ok(());
    };
    let members = members(manifest, options)?;
    match members
        .iter()
        .any(|member| matches!(member.is, Is::Project))
    {
        true => Err(Error::PrivateRoot {
            path: manifest.path.clone(),
            reason,
        }),
        false => Ok(()),
    }
}

/// The manifests of the workspace that this one belongs to.
fn members(nearest: &Manifest, options: &PackOptions) -> Result<Vec<Manifest>, Error> {
    let mut found = Vec::new();
    for member in (nearest.entry.members)(&nearest.directory, &nearest.text, options)? {
        let Some(mut manifest) = manifest(nearest.entry, &member.directory)? else {
            continue;
        };
        if let (Is::Project, Some(reason)) = (manifest.is, member.private) {
            manifest.is = Is::Private(reason);
        }
        if !matches!(manifest.is, Is::Other(_)) {
            found.push(manifest);
        }
    }
    Ok(found)
}

fn of_workspace(
    place: &Path,
    manifests: Vec<Manifest>,
    selection: &Selection,
    options: &PackOptions,
) -> Result<Located, Error> {
    let inside_npm = inside_npm(&manifests);
    let mut located = Located {
        projects: Vec::new(),
        skipped: Vec::new(),
    };
    let mut names = Vec::new();
    for nearest in &manifests {
        if not_meant(nearest, inside_npm, options).is_some() {
            continue;
        }
        let mut chosen = Vec::new();
        for member in members(nearest, options)? {
            let is_chosen = match selection {
                Selection::Packages(asked) => asked.iter().any(|name| is_called(&member, name)),
                _ => true,
            };
            names.extend(member.name());
            match (is_chosen, member.private(), selection) {
                (false, ..) => {}
                (true, Some(reason), Selection::Workspace) => located.skipped.push(Skipped {
                    path: member.path,
                    reason: reason.to_owned(),
                }),
                (true, ..) => chosen.push(member),
            }
        }
        match nearest.entry.together {
            true => located.projects.extend(together(nearest, chosen)),
            false => (located.projects).extend(chosen.into_iter().map(Manifest::into_project)),
        }
    }
    if let Selection::Packages(asked) = selection {
        let ecosystems: Vec<_> = manifests.iter().map(|one| one.entry.ecosystem).collect();
        let is_there = |name: &&String| {
            (names.iter()).any(|known| ecosystems.iter().any(|one| same_name(*one, known, name)))
        };
        if let Some(name) = asked.iter().find(|name| !is_there(name)) {
            return Err(Error::PackageUnknown {
                name: escape(name),
                path: Error::shown(place),
                help: escape(&suggest(name, names.iter().map(String::as_str))),
            });
        }
    }
    match located.projects.is_empty() {
        true => Err(Error::NothingPublishable {
            path: Error::shown(place),
            skipped: located.skipped,
        }),
        false => Ok(located),
    }
}

/// One project of all that are packed by one run of the client.
fn together(nearest: &Manifest, chosen: Vec<Manifest>) -> Option<Project> {
    let packages = chosen.into_iter().map(|member| Package {
        name: member.name().unwrap_or_default(),
        root: member.directory,
    });
    let packages: Vec<Package> = packages.collect();
    (!packages.is_empty()).then(|| Project {
        root: nearest.directory.clone(),
        ecosystem: nearest.entry.ecosystem,
        manifest: nearest.text.clone(),
        packages,
        entry: nearest.entry,
    })
}

fn is_called(manifest: &Manifest, name: &str) -> bool {
    let own = manifest.name();
    own.is_some_and(|own| same_name(manifest.entry.ecosystem, &own, name))
}

fn same_name(ecosystem: Ecosystem, one: &str, other: &str) -> bool {
    match ecosystem {
        Ecosystem::Pypi => project_name(one) == project_name(other),
        Ecosystem::Npm | Ecosystem::Crates => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(directory: &Path) -> Result<Located, Error> {
        locate(directory, &Selection::Nearest, &PackOptions::default())
    }

    fn project(manifest: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("package.json"), manifest).unwrap();
        directory
    }

    const NAMED: &str = r#"{"name":"a","version":"1.0.0"}"#;

    #[test]
    fn a_directory_with_a_manifest_is_a_project() {
        let directory = project("\u{feff}{}");
        let found = here(directory.path()).unwrap().projects;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].ecosystem, Ecosystem::Npm);
        assert_eq!(found[0].root, directory.path());
    }

    #[test]
    fn a_directory_with_several_manifests_is_several_projects() {
        let directory = project(NAMED);
        let crate_manifest = "[package]\nname = 'a'\n";
        fs::write(directory.path().join("Cargo.toml"), crate_manifest).unwrap();
        let below = directory.path().join("src/deep");
        fs::create_dir_all(&below).unwrap();
        for place in [directory.path(), &below] {
            let found = here(place).unwrap().projects;
            let ecosystems: Vec<_> = found.iter().map(|project| project.ecosystem).collect();
            assert_eq!(ecosystems, [Ecosystem::Npm, Ecosystem::Crates]);
        }
        // One that must not be published is left out where another may be.
        fs::write(directory.path().join("package.json"), r#"{"private":true}"#).unwrap();
        let found = here(directory.path()).unwrap();
        assert_eq!(found.projects.len(), 1);
        assert_eq!(found.projects[0].ecosystem, Ecosystem::Crates);
        assert!(found.skipped[0].path.ends_with("package.json"));
        assert_eq!(found.skipped[0].reason, "it says `\"private\": true`");
        fs::remove_file(directory.path().join("Cargo.toml")).unwrap();
        assert_eq!(here(directory.path()).unwrap().projects.len(), 1);
        fs::write(below.join("Cargo.toml"), "[workspace]\n").unwrap();
        let error = here(&below).unwrap_err();
        assert!(matches!(error, Error::OtherManifest { .. }), "{error}");
    }

    #[test]
    fn what_is_no_project_says_so() {
        let empty = tempfile::tempdir().unwrap();
        let file = empty.path().join("file");
        fs::write(&file, "").unwrap();
        let of = |path: &Path| here(path).unwrap_err();
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
            let error = here(project(manifest).path()).unwrap_err();
            assert!(
                matches!(error, Error::UnusableManifest { .. }),
                "{manifest}: {error}"
            );
        }
    }
}
