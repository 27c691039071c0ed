//! PyPI: its clients have no hook, and so they are wrapped.

use super::{Gate, Plan, State, Survey};
use crate::model::Ecosystem;

const INSTEAD: &str = "PyPI's clients have no hook: publish with `packwarden publish -- …` (twine, uv, hatch, \
                       poetry, flit, maturin, pdm), or have CI check before it uploads";

/// Says what to type.
pub(super) fn propose(survey: &Survey, plan: &mut Plan) {
    if survey.has(Ecosystem::Pypi) {
        plan.by_hand.push(INSTEAD.to_owned());
    }
}

/// Says what to type.
pub(super) fn examine(survey: &Survey, gates: &mut Vec<Gate>) {
    if survey.has(Ecosystem::Pypi) {
        gates.push(Gate {
            name: "PyPI".to_owned(),
            state: State::Told,
            text: INSTEAD.to_owned(),
        });
    }
}
