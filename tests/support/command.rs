//! The one way to run the program in tests: in an environment that holds nothing of the machine's,
//! with a home and a directory for temporary files of its own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// Variables that change what npm, clients of PyPI, a terminal program or this program do.
const SCRUBBED: [&str; 34] = [
    "npm_",
    "pnpm_",
    "yarn_",
    "bun_",
    "corepack_",
    "TWINE_",
    "UV_PUBLISH_",
    "HATCH_",
    "POETRY_",
    "FLIT_",
    "PDM_",
    "MATURIN_",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "SOURCE_DATE_EPOCH",
    "XDG_",
    "NO_COLOR",
    "CLICOLOR",
    "FORCE_COLOR",
    "CI",
    "GITHUB_",
    "GITLAB_",
    "WORKSPACE",
    "BUILD_",
    "BUILDKITE_",
    "BITBUCKET_",
    "CODEBUILD_",
    "TRAVIS_",
    "TEAMCITY_",
    "PACKWARDEN_",
    "NODE_OPTIONS",
    "INIT_CWD",
    "RUST_BACKTRACE",
    "COLUMNS",
];

/// Names a directory with the npm to test with, instead of the first on PATH.
const OTHER_NPM: &str = "PACKWARDEN_TEST_NPM";

/// A run of the program that is being prepared.
pub(crate) struct Packwarden {
    place: TempDir,
    command: Command,
    stdin: Stdio,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program with these arguments.
pub(crate) fn packwarden(arguments: &[&str]) -> Packwarden {
    let mut packwarden = scrubbed(env!("CARGO_BIN_EXE_packwarden"));
    packwarden.command.args(arguments);
    packwarden
}

/// Another program, in the same kind of environment. It finds ours through `$PACKWARDEN`.
pub(crate) fn scrubbed(program: &str) -> Packwarden {
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let known = name.to_string_lossy().to_lowercase();
        if SCRUBBED
            .iter()
            .any(|prefix| known.starts_with(&prefix.to_lowercase()))
        {
            command.env_remove(name);
        }
    }
    let home = place.path().join("home");
    let temporary = place.path().join("tmp");
    fs::create_dir(&home).unwrap();
    fs::create_dir(&temporary).unwrap();
    command
        .env("HOME", &home)
        .env("USERPROFILE", &home)
        .env("TMPDIR", &temporary)
        .env("TEMP", &temporary)
        .env("TMP", &temporary)
        .env("PACKWARDEN", env!("CARGO_BIN_EXE_packwarden"))
        .env("npm_config_update_notifier", "false");
    if let Some(npm) = env::var_os(OTHER_NPM) {
        let path = env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(PathBuf::from(npm)).chain(env::split_paths(&path));
        command.env("PATH", env::join_paths(all).unwrap());
    }
    let stdin = Stdio::null();
    Packwarden {
        place,
        command,
        stdin,
    }
}

impl Packwarden {
    /// Runs in this directory.
    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// With this variable.
    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Without the variables whose names begin so.
    pub(crate) fn without(mut self, prefix: &str) -> Self {
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with(prefix) {
                self.command.env_remove(name);
            }
        }
        self
    }

    /// Its home.
    pub(crate) fn home(&self) -> PathBuf {
        self.place.path().join("home")
    }

    /// With further arguments.
    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// With a further argument that need not be text.
    pub(crate) fn argument(mut self, argument: &std::ffi::OsStr) -> Self {
        self.command.arg(argument);
        self
    }

    /// With this file as standard input.
    pub(crate) fn stdin_from(mut self, file: fs::File) -> Self {
        self.stdin = file.into();
        self
    }

    /// Runs to the end with standard output going there.
    pub(crate) fn stdout_to(self, file: fs::File) -> Ran {
        self.spawn(file.into()).wait()
    }

    /// Runs to the end, and sees to it that nothing was left behind.
    pub(crate) fn run(self) -> Ran {
        self.start().wait()
    }

    /// Starts it.
    pub(crate) fn start(self) -> Running {
        self.spawn(Stdio::piped())
    }

    fn spawn(mut self, stdout: Stdio) -> Running {
        let command = self.command.stdin(self.stdin).stdout(stdout);
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        Running {
            place: self.place,
            child,
        }
    }
}

/// A run that was started.
pub(crate) struct Running {
    place: TempDir,
    pub(crate) child: Child,
}

impl Running {
    /// What our program has in the directory for temporary files.
    pub(crate) fn private_directories(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.place.path().join("tmp")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let ours = |path: &PathBuf| path.to_string_lossy().contains("packwarden-");
        paths.filter(ours).collect()
    }

    /// Waits for its end, and sees to it that nothing was left behind.
    pub(crate) fn wait(mut self) -> Ran {
        let child = &mut self.child;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        std::thread::scope(|scope| {
            let reading = child.stdout.take();
            scope.spawn(|| reading.map(|mut from| std::io::copy(&mut from, &mut stdout)));
            let reading = child.stderr.take();
            scope.spawn(|| reading.map(|mut from| std::io::copy(&mut from, &mut stderr)));
        });
        let code = child.wait().unwrap().code();
        assert_eq!(
            self.private_directories(),
            Vec::<PathBuf>::new(),
            "left behind"
        );
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran {
            code,
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }
}

impl Ran {
    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}
