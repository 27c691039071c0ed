//! `packwarden check`.

use super::{ExitCode, args::Color, interrupt, options::CheckOptions, panic, progress, render};
use crate::{
    check::{self, Target},
    model::Progress,
    policy::{RunError, Verdict},
};

/// Checks, reports and says how it went.
pub(super) fn run(options: &CheckOptions, color: Color) -> ExitCode {
    let progress = Progress::default();
    let checked = progress::during(options.progress, &progress, || {
        panic::caught(|| check::check(&options.request, &progress))
    });
    if interrupt::or_interrupted(ExitCode::Passed) == ExitCode::Interrupted {
        return ExitCode::Interrupted;
    }
    let targets = options.request.targets.iter();
    let roots: Vec<_> = targets.filter_map(Target::directory).collect();
    let mut verdict = match checked {
        Some(checked) => {
            let errors = checked.errors.iter().map(|error| error as _);
            render::errors(errors, &roots, color);
            checked.verdict
        }
        None => Verdict::failed(RunError {
            code: ExitCode::Internal.code(),
            message: panic::SENTENCE.to_owned(),
            path: None,
            help: Some(panic::help()),
        }),
    };
    check::hide_secrets(verdict.errors.iter_mut().flat_map(RunError::texts), &roots);
    let unwritten = options.outputs.write(&verdict);
    render::errors(unwritten.iter().map(|error| error as _), &roots, color);
    let exit = match ExitCode::from_code(verdict.exit_code()) {
        ExitCode::Blocked if options.exit_zero => ExitCode::Passed,
        exit => exit,
    };
    match unwritten.is_empty() {
        true => exit,
        false => exit.max(ExitCode::Usage),
    }
}
