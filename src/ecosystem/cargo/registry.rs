//! Where a publish by cargo would go: what the command, the manifest and cargo's configuration say.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    ecosystem::real,
    model::{Access, Destination, read_text_file},
};

/// Where a publish of a package in this directory would go. `asked` is the registry that the command
/// names, `allowed` are those that the manifest does.
pub(super) fn destination(
    root: &Path,
    asked: Option<&str>,
    allowed: Option<&[String]>,
) -> Destination {
    let configuration = Configuration::of(root);
    let (name, why) = match (asked, allowed) {
        (Some(name), _) => (name.to_owned(), "--registry names it"),
        // `publish = false`: cargo would refuse.
        (None, Some([])) => return Destination::unknown("the manifest forbids to publish it"),
        (None, Some([only])) => (only.clone(), "`publish` in Cargo.toml names it"),
        (None, _) => {
            match configuration.value("CARGO_REGISTRY_DEFAULT", &["registry", "default"]) {
                Some(name) => (name, "it is the default in cargo's configuration"),
                None => (PUBLIC.to_owned(), "it is where cargo publishes to"),
            }
        }
    };
    if name == PUBLIC {
        return Destination {
            registry: Some("crates.io".to_owned()),
            url: None,
            access: Some(Access::Public),
            why: why.to_owned(),
        };
    }
    let variable = format!(
        "CARGO_REGISTRIES_{}_INDEX",
        name.to_uppercase().replace('-', "_")
    );
    let index = configuration.value(&variable, &["registries", &name, "index"]);
    let place = match index {
        Some(index) => Destination::at(&index, why),
        None => Destination::unknown(why),
    };
    Destination {
        registry: Some(name),
        ..place
    }
}

/// What cargo calls the public registry.
const PUBLIC: &str = "crates-io";

/// cargo's configuration files, the first of which wins
/// (<https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure>).
struct Configuration(Vec<toml::Table>);

impl Configuration {
    fn of(root: &Path) -> Self {
        let absolute = real(root);
        let above = absolute
            .ancestors()
            .map(|directory| directory.join(".cargo"));
        let home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
        let table = |directory: PathBuf| {
            let text = ["config", "config.toml"]
                .into_iter()
                .find_map(|name| read_text_file(&directory.join(name)).ok());
            toml::from_str(&text?).ok()
        };
        Self(above.chain(home).filter_map(table).collect())
    }

    fn value(&self, variable: &str, keys: &[&str]) -> Option<String> {
        let in_environment = env::var(variable).ok().filter(|value| !value.is_empty());
        in_environment.or_else(|| self.0.iter().find_map(|table| text(table, keys)))
    }
}

fn text(table: &toml::Table, keys: &[&str]) -> Option<String> {
    let (last, way) = keys.split_last()?;
    let mut inner = table;
    for key in way {
        inner = inner.get(*key)?.as_table()?;
    }
    Some(inner.get(*last)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_command_wins_over_the_manifest_and_that_over_the_configuration() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join(".cargo")).unwrap();
        let configuration = "[registry]\ndefault = 'in-house'\n\
             [registries]\nin-house.index = 'sparse+https://bot:token@crates.acme.corp/index/'\n\
             other.index = 'https://crates.acme.example/index'\n";
        fs::write(place.path().join(".cargo/config.toml"), configuration).unwrap();
        let root = place.path().join("member");
        fs::create_dir(&root).unwrap();
        let found = |asked, allowed: Option<&[&str]>| {
            let allowed = allowed.map(|names| names.iter().map(ToString::to_string).collect());
            let allowed: Option<Vec<String>> = allowed;
            let found = destination(&root, asked, allowed.as_deref());
            let access = found.access.map_or("unknown", Access::name);
            [
                found.registry.unwrap_or_default(),
                found.url.unwrap_or_default(),
                access.to_owned(),
            ]
        };
        let in_house = [
            "in-house",
            "sparse+https://crates.acme.corp/index/",
            "restricted",
        ];
        assert_eq!(found(None, None), in_house);
        assert_eq!(found(None, Some(&["crates-io", "in-house"])), in_house);
        let other = ["other", "https://crates.acme.example/index", "unknown"];
        assert_eq!(found(None, Some(&["other"])), other);
        assert_eq!(found(Some("other"), Some(&["in-house"])), other);
        assert_eq!(found(Some("crates-io"), None), ["crates.io", "", "public"]);
        assert_eq!(found(Some("nowhere"), None), ["nowhere", "", "unknown"]);
        assert_eq!(found(None, Some(&[])), ["", "", "unknown"]);
    }
}
