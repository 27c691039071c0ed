//! Files as a revision holds them.

use std::path::{self, Component, Path, PathBuf};

use super::command::{Failed, Git};

/// As much of a commit's name is shown.
const SHORT: usize = 7;
/// What git calls files that are none: links to others.
const LINK: &str = "120000";

/// A commit, and the working tree whose paths its files are asked for by.
#[derive(Debug, Clone)]
pub struct Revision {
    directory: PathBuf,
    top: PathBuf,
    commit: String,
}

/// Why there is no such revision.
#[derive(Debug)]
pub struct Unknown {
    /// The end of a sentence.
    pub reason: String,
    /// Whether the history was not cloned as a whole, so that it may be elsewhere.
    pub is_shallow: bool,
}

impl Unknown {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            is_shallow: false,
        }
    }
}

impl Revision {
    /// What `name` names in the repository that the directory lies in: a branch, a tag, a commit.
    ///
    /// # Errors
    ///
    /// When there is no such commit, or no repository, or no git.
    pub fn of(directory: &Path, name: &str) -> Result<Self, Unknown> {
        let git = Git::new(directory);
        let failed = |failed: Failed| Unknown::new(failed.reason());
        let question = ["rev-parse", "--is-shallow-repository", "--show-toplevel"];
        let answer = git.ask(&question).map_err(failed)?;
        let answer = String::from_utf8_lossy(&answer);
        let (is_shallow, top) = answer.split_once('\n').unwrap_or_default();
        let unreadable = |error| Unknown::new(format!("its directory can't be read: {error}"));
        let top = Path::new(top.trim_end_matches('\n'));
        let top = top.canonicalize().map_err(unreadable)?;
        let directory = directory.canonicalize().map_err(unreadable)?;
        if name.is_empty() || name.contains(char::is_control) {
            return Err(Unknown::new("that is no name of a revision"));
        }
        // Read as a name whatever it looks like, where an argument could be taken for an option.
        let question = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
        let input = format!("{name}^{{commit}}\n").into_bytes();
        let answer = git.ask_about(&question, input).map_err(failed)?;
        let answer = String::from_utf8_lossy(&answer);
        match answer.trim_end().rsplit_once(' ') {
            Some((commit, "commit")) => Ok(Self {
                directory,
                top,
                commit: commit.to_owned(),
            }),
            _ => Err(Unknown {
                reason: "there is no such commit in this repository".to_owned(),
                is_shallow: is_shallow == "true",
            }),
        }
    }

    /// The commit.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The beginning of its name, for people.
    pub fn short(&self) -> &str {
        &self.commit[..SHORT.min(self.commit.len())]
    }

    /// A path from the top of the repository, with slashes. The file need not be in the working tree any more.
    ///
    /// # Errors
    ///
    /// When it lies elsewhere.
    pub fn path(&self, path: &Path) -> Result<String, String> {
        let absolute = path::absolute(path).map_err(|error| error.to_string())?;
        let absolute = plain(&absolute);
        // Links of the working tree are followed only on the way to it: below, they are part of the change.
        let real = match absolute.starts_with(&self.top) {
            true => absolute,
            false => real(&absolute),
        };
        let below = real.strip_prefix(&self.top);
        let below = below.map_err(|_| "it lies outside of the repository".to_owned())?;
        let text = below.to_str().ok_or("its path is not UTF-8")?;
        Ok(text.replace('\\', "/"))
    }

    /// The bytes of the file at a path from the top; nothing where the revision has none.
    ///
    /// # Errors
    ///
    /// When it is no file, or what git has of it can't be read.
    pub fn file(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(object) = self.object(path)? else {
            return Ok(None);
        };
        let git = Git::new(&self.directory);
        let bytes = git.ask(&["cat-file", "blob", &object]);
        bytes.map(Some).map_err(Failed::reason)
    }

    /// The name of the object at a path. It is looked for in the tree: what a partial clone has left out is
    /// missing for `cat-file` as if it had never been there.
    fn object(&self, path: &str) -> Result<Option<String>, String> {
        let git = Git::new(&self.directory);
        let question = [
            "--literal-pathspecs",
            "ls-tree",
            "-z",
            "--full-tree",
            &self.commit,
            "--",
            path,
        ];
        let answer = git.ask(&question).map_err(Failed::reason)?;
        let answer = String::from_utf8_lossy(&answer);
        let Some(line) = answer.split('\0').find(|line| !line.is_empty()) else {
            return Ok(None);
        };
        let mut words = line.split(['\t', ' ']);
        match (words.next(), words.next(), words.next()) {
            (Some(LINK), ..) => Err("it is a link there, which is not followed".to_owned()),
            (_, Some("blob"), Some(object)) => Ok(Some(object.to_owned())),
            _ => Err("it is not a file there".to_owned()),
        }
    }
}

/// Without `.` and `..`, as names go.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// The nearest directory that is there without links, and the rest as it is written.
fn real(path: &Path) -> PathBuf {
    let parent = path.parent();
    match (parent, path.file_name()) {
        (Some(parent), Some(name)) => match parent.canonicalize() {
            Ok(parent) => parent.join(name),
            Err(_) => real(parent).join(name),
        },
        _ => path.to_owned(),
    }
}
