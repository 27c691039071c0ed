//! npm (measured: 10.9.9, 11.19.1 and 12.2.0, which make the same bytes).

use super::{Destination, Facts, Ignores, Ignoring, Members, registry};

pub(super) const NPM: Facts = Facts {
    name: "npm",
    versions: 8..=u32::MAX,
    lock_files: &["package-lock.json", "npm-shrinkwrap.json"],
    settings: None,
    pack: &["pack"],
    destination: Destination::Directory("--pack-destination"),
    // With `dry-run` npm packs nothing, and still exits 0.
    plain: &["--dry-run=false", "--json=false"],
    publish: "npm publish",
    before: &["prepublishOnly"],
    within: &["prepack", "prepare", "postpack"],
    gate: "postpack",
    after: &["publish", "postpublish"],
    // The flag that would keep it from running what is around a script, `--ignore-scripts`, is
    // inherited by every npm that the script calls, where it leaves out more than that.
    run: &["run"],
    runs_around: true,
    registry: Some(registry::Settings {
        list: &["config", "list", "--json", "--workspaces=false"],
        read: registry::one_object,
        manifest_wins: false,
        typed_wins: true,
    }),
    ignoring: Ignoring::Flag("--ignore-scripts", NO_SHELL),
    // Without the last flag npm refuses where an `.npmrc` turns workspaces on.
    ignores: Ignores::Says(&[
        "config",
        "get",
        "ignore-scripts",
        "--json=false",
        "--workspaces=false",
    ]),
    // So does its publish: a member's `.npmrc` counts for nothing (measured for 11.19.1).
    settings_of_root: true,
    members: Members::Patterns,
    // Of one that is named, the root's ignore files are not read.
    packs_by_name: true,
};

/// What npm is given to run scripts with when it is to run none: a program that does nothing. npm 10
/// runs `prepare` in spite of `--ignore-scripts` (measured for 10.9.9; 11.19.1 and 12.2.0 obey).
const NO_SHELL: &[&str] = if cfg!(unix) {
    &["--script-shell=true"]
} else {
    &[]
};
