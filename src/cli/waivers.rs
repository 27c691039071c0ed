//! `packwarden waivers`.

use std::io;

use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode,
    args::{Color, PlainFormat, WaiversArguments},
    change,
    options::judged_by,
    render,
};
use crate::{
    check,
    model::{counted, escape},
    policy::{Lived, State},
    report,
};

#[derive(Debug, Error, Diagnostic)]
#[error("the waivers could not be written to standard output")]
struct NotWritten(#[source] io::Error);

/// Lists the waivers, and says whether one of them should be looked at.
pub(super) fn run(arguments: WaiversArguments, color: Color) -> ExitCode {
    let directory = arguments.directory;
    let all = match check::waivers(&judged_by(arguments.policy), &directory) {
        Ok(all) => all,
        Err(errors) => {
            render::errors(errors.iter().map(|error| error as _), &[&directory], color);
            return ExitCode::Usage;
        }
    };
    let text = match arguments.format {
        PlainFormat::Human => Ok(listed(&all)),
        PlainFormat::Json => json(&all),
    };
    let shown = text.and_then(|text| change::show(text, &[&directory], color));
    if let Err(source) = shown {
        render::error(&NotWritten(source), color);
        return ExitCode::Usage;
    }
    match arguments.check && all.iter().any(is_due) {
        true => ExitCode::Blocked,
        false => ExitCode::Passed,
    }
}

/// Whether somebody has to decide about it.
fn is_due(lived: &Lived) -> bool {
    !lived.applies() || lived.ends_soon()
}

fn json(all: &[Lived]) -> io::Result<String> {
    let mut document = Vec::new();
    report::waivers(all, &mut document)?;
    String::from_utf8(document).map_err(io::Error::other)
}

fn listed(all: &[Lived]) -> String {
    let mut text = String::new();
    for lived in all {
        let waiver = &lived.waiver;
        let path = waiver.path.as_deref().unwrap_or("any path");
        let place = format!("{}:{}", waiver.file, waiver.line);
        let owner = waiver.owner.as_deref();
        let owner = owner.map(|owner| format!(" ({owner})"));
        let about = format!("{} in {path}, {place}", waiver.accepts);
        let reason = format!("{}{}", waiver.reason, owner.unwrap_or_default());
        text.push_str(&format!(
            "{:9}  {:24}  {}\n{:37}{}\n",
            state(lived),
            end(lived),
            escape(&about),
            "",
            escape(&reason)
        ));
    }
    let due = all.iter().filter(|lived| is_due(lived)).count();
    text.push_str(&match (all.len(), due) {
        (0, _) => "no waivers\n".to_owned(),
        (number, 0) => format!("{}, none to look at\n", counted(number, "waiver")),
        (number, due) => format!("{}, {due} to look at\n", counted(number, "waiver")),
    });
    text
}

fn state(lived: &Lived) -> &'static str {
    match lived.state {
        State::Used | State::Unused if lived.ends_soon() => "expiring",
        State::Used | State::Unused => "active",
        State::Expired | State::Forbidden => lived.state.name(),
    }
}

fn end(lived: &Lived) -> String {
    match (lived.waiver.expires, lived.days_left) {
        (Some(last), Some(days)) if days >= 0 => {
            format!(
                "{last} ({days} {} left)",
                if days == 1 { "day" } else { "days" }
            )
        }
        (Some(last), _) => last.to_string(),
        (None, _) => "no end".to_owned(),
    }
}
