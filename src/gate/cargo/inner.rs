//! The providers that have the token: those that cargo would ask if there were no gate.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use super::{Answer, Error, HERE, Request, Token, asked::Registry};
use crate::{
    ecosystem::{cargo_token, cargo_token_variable},
    gate,
    model::escape,
};

/// The one inside cargo that reads its configuration.
const OF_CARGO: &str = "cargo:token";
/// The one inside cargo that runs a program.
const FROM_STDOUT: &str = "cargo:token-from-stdout";
/// What all of those inside cargo begin with.
const INSIDE_CARGO: &str = "cargo:";

/// Providers, asked in order.
pub(super) struct Inner<'a>(Vec<&'a [String]>);

/// What a provider has said.
pub(super) enum Told {
    Token(Token),
    /// It has none, or is not for this registry.
    Nothing,
    /// Something else, to be handed on as it is.
    Other(Value),
}

impl<'a> Inner<'a> {
    /// Those behind each `--`, or cargo's own.
    pub(super) fn new(words: &'a [String]) -> Self {
        let providers = words.split(|word| word == "--");
        Self(providers.filter(|words| !words.is_empty()).collect())
    }

    /// The token for what cargo asks.
    pub(super) fn token(
        &self,
        request: &Request,
        registry: &Registry,
    ) -> Result<Token, gate::Error> {
        let own = [OF_CARGO.to_owned()];
        let providers = match self.0.is_empty() {
            true => vec![&own[..]],
            false => self.0.clone(),
        };
        for provider in providers {
            match told(provider, request, registry)? {
                Told::Token(token) => return Ok(token),
                Told::Nothing => {}
                Told::Other(answer) => return Err(failed(provider, reason_in(&answer)).into()),
            }
        }
        Err(no_token(registry).into())
    }

    /// What they say to a log-in or log-out. cargo's own must do that itself: tokens are not kept here.
    pub(super) fn account(&self, request: &Request) -> Result<Answer, Error> {
        for provider in &self.0 {
            if provider[0].starts_with(INSIDE_CARGO) {
                continue;
            }
            match outside(provider, request)? {
                Told::Nothing => {}
                Told::Other(answer) => return Ok(Answer::Handed(answer)),
                Told::Token(_) => {
                    return Err(failed(
                        provider,
                        "it gives a token that it was not asked for",
                    ));
                }
            }
        }
        Ok(Answer::OfOthers)
    }
}

fn told(provider: &[String], request: &Request, registry: &Registry) -> Result<Told, gate::Error> {
    match &*provider[0] {
        OF_CARGO => {
            let name = registry.name.as_deref();
            let token = name.map(|name| cargo_token(name, Path::new(HERE)));
            Ok(token
                .transpose()?
                .flatten()
                .map_or(Told::Nothing, Told::Token))
        }
        FROM_STDOUT => Ok(from_stdout(provider, registry)?),
        name if name.starts_with(INSIDE_CARGO) => {
            let reason = "it is a part of cargo, and nobody else can ask it; `cargo:token-from-stdout` \
                 and a command that prints the token can take its place";
            Err(failed(provider, reason).into())
        }
        _ => Ok(outside(provider, request)?),
    }
}

/// A program that prints the token.
fn from_stdout(provider: &[String], registry: &Registry) -> Result<Told, Error> {
    let (Some(program), arguments) = (provider.get(1), provider.get(2..).unwrap_or_default())
    else {
        return Err(failed(provider, "no command stands behind it"));
    };
    let mut command = Command::new(program);
    let arguments = arguments.iter();
    command
        .args(arguments.map(|word| word.replace("{index_url}", &registry.index_url)))
        .env("CARGO_REGISTRY_INDEX_URL", &registry.index_url)
        .stderr(Stdio::inherit());
    if let Some(name) = &registry.name {
        command.env("CARGO_REGISTRY_NAME_OPT", name);
    }
    let output = command.stdin(Stdio::inherit()).output();
    let text = text_of(provider, output)?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(failed(provider, "it prints nothing")),
        token if token.contains('\n') => Err(failed(provider, "it prints more than one line")),
        token => Ok(Told::Token(Token::new(token.to_owned()))),
    }
}

/// A program that speaks the protocol: greeted, asked and heard as cargo would.
fn outside(provider: &[String], request: &Request) -> Result<Told, Error> {
    let (program, words) = (&provider[0], &provider[1..]);
    let mut command = Command::new(program);
    command
        .arg("--cargo-plugin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(provider, error))?;
    // Its greeting says nothing that this needs; when its input ends, it does.
    if let Some(mut input) = child.stdin.take() {
        let asked = writeln!(input, "{}", request.with_words(words));
        asked.map_err(|error| failed(provider, error))?;
    }
    let text = text_of(provider, child.wait_with_output())?;
    let answer = text.lines().nth(1).unwrap_or_default();
    let answer: Value = serde_json::from_str(answer)
        .map_err(|_| failed(provider, "its answer is not one of the protocol"))?;
    if let Some(token) = answer["Ok"]["token"].as_str() {
        return Ok(Told::Token(Token::new(token.to_owned())));
    }
    Ok(match answer["Err"]["kind"].as_str() {
        Some("url-not-supported" | "not-found") => Told::Nothing,
        _ => Told::Other(answer),
    })
}

/// What a program has printed that has ended well.
fn text_of(provider: &[String], output: std::io::Result<Output>) -> Result<Token, Error> {
    let output = output.map_err(|error| failed(provider, error))?;
    if !output.status.success() {
        return Err(failed(provider, output.status));
    }
    let text = String::from_utf8(output.stdout);
    let text = text.map_err(|_| failed(provider, "what it prints is not UTF-8"))?;
    Ok(Token::new(text))
}

fn reason_in(answer: &Value) -> String {
    let error = &answer["Err"];
    let reason = error["message"].as_str().or(error["kind"].as_str());
    escape(reason.unwrap_or("its answer is not one of the protocol"))
}

fn failed(provider: &[String], reason: impl ToString) -> Error {
    Error::Inner {
        provider: escape(&provider[0]),
        reason: reason.to_string(),
    }
}

fn no_token(registry: &Registry) -> Error {
    let (registry, help) = match &registry.name {
        Some(name) => {
            let variable = cargo_token_variable(name);
            let help = format!("run `cargo login --registry {name}`, or set {variable}");
            (name, help)
        }
        None => {
            let help = "name it in cargo's configuration, as `[registries]`, and publish with --registry NAME";
            (&registry.index_url, help.to_owned())
        }
    };
    Error::NoToken {
        registry: escape(registry),
        help: escape(&help),
    }
}
