//! `packwarden publish` and `packwarden hook`.

use miette::Diagnostic;

use super::{ExitCode, args::Color, check::check_and_tell, options::CheckOptions, render};
use crate::{
    check::Request,
    gate::{self, Gate, Told},
};

/// Lets a gate do its work.
pub(super) fn run(
    options: CheckOptions,
    color: Color,
    work: impl FnOnce(&Gate<'_>) -> Result<u8, gate::Error>,
) -> ExitCode {
    let check = |request: &Request| {
        let (checked, exit) = check_and_tell(request, &options, color);
        Told {
            checked,
            code: exit.code(),
        }
    };
    let gate = Gate {
        request: options.request.clone(),
        check: &check,
        say: &|sentence| render::sentence(sentence, color),
    };
    match work(&gate) {
        Ok(code) => ExitCode::of_client(code),
        Err(error) => {
            render::error(&error as &dyn Diagnostic, color);
            ExitCode::from_code(error.code())
        }
    }
}
