//! The repository that is pushed from. Nothing in it is changed.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use super::PushError;
use crate::{
    host::git::{Failed, Git},
    model::escape,
};

/// git hands its hooks the repository in this variable where they could not find it.
const GIT_DIR: &str = "GIT_DIR";
/// A huge history is walked for so long.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The repository that is pushed from.
pub(super) struct Repository {
    directory: PathBuf,
    /// What git keeps of it, of this working tree if it has several.
    git: PathBuf,
    /// Where the user works, if anywhere.
    pub(super) top: PathBuf,
}

/// What an object is.
pub(super) enum Object {
    /// This commit, or a tag of it.
    Commit(String),
    /// A file, a directory, or a tag of these.
    Other,
    /// Nothing that is there.
    Missing,
}

impl Repository {
    /// The one that a hook runs for.
    pub(super) fn here() -> Result<Self, PushError> {
        let failed = |reason: String| PushError::Repository(reason);
        let directory = env::current_dir().map_err(|error| failed(error.to_string()))?;
        let given = env::var_os(GIT_DIR).filter(|given| !given.is_empty());
        let given = given.map(|given| directory.join(given));
        let git = Git::new(&directory);
        let git = given.as_deref().map_or(git, |given| git.of(given));
        let absolute = |question: &str| {
            let answer = git.ask(&["rev-parse", "--path-format=absolute", question]);
            answer.map(path)
        };
        let place = absolute("--git-dir").map_err(|error| failed(error.reason()))?;
        // A bare one has none.
        let top = absolute("--show-toplevel").unwrap_or_else(|_| directory.clone());
        Ok(Self {
            git: place,
            top,
            directory,
        })
    }

    /// git in it.
    pub(super) fn git(&self) -> Git<'_> {
        Git::new(&self.directory).of(&self.git).within(PATIENCE)
    }

    /// Where git keeps a part of it.
    pub(super) fn part(&self, name: &str) -> Result<PathBuf, PushError> {
        let question = ["rev-parse", "--path-format=absolute", "--git-path", name];
        let answer = self.git().ask(&question);
        Ok(path(answer.map_err(unreadable)?))
    }

    /// An answer about an object that is there.
    pub(super) fn ask(&self, what: &str, arguments: &[&str]) -> Result<Vec<u8>, PushError> {
        self.ask_about(what, arguments, Vec::new())
    }

    /// The same, with something for git to read.
    pub(super) fn ask_about(
        &self,
        what: &str,
        arguments: &[&str],
        input: Vec<u8>,
    ) -> Result<Vec<u8>, PushError> {
        let answer = self.git().ask_about(arguments, input);
        answer.map_err(|failed| PushError::Object {
            what: escape(what),
            reason: failed.reason(),
        })
    }

    /// What a revision names.
    pub(super) fn object(&self, revision: &str) -> Result<Object, PushError> {
        if revision.contains('\n') {
            return Ok(Object::Missing);
        }
        let question = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
        let input = format!("{revision}^{{}}\n").into_bytes();
        let answer = self.ask_about(revision, &question, input)?;
        let answer = String::from_utf8_lossy(&answer);
        Ok(match answer.trim_end().rsplit_once(' ') {
            Some((id, "commit")) => Object::Commit(id.to_owned()),
            Some((_, "blob" | "tree")) => Object::Other,
            _ => Object::Missing,
        })
    }
}

fn unreadable(failed: Failed) -> PushError {
    PushError::Repository(failed.reason())
}

/// The path in an answer that ends with a line break; its name may hold others.
fn path(mut answer: Vec<u8>) -> PathBuf {
    if answer.last() == Some(&b'\n') {
        answer.pop();
    }
    #[cfg(unix)]
    return PathBuf::from(
        <std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(answer),
    );
    #[cfg(not(unix))]
    return PathBuf::from(String::from_utf8_lossy(&answer).trim_end().to_owned());
}

/// What a working tree is called, for a copy of it: some backends take the name of the directory for that of
/// the project. Odd names are no use to anybody, and break what prints them.
pub(super) fn name(top: &Path) -> &str {
    let name = top.file_name().and_then(|name| name.to_str());
    let is_plain = |name: &&str| {
        let mut bytes = name.bytes();
        bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    name.filter(is_plain).unwrap_or("repository")
}
