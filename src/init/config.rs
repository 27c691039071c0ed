//! `packwarden.toml`: the profile that the manifests speak for, and where they say that packages go.

use toml::Value;

use super::{Error, Plan, Survey, survey::Package};
use crate::{
    model::{Access, Ecosystem, Manifest, without_credentials},
    policy::{ConfigChoice, ConfigFile, Disk, Profile, ProfileChoice, find},
};

const NAME: &str = "packwarden.toml";

/// Adds the file where there is no configuration.
pub(super) fn propose(survey: &Survey, plan: &mut Plan) -> Result<(), Error> {
    if let Some(path) = find(&ConfigChoice::Nearest, &survey.directory, &Disk)? {
        ConfigFile::read(&path, &Disk)?;
        plan.found
            .push(format!("configured in {}", survey.shown(&path)));
        return Ok(());
    }
    let path = survey.directory.join(NAME);
    let text = text(&survey.packages);
    plan.edit(
        survey,
        &path,
        "remove it, or run `packwarden init` where it can be",
        |_| Ok(text),
    );
    keep_in(survey, plan);
    Ok(())
}

/// A file that can't be used has every gate refuse, whatever else holds.
pub(super) fn examine(survey: &Survey) -> Result<(), Error> {
    if let Some(path) = find(&ConfigChoice::Nearest, &survey.directory, &Disk)? {
        ConfigFile::read(&path, &Disk)?;
    }
    Ok(())
}

fn text(packages: &[Package]) -> String {
    let choices: Vec<_> = packages
        .iter()
        .map(|package| ProfileChoice::infer(Some(&package.manifest)))
        .collect();
    let first = choices.first();
    let is_agreed = |first: &&ProfileChoice| choices.iter().all(|one| one.profile == first.profile);
    let mut text =
        "# What packwarden holds each artifact against: docs/configuration.md.\n".to_owned();
    match first.filter(is_agreed) {
        Some(choice) => {
            let meaning = match choice.profile {
                Profile::Open => "the source is for everybody",
                Profile::Closed => "the source must stay inside",
            };
            text.push_str(&format!(
                "# {}: {meaning}; {}.\nprofile = \"{}\"\n",
                choice.profile, choice.why, choice.profile
            ));
        }
        None => text.push_str(
            "# No profile: the licences of the packages differ, and each manifest decides.\n",
        ),
    }
    let publish = publish(packages, first.map(|choice| choice.profile));
    if !publish.is_empty() {
        text.push_str(&format!("\n# As the manifests say.\n[publish]\n{publish}"));
    }
    text
}

/// The lines of `[publish]`: what all manifests say, and in the same way.
fn publish(packages: &[Package], profile: Option<Profile>) -> String {
    let is_npm = packages
        .iter()
        .all(|package| package.ecosystem == Ecosystem::Npm);
    let registries = all(packages, |manifest| {
        manifest.registry.as_deref().map(without_credentials)
    });
    let access = all(packages, |manifest| manifest.access.map(Access::name)).filter(|_| is_npm);
    let scope = all(packages, |manifest| manifest.scope().map(str::to_owned));
    let scope = scope.filter(|_| is_npm && profile == Some(Profile::Closed));
    let mut lines = String::new();
    if let Some(registry) = registries {
        lines.push_str(&format!("registries = [{}]\n", Value::from(registry)));
    }
    if let Some(scope) = scope {
        lines.push_str(&format!("scope = {}\n", Value::from(scope)));
    }
    if let Some(access) = access {
        lines.push_str(&format!("access = \"{access}\"\n"));
    }
    lines
}

/// What all manifests say, if that is one thing.
fn all<T: PartialEq>(packages: &[Package], said: impl Fn(&Manifest) -> Option<T>) -> Option<T> {
    let mut said = packages.iter().map(|package| said(&package.manifest));
    let first = said.next()??;
    said.all(|one| one.as_ref() == Some(&first))
        .then_some(first)
}

/// The file is not for those who install the package.
fn keep_in(survey: &Survey, plan: &mut Plan) {
    for package in survey
        .packages
        .iter()
        .filter(|package| package.root == survey.directory)
    {
        match package.ecosystem {
            Ecosystem::Npm if package.manifest.lists_files => {}
            Ecosystem::Npm => {
                let ignore = package.root.join(".npmignore");
                let advice = "packwarden.toml would ship with the package: list what ships under `files` in \
                              package.json";
                match ignore.is_file() {
                    true => plan.edit(survey, &ignore, advice, |text| Ok(with_line(text))),
                    false => plan.by_hand.push(advice.to_owned()),
                }
            }
            // `exclude` in Cargo.toml is edited with what else cargo needs.
            Ecosystem::Crates => {}
            Ecosystem::Pypi => plan.by_hand.push(
                "packwarden.toml may ship in the sdist: leave it out in the settings of the build backend"
                    .to_owned(),
            ),
        }
    }
}

fn with_line(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if text
        .lines()
        .any(|line| line.trim().trim_start_matches('/') == NAME)
    {
        return text.to_owned();
    }
    let open = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        line_end
    };
    format!("{text}{open}/{NAME}{line_end}")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn package(ecosystem: Ecosystem, name: &str, license: &str, registry: &str) -> Package {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Package {
            ecosystem,
            root: PathBuf::new(),
            manifest: Manifest {
                name: some(name),
                license: some(license),
                registry: some(registry),
                ..Manifest::default()
            },
        }
    }

    #[test]
    fn the_profile_is_that_of_the_manifests() {
        let npm = |license, registry| package(Ecosystem::Npm, "@acme/a", license, registry);
        insta::assert_snapshot!(text(&[npm("MIT", "")]), @r#"
        # What packwarden holds each artifact against: docs/configuration.md.
        # open: the source is for everybody; the licence is MIT.
        profile = "open"
        "#);
        insta::assert_snapshot!(text(&[npm("UNLICENSED", "https://u:p@npm.acme.example/\"")]), @r#"
        # What packwarden holds each artifact against: docs/configuration.md.
        # closed: the source must stay inside; the licence is UNLICENSED.
        profile = "closed"

        # As the manifests say.
        [publish]
        registries = ['https://npm.acme.example/"']
        scope = "@acme"
        "#);
        insta::assert_snapshot!(text(&[npm("", "x"), package(Ecosystem::Crates, "a", "MIT", "y")]), @r"
        # What packwarden holds each artifact against: docs/configuration.md.
        # No profile: the licences of the packages differ, and each manifest decides.
        ");
    }

    #[test]
    fn a_hostile_licence_stays_in_its_comment() {
        let text = text(&[package(Ecosystem::Npm, "a", "MIT\nprofile = \"open\"", "")]);
        assert_eq!(
            text.lines()
                .filter(|line| line.starts_with("profile"))
                .count(),
            1,
            "{text}"
        );
    }
}
