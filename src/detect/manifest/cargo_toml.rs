//! cargo's `Cargo.toml`, as `cargo package` normalises it.

use serde::{Deserialize, de::IgnoredAny};

use crate::model::{Manifest, begin_of, escape};

/// As much is shown of a line, in characters.
const LONGEST_KEY: usize = 80;

#[derive(Deserialize)]
struct CargoToml {
    package: Option<Package>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    name: Option<String>,
    version: Option<String>,
    license: Option<String>,
    license_file: Option<String>,
    repository: Option<String>,
    homepage: Option<String>,
    documentation: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    publish: Option<Publish>,
    include: Option<IgnoredAny>,
    exclude: Option<IgnoredAny>,
}

/// `publish = false`, or the registries that may have the crate.
#[derive(Deserialize)]
#[serde(untagged)]
enum Publish {
    Anywhere(bool),
    To(Vec<String>),
}

/// Reads a manifest, or says why it is none.
pub(super) fn parse(text: &[u8]) -> Result<Manifest, String> {
    let text = str::from_utf8(text).map_err(|_| "is not UTF-8".to_owned())?;
    let manifest: CargoToml = toml::from_str(text).map_err(|error| explain(text, &error))?;
    let package = manifest.package.ok_or("has no [package] table")?;
    let license_file = |file| format!("in the file {file}");
    let addresses = [
        &package.repository,
        &package.homepage,
        &package.documentation,
    ];
    let addresses = addresses.into_iter().flatten().cloned();
    Ok(Manifest {
        declared: addresses.chain(package.authors).collect(),
        private: match &package.publish {
            Some(Publish::Anywhere(allowed)) => !allowed,
            Some(Publish::To(registries)) => registries.is_empty(),
            None => false,
        },
        registry: match package.publish {
            Some(Publish::To(registries)) if registries.len() == 1 => registries.into_iter().next(),
            _ => None,
        },
        lists_files: package.include.is_some() || package.exclude.is_some(),
        name: package.name,
        version: package.version,
        license: package.license.or(package.license_file.map(license_file)),
        repository: package.repository,
        ..Manifest::default()
    })
}

/// Where it is wrong, and what cargo does not write there.
fn explain(text: &str, error: &toml::de::Error) -> String {
    let reason = error.message();
    let before = error.span().and_then(|span| text.get(..span.start));
    let Some(before) = before else {
        return format!("is not a manifest that cargo writes: {reason}");
    };
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default();
    let key = line.split('=').next().unwrap_or_default().trim();
    format!(
        "is not a manifest that cargo writes: `{}` in line {}: {reason}",
        escape(&begin_of(key, LONGEST_KEY)),
        number + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_manifest_is_read() {
        let manifest = parse(
            b"[package]\nname = \"acme\"\nversion = \"1.0.0\"\nlicense = \"MIT OR Apache-2.0\"\n\
              repository = \"https://git.acme.example/a\"\n[dependencies]\nserde = \"1\"\n",
        )
        .unwrap();
        assert_eq!(manifest.name.as_deref(), Some("acme"));
        assert_eq!(manifest.version.as_deref(), Some("1.0.0"));
        assert_eq!(manifest.license.as_deref(), Some("MIT OR Apache-2.0"));
        assert!(manifest.repository.is_some() && !manifest.private);
    }

    #[test]
    fn what_may_not_be_published_is_private() {
        for (publish, private) in [
            ("false", true),
            ("[]", true),
            ("true", false),
            ("[\"acme\"]", false),
        ] {
            let text = format!("[package]\nname = \"a\"\npublish = {publish}\n");
            let manifest = parse(text.as_bytes()).unwrap();
            assert_eq!(manifest.private, private, "{publish}");
            let registry = publish.contains("acme").then_some("acme");
            assert_eq!(manifest.registry.as_deref(), registry);
        }
    }

    #[test]
    fn a_list_of_files_is_noticed() {
        for (line, expected) in [
            ("include = ['src']", true),
            ("exclude = []", true),
            ("", false),
        ] {
            let text = format!("[package]\nname = \"a\"\n{line}\n");
            assert_eq!(parse(text.as_bytes()).unwrap().lists_files, expected);
        }
    }

    #[test]
    fn what_is_no_manifest_says_why() {
        for (text, reason) in [
            (&b"[workspace]\n"[..], "has no [package] table"),
            (b"\xff", "is not UTF-8"),
        ] {
            assert_eq!(parse(text).unwrap_err(), reason);
        }
        for (text, key) in [
            (
                "[package]\nname = \"a\"\nversion.workspace = true\n",
                "`version.workspace` in line 3: ",
            ),
            ("[package]\nname = 7\n", "`name` in line 2: "),
            ("[package\n", "`[package` in line 1: "),
        ] {
            let reason = parse(text.as_bytes()).unwrap_err();
            assert!(reason.contains(key), "{reason}");
        }
    }
}
