//! Which client a project uses.

use std::path::Path;

use serde_json::Value;

use super::{
    CLIENTS, ENTRY, Facts, MANIFEST, lock_file::by_lock_file, workspace::workspaces_above,
};
use crate::{ecosystem::Error, model::escape};

/// A client by its name, and what the project says of its version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) name: &'static str,
    /// What shows that the project needs Yarn 2 or later, if it does.
    pub(super) later_yarn: Option<&'static str>,
}

impl Choice {
    fn named(name: &'static str) -> Self {
        Self {
            name,
            later_yarn: None,
        }
    }

    /// What there is to know of this version of the client, which was found in this project.
    pub(super) fn of_version(
        &self,
        version: &str,
        project: &Path,
    ) -> Result<&'static Facts, Error> {
        let number = version
            .split('.')
            .next()
            .and_then(|major| major.parse().ok());
        let major: u32 = number.unwrap_or_default();
        let mut same = CLIENTS.into_iter().filter(|facts| facts.name == self.name);
        let facts = same.clone().find(|facts| facts.versions.contains(&major));
        let unfit = |needs| Error::ClientUnfit {
            client: self.name,
            version: version.to_owned(),
            path: Error::shown(project),
            needs,
        };
        match (facts, self.later_yarn) {
            (Some(_), Some(why)) if major < 2 => Err(unfit(format!("Yarn 2 or later ({why})"))),
            (Some(facts), _) => Ok(facts),
            (None, _) => {
                let oldest = same.next().map_or(0, |facts| *facts.versions.start());
                Err(unfit(format!("{} {oldest} or later", self.name)))
            }
        }
    }
}

/// The client that was asked for, or that the project names, or that has left its lock file.
pub(super) fn choose(
    root: &Path,
    manifest: &Value,
    asked: Option<&'static str>,
) -> Result<Choice, Error> {
    if let Some(name) = asked.filter(|name| ENTRY.clients.contains(name)) {
        return Ok(Choice::named(name));
    }
    let mut places = vec![(root.to_owned(), manifest.clone())];
    places.extend(workspaces_above(root));
    for says in [package_manager, dev_engine] {
        for (directory, manifest) in &places {
            if let Some((field, name, version)) = says(manifest) {
                let known = ENTRY.clients.iter().find(|known| **known == name);
                let known = known.ok_or_else(|| Error::ClientUnknown {
                    path: Error::shown(&directory.join(MANIFEST)),
                    field,
                    client: escape(name),
                })?;
                let is_later = name == "yarn" && !version.is_empty() && !version.starts_with("1.");
                return Ok(Choice {
                    name: known,
                    later_yarn: is_later.then_some(field),
                });
            }
        }
    }
    for (directory, _) in &places {
        if let Some(choice) = by_lock_file(directory)? {
            return Ok(choice);
        }
    }
    for (directory, _) in &places {
        let facts = CLIENTS.into_iter().find(|facts| {
            let settings = facts.settings;
            settings.is_some_and(|name| directory.join(name).is_file())
        });
        if let Some(facts) = facts {
            return Ok(Choice {
                name: facts.name,
                later_yarn: (facts.name == "yarn").then_some(facts.settings).flatten(),
            });
        }
    }
    Ok(Choice::named(CLIENTS[0].name))
}

/// `packageManager`: a name, and after an @ a version, which may have a hash.
fn package_manager(manifest: &Value) -> Option<(&'static str, &str, &str)> {
    let text = manifest.get("packageManager")?.as_str()?;
    let (name, version) = text.split_once('@').unwrap_or((text, ""));
    Some(("packageManager", name, version))
}

/// `devEngines.packageManager`: an object or several, of which the first is preferred. Its version
/// is a range.
fn dev_engine(manifest: &Value) -> Option<(&'static str, &str, &str)> {
    let engine = manifest.get("devEngines")?.get("packageManager")?;
    let engine = engine.get(0).unwrap_or(engine);
    Some((
        "devEngines.packageManager",
        engine.get("name")?.as_str()?,
        "",
    ))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    const LATER: &str = "# Yarn\n\n__metadata:\n  version: 8\n";

    /// What is chosen in the directory `member` below one with these files.
    fn chosen(files: &[(&str, &str)], manifest: &Value) -> Result<Choice, Error> {
        let place = tempfile::tempdir().unwrap();
        let member = place.path().join("member");
        fs::create_dir(&member).unwrap();
        for (name, text) in files {
            fs::write(place.path().join(name), text).unwrap();
        }
        choose(&member, manifest, None)
    }

    #[track_caller]
    fn is(name: &str, files: &[(&str, &str)], manifest: Value) {
        assert_eq!(chosen(files, &manifest).unwrap().name, name);
    }

    #[test]
    fn the_manifest_outweighs_lock_files() {
        let lock = [("member/yarn.lock", "")];
        is("npm", &[], json!({}));
        is("yarn", &lock, json!({}));
        is(
            "pnpm",
            &lock,
            json!({"packageManager": "pnpm@10.1.0+sha1.aa"}),
        );
        let engine = json!({"packageManager": {"name": "bun", "version": "^1"}});
        is("bun", &lock, json!({"devEngines": engine}));
        let engines = json!({"packageManager": [{"name": "pnpm"}, {"name": "npm"}]});
        is("pnpm", &lock, json!({"devEngines": engines}));
        is(
            "npm",
            &lock,
            json!({"devEngines": engines, "packageManager": "npm@11.0.0"}),
        );
        let error = chosen(&lock, &json!({"packageManager": "vlt\n@1"})).unwrap_err();
        assert!(matches!(error, Error::ClientUnknown { client, .. } if client == "vlt\\n"));
    }

    #[test]
    fn a_workspace_above_counts_and_nothing_else_there() {
        let root = r#"{"workspaces": ["*"], "packageManager": "pnpm@10.1.0"}"#;
        is("pnpm", &[("package.json", root)], json!({}));
        is(
            "pnpm",
            &[("package.json", root), ("member/yarn.lock", "")],
            json!({}),
        );
        let root = ("package.json", r#"{"workspaces": ["*"]}"#);
        is("bun", &[root, ("bun.lock", "")], json!({}));
        is(
            "npm",
            &[root, ("bun.lock", ""), ("member/package-lock.json", "")],
            json!({}),
        );
        is(
            "pnpm",
            &[("pnpm-workspace.yaml", ""), ("pnpm-lock.yaml", "")],
            json!({}),
        );
        is(
            "npm",
            &[("package.json", "{}"), ("yarn.lock", "")],
            json!({}),
        );
    }

    #[test]
    fn settings_of_a_client_count_where_no_lock_file_does() {
        is("pnpm", &[("pnpm-workspace.yaml", "")], json!({}));
        let settings = ("member/.yarnrc.yml", "");
        let choice = chosen(&[settings], &json!({})).unwrap();
        assert_eq!(
            (choice.name, choice.later_yarn),
            ("yarn", Some(".yarnrc.yml"))
        );
        is("bun", &[settings, ("member/bun.lock", "")], json!({}));
    }

    #[test]
    fn the_version_decides_between_the_two_yarns() {
        let of = |files: &[(&str, &str)], manifest, version| {
            let choice = chosen(files, &manifest).unwrap();
            let facts = choice.of_version(version, Path::new("p"));
            facts
                .map(|facts| facts.publish)
                .map_err(|error| error.to_string())
        };
        let (first, later) = ([("member/yarn.lock", "")], [("member/yarn.lock", LATER)]);
        assert_eq!(of(&first, json!({}), "1.22.22").unwrap(), "yarn publish");
        assert_eq!(of(&first, json!({}), "4.18.1").unwrap(), "yarn npm publish");
        assert_eq!(of(&later, json!({}), "4.18.1").unwrap(), "yarn npm publish");
        let refused = "p needs Yarn 2 or later (yarn.lock), and the yarn that was found is 1.22.22";
        assert_eq!(of(&later, json!({}), "1.22.22").unwrap_err(), refused);
        let named = json!({"packageManager": "yarn@4.18.1"});
        assert!(
            of(&first, named, "1.22.22")
                .unwrap_err()
                .contains("(packageManager)")
        );
        let old = of(&[], json!({}), "6.14.0").unwrap_err();
        assert_eq!(
            old,
            "p needs npm 8 or later, and the npm that was found is 6.14.0"
        );
    }
}
