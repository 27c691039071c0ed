//! The npm family: the artifact that `npm publish`, or the publish of another client, would upload.
//!
//! Each client makes other bytes of the same directory than the others do, and a publish by it uploads
//! those that its own `pack` makes (measured for npm, pnpm, yarn 4 and bun; yarn 1 puts the time into
//! them). A client is one file and one line in [`CLIENTS`].

mod after;
mod around;
mod bun;
mod choice;
mod environment;
mod fetch;
mod fetch_failure;
mod handover;
mod libraries;
mod lock_file;
mod npm_itself;
mod pack;
mod pnpm;
mod registry;
mod running;
pub(super) mod script;
mod scripts;
mod stage;
mod workspace;
mod yarn_1;
mod yarn_2;

use std::{
    env,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{Entry, Is, ManifestFile};
use crate::model::Ecosystem;
pub use after::after_upload;
pub use around::{Around, around};
pub use environment::setting;
pub(super) use fetch::registry;
pub use handover::inside_check;
pub use running::version;
pub use stage::{stage_id, staged};
pub use yarn_2::yarn_plugins;

const MANIFEST: &str = "package.json";

pub(super) const ENTRY: Entry = Entry {
    ecosystem: Ecosystem::Npm,
    manifests: &[ManifestFile {
        name: MANIFEST,
        read,
    }],
    clients: &["npm", "pnpm", "yarn", "bun"],
    name,
    members: workspace::members,
    together: false,
    pack: pack::pack,
};

/// The first is what packs where nothing says who does.
const CLIENTS: [&Facts; 5] = [
    &npm_itself::NPM,
    &pnpm::PNPM,
    &yarn_1::YARN_1,
    &yarn_2::YARN_2,
    &bun::BUN,
];

fn read(manifest: &str) -> Result<Is, String> {
    let manifest = scripts::manifest(manifest)?;
    let text = |key| manifest.get(key).and_then(Value::as_str);
    Ok(match manifest.get("private") {
        Some(Value::Bool(true)) => Is::Private("it says `\"private\": true`"),
        _ if text("name").is_none() => {
            Is::Private("it has no `name`, without which nothing is published")
        }
        _ if text("version").is_none() => {
            Is::Private("it has no `version`, without which nothing is published")
        }
        _ => Is::Project,
    })
}

fn name(manifest: &str) -> Option<String> {
    let manifest = scripts::manifest(manifest).ok()?;
    manifest.get("name")?.as_str().map(str::to_owned)
}

/// Whether this program was started by a script of a client of this family that packs.
pub(super) fn inside_packing() -> bool {
    environment::inside_script(|name| env::var_os(name))
}

/// Whether this program was started by one of the scripts that a publish runs, or while it packs itself.
pub fn inside_publish() -> bool {
    environment::inside_packing(|name| env::var_os(name))
}

/// What there is to know of a client.
struct Facts {
    name: &'static str,
    /// The major versions that this is about.
    versions: RangeInclusive<u32>,
    /// Files in a project that show that the client has installed it.
    lock_files: &'static [&'static str],
    /// A file in a project that only this client reads.
    settings: Option<&'static str>,
    /// What is typed to pack.
    pack: &'static [&'static str],
    destination: Destination,
    /// Flags of a pack that win over the environment and over every configuration file.
    plain: &'static [&'static str],
    /// What is typed to publish.
    publish: &'static str,
    /// The scripts that a publish runs before all others and a pack does not, in order.
    before: &'static [&'static str],
    /// The scripts that a pack runs, as a publish does before the upload.
    within: &'static [&'static str],
    /// The last of all these that a publish runs before the upload.
    gate: &'static str,
    /// The scripts that a publish of the project runs after the upload, and a publish of its artifact does
    /// not, in order.
    after: &'static [&'static str],
    /// What is typed before the name of a script to run it.
    run: &'static [&'static str],
    /// Whether that also runs scripts named pre… and post… around it, which a publish never does.
    runs_around: bool,
    ignoring: Ignoring,
    /// How it tells where it publishes to, if it can be asked.
    registry: Option<registry::Settings>,
    ignores: Ignores,
    /// Whether in a member of a workspace it reads the settings of the root, and not the member's own.
    settings_of_root: bool,
    members: Members,
    /// Whether it ships other files of a project that is named from elsewhere than of the directory in which
    /// it runs.
    packs_by_name: bool,
}

/// How a pack is told where to leave the artifact.
enum Destination {
    /// A flag that takes a directory.
    Directory(&'static str),
    /// A flag that takes a file.
    File(&'static str),
}

/// How a pack is told to run no scripts.
enum Ignoring {
    /// By a flag, and by others that are of no interest to people.
    Flag(&'static str, &'static [&'static str]),
    /// By a plugin with this text, which the variable adds to those of the project.
    Plugin {
        variable: &'static str,
        text: &'static str,
    },
}

/// Which directories are packages of a workspace.
enum Members {
    /// Those that the patterns of the root's manifest name: the client can't be asked before it has
    /// installed them.
    Patterns,
    /// The client says it when it is asked this, in this form.
    Says(&'static [&'static str], fn(&str) -> Option<Vec<PathBuf>>),
}

/// Whether the client may be configured to run no scripts, on a publish as well.
enum Ignores {
    /// It says so (`true`) when it is asked this.
    Says(&'static [&'static str]),
    /// It can't be asked, and so this reads its configuration.
    Reads(fn(&Path) -> bool),
    /// It can't be.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_ecosystem_are_those_of_the_table() {
        let mut names: Vec<_> = CLIENTS.iter().map(|client| client.name).collect();
        names.dedup();
        assert_eq!(names, ENTRY.clients);
    }

    #[test]
    fn the_versions_of_one_name_do_not_overlap() {
        for (at, one) in CLIENTS.iter().enumerate() {
            for other in &CLIENTS[at + 1..] {
                assert!(one.name != other.name || one.versions.end() < other.versions.start());
            }
        }
    }
}
