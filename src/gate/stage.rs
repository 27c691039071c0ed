//! After `npm stage publish`: whether the registry holds what was checked and sent.

use std::{fs::File, io, path::Path, process::Command};

use super::{Error, Gate, client, held::HeldArtifact};
use crate::{ecosystem, model::Sha256};

/// Has npm stage an artifact that has passed, and sees to it that the registry holds it.
///
/// # Errors
///
/// When npm does not tell under which id, or the registry holds something else.
pub(super) fn stage(
    gate: &Gate<'_>,
    command: &mut Command,
    directory: &Path,
    sent: &HeldArtifact,
) -> Result<u8, Error> {
    let (code, printed) = client::run_telling(command, "npm", directory)?;
    if code == 0 {
        let id = ecosystem::stage_id(&printed).ok_or(Error::NoStageTold)?;
        confirm(gate, id, sent)?;
    }
    Ok(code)
}

/// Downloads what npm has staged under this id and compares it with what was sent, which has been checked.
/// Tells how to approve it; nothing is approved here.
///
/// # Errors
///
/// When it can't be downloaded, or is something else.
fn confirm(gate: &Gate<'_>, id: &str, sent: &HeldArtifact) -> Result<(), Error> {
    let staged = ecosystem::staged(id, &gate.request.pack)?;
    let read = File::open(&staged.file).and_then(|file| Sha256::copying(file, io::sink()));
    match read {
        Ok(held) if held == sent.sha256 => {
            (gate.say)(&format!(
                "the registry holds what was checked, sha256 {held}; to publish it: npm stage approve {id}"
            ));
            Ok(())
        }
        other => Err(Error::OtherStaged {
            id: id.to_owned(),
            held: other.map_or_else(|error| error.to_string(), |held| held.to_string()),
            sent: sent.sha256.to_string(),
        }),
    }
}
