//! This program where hooks look for it.

use std::{env, path::PathBuf, process::Command};

use super::{Gate, State};
use crate::model::escape;

const NAME: &str = if cfg!(windows) {
    "packwarden.exe"
} else {
    "packwarden"
};

/// Hooks start whatever is called so on PATH, and fail where nothing is.
pub(super) fn examine(gates: &mut Vec<Gate>) {
    let own = env!("CARGO_PKG_VERSION");
    let (state, text) = match on_path() {
        None => (
            State::Missing,
            "it is not on PATH: every hook fails, and nothing is published, until it is".to_owned(),
        ),
        Some(path) => {
            let shown = escape(&path.to_string_lossy());
            match version(&path) {
                Some(version) if version == own => (State::Holds, format!("{shown} is {version}")),
                Some(version) => (
                    State::Open,
                    format!(
                        "{shown}, which hooks start, is {version}, and this is {own}: install one of them"
                    ),
                ),
                None => (
                    State::Open,
                    format!("{shown}, which hooks start, does not say its version"),
                ),
            }
        }
    };
    gates.push(Gate {
        name: "packwarden".to_owned(),
        state,
        text,
    });
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut places = env::split_paths(&path).map(|place| place.join(NAME));
    places.find(|file| file.is_file())
}

fn version(program: &PathBuf) -> Option<String> {
    let answer = Command::new(program).arg("--version").output().ok()?;
    let answer = String::from_utf8(answer.stdout).ok()?;
    let version = answer.strip_prefix("packwarden ")?.trim();
    (!version.is_empty()).then(|| escape(version))
}
