//! `packwarden publish -- CLIENT ARGS…`: what the command would upload is packed and checked, and then the
//! client uploads exactly those bytes.

mod npm;
mod words;

use std::{ffi::OsString, path::Path};

use super::{Error, Gate};
use crate::model::escape;

/// A client whose commands can be followed.
struct Client {
    /// What it is called on a command line.
    name: &'static str,
    /// Publishes what its arguments say, and returns the exit code.
    publish: fn(&Gate<'_>, &Command<'_>) -> Result<u8, Error>,
}

/// A further client is a further line.
const CLIENTS: &[Client] = &[
    Client {
        name: "npm",
        publish: npm::npm,
    },
    Client {
        name: "pnpm",
        publish: npm::pnpm,
    },
    Client {
        name: "yarn",
        publish: npm::yarn,
    },
    Client {
        name: "bun",
        publish: npm::bun,
    },
];

/// The command of the user.
struct Command<'a> {
    /// As it was typed: a name, or a path.
    program: &'a OsString,
    arguments: &'a [OsString],
}

impl Command<'_> {
    /// Why it can't be followed, and what to type instead.
    fn refused(&self, reason: impl Into<String>, instead: impl Into<String>) -> Error {
        let words = [self.program].into_iter().chain(self.arguments);
        let words: Vec<_> = words.map(|word| escape(&word.to_string_lossy())).collect();
        Error::Refused {
            command: words.join(" "),
            reason: reason.into(),
            instead: instead.into(),
        }
    }
}

/// Publishes what `command` would, if it passes. Returns the exit code: the check's if that blocks, the
/// client's otherwise.
///
/// # Errors
///
/// When the command can't be followed, and nothing is uploaded therefore.
pub fn publish(gate: &Gate<'_>, command: &[OsString]) -> Result<u8, Error> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(0);
    };
    let command = Command { program, arguments };
    let name = Path::new(program).file_stem().unwrap_or_default();
    let known = CLIENTS.iter().find(|client| name == client.name);
    let known = known.ok_or_else(|| {
        let names: Vec<_> = CLIENTS.iter().map(|client| client.name).collect();
        command.refused(
            "what it uploads is not known here",
            format!(
                "give the publish command itself, of {}; a script or a release tool is stopped by a hook \
                 (`packwarden hook`), and runs as it is",
                names.join(", ")
            ),
        )
    })?;
    (known.publish)(gate, &command)
}
