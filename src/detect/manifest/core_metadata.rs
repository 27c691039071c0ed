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
/// Fields of addresses and people.
const DECLARED: [&str; 7] = [
    "author",
    "author-email",
    "download-url",
    "home-page",
    "maintainer",
    "maintainer-email",
    "project-url",
];
/// Hosts of repositories, for projects that name theirs as the home page.
const FORGES: [&str; 5] = [
    "://github.com/",
    "://gitlab.com/",
    "://bitbucket.org/",
    "://codeberg.org/",
    "://git.sr.ht/",
];

/// Reads the header fields, or says why readers may disagree on them.
pub(super) fn parse(text: &[u8]) -> Result<Manifest, String> {
    let text = String::from_utf8_lossy(text);
    let mut manifest = Manifest::default();
    let mut licences = Licences::default();
    each_field(&text, |Field { name, value, line }| {
        let name_in_lower_case = name.to_ascii_lowercase();
        if DECLARED.contains(&name_in_lower_case.as_str()) {
            manifest.declared.push(value.clone());
        }
        match name_in_lower_case.as_str() {
            "name" => once(&mut manifest.name, name, value, line)?,
            "version" => once(&mut manifest.version, name, value, line)?,
            "license-expression" => licences.expression = Some(value),
            "license" => licences.text = Some(value),
            "classifier" => {
                // PyPI refuses every classifier of this kind.
                manifest.private |= value.starts_with("Private ::");
                licences
                    .classifiers
                    .extend(value.strip_prefix("License :: ").map(str::to_owned));
            }
            "home-page" | "download-url" if is_forge(&value) => {
                manifest.repository.get_or_insert(value);
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
        Ok(())
    })?;
    manifest.license = licences.best();
    Ok(manifest)
}

/// Takes a field that says which release it is: PyPI, pip and others would each take another of two,
/// and write lines of one together in other ways.
fn once(kept: &mut Option<String>, name: &str, value: String, line: usize) -> Result<(), String> {
    if kept.is_some() {
        return Err(format!(
            "has a second {name} field in line {line}: some readers take the first, others the last"
        ));
    }
    if value.contains('\n') {
        return Err(format!(
            "has a {name} field of several lines from line {line} on, which readers put together differently"
        ));
    }
    *kept = Some(value);
    Ok(())
}

/// A header field, folded lines joined.
struct Field<'t> {
    name: &'t str,
    value: String,
    line: usize,
}

/// Hands over the header's fields in order, one at a time, as there may be millions. The body, a
/// description, is not looked at. Python's parser takes the first line that is no field for the body's
/// beginning, and a lone carriage return for a line's end: other readers go on, and find other fields.
fn each_field(
    text: &str,
    mut take: impl FnMut(Field<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut open: Option<Field<'_>> = None;
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if line.contains('\r') {
            return Err(format!(
                "has a carriage return within line {number}: some readers see two lines there"
            ));
        }
        match (line.split_once(':'), &mut open) {
            (_, Some(field)) if line.starts_with([' ', '\t']) => {
                field.value.push('\n');
                field.value.push_str(line.trim());
            }
            (Some((name, value)), _) if is_name(name) => {
                let next = Field {
                    name,
                    value: value.trim().to_owned(),
                    line: number,
                };
                open.replace(next).map_or(Ok(()), &mut take)?;
            }
            _ => {
                return Err(format!(
                    "has no field in line {number}: some readers take no notice of what follows"
                ));
            }
        }
    }
    open.map_or(Ok(()), take)
}

/// RFC 5322: printable ASCII but the colon.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
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
    fn what_readers_disagree_on_is_refused() {
        for (text, reason) in [
            (
                "Name: a\nVersion: 1\nName: b\n",
                "a second Name field in line 3",
            ),
            (
                "Name: a\nversion: 1\nVersion: 1\n",
                "a second Version field in line 3",
            ),
            (
                "Name: a\n b\n",
                "a Name field of several lines from line 1 on",
            ),
            (
                "Name: a\nSummary: x\rVersion: 9\n",
                "a carriage return within line 2",
            ),
            ("Name: a\nmade by hand\nVersion: 1\n", "no field in line 2"),
            ("\u{feff}Name: a\n", "no field in line 1"),
            (" Name: a\n", "no field in line 1"),
            ("Name : a\n", "no field in line 1"),
            (": a\n", "no field in line 1"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        for (text, name) in [
            (
                "Name: a\r\nSummary: x\r\n y\r\n\r\nmade by\rhand\nName: b\n",
                Some("a"),
            ),
            ("\nName: below\n", None),
            ("", None),
        ] {
            assert_eq!(read(text).name.as_deref(), name, "{text}");
        }
    }
}
