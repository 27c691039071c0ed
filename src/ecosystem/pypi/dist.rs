//! What lies in `dist/`.

use std::{cmp::Ordering, collections::BTreeMap, ffi::OsString, fs, io, path::Path};

use super::{project::Said, workspace};
use crate::{
    ecosystem::{Error, PackOptions, Packed},
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
        let text = name.to_string_lossy();
        if SUFFIXES.iter().any(|suffix| text.ends_with(suffix)) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
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
    let dist = Dist {
        projects: projects(root),
        newest: newest(&names),
        fresh: None,
    };
    let given = names.into_iter().map(|name| {
        let file = directory.join(name);
        refuse_special(&file)?;
        Ok(Packed {
            label: file.display().to_string(),
            file,
            root: root.to_owned(),
            dist: Some(dist.clone()),
            ..Packed::default()
        })
    });
    given.collect()
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
fn release(file_name: &OsString) -> Option<(String, String)> {
    let file_name = file_name.to_string_lossy();
    let (project, version) = release_in_name(&file_name)?.rsplit_once('-')?;
    Some((project_name(project), version.to_owned()))
}

fn is_of(file_name: &OsString, project: &str) -> bool {
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

/// The names of the project in `root`, and of all whose artifacts uv leaves in its `dist/`; none if its
/// own is not written down.
fn projects(root: &Path) -> Vec<String> {
    let Some(own) = Said::of(root, root).name() else {
        return Vec::new();
    };
    let members = match workspace::workspace(root) {
        Some(_) => workspace::members(root, "", &PackOptions::default()).unwrap_or_default(),
        None => Vec::new(),
    };
    let names = members.iter().map(|member| &member.directory);
    let names = names.filter_map(|member| Said::of(member, member).name());
    let mut all = vec![own];
    all.extend(names.filter(|name| *name != all[0]).collect::<Vec<_>>());
    all
}

/// The newest version of each project that the files are of, as their names tell.
fn newest(names: &[OsString]) -> BTreeMap<String, String> {
    let mut newest: BTreeMap<String, String> = BTreeMap::new();
    for (project, version) in names.iter().filter_map(release) {
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
        let found = newest(&names.map(OsString::from));
        let expected = [("acme", "1.10"), ("other-tool", "2")];
        let expected = expected.map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(found, expected.into());
    }
}
