//! Where npm is: the node that runs it, and its program, beside which its libraries lie.

use std::{
    env,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

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

const SHELL: &str = if cfg!(windows) {
    "--script-shell=cmd"
} else {
    "--script-shell=sh"
};

/// How npm's program begins, as npm packs it.
const FIRST_LINE: &[u8] = b"#!/usr/bin/env node\n";

/// node, and the program of the npm that is used in `directory`.
pub(super) fn find(directory: &Path) -> Result<Program, Error> {
    let npm = environment::program("npm", |name| env::var_os(name));
    if npm.1.is_some() {
        return Ok(npm);
    }
    if let Some(program) = linked() {
        return Ok(("node".into(), Some(program.into())));
    }
    let client = Client {
        name: "npm",
        project: directory,
        show_output: None,
        limit: LIMIT,
    };
    let mut exec = command(&npm);
    // A project may name another shell, and nothing of a project is run here.
    exec.args(["exec", "--workspaces=false", SHELL, "-c", QUESTION]);
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

/// npm's program, where what is called npm on PATH is a link to it and its first line says which node runs
/// it: to ask npm would take as long as to fetch a package.
fn linked() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut all = env::split_paths(&path).map(|directory| directory.join("npm"));
    let program = all.find(|npm| npm.is_file())?.canonicalize().ok()?;
    let mut begin = [0; FIRST_LINE.len()];
    File::open(&program).ok()?.read_exact(&mut begin).ok()?;
    (program.ends_with("bin/npm-cli.js") && begin == FIRST_LINE).then_some(program)
}
