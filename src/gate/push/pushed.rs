//! What is pushed, as git or a hook manager tells it.
//!
//! git writes a line for each ref to the hook's standard input
//! (<https://git-scm.com/docs/githooks#_pre_push>). pre-commit and prek read them themselves, and tell their
//! hooks of one ref by variables (<https://pre-commit.com/#pre-push>).

use std::{
    env,
    io::{self, IsTerminal, Read},
};

use super::PushError;
use crate::model::escape;

/// No list of refs is longer, in bytes.
const LONGEST: u64 = 64 << 20;
const TAGS: &str = "refs/tags/";
/// What is checked where nothing is told: to check nothing would let everything through.
const CURRENT: &str = "HEAD";

/// A ref that is pushed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pushed {
    /// What it is set to.
    pub(super) revision: String,
    /// What people call it.
    pub(super) name: String,
    /// Whether it is a tag there.
    pub(super) is_tag: bool,
    /// What the remote has there now.
    pub(super) replaces: Option<String>,
}

/// All refs that are pushed, but for those that are deleted.
pub(super) fn told() -> Result<Vec<Pushed>, PushError> {
    let mut lines = Vec::new();
    let stdin = io::stdin();
    // Nobody types that.
    if !stdin.is_terminal() {
        let mut limited = stdin.lock().take(LONGEST);
        limited.read_to_end(&mut lines).map_err(PushError::Untold)?;
    }
    if lines.len() as u64 == LONGEST {
        return Err(PushError::Untold(io::Error::other("it is too long")));
    }
    let lines = String::from_utf8_lossy(&lines);
    if lines.trim().is_empty() {
        return Ok(vec![by_manager(|name| env::var(name).ok())]);
    }
    let told = lines.lines().map(by_git);
    told.filter_map(Result::transpose).collect()
}

/// `<local ref> <local object> <remote ref> <remote object>`; nothing for a ref that is deleted. What is called
/// the local ref may be any expression, with spaces in it.
fn by_git(line: &str) -> Result<Option<Pushed>, PushError> {
    let words: Vec<&str> = line.rsplitn(4, ' ').collect();
    let [has, remote, object, local] = words[..] else {
        return Err(PushError::Line(escape(line)));
    };
    if !is_object(object) || !is_object(has) {
        return Err(PushError::Line(escape(line)));
    }
    Ok((!is_null(object)).then(|| Pushed {
        revision: object.to_owned(),
        name: match local == remote {
            true => escape(short(local)),
            false => format!("{} to {}", escape(short(local)), escape(short(remote))),
        },
        is_tag: remote.starts_with(TAGS),
        replaces: (!is_null(has)).then(|| has.to_owned()),
    }))
}

/// What pre-commit and prek say; the current commit where nobody says anything.
fn by_manager(variable: impl Fn(&str) -> Option<String>) -> Pushed {
    let told = |name| variable(name).filter(|value| !value.is_empty());
    let local = told("PRE_COMMIT_LOCAL_BRANCH");
    let to = told("PRE_COMMIT_TO_REF").or(told("PRE_COMMIT_SOURCE"));
    let remote = told("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default();
    let revision = to.or_else(|| local.clone());
    let revision = revision.unwrap_or_else(|| CURRENT.to_owned());
    Pushed {
        name: escape(short(local.as_deref().unwrap_or(&revision))),
        is_tag: remote.starts_with(TAGS),
        replaces: told("PRE_COMMIT_FROM_REF").or(told("PRE_COMMIT_ORIGIN")),
        revision,
    }
}

fn is_object(word: &str) -> bool {
    matches!(word.len(), 40 | 64) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_null(object: &str) -> bool {
    object.bytes().all(|digit| digit == b'0')
}

fn short(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "ce013625030ba8dba906f756967f9e9ca394464a";
    const OLD: &str = "d00491fd7e5bb6fa28c517a0bb32b8b506539d4d";
    const NULL: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn lines_of_git_are_read() {
        let read = |line: &str| by_git(line).unwrap();
        let pushed = read(&format!("refs/heads/a {NEW} refs/heads/a {OLD}")).unwrap();
        assert_eq!((pushed.name.as_str(), pushed.is_tag), ("a", false));
        assert_eq!(
            (&*pushed.revision, pushed.replaces.as_deref()),
            (NEW, Some(OLD))
        );
        let new = read(&format!(":/a fix {NEW} refs/tags/v1 {NULL}")).unwrap();
        assert_eq!(
            (new.name.as_str(), new.is_tag),
            (":/a fix to refs/tags/v1", true)
        );
        assert_eq!(new.replaces, None);
        assert_eq!(read(&format!("(delete) {NULL} refs/heads/a {OLD}")), None);
        for broken in [
            "",
            "a b c d",
            &format!("a {NEW} b"),
            &format!("a {NEW} b {OLD}x"),
        ] {
            assert!(by_git(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn managers_tell_by_variables_or_nothing() {
        let of = |all: &[(&str, &str)]| {
            by_manager(|name| {
                let found = all.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let changed = of(&[
            ("PRE_COMMIT_FROM_REF", OLD),
            ("PRE_COMMIT_TO_REF", NEW),
            ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/a"),
            ("PRE_COMMIT_REMOTE_BRANCH", "refs/tags/v1"),
        ]);
        assert_eq!((&*changed.revision, &*changed.name), (NEW, "a"));
        assert!(changed.is_tag && changed.replaces.as_deref() == Some(OLD));
        let whole = of(&[("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/a")]);
        assert_eq!((&*whole.revision, whole.replaces), ("refs/heads/a", None));
        assert_eq!(of(&[("PRE_COMMIT_TO_REF", "")]).revision, "HEAD");
    }
}
