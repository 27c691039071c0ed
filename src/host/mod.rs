//! What the machine that runs the check knows of itself: values that must not be in an artifact, and the
//! repository that a project lies in.

mod common;
pub mod git;
mod secrets;

use std::{
    env,
    ffi::OsString,
    path::{Component, Path, PathBuf},
};

use crate::model::{SelfKind, SelfValue, is_common_login};
pub use secrets::{live_secrets, secrets_in};

/// Fewer characters than this make no login that could be told from a word.
const SHORTEST_LOGIN: usize = 4;
/// Fewer characters than this make no host name that could be told from a word.
const SHORTEST_HOST_NAME: usize = 5;
/// A home of fewer components (`/root`) is one that everybody has.
const SHALLOWEST_HOME: usize = 2;
/// A root of fewer components (`/app`, `/builds/app`) is one that everybody has.
const SHALLOWEST_ROOT: usize = 3;

/// Variables that name where a build service has checked the project out, and where temporary files lie:
/// GitHub Actions, GitLab, Jenkins, Azure Pipelines, CircleCI, Travis, AppVeyor, Buildkite, Bitbucket,
/// CodeBuild, TeamCity, Drone, Bitrise, Semaphore; and POSIX. (Windows keeps them below the home.)
const BUILD_DIRECTORIES: [&str; 16] = [
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "WORKSPACE",
    "BUILD_SOURCESDIRECTORY",
    "SYSTEM_DEFAULTWORKINGDIRECTORY",
    "CIRCLE_WORKING_DIRECTORY",
    "TRAVIS_BUILD_DIR",
    "APPVEYOR_BUILD_FOLDER",
    "BUILDKITE_BUILD_CHECKOUT_PATH",
    "BITBUCKET_CLONE_DIR",
    "CODEBUILD_SRC_DIR",
    "TEAMCITY_BUILD_CHECKOUTDIR",
    "DRONE_WORKSPACE",
    "BITRISE_SOURCE_DIR",
    "SEMAPHORE_GIT_DIR",
    "TMPDIR",
];

/// The literal values of this machine, and of the project: home directory, login, host name, the roots
/// that the project has, and where build services work. What everybody has is left out; see [`common`].
///
/// Values are held in memory only. What is not UTF-8 is left out, because it could not be compared
/// with text.
pub fn self_values(roots: &[&Path]) -> Vec<SelfValue> {
    let roots = roots.iter().flat_map(|root| {
        let as_given = std::path::absolute(root).ok();
        as_given.into_iter().chain(root.canonicalize().ok())
    });
    let roots: Vec<_> = roots.collect();
    Machine::this().values(&roots)
}

/// What can be asked of a machine.
#[derive(Default)]
struct Machine {
    home: Option<PathBuf>,
    logins: Vec<OsString>,
    host_name: OsString,
    build_directories: Vec<PathBuf>,
}

impl Machine {
    fn this() -> Self {
        Self {
            home: env::home_dir(),
            logins: ["USER", "LOGNAME", "USERNAME"]
                .into_iter()
                .filter_map(env::var_os)
                .collect(),
            host_name: gethostname::gethostname(),
            build_directories: BUILD_DIRECTORIES
                .into_iter()
                .filter_map(|name| env::var_os(name).map(PathBuf::from))
                .collect(),
        }
    }

    fn values(&self, roots: &[PathBuf]) -> Vec<SelfValue> {
        let mut values: Vec<SelfValue> = Vec::new();
        let mut add = |kind, value: String| {
            if values.iter().all(|known| known.value != value) {
                values.push(SelfValue { kind, value });
            }
        };
        if let Some(home) = self.home.as_deref().and_then(own_home) {
            add(SelfKind::Home, home);
        }
        let of_home = self.home.as_deref().and_then(Path::file_name);
        for login in self.logins.iter().map(OsString::as_os_str).chain(of_home) {
            if let Some(login) = login.to_str().filter(|login| is_own_login(login)) {
                add(SelfKind::Login, login.to_owned());
            }
        }
        for name in self
            .host_name
            .to_str()
            .map_or_else(Vec::new, own_host_names)
        {
            add(SelfKind::HostName, name.to_owned());
        }
        for root in roots.iter().filter_map(|root| own_root(root)) {
            add(SelfKind::ProjectRoot, root);
        }
        let build_directories = self.build_directories.iter();
        for directory in build_directories.filter_map(|path| own_root(path)) {
            add(SelfKind::BuildDirectory, directory);
        }
        values
    }
}

fn own_home(home: &Path) -> Option<String> {
    let login = home.file_name()?.to_str()?;
    let own = depth(home) >= SHALLOWEST_HOME && !is_common_login(login);
    own.then(|| text(home))?
}

fn is_own_login(login: &str) -> bool {
    login.chars().count() >= SHORTEST_LOGIN
        && !is_common_login(login)
        && !login.contains(['/', '\\'])
}

/// The whole name, where it has a domain of its own, and its first label. A label that is a plain
/// word is left out: machines are called `atlas` and `phoenix`, and so is much else.
fn own_host_names(name: &str) -> Vec<&str> {
    let name = name.trim_end_matches('.');
    let (label, domain) = name.split_once('.').unwrap_or((name, ""));
    let mut names = Vec::new();
    if !domain.is_empty() && !common::is_domain(domain) && !is_container_id(label) {
        names.push(name);
    }
    if !label.chars().all(char::is_alphabetic)
        && !common::is_host_name(label)
        && !is_container_id(label)
    {
        names.push(label);
    }
    names.retain(|name| name.chars().count() >= SHORTEST_HOST_NAME);
    names
}

/// What a container is called that nobody has named: unique, and of no use to anybody.
fn is_container_id(label: &str) -> bool {
    label.len() == 12 && label.chars().all(|digit| digit.is_ascii_hexdigit())
}

fn own_root(root: &Path) -> Option<String> {
    let own = depth(root) >= SHALLOWEST_ROOT;
    own.then(|| text(root))?
        .filter(|root| !common::is_root(root))
}

/// How many directories deep the path is, below the root or drive.
fn depth(path: &Path) -> usize {
    let normal = |component: &Component<'_>| matches!(component, Component::Normal(_));
    match path.is_absolute() {
        true => path.components().filter(normal).count(),
        false => 0,
    }
}

/// The path as programs write it: without a separator at its end, and without the prefix that
/// Windows puts before a canonical path.
fn text(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let text = text.strip_prefix(r"\\?\").unwrap_or(text);
    Some(text.trim_end_matches(['/', '\\']).to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn values(machine: &Machine, roots: &[&str]) -> Vec<(SelfKind, String)> {
        let roots: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
        let values = machine.values(&roots).into_iter();
        values.map(|value| (value.kind, value.value)).collect()
    }

    #[test]
    fn a_developers_machine_has_values_of_its_own() {
        let machine = Machine {
            home: Some("/home/jdoe/".into()),
            logins: vec!["jdoe".into(), "jdoe".into(), "jane.doe".into()],
            host_name: "build-7.corp.example".into(),
            build_directories: vec![
                "/data/checkouts/project".into(),
                "/data/agents/7/work/".into(),
                "/tmp".into(),
                "work/a/b/c".into(),
            ],
        };
        let root = "/home/jdoe/code/project";
        assert_eq!(
            values(&machine, &[root, root, "/data/checkouts/project"]),
            [
                (SelfKind::Home, "/home/jdoe".to_owned()),
                (SelfKind::Login, "jdoe".to_owned()),
                (SelfKind::Login, "jane.doe".to_owned()),
                (SelfKind::HostName, "build-7.corp.example".to_owned()),
                (SelfKind::HostName, "build-7".to_owned()),
                (SelfKind::ProjectRoot, root.to_owned()),
                (SelfKind::ProjectRoot, "/data/checkouts/project".to_owned()),
                (SelfKind::BuildDirectory, "/data/agents/7/work".to_owned()),
            ]
        );
    }

    #[test]
    fn what_everybody_has_is_left_out() {
        for (home, login, host_name) in [
            ("/root", "root", "localhost"),
            ("/home/runner", "runner", "fv-az123-456"),
            ("/home/node", "node", "0123456789ab"),
            ("/Users/runner", "Runner", "MacBook-Pro-2.local"),
            ("/home/ubuntu", "", "ubuntu"),
            ("/", "bob", "box1"),
            ("home/jdoe", "", "atlas"),
        ] {
            let machine = Machine {
                home: Some(home.into()),
                logins: vec![login.into()],
                host_name: host_name.into(),
                build_directories: vec!["/tmp".into(), "/github/workspace".into()],
            };
            let found = values(
                &machine,
                &["/", "/app", "/builds/app", "/usr/src/app", "a/b/c/d"],
            );
            let found: Vec<_> = found.iter().filter(|(_, value)| value != "jdoe").collect();
            assert!(found.is_empty(), "{found:?}");
        }
    }

    #[test]
    fn a_short_login_leaves_the_home_that_it_is_in() {
        let machine = Machine {
            home: Some("/home/bob".into()),
            logins: vec!["bob".into()],
            ..Machine::default()
        };
        assert_eq!(
            values(&machine, &[]),
            [(SelfKind::Home, "/home/bob".to_owned())]
        );
    }

    #[test]
    fn host_names_are_those_that_point_to_a_machine() {
        for (name, expected) in [
            ("janes-macbook-pro.local", &["janes-macbook-pro"][..]),
            ("DESKTOP-4F7K2Q1", &["DESKTOP-4F7K2Q1"]),
            ("runner.corp.example", &["runner.corp.example"]),
            ("atlas.corp.example.", &["atlas.corp.example"]),
            ("0123456789ab.corp.example", &[]),
            ("localhost.localdomain", &[]),
            ("pi-4", &[]),
            ("", &[]),
        ] {
            assert_eq!(own_host_names(name), expected, "{name}");
        }
    }

    #[test]
    fn the_project_is_known_as_given_and_by_its_real_place() {
        let directory = tempfile::tempdir().unwrap();
        let real = directory.path().canonicalize().unwrap().join("a/b/real");
        std::fs::create_dir_all(&real).unwrap();
        let link = directory.path().join("a/b/link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let values = self_values(&[&link]);
        for root in [&link, &real] {
            let root = root.to_str().unwrap();
            let expected =
                |value: &SelfValue| value.kind == SelfKind::ProjectRoot && value.value == root;
            assert!(values.iter().any(expected), "{root}");
        }
    }
}
