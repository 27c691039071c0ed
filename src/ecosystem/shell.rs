//! Runs a command that the user has written down.

use std::{path::Path, process::Command};

use super::{Error, PackOptions, client::Client};

/// Has the shell run `command` in a directory, for as long as a client may take to pack.
///
/// # Errors
///
/// When it fails, with the end of what it printed, or does not end.
pub fn run_shell(command: &str, directory: &Path, options: &PackOptions) -> Result<(), Error> {
    let (shell, flag) = match cfg!(windows) {
        true => ("cmd", "/C"),
        false => ("sh", "-c"),
    };
    let client = Client {
        name: shell,
        project: directory,
        show_output: options.show_output.clone(),
        limit: options.limit(),
    };
    client.run(Command::new(shell).args([flag, command]), command)
}
