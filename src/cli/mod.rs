//! The command line: arguments, one file per command, the one place where errors are shown and the
//! exit code is chosen.

mod args;
mod audit;
mod cargo;
mod change;
mod check;
mod config;
mod exit;
mod file;
mod gate;
mod init;
mod interrupt;
mod lock;
mod options;
mod output;
mod panic;
mod progress;
mod render;
mod rules;
mod waive;
mod waivers;

use std::{env, ffi::OsString, path::PathBuf};

use clap::{Parser, error::ErrorKind};
use miette::Diagnostic;

pub use exit::ExitCode;

use crate::{
    check::hide_secrets,
    gate::{hook_npm, pre_push, publish},
    policy::{RunError, Verdict},
};
use args::{Arguments, Color, Command, Hook};
use options::CheckOptions;
use output::{OutputError, Outputs};

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
    // cargo says nothing more on the command line of a credential provider.
    if line.get(1).is_some_and(|word| word == cargo::FLAG) {
        return cargo::run();
    }
    let arguments = match Arguments::try_parse_from(line) {
        Ok(arguments) => arguments,
        Err(error) => return unparsed(line, &error),
    };
    let color = arguments.color;
    match arguments.command {
        Command::Rules(arguments) => rules::run(&arguments.command, color),
        Command::Check(arguments) => ready(
            line,
            color,
            CheckOptions::new(*arguments, color),
            |options| check::run(&options, color),
        ),
        Command::Audit(arguments) => audit::run(*arguments, line, color),
        Command::Publish(arguments) => {
            let options = CheckOptions::of_gate(arguments.gate, color);
            let (command, stage) = (arguments.command, arguments.stage);
            let anyway = arguments.publish_anyway;
            ready(line, color, options, |mut options| {
                options.request.overrides.publish_anyway = anyway;
                gate::run(options, line, color, |gate| publish(gate, &command, stage))
            })
        }
        Command::Hook(arguments) => match arguments.hook {
            Hook::Npm(arguments) => {
                let options = CheckOptions::of_gate(arguments, color);
                ready(line, color, options, |options| {
                    gate::run(options, line, color, hook_npm)
                })
            }
            Hook::Cargo(_) => failed(line, ExitCode::Usage, &cargo::Misused::Typed, color),
            Hook::GitPrePush(arguments) => {
                let options = CheckOptions::of_gate(arguments.gate, color);
                let remote = arguments.remote;
                ready(line, color, options, |options| {
                    gate::run(options, line, color, |gate| {
                        pre_push(gate, remote.as_deref())
                    })
                })
            }
        },
        Command::Lock(arguments) => {
            let yes = arguments.yes;
            let options = CheckOptions::of_lock(*arguments, color);
            ready(line, color, options, |options| {
                lock::run(&options, yes, color)
            })
        }
        Command::Waive(arguments) => {
            let dry_run = arguments.dry_run;
            let (options, wanted) = CheckOptions::of_waive(*arguments);
            ready(line, color, Ok(options), |options| {
                waive::run(&options, &wanted, dry_run, color)
            })
        }
        Command::Waivers(arguments) => waivers::run(arguments, color),
        Command::Config(arguments) => config::run(arguments.command, color),
        Command::Init(arguments) => init::run(&arguments, color),
    }
}

/// Goes on once signals are handled, unless the arguments promise what can't be.
fn ready(
    line: &[OsString],
    color: Color,
    options: Result<CheckOptions, OutputError>,
    work: impl FnOnce(CheckOptions) -> ExitCode,
) -> ExitCode {
    match options {
        Ok(options) => match interrupt::install() {
            Ok(()) => work(options),
            Err(error) => failed(line, ExitCode::Internal, &error, color),
        },
        Err(error) => failed(line, ExitCode::Usage, &error, color),
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

/// Where reports for machines were promised, puts the error there: each reader gets a valid document at every
/// exit, and none the report of an earlier run. The arguments are looked at as they are, because they may
/// be what is wrong.
fn say_to_machines(line: &[OsString], exit: ExitCode, message: String, help: Option<String>) {
    let outputs = promised(line);
    if outputs.is_empty() {
        return;
    }
    let mut error = RunError {
        code: exit.code(),
        message,
        path: None,
        help,
    };
    hide_secrets(error.texts(), &[]);
    for error in outputs.write(&Verdict::failed(error)) {
        render::error(&error, Color::Auto);
    }
}

/// The reports for machines that a command line asks for, whatever else is in it.
fn promised(line: &[OsString]) -> Outputs {
    let (mut formats, mut output) = (Vec::new(), None);
    let mut words = line.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next().map(|word| word.to_string_lossy()) {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (&*word, None),
        };
        if !matches!(name, "--format" | "--output") {
            continue;
        }
        let next = || words.next().map(|word| word.to_string_lossy().into_owned());
        let Some(value) = value.or_else(next) else {
            break;
        };
        match name {
            "--output" => output = Some(PathBuf::from(value)),
            _ => formats.extend(output::parse_format(&value)),
        }
    }
    Outputs::promised(formats, output.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promised_reports_are_seen_in_a_broken_command_line() {
        let promised = |line: &str| {
            let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            promised(&line).places().join(", ")
        };
        for (line, places) in [
            ("check --wrong --format json", "json: standard output"),
            (
                "check --format=human --format=json",
                "json: standard output",
            ),
            (
                "check --format json=a --format sarif=b",
                "json: a, sarif: b",
            ),
            (
                "check --format json --format sarif",
                "json: standard output",
            ),
            ("check --format json --output a", "json: a"),
            ("check --format", ""),
            ("check --format human=a", ""),
            ("check -- --format json", ""),
            ("check", ""),
        ] {
            assert_eq!(promised(line), places, "{line}");
        }
    }
}
