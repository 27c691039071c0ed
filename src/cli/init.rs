//! `packwarden init`.

use std::{fmt::Write as _, io, path::Path};

use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode,
    args::{Color, InitArguments},
    change, file,
    output::write_stdout,
    render,
};
use crate::{
    init::{self, Plan},
    model::{counted, escape},
};

/// Why nothing, or not all, was written.
#[derive(Debug, Error, Diagnostic)]
enum InitError {
    #[error("nothing was written: there is no terminal to ask on")]
    #[diagnostic(help("`packwarden init --yes` writes what is shown without asking"))]
    NobodyToAsk,

    #[error("nothing was written")]
    Declined,

    #[error("{name} was not written: {reason}")]
    #[diagnostic(help(
        "what was written before it is whole: run `packwarden init` again once this is solved"
    ))]
    NotWritten { name: String, reason: String },

    #[error("what is to be done could not be written to standard output, and so nothing was")]
    NotShown(#[source] io::Error),
}

/// Runs the command and says how it went.
pub(super) fn run(arguments: &InitArguments, color: Color) -> ExitCode {
    match (arguments.check, &arguments.directory) {
        (true, directory) => check(directory, color),
        (false, directory) => set_up(directory, arguments.yes, color),
    }
}

fn check(directory: &Path, color: Color) -> ExitCode {
    let gates = match init::examine(directory) {
        Ok(gates) => gates,
        Err(error) => return failed(&error, error.code(), color),
    };
    let mut text = String::new();
    for gate in &gates {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{:8} {}: {}", gate.state.name(), gate.name, gate.text);
    }
    let wanting = gates.iter().filter(|gate| gate.state.fails()).count();
    let _ = match wanting {
        0 => writeln!(text, "every gate that this project can have holds"),
        _ => writeln!(text, "{} to be closed", counted(wanting, "gate")),
    };
    match (show(text, directory, color), wanting) {
        (Err(exit), _) => exit,
        (Ok(()), 0) => ExitCode::Passed,
        (Ok(()), _) => ExitCode::Blocked,
    }
}

fn set_up(directory: &Path, yes: bool, color: Color) -> ExitCode {
    let plan = match init::plan(directory) {
        Ok(plan) => plan,
        Err(error) => return failed(&error, error.code(), color),
    };
    if let Err(exit) = show(told(&plan), directory, color) {
        return exit;
    }
    if plan.changes.is_empty() {
        return ExitCode::Passed;
    }
    match yes || change::asked(plan.changes.len()) {
        true => {}
        false if change::is_terminal() => return failed(&InitError::Declined, 2, color),
        false => return failed(&InitError::NobodyToAsk, 2, color),
    }
    for one in &plan.changes {
        let before = one.before.as_deref();
        let written = file::replace(&one.file, before, &one.after, one.executable);
        if let Err(reason) = written {
            let name = one.name.clone();
            return failed(&InitError::NotWritten { name, reason }, 2, color);
        }
    }
    let written = format!(
        "{} written; `packwarden init --check` says what holds\n",
        counted(plan.changes.len(), "file")
    );
    match write_stdout(written.as_bytes(), color) {
        Ok(()) => ExitCode::Passed,
        Err(source) => failed(&InitError::NotShown(source), 2, color),
    }
}

fn failed(error: &dyn Diagnostic, code: u8, color: Color) -> ExitCode {
    render::error(error, color);
    ExitCode::from_code(code)
}

/// What is there, what would be written, and what is left to people.
fn told(plan: &Plan) -> String {
    let mut text: String = plan.found.iter().map(|line| format!("{line}\n")).collect();
    for one in &plan.changes {
        text.push('\n');
        text += &change::difference(&one.name, one.before.as_deref(), &one.after);
    }
    if plan.changes.is_empty() {
        text.push_str("nothing to write: all that can be written is there\n");
    }
    if !plan.by_hand.is_empty() {
        text.push_str("\nleft to you:\n");
        for line in &plan.by_hand {
            text.push_str(&format!("- {}\n", escape(line)));
        }
    }
    text
}

fn show(text: String, directory: &Path, color: Color) -> Result<(), ExitCode> {
    change::show(text, &[directory], color)
        .map_err(|source| failed(&InitError::NotShown(source), 2, color))
}
