//! Yarn 1 (measured: 1.22.22).
//!
//! Its tarballs hold the times of files, so that two of one directory have the same content and
//! different bytes.

use super::{Destination, Facts, Ignores, Ignoring, Members, registry, workspace::in_object};

pub(super) const YARN_1: Facts = Facts {
    name: "yarn",
    versions: 1..=1,
    lock_files: &["yarn.lock"],
    settings: None,
    pack: &["pack"],
    destination: Destination::File("--filename"),
    plain: &[],
    publish: "yarn publish",
    before: &["prepublish", "prepare", "prepublishOnly"],
    within: &["prepack", "postpack"],
    gate: "postpack",
    after: &["publish", "postpublish"],
    run: &["run"],
    runs_around: true,
    registry: Some(registry::Settings {
        list: &["config", "list", "--json"],
        read: registry::inspected,
        manifest_wins: true,
        typed_wins: false,
    }),
    ignoring: Ignoring::Flag("--ignore-scripts", &[]),
    ignores: Ignores::Says(&["config", "get", "ignore-scripts"]),
    settings_of_root: false,
    members: Members::Says(&["--silent", "workspaces", "info", "--json"], in_object),
    packs_by_name: false,
};
