//! cargo's configuration: its files, and the environment that wins over them.
//!
//! <https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure>

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{ecosystem::real, model::read_text_file};

/// cargo's configuration files, the first of which wins.
pub(super) struct Configuration(Vec<File>);

/// One of them.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) table: toml::Table,
}

impl Configuration {
    /// What holds in this directory.
    pub(super) fn of(root: &Path) -> Self {
        Self(places(root).into_iter().filter_map(File::read).collect())
    }

    /// The files that are there.
    pub(super) fn files(&self) -> &[File] {
        &self.0
    }

    /// Whether this variable, or else the value of these keys, says yes.
    pub(super) fn is_true(&self, variable: &str, keys: &[&str]) -> bool {
        let in_file = || self.0.iter().find_map(|file| file.get(keys)?.as_bool());
        match env::var(variable) {
            Ok(value) => value == "true",
            Err(_) => in_file().unwrap_or(false),
        }
    }

    /// A text, from this variable or by these keys.
    pub(super) fn value(&self, variable: &str, keys: &[&str]) -> Option<String> {
        let in_environment = env::var(variable).ok().filter(|value| !value.is_empty());
        in_environment.or_else(|| self.0.iter().find_map(|file| file.text(keys)))
    }
}

/// The configuration files that cargo finds in this directory; the first wins.
pub(super) fn places(root: &Path) -> Vec<PathBuf> {
    let absolute = real(root);
    let above = absolute
        .ancestors()
        .map(|directory| directory.join(".cargo"));
    let mut places = Vec::new();
    for directory in above.chain(home()) {
        let path = first_of(&directory, "config");
        // A project below the home directory has cargo's own above it too.
        if path.exists() && !places.contains(&path) {
            places.push(path);
        }
    }
    places
}

impl File {
    /// The file, if it is there and cargo could read it.
    pub(super) fn read(path: PathBuf) -> Option<Self> {
        let table = toml::from_str(&read_text_file(&path).ok()?).ok()?;
        Some(Self { path, table })
    }

    pub(super) fn get(&self, keys: &[&str]) -> Option<&toml::Value> {
        let (last, way) = keys.split_last()?;
        let mut inner = &self.table;
        for key in way {
            inner = inner.get(*key)?.as_table()?;
        }
        inner.get(*last)
    }

    pub(super) fn text(&self, keys: &[&str]) -> Option<String> {
        Some(self.get(keys)?.as_str()?.to_owned())
    }
}

/// cargo's home.
pub(super) fn home() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// The file of this name in a directory: the old name without an ending wins, as for cargo.
pub(super) fn first_of(directory: &Path, name: &str) -> PathBuf {
    let old = directory.join(name);
    match old.exists() {
        true => old,
        false => directory.join(format!("{name}.toml")),
    }
}

/// The name of a registry as the names of variables have it.
pub(super) fn in_variables(registry: &str) -> String {
    registry.to_uppercase().replace(['-', '.'], "_")
}
