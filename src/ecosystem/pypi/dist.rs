//! What lies in `dist/`.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use super::{project::Said, workspace};
use crate::{
    ecosystem::{Error, Packed, real},
    model::{Dist, FreshBuild, compare_versions, project_name, release_in_name},
};

/// Where backends put what they build, and clients look for what to upload.
pub(super) const DIST: &str = "dist";
/// What PyPI takes; a wheel, and an sdist.
const SUFFIXES: [&str; 3] = [".whl", ".tar.gz", ".zip"];

/// The names of the artifacts in a directory, in order. What else lies there no client uploads.
pub(super) fn artifacts(directory: &Path) -> Result<Vec<OsString>, Error> {
    let unreadable = |source| Error::unreadable(directory, source);
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(source) => match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => return Ok(Vec::new()),
            _ => return Err(unreadable(source)),
        },
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        if is_artifact(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Whether a file of this name is called as what PyPI takes.
pub fn is_artifact(file_name: &OsStr) -> bool {
    let text = file_name.to_string_lossy();
    SUFFIXES.iter().any(|suffix| text.ends_with(suffix))
}

/// The artifacts in a directory; none if it is not there.
///
/// # Errors
///
/// When it can't be read.
pub fn artifacts_in(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    Ok(joined(directory, artifacts(directory)?))
}

/// Those of the newest version of the project in `root`, which is what Poetry uploads.
///
/// # Errors
///
/// When the directory can't be read.
pub fn newest_in(directory: &Path, root: &Path) -> Result<Vec<PathBuf>, Error> {
    let own = Said::of(root, root).name();
    let own = own.as_deref().map(project_name).unwrap_or_default();
    let mut names = artifacts(directory)?;
    let newest = newest(names.iter().map(|name| &**name)).remove(&own);
    names.retain(|name| {
        release(name).is_some_and(|(name, version)| name == own && Some(version) == newest)
    });
    Ok(joined(directory, names))
}

/// Artifacts that lie in a directory of the project in `root`, or of the workspace that it is the root of.
pub(super) fn built(root: &Path, files: &[PathBuf]) -> Result<Vec<Packed>, Error> {
    let members = workspace::public(root)?;
    let named = members
        .iter()
        .filter_map(|member| Some((member, Said::of(member, member).name()?)));
    let named: Vec<_> = named.collect();
    let projects = match Said::of(root, root).name() {
        Some(_) => projects(root),
        None if named.len() == members.len() => {
            named.iter().map(|(_, name)| name.clone()).collect()
        }
        None => Vec::new(),
    };
    let mut packed = packed(root, files.to_vec(), projects)?;
    for packed in &mut packed {
        let name = packed.file.file_name().unwrap_or_default();
        if let Some((member, _)) = named.iter().find(|(_, own)| is_of(name, own)) {
            packed.root = member.to_path_buf();
        }
    }
    Ok(packed)
}

/// The artifacts of the project in `root` that are uploaded as they are.
pub(super) fn given(root: &Path) -> Result<Vec<Packed>, Error> {
    let mut directory = root.join(DIST);
    let mut names = artifacts(&directory)?;
    if names.is_empty()
        && let Some((workspace, own)) = workspace::above(root).zip(Said::of(root, root).name())
    {
        directory = workspace.join(DIST);
        names = artifacts(&directory)?;
        names.retain(|name| is_of(name, &own));
    }
    packed(root, joined(&directory, names), projects(root))
}

/// What lies in the `dist/` of a workspace beside the artifacts that [`given`] takes from there: of members
/// that are not for publishing, or of others. `uv publish` uploads it with them. One member has it
/// checked: the first that takes its own from there.
pub(super) fn left_over(root: &Path) -> Result<Vec<Packed>, Error> {
    let Some(workspace) = workspace::above(root) else {
        return Ok(Vec::new());
    };
    let public = workspace::public(&workspace)?;
    let mut taking = Vec::new();
    for member in &public {
        if artifacts(&member.join(DIST))?.is_empty() {
            taking.push(member);
        }
    }
    let first = taking.first().copied().or(public.first());
    let is_first = first.is_some_and(|first| real(first) == real(root));
    // A root that is for publishing takes all.
    if public.contains(&workspace) || !is_first {
        return Ok(Vec::new());
    }
    let name = |member: &PathBuf| Said::of(member, member).name();
    let taken: Vec<_> = taking.into_iter().filter_map(name).collect();
    let directory = workspace.join(DIST);
    let mut names = artifacts(&directory)?;
    names.retain(|name| !taken.iter().any(|own| is_of(name, own)));
    let projects = public.iter().map(name).collect::<Option<_>>();
    packed(
        root,
        joined(&directory, names),
        projects.unwrap_or_default(),
    )
}

fn joined(directory: &Path, names: Vec<OsString>) -> Vec<PathBuf> {
    names.into_iter().map(|name| directory.join(name)).collect()
}

/// Artifacts for the project in `root`, which lie where those of `projects` belong.
fn packed(root: &Path, files: Vec<PathBuf>, projects: Vec<String>) -> Result<Vec<Packed>, Error> {
    let dist = Dist {
        projects,
        newest: newest(files.iter().filter_map(|file| file.file_name())),
        fresh: None,
    };
    let packed = files.into_iter().map(|file| {
        refuse_special(&file)?;
        Ok(Packed {
            label: file.display().to_string(),
            file,
            root: root.to_owned(),
            dist: Some(dist.clone()),
            ..Packed::default()
        })
    });
    packed.collect()
}

/// To open a pipe waits for ever if nobody writes into it. What can't be asked for what it is can't be
/// opened either, and that is told then.
fn refuse_special(file: &Path) -> Result<(), Error> {
    match fs::metadata(file) {
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => Err(Error::SpecialFile {
            path: Error::shown(file),
        }),
        _ => Ok(()),
    }
}

/// The name and the version that the name of a file tells.
fn release(file_name: &OsStr) -> Option<(String, String)> {
    let file_name = file_name.to_string_lossy();
    let (project, version) = release_in_name(&file_name)?.rsplit_once('-')?;
    Some((project_name(project), version.to_owned()))
}

fn is_of(file_name: &OsStr, project: &str) -> bool {
    release(file_name).is_some_and(|(name, _)| name == project_name(project))
}

/// Puts beside each artifact what a fresh build made under its name.
pub(super) fn compare(given: &mut [Packed], fresh: &[Packed]) {
    let made: Vec<_> = fresh.iter().map(|fresh| fresh.label.clone()).collect();
    for packed in given {
        let same = |fresh: &&Packed| packed.file.file_name() == fresh.file.file_name();
        let same = fresh.iter().find(same);
        let by = same
            .or(fresh.first())
            .and_then(|fresh| fresh.packed_by.clone());
        if let (Some(dist), Some(by)) = (&mut packed.dist, by) {
            dist.fresh = Some(FreshBuild {
                by,
                made: made.clone(),
                members: None,
            });
        }
        packed.fresh = same.map(|fresh| fresh.file.clone());
        packed._directory = same.and_then(|fresh| fresh._directory.clone());
    }
}

/// The names of the project in `root`, and of all for publishing whose artifacts uv leaves in its `dist/`;
/// none if its own is not written down.
fn projects(root: &Path) -> Vec<String> {
    let Some(own) = Said::of(root, root).name() else {
        return Vec::new();
    };
    let members = workspace::public(root).unwrap_or_default();
    let names = members.iter();
    let names = names.filter_map(|member| Said::of(member, member).name());
    let mut all = vec![own];
    all.extend(names.filter(|name| *name != all[0]).collect::<Vec<_>>());
    all
}

/// The newest version of each project that the files are of, as their names tell.
fn newest<'n>(names: impl Iterator<Item = &'n OsStr>) -> BTreeMap<String, String> {
    let mut newest: BTreeMap<String, String> = BTreeMap::new();
    for (project, version) in names.filter_map(release) {
        let known = newest.entry(project).or_default();
        if known.is_empty() || compare_versions(known, &version) == Some(Ordering::Less) {
            *known = version;
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_in_the_dist_of_a_workspace_is_taken() {
        let place = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = place.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let workspace = "[tool.uv.workspace]\nmembers = ['*']\n";
        write("pyproject.toml", workspace);
        for (member, more) in [
            ("a", ""),
            ("b", "classifiers = ['Private :: No']"),
            ("c", ""),
            ("d", ""),
        ] {
            let manifest = format!("[project]\nname = '{member}'\n{more}\n");
            write(&format!("{member}/pyproject.toml"), &manifest);
        }
        for name in ["a-1", "b-1", "c-1", "d-1", "zz-9"] {
            write(&format!("dist/{name}.tar.gz"), "");
        }
        write("d/dist/d-2.tar.gz", "");
        let taken = |take: fn(&Path) -> Result<Vec<Packed>, Error>, member: &str| {
            let all = take(&place.path().join(member)).unwrap().into_iter();
            let all = all.map(|packed| {
                let name = packed.file.file_name().unwrap().to_owned();
                (name.into_string().unwrap(), packed.dist.unwrap().projects)
            });
            all.collect::<Vec<_>>()
        };
        let of = |names: &[&str], projects: &[&str]| {
            let projects: Vec<_> = projects.iter().map(|&name| name.to_owned()).collect();
            let names = names.iter().map(|name| format!("{name}.tar.gz"));
            names
                .map(|name| (name, projects.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(taken(given, "a"), of(&["a-1"], &["a"]));
        assert_eq!(taken(given, "d"), of(&["d-2"], &["d"]));
        let rest = of(&["b-1", "d-1", "zz-9"], &["a", "c", "d"]);
        assert_eq!(taken(left_over, "a"), rest);
        for member in ["b", "c", "d", ""] {
            assert_eq!(taken(left_over, member), [], "{member}");
        }
        // The next takes it where the first has a `dist/` of its own.
        write("a/dist/a-1.tar.gz", "");
        assert_eq!(taken(left_over, "a"), []);
        let rest = of(&["a-1", "b-1", "d-1", "zz-9"], &["a", "c", "d"]);
        assert_eq!(taken(left_over, "c"), rest);
        // A root that is for publishing takes all, and what is not for publishing is foreign there.
        write(
            "pyproject.toml",
            &format!("[project]\nname = 'root'\n{workspace}"),
        );
        let all = of(
            &["a-1", "b-1", "c-1", "d-1", "zz-9"],
            &["root", "a", "c", "d"],
        );
        assert_eq!(taken(given, ""), all);
        assert_eq!(taken(left_over, "c"), []);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused() {
        use std::os::unix::{fs::symlink, net::UnixListener};

        let root = tempfile::tempdir().unwrap();
        let dist = root.path().join(DIST);
        fs::create_dir_all(dist.join("directory-1.0.zip")).unwrap();
        fs::write(dist.join("acme-1.0.tar.gz"), "").unwrap();
        assert_eq!(given(root.path()).unwrap().len(), 2);
        for made in [
            |file: &Path| drop(UnixListener::bind(file).unwrap()),
            |file: &Path| symlink("/dev/zero", file).unwrap(),
        ] {
            let file = dist.join("pipe-1.0-py3-none-any.whl");
            made(&file);
            let error = given(root.path()).unwrap_err();
            assert!(
                matches!(&error, Error::SpecialFile { path } if path.ends_with("pipe-1.0-py3-none-any.whl")),
                "{error}"
            );
            fs::remove_file(&file).unwrap();
        }
    }

    #[test]
    fn the_newest_of_each_project_is_known() {
        let names = [
            "acme-1.9.tar.gz",
            "acme-1.10.tar.gz",
            "Acme-1.10rc1-py3-none-any.whl",
            "other_tool-2.tar.gz",
            "odd.zip",
        ];
        let found = newest(names.iter().map(OsStr::new));
        let expected = [("acme", "1.10"), ("other-tool", "2")];
        let expected = expected.map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(found, expected.into());
    }
}
