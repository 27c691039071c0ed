//! `packwarden check`.

use super::{ExitCode, args::Color, interrupt, options::CheckOptions, panic, progress, render};
use crate::{
    check::{self, Checked, Request, Target},
    model::Progress,
    policy::{Outcome, RunError, Verdict},
};

/// Checks, reports and says how it went.
pub(super) fn run(options: &CheckOptions, color: Color) -> ExitCode {
    let (checked, exit) = check_and_tell(&options.request, options, color);
    for target in &options.request.targets {
        if let (Target::Staged(id), Outcome::Passed) = (target, checked.verdict.outcome()) {
            let sentence =
                format!("nothing is approved yet; to publish it: npm stage approve {id}");
            render::said(&sentence, color);
        }
    }
    exit
}

/// Checks with a progress line, if one is wanted. A panic is an error like others.
pub(super) fn checked(wanted: bool, work: impl FnOnce(&Progress) -> Checked) -> Checked {
    let progress = Progress::default();
    let checked = progress::during(wanted, &progress, || panic::caught(|| work(&progress)));
    checked.unwrap_or_else(|| Checked {
        verdict: Verdict::failed(RunError {
            code: ExitCode::Internal.code(),
            message: panic::SENTENCE.to_owned(),
            path: None,
            help: Some(panic::help()),
        }),
        errors: Vec::new(),
        kept: Vec::new(),
    })
}

/// Checks as `request` says and reports as `options` do.
pub(super) fn check_and_tell(
    request: &Request,
    options: &CheckOptions,
    color: Color,
) -> (Checked, ExitCode) {
    tell(request, options, color, |progress| {
        check::check(request, progress)
    })
}

/// Has `work` check as `request` says, and reports as `options` do.
pub(super) fn tell(
    request: &Request,
    options: &CheckOptions,
    color: Color,
    work: impl FnOnce(&Progress) -> Checked,
) -> (Checked, ExitCode) {
    let mut checked = checked(options.progress, work);
    if interrupt::or_interrupted(ExitCode::Passed) == ExitCode::Interrupted {
        return (checked, ExitCode::Interrupted);
    }
    let roots: Vec<_> = request
        .targets
        .iter()
        .filter_map(Target::directory)
        .collect();
    let errors = checked.errors.iter().map(|error| error as _);
    render::errors(errors, &roots, color);
    let verdict = &mut checked.verdict;
    check::hide_secrets(verdict.errors.iter_mut().flat_map(RunError::texts), &roots);
    let unwritten = options.outputs.write(verdict);
    render::errors(unwritten.iter().map(|error| error as _), &roots, color);
    if !unwritten.is_empty() {
        // What is published in spite of its report must stand in it.
        checked.kept.clear();
    }
    let exit = match ExitCode::from_code(verdict.exit_code()) {
        ExitCode::Blocked if options.exit_zero => ExitCode::Passed,
        exit => exit,
    };
    let exit = match unwritten.is_empty() {
        true => exit,
        false => exit.max(ExitCode::Usage),
    };
    (checked, exit)
}
