//! bun (measured: 1.4.5).

use std::{env, path::Path};

use super::{Destination, Facts, Ignores, Ignoring, Members, workspace::workspaces_above};
use crate::model::read_text_file;

pub(super) const BUN: Facts = Facts {
    name: "bun",
    versions: 1..=u32::MAX,
    lock_files: &["bun.lock", "bun.lockb"],
    settings: None,
    pack: &["pm", "pack"],
    destination: Destination::Directory("--destination"),
    plain: &[],
    publish: "bun publish",
    before: &["prepublishOnly"],
    within: &["prepack", "prepare", "postpack"],
    gate: "postpack",
    after: &["publish", "postpublish"],
    run: &["run"],
    runs_around: true,
    registry: None,
    ignoring: Ignoring::Flag("--ignore-scripts", &[]),
    ignores: Ignores::Reads(ignores),
    settings_of_root: false,
    members: Members::Patterns,
    packs_by_name: false,
};

/// Whether bun's configuration tells it to run no scripts. Of a workspace it reads the root's.
fn ignores(project: &Path) -> bool {
    let root = workspaces_above(project).into_iter().next();
    let root = root.map_or_else(|| project.to_owned(), |(root, _)| root);
    let home = env::home_dir().unwrap_or_default();
    let text = |directory: &Path, name| read_text_file(&directory.join(name)).unwrap_or_default();
    env::vars_os().any(|(name, value)| name.eq_ignore_ascii_case(VARIABLE) && value == "true")
        || in_npmrc(&text(&root, ".npmrc"))
        || in_npmrc(&text(&home, ".npmrc"))
        || in_bunfig(&text(&root, "bunfig.toml"))
        || in_bunfig(&text(&home, ".bunfig.toml"))
}

const VARIABLE: &str = "npm_config_ignore_scripts";

fn in_npmrc(text: &str) -> bool {
    let mut settings = text.lines().filter_map(|line| line.split_once('='));
    settings.any(|(key, value)| (key.trim(), value.trim()) == ("ignore-scripts", "true"))
}

fn in_bunfig(text: &str) -> bool {
    let table: toml::Table = text.parse().unwrap_or_default();
    let ignores = |table: &toml::Table| table.get("install")?.get("ignoreScripts")?.as_bool();
    ignores(&table).unwrap_or_default()
}
