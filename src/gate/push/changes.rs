//! What a push changes at its remote.

use super::{
    PushError,
    pushed::Pushed,
    repository::{Object, Repository},
};

/// Which files are other at the remote after a push.
#[derive(Debug)]
pub(super) enum Changes {
    /// Whatever the commit holds.
    Everything,
    /// These, by their paths from the top of the repository.
    Files(Vec<String>),
}

/// For plumbing that compares commits: by their names alone, and no program that is configured is run.
const BY_NAME: [&str; 7] = [
    "diff-tree",
    "-r",
    "-z",
    "--name-only",
    "--no-renames",
    "--no-ext-diff",
    "--ignore-submodules=none",
];

impl Changes {
    /// What a ref that is set to `commit` changes.
    pub(super) fn of(
        pushed: &Pushed,
        commit: &str,
        repository: &Repository,
        remote: &str,
    ) -> Result<Self, PushError> {
        // Tags are what releases are made of, mostly of commits that were pushed before.
        if pushed.is_tag {
            return Ok(Self::Everything);
        }
        if let Some(replaces) = &pushed.replaces
            && let Object::Commit(before) = repository.object(replaces)?
        {
            let question = [&BY_NAME[..], &[&before, commit]].concat();
            return Ok(files(&repository.ask(commit, &question)?));
        }
        // A new ref, or one over commits that are not known here.
        let known = tracked(repository, remote)?;
        if known.is_empty() {
            return Ok(Self::Everything);
        }
        let list = format!("{commit}\n{known}").into_bytes();
        let new = repository.ask_about(commit, &["rev-list", "--stdin"], list)?;
        // Of a merge, what it has from neither side: the rest is in commits of its own.
        let how = ["--stdin", "--root", "-c", "--no-commit-id"];
        let question = [&BY_NAME[..], &how].concat();
        Ok(files(&repository.ask_about(commit, &question, new)?))
    }
}

/// What the remote had when it was last seen, as commits to leave out.
fn tracked(repository: &Repository, remote: &str) -> Result<String, PushError> {
    let question = [
        "for-each-ref",
        "--format=%(objectname) %(refname)",
        "refs/remotes/",
    ];
    let answer = repository.ask("refs/remotes", &question)?;
    let answer = String::from_utf8_lossy(&answer);
    let prefix = format!("refs/remotes/{remote}/");
    let refs = answer.lines().filter_map(|line| line.split_once(' '));
    let of_remote = refs.filter(|(_, name)| name.starts_with(&prefix));
    Ok(of_remote
        .map(|(object, _)| format!("^{object}\n"))
        .collect())
}

fn files(list: &[u8]) -> Changes {
    let paths = list
        .split(|byte| *byte == 0)
        .filter(|path| !path.is_empty());
    Changes::Files(
        paths
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect(),
    )
}
