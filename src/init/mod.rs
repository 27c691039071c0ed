//! A project set up: which gates it can have, what has to be written for each, and whether they hold.
//!
//! A gate is one file: it proposes what is missing, and examines what is there. Nothing is written here.

mod cargo;
mod ci;
mod config;
mod diff;
mod edit;
mod error;
mod git;
mod manifest;
mod npm;
mod plan;
mod program;
mod pypi;
mod survey;

use std::path::Path;

pub use diff::unified;
pub use error::Error;
pub use plan::{Change, Plan};
use survey::Survey;

use crate::model::Skipped;

/// Whether a gate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// What does not pass it is not published, but by those who go past it on purpose.
    Holds,
    /// It is there, and lets through what it should not.
    Open,
    /// It is not there.
    Missing,
    /// There can be none: what to do instead.
    Told,
}

impl State {
    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            State::Holds => "holds",
            State::Open => "open",
            State::Missing => "missing",
            State::Told => "note",
        }
    }

    /// Whether something has to be done.
    pub fn fails(self) -> bool {
        matches!(self, State::Open | State::Missing)
    }
}

/// What there is to say of a gate, in one line.
#[derive(Debug)]
pub struct Gate {
    /// What it stands before.
    pub name: String,
    /// Whether it holds.
    pub state: State,
    /// Why, and how it can be gone past.
    pub text: String,
}

/// What would set up the project in a directory.
///
/// # Errors
///
/// When there is no project, or something of it can't be read.
pub fn plan(directory: &Path) -> Result<Plan, Error> {
    let survey = Survey::of(directory)?;
    let mut plan = Plan::default();
    let left_out = |one: &Skipped| format!("{} is left out: {}", one.path, one.reason);
    plan.found.extend(survey.skipped.iter().map(left_out));
    config::propose(&survey, &mut plan)?;
    npm::propose(&survey, &mut plan)?;
    cargo::propose(&survey, &mut plan)?;
    git::propose(&survey, &mut plan)?;
    pypi::propose(&survey, &mut plan);
    ci::propose(&survey, &mut plan)?;
    Ok(plan)
}

/// Whether the gates of the project in a directory hold.
///
/// # Errors
///
/// When there is no project, or something of it can't be read.
pub fn examine(directory: &Path) -> Result<Vec<Gate>, Error> {
    let survey = Survey::of(directory)?;
    config::examine(&survey)?;
    let mut gates = Vec::new();
    program::examine(&mut gates);
    npm::examine(&survey, &mut gates)?;
    cargo::examine(&survey, &mut gates)?;
    pypi::examine(&survey, &mut gates);
    git::examine(&survey, &mut gates)?;
    ci::examine(&survey, &mut gates)?;
    Ok(gates)
}
