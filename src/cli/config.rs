//! `packwarden config show`.

use std::io;

use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode,
    args::{Color, ConfigCommand},
    change,
    options::judged_by,
    render,
};
use crate::{
    check,
    model::{Access, Publishing, counted, escape},
    policy::Settings,
};

#[derive(Debug, Error, Diagnostic)]
#[error("the configuration could not be written to standard output")]
struct NotWritten(#[source] io::Error);

/// What nobody has set.
const DEFAULT: &str = "default";
/// Columns of a value, before where it is from.
const VALUE: usize = 34;

/// Shows what holds in a directory, and where each value is from.
pub(super) fn run(command: ConfigCommand, color: Color) -> ExitCode {
    let ConfigCommand::Show { directory, policy } = command;
    let settings = match check::settings(&judged_by(policy), &directory) {
        Ok(settings) => settings,
        Err(errors) => {
            render::errors(errors.iter().map(|error| error as _), &[&directory], color);
            return ExitCode::Usage;
        }
    };
    match change::show(shown(&settings), &[&directory], color) {
        Ok(()) => ExitCode::Passed,
        Err(source) => {
            render::error(&NotWritten(source), color);
            ExitCode::Usage
        }
    }
}

/// Written like a configuration, with the source of each value behind it.
fn shown(settings: &Settings) -> String {
    let mut page = Page(String::new());
    match settings.sources() {
        [] => page.0.push_str("# no configuration\n"),
        sources => page
            .0
            .push_str(&format!("# {}\n", escape(&sources.join(", ")))),
    }
    match settings.chosen_profile() {
        Some(set) => page.value(&format!("profile = \"{}\"", set.value), &set.by),
        None => page.value("# profile", "each package's manifest decides"),
    }
    let by = settings.self_match_set().unwrap_or(DEFAULT);
    page.value(&format!("self-match = {}", settings.self_match()), by);
    for (name, by) in settings.unwaivable() {
        let by = by.join(", ");
        page.value(&format!("unwaivable \"{name}\""), &by);
    }
    page.table("levels");
    for (id, set) in settings.levels() {
        page.value(&format!("{id} = \"{}\"", set.value.name()), &set.by);
    }
    page.value("# all others", "each rule's own level");
    page.table("limits");
    let limits = settings.limits();
    for (name, value) in [
        ("decompressed", format!("\"{} B\"", limits.decompressed)),
        ("ratio", limits.ratio.to_string()),
        ("entries", limits.entries.to_string()),
        ("depth", limits.depth.to_string()),
        ("time", format!("\"{}s\"", limits.time.as_secs())),
    ] {
        let by = settings.limits_set().get(name);
        page.value(
            &format!("{name} = {value}"),
            by.map_or(DEFAULT, String::as_str),
        );
    }
    if !settings.outputs().is_empty() {
        page.table("build");
        page.value(
            &format!("outputs = {:?}", settings.outputs()),
            "the project",
        );
    }
    for publishing in settings.publishing() {
        page.publishing(publishing);
    }
    let waivers = counted(settings.waivers().len(), "waiver");
    page.0
        .push_str(&format!("\n# {waivers} (`packwarden waivers`)\n"));
    page.0
}

/// Text in the making.
struct Page(String);

impl Page {
    fn table(&mut self, name: &str) {
        self.0.push_str(&format!("\n[{name}]\n"));
    }

    fn value(&mut self, value: &str, by: &str) {
        let line = format!("{:VALUE$}  # {}", escape(value), escape(by));
        self.0.push_str(&format!("{line}\n"));
    }

    fn publishing(&mut self, publishing: &Publishing) {
        let by = publishing.written_in.as_deref().unwrap_or("the project");
        self.table("publish");
        if !publishing.registries.is_empty() {
            self.value(&format!("registries = {:?}", publishing.registries), by);
        }
        if let Some(scope) = &publishing.scope {
            self.value(&format!("scope = {scope:?}"), by);
        }
        if let Some(access) = publishing.access.map(Access::name) {
            self.value(&format!("access = \"{access}\""), by);
        }
    }
}
