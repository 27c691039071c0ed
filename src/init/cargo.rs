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
use crate::{
    ecosystem::{CargoProviders, cargo_providers},
    model::{Ecosystem, escape},
};

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
    let providers = cargo_providers(&place);
    let mut all = packages.iter().map(|package| {
        let registry = package.manifest.registry.as_deref();
        standing(&providers, registry)
    });
    let worst = all.find(|one| *one != Standing::Decides);
    let file = configuration_file(&place, survey.top());
    match worst {
        None | Some(Standing::Decides) => return Ok(()),
        Some(Standing::Not(reason)) => {
            plan.by_hand.push(format!(
                "cargo's configuration was left alone: {reason}; let `{PROVIDER}` be the one that is asked first \
                 (`{PROVIDER} -- NAME ARGS` asks another for the token)"
            ));
            return Ok(());
        }
        Some(Standing::Absent) => {}
    }
    let other = providers.everywhere.first().map(|words| words.join(" "));
    let other = other.filter(|other| other != DEFAULT);
    let default: &[&str] = if other.is_none() { &[DEFAULT] } else { &[] };
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
    if let Some(other) = other {
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
    let providers = cargo_providers(&place(survey)?);
    for package in survey.of_ecosystem(Ecosystem::Crates) {
        let registry = package.manifest.registry.as_deref();
        let (state, text) = match standing(&providers, registry) {
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
            name: escape(name),
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

/// Whether the upload to a registry, or to any where none is named, comes past us.
fn standing(providers: &CargoProviders, registry: Option<&str>) -> Standing {
    let standing = of_registry(providers, registry);
    let may_go_past = registry.is_none() && !providers.own.values().all(|own| is_ours(own));
    match standing {
        Standing::Decides if may_go_past => Standing::Not(
            "a registry that it may go to has a provider of its own, which cargo asks instead: name the only registry \
             in `publish`, or let packwarden be that provider",
        ),
        standing => standing,
    }
}

fn of_registry(providers: &CargoProviders, registry: Option<&str>) -> Standing {
    let variable = match registry {
        None | Some("crates-io") => "CARGO_REGISTRY_CREDENTIAL_PROVIDER".to_owned(),
        Some(name) => {
            let name = name.to_uppercase().replace('-', "_");
            format!("CARGO_REGISTRIES_{name}_CREDENTIAL_PROVIDER")
        }
    };
    if let Some(own) = providers.own.get(&variable) {
        return match is_ours(own) {
            true => Standing::Decides,
            false => Standing::Not(
                "the registry has a provider of its own, in `credential-provider` or in a variable, which wins over \
                 the list for all registries",
            ),
        };
    }
    if providers.including.is_some() {
        return Standing::Not("cargo's configuration includes files that are not read here");
    }
    match providers
        .everywhere
        .iter()
        .position(|provider| is_ours(provider))
    {
        None => Standing::Absent,
        Some(0) => Standing::Decides,
        Some(_) => Standing::Not(
            "`global-credential-providers` names another provider after packwarden, which cargo asks before it",
        ),
    }
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

    #[test]
    fn only_the_provider_that_is_asked_first_decides() {
        let (ours, theirs) = ("packwarden hook cargo", "cargo:token");
        let words = |text: &&str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let public = "CARGO_REGISTRY_CREDENTIAL_PROVIDER";
        let acme = "CARGO_REGISTRIES_ACME_INC_CREDENTIAL_PROVIDER";
        for (everywhere, own, registry, decides) in [
            (&[ours, theirs][..], &[][..], None, Some(true)),
            (&[theirs, ours], &[], None, Some(false)),
            (&[theirs], &[], None, None),
            (&[ours], &[(public, theirs)], None, Some(false)),
            (&[ours], &[(public, theirs)], Some("acme-inc"), Some(true)),
            (
                &[theirs],
                &[(public, "/opt/packwarden hook cargo -- x")],
                None,
                Some(true),
            ),
            (&[ours], &[(acme, theirs)], Some("acme-inc"), Some(false)),
            (&[ours], &[(acme, theirs)], Some("crates-io"), Some(true)),
            (&[ours], &[(acme, theirs)], None, Some(false)),
            (&[ours], &[(acme, ours)], None, Some(true)),
            (&["packwarden-else hook cargo"], &[], None, None),
        ] {
            let providers = CargoProviders {
                everywhere: everywhere.iter().map(words).collect(),
                own: own
                    .iter()
                    .map(|(name, text)| ((*name).to_owned(), words(text)))
                    .collect(),
                including: None,
            };
            let told = match standing(&providers, registry) {
                Standing::Decides => Some(true),
                Standing::Not(_) => Some(false),
                Standing::Absent => None,
            };
            assert_eq!(told, decides, "{everywhere:?} {own:?} {registry:?}");
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
