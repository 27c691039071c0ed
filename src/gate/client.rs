//! Runs the user's own command, as if it had been typed.

use std::{io, path::Path, process::Command};

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
    command.current_dir(directory);
    let lost = |source: io::Error| ecosystem::Error::not_started(name, directory, source);
    let mut client = RunningClient::start(command)?.map_err(lost)?;
    let status = client.wait_for_ever().map_err(lost)?;
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
