//! cargo's `Cargo.toml`, as `cargo package` normalises it.

use serde::Deserialize;

use crate::model::Manifest;

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
    publish: Option<Publish>,
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
    let manifest: CargoToml = toml::from_str(text)
        .map_err(|error| format!("is not a valid manifest: {}", error.message()))?;
    let package = manifest.package.ok_or("has no [package] table")?;
    let license_file = |file| format!("in the file {file}");
    Ok(Manifest {
        private: match package.publish {
            Some(Publish::Anywhere(allowed)) => !allowed,
            Some(Publish::To(registries)) => registries.is_empty(),
            None => false,
        },
        name: package.name,
        version: package.version,
        license: package.license.or(package.license_file.map(license_file)),
        repository: package.repository,
    })
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
            assert_eq!(
                parse(text.as_bytes()).unwrap().private,
                private,
                "{publish}"
            );
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
        let reason = parse(b"[package\n").unwrap_err();
        assert!(reason.starts_with("is not a valid manifest: "), "{reason}");
    }
}
