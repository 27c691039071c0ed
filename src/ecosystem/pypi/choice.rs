//! Which client builds a project.

use super::{
    build::Workshop,
    clients::{CLIENTS, Facts, GENERAL, number},
    project::Said,
};
use crate::{ecosystem::Error, model::escape};

/// A client that is there.
pub(super) struct Choice {
    pub(super) facts: &'static Facts,
    /// What it is started as.
    pub(super) program: &'static [&'static str],
    pub(super) version: String,
}

/// The client that was asked for; or the one that the project shows signs of, or else one that builds
/// every project, if it is there.
pub(super) fn choose(
    asked: Option<&'static str>,
    said: &Said,
    workshop: &Workshop<'_>,
) -> Result<Choice, Error> {
    let named = CLIENTS.into_iter().find(|facts| asked == Some(facts.name));
    if let Some(facts) = named {
        return fit(facts, workshop);
    }
    let shown = CLIENTS
        .into_iter()
        .filter(|facts| (facts.is_shown_by)(said));
    for facts in shown.chain(GENERAL) {
        match fit(facts, workshop) {
            // Not there, or a shim that has no program behind it, or Python without the module.
            Err(Error::ClientMissing { .. } | Error::ClientFailed { .. }) => {}
            choice => return choice,
        }
    }
    Err(Error::NoBuilder {
        path: workshop.shown(),
    })
}

/// The client, if it is there and has what is asked of it.
fn fit(facts: &'static Facts, workshop: &Workshop<'_>) -> Result<Choice, Error> {
    let (program, answer) = found(facts, workshop)?;
    let version = number(&answer);
    if !version.is_some_and(|version| facts.takes(version)) {
        let (major, minor) = facts.oldest;
        return Err(Error::ClientUnfit {
            client: facts.name,
            version: escape(version.unwrap_or("of no known version")),
            path: workshop.shown(),
            needs: format!("{} {major}.{minor} or later", facts.name),
        });
    }
    Ok(Choice {
        facts,
        program,
        version: escape(version.unwrap_or_default()),
    })
}

/// What the client can be started as, and what it answers when it is asked for its version. If there is
/// nothing, the error is that of the first.
fn found(
    facts: &'static Facts,
    workshop: &Workshop<'_>,
) -> Result<(&'static [&'static str], String), Error> {
    let mut first = None;
    for program in facts.programs {
        match workshop.ask(facts, program, &["--version"]) {
            Ok(answer) => return Ok((program, answer)),
            Err(error @ (Error::ClientMissing { .. } | Error::ClientFailed { .. })) => {
                first.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    Err(first.unwrap_or_else(|| Error::NoBuilder {
        path: workshop.shown(),
    }))
}
