//! The scripts that a publish of a project runs after the upload, and a publish of its artifact leaves out.

use std::{path::Path, process::Command};

use super::{
    MANIFEST,
    running::Running,
    scripts::{around, has_any, manifest},
};
use crate::{
    ecosystem::{Error, PackOptions, client::MARKER},
    model::read_text_file,
};

/// Commands that run these scripts of the project in `root`, in order.
///
/// # Errors
///
/// When the client can't run one without another that no publish runs.
pub fn after_upload(root: &Path, options: &PackOptions) -> Result<Vec<Command>, Error> {
    let path = root.join(MANIFEST);
    let text = read_text_file(&path).map_err(|source| Error::unreadable(&path, source))?;
    let manifest = manifest(&text).map_err(|reason| Error::UnusableManifest {
        path: Error::shown(&path),
        reason,
    })?;
    // Whoever has none is spared the question for the client's version.
    if !has_any(&manifest, &["publish", "postpublish"]) {
        return Ok(Vec::new());
    }
    let running = Running::find(root, &manifest, options)?;
    if running.ignores_scripts()? {
        return Ok(Vec::new());
    }
    let facts = running.facts;
    let there = |name: &&&'static str| has_any(&manifest, &[name]);
    let mut names = facts.after.iter().filter(there).peekable();
    let mut commands = Vec::new();
    while let Some(name) = names.next() {
        let runs_along = |next: &&&str| facts.runs_around && **next == format!("post{name}");
        let along = names.next_if(runs_along);
        let other =
            around(&manifest, name).filter(|other| along.is_none_or(|along| other != along));
        if let Some(script) = other.filter(|_| facts.runs_around) {
            return Err(Error::ScriptNotOfPublish {
                path: Error::shown(root),
                script,
                publish: facts.publish,
                run: running.typed(&["run", name]),
                around: name,
            });
        }
        let mut command = running.command(facts.run);
        command.arg(name).current_dir(root).env_remove(MARKER);
        commands.push(command);
    }
    Ok(commands)
}
