//! `packwarden publish -- CLIENT ARGS…`: what the command would upload is packed and checked, and then the
//! client uploads exactly those bytes.

mod cargo;
mod npm;
mod pypi;
mod words;

use std::{ffi::OsString, path::Path};

use super::{Error, Gate};
use crate::model::escape;

/// A client whose commands can be followed.
struct Client {
    /// What it is called on a command line.
    name: &'static str,
    publish: Publish,
}

/// Publishes what the command says, and returns the exit code.
type Publish = fn(&Gate<'_>, &Command<'_>) -> Result<u8, Error>;

/// A further client is a further line.
const CLIENTS: &[Client] = &[
    client("npm", npm::npm),
    client("pnpm", npm::pnpm),
    client("yarn", npm::yarn),
    client("bun", npm::bun),
    client("cargo", cargo::publish),
    client("twine", pypi::publish),
    client("uv", pypi::publish),
    client("hatch", pypi::publish),
    client("poetry", pypi::publish),
    client("pdm", pypi::publish),
    client("flit", pypi::publish),
    client("maturin", pypi::publish),
    client("python", pypi::publish),
    client("python3", pypi::publish),
    client("py", pypi::publish),
    client("uvx", pypi::publish),
    client("pipx", pypi::publish),
];

/// A line of [`CLIENTS`].
const fn client(name: &'static str, publish: Publish) -> Client {
    Client { name, publish }
}

/// The command of the user.
struct Command<'a> {
    /// As it was typed: a name, or a path.
    program: &'a OsString,
    arguments: &'a [OsString],
    /// Whether what the registry then holds is compared with what was sent.
    stage: bool,
}

impl Command<'_> {
    /// Its first words, up to a flag: behind that may be a token.
    fn shown(&self) -> String {
        let words = [self.program].into_iter().chain(self.arguments);
        let open = words.take_while(|word| !word.as_encoded_bytes().starts_with(b"-"));
        let words: Vec<_> = open.map(|word| escape(&word.to_string_lossy())).collect();
        words.join(" ")
    }

    /// Whether it is `npm stage publish`.
    fn stages(&self) -> bool {
        self.arguments.iter().any(|word| word == "stage")
    }

    /// Why it can't be followed, and what to type instead.
    fn refused(&self, reason: impl Into<String>, instead: impl Into<String>) -> Error {
        Error::Refused {
            command: self.shown(),
            reason: reason.into(),
            instead: instead.into(),
        }
    }
}

/// Publishes what `command` would, if it passes; with `stage`, only if that leaves it with the registry for an
/// approval, and what the registry holds is compared. Returns the exit code: the check's if that blocks, the
/// client's otherwise.
///
/// # Errors
///
/// When the command can't be followed, and nothing is uploaded therefore.
pub fn publish(gate: &Gate<'_>, command: &[OsString], stage: bool) -> Result<u8, Error> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(0);
    };
    let command = Command {
        program,
        arguments,
        stage,
    };
    let name = Path::new(program).file_stem().unwrap_or_default();
    if stage && !(name == "npm" && command.stages()) {
        return Err(Error::NotStaging(command.shown()));
    }
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
