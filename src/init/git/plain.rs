//! A hook of git's own, looked after by nobody.

use std::{fs, path::Path};

use super::{Manager, hook as hook_of};
use crate::init::edit::hook;

pub(super) const PLAIN: Manager = Manager {
    name: "git itself",
    file: |survey| Ok(survey.hooks.as_ref().map(hook_of)),
    add: |text| match text {
        None => Ok(format!(
            "#!/bin/sh\n# Checks the packages that a push touches.\nexec {} \"$@\"\n",
            hook::CHECK
        )),
        Some(text) => hook::add(text),
    },
    standing: |text| hook::standing(text, false),
    instead: "have it run `packwarden hook git-pre-push \"$@\"`, and fail when that does",
    mark: "",
    is_copied: false,
    install: "packwarden init",
    past: "",
};

/// Whether git passes over a hook that is there.
pub(super) fn is_switched_off(hook: &Path) -> bool {
    #[cfg(unix)]
    return fs::metadata(hook).is_ok_and(|metadata| {
        std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 == 0
    });
    #[cfg(not(unix))]
    return fs::metadata(hook).is_ok_and(|_| false);
}
