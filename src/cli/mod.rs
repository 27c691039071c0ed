//! The command line: arguments, one file per command, the one place where errors are shown and the
//! exit code is chosen.

mod args;
mod check;
mod exit;
mod interrupt;
mod options;
mod output;
mod panic;
mod progress;
mod render;
mod rules;

use std::{env, ffi::OsString};

use clap::{Parser, error::ErrorKind};
use miette::Diagnostic;

pub use exit::ExitCode;

use crate::{
    check::hide_secrets,
    policy::{RunError, Verdict},
};
use args::{Arguments, Color, Command};
use options::CheckOptions;
use output::{FormatArgument, Manner, Outputs};

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    panic::install();
    let line: Vec<OsString> = env::args_os().collect();
    let exit = match panic::caught(|| run_line(&line)) {
        Some(exit) => exit,
        None => {
            let sentence = panic::SENTENCE.to_owned();
            let help = Some(panic::help());
            // Should this panic too, the exit code still tells.
            let _ = panic::caught(|| say_to_machines(&line, ExitCode::Internal, sentence, help));
            ExitCode::Internal
        }
    };
    interrupt::or_interrupted(exit)
}

fn run_line(line: &[OsString]) -> ExitCode {
    let arguments = match Arguments::try_parse_from(line) {
        Ok(arguments) => arguments,
        Err(error) => return unparsed(line, &error),
    };
    let color = arguments.color;
    match arguments.command {
        Command::Rules(arguments) => rules::run(&arguments.command, color),
        Command::Check(arguments) => match CheckOptions::new(arguments, color) {
            Ok(options) => match interrupt::install() {
                Ok(()) => check::run(&options, color),
                Err(error) => failed(line, ExitCode::Internal, &error, color),
            },
            Err(error) => failed(line, ExitCode::Usage, &error, color),
        },
    }
}

/// `--help` and `--version`, and what can't be parsed.
fn unparsed(line: &[OsString], error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // Where it can't be written there is nobody left to tell; the exit code still does.
        let _ = error.print();
        return ExitCode::Passed;
    }
    render::styled(error.render().ansi().to_string());
    let text = error.render().to_string();
    let mut paragraphs = text.trim_end().splitn(2, "\n\n");
    let sentence = paragraphs.next().unwrap_or_default();
    let sentence = sentence.trim_start_matches("error: ").to_owned();
    let help = paragraphs.next().map(str::to_owned);
    say_to_machines(line, ExitCode::Usage, sentence, help);
    ExitCode::Usage
}

fn failed(line: &[OsString], exit: ExitCode, error: &dyn Diagnostic, color: Color) -> ExitCode {
    render::error(error, color);
    let help = error.help().map(|help| help.to_string());
    say_to_machines(line, exit, error.to_string(), help);
    exit
}

/// Where standard output was promised to a machine format, puts the error there: the reader gets a
/// valid document at every exit. The arguments are looked at as they are, because they may be what
/// is wrong.
fn say_to_machines(line: &[OsString], exit: ExitCode, message: String, help: Option<String>) {
    let Some(format) = promised_format(line) else {
        return;
    };
    let mut error = RunError {
        code: exit.code(),
        message,
        path: None,
        help,
    };
    hide_secrets(error.texts(), &[]);
    let verdict = Verdict::failed(error);
    if let Ok(outputs) = Outputs::new(&[format], None, Manner::default()) {
        for error in outputs.write(&verdict) {
            render::error(&error, Color::Auto);
        }
    }
}

/// The machine format that was to go to standard output.
fn promised_format(line: &[OsString]) -> Option<FormatArgument> {
    let mut words = line.iter().filter_map(|word| word.to_str());
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--format") {
            Some("") => words.next()?,
            Some(rest) => rest.strip_prefix('=').unwrap_or_default(),
            None if word == "--" => return None,
            None => continue,
        };
        match output::parse_format(value) {
            Ok(format) if format.is_machine() && format.file.is_none() => return Some(format),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promised_machine_format_is_seen_in_a_broken_command_line() {
        let format = |line: &str| {
            let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            promised_format(&line).map(|format| format.name)
        };
        assert_eq!(format("check --wrong --format json"), Some("json".into()));
        assert_eq!(
            format("check --format=human --format=json"),
            Some("json".into())
        );
        for line in [
            "check --format json=a",
            "check --format",
            "check -- --format json",
            "check",
        ] {
            assert_eq!(format(line), None, "{line}");
        }
    }
}
