//! The project's source tree, as git knows it.

mod command;
mod files;
mod hooks;
mod listing;
mod revision;
mod tree;
mod working;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::model::{ObjectFormat, SourceTree};
pub use command::{Failed, Git};
use files::Files;
pub use hooks::{Hooks, hooks};
pub use revision::{Revision, Unknown};
use tree::{Ignored, Tree};

/// What git knows of a project.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its files.
    pub tree: Arc<dyn SourceTree>,
    /// The commit that it is at, if there is one yet.
    pub commit: Option<String>,
    /// Whether a tracked file of the project is not as it is in the commit; `None` where there is too
    /// much of them to look at.
    pub dirty: Option<bool>,
    /// The top of the working tree, without links.
    pub top: PathBuf,
    /// Where it was cloned from, as it is configured.
    pub origin: Option<String>,
}

/// Asks git for the repository that the project lies in. `None` where there is none, or no git.
///
/// # Errors
///
/// The end of a sentence that says why git, or this, can't read the repository.
pub fn repository(project: &Path) -> Result<Option<Repository>, String> {
    let git = Git::new(project);
    let place = match Place::of(git)? {
        Some(place) => place,
        None => return Ok(None),
    };
    let commit = commit(git)?;
    let in_commit = match &commit {
        Some(commit) => ask(git, &["ls-tree", "-r", "-z", "--full-tree", commit])?,
        None => Vec::new(),
    };
    // `:/` is the whole repository: a link may lead out of the project to a file of it.
    let in_index = ["ls-files", "--stage", "-t", "-z", "--full-name", "--", ":/"];
    let in_index = ask(git, &in_index)?;
    let files = Files::new(&in_commit, &in_index, &place.prefix)?;
    let ignored = ignored(git, &place, &files)?;
    let is_within = !place.prefix.is_empty();
    if is_within && !files.any_in_project() && matches!(ignored, Ignored::Paths(_)) {
        // A repository of other things, around a project that is in none.
        return Err("git tracks nothing of this directory".to_owned());
    }
    let state = working::state(git, &place, &files)?;
    let top = place.top.clone();
    let tree = Tree::new(place, files, ignored, state.alike);
    Ok(Some(Repository {
        tree: Arc::new(tree),
        commit,
        dirty: state.dirty,
        top,
        origin: origin(git),
    }))
}

/// Where the repository was cloned from. Nothing is judged by it, and so nothing fails for want of it.
fn origin(git: Git<'_>) -> Option<String> {
    let answer = git.ask(&["config", "--get", "remote.origin.url"]).ok()?;
    Some(String::from_utf8(answer).ok()?.trim().to_owned())
}

/// Where a project lies.
#[derive(Debug)]
struct Place {
    /// The top of the working tree.
    top: PathBuf,
    /// The project.
    project: PathBuf,
    /// The project relative to the top, with a slash at its end; nothing if it is the top.
    prefix: String,
    format: ObjectFormat,
    /// Whether it was cloned without its history.
    is_shallow: bool,
}

impl Place {
    fn of(git: Git<'_>) -> Result<Option<Self>, String> {
        let question = [
            "rev-parse",
            "--show-object-format",
            "--is-shallow-repository",
            "--show-prefix",
            "--show-toplevel",
        ];
        let answer = match git.ask(&question) {
            Ok(answer) => answer,
            Err(Failed::Missing) => return Ok(None),
            Err(Failed::Refused(_, complaint)) if is_nowhere(&complaint) => return Ok(None),
            Err(failed) => return Err(failed.reason()),
        };
        let answer = String::from_utf8_lossy(&answer);
        let mut lines = answer.lines();
        let (format, shallow) = (lines.next(), lines.next());
        let (prefix, top) = (lines.next(), lines.next());
        let format = match format {
            Some("sha1") => ObjectFormat::Sha1,
            Some("sha256") => ObjectFormat::Sha256,
            _ => return Err("this git does not say how it names objects".to_owned()),
        };
        let real = |path: &Path| {
            let real = path.canonicalize();
            real.map_err(|error| format!("its directory can't be read: {error}"))
        };
        let place = Self {
            top: real(Path::new(top.unwrap_or_default()))?,
            project: real(git.directory)?,
            prefix: prefix.unwrap_or_default().to_owned(),
            format,
            is_shallow: shallow == Some("true"),
        };
        // Not so where a name holds a line break, or is no text.
        match place.top.join(&place.prefix).canonicalize() {
            Ok(project) if project == place.project => Ok(Some(place)),
            _ => Err("git puts the project elsewhere than where it lies".to_owned()),
        }
    }
}

fn ask(git: Git<'_>, arguments: &[&str]) -> Result<Vec<u8>, String> {
    git.ask(arguments).map_err(Failed::reason)
}

/// Whether git complains that there is no repository; of one that is broken it says more, or else.
fn is_nowhere(complaint: &str) -> bool {
    complaint.contains("not a git repository (or any")
}

/// The commit that is checked out; a new repository has none.
fn commit(git: Git<'_>) -> Result<Option<String>, String> {
    match git.ask(&["rev-parse", "--verify", "--quiet", "HEAD"]) {
        Ok(answer) => Ok(Some(String::from_utf8_lossy(&answer).trim().to_owned())),
        Err(Failed::Refused(Some(1), complaint)) if complaint.trim().is_empty() => Ok(None),
        Err(failed) => Err(failed.reason()),
    }
}

/// What git ignores in the project.
fn ignored(git: Git<'_>, place: &Place, files: &Files) -> Result<Ignored, String> {
    // git stumbles when it is asked to list what it ignores in a directory that lies in one that it
    // ignores as a whole.
    if !place.prefix.is_empty() && !files.any_in_project() {
        match git.ask(&["check-ignore", "--quiet", "--", "."]) {
            Ok(_) => return Ok(Ignored::All),
            Err(Failed::Refused(Some(1), _)) => {}
            Err(failed) => return Err(failed.reason()),
        }
    }
    let question = [
        "ls-files",
        "--others",
        "--ignored",
        "--exclude-standard",
        "--directory",
        "-z",
    ];
    let list = ask(git, &question)?;
    let (mut paths, mut all) = (HashSet::new(), false);
    for path in listing::paths(&list) {
        all |= path == "./";
        paths.insert(path.trim_end_matches('/').to_owned());
    }
    Ok(match all {
        true => Ignored::All,
        false => Ignored::Paths(paths),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_repository_is_no_broken_one() {
        for (complaint, nowhere) in [
            (
                "fatal: not a git repository (or any of the parent directories): .git",
                true,
            ),
            (
                "fatal: not a git repository (or any parent up to mount point /)\nStopping at …",
                true,
            ),
            ("fatal: not a git repository: /gone/.git/worktrees/a", false),
            (
                "fatal: detected dubious ownership in repository at '/a'",
                false,
            ),
            ("fatal: this operation must be run in a work tree", false),
        ] {
            assert_eq!(is_nowhere(complaint), nowhere, "{complaint}");
        }
    }
}
