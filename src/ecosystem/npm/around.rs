//! The publish around this program: which client has started it from which script, and what the client
//! tells of the artifact that it holds.
//!
//! No variable can be trusted alone, because a client that was itself started by a script of another
//! inherits some of the other's (measured for every pair of npm, pnpm, Yarn 1 and 4 and bun): npm keeps a
//! foreign `npm_config_user_agent`, Yarn 1 a foreign `npm_execpath`, bun both. Where they disagree in a way
//! that fits several clients, nothing is checked and nothing published.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    Facts, MANIFEST,
    environment::{PACKING_EVENTS, program_name},
    pack::AFTER_PACKING,
    running::Running,
    scripts,
};
use crate::{
    ecosystem::Error,
    model::{Sha512, escape},
};

/// The client that tells what it has packed.
const TELLING: &str = "npm";
/// In this variable.
const INTEGRITY: &str = "npm_package_integrity";

/// A publish, or a pack, one of whose scripts has started this program.
#[derive(Debug, Clone)]
pub struct Around {
    /// The client that publishes.
    pub client: &'static str,
    /// As it gives it, unless what it has packed is known.
    version: String,
    /// The script.
    event: String,
    /// The text of the script, where the manifest no longer has it.
    script: Option<String>,
    /// What the client has packed, if it tells.
    pub(super) packed: Option<Sha512>,
    /// Where the command was typed.
    pub(super) typed_in: Option<PathBuf>,
    /// The file that it writes if it is a pack.
    pub(super) written: Option<PathBuf>,
}

/// The publish around this process.
///
/// # Errors
///
/// When there is one, and what it will upload can't be told.
pub fn around() -> Result<Option<Around>, Error> {
    let here = env::current_dir().unwrap_or_default();
    of(|name| env::var_os(name), &here)
}

fn of(variable: impl Fn(&str) -> Option<OsString>, here: &Path) -> Result<Option<Around>, Error> {
    let text = |name| {
        variable(name)
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let event = text("npm_lifecycle_event");
    if !PACKING_EVENTS.contains(&event.as_str()) {
        return Ok(None);
    }
    let is_packed = event == AFTER_PACKING;
    let packed = Sha512::of_integrity(&text(INTEGRITY)).filter(|_| is_packed);
    let agent = text("npm_config_user_agent");
    let agent = agent.split(' ').next().unwrap_or_default();
    let (name, version) = agent.split_once('/').unwrap_or((agent, ""));
    let path = text("npm_execpath");
    let program = program_name(Path::new(&path));
    let unclear = || Error::ClientUnclear {
        agent: escape(agent),
        program: escape(&path),
    };
    let is_yarn_1 = name == "yarn" && version.starts_with("1.");
    // bun says so on a publish too, and leaves the rest as it was.
    let may_be_bun = name != "bun"
        && text("npm_command") == "pack"
        && Path::new(&text("npm_config_local_prefix")) == here;
    let client = match (name, program.as_str()) {
        _ if packed.is_some() => TELLING,
        // npm would have told, and so this is not npm.
        (_, TELLING) if is_yarn_1 && is_packed => name,
        (_, TELLING) if is_yarn_1 => return Err(unclear()),
        (_, TELLING) => return Err(Error::NothingTold { event }),
        _ if may_be_bun => return Err(unclear()),
        _ if is_yarn_1 || name == program => name,
        _ => return Err(unclear()),
    };
    let known = super::ENTRY.clients.iter().find(|known| **known == client);
    Ok(Some(Around {
        client: known.ok_or_else(unclear)?,
        version: version.to_owned(),
        script: variable("npm_lifecycle_script").map(|text| text.to_string_lossy().into_owned()),
        written: variable("INIT_CWD").map(|typed_in| {
            let name = text("npm_package_name").replace('@', "").replace('/', "-");
            let name = format!("{name}-{}.tgz", text("npm_package_version"));
            let destination = text("npm_config_pack_destination");
            Path::new(&typed_in).join(destination).join(name)
        }),
        typed_in: variable("INIT_CWD").map(PathBuf::from),
        event,
        packed,
    }))
}

impl Around {
    /// Refuses to check where the check would not be of what is uploaded, or would stop nothing.
    pub(super) fn fits(&self, running: &Running<'_>, manifest: &Value) -> Result<(), Error> {
        if self.packed.is_some() {
            return Ok(());
        }
        let facts = running.facts;
        if released(&self.version) != released(&running.version) {
            return Err(Error::ClientUnclear {
                agent: escape(&format!("{}/{}", self.client, self.version)),
                program: format!("{} {}", facts.name, running.version),
            });
        }
        if !stops(facts, &self.event) {
            return Err(Error::NoGate {
                client: facts.name,
                version: running.version.clone(),
                event: self.event.clone(),
                gate: facts.gate,
            });
        }
        let text = scripts::text(manifest, &self.event).or(self.script.as_deref());
        let is_packed = self.event == AFTER_PACKING;
        match scripts::hook_alone(text.unwrap_or_default(), is_packed) {
            true => Ok(()),
            false => Err(Error::HookNotAlone {
                path: Error::shown(&running.client.project.join(MANIFEST)),
                event: self.event.clone(),
                must: if is_packed { "begin" } else { "end" },
                why: match is_packed {
                    true => {
                        "what another command puts back before the check was packed as it was before"
                    }
                    false => "what another command changes behind the check ships unseen",
                },
            }),
        }
    }
}

/// The version without what marks a build before or after it, which clients do not tell everywhere.
fn released(version: &str) -> &str {
    version.split(['-', '+']).next().unwrap_or_default()
}

/// Whether a publish runs the script, and uploads only if it succeeds.
fn stops(facts: &Facts, event: &str) -> bool {
    let mut events = facts.before.iter().chain(facts.within);
    let gate = events.clone().position(|name| *name == facts.gate);
    let at = events.position(|name| *name == event);
    at.is_some() && at <= gate
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "/p/a";
    const SOME: &str = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";

    /// What is told of a publish with these variables.
    fn told(event: &str, agent: &str, program: &str, more: &[(&str, &str)]) -> String {
        let all = [
            ("npm_lifecycle_event", event),
            ("npm_config_user_agent", agent),
            ("npm_execpath", program),
        ];
        let all: Vec<_> = all.iter().chain(more).copied().collect();
        let variable = |name: &str| {
            let found = all.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.into())
        };
        match of(variable, Path::new(HERE)) {
            Ok(Some(around)) => around.client.to_owned(),
            Ok(None) => "nothing".to_owned(),
            Err(Error::NothingTold { .. }) => "nothing told".to_owned(),
            Err(Error::ClientUnclear { .. }) => "unclear".to_owned(),
            Err(other) => other.to_string(),
        }
    }

    const NPM: &str = "/n/bin/npm-cli.js";
    const PNPM: &str = "/n/pnpm.cjs";

    #[test]
    fn npm_is_known_by_what_it_has_packed_and_by_nothing_else() {
        let integrity = [(INTEGRITY, SOME)];
        for agent in [
            "npm/11.19.1 node/v24",
            "yarn/1.22.22 npm/?",
            "pnpm/12.21.0",
            "bun/1.4.5",
            "",
        ] {
            assert_eq!(told("postpack", agent, NPM, &integrity), "npm", "{agent}");
        }
        for value in [
            "null",
            "",
            "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
            "sha512-AAAA",
        ] {
            let told = told("postpack", "npm/11.19.1", NPM, &[(INTEGRITY, value)]);
            assert_eq!(told, "nothing told", "{value}");
        }
        assert_eq!(
            told("prepack", "npm/11.19.1", NPM, &integrity),
            "nothing told"
        );
        assert_eq!(told("prepack", "pnpm/12.21.0", NPM, &[]), "nothing told");
        assert_eq!(told("test", "npm/11.19.1", NPM, &integrity), "nothing");
    }

    #[test]
    fn other_clients_are_known_where_nothing_contradicts() {
        for (agent, program, client) in [
            ("pnpm/12.21.0 npm/? node/?", "/n/pnpm", "pnpm"),
            ("pnpm/10.34.9 npm/?", PNPM, "pnpm"),
            ("yarn/4.18.1 npm/?", "/tmp/xfs-1/yarn", "yarn"),
            ("yarn/1.22.22 npm/?", "/n/yarn.js", "yarn"),
            // Started by a script of another client.
            ("yarn/1.22.22 npm/?", PNPM, "yarn"),
            ("bun/1.4.5 npm/?", "/n/bun.exe", "bun"),
            ("npm/11.19.1 node/v24", PNPM, "unclear"),
            ("vlt/1.0.0 npm/?", "/n/vlt", "unclear"),
            ("", "", "unclear"),
        ] {
            assert_eq!(told("prepack", agent, program, &[]), client, "{agent}");
        }
        assert_eq!(told("postpack", "yarn/1.22.22", NPM, &[]), "yarn");
        assert_eq!(told("prepack", "yarn/1.22.22", NPM, &[]), "unclear");
    }

    #[test]
    fn a_bun_in_the_clothes_of_another_is_taken_for_none() {
        let bun = [("npm_command", "pack"), ("npm_config_local_prefix", HERE)];
        assert_eq!(told("prepack", "pnpm/10.34.9", PNPM, &bun), "unclear");
        assert_eq!(told("postpack", "npm/11.19.1", NPM, &bun), "nothing told");
        assert_eq!(told("prepack", "bun/1.4.5", "/n/bun", &bun), "bun");
        let pnpm = [("npm_command", "pack"), ("npm_config_local_prefix", "/p")];
        assert_eq!(told("prepack", "pnpm/10.34.9", PNPM, &pnpm), "pnpm");
    }

    #[test]
    fn only_scripts_before_the_upload_stop_it() {
        let stops = |facts, events: &[&str]| {
            let stops = |event: &&str| stops(facts, event);
            events.iter().map(stops).collect::<Vec<_>>()
        };
        let events = [
            "prepublishOnly",
            "prepublish",
            "prepack",
            "postpack",
            "publish",
        ];
        let of = |facts| stops(facts, &events);
        assert_eq!(
            of(&crate::ecosystem::npm::yarn_2::YARN_2),
            [false, true, true, false, false]
        );
        assert_eq!(
            of(&crate::ecosystem::npm::bun::BUN),
            [true, false, true, true, false]
        );
        assert_eq!(
            of(&crate::ecosystem::npm::pnpm::PNPM),
            [true, true, true, true, false]
        );
    }
}
