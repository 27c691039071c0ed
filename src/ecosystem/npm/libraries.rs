//! Where npm is: the node that runs it, and its program, beside which its libraries lie.

use std::{env, path::Path};

use super::{
    environment::{self, Program},
    running::command,
};
use crate::ecosystem::{
    Error,
    client::{Client, LIMIT},
};

/// What has a shell print that npm has started. npm may be a program that chooses another by the directory,
/// so that only the one that it comes to can tell
/// (<https://docs.npmjs.com/cli/v11/using-npm/scripts#environment>).
const QUESTION: &str = if cfg!(windows) {
    "echo %npm_node_execpath%& echo %npm_execpath%"
} else {
    "echo \"$npm_node_execpath\"; echo \"$npm_execpath\""
};

/// node, and the program of the npm that is used in `directory`.
pub(super) fn find(directory: &Path) -> Result<Program, Error> {
    let npm = environment::program("npm", |name| env::var_os(name));
    if npm.1.is_some() {
        return Ok(npm);
    }
    let client = Client {
        name: "npm",
        project: directory,
        show_output: None,
        limit: LIMIT,
    };
    let mut exec = command(&npm);
    exec.args(["exec", "--workspaces=false", "-c", QUESTION]);
    let said = "npm exec -c …";
    let answer = client.ask_all(&mut exec, said)?;
    let mut lines = answer
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(node), Some(npm)) => Ok((node.into(), Some(npm.into()))),
        _ => Err(Error::AnswerUnusable {
            command: said.to_owned(),
            path: Error::shown(directory),
        }),
    }
}
