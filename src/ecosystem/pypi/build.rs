//! Has a client build a project, in a private copy of it.

use std::{env, fs, path::Path, process::Command, sync::Arc, time::Duration};

use super::{
    choice::{Choice, choose},
    clients::{Destination, Facts},
    copy,
    dist::{DIST, artifacts},
    project::Said,
};
use crate::{
    ecosystem::{
        Error, PackOptions, Packed, Project, Show,
        client::{Client, MARKER, WITH_SCRIPTS},
        private::PrivateDirectory,
    },
    model::PackedBy,
};

/// What the client that builds the project makes.
pub(super) fn build(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    if env::var_os(MARKER).is_some_and(|value| !value.is_empty()) {
        let path = Error::shown(&project.root);
        return Err(Error::BuildInsideBuild { path });
    }
    let absolute = fs::canonicalize(&project.root);
    let root = absolute.map_err(|source| Error::unreadable(&project.root, source))?;
    let top = copy::top(&root);
    let directory = PrivateDirectory::create()?;
    let workshop = Workshop {
        project: &project.root,
        copy: &copy::copy(&top, &root, directory.path())?,
        show_output: options.show_output.as_ref(),
        limit: options.limit(),
    };
    let choice = choose(options.client, &Said::of(&root, &top), &workshop)?;
    let made = match choice.facts.destination {
        Destination::Flag(_) | Destination::Argument => directory.path().join(DIST),
        Destination::Dist => workshop.copy.join(DIST),
    };
    let mut packed = Vec::new();
    for build in choice.facts.builds {
        let before = artifacts(&made)?;
        let packed_by = workshop.build(&choice, build, &made)?;
        let after = artifacts(&made)?.into_iter();
        packed.extend(
            after
                .filter(|name| !before.contains(name))
                .map(|name| Packed {
                    file: made.join(&name),
                    label: name.to_string_lossy().into_owned(),
                    root: project.root.clone(),
                    packed_by: Some(packed_by.clone()),
                    built_in: Some(workshop.copy.to_owned()),
                    ..Packed::default()
                }),
        );
    }
    if packed.is_empty() {
        let client = choice.facts.name;
        return Err(Error::PackedNothing { client });
    }
    let directory = Arc::new(directory);
    for packed in &mut packed {
        packed._directory = Some(directory.clone());
    }
    Ok(packed)
}

/// Where a project is built.
pub(super) struct Workshop<'a> {
    /// The project, as the user knows it.
    project: &'a Path,
    /// Its copy, which is what clients see.
    copy: &'a Path,
    show_output: Option<&'a Show>,
    limit: Duration,
}

impl Workshop<'_> {
    /// The project, for display.
    pub(super) fn shown(&self) -> String {
        Error::shown(self.project)
    }

    /// What a client answers.
    pub(super) fn ask(
        &self,
        facts: &Facts,
        program: &[&'static str],
        question: &[&'static str],
    ) -> Result<String, Error> {
        let typed = [program, question].concat();
        let client = self.client(facts);
        client.ask(&mut self.command(&typed), &typed.join(" "))
    }

    /// Has the client build, and says how that would be typed.
    fn build(
        &self,
        choice: &Choice,
        arguments: &[&'static str],
        made: &Path,
    ) -> Result<PackedBy, Error> {
        let typed = [choice.program, arguments].concat();
        let mut command = self.command(&typed);
        match choice.facts.destination {
            Destination::Flag(flag) => command.arg(flag).arg(made),
            Destination::Argument => command.arg(made),
            Destination::Dist => &mut command,
        };
        let client = self.client(choice.facts);
        client.run(&mut command, &typed.join(" "))?;
        Ok(PackedBy {
            client: choice.facts.name.to_owned(),
            version: choice.version.clone(),
            command: typed.into_iter().map(str::to_owned).collect(),
            without_scripts: None,
        })
    }

    fn client(&self, facts: &Facts) -> Client<'_> {
        Client {
            name: facts.name,
            project: self.project,
            show_output: self.show_output.cloned(),
            limit: self.limit,
        }
    }

    /// A command that runs in the copy.
    fn command(&self, typed: &[&str]) -> Command {
        let mut typed = typed.iter();
        let mut command = Command::new(typed.next().copied().unwrap_or_default());
        command
            .args(typed)
            .current_dir(self.copy)
            .env("PWD", self.copy)
            .env(MARKER, WITH_SCRIPTS);
        command
    }
}
