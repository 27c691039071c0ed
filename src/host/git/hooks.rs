//! Where git looks for its hooks.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::command::{Failed, Git};

/// What git has to say of hooks.
#[derive(Debug, Clone)]
pub struct Hooks {
    /// The top of the working tree, without links.
    pub top: PathBuf,
    /// Where git looks for hooks.
    pub directory: PathBuf,
    /// Where the repository's own hooks are, which another setting may have replaced.
    pub own: PathBuf,
}

/// Asks git where it looks for the hooks of the repository around a directory. `None` where there is no
/// repository, or no git.
///
/// # Errors
///
/// The end of a sentence that says why git can't tell.
pub fn hooks(directory: &Path) -> Result<Option<Hooks>, String> {
    let git = Git::new(directory);
    let question = [
        "rev-parse",
        "--path-format=absolute",
        "--show-toplevel",
        "--git-common-dir",
    ];
    let answer = match git.ask(&question) {
        Ok(answer) => String::from_utf8(answer).map_err(|_| "its path is not UTF-8")?,
        Err(Failed::Missing) => return Ok(None),
        Err(Failed::Refused(_, complaint)) if super::is_nowhere(&complaint) => return Ok(None),
        Err(failed) => return Err(failed.reason()),
    };
    let [top, common] = answer.lines().collect::<Vec<_>>()[..] else {
        return Err("git says something else than where it lies".to_owned());
    };
    let top = Path::new(top)
        .canonicalize()
        .map_err(|error| format!("its directory can't be read: {error}"))?;
    let own = Path::new(common).join("hooks");
    let directory = configured(git)?.map_or_else(|| own.clone(), |path| top.join(path));
    Ok(Some(Hooks {
        top,
        directory,
        own,
    }))
}

/// `core.hooksPath`, as somebody has configured it in a file: our own command line sets it too.
fn configured(git: Git<'_>) -> Result<Option<PathBuf>, String> {
    let question = [
        "config",
        "--show-scope",
        "--get-all",
        "-z",
        "core.hooksPath",
    ];
    let answer = match git.ask(&question) {
        Ok(answer) => answer,
        Err(Failed::Refused(Some(1), _)) => return Ok(None),
        Err(failed) => return Err(failed.reason()),
    };
    let answer = String::from_utf8(answer).map_err(|_| "core.hooksPath is not UTF-8")?;
    let items: Vec<_> = answer.split('\0').collect();
    let mut of_files = items
        .chunks_exact(2)
        .filter(|pair| pair[0] != "command")
        .map(|pair| pair[1]);
    let Some(path) = of_files.next_back() else {
        return Ok(None);
    };
    Ok(Some(match (path.strip_prefix("~/"), env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(path),
    }))
}
