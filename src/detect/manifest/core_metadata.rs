//! Python's core metadata: `PKG-INFO` in an sdist, `METADATA` in a wheel
//! (<https://packaging.python.org/en/latest/specifications/core-metadata/>).

use crate::model::Manifest;

/// Labels of project addresses that name the source, as normalised by the specification.
const SOURCE_LABELS: [&str; 6] = [
    "source",
    "sourcecode",
    "repository",
    "code",
    "github",
    "gitlab",
];
/// Hosts of repositories, for projects that name theirs as the home page.
const FORGES: [&str; 5] = [
    "://github.com/",
    "://gitlab.com/",
    "://bitbucket.org/",
    "://codeberg.org/",
    "://git.sr.ht/",
];

/// Reads the header fields, or says why they name no package.
pub(super) fn parse(text: &[u8]) -> Result<Manifest, String> {
    let text = String::from_utf8_lossy(text);
    let mut manifest = Manifest::default();
    let mut licences = Licences::default();
    each_field(text.trim_start_matches('\u{feff}'), |name, value| {
        match name.to_ascii_lowercase().as_str() {
            "name" => manifest.name = Some(value.to_owned()),
            "version" => manifest.version = Some(value.to_owned()),
            "license-expression" => licences.expression = Some(value.to_owned()),
            "license" => licences.text = Some(value.to_owned()),
            "classifier" => {
                // PyPI refuses every classifier of this kind.
                manifest.private |= value.starts_with("Private ::");
                licences
                    .classifiers
                    .extend(value.strip_prefix("License :: ").map(str::to_owned));
            }
            "home-page" | "download-url" if is_forge(value) => {
                manifest.repository.get_or_insert_with(|| value.to_owned());
            }
            "project-url" => {
                if let Some((label, address)) = value.split_once(',')
                    && (names_source(label) || is_forge(address))
                {
                    let address = address.trim().to_owned();
                    manifest.repository.get_or_insert(address);
                }
            }
            _ => {}
        }
    });
    manifest.license = licences.best();
    match (&manifest.name, &manifest.version) {
        (None, None) => Err("has neither a Name nor a Version field".to_owned()),
        _ => Ok(manifest),
    }
}

/// Hands over the header's fields in order, folded lines joined. The body, a description, is not
/// looked at.
fn each_field(text: &str, mut take: impl FnMut(&str, &str)) {
    let mut field: Option<(&str, String)> = None;
    for line in text.lines().take_while(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = &mut field {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':')
            && let Some((name, value)) = field.replace((name, value.trim().to_owned()))
        {
            take(name, &value);
        }
    }
    if let Some((name, value)) = field {
        take(name, &value);
    }
}

fn is_forge(address: &str) -> bool {
    FORGES.iter().any(|forge| address.contains(forge))
}

fn names_source(label: &str) -> bool {
    let letters = label.chars().filter(char::is_ascii_alphanumeric);
    let normalised = letters.collect::<String>().to_ascii_lowercase();
    SOURCE_LABELS.contains(&normalised.as_str())
}

/// The three ways to say it, newest first.
#[derive(Default)]
struct Licences {
    expression: Option<String>,
    classifiers: Vec<String>,
    text: Option<String>,
}

impl Licences {
    /// What counts: a word that forbids, an expression, a classifier of an approved licence, a text.
    fn best(self) -> Option<String> {
        let forbids = |text: &&String| text.to_ascii_lowercase().contains("proprietary");
        let proprietary = self.classifiers.iter().find(forbids).cloned();
        let approved = |text: &&String| text.starts_with("OSI Approved");
        let approved = self.classifiers.iter().find(approved).cloned();
        proprietary
            .or(self.expression)
            .or(approved)
            .or(self.text)
            .or(self.classifiers.into_iter().next())
            .filter(|text| !text.is_empty() && text != "UNKNOWN")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Manifest {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn fields_are_read_and_the_description_is_not() {
        let manifest = read(
            "Metadata-Version: 2.4\r\nName: acme-cli\r\nVersion: 1.0rc1\r\nLicense-Expression: MIT\r\n\
             Project-URL: Source Code, https://git.acme.example/cli\r\n\r\nName: other\r\n",
        );
        assert_eq!(manifest.name.as_deref(), Some("acme-cli"));
        assert_eq!(manifest.version.as_deref(), Some("1.0rc1"));
        assert_eq!(manifest.license.as_deref(), Some("MIT"));
        assert_eq!(
            manifest.repository.as_deref(),
            Some("https://git.acme.example/cli")
        );
        assert!(!manifest.private);
    }

    #[test]
    fn the_licence_is_what_says_most() {
        let license = |fields: &str| read(&format!("Name: a\n{fields}")).license;
        for (fields, expected) in [
            (
                "License: BSD\nClassifier: License :: OSI Approved :: MIT License\n",
                Some("OSI Approved :: MIT License"),
            ),
            (
                "Classifier: License :: Other/Proprietary License\nLicense: MIT\n",
                Some("Other/Proprietary License"),
            ),
            (
                "License: Copyright\n        Acme\n",
                Some("Copyright\nAcme"),
            ),
            ("License: UNKNOWN\n", None),
            ("", None),
        ] {
            assert_eq!(license(fields).as_deref(), expected, "{fields}");
        }
    }

    #[test]
    fn a_private_package_says_so() {
        assert!(read("Name: a\nClassifier: Private :: Do Not Upload\n").private);
    }

    #[test]
    fn what_names_nothing_is_no_metadata() {
        assert!(parse(b"").is_err());
        assert!(parse(b"\nName: below\n").is_err());
    }
}
