//! Where a command finds its project.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use crate::{check::Target, ecosystem, gate::Error, model::directory_of};

/// Files that make a directory a project.
const MANIFESTS: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];

/// A path in the environment.
pub(super) fn variable(name: &str) -> Option<PathBuf> {
    let value = env::var_os(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

/// The nearest project at `directory` or above it, or `directory` itself.
pub(super) fn project_above(directory: &Path) -> PathBuf {
    match nearest(directory) {
        Some(root) if Some(&root) != real(directory).as_ref() => root,
        _ => directory.to_owned(),
    }
}

/// What is to be checked of these files: those that lie in the `dist/` of a project, or anywhere in that of the
/// current directory, together with what is known of it. Others are judged as they are: whoever made them
/// must not set the policy.
pub(super) fn targets(files: Vec<PathBuf>) -> Result<Vec<Target>, Error> {
    let mut targets = Vec::new();
    let mut of_projects = BTreeMap::<PathBuf, Vec<PathBuf>>::new();
    for file in files {
        match project_of(&file) {
            Some(root) => of_projects.entry(root).or_default().push(file),
            None => targets.push(Target::Path(file)),
        }
    }
    for (root, files) in of_projects {
        targets.push(Target::Made(ecosystem::built(&root, &files)?));
    }
    Ok(targets)
}

fn project_of(file: &Path) -> Option<PathBuf> {
    let (directory, here) = (real(directory_of(file))?, real(Path::new(".")));
    let root = nearest(&directory)?;
    let in_dist = directory.ends_with("dist") && directory.parent() == Some(&root);
    let around_here = here.as_deref().and_then(nearest).as_ref() == Some(&root);
    match here.as_ref() == Some(&root) {
        true => Some(".".into()),
        false => (in_dist || around_here).then_some(root),
    }
}

fn nearest(directory: &Path) -> Option<PathBuf> {
    let is_project = |place: &&Path| MANIFESTS.iter().any(|name| place.join(name).is_file());
    let directory = real(directory)?;
    directory.ancestors().find(is_project).map(Path::to_owned)
}

fn real(directory: &Path) -> Option<PathBuf> {
    fs::canonicalize(directory).ok()
}
