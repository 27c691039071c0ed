//! `packwarden publish` and `packwarden hook`.

use std::ffi::OsString;

use super::{ExitCode, args::Color, check::check_and_tell, failed, options::CheckOptions, render};
use crate::{
    check::Request,
    gate::{self, Gate, Told},
};

/// What a gate makes of its work.
pub(super) fn with<T>(
    options: CheckOptions,
    words: &[OsString],
    color: Color,
    work: impl FnOnce(&Gate<'_>) -> Result<T, gate::Error>,
) -> Result<T, gate::Error> {
    let check = |request: &Request| {
        let (checked, exit) = check_and_tell(request, &options, color);
        Told {
            checked,
            code: exit.code(),
        }
    };
    work(&Gate {
        request: options.request.clone(),
        words,
        check: &check,
        say: &|sentence| render::said(sentence, color),
    })
}

/// The options of a command.
fn words(line: &[OsString]) -> &[OsString] {
    let mut words = line.split(|word| word == "--");
    let words = words.next().unwrap_or_default();
    let command = words.iter().position(|word| word == "publish");
    command.map_or(&[], |at| &words[at + 1..])
}

/// Lets a gate do its work.
pub(super) fn run(
    options: CheckOptions,
    line: &[OsString],
    color: Color,
    work: impl FnOnce(&Gate<'_>) -> Result<u8, gate::Error>,
) -> ExitCode {
    match with(options, words(line), color, work) {
        Ok(code) => ExitCode::of_client(code),
        Err(error) => failed(line, ExitCode::from_code(error.code()), &error, color),
    }
}
