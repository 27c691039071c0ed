//! What a signal does: it clears away what must not be left behind, and ends the program.

use miette::Diagnostic;
use thiserror::Error;

use super::ExitCode;
use crate::ecosystem;

/// The system does not let us handle signals, so that one would leave things behind.
#[derive(Debug, Error, Diagnostic)]
#[error("signals can't be handled")]
pub(super) struct NoHandler(#[from] ctrlc::Error);

/// Has SIGINT, SIGTERM and SIGHUP (Ctrl-C elsewhere) end the program cleanly. Which of them it was
/// can't be told, and so the exit code is that of SIGINT.
pub(super) fn install() -> Result<(), NoHandler> {
    ctrlc::set_handler(|| {
        ecosystem::abandon();
        #[expect(
            clippy::exit,
            reason = "the thread that is packing or reading can't be unwound from here"
        )]
        std::process::exit(ExitCode::Interrupted.code().into());
    })?;
    Ok(())
}

/// The exit code of a run that came to `exit`: once a signal has come, whatever fails fails because
/// of it, and is no verdict.
pub(super) fn or_interrupted(exit: ExitCode) -> ExitCode {
    if !ecosystem::abandoned() {
        return exit;
    }
    // The handler's thread may still be at it, and must not be cut short by our end.
    ecosystem::abandon();
    ExitCode::Interrupted
}
