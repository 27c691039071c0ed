//! Where an upload to PyPI, or to a registry like it, would go. The command that uploads decides.

use std::{env, ffi::OsString};

use crate::{ecosystem::toml_table, model::Destination};

/// Variables that point the upload of one client or another elsewhere.
const VARIABLES: [&str; 8] = [
    "UV_PUBLISH_URL",
    "UV_PUBLISH_INDEX",
    "TWINE_REPOSITORY_URL",
    "TWINE_REPOSITORY",
    "HATCH_INDEX_REPO",
    "FLIT_INDEX_URL",
    "MATURIN_REPOSITORY_URL",
    "PDM_PUBLISH_REPO",
];

/// Where a project with this manifest would go.
pub(super) fn destination(manifest: &str) -> Destination {
    resolve(manifest, |name| env::var_os(name))
}

fn resolve(manifest: &str, variable: impl Fn(&str) -> Option<OsString>) -> Destination {
    let is_set = |name: &&&str| variable(name).is_some_and(|value| !value.is_empty());
    let set: Vec<&str> = VARIABLES.iter().filter(is_set).copied().collect();
    let table = toml_table(manifest).unwrap_or_default();
    let tool = table.get("tool").and_then(|tool| tool.get("uv"));
    let configured = tool.and_then(|uv| uv.get("publish-url")?.as_str());
    match (set.as_slice(), configured) {
        ([], Some(address)) => Destination::at(address, "`[tool.uv] publish-url`, by `uv publish`"),
        ([], None) => Destination::unknown("PyPI, or where the upload command points"),
        (set, _) => {
            let names = set.join(" and ");
            Destination::unknown(format!(
                "PyPI, or where the upload command or {names} points"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_uv_is_told_in_the_manifest_is_known() {
        let nothing = |_: &str| None;
        let manifest = "[tool.uv]\npublish-url = 'https://u:p@pypi.acme.internal/legacy/'\n";
        let known = resolve(manifest, nothing);
        assert_eq!(known.url.unwrap(), "https://pypi.acme.internal/legacy/");
        let unknown = resolve("from setuptools import setup", nothing);
        assert_eq!(unknown.registry, None);
        assert_eq!(unknown.why, "PyPI, or where the upload command points");
        let elsewhere = resolve(manifest, |name| {
            (name == "TWINE_REPOSITORY_URL").then(|| "https://bot:token@a.example".into())
        });
        assert_eq!(elsewhere.url, None);
        let why = "PyPI, or where the upload command or TWINE_REPOSITORY_URL points";
        assert_eq!(elsewhere.why, why);
    }
}
