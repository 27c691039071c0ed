//! Where a publish by a client would go: what its configuration and the manifest say.
//!
//! No address of a registry is known here. Whether one is the public one is told by comparing it with
//! what the same client takes where nothing is configured.

use std::{collections::BTreeMap, env, path::Path, process::Command, sync::Mutex};

use serde_json::{Map, Value};

use super::running::Running;
use crate::{
    ecosystem::{Error, private::PrivateDirectory},
    model::{Access, Destination, Manifest},
};

/// How a client tells its settings.
pub(super) struct Settings {
    /// What is typed.
    pub(super) list: &'static [&'static str],
    /// Takes them out of what it prints, by the names that npm gives them.
    pub(super) read: fn(&str) -> Option<Map<String, Value>>,
    /// Whether `publishConfig.registry` wins over the configured registry of a scope. With npm it does
    /// not (measured for npm 11 and pnpm 10).
    pub(super) manifest_wins: bool,
    /// Whether what is typed wins over `publishConfig`. Of pnpm, version 10 does it so and 12 does not.
    pub(super) typed_wins: bool,
}

/// What a client without configuration calls its registry, by client.
static DEFAULTS: Mutex<BTreeMap<&'static str, Option<String>>> = Mutex::new(BTreeMap::new());

/// Where a publish of the package with this manifest would go. Whatever can't be had is unknown.
pub(super) fn destination(running: &Running<'_>, manifest: &Value) -> Destination {
    let client = running.facts.name;
    let Some(settings) = &running.facts.registry else {
        return Destination::unknown(format!("{client} can't be asked for its registry"));
    };
    let typed = running.typed(settings.list);
    match ask(running, settings) {
        Ok(Some(mut configured)) => {
            let mut manifest = manifest.clone();
            let asked = running.publish.iter().flat_map(|publish| &publish.settings);
            if let Err(why) = lay_over(asked, settings, &mut configured, &mut manifest) {
                return Destination::unknown(why);
            }
            let default = || default_registry(running, settings);
            resolve(client, settings, &configured, &manifest, &default)
                .unwrap_or_else(|| Destination::unknown(format!("`{typed}` tells none")))
        }
        Ok(None) => Destination::unknown(format!("what `{typed}` prints is not understood")),
        Err(_) => Destination::unknown(format!("`{typed}` fails")),
    }
}

/// Lays what was typed over what is configured, and over the manifest where that would win.
fn lay_over<'t>(
    typed: impl IntoIterator<Item = &'t (String, String)>,
    settings: &Settings,
    configured: &mut Map<String, Value>,
    manifest: &mut Value,
) -> Result<(), String> {
    for (key, value) in typed {
        configured.insert(key.clone(), value.as_str().into());
        let own = manifest
            .get_mut("publishConfig")
            .and_then(Value::as_object_mut);
        let Some(own) = own.filter(|own| own.get(key).is_some_and(|own| own != value)) else {
            continue;
        };
        if settings.typed_wins || key == "access" {
            own.remove(key);
        } else if !settings.manifest_wins {
            return Err(format!("--{key} and publishConfig.{key} are not the same"));
        }
    }
    Ok(())
}

fn ask(running: &Running<'_>, settings: &Settings) -> Result<Option<Map<String, Value>>, Error> {
    let mut command = running.question(settings.list)?;
    let said = running.typed(settings.list);
    let answer = running.client.ask_all(&mut command, &said)?;
    Ok((settings.read)(&answer))
}

/// Why nobody can say where a package goes whose manifest its own scripts write.
pub(super) const CHANGED: &str =
    "while it is packed, package.json changes in its name or in where it is to be published";

/// What a manifest has a say in a destination with. npm publishes by that of the directory, which it
/// reads before the scripts of a pack and once more after the last of them; pnpm by that of the
/// artifact. Scripts that do something else on a publish than on a pack are not seen, and neither are
/// those that were not run here.
pub(super) fn asked(manifest: &Value) -> (Option<&Value>, Vec<(&String, &Value)>) {
    let own = manifest.get("publishConfig").and_then(Value::as_object);
    let matters = |(key, _): &(&String, &Value)| {
        ["registry", "access"].contains(&key.as_str()) || key.ends_with(":registry")
    };
    let mut own: Vec<_> = own.into_iter().flatten().filter(matters).collect();
    own.sort_by_key(|(key, _)| *key);
    (manifest.get("name"), own)
}

/// The same, as far as it is read of artifacts: without the registries of scopes.
pub(super) fn facts(manifest: &Value) -> Manifest {
    let own = manifest.get("publishConfig").and_then(Value::as_object);
    let in_own = |key| text(own?, key);
    Manifest {
        name: manifest.as_object().and_then(|all| text(all, "name")),
        registry: in_own("registry"),
        access: in_own("access").as_deref().and_then(Access::called),
        ..Manifest::default()
    }
}

/// The first of the places in which a registry may be named that names one.
fn resolve(
    client: &str,
    settings: &Settings,
    configured: &Map<String, Value>,
    manifest: &Value,
    default: &dyn Fn() -> Option<String>,
) -> Option<Destination> {
    let none = Map::new();
    let own = manifest.get("publishConfig").and_then(Value::as_object);
    let own = own.unwrap_or(&none);
    let name = manifest.get("name").and_then(Value::as_str).unwrap_or("");
    let scope = name.split_once('/').map(|(scope, _)| scope);
    let scoped = format!("{}:registry", scope.unwrap_or_default());
    let in_manifest = |key: &str| Some((text(own, key)?, format!("publishConfig.{key}")));
    let in_client = |key: &str| Some((text(configured, key)?, format!("{client}'s `{key}`")));
    let manifest_says = || in_manifest("registry");
    let (address, why) = in_manifest(&scoped)
        .or_else(|| manifest_says().filter(|_| settings.manifest_wins))
        .or_else(|| in_client(&scoped))
        .or_else(manifest_says)
        .or_else(|| in_client("registry"))?;
    let mut destination = Destination::at(&address, why);
    if destination.access.is_some() || !destination.is(&default()?) {
        return Some(destination);
    }
    destination.registry = Some("npm".to_owned());
    let access = in_manifest("access").or_else(|| in_client("access"));
    let (access, why) = match (scope, access) {
        (None, _) => (Some(Access::Public), "its name has no scope".to_owned()),
        (Some(_), Some((access, why))) => (Access::called(&access), why),
        (Some(_), None) => {
            let why = "a scoped name, and nothing sets its access";
            (None, why.to_owned())
        }
    };
    (destination.access, destination.why) = (access, why);
    Some(destination)
}

fn text(settings: &Map<String, Value>, key: &str) -> Option<String> {
    let text = settings.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What the client says where nothing is configured, asked once for all projects.
fn default_registry(running: &Running<'_>, settings: &Settings) -> Option<String> {
    let mut defaults = DEFAULTS.lock().ok()?;
    let known = defaults.entry(running.facts.name);
    let asked = || {
        let empty = PrivateDirectory::create().ok()?;
        let mut command = running.command(settings.list);
        unconfigured(&mut command, empty.path());
        let client = running.client.in_directory(empty.path());
        let said = running.typed(settings.list);
        let answer = client.ask_all(&mut command, &said).ok()?;
        text(&(settings.read)(&answer)?, "registry")
    };
    known.or_insert_with(asked).clone()
}

/// Beginnings of the names of variables that clients take settings from.
const PREFIXES: [&str; 4] = ["npm_config_", "pnpm_config_", "yarn_", "bun_config_"];

/// Leaves the client nothing that anybody has configured.
fn unconfigured(command: &mut Command, empty: &Path) {
    for (name, _) in env::vars_os() {
        let lower = name.to_string_lossy().to_ascii_lowercase();
        if PREFIXES.iter().any(|prefix| lower.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    for name in ["HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME"] {
        command.env(name, empty);
    }
    command
        .env("npm_config_userconfig", empty.join("user"))
        .env("npm_config_globalconfig", empty.join("global"))
        // A version manager would look for the client in the empty home, and then in the network.
        .env("COREPACK_ENABLE_NETWORK", "0");
}

/// Settings that are printed as one JSON object.
pub(super) fn one_object(answer: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(answer).ok()
}

/// Settings that Yarn 1 prints: lines of JSON, of which some hold them, npm's last.
pub(super) fn inspected(answer: &str) -> Option<Map<String, Value>> {
    let mut all = Map::new();
    for line in answer.lines() {
        let mut line: Map<String, Value> = serde_json::from_str(line).ok()?;
        let holds = line.get("type").and_then(Value::as_str) == Some("inspect");
        if let (true, Some(Value::Object(data))) = (holds, line.remove("data")) {
            all.extend(data);
        }
    }
    Some(all)
}

/// Settings that Yarn 2 and later print: a line of JSON each. What is configured for scopes it leaves
/// out, so that nobody can say where any would go.
pub(super) fn one_by_one(answer: &str) -> Option<Map<String, Value>> {
    let mut all = Map::new();
    for line in answer.lines() {
        let line: Map<String, Value> = serde_json::from_str(line).ok()?;
        if let Some(effective) = line.get("effective") {
            all.insert(line.get("key")?.as_str()?.to_owned(), effective.clone());
        }
    }
    if all.contains_key("npmScopes") {
        return None;
    }
    let registry = text(&all, "npmPublishRegistry").or_else(|| text(&all, "npmRegistryServer"));
    let access = all.remove("npmPublishAccess").unwrap_or_default();
    let named = [("registry", registry?.into()), ("access", access)];
    Some(
        named
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PUBLIC: &str = "https://public.example/";

    /// Registry, access and reason.
    fn resolved(configured: Value, manifest: Value, manifest_wins: bool) -> [String; 3] {
        let settings = Settings {
            list: &[],
            read: one_object,
            manifest_wins,
            typed_wins: !manifest_wins,
        };
        let default = || Some(PUBLIC.to_owned());
        let configured = configured.as_object().unwrap();
        let found = resolve("npm", &settings, configured, &manifest, &default).unwrap();
        let access = found.access.map_or("unknown", Access::name).to_owned();
        [found.registry.unwrap(), access, found.why]
    }

    #[test]
    fn what_is_typed_wins_as_with_the_client() {
        let of = |manifest_wins, typed_wins, key: &str| {
            let settings = Settings {
                list: &[],
                read: one_object,
                manifest_wins,
                typed_wins,
            };
            let mut configured = Map::new();
            let own = json!({"registry": "https://own.example/", "access": "public"});
            let mut manifest = json!({"name": "@acme/cli", "publishConfig": own});
            let typed = [(key.to_owned(), "https://typed.example/".to_owned())];
            lay_over(&typed, &settings, &mut configured, &mut manifest)?;
            let default = || Some(PUBLIC.to_owned());
            let found = resolve("npm", &settings, &configured, &manifest, &default);
            Ok(found.unwrap().why)
        };
        let in_manifest = Ok("publishConfig.registry".to_owned());
        let typed = Ok("npm's `registry`".to_owned());
        assert_eq!(of(false, true, "registry"), typed);
        assert_eq!(of(true, false, "registry"), in_manifest);
        assert_eq!(of(false, false, "access"), in_manifest);
        let unknown = "--registry and publishConfig.registry are not the same";
        assert_eq!(of(false, false, "registry"), Err(unknown.to_owned()));
    }

    #[test]
    fn the_scope_wins_over_the_manifest_with_npm_only() {
        let configured = json!({"@acme:registry": "http://10.0.0.1/", "registry": PUBLIC});
        let own = json!({"registry": "https://u:p@own.example/"});
        let manifest = json!({"name": "@acme/cli", "publishConfig": own});
        assert_eq!(
            resolved(configured.clone(), manifest.clone(), false),
            ["http://10.0.0.1/", "restricted", "npm's `@acme:registry`"]
        );
        assert_eq!(
            resolved(configured.clone(), manifest, true),
            ["https://own.example/", "unknown", "publishConfig.registry"]
        );
        let own = json!({"@acme:registry": "https://scope.example/"});
        let manifest = json!({"name": "@acme/cli", "publishConfig": own});
        assert_eq!(
            resolved(configured, manifest, false)[0],
            "https://scope.example/"
        );
    }

    #[test]
    fn access_to_the_public_registry_depends_on_scope_and_settings() {
        for (name, own, configured, access) in [
            ("cli", json!({}), None, "public"),
            ("@acme/cli", json!({}), None, "unknown"),
            ("@acme/cli", json!({}), Some("public"), "public"),
            (
                "@acme/cli",
                json!({"access": "restricted"}),
                Some("public"),
                "restricted",
            ),
            ("@acme/cli", json!({"access": "odd"}), None, "unknown"),
        ] {
            let configured = json!({"registry": "https://PUBLIC.example", "access": configured});
            let manifest = json!({"name": name, "publishConfig": own});
            let found = resolved(configured, manifest, false);
            assert_eq!((&*found[0], &*found[1]), ("npm", access), "{name}");
        }
    }

    #[test]
    fn a_manifest_that_changes_where_it_goes_is_told_from_one_that_does_not() {
        let before = json!({"name": "@a/b", "publishConfig": {"access": "restricted", "tag": "x"}});
        let same = json!({"publishConfig": {"tag": "y", "access": "restricted"}, "name": "@a/b"});
        assert_eq!(asked(&before), asked(&same));
        assert!(facts(&before).goes_where(&facts(&same)));
        for other in [
            json!({"name": "b", "publishConfig": {"access": "restricted"}}),
            json!({"name": "@a/b", "publishConfig": {"access": "public"}}),
            json!({"name": "@a/b"}),
        ] {
            assert_ne!(asked(&before), asked(&other));
            assert!(!facts(&before).goes_where(&facts(&other)));
        }
        let own = json!({"access": "restricted", "@a:registry": "https://a.example"});
        let scoped = json!({"name": "@a/b", "publishConfig": own});
        assert_ne!(asked(&before), asked(&scoped));
    }

    #[test]
    fn settings_are_read_as_each_client_prints_them() {
        let yarn_1 = r#"{"type":"warning","data":"no licence"}
{"type":"inspect","data":{"registry":"https://a.example"}}
{"type":"info","data":"npm config"}
{"type":"inspect","data":{"@acme:registry":"https://b.example"}}"#;
        let settings = inspected(yarn_1).unwrap();
        assert_eq!(text(&settings, "registry").unwrap(), "https://a.example");
        assert_eq!(
            text(&settings, "@acme:registry").unwrap(),
            "https://b.example"
        );
        let yarn_2 = r#"{"key":"npmPublishRegistry","effective":null}
{"key":"npmRegistryServer","effective":"https://a.example","default":"https://c.example"}
{"key":"npmPublishAccess","effective":"restricted"}
{"key":"npmScopes","source":"<default>"}"#;
        let expected = json!({"registry": "https://a.example", "access": "restricted"});
        assert_eq!(Value::from(one_by_one(yarn_2).unwrap()), expected);
        let scopes = r#"{"key":"npmScopes","effective":{}}"#;
        assert_eq!(one_by_one(&format!("{yarn_2}\n{scopes}")), None);
        for odd in ["", "[]", "[1]", "npm notice"] {
            let nothing = |settings: Option<Map<String, Value>>| {
                settings.unwrap_or_default().get("registry").is_none()
            };
            assert!(
                nothing(one_object(odd)) && nothing(one_by_one(odd)) && nothing(inspected(odd))
            );
        }
    }
}
