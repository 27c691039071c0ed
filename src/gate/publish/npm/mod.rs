//! npm, pnpm, Yarn 1 and bun: the client packs, and then publishes the very file that has passed. Yarn 2 and
//! later publish no file; see [`yarn_2`].

mod chosen;
mod clients;
mod typed;
mod yarn_2;

use std::{env, ffi::OsString, process};

use self::{
    chosen::{Chosen, chosen},
    clients::{BUN, Client, NPM, PNPM, Takes, YARN_1, YARN_2},
    typed::Typed,
};
use super::Command;
use crate::{
    check::{PackOptions, Request, Target},
    ecosystem::{self, PublishCommand},
    gate::{Error, Gate, client, stage},
    model::escape,
};

/// What npm tells scripts of a rehearsal by.
const REHEARSES: &str = "npm_config_dry_run";

pub(super) fn npm(gate: &Gate<'_>, command: &Command<'_>) -> Result<u8, Error> {
    publish(gate, command, &NPM)
}

pub(super) fn pnpm(gate: &Gate<'_>, command: &Command<'_>) -> Result<u8, Error> {
    publish(gate, command, &PNPM)
}

/// What is typed tells which Yarn is meant.
pub(super) fn yarn(gate: &Gate<'_>, command: &Command<'_>) -> Result<u8, Error> {
    let is_later = command.arguments.first().is_some_and(|word| word == "npm");
    publish(gate, command, if is_later { &YARN_2 } else { &YARN_1 })
}

pub(super) fn bun(gate: &Gate<'_>, command: &Command<'_>) -> Result<u8, Error> {
    publish(gate, command, &BUN)
}

fn publish(gate: &Gate<'_>, command: &Command<'_>, client: &'static Client) -> Result<u8, Error> {
    let typed = Typed::of(command, client)?;
    if ecosystem::inside_npm_publish() {
        return Err(command.refused(
            "it runs inside a script that a publish runs by itself",
            "give the script another name, such as `release`",
        ));
    }
    refuse_chosen_elsewhere(command, client)?;
    let publish = typed.publish_command()?;
    refuse_other_version(&typed, &publish)?;
    let pack = PackOptions {
        client: Some(client.name),
        ignore_scripts: typed.is_on(&["--ignore-scripts"]),
        publish: Some(publish),
        ..gate.request.pack.clone()
    };
    let all = chosen(&typed, &pack)?;
    // What can't be run afterwards must be known before the upload.
    let after: Vec<_> = all
        .iter()
        .map(|one| after(one, &pack))
        .collect::<Result<_, _>>()?;
    let request = Request {
        pack,
        ..gate.request.clone()
    };
    let gate = Gate { request, ..*gate };
    let targets = all.iter().map(|one| Target::Path(one.path().to_owned()));
    let held = match gate.hold(targets.collect())? {
        Ok(held) => held,
        Err(code) => return Ok(code),
    };
    let is_set = env::var_os(REHEARSES).is_some_and(|value| value == "true");
    let rehearses = is_set || typed.is_on(&["--dry-run"]);
    for ((one, artifact), after) in all.iter().zip(&held.artifacts).zip(after) {
        held.verify(client.name)?;
        gate.let_through(artifact, client.name);
        let code = match client.takes {
            Takes::Nothing => yarn_2::publish(&gate, &typed, artifact)?,
            _ => {
                let directory = match (client.takes, one) {
                    // It takes the name and the version from where it runs.
                    (Takes::Directory, Chosen::Project(project)) => project,
                    _ => &typed.directory,
                };
                let mut run = typed.publishing(Some(&artifact.file));
                match typed.command.stage && typed.stages() {
                    true => stage::publish(&gate, &mut run, directory, artifact)?,
                    false => client::run(&mut run, client.name, directory)?,
                }
            }
        };
        if code != 0 {
            return Ok(code);
        }
        let mut after = after;
        if rehearses {
            // Scripts ask for it, so that they push and announce nothing.
            let told = after.iter_mut();
            told.for_each(|command| _ = command.env(REHEARSES, "true"));
        }
        let code = run_after(&gate, after, client.name)?;
        if code != 0 {
            return Ok(code);
        }
    }
    Ok(0)
}

/// What npm takes from its environment, the command does not say.
fn refuse_chosen_elsewhere(command: &Command<'_>, client: &Client) -> Result<(), Error> {
    const CHOOSING: [&str; 2] = ["npm_config_workspace", "npm_config_workspaces"];
    let is_set = |(name, value): &(OsString, OsString)| {
        let setting = ecosystem::npm_setting(name).unwrap_or_default();
        CHOOSING.contains(&setting.as_str()) && !value.is_empty() && value != "false"
    };
    match env::vars_os().find(is_set) {
        Some((name, _)) if client.name == "npm" => {
            let name = name.to_string_lossy();
            Err(command.refused(
                format!("{name} is set, and decides what is published"),
                format!("unset {name}, and type `--workspace NAME` or `--workspaces`"),
            ))
        }
        _ => Ok(()),
    }
}

/// Two clients are called yarn, and what publishes with one runs a script with the other.
fn refuse_other_version(typed: &Typed<'_>, publish: &PublishCommand) -> Result<(), Error> {
    let client = typed.client;
    let Some(versions) = &client.versions else {
        return Ok(());
    };
    let version = ecosystem::npm_version(client.name, publish)?;
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    match major.is_some_and(|major: u32| versions.contains(&major)) {
        true => Ok(()),
        false => Err(typed.command.refused(
            format!(
                "this is {} {version}, which publishes in another way",
                client.name
            ),
            "type `yarn publish` with yarn 1, and `yarn npm publish` with yarn 2 and later",
        )),
    }
}

/// The scripts that a publish of the file leaves out.
fn after(one: &Chosen, pack: &PackOptions) -> Result<Vec<process::Command>, Error> {
    match one {
        Chosen::Project(project) if !pack.ignore_scripts => {
            Ok(ecosystem::after_upload(project, pack)?)
        }
        _ => Ok(Vec::new()),
    }
}

/// Runs them. What they print goes to standard error: the client's own output has ended.
fn run_after(
    gate: &Gate<'_>,
    commands: Vec<process::Command>,
    client: &'static str,
) -> Result<u8, Error> {
    for mut command in commands {
        let directory = command
            .get_current_dir()
            .unwrap_or_else(|| ".".as_ref())
            .to_owned();
        #[cfg(unix)]
        if let Ok(stderr) = std::os::fd::AsFd::as_fd(&std::io::stderr()).try_clone_to_owned() {
            command.stdout(stderr);
        }
        let code = client::run(&mut command, client, &directory)?;
        if code != 0 {
            let words = command.get_args().map(|word| word.to_string_lossy());
            let words: Vec<_> = words.collect();
            let typed = escape(&format!("{client} {}", words.join(" ")));
            (gate.say)(&format!("it was uploaded, but then `{typed}` failed"));
            return Ok(code);
        }
    }
    Ok(0)
}
