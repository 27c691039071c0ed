//! Runs the user's own command, as if it had been typed.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use super::Error;
use crate::ecosystem::{self, RunningClient};

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
    let lost = |source: io::Error| ecosystem::Error::not_started(name, directory, source);
    let mut client = start(command, name, directory)?;
    let status = client.wait_for_ever().map_err(lost)?;
    exit_code(status)
}

/// The same, and what it prints to standard output, where it goes as well. To be used of clients that ask
/// nothing there.
///
/// # Errors
///
/// When it can't be started, or what it prints can't be handed on.
pub(super) fn run_reading(
    command: &mut Command,
    name: &'static str,
    directory: &Path,
) -> Result<(u8, String), Error> {
    let lost = |source: io::Error| ecosystem::Error::not_started(name, directory, source);
    let (mut read, write) = io::pipe().map_err(lost)?;
    let mut client = start(command.stdout(write), name, directory)?;
    // Its end of the pipe, which would be held open by us too.
    command.stdout(Stdio::null());
    let (mut printed, mut piece) = (Vec::new(), vec![0; PIECE]);
    loop {
        let length = read.read(&mut piece).map_err(lost)?;
        if length == 0 {
            break;
        }
        // Whoever reads there may have gone; what npm does is to be known all the same.
        let _ = io::stdout().write_all(&piece[..length]);
        printed.extend_from_slice(&piece[..length]);
    }
    let status = client.wait_for_ever().map_err(lost)?;
    Ok((
        exit_code(status)?,
        String::from_utf8_lossy(&printed).into_owned(),
    ))
}

/// Bytes that are handed on at a time.
const PIECE: usize = 1 << 12;

fn start(
    command: &mut Command,
    name: &'static str,
    directory: &Path,
) -> Result<RunningClient, Error> {
    command.current_dir(directory);
    let lost = |source: io::Error| ecosystem::Error::not_started(name, directory, source);
    Ok(RunningClient::start(command)?.map_err(lost)?)
}

fn exit_code(status: ExitStatus) -> Result<u8, Error> {
    if ecosystem::abandoned() {
        return Err(ecosystem::Error::Interrupted.into());
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ok(128u8.saturating_add(u8::try_from(signal).unwrap_or(u8::MAX)));
    }
    // Elsewhere codes may be larger; none of them is success.
    let code = status
        .code()
        .map(|code| u8::try_from(code).unwrap_or(u8::MAX));
    Ok(code.unwrap_or(u8::MAX))
}
