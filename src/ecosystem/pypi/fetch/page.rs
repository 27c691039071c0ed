//! What an index has of a project: the files that its page names, and which version each is of.

use serde::Deserialize;
use serde_json::Value;

use super::asking::Failed;
use crate::{
    ecosystem::Remote,
    model::{Integrity, compare_versions, escape, project_name},
};

/// What one index has.
pub(super) struct Page {
    pub(super) index: String,
    /// Wheels and sdists; what no client installs any more is left out.
    pub(super) files: Vec<File>,
}

/// One of them.
#[derive(Clone)]
pub(super) struct File {
    pub(super) version: String,
    /// Why it was yanked, if it was; perhaps nothing is said.
    pub(super) yanked: Option<String>,
    name: String,
    url: String,
    size: Option<u64>,
    integrity: Option<Integrity>,
}

impl From<File> for Remote {
    fn from(file: File) -> Self {
        Self {
            name: file.name,
            address: file.url,
            size: file.size,
            integrity: file.integrity,
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    files: Vec<Link>,
    is_html: bool,
}

#[derive(Deserialize)]
struct Link {
    name: String,
    url: String,
    hashes: std::collections::BTreeMap<String, String>,
    size: Option<u64>,
    /// Yes, no, or the reason.
    yanked: Value,
}

/// Endings of sdists: what clients take today, and what they once took.
const SDISTS: [&str; 7] = [
    ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tbz", ".tar.Z",
];

impl Page {
    /// Reads what the page of a project, by its plain name, says.
    pub(super) fn read(project: &str, index: &str, answer: &Value) -> Result<Self, Failed> {
        let answer: Answer = Deserialize::deserialize(answer)
            .map_err(|_| Failed::unusable("its answer is no page of an index"))?;
        // A portal that asks for a login answers with a page too.
        if answer.is_html && answer.files.is_empty() {
            return Err(Failed::unusable(
                "it answers with a page that names no file",
            ));
        }
        let mut files: Vec<File> = Vec::new();
        for link in answer.files {
            let Some(version) = version_in(project, &link.name) else {
                continue;
            };
            // It becomes a file here.
            if !link.name.bytes().all(is_plain) {
                let said = format!("it names a file {}", escape(&link.name));
                return Err(Failed::unusable(&said));
            }
            if files.iter().all(|known| known.name != link.name) {
                files.push(link.file(version));
            }
        }
        Ok(Self {
            index: index.to_owned(),
            files,
        })
    }
}

impl Link {
    fn file(self, version: String) -> File {
        let hashes = self.hashes.iter();
        let integrity = hashes
            .filter_map(|(algorithm, digits)| Integrity::of_hex(algorithm, digits))
            .max();
        File {
            version,
            yanked: match self.yanked {
                Value::Bool(true) => Some(String::new()),
                Value::String(reason) => Some(reason),
                _ => None,
            },
            name: self.name,
            url: self.url,
            size: self.size,
            integrity,
        }
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.+!".contains(&byte)
}

/// The version in the name of a file of a project.
fn version_in(project: &str, file_name: &str) -> Option<String> {
    let is_name = |text: &str| project_name(text) == project;
    let packed = [".whl", ".egg"].iter();
    if let Some(stem) = packed
        .into_iter()
        .find_map(|ending| file_name.strip_suffix(ending))
    {
        let mut parts = stem.split('-');
        let name = parts.next()?;
        let version = parts.next()?;
        return is_name(name).then(|| readable(version));
    }
    let stem = SDISTS
        .iter()
        .find_map(|ending| file_name.strip_suffix(ending))?;
    let dashes = stem.match_indices('-');
    let splits = dashes.map(|(at, _)| (&stem[..at], &stem[at + 1..]));
    let mut versions = splits
        .filter(|(name, _)| is_name(name))
        .map(|(_, version)| readable(version));
    let first = versions.next()?;
    let is_version = |text: &String| compare_versions(text, text).is_some();
    match is_version(&first) {
        true => Some(first),
        false => versions.find(is_version).or(Some(first)),
    }
}

/// A version as it is written in the name of a file, where `_` stands for `-` or `+`.
fn readable(version: &str) -> String {
    let is_version = |text: &String| compare_versions(text, text).is_some();
    let forms = [
        version.to_owned(),
        version.replace('_', "-"),
        version.replacen('_', "+", 1),
    ];
    let found = forms.into_iter().find(is_version);
    found.unwrap_or_else(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_version_is_in_the_files_name() {
        for (project, name, expected) in [
            ("a-b", "A.B-1.0-py3-none-any.whl", Some("1.0")),
            (
                "a-b",
                "a_b-1.0.post1-1-cp311-cp311-linux_x86_64.whl",
                Some("1.0.post1"),
            ),
            ("a-b", "a-b-1.0.tar.gz", Some("1.0")),
            ("a", "a-1.0-1.tar.gz", Some("1.0-1")),
            ("a", "a-1.0_1.zip", Some("1.0-1")),
            ("a", "a-1.0_cu121.tar.gz", Some("1.0+cu121")),
            ("a", "a-2004d.tar.bz2", Some("2004d")),
            ("a", "a-1.0-py2.7.egg", Some("1.0")),
            ("a", "b-1.0.tar.gz", None),
            ("a", "a-1.0.exe", None),
            ("a", "a-1.0.tar.gz.asc", None),
        ] {
            assert_eq!(version_in(project, name).as_deref(), expected, "{name}");
        }
    }

    fn page(name: &str, is_html: bool) -> Result<Page, Failed> {
        let file = json!({"name": name, "url": "x", "hashes": {"md5": "0"}, "size": null, "yanked": "old"});
        let files = match name {
            "" => vec![],
            _ => vec![file.clone(), file],
        };
        Page::read("a", "x", &json!({"files": files, "is_html": is_html}))
    }

    #[test]
    fn a_page_names_files_once() {
        let known = page("a-1.0.tar.gz", true).ok().unwrap().files;
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].yanked.as_deref(), Some("old"));
        assert!(known[0].integrity.is_none());
        assert!(page("a-1.exe", false).ok().unwrap().files.is_empty());
        assert!(page("", false).is_ok());
    }

    #[test]
    fn a_page_of_another_kind_is_none() {
        assert!(page("", true).is_err());
        assert!(page("a-../../1.0.tar.gz", false).is_err());
        assert!(Page::read("a", "x", &json!({"files": [1]})).is_err());
    }
}
