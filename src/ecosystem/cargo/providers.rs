//! Which credential providers cargo is configured to ask.
//!
//! <https://doc.rust-lang.org/cargo/reference/registry-authentication.html>

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use super::{
    configuration::{Configuration, File, in_variables},
    registry::PUBLIC,
};

/// A provider's program and its arguments.
pub type Provider = Vec<String>;

/// Which credential providers a cargo asks.
pub struct Providers {
    /// For registries without one of their own, in the order in which it asks them.
    pub everywhere: Vec<Provider>,
    /// For registries that have one of their own, by the variable that sets it.
    pub own: BTreeMap<String, Provider>,
    /// A file that says to read others too, or can't be read.
    pub including: Option<PathBuf>,
}

const OWN: &str = "credential-provider";
const OWN_IN_VARIABLES: &str = "_CREDENTIAL_PROVIDER";
const GLOBAL: &str = "global-credential-providers";
/// The variable for [`GLOBAL`].
const GLOBAL_VARIABLE: &str = "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS";

/// Which credential providers a cargo asks that runs in `directory`.
pub fn cargo_providers(directory: &Path) -> Providers {
    let configuration = Configuration::of(directory);
    let files = configuration.files();
    let mut own = BTreeMap::new();
    for (name, value) in env::vars() {
        let is_own = name.starts_with("CARGO_REGISTR") && name.ends_with(OWN_IN_VARIABLES);
        if is_own && !value.trim().is_empty() {
            let words = value.split_whitespace().map(str::to_owned).collect();
            own.insert(name, (words, directory));
        }
    }
    // cargo merges what `cargo login` writes over all others.
    let credentials = super::token::credentials();
    let is_lost = credentials.is_err();
    let credentials = credentials.ok().flatten();
    for file in credentials.iter().chain(files) {
        let registries = file.table.get("registries").and_then(toml::Value::as_table);
        let names = registries.into_iter().flat_map(toml::Table::keys);
        let mut found = vec![(variable(PUBLIC), file.get(&["registry", OWN]))];
        found.extend(names.map(|name| (variable(name), file.get(&["registries", name, OWN]))));
        for (variable, value) in found {
            if let Some(words) = value.and_then(words) {
                own.entry(variable).or_insert((words, file.base()));
            }
        }
    }
    let mut everywhere = Vec::new();
    let of_environment = env::var(GLOBAL_VARIABLE).unwrap_or_default();
    let names = of_environment.split_whitespace().rev();
    everywhere.extend(names.map(|name| (vec![name.to_owned()], directory)));
    for file in files {
        let list = file
            .get(&["registry", GLOBAL])
            .and_then(toml::Value::as_array);
        let entries = list.into_iter().flatten().rev();
        let words = |entry: &toml::Value| {
            let words = entry.as_str()?.split_ascii_whitespace();
            Some(words.map(str::to_owned).collect())
        };
        everywhere.extend(entries.filter_map(words).map(|words| (words, file.base())));
    }
    if everywhere.is_empty() {
        everywhere.push((vec!["cargo:token".to_owned()], directory));
    }
    let ready = |(words, base)| ready(words, base, files);
    Providers {
        everywhere: everywhere.into_iter().map(ready).collect(),
        own: own
            .into_iter()
            .map(|(name, provider)| (name, ready(provider)))
            .collect(),
        including: files
            .iter()
            .chain(&credentials)
            .find(|file| file.table.contains_key("include"))
            .map(|file| file.path.clone())
            .or_else(|| is_lost.then(|| PathBuf::from("credentials.toml"))),
    }
}

/// The variable that sets a registry's own provider.
fn variable(registry: &str) -> String {
    match registry {
        PUBLIC => format!("CARGO_REGISTRY{OWN_IN_VARIABLES}"),
        other => format!("CARGO_REGISTRIES_{}{OWN_IN_VARIABLES}", in_variables(other)),
    }
}

impl File {
    /// What paths in it are relative to.
    fn base(&self) -> &Path {
        let above = self.path.parent().and_then(Path::parent);
        above.unwrap_or(&self.path)
    }
}

/// A program and its arguments, as a text or as a list.
fn words(value: &toml::Value) -> Option<Provider> {
    let texts: Vec<&str> = match value {
        toml::Value::String(text) => text.split_whitespace().collect(),
        toml::Value::Array(list) => list.iter().filter_map(toml::Value::as_str).collect(),
        _ => return None,
    };
    (!texts.is_empty()).then(|| texts.into_iter().map(str::to_owned).collect())
}

/// What is behind an alias, by a path that is good anywhere.
fn ready<'b>(mut words: Provider, mut base: &'b Path, files: &'b [File]) -> Provider {
    if let [name] = words.as_slice() {
        let alias = |file: &'b File| {
            let value = file.get(&["credential-alias", name])?;
            Some((self::words(value)?, file.base()))
        };
        if let Some((meant, of)) = files.iter().find_map(alias) {
            (words, base) = (meant, of);
        }
    }
    if let Some(program) = words.first_mut()
        && program.contains(['/', '\\'])
    {
        *program = base.join(&*program).to_string_lossy().into_owned();
    }
    words
}
