//! Runs the user's own command, as if it had been typed.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::{Command, Stdio},
};

use super::Error;
use crate::ecosystem::{self, RunningClient};

/// As much is kept of what a client prints, in bytes.
const LONGEST: usize = 1 << 20;

/// Runs the client with our standard streams: it may ask for a one-time password. Returns its exit code; for
/// a client that a signal has ended, 128 and the signal's number, as shells do.
///
/// # Errors
///
/// When it can't be started.
pub(super) fn run(
    command: &mut Command,
    name: &'static str,
    directory: &Path,
) -> Result<u8, Error> {
    Ok(run_heard(command, name, directory)?.0)
}

/// The same with its standard output through a pipe: it is handed on, and what was printed is returned with
/// the code.
///
/// # Errors
///
/// When it can't be started.
pub(super) fn run_telling(
    command: &mut Command,
    name: &'static str,
    directory: &Path,
) -> Result<(u8, String), Error> {
    run_heard(command.stdout(Stdio::piped()), name, directory)
}

fn run_heard(
    command: &mut Command,
    name: &'static str,
    directory: &Path,
) -> Result<(u8, String), Error> {
    command.current_dir(directory);
    let lost = |source: io::Error| ecosystem::Error::not_started(name, directory, source);
    let mut client = RunningClient::start(command)?.map_err(lost)?;
    let printed = client.printed().map(handed_on).unwrap_or_default();
    let status = client.wait_for_ever().map_err(lost)?;
    if ecosystem::abandoned() {
        return Err(ecosystem::Error::Interrupted.into());
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let code = 128u8.saturating_add(u8::try_from(signal).unwrap_or(u8::MAX));
        return Ok((code, printed));
    }
    // Elsewhere codes may be larger; none of them is success.
    let code = status
        .code()
        .map(|code| u8::try_from(code).unwrap_or(u8::MAX));
    Ok((code.unwrap_or(u8::MAX), printed))
}

/// Hands on what comes, and returns it, or the end of it.
fn handed_on(mut from: impl Read) -> String {
    let (mut all, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = from.read(&mut piece) {
        let mut stdout = io::stdout();
        // A reader that has gone away is no reason to stop a publish halfway.
        let _ = stdout
            .write_all(&piece[..length])
            .and_then(|()| stdout.flush());
        all.extend_from_slice(&piece[..length]);
        if all.len() > LONGEST {
            all.drain(..all.len() - LONGEST / 2);
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}
