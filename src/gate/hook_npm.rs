//! `packwarden hook npm`: called by a script of `package.json`, it checks what the client that runs the
//! script is about to upload.

use std::path::PathBuf;

use super::{Error, Gate};
use crate::{
    check::Target,
    ecosystem::{around, inside_check},
    model::escape,
};

/// Checks what the publish around this program will upload, and returns the exit code: only 0 lets it go on.
///
/// # Errors
///
/// When no publish is around, or what it will upload can't be told.
pub fn hook_npm(gate: &Gate<'_>) -> Result<u8, Error> {
    let here = PathBuf::from(".");
    if inside_check(&here) {
        (gate.say)("left to the check that packs this");
        return Ok(0);
    }
    let around = around()?.ok_or(Error::NoPublishAround)?;
    let mut request = gate.request.clone();
    // Clients run a script in the directory of its package.
    request.targets = vec![Target::Path(here)];
    let client = around.client;
    request.pack.client = Some(client);
    request.pack.around = Some(around);
    let told = (gate.check)(&request);
    let passed = told.checked.verdict.artifacts.iter();
    for artifact in passed.filter(|_| told.code == 0).map(|one| &one.artifact) {
        let sha256 = artifact.sha256.map(|hash| hash.to_string());
        let name = escape(&artifact.path);
        (gate.say)(&format!(
            "{client} gets {name}, sha256 {}",
            sha256.unwrap_or_default()
        ));
    }
    Ok(told.code)
}
