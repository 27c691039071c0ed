//! A repository whose pushes go through the hook, and the bare one that they go to.

use std::{
    env,
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    command::{Packwarden, Ran, scrubbed},
    tree,
};

/// What git's own hook is in the documentation.
const HOOK: &str = "#!/bin/sh\nexec packwarden hook git-pre-push \"$@\"\n";

/// A repository with the hook, and its remote.
pub(crate) struct Pushing {
    place: TempDir,
}

impl Pushing {
    /// One with git's own hook.
    pub(crate) fn new() -> Self {
        let pushing = Self::without_hook();
        pushing.hook(HOOK);
        pushing
    }

    /// One without any.
    pub(crate) fn without_hook() -> Self {
        let pushing = Self {
            place: tempfile::tempdir().unwrap(),
        };
        let init = ["init", "--quiet", "--initial-branch=main"];
        for (directory, more) in [("acme's remote.git", &["--bare"][..]), ("work", &[])] {
            let directory = pushing.place.path().join(directory);
            fs::create_dir(&directory).unwrap();
            tree::git(&directory, &[&init[..], more].concat());
        }
        let remote = pushing.place.path().join("acme's remote.git");
        pushing.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
        pushing
    }

    /// With this script as git's hook.
    pub(crate) fn hook(&self, script: &str) {
        executable(&self.path(".git/hooks/pre-push"), script);
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.place.path().join("work").join(path)
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        tree::write(&self.path(""), path, content);
    }

    /// A manifest of npm with these fields beside the usual ones.
    pub(crate) fn manifest(&self, path: &str, fields: &Value) {
        let mut manifest = json!({
            "name": "acme", "version": "1.0.0", "license": "MIT", "repository": "acme/acme",
        });
        let all = manifest.as_object_mut().unwrap();
        all.extend(fields.as_object().unwrap().clone());
        self.write(path, &manifest.to_string());
    }

    pub(crate) fn git(&self, arguments: &[&str]) {
        tree::git(&self.path(""), arguments);
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
    }

    /// git, as its user runs it in a directory of the repository.
    pub(crate) fn user(&self, directory: &str, arguments: &[&str]) -> Packwarden {
        let user = scrubbed("git")
            .arguments(&["-c", "user.name=x", "-c", "user.email=x@example.com"])
            .arguments(arguments)
            .directory(&self.path(directory));
        with_packwarden(user, &[])
    }

    /// Pushes these refs.
    pub(crate) fn push(&self, refs: &[&str]) -> Ran {
        self.user("", &[&["push", "origin"], refs].concat()).run()
    }

    /// What the remote has: a line for each ref.
    pub(crate) fn remote(&self) -> String {
        let mut git = Command::new("git");
        git.args(["for-each-ref", "--format=%(refname) %(objectname)"]);
        let answer = git
            .current_dir(self.place.path().join("acme's remote.git"))
            .output();
        String::from_utf8(answer.unwrap().stdout).unwrap()
    }

    /// Pushes what must pass.
    #[track_caller]
    pub(crate) fn passes(&self, refs: &[&str]) -> Ran {
        let before = self.remote();
        let ran = self.push(refs);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_ne!(self.remote(), before, "nothing arrived");
        ran
    }

    /// Pushes what must be refused.
    #[track_caller]
    pub(crate) fn is_refused(&self, refs: &[&str]) -> Ran {
        let before = self.remote();
        let ran = self.push(refs);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(self.remote(), before, "something arrived");
        ran
    }
}

/// Finds our program by its name, as it would be installed, before all other programs.
pub(crate) fn with_packwarden(program: Packwarden, directories: &[&Path]) -> Packwarden {
    let ours = Path::new(env!("CARGO_BIN_EXE_packwarden"))
        .parent()
        .unwrap();
    let path = env::var_os("PATH").unwrap_or_default();
    let first = std::iter::once(ours).chain(directories.iter().copied());
    let all: Vec<PathBuf> = first
        .map(Path::to_owned)
        .chain(env::split_paths(&path))
        .collect();
    let all: OsString = env::join_paths(all).unwrap();
    program
        .variable("PATH", all)
        .variable("GIT_CONFIG_GLOBAL", "/dev/null")
        .variable("GIT_CONFIG_SYSTEM", "/dev/null")
}

/// Writes a program.
pub(crate) fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
