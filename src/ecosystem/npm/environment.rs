//! What a client around us leaves in the environment.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use crate::ecosystem::client::{MARKER, WITHOUT_SCRIPTS};

/// Events in which a client packs or has just packed: a pack with scripts from inside one of them
/// would start it again, for ever.
pub(super) const PACKING_EVENTS: [&str; 7] = [
    "prepublishOnly",
    "prepublish",
    "prepack",
    "prepare",
    "postpack",
    "publish",
    "postpublish",
];

/// Settings that a surrounding npm passes on (`npm publish --dry-run --workspaces` and the like) and
/// that are not meant for the pack of one directory. With npm, flags on our command line win over the
/// first three, but the scripts that it starts would still inherit them. pnpm 10 reads them too; of
/// the other clients none does.
///
/// `npm_config_ignore_scripts` is not among them: a publish from the same shell would obey it too.
const MISLEADING: [&str; 6] = [
    "npm_config_dry_run",
    "npm_config_json",
    "npm_config_pack_destination",
    "npm_config_usage",
    "npm_config_workspace",
    "npm_config_workspaces",
];

/// Whether the variable must not be passed on.
pub(super) fn misleads(name: &OsStr) -> bool {
    setting(name).is_some_and(|name| MISLEADING.contains(&name.as_str()))
}

/// The name of a variable as npm reads it: in any case, and with `-` for `_`.
pub fn setting(variable: &OsStr) -> Option<String> {
    let name = variable.to_str()?;
    Some(name.to_ascii_lowercase().replace('-', "_"))
}

/// Whether this program runs inside a pack, started by a script of the project.
///
/// `npm_command` is of no use here: bun says `pack` on publish, and yarn says nothing.
pub(super) fn inside_packing(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    variable(MARKER).is_some_and(|value| !value.is_empty()) || inside_script(variable)
}

/// Whether the script that started this program is one of those that run on a publish.
pub(super) fn inside_script(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    variable("npm_lifecycle_event")
        .is_some_and(|event| PACKING_EVENTS.iter().any(|name| event == *name))
}

/// Whether this program runs inside a pack that was told to run no scripts.
pub(super) fn inside_ignoring(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    variable(MARKER).is_some_and(|value| value == WITHOUT_SCRIPTS)
}

/// A program, and what it is given first: the script that it is to run, if that is not a program itself.
pub(super) type Program = (OsString, Option<OsString>);

/// The client to run: inside a script of that client the very one that runs the
/// script, because it is the one that publishes; otherwise the one on PATH.
pub(super) fn program(
    client: &'static str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Program {
    // Only the path counts: npm names itself as a client around it does.
    let around = variable("npm_execpath").map(PathBuf::from);
    let around = around.filter(|path| program_name(path) == client);
    match (around, variable("npm_node_execpath")) {
        (Some(path), Some(node)) if is_javascript(&path) => (node, Some(path.into())),
        (Some(path), _) if !is_javascript(&path) => (path.into(), None),
        // On Windows all but bun are scripts, which are only found with their extension.
        _ if cfg!(windows) && client != "bun" => (format!("{client}.cmd").into(), None),
        _ => (client.into(), None),
    }
}

/// Which client a path is of: `npm` for `npm-cli.js`, `yarn` for `yarn-4.18.1.cjs`. Beside npm there is
/// npx, and beside bun bunx.
pub(super) fn program_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split(['-', '.']).next().unwrap_or_default().to_owned()
}

fn is_javascript(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["js", "cjs", "mjs"].iter().any(|known| extension == *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
        |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.into())
        }
    }

    #[test]
    fn misleading_settings_are_known_in_every_spelling() {
        for name in [
            "npm_config_dry_run",
            "NPM_CONFIG_DRY_RUN",
            "npm_config_dry-run",
        ] {
            assert!(misleads(name.as_ref()), "{name}");
        }
        for name in ["npm_config_registry", "npm_config_ignore_scripts", "PATH"] {
            assert!(!misleads(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn packing_is_known_by_the_event_or_by_our_marker() {
        assert!(inside_packing(with(&[("npm_lifecycle_event", "prepack")])));
        assert!(inside_packing(with(&[
            ("npm_lifecycle_event", "check"),
            (MARKER, "1")
        ])));
        assert!(!inside_packing(with(&[("npm_lifecycle_event", "check")])));
        assert!(!inside_packing(with(&[(MARKER, "")])));
        assert!(!inside_ignoring(with(&[(MARKER, "1")])));
        assert!(inside_ignoring(with(&[(MARKER, WITHOUT_SCRIPTS)])));
    }

    #[test]
    fn the_client_around_us_is_used() {
        let npm = with(&[
            ("npm_config_user_agent", "npm/12.2.0 node/v24"),
            ("npm_node_execpath", "/n/node"),
            ("npm_execpath", "/n/bin/npm-cli.js"),
        ]);
        let cli = Some("/n/bin/npm-cli.js".into());
        assert_eq!(program("npm", &npm), ("/n/node".into(), cli));
        assert_eq!(program("pnpm", &npm), program("pnpm", with(&[])));
        let pnpm = with(&[
            ("npm_config_user_agent", "pnpm/12.21.0 npm/?"),
            ("npm_node_execpath", "/n/node"),
            ("npm_execpath", "/n/pnpm"),
        ]);
        assert_eq!(program("pnpm", &pnpm), ("/n/pnpm".into(), None));
        let npx = with(&[
            ("npm_config_user_agent", "npm/12.2.0 node/v24"),
            ("npm_node_execpath", "/n/node"),
            ("npm_execpath", "/n/bin/npx-cli.js"),
        ]);
        assert_eq!(program("npm", &npx), program("npm", with(&[])));
    }
}
