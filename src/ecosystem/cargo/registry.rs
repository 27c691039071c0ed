//! Where a publish by cargo would go: what the command, the manifest and cargo's configuration say.

use std::path::Path;

use super::configuration::{Configuration, in_variables};
use crate::model::{Access, Destination};

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
    let variable = format!("CARGO_REGISTRIES_{}_INDEX", in_variables(&name));
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
pub(super) const PUBLIC: &str = "crates-io";

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
