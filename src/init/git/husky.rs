//! Husky (measured: 9.1.7), which runs `.husky/pre-push` with `sh -e`.

use super::{Manager, below};
use crate::init::edit::hook;

pub(super) const HUSKY: Manager = Manager {
    name: "husky",
    file: |survey| {
        let directory = below(survey, ".husky");
        Ok(directory.is_dir().then(|| directory.join("pre-push")))
    },
    add: |text| match text {
        None => Ok(format!("{} \"$@\"\n", hook::CHECK)),
        Some(text) => hook::add(text),
    },
    standing: |text| hook::standing(text, true),
    instead: "begin it with `packwarden hook git-pre-push \"$@\" || exit $?`",
    mark: "\"$0\")/h\"",
    install: "npx husky",
    past: "`HUSKY=0`",
};
