//! Runs a client in a project.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use super::{Error, Show, output::Output, private::RunningClient};
use crate::model::{escape, without_secrets_in_urls};

/// Set for every client that we start, so that this program knows when it runs inside one: to
/// [`WITH_SCRIPTS`] or [`WITHOUT_SCRIPTS`].
pub(super) const MARKER: &str = "PACKWARDEN_PACKING";
/// The client may run the project's scripts, and one of them may start this program.
pub(super) const WITH_SCRIPTS: &str = "1";
/// The client was told to run none. Should this program find that in its environment, the client
/// has not obeyed, and to start it once more would never end.
pub(super) const WITHOUT_SCRIPTS: &str = "2";

/// What git tells its hooks of the repository that they run in, which a client must not take for the
/// one that it packs in (`git rev-parse --local-env-vars`).
const OF_REPOSITORY: [&str; 15] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// How long a client may take to pack, if nothing else is asked for: builds take minutes.
pub(super) const LIMIT: Duration = Duration::from_secs(15 * 60);
/// How long it may take to answer a question.
const LIMIT_OF_ANSWERS: Duration = Duration::from_secs(60);

/// As much is read of an answer, in bytes.
const LONGEST_ANSWER: u64 = 64 << 20;

/// How much of a failed client's output is shown, in bytes from the end.
const SHOWN: u64 = 64 << 10;

/// A client and the project that it runs in, unless its command is to run elsewhere.
pub(super) struct Client<'a> {
    pub(super) name: &'static str,
    pub(super) project: &'a Path,
    /// What shows its output while it runs.
    pub(super) show_output: Option<Show>,
    /// How long it may take.
    pub(super) limit: Duration,
}

impl Client<'_> {
    /// The same in another directory.
    pub(super) fn in_directory<'a>(&self, directory: &'a Path) -> Client<'a> {
        Client {
            name: self.name,
            project: directory,
            show_output: self.show_output.clone(),
            limit: self.limit,
        }
    }

    /// Runs `command` to its end. `said` is the command as a person would type it.
    ///
    /// Standard input is empty. What the client prints never reaches our standard output, which
    /// belongs to the report. It goes to a private temporary file rather than through a pipe: a
    /// daemon that a build leaves behind keeps a pipe open, and we would wait for it for ever.
    pub(super) fn run(&self, command: &mut Command, said: &str) -> Result<(), Error> {
        let not_made = |source| Error::NoPrivateDirectory {
            path: Error::shown(&std::env::temp_dir()),
            source,
        };
        let (status, captured) = match &self.show_output {
            Some(show) => {
                let output = Output::create()?;
                command
                    .stdout(output.stdio().map_err(not_made)?)
                    .stderr(output.stdio().map_err(not_made)?);
                let status = output.during(show, || self.status(command, self.limit))?;
                (status, None)
            }
            None => {
                let file = tempfile::tempfile().map_err(not_made)?;
                command
                    .stdout(file.try_clone().map_err(not_made)?)
                    .stderr(file.try_clone().map_err(not_made)?);
                (self.status(command, self.limit)?, Some(file))
            }
        };
        match status {
            Some(status) if status.success() => Ok(()),
            status => Err(self.failed(said, status, self.limit, captured)),
        }
    }

    /// The first line of what `command` prints.
    pub(super) fn ask(&self, command: &mut Command, said: &str) -> Result<String, Error> {
        let text = self.ask_all(command, said)?;
        Ok(text.lines().next().unwrap_or_default().trim().to_owned())
    }

    /// What `command` prints.
    pub(super) fn ask_all(&self, command: &mut Command, said: &str) -> Result<String, Error> {
        let not_made = |source| Error::NoPrivateDirectory {
            path: Error::shown(&std::env::temp_dir()),
            source,
        };
        let mut answer = tempfile::tempfile().map_err(not_made)?;
        let errors = tempfile::tempfile().map_err(not_made)?;
        command
            .stdout(answer.try_clone().map_err(not_made)?)
            .stderr(errors.try_clone().map_err(not_made)?);
        let limit = self.limit.min(LIMIT_OF_ANSWERS);
        match self.status(command, limit)? {
            Some(status) if status.success() => {}
            status => return Err(self.failed(said, status, limit, Some(errors))),
        }
        answer.rewind().map_err(not_made)?;
        let mut text = Vec::new();
        answer
            .take(LONGEST_ANSWER)
            .read_to_end(&mut text)
            .map_err(not_made)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// How it has ended, if it has by itself.
    fn status(&self, command: &mut Command, limit: Duration) -> Result<Option<ExitStatus>, Error> {
        if command.get_current_dir().is_none() {
            command.current_dir(self.project);
        }
        command.stdin(Stdio::null());
        for name in OF_REPOSITORY {
            command.env_remove(name);
        }
        let not_started = |source| Error::not_started(self.name, self.project, source);
        let mut client = RunningClient::start(command)?.map_err(not_started)?;
        let status = client.wait(limit).map_err(not_started)?;
        if super::abandoned() {
            return Err(Error::Interrupted);
        }
        Ok(status)
    }

    fn failed(
        &self,
        said: &str,
        status: Option<ExitStatus>,
        limit: Duration,
        captured: Option<File>,
    ) -> Error {
        let output = captured.map(|mut file| last_words(&mut file));
        let output = output.unwrap_or_default();
        let command = without_secrets_in_urls(said);
        let path = Error::shown(self.project);
        match status {
            Some(status) => Error::ClientFailed {
                command,
                path,
                status: status.to_string(),
                output,
            },
            None => Error::ClientTooSlow {
                command,
                path,
                limit,
                output,
            },
        }
    }
}

/// The end of what a client has printed into this file, as it is shown.
pub(super) fn last_words(file: &mut File) -> String {
    indented(&end_of(file).unwrap_or_default())
}

fn end_of(file: &mut File) -> io::Result<String> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(SHOWN)))?;
    let mut bytes = Vec::new();
    file.take(SHOWN).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(match length > SHOWN {
        // The first word may be what is left of an address: a password without what shows it.
        true => text
            .trim_start_matches(|character: char| !character.is_whitespace())
            .to_owned(),
        false => text,
    })
}

/// Each line of `output` on a line of its own, indented, with what could act on a terminal escaped and
/// without the passwords that clients print with addresses.
fn indented(output: &str) -> String {
    let mut text = String::new();
    let output = without_secrets_in_urls(output);
    for line in output.lines().filter(|line| !line.trim().is_empty()) {
        text.push_str("\n  ");
        text.push_str(&escape(&line.trim_end().replace('\t', "    ")));
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<(), Error> {
        within(LIMIT, script)
    }

    fn within(limit: Duration, script: &str) -> Result<(), Error> {
        let client = Client {
            name: "sh",
            project: Path::new("/"),
            show_output: None,
            limit,
        };
        client.run(Command::new("sh").args(["-c", script]), "sh it")
    }

    #[test]
    fn the_end_of_a_failed_clients_output_is_shown_escaped() {
        let error =
            shell("printf 'one\\n\\n\\ttwo\\033[2J\\n'; echo three >&2; exit 7").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`sh it` failed in / (exit status: 7)\n  one\n      two\\u{1b}[2J\n  three"
        );
    }

    #[test]
    fn passwords_in_addresses_are_shown_neither_of_the_command_nor_of_its_output() {
        let client = Client {
            name: "sh",
            project: Path::new("/"),
            show_output: None,
            limit: LIMIT,
        };
        let script = "echo \"x @ http://bot:pw@h:1/x.whl, 'https://pw@h/'\"; exit 1";
        let mut command = Command::new("sh");
        let said = "sh --registry https://u:pw@h/";
        let error = client.run(command.args(["-c", script]), said).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`sh --registry https://…@h/` failed in / (exit status: 1)\n  \
             x @ http://…@h:1/x.whl, 'https://…@h/'"
        );
    }

    #[test]
    fn much_output_is_cut_at_its_beginning() {
        let error =
            shell("echo first; head -c 200000 /dev/zero | tr '\\0' x; echo; echo last; exit 1")
                .unwrap_err()
                .to_string();
        assert!(error.len() < 70_000);
        assert!(error.ends_with("\n  last") && !error.contains("first"));
    }

    #[test]
    fn a_client_that_leaves_a_daemon_behind_is_not_waited_for() {
        // The daemon holds our capture open until somebody writes into the pipe: were the capture
        // read to its end, this would never return.
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        shell(&format!("mkfifo {0}; cat {0} &", pipe.display())).unwrap();
        std::fs::write(pipe, "end").unwrap();
    }

    #[test]
    fn a_client_that_hangs_is_ended_with_all_that_it_has_started() {
        // It hears no SIGTERM, and what it has started would be left behind.
        let script = "trap '' TERM; echo waiting; sleep 1000 & echo $!; while :; do wait; done";
        let error = within(Duration::from_millis(300), script).unwrap_err();
        let text = error.to_string();
        let said = "`sh it` did not end within 300ms in /, and was stopped\n  waiting\n  ";
        let id = text.strip_prefix(said).expect(&text).parse().unwrap();
        let child = rustix::process::Pid::from_raw(id).unwrap();
        let is_there = || rustix::process::test_kill_process(child).is_ok();
        let state = || std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // The signal was sent; when it arrives is up to the system.
        while is_there() && !state().contains(") Z") {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_missing_client_is_named() {
        let client = Client {
            name: "nothing-of-that-name",
            project: Path::new("/"),
            show_output: None,
            limit: LIMIT,
        };
        let error = client
            .run(&mut Command::new("nothing-of-that-name"), "")
            .unwrap_err();
        assert!(matches!(error, Error::ClientMissing { .. }));
    }

    #[test]
    fn a_client_has_no_input() {
        shell("! read line").unwrap();
    }
}
