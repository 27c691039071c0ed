//! pnpm (measured: 10.34.9 and 12.21.0, which make different bytes).
//!
//! Where `publishConfig.directory` names a directory, pnpm packs that one, with the scripts of the
//! project; an absolute destination is not affected.

use super::{Destination, Facts, Ignores, Ignoring, Members, registry, workspace::in_array};

pub(super) const PNPM: Facts = Facts {
    name: "pnpm",
    versions: 9..=u32::MAX,
    lock_files: &["pnpm-lock.yaml"],
    settings: Some("pnpm-workspace.yaml"),
    pack: &["pack"],
    destination: Destination::Directory("--pack-destination"),
    plain: &[],
    publish: "pnpm publish",
    before: &["prepublishOnly", "prepublish"],
    within: &["prepack", "prepare", "postpack"],
    gate: "postpack",
    after: &["publish", "postpublish"],
    // pnpm 12 would install the project before it runs a script, which its publish does not.
    run: &[
        "--config.enable-pre-post-scripts=false",
        "--config.verify-deps-before-run=false",
        "run",
    ],
    runs_around: false,
    // pnpm 10 knows `--ignore-scripts` on a publish only.
    registry: Some(registry::Settings {
        list: &["config", "list", "--json"],
        read: registry::one_object,
        manifest_wins: false,
        typed_wins: false,
    }),
    ignoring: Ignoring::Flag("--config.ignore-scripts=true", &[]),
    ignores: Ignores::Says(&["config", "get", "ignore-scripts"]),
    settings_of_root: false,
    members: Members::Says(&["ls", "--recursive", "--depth=-1", "--json"], in_array),
    packs_by_name: false,
};
