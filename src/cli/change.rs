//! Changes to the user's files: shown as a diff, agreed to, and written whole or not at all.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::Path,
};

use super::{args::Color, file, output::write_stdout};
use crate::{
    check::hide_secrets,
    init,
    model::{counted, directory_of, escape, read_text_file},
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

/// Writes the file, as a whole or not at all, if it is still what was looked at.
pub(super) fn write(
    path: &Path,
    before: Option<&str>,
    after: &str,
    executable: bool,
) -> Result<(), String> {
    let now = match read_text_file(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.to_string()),
    };
    if now.as_deref() != before {
        return Err("it was changed in the meantime".to_owned());
    }
    let directory = directory_of(path);
    fs::create_dir_all(directory).map_err(|error| error.to_string())?;
    match (executable, before) {
        (true, None) => file::write_program(path, after.as_bytes()),
        _ => file::write(path, after.as_bytes()),
    }
    .map_err(|error| error.to_string())
}
