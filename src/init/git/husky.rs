//! Husky (measured: 9.1.7), which runs `.husky/pre-push` with `sh -e`.

use std::path::Path;

use super::{Manager, below};
use crate::init::edit::hook;

pub(super) const HUSKY: Manager = Manager {
    name: "husky",
    file: |survey| {
        // What git runs is generated, and in a directory of that file's.
        let hooks = survey.hooks.as_ref().map(|hooks| &hooks.directory);
        let generated = hooks.filter(|hooks| hooks.ends_with("_") && hooks.join("h").is_file());
        let directory = generated.and_then(|hooks| hooks.parent());
        let directory = directory.map_or_else(|| below(survey, ".husky"), Path::to_owned);
        Ok(directory.is_dir().then(|| directory.join("pre-push")))
    },
    add: |text| match text {
        None => Ok(format!("{} \"$@\"\n", hook::CHECK)),
        Some(text) => hook::add(text),
    },
    standing: |text| hook::standing(text, true),
    instead: "begin it with `packwarden hook git-pre-push \"$@\" || exit $?`",
    mark: "\"$0\")/h\"",
    is_copied: false,
    install: "npx husky",
    past: "`HUSKY=0`",
};
