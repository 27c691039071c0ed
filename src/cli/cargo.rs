//! What cargo starts when it wants a token: `packwarden hook cargo`, whose words come in cargo's request.

use std::io;

use clap::Parser;
use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode,
    args::{Arguments, Command, Hook},
    gate, interrupt,
    options::CheckOptions,
};
use crate::{
    check::hide_secrets,
    gate::cargo::{Answer, Options, Request, answer},
};

/// The only word that cargo gives a credential provider on its command line.
pub(super) const FLAG: &str = "--cargo-plugin";

/// Started, or configured, as no credential provider is.
#[derive(Debug, Error, Diagnostic)]
pub(super) enum Misused {
    /// By a person.
    #[error("`packwarden hook cargo` is for cargo to start, when it wants a token for an upload")]
    #[diagnostic(help(
        "put `global-credential-providers = [\"cargo:token\", \"packwarden hook cargo\"]` under `[registry]` in cargo's configuration"
    ))]
    Typed,

    /// With other words than `hook cargo`.
    #[error("cargo is configured to start packwarden with other words than `hook cargo`")]
    #[diagnostic(help("correct cargo's configuration: `packwarden hook cargo`"))]
    OtherWords,

    /// With options that there are not.
    #[error("cargo is configured to start packwarden with words that can't be understood: {0}")]
    #[diagnostic(help(
        "correct cargo's configuration: `packwarden hook cargo`, then options of it"
    ))]
    Words(String),
}

/// Answers one request of cargo. A refusal that cargo was told of is a success: cargo shows no reason else.
pub(super) fn run() -> ExitCode {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let told = Request::hear(&mut input, &mut output).map_err(Into::into);
    let answer = told.and_then(|request| answered(&request));
    let answer = answer.unwrap_or_else(|error: Box<dyn Diagnostic>| refused(&*error));
    match answer.tell(&mut output) {
        Ok(()) => ExitCode::Passed,
        Err(_) => ExitCode::Internal,
    }
}

fn answered(request: &Request) -> Result<Answer, Box<dyn Diagnostic>> {
    let words = request.words();
    let line = ["packwarden"]
        .into_iter()
        .chain(words.iter().map(String::as_str));
    let arguments = Arguments::try_parse_from(line).map_err(|error| {
        let text = error.render().to_string();
        let sentence = text.lines().next().unwrap_or_default();
        Misused::Words(sentence.trim_start_matches("error: ").to_owned())
    })?;
    let color = arguments.color;
    let Command::Hook(hook) = arguments.command else {
        return Err(Misused::OtherWords.into());
    };
    let Hook::Cargo(hook) = hook.hook else {
        return Err(Misused::OtherWords.into());
    };
    interrupt::install()?;
    let options = Options {
        inner: hook.inner,
        record: hook.record,
    };
    let of_check = CheckOptions::of_gate(hook.gate, color)?;
    let answer = gate::with(of_check, &[], color, |gate| answer(gate, request, &options))?;
    Ok(answer)
}

fn refused(error: &dyn Diagnostic) -> Answer {
    let mut texts = vec![error.to_string()];
    texts.extend(error.help().map(|help| help.to_string()));
    hide_secrets(&mut texts, &[]);
    let mut texts = texts.into_iter();
    Answer::Refused {
        message: texts.next().unwrap_or_default(),
        help: texts.next(),
    }
}
