//! The client of a project, ready to be run in it.

use std::{env, path::Path, process::Command};

use serde_json::Value;

use super::{
    Facts, Ignores,
    choice::choose,
    environment::{self, Program},
    workspace::root_of_member,
};
use crate::{
    ecosystem::{
        Error, PackOptions, PublishCommand,
        client::{Client, LIMIT, MARKER, WITH_SCRIPTS},
    },
    model::escape,
};

/// A client that was found.
pub(super) struct Running<'a> {
    pub(super) facts: &'static Facts,
    pub(super) client: Client<'a>,
    /// What it says of itself.
    pub(super) version: String,
    /// The command that is going to publish, if there is one.
    pub(super) publish: Option<PublishCommand>,
    program: Program,
}

impl<'a> Running<'a> {
    /// Finds the client of the project in `root`.
    pub(super) fn find(
        root: &'a Path,
        manifest: &Value,
        options: &PackOptions,
    ) -> Result<Self, Error> {
        let choice = choose(root, manifest, options.client)?;
        let client = Client {
            name: choice.name,
            project: root,
            show_output: options.show_output.clone(),
            limit: options.limit(),
        };
        if environment::inside_ignoring(|name| env::var_os(name)) {
            let client = client.name;
            return Err(Error::ScriptsNotIgnored { client });
        }
        let program = match &options.publish {
            Some(publish) => (publish.program.clone(), None),
            None => environment::program(client.name, |name| env::var_os(name)),
        };
        let said = format!("{} --version", client.name);
        let version = escape(&client.ask(command(&program).arg("--version"), &said)?);
        Ok(Self {
            facts: choice.of_version(&version, root)?,
            client,
            version,
            publish: options.publish.clone(),
            program,
        })
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&self.program);
        command.args(arguments);
        command
    }

    /// The same, run where the client takes the settings of the project from.
    pub(super) fn question(&self, arguments: &[&str]) -> Result<Command, Error> {
        let mut command = self.command(arguments);
        let typed = self.publish.as_ref().map(|publish| &*publish.directory);
        if let Some(directory) = typed {
            command.current_dir(directory);
        }
        if self.facts.settings_of_root
            && let Some(root) = root_of_member(typed.unwrap_or(self.client.project))?
        {
            command.current_dir(root);
        }
        Ok(command)
    }

    /// Whether the client is configured to run no scripts, on a publish as well.
    pub(super) fn ignores_scripts(&self) -> Result<bool, Error> {
        Ok(match self.facts.ignores {
            Ignores::Never => false,
            Ignores::Says(question) => {
                let mut command = self.question(question)?;
                self.client.ask(&mut command, &self.typed(question))? == "true"
            }
            Ignores::Reads(ignores) => ignores(self.client.project),
        })
    }

    /// What a person would type.
    pub(super) fn typed(&self, arguments: &[&str]) -> String {
        format!("{} {}", self.facts.name, arguments.join(" "))
    }
}

/// What the client of this command says of its version where it runs.
///
/// # Errors
///
/// When it can't be run.
pub fn version(client: &'static str, publish: &PublishCommand) -> Result<String, Error> {
    let asked = Client {
        name: client,
        project: &publish.directory,
        show_output: None,
        limit: LIMIT,
    };
    let program = (publish.program.clone(), None);
    let said = format!("{client} --version");
    Ok(escape(
        &asked.ask(command(&program).arg("--version"), &said)?,
    ))
}

/// The program without the settings of a client around us that would change what is packed.
pub(super) fn command((program, script): &Program) -> Command {
    let mut command = Command::new(program);
    command.args(script).env(MARKER, WITH_SCRIPTS);
    for (name, _) in env::vars_os() {
        if environment::misleads(&name) {
            command.env_remove(name);
        }
    }
    command
}

/// The first two numbers of a version.
pub(super) fn number(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    let mut next = || numbers.next().flatten().unwrap_or_default();
    (next(), next())
}
