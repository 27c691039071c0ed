//! `npm stage publish`: the file that has passed is staged, and what the registry then holds is compared with
//! it.

use std::{fs::File, path::Path, process::Command};

use super::{Error, Gate, client, held::HeldArtifact};
use crate::{ecosystem, model::Sha256};

/// Has npm stage what was sent, and sees to it that it is what the registry holds. Returns npm's exit code.
/// Nothing is approved here.
///
/// # Errors
///
/// When npm can't be run, or what is staged can't be had, or is something else.
pub(super) fn publish(
    gate: &Gate<'_>,
    command: &mut Command,
    directory: &Path,
    sent: &HeldArtifact,
) -> Result<u8, Error> {
    let (code, printed) = client::run_reading(command, "npm", directory)?;
    if code != 0 {
        return Ok(code);
    }
    let id = ecosystem::stage_id(&printed).ok_or(Error::NoStageId)?;
    let staged = ecosystem::staged(id, &gate.request.pack)?;
    let read = File::open(&staged.file).and_then(Sha256::reading);
    match read {
        Ok(held) if held == sent.sha256 => {
            (gate.say)(&format!(
                "the registry holds what was checked, sha256 {held}; to publish it: npm stage approve {id}"
            ));
            Ok(0)
        }
        other => Err(Error::OtherStaged {
            id: id.to_owned(),
            held: other.map_or_else(|error| error.to_string(), |held| held.to_string()),
            sent: sent.sha256.to_string(),
        }),
    }
}
