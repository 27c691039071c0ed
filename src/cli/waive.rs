//! `packwarden waive`.

use std::{io, path::Path};

use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode, args::Color, change, check::check_and_tell, file, options::CheckOptions, render,
};
use crate::check::{self, Edit, Waive};

/// Why nothing, or not all, was written.
#[derive(Debug, Error, Diagnostic)]
enum NotWaived {
    #[error("{name} was not written: {reason}")]
    NotWritten { name: String, reason: String },

    #[error("what is to be written could not be shown on standard output, and so nothing was")]
    NotShown(#[source] io::Error),
}

/// Checks, shows what is to be written, writes it and says how it went.
pub(super) fn run(options: &CheckOptions, wanted: &Waive, dry_run: bool, color: Color) -> ExitCode {
    let (checked, exit) = check_and_tell(&options.request, options, color);
    if checked.verdict.artifacts.is_empty() {
        return exit;
    }
    let edits = match check::waive(&checked.verdict, &options.request, wanted) {
        Ok(edits) => edits,
        Err(errors) => {
            let all = errors.iter().map(|error| error as _);
            render::errors(all, &[&wanted.directory], color);
            return ExitCode::Usage;
        }
    };
    if let Err(source) = change::show(told(&edits, dry_run), &[&wanted.directory], color) {
        return failed(&NotWaived::NotShown(source), color);
    }
    if dry_run {
        return ExitCode::Passed;
    }
    for edit in &edits {
        if let Err(reason) = file::replace(&edit.file, edit.before.as_deref(), &edit.after, false) {
            let name = edit.name.clone();
            return failed(&NotWaived::NotWritten { name, reason }, color);
        }
    }
    written(&edits, &wanted.directory, color)
}

fn failed(error: &NotWaived, color: Color) -> ExitCode {
    render::error(error, color);
    ExitCode::Usage
}

/// The lines that are written, as a diff.
fn told(edits: &[Edit], dry_run: bool) -> String {
    let mut text = String::new();
    for edit in edits {
        text += &change::difference(&edit.name, edit.before.as_deref(), &edit.after);
        text.push('\n');
    }
    if dry_run {
        text.push_str("nothing was written (--dry-run)\n");
    }
    text
}

fn written(edits: &[Edit], directory: &Path, color: Color) -> ExitCode {
    let mut text = String::new();
    for edit in edits {
        let accepted = edit.accepted.join(", ");
        text.push_str(&format!(
            "written to {}: {accepted} is accepted\n",
            edit.name
        ));
        if edit.before.is_none() {
            text.push_str("this file is new: see to it that it does not ship with the package\n");
        }
    }
    match change::show(text, &[directory], color) {
        Ok(()) => ExitCode::Passed,
        Err(source) => failed(&NotWaived::NotShown(source), color),
    }
}
