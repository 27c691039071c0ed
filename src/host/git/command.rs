//! Runs git so that nothing runs that the repository configures.
//!
//! A repository's own configuration may name programs: a file system monitor, hooks, filters, a pager,
//! ssh. Only commands that read the index, the objects and the ignore rules are asked here, none that
//! looks at the content of working files (`status` and `diff` run filters on them), none that needs the
//! network, and what else could start a program is switched off.

use std::{
    env,
    ffi::OsStr,
    io::{self, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::model::escape;

/// Settings that win over those of the repository, the user and the system.
const OVERRIDES: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.askPass=",
    "credential.helper=",
    "submodule.recurse=false",
    // Objects that a partial clone has left out are not fetched, by no transport.
    "protocol.allow=never",
    // A bare repository that lies among the files of another one is not opened.
    "safe.bareRepository=explicit",
];

/// What of git's own variables stays: where a person keeps the configuration, and how far up they want a
/// repository to be looked for. All others are set by a git that has started us through a hook, and mean
/// its repository and its index.
const KEPT: &[&str] = &[
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
];
/// Configuration by variables: `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_0`, `GIT_CONFIG_VALUE_0`.
const KEPT_PREFIXES: &[&str] = &["GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"];

/// The file without a configuration; git for Windows knows it by this name too.
const NOTHING: &str = "/dev/null";

/// How long an answer may take, if nothing else is said. A pipe in the place of an ignore file would never be read to its end.
const PATIENCE: Duration = Duration::from_secs(30);
/// A longer answer is not of a repository that anybody publishes from, in bytes.
const LONGEST: u64 = 512 << 20;
/// How much is kept of what git complains of, in bytes.
const COMPLAINT: u64 = 4 << 10;

/// Why git gave no answer.
#[derive(Debug)]
pub enum Failed {
    /// There is no git.
    Missing,
    /// It ended with this code, and what it complained of.
    Refused(Option<i32>, String),
    /// Something else, as the end of a sentence.
    Broken(String),
}

impl Failed {
    /// The end of a sentence for people.
    pub fn reason(self) -> String {
        match self {
            Self::Missing => "git was not found".to_owned(),
            Self::Refused(_, complaint) => escape(first_line(&complaint)),
            Self::Broken(reason) => reason,
        }
    }
}

fn first_line(complaint: &str) -> &str {
    let line = complaint.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("git failed and said nothing");
    line.strip_prefix("fatal: ").unwrap_or(line)
}

/// git, asked in a directory.
#[derive(Debug, Clone, Copy)]
pub struct Git<'a> {
    pub(super) directory: &'a Path,
    repository: Option<&'a Path>,
    is_plain: bool,
    patience: Duration,
}

impl<'a> Git<'a> {
    /// Of the repository that the directory lies in.
    pub fn new(directory: &'a Path) -> Self {
        Self {
            directory,
            repository: None,
            is_plain: false,
            patience: PATIENCE,
        }
    }

    /// Of this repository, wherever the directory lies.
    pub fn of(self, repository: &'a Path) -> Self {
        Self {
            repository: Some(repository),
            ..self
        }
    }

    /// Without what the user and the system have configured: filters, for instance.
    pub fn plain(self) -> Self {
        Self {
            is_plain: true,
            ..self
        }
    }

    /// For a command that may take so long.
    pub fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What git prints.
    ///
    /// # Errors
    ///
    /// When it gives no answer.
    pub fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, Failed> {
        self.ask_about(arguments, Vec::new())
    }

    /// What git prints when it is given this to read.
    ///
    /// # Errors
    ///
    /// When it gives no answer.
    pub fn ask_about(&self, arguments: &[&str], input: Vec<u8>) -> Result<Vec<u8>, Failed> {
        let mut child = match self.command(arguments).spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Failed::Missing),
            Err(error) => return Err(Failed::Broken(format!("git can't be started: {error}"))),
        };
        if let Some(mut stdin) = child.stdin.take() {
            // git may end without reading; then its answer says why.
            thread::spawn(move || stdin.write_all(&input));
        }
        let answer = read(child.stdout.take(), LONGEST);
        let complaint = read(child.stderr.take(), COMPLAINT);
        let Ok(answer) = answer.recv_timeout(self.patience) else {
            end(&mut child);
            let seconds = self.patience.as_secs();
            let reason = format!("git gave no answer within {seconds} seconds");
            return Err(Failed::Broken(reason));
        };
        if answer.len() as u64 == LONGEST {
            end(&mut child);
            return Err(Failed::Broken("git's answer is too long".to_owned()));
        }
        let status = child.wait();
        let status = status.map_err(|error| Failed::Broken(format!("git is lost: {error}")))?;
        if status.success() {
            return Ok(answer);
        }
        let complaint = complaint.recv_timeout(PATIENCE).unwrap_or_default();
        let complaint = String::from_utf8_lossy(&complaint).into_owned();
        Err(Failed::Refused(status.code(), complaint))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        for (name, _) in env::vars_os() {
            if is_of_another_git(&name) {
                command.env_remove(name);
            }
        }
        command.arg("--no-pager");
        for setting in OVERRIDES {
            command.args(["-c", setting]);
        }
        command
            .args(arguments)
            .current_dir(self.directory)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            // Wins over every configuration; git before 2.45 does not know the one above.
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            // Complaints are compared with what they are in English.
            .env("LC_ALL", "C")
            .env("LANGUAGE", "")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(repository) = self.repository {
            command.env("GIT_DIR", repository);
        }
        if self.is_plain {
            command
                .env("GIT_CONFIG_GLOBAL", NOTHING)
                .env("GIT_CONFIG_SYSTEM", NOTHING)
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .env_remove("GIT_CONFIG_COUNT");
        }
        command
    }
}

fn is_of_another_git(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("GIT_")
        && !KEPT.contains(&name.as_ref())
        && !KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Reads to the end on a thread of its own.
fn read(from: Option<impl Read + Send + 'static>, most: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = from.map(|from| from.take(most).read_to_end(&mut bytes));
        // Without its answer git is as good as silent: the receiver's wait then ends at once.
        if !matches!(read, Some(Err(_))) {
            let _ = sender.send(bytes);
        }
    });
    receiver
}

/// Ends a git that is not waited for any longer.
fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_the_users_own_stays_in_the_environment() {
        for (name, of_another) in [
            ("GIT_DIR", true),
            ("GIT_INDEX_FILE", true),
            ("GIT_WORK_TREE", true),
            ("GIT_EXTERNAL_DIFF", true),
            ("GIT_CONFIG_PARAMETERS", true),
            ("GIT_CONFIG_GLOBAL", false),
            ("GIT_CONFIG_KEY_0", false),
            ("GITHUB_TOKEN", false),
            ("PATH", false),
        ] {
            assert_eq!(is_of_another_git(OsStr::new(name)), of_another, "{name}");
        }
    }

    #[test]
    fn a_complaint_is_one_escaped_line() {
        let reason = |text: &str| Failed::Refused(Some(128), text.to_owned()).reason();
        assert_eq!(reason("\nfatal: bad \u{1b}[2J\nmore"), "bad \\u{1b}[2J");
        assert_eq!(reason(""), "git failed and said nothing");
    }
}
