//! A client's process that stays and answers questions: one line of JSON each way, in any order.
//!
//! `{"id": 7, "ask": …}` goes to its standard input, `{"id": 7, "answer": …}` comes from its standard output.
//! It ends by itself when its standard input does. What it prints as an error is shown if it dies.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::ecosystem::{Error, abandoned, client::last_words, private::RunningClient};

/// A longer answer, in bytes, is none: memory is for what is checked.
const LONGEST_ANSWER: u64 = 64 << 20;
/// How long a client may take to end when nothing is asked of it any more.
const GRACE: Duration = Duration::from_secs(2);

/// A client that several threads may ask. It is ended when this is dropped.
pub(in crate::ecosystem) struct Asked {
    /// `None` once nothing more is asked.
    input: Mutex<Option<ChildStdin>>,
    shared: Arc<Shared>,
}

/// What those who ask share with the thread that reads the answers.
struct Shared {
    client: &'static str,
    /// Where it runs, as it is shown.
    path: String,
    asking: Mutex<Asking>,
    /// `None` once it has ended.
    running: Mutex<Option<RunningClient>>,
    errors: Mutex<File>,
}

#[derive(Default)]
struct Asking {
    /// The number of the last question.
    last: u64,
    /// Who waits for which answer.
    waiting: HashMap<u64, Sender<Value>>,
    /// Why nothing is answered any more.
    ended: Option<Ended>,
}

/// How it has ended.
#[derive(Clone)]
struct Ended {
    status: String,
    output: String,
}

impl Asked {
    /// Starts a client.
    ///
    /// # Errors
    ///
    /// When it is missing or can't be started.
    pub(in crate::ecosystem) fn start(
        client: &'static str,
        mut command: Command,
    ) -> Result<Self, Error> {
        let directory = command.get_current_dir().unwrap_or(Path::new("."));
        let directory = directory.to_owned();
        let not_started = |source| Error::not_started(client, &directory, source);
        let errors = tempfile::tempfile().map_err(|source| Error::NoPrivateDirectory {
            path: Error::shown(&std::env::temp_dir()),
            source,
        })?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors.try_clone().map_err(not_started)?);
        let mut running = RunningClient::start(&mut command)?.map_err(not_started)?;
        let (input, output) = running.pipes();
        let shared = Arc::new(Shared {
            client,
            path: Error::shown(&directory),
            asking: Mutex::default(),
            running: Mutex::new(Some(running)),
            errors: Mutex::new(errors),
        });
        if let Some(output) = output {
            let shared = shared.clone();
            thread::spawn(move || {
                let odd = shared.read(output).err();
                shared.end(odd);
            });
        }
        Ok(Self {
            input: Mutex::new(input),
            shared,
        })
    }

    /// What it answers.
    ///
    /// # Errors
    ///
    /// When it does not within `limit`, or dies before.
    pub(in crate::ecosystem) fn ask(
        &self,
        question: &Value,
        limit: Duration,
    ) -> Result<Value, Error> {
        let (sender, answer) = channel();
        let id = {
            let mut asking = lock(&self.shared.asking);
            if asking.ended.is_some() {
                drop(asking);
                return Err(self.shared.gone());
            }
            asking.last += 1;
            let id = asking.last;
            asking.waiting.insert(id, sender);
            id
        };
        if self.write(&json!({"id": id, "ask": question})).is_err() {
            self.shared.end(None);
        }
        match answer.recv_timeout(limit) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Disconnected) => Err(self.shared.gone()),
            Err(RecvTimeoutError::Timeout) => {
                lock(&self.shared.asking).waiting.remove(&id);
                Err(self.shared.silent(limit))
            }
        }
    }

    fn write(&self, question: &Value) -> io::Result<()> {
        match lock(&self.input).as_mut() {
            Some(input) => input.write_all(format!("{question}\n").as_bytes()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        drop(lock(&self.input).take());
        self.shared.end(None);
    }
}

impl Shared {
    /// Hands out the answers until there are no more; fails with what is wrong with one.
    fn read(&self, output: ChildStdout) -> Result<(), String> {
        let mut output = BufReader::new(output);
        loop {
            let mut line = Vec::new();
            let mut limited = (&mut output).take(LONGEST_ANSWER);
            match limited.read_until(b'\n', &mut line) {
                Ok(0) => return Ok(()),
                Ok(_) if line.last() == Some(&b'\n') => self.hand_out(&line)?,
                Ok(length) if length as u64 == LONGEST_ANSWER => {
                    return Err(format!(
                        "stopped: an answer is longer than {} MiB",
                        LONGEST_ANSWER >> 20
                    ));
                }
                // It died within an answer.
                Ok(_) => return Ok(()),
                Err(error) => return Err(format!("stopped: its answers can't be read: {error}")),
            }
        }
    }

    fn hand_out(&self, line: &[u8]) -> Result<(), String> {
        let odd = || "stopped: it answered in no form that is known here".to_owned();
        let mut line: Value = serde_json::from_slice(line).map_err(|_| odd())?;
        let id = line.get("id").and_then(Value::as_u64).ok_or_else(odd)?;
        let answer = line.get_mut("answer").ok_or_else(odd)?.take();
        if let Some(waiting) = lock(&self.asking).waiting.remove(&id) {
            // Who waits may have given up in this very moment.
            let _ = waiting.send(answer);
        }
        Ok(())
    }

    /// Waits until it has ended, not for long, and tells all who wait.
    fn end(&self, odd: Option<String>) {
        // Held until all is told, so that nobody finds it ended and not yet why.
        let mut running = lock(&self.running);
        let Some(mut client) = running.take() else {
            return;
        };
        // Whoever answers nonsense may go on with it.
        let grace = if odd.is_some() { Duration::ZERO } else { GRACE };
        let ended = match client.wait(grace) {
            Ok(Some(status)) => status.to_string(),
            Ok(None) => "stopped: it did not end by itself".to_owned(),
            Err(error) => error.to_string(),
        };
        let status = odd.unwrap_or(ended);
        let output = last_words(&mut lock(&self.errors));
        let mut asking = lock(&self.asking);
        asking.ended = Some(Ended { status, output });
        asking.waiting.clear();
    }

    fn gone(&self) -> Error {
        if abandoned() {
            return Error::Interrupted;
        }
        let ended = lock(&self.asking).ended.clone();
        let (status, output) = ended.map_or_else(Default::default, |it| (it.status, it.output));
        Error::ClientGone {
            client: self.client,
            path: self.path.clone(),
            status,
            output,
        }
    }

    fn silent(&self, limit: Duration) -> Error {
        Error::ClientSilent {
            client: self.client,
            path: self.path.clone(),
            limit,
            output: last_words(&mut lock(&self.errors)),
        }
    }
}

/// A panic of another thread that asks is not ours.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);
    /// Answers a question with itself.
    const ANSWER: &str = r#"answer() { echo "$1" | sed 's/"ask"/"answer"/'; }; "#;

    #[expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]
    fn shell(script: &str) -> Asked {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{ANSWER}{script}")])
            .current_dir("/");
        Asked::start("sh", command).unwrap()
    }

    #[test]
    fn each_who_asks_gets_its_own_answer_whatever_the_order() {
        let asked = shell("read -r a; read -r b; answer \"$b\"; answer \"$a\"; cat >&2");
        thread::scope(|scope| {
            for question in ["one", "two"] {
                let asked = &asked;
                scope.spawn(move || {
                    let answer = asked.ask(&question.into(), LONG).unwrap();
                    assert_eq!(answer, question);
                });
            }
        });
    }

    #[test]
    fn all_who_wait_are_told_the_last_words_of_one_that_dies() {
        let asked = shell("read -r a; read -r b; printf 'no \\033[2Jmemory' >&2; exit 7");
        let said = "sh has ended in / before it answered (exit status: 7)\n  no \\u{1b}[2Jmemory";
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let error = asked.ask(&Value::Null, LONG).unwrap_err();
                    assert_eq!(error.to_string(), said);
                });
            }
        });
        let error = asked.ask(&Value::Null, LONG).unwrap_err();
        assert_eq!(error.to_string(), said, "and whoever asks later");
    }

    #[test]
    fn what_is_no_answer_ends_it() {
        for answer in ["npm notice", "{}", r#"{"id":1}"#, r#"{"answer":1}"#, ""] {
            let asked = shell(&format!("read -r a; echo '{answer}'; cat >&2; exit 0"));
            let error = asked.ask(&Value::Null, LONG).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("it answered in no form"), "{answer}: {text}");
        }
    }

    #[test]
    fn one_that_says_nothing_is_not_waited_for() {
        let asked = shell("echo hm >&2; read -r a; read -r b; answer \"$b\"; cat >&2");
        let short = Duration::from_millis(300);
        let error = asked.ask(&Value::Null, short).unwrap_err();
        let said = "sh has not answered within 300ms in /";
        assert!(error.to_string().starts_with(said), "{error}");
        assert_eq!(asked.ask(&"two".into(), LONG).unwrap(), "two");
    }

    #[test]
    fn it_is_ended_with_what_asks_even_if_it_hears_nothing() {
        let asked = shell("trap '' TERM; read -r a; answer \"$a\"; while :; do sleep 1000; done");
        asked.ask(&Value::Null, LONG).unwrap();
        let shared = asked.shared.clone();
        drop(asked);
        assert!(lock(&shared.running).is_none());
    }

    #[test]
    fn a_missing_client_is_named() {
        let error = Asked::start("nothing-of-that-name", Command::new("nothing-of-that-name"));
        assert!(matches!(error, Err(Error::ClientMissing { .. })));
    }
}
