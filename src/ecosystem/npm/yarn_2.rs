//! Yarn 2 and later (measured: 4.18.1).

use std::{env, ffi::OsString, path::Path};

use super::{
    Destination, Facts, Ignores, Ignoring, Members, pack::joined, registry, workspace::in_lines,
};

pub(super) const YARN_2: Facts = Facts {
    name: "yarn",
    versions: 2..=u32::MAX,
    lock_files: &["yarn.lock"],
    settings: Some(".yarnrc.yml"),
    pack: &["pack"],
    destination: Destination::File("--out"),
    plain: &[],
    publish: "yarn npm publish",
    before: &["prepublish"],
    within: &["prepack", "postpack"],
    // It runs `postpack` after the upload.
    gate: "prepack",
    // It runs `postpack` after the upload, and then nothing.
    after: &[],
    run: &["run"],
    runs_around: false,
    registry: Some(registry::Settings {
        list: &["config", "--json"],
        read: registry::one_by_one,
        manifest_wins: true,
        typed_wins: false,
    }),
    ignoring: Ignoring::Plugin {
        variable: PLUGINS,
        text: NO_SCRIPTS,
    },
    // `enableScripts` is about those of dependencies.
    ignores: Ignores::Never,
    settings_of_root: false,
    members: Members::Says(&["workspaces", "list", "--json"], in_lines),
    packs_by_name: false,
};

/// Names files of plugins, beside those of the project.
const PLUGINS: &str = "YARN_PLUGINS";

/// The value of `YARN_PLUGINS` that adds this plugin.
pub fn yarn_plugins(plugin: &Path) -> (&'static str, OsString) {
    (PLUGINS, joined(env::var_os(PLUGINS), plugin))
}

/// `yarn pack` has no flag that keeps it from running scripts, but a hook around each that it runs.
const NO_SCRIPTS: &str = "module.exports = {
  name: 'no-scripts',
  factory: () => ({ hooks: { wrapScriptExecution: async () => async () => 0 } }),
};
";
