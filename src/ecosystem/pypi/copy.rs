//! A private copy of a project, for backends write into the tree that they build: setuptools its
//! `build/` and `*.egg-info`, others lock files and environments.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{dist::DIST, workspace::workspace};
use crate::{
    ecosystem::{Error, abandoned},
    model::read_text_file,
};

/// A tree of more bytes than this is not copied.
const MOST: u64 = 2 << 30;
const GIT: &str = ".git";
/// Directories of tools, with what lies in each of them. No backend ships them if git ignores them.
const OF_TOOLS: [(&str, &str); 5] = [
    ("", "pyvenv.cfg"),
    ("", ".rustc_info.json"),
    (".tox", ""),
    (".nox", ""),
    (".pixi", ""),
];
/// Where setuptools keeps what it has built, and the ending of where it keeps what it knows.
const BUILD: &str = "build";
const EGG_INFO: &str = "egg-info";
/// A directory that no backend looks for outside of the project.
const NODE_MODULES: &str = "node_modules";

/// The directory that has to be copied for the project in `root` to be built as it would be there: of a
/// repository or a workspace all of it, because backends ask git, and a member may refer to others.
pub(super) fn top(root: &Path) -> PathBuf {
    let workspace = root.ancestors().find(|place| workspace(place).is_some());
    let tops = repository(root).into_iter().chain(workspace);
    let top = tops.min_by_key(|top| top.as_os_str().len());
    top.unwrap_or(root).to_owned()
}

/// The working tree of the repository that `root` lies in; for a submodule, that of the repository around
/// it, where git keeps what belongs to both.
fn repository(root: &Path) -> Option<&Path> {
    let place = root.ancestors().find(|place| place.join(GIT).exists())?;
    let inside = led_to(&place.join(GIT)).and_then(|(target, is_relative)| {
        let mut above = place.ancestors().skip(1);
        above.find(|above| is_relative && target.starts_with(above.join(GIT)))
    });
    Some(inside.unwrap_or(place))
}

/// Where the `.git` of a submodule or a linked working tree leads, if it is a file that says so, and
/// whether it says so by a relative path.
fn led_to(git: &Path) -> Option<(PathBuf, bool)> {
    let text = read_text_file(git).ok()?;
    let target = Path::new(text.strip_prefix("gitdir:")?.trim());
    let resolved = fs::canonicalize(git.parent()?.join(target)).ok()?;
    Some((resolved, target.is_relative()))
}

/// Copies the tree `top` with the project `root` in it into a directory, and says where the project is
/// there.
pub(super) fn copy(top: &Path, root: &Path, into: &Path) -> Result<PathBuf, Error> {
    // Some backends take the name of the directory for that of the project.
    let trees = into.join("tree");
    let to = trees.join(top.file_name().unwrap_or("project".as_ref()));
    let create = |path: &Path| fs::create_dir(path).map_err(|source| not_written(path, source));
    create(&trees)?;
    let mut copying = Copying {
        top,
        root,
        into: fs::canonicalize(into).map_err(|source| not_written(into, source))?,
        followed: BTreeSet::new(),
        bytes: 0,
    };
    let mut waiting = vec![(top.to_owned(), to.clone())];
    while let Some((from, to)) = waiting.pop() {
        if abandoned() {
            return Err(Error::Interrupted);
        }
        // Never with those above it: they are gone when a signal has ended this.
        create(&to)?;
        for entry in readable(fs::read_dir(&from), &from)?.into_iter().flatten() {
            let entry = entry.map_err(|source| Error::unreadable(&from, source))?;
            let (from, to) = (entry.path(), to.join(entry.file_name()));
            let kind = entry.file_type();
            let kind = kind.map_err(|source| Error::unreadable(&from, source))?;
            if kind.is_dir() && !copying.leaves_out(&from) {
                waiting.push((from, to));
            } else if kind.is_symlink() && copying.is_written(&from) {
                waiting.extend(copying.follow(&from)?.map(|target| (target, to)));
            } else if kind.is_symlink() {
                copying.link(&from, &to)?;
            } else if let Some(target) = copying.linked(&from) {
                waiting.push((target, to));
            } else if kind.is_file() {
                copying.file(&from, &to)?;
            }
        }
    }
    Ok(match root.strip_prefix(top) {
        Ok(below) => to.join(below),
        Err(_) => to,
    })
}

struct Copying<'a> {
    top: &'a Path,
    root: &'a Path,
    /// The private directory, which is in the tree if the system's directory for temporary files is.
    into: PathBuf,
    /// Where the links lead whose targets are copied.
    followed: BTreeSet<PathBuf>,
    bytes: u64,
}

impl Copying<'_> {
    fn leaves_out(&self, directory: &Path) -> bool {
        let name = directory.file_name().unwrap_or_default();
        let is_kind = |(named, holds): &(&str, &str)| {
            (named.is_empty() || name == *named) && directory.join(holds).exists()
        };
        let is_outside = name == NODE_MODULES && !directory.starts_with(self.root);
        directory == self.into
            || directory == self.root.join(DIST)
            || is_outside
            || OF_TOOLS.iter().any(is_kind) && is_ignored(directory)
    }

    /// Whether a link leads to a directory that a build writes into, which must not be the user's own.
    fn is_written(&self, link: &Path) -> bool {
        let is_named = link == self.root.join(DIST)
            || link == self.root.join(BUILD)
            || link.extension().is_some_and(|kind| kind == EGG_INFO);
        is_named && link.is_dir()
    }

    /// The directory to copy in place of such a link: what lies in it is shipped as if it lay in the
    /// tree. One that holds the link, or was copied already, is left out, for links may lead round.
    fn follow(&mut self, link: &Path) -> Result<Option<PathBuf>, Error> {
        if self.leaves_out(link) {
            return Ok(None);
        }
        let target = fs::canonicalize(link).map_err(|source| Error::unreadable(link, source))?;
        let leads_round = link.starts_with(&target) || !self.followed.insert(target.clone());
        Ok((!leads_round).then_some(target))
    }

    fn file(&mut self, from: &Path, to: &Path) -> Result<(), Error> {
        let metadata = fs::metadata(from).map_err(|source| Error::unreadable(from, source))?;
        self.bytes += metadata.len();
        if self.bytes > MOST {
            let path = Error::shown(self.top);
            return Err(Error::TooLargeToCopy { path });
        }
        if let Some(text) = self.commondir(from) {
            return fs::write(to, text).map_err(|source| not_written(to, source));
        }
        if readable(fs::copy(from, to), from)?.is_some() {
            // Backends write it into what they make, and setuptools takes what is older in `build/`
            // for done.
            let file = File::options().read(cfg!(unix)).write(!cfg!(unix)).open(to);
            let dated = file.and_then(|file| file.set_modified(metadata.modified()?));
            dated.map_err(|source| not_written(to, source))?;
        }
        Ok(())
    }

    /// Where git keeps the index of a linked working tree, which the copy must have for itself: git writes
    /// into it what it sees of the files.
    fn linked(&self, git: &Path) -> Option<PathBuf> {
        let (target, _) = git.ends_with(GIT).then(|| led_to(git))??;
        (!target.starts_with(self.top)).then_some(target)
    }

    /// What leads from there to the repository, if that is not copied.
    fn commondir(&self, path: &Path) -> Option<String> {
        let is_named = path.ends_with("commondir");
        let text = is_named.then(|| read_text_file(path).ok())??;
        let target = fs::canonicalize(path.parent()?.join(text.trim())).ok()?;
        (!target.starts_with(self.top)).then(|| format!("{}\n", target.display()))
    }

    /// A link that would lead elsewhere from the copy is made to lead where it did.
    fn link(&self, from: &Path, to: &Path) -> Result<(), Error> {
        let target = fs::read_link(from).map_err(|source| Error::unreadable(from, source))?;
        let leads_to = fs::canonicalize(from).ok();
        let target = match leads_to {
            Some(leads_to) if target.is_relative() && !leads_to.starts_with(self.top) => leads_to,
            _ => target,
        };
        link(&target, from, to).map_err(|source| not_written(to, source))
    }
}

/// What the user may not read no backend that the user runs can ship.
fn readable<T>(result: io::Result<T>, from: &Path) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(source) if source.kind() == io::ErrorKind::PermissionDenied => Ok(None),
        Err(source) => Err(Error::unreadable(from, source)),
    }
}

fn not_written(path: &Path, source: io::Error) -> Error {
    Error::NoPrivateDirectory {
        path: Error::shown(path),
        source,
    }
}

/// Whether a `.gitignore` leaves the directory out by its very name: hatchling reads the one of the
/// project, and leaves out by their names those that tools begin with a dot; all others ship only what
/// is declared, or what git does not ignore.
fn is_ignored(directory: &Path) -> bool {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let says = |place: &Path, wanted: &str| {
        let text = read_text_file(&place.join(".gitignore")).unwrap_or_default();
        let mut lines = text.lines().map(|line| line.trim().trim_matches('/'));
        lines.any(|line| line == wanted)
    };
    directory.parent().is_some_and(|parent| says(parent, &name))
        || name.starts_with('.') && says(directory, "*")
}

#[cfg(unix)]
fn link(target: &Path, _: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, to)
}

#[cfg(windows)]
fn link(target: &Path, from: &Path, to: &Path) -> io::Result<()> {
    match from.is_dir() {
        true => std::os::windows::fs::symlink_dir(target, to),
        false => std::os::windows::fs::symlink_file(target, to),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{os::unix::fs::symlink, time::SystemTime};

    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn the_top_is_that_of_the_repository_or_the_workspace() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        let workspace = "[tool.uv.workspace]\nmembers = ['*']\n";
        write(&place, "alone/pyproject.toml", "");
        write(&place, "workspace/pyproject.toml", workspace);
        write(&place, "workspace/a/pyproject.toml", "");
        write(&place, "git/.git/modules/sub/HEAD", "");
        write(&place, "git/deep/a/pyproject.toml", "");
        write(&place, "git/sub/.git", "gitdir: ../.git/modules/sub\n");
        write(
            &place,
            "linked/.git",
            "gitdir: /nowhere/.git/worktrees/linked\n",
        );
        for (root, expected) in [
            ("alone", "alone"),
            ("workspace", "workspace"),
            ("workspace/a", "workspace"),
            ("git/deep/a", "git"),
            ("git/sub/deep", "git"),
            ("linked/a", "linked"),
        ] {
            assert_eq!(top(&place.join(root)), place.join(expected), "{root}");
        }
    }

    #[test]
    fn a_copy_does_not_hold_itself() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        write(&top, "tmp/ours/started", "");
        write(&top, "tmp/theirs/data", "");
        symlink("tmp", top.join("TMP")).unwrap();
        let root = copy(&top, &top, &top.join("TMP/ours")).unwrap();
        assert!(root.join("tmp/theirs/data").exists());
        assert!(!root.join("tmp/ours").exists());
    }

    #[test]
    fn nothing_is_written_through_the_links_of_a_copy() {
        let (place, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = place.path().canonicalize().unwrap();
        let top = place.join("acme");
        for path in [
            "acme/src/acme.py",
            "acme/known/PKG-INFO",
            "scratch/built/lib/acme.py",
            "scratch/uploads/acme-1.0.tar.gz",
            "scratch/build/data",
        ] {
            write(&place, path, path);
        }
        for (target, link) in [
            (place.join("scratch/uploads"), "dist"),
            (PathBuf::from("../scratch/built"), "build"),
            (top.join("known"), "src/acme.egg-info"),
            // These lead round.
            (PathBuf::from("."), "round.egg-info"),
            (place.clone(), "src/round.egg-info"),
            // Nothing is written there.
            (place.join("scratch/build"), "src/build"),
        ] {
            symlink(target, top.join(link)).unwrap();
        }
        let root = copy(&top, &top, into.path()).unwrap();
        for path in ["dist", "round.egg-info", "src/round.egg-info"] {
            assert!(root.join(path).symlink_metadata().is_err(), "{path}");
        }
        for path in ["build", "build/lib", "src/acme.egg-info"] {
            let copied = root.join(path).symlink_metadata().unwrap();
            assert!(copied.is_dir(), "{path}");
        }
        assert!(root.join("build/lib/acme.py").exists());
        assert!(root.join("src/acme.egg-info/PKG-INFO").exists());
        let kept = fs::read_link(root.join("src/build"));
        assert_eq!(kept.unwrap(), place.join("scratch/build"));
    }

    #[test]
    fn a_copy_is_what_the_project_is() {
        let (place, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = place.path().canonicalize().unwrap();
        let top = place.join("repository");
        for path in [
            ".git/HEAD",
            "LICENSE",
            "node_modules/a.js",
            "py/src/a.py",
            "py/build/lib/a.py",
            "py/a.egg-info/SOURCES.txt",
            "py/node_modules/a.js",
            "py/dist/a-1.0.tar.gz",
            "py/env/pyvenv.cfg",
            "py/venv/pyvenv.cfg",
            "py/.venv/pyvenv.cfg",
            "py/.tox/log",
            "py/target/.rustc_info.json",
            "outside/secret",
        ] {
            write(&top, path, path);
        }
        write(
            &top,
            "py/.gitignore",
            "# tools\n/venv/\ntarget\n*.env\n.tox/\n",
        );
        write(&top, "py/.venv/.gitignore", "*\n");
        write(&place, "elsewhere/file", "");
        symlink("../LICENSE", top.join("py/LICENSE")).unwrap();
        symlink("../../elsewhere", top.join("py/elsewhere")).unwrap();
        symlink("gone", top.join("py/dangling")).unwrap();
        let long_ago = SystemTime::UNIX_EPOCH;
        let old = File::options().write(true).open(top.join("py/src/a.py"));
        old.unwrap().set_modified(long_ago).unwrap();

        let root = copy(&top, &top.join("py"), into.path()).unwrap();
        assert!(root.ends_with("repository/py"));
        let copied = |path: &str| root.join(path).symlink_metadata().is_ok();
        for path in [
            "../.git/HEAD",
            "build/lib/a.py",
            "a.egg-info/SOURCES.txt",
            "node_modules/a.js",
            "env/pyvenv.cfg",
        ] {
            assert!(copied(path), "{path}");
        }
        for path in ["../node_modules", "dist", "venv", ".venv", ".tox", "target"] {
            assert!(!copied(path), "{path}");
        }
        let leads = |path| fs::read_link(root.join(path)).unwrap();
        assert_eq!(leads("LICENSE"), Path::new("../LICENSE"));
        assert_eq!(leads("elsewhere"), place.join("elsewhere"));
        assert_eq!(leads("dangling"), Path::new("gone"));
        let written = root.join("src/a.py").metadata().unwrap().modified();
        assert_eq!(written.unwrap(), long_ago);
    }
}
