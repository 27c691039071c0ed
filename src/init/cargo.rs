//! cargo: a credential provider, which cargo asks for the token of each upload.

use std::path::{Path, PathBuf};

use toml::Table;

use super::{
    Error, Gate, Plan, State, Survey,
    edit::{
        script::{Standing, is_program},
        toml::add,
    },
    plan::text_of,
    survey::Package,
};
use crate::model::Ecosystem;

const PROVIDER: &str = "packwarden hook cargo";
/// What cargo asks where nothing is configured.
const DEFAULT: &str = "cargo:token";
/// What cargo reads in each directory; where both are there, the first.
const NAMES: [&str; 2] = [".cargo/config", ".cargo/config.toml"];

/// Makes the provider that of the project, and keeps its configuration out of the crate.
pub(super) fn propose(survey: &Survey, plan: &mut Plan) -> Result<(), Error> {
    let packages: Vec<&Package> = survey.of_ecosystem(Ecosystem::Crates).collect();
    if packages.is_empty() {
        return Ok(());
    }
    plan.found
        .push("crates, published with `cargo publish`".to_owned());
    let place = place(survey)?;
    let configuration = Configuration::of(&place)?;
    let mut standing = Standing::Decides;
    for package in &packages {
        let registry = package.manifest.registry.as_deref();
        standing = configuration.standing(registry, |name| std::env::var(name).ok());
        if standing != Standing::Decides {
            break;
        }
    }
    let file = configuration_file(&place, survey.top());
    match standing {
        Standing::Decides => return Ok(()),
        Standing::Not(reason) => {
            plan.by_hand.push(format!(
                "cargo's configuration was left alone: {reason}; let `{PROVIDER}` be the one that is asked first \
                 (`{PROVIDER} -- NAME ARGS` asks another for the token)"
            ));
            return Ok(());
        }
        Standing::Absent => {}
    }
    let others = configuration.global();
    let default: &[&str] = if others.is_empty() { &[DEFAULT] } else { &[] };
    let instead =
        format!("let `global-credential-providers` under `[registry]` end with \"{PROVIDER}\"");
    plan.edit(survey, &file, &instead, |text| {
        let text = text.unwrap_or_default();
        add(
            text,
            "registry",
            "global-credential-providers",
            default,
            &[PROVIDER],
        )
    });
    if let Some(other) = others.iter().find(|other| **other != DEFAULT) {
        let other = crate::model::escape(other);
        plan.by_hand.push(format!(
            "the token is with `{other}`: write \"{PROVIDER} -- {other}\" instead of \"{PROVIDER}\", so that it is \
             asked for it"
        ));
    }
    for package in packages
        .iter()
        .filter(|package| !package.manifest.lists_files)
    {
        let mut names = Vec::new();
        if file.starts_with(package.root.join(".cargo")) {
            names.push("/.cargo/");
        }
        if package.root == survey.directory {
            names.push("/packwarden.toml");
        }
        let manifest = package.root.join("Cargo.toml");
        let instead = format!(
            "leave {} out of the crate with `exclude`",
            names.join(" and ")
        );
        plan.edit(survey, &manifest, &instead, |text| {
            exclude(text.unwrap_or_default(), &names)
        });
    }
    Ok(())
}

/// `Cargo.toml` with these left out of the crate.
fn exclude(text: &str, names: &[&str]) -> Result<String, String> {
    let manifest: Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let excluded = manifest
        .get("package")
        .and_then(|package| package.get("exclude"));
    let excluded = excluded
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten();
    let excluded: Vec<_> = excluded.filter_map(toml::Value::as_str).map(bare).collect();
    let missing = names.iter().filter(|name| !excluded.contains(&bare(name)));
    let missing: Vec<&str> = missing.copied().collect();
    match missing.is_empty() {
        true => Ok(text.to_owned()),
        false => add(text, "package", "exclude", &[], &missing),
    }
}

/// A pattern without what says how much of a directory is meant.
fn bare(pattern: &str) -> &str {
    pattern
        .trim_start_matches('/')
        .trim_end_matches('*')
        .trim_end_matches('/')
}

/// Whether an upload is checked.
pub(super) fn examine(survey: &Survey, gates: &mut Vec<Gate>) -> Result<(), Error> {
    let configuration = Configuration::of(&place(survey)?)?;
    for package in survey.of_ecosystem(Ecosystem::Crates) {
        let registry = package.manifest.registry.as_deref();
        let (state, text) = match configuration.standing(registry, |name| std::env::var(name).ok()) {
            Standing::Decides => (
                State::Holds,
                "cargo asks packwarden before each upload; not with `--token`, `--config` or a variable that names \
                 another provider"
                    .to_owned(),
            ),
            Standing::Not(reason) => (State::Open, reason.to_owned()),
            Standing::Absent => (
                State::Missing,
                "cargo does not ask packwarden before an upload: `packwarden init` adds it".to_owned(),
            ),
        };
        let name = package.manifest.name.as_deref().unwrap_or("cargo");
        gates.push(Gate {
            name: crate::model::escape(name),
            state,
            text,
        });
    }
    Ok(())
}

/// Where cargo is called: the root of the workspace, or the crate.
fn place(survey: &Survey) -> Result<PathBuf, Error> {
    let first = survey.of_ecosystem(Ecosystem::Crates).next();
    let root = first.map_or(&survey.directory, |package| &package.root);
    for above in root
        .ancestors()
        .take_while(|above| above.starts_with(survey.top()))
    {
        let text = text_of(&above.join("Cargo.toml"))?.unwrap_or_default();
        if toml::from_str::<Table>(&text).is_ok_and(|table| table.contains_key("workspace")) {
            return Ok(above.to_owned());
        }
    }
    Ok(root.clone())
}

/// The configuration of the project's own, or where one would be.
fn configuration_file(place: &Path, top: &Path) -> PathBuf {
    let above = place.ancestors().take_while(|above| above.starts_with(top));
    let mut all = above.flat_map(|above| NAMES.map(|name| above.join(name)));
    all.find(|file| file.is_file())
        .unwrap_or_else(|| place.join(NAMES[1]))
}

/// What cargo is configured to, the nearest first.
struct Configuration(Vec<Table>);

impl Configuration {
    /// Reads what holds in a directory.
    fn of(place: &Path) -> Result<Self, Error> {
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
        let of_home = home
            .iter()
            .map(|home| [home.join("config"), home.join("config.toml")]);
        let above = place
            .ancestors()
            .map(|above| NAMES.map(|name| above.join(name)));
        let mut tables = Vec::new();
        let mut seen: Vec<PathBuf> = Vec::new();
        for pair in above.chain(of_home) {
            let Some(file) = pair.into_iter().find(|file| file.is_file()) else {
                continue;
            };
            if !seen.contains(&file) {
                let text = text_of(&file)?.unwrap_or_default();
                tables.push(toml::from_str(&text).map_err(|error| Error::Unreadable {
                    path: crate::model::escape(&file.to_string_lossy()),
                    reason: format!("it is not TOML: {}", error.message()),
                })?);
                seen.push(file);
            }
        }
        Ok(Self(tables))
    }

    /// The providers for all registries; cargo asks the last one first.
    fn global(&self) -> Vec<String> {
        let lists = self.0.iter().rev().filter_map(|table| {
            table
                .get("registry")?
                .get("global-credential-providers")?
                .as_array()
        });
        lists
            .flatten()
            .map(words)
            .map(|words| words.join(" "))
            .collect()
    }

    /// Whether the upload to a registry, or to that of all, goes past us.
    fn standing(
        &self,
        registry: Option<&str>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Standing {
        let own = match registry {
            None | Some("crates-io") => "CARGO_REGISTRY_CREDENTIAL_PROVIDER".to_owned(),
            Some(name) => {
                let name = name.to_uppercase().replace('-', "_");
                format!("CARGO_REGISTRIES_{name}_CREDENTIAL_PROVIDER")
            }
        };
        if let Some(provider) = variable(&own) {
            return match is_ours(&words_of(&provider)) {
                true => Standing::Decides,
                false => Standing::Not(
                    "a variable (CARGO_REGISTRY_CREDENTIAL_PROVIDER or that of the registry) \
                                        names another provider, and wins",
                ),
            };
        }
        let mut of_registry = self.0.iter().filter_map(|table| match registry {
            None | Some("crates-io") => table.get("registry")?.get("credential-provider"),
            Some(name) => table
                .get("registries")?
                .get(name)?
                .get("credential-provider"),
        });
        if let Some(provider) = of_registry.next() {
            return match is_ours(&words(provider)) {
                true => Standing::Decides,
                false => Standing::Not(
                    "`credential-provider` of the registry names another one, and wins over the \
                                        list for all registries",
                ),
            };
        }
        let mut all = self.global();
        let further = variable("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS");
        all.extend(further.into_iter().flat_map(|list| {
            list.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        }));
        let at = all
            .iter()
            .rposition(|provider| is_ours(&words_of(provider)));
        match at {
            None => Standing::Absent,
            Some(at) if at + 1 == all.len() => Standing::Decides,
            Some(_) => Standing::Not(
                "`global-credential-providers` names another provider after packwarden, which \
                                      cargo asks before it",
            ),
        }
    }
}

/// A provider is written as a text of words or as a list of them.
fn words(provider: &toml::Value) -> Vec<String> {
    match provider {
        toml::Value::String(text) => words_of(text),
        toml::Value::Array(words) => {
            let words = words.iter().filter_map(toml::Value::as_str);
            words.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn words_of(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn is_ours(words: &[String]) -> bool {
    let [program, hook, cargo, ..] = words else {
        return false;
    };
    is_program(program) && hook == "hook" && cargo == "cargo"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(
        nearest_first: &[&str],
        registry: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Standing {
        let tables = nearest_first
            .iter()
            .map(|text| toml::from_str(text).unwrap());
        Configuration(tables.collect()).standing(registry, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn only_the_provider_that_is_asked_first_decides() {
        let ours =
            "registry.global-credential-providers = [\"cargo:token\", \"packwarden hook cargo\"]";
        let theirs =
            "registry.global-credential-providers = [\"packwarden hook cargo\", \"cargo:token\"]";
        let home = "registry.global-credential-providers = [\"cargo:libsecret\"]";
        let single = "registry.credential-provider = \"cargo:token\"";
        let single_ours =
            "registry.credential-provider = [\"/opt/packwarden\", \"hook\", \"cargo\"]";
        let other = "registries.acme-inc.credential-provider = \"cargo:token\"";
        let acme = Some("acme-inc");
        for (tables, registry, variables, decides) in [
            (&[ours][..], None, &[][..], Some(true)),
            (&[ours, home], None, &[], Some(true)),
            (&[home, ours], None, &[], Some(false)),
            (&[theirs], None, &[], Some(false)),
            (&[home], None, &[], None),
            (&[], None, &[], None),
            (&[ours, single], None, &[], Some(false)),
            (&[ours, single], acme, &[], Some(true)),
            (&[single_ours, single], None, &[], Some(true)),
            (&[ours, other], acme, &[], Some(false)),
            (
                &[ours],
                None,
                &[("CARGO_REGISTRY_CREDENTIAL_PROVIDER", "cargo:token")],
                Some(false),
            ),
            (
                &[ours],
                acme,
                &[("CARGO_REGISTRIES_ACME_INC_CREDENTIAL_PROVIDER", "x")],
                Some(false),
            ),
            (
                &[ours],
                None,
                &[("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", "cargo:token")],
                Some(false),
            ),
        ] {
            let told = match standing(tables, registry, variables) {
                Standing::Decides => Some(true),
                Standing::Not(_) => Some(false),
                Standing::Absent => None,
            };
            assert_eq!(told, decides, "{tables:?} {registry:?} {variables:?}");
        }
    }

    #[test]
    fn what_is_left_out_already_is_not_left_out_twice() {
        let text = "[package]\nname = \"a\"\nexclude = [\".cargo/**\"]\n";
        assert_eq!(exclude(text, &["/.cargo/"]).unwrap(), text);
        let both = exclude(text, &["/.cargo/", "/packwarden.toml"]).unwrap();
        assert_eq!(
            both,
            "[package]\nname = \"a\"\nexclude = [\".cargo/**\", \"/packwarden.toml\"]\n"
        );
    }
}
