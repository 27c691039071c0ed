//! Changes to the user's files: shown as a diff, and agreed to.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use super::{args::Color, output::write_stdout};
use crate::{
    check::hide_secrets,
    init,
    model::{counted, escape},
    report::disarm,
};

/// What would change in a file.
pub(super) fn difference(name: &str, before: Option<&str>, after: &str) -> String {
    let lines = init::unified(name, before, after);
    let shown = |line: &str| format!("{}\n", escape(&line.replace('\t', "    ")));
    lines.lines().map(shown).collect()
}

/// Shows a text on standard output, without the secrets that lines of the user's files may hold.
pub(super) fn show(text: String, roots: &[&Path], color: Color) -> io::Result<()> {
    let mut text = text;
    hide_secrets([&mut text], roots);
    let text: String = text.split_inclusive('\n').map(disarm).collect();
    write_stdout(text.as_bytes(), color)
}

/// Whether there is anybody to ask.
pub(super) fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether somebody is there and agrees.
pub(super) fn asked(files: usize) -> bool {
    if !is_terminal() {
        return false;
    }
    let mut stderr = io::stderr();
    let question = format!("\nwrite {}? [y/N] ", counted(files, "file"));
    let asked = stderr
        .write_all(question.as_bytes())
        .and_then(|()| stderr.flush());
    let mut answer = String::new();
    asked.is_ok()
        && io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim(), "y" | "Y" | "yes")
}
