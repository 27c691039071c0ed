//! `packwarden hook cargo`: cargo asks for the token with which it uploads a crate, and gets it only if that
//! crate passes.
//!
//! cargo asks a credential provider once for each crate, when all of them are packed and verified, and with the
//! hash of the file that it is about to upload. It must get every token from here and never twice: of a token
//! that it may keep, or that another provider gave it, no further upload would be asked about.

mod asked;
mod error;
mod find;
mod inner;
mod record;

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Gate;
use crate::{
    check::{self, Target},
    ecosystem::CargoWorkspace,
    model::{Progress, Sha256},
};
use asked::{Action, Asked, Upload};
pub use asked::{Answer, Request};
pub use error::Error;
use find::Found;
use inner::Inner;
use record::Passed;
pub(super) use record::Record;

/// cargo's current directory is ours.
const HERE: &str = ".";

/// Why nothing comes of a log-in here.
const OF_OTHERS: &str = "tokens are not kept here, and cargo asks the next provider of its configuration \
     (\"cargo:token\", in `global-credential-providers`)";

/// How the gate was configured.
#[derive(Debug)]
pub struct Options {
    /// The providers that have the token, each behind a `--`; cargo's own if there are none.
    pub inner: Vec<String>,
    /// Where `packwarden publish` waits to hear what came of each upload.
    pub record: Option<PathBuf>,
}

/// Answers cargo.
///
/// # Errors
///
/// When it must not have what it asks for.
pub fn answer(
    gate: &Gate<'_>,
    request: &Request,
    options: &Options,
) -> Result<Answer, super::Error> {
    let Asked { registry, action } = request.asked()?;
    let inner = Inner::new(&options.inner);
    let upload = match action {
        Action::Account => {
            let answer = inner.account(request)?;
            if matches!(answer, Answer::OfOthers) {
                (gate.say)(OF_OTHERS);
            }
            return Ok(answer);
        }
        Action::Token => return Ok(Answer::Token(inner.token(request, &registry)?)),
        Action::Publish(upload) => upload,
    };
    let record = options.record.as_deref().map(Record::at);
    let found = judge(gate, &registry, &upload, record.as_ref())?;
    // Whoever has it may ask a person first.
    let token = inner.token(request, &registry)?;
    found.verify()?;
    if let Some(record) = record {
        record.passed(&upload.sha256)?;
    }
    (gate.say)(&format!(
        "cargo may upload {}, sha256 {}",
        upload.shown(),
        upload.sha256
    ));
    Ok(Answer::Token(token))
}

/// Sees to it that what is about to be uploaded passes, and all that the same run of cargo will upload after it.
fn judge(
    gate: &Gate<'_>,
    registry: &asked::Registry,
    upload: &Upload,
    record: Option<&Record>,
) -> Result<Found, super::Error> {
    let manifest = find::manifest_of_parent();
    let workspace = CargoWorkspace::at(Path::new(HERE), manifest.as_deref(), &gate.request.pack)?;
    let found = Found::of(upload, &workspace)?;
    if let Some(record) = record {
        record.due(found.hashes())?;
    }
    let of_run = Passed::of(&found);
    let target = |file: &Path| {
        let made = workspace.made(file, registry.name.as_deref());
        let made = made.map(|made| Target::Made(vec![made]));
        made.ok_or_else(|| Error::NoPackage {
            name: find::name_of(file),
        })
    };
    let mut request = gate.request.clone();
    request.targets = vec![target(found.asked())?];
    // All of this run were told of before: what is left is to see that this one is still what passed.
    let again = of_run.is_known() && {
        let checked = check::check(&request, &Progress::default());
        checked.verdict.exit_code() == 0
    };
    if !again {
        request.targets = found.files().map(target).collect::<Result<_, _>>()?;
        let told = (gate.check)(&request);
        let artifacts = &told.checked.verdict.artifacts;
        let is_asked = |sha256: Option<Sha256>| sha256 == Some(upload.sha256);
        let seen = artifacts.iter().any(|one| is_asked(one.artifact.sha256));
        if told.code != 0 || !seen {
            if let Some(record) = record {
                record.blocked(told.code)?;
            }
            return Err(Error::Blocked {
                name: upload.shown(),
            }
            .into());
        }
        of_run.remember();
    }
    Ok(found)
}

/// A token, overwritten when it is dropped.
type Token = Zeroizing<String>;
