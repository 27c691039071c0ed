//! Packages of npm: one process with npm's own libraries and the user's configuration is asked.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{fetch_failure::Failure, libraries, running};
use crate::{
    ecosystem::{
        Error,
        published::{Asked, FetchError, Registry, Release, Remote},
    },
    model::{BesideText, Ecosystem, Integrity, Spec, Wanted, escape, without_credentials},
};

const SCRIPT: &str = include_str!("fetch.cjs");

/// npm has limits of its own, which the user may have set; by default it gives up after 16 minutes.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// The longest file name, in bytes, that every file system takes, and some space for others to add to it.
const LONGEST_FILE_NAME: usize = 200;

/// The registries that npm is configured with in a directory.
///
/// # Errors
///
/// When there is no npm.
pub(in crate::ecosystem) fn registry(directory: &Path) -> Result<Arc<dyn Registry>, FetchError> {
    let (node, program) = libraries::find(directory)?;
    let mut command = running::command(&(node, None));
    command.args(["--eval", SCRIPT, "--"]).args(program);
    command.current_dir(directory);
    Ok(Arc::new(Npm {
        path: Error::shown(directory),
        asked: Asked::start("npm", command)?,
    }))
}

struct Npm {
    /// The directory that it is configured in, as it is shown.
    path: String,
    asked: Asked,
}

/// What the script answers.
#[derive(Deserialize)]
struct Answer {
    registry: String,
    #[serde(default)]
    told: Value,
    failed: Option<Failure>,
}

/// What it tells of a version.
#[derive(Deserialize)]
struct Told {
    version: String,
    deprecated: Option<String>,
    tarball: Option<String>,
    integrity: Option<String>,
    shasum: Option<String>,
    beside: Vec<(String, String)>,
}

impl Npm {
    /// What the registry tells, and which that is.
    fn ask<T: serde::de::DeserializeOwned>(
        &self,
        spec: &Spec,
        question: &Value,
    ) -> Result<(T, String), FetchError> {
        let answer: Answer = self.read(self.asked.ask(question, LIMIT)?)?;
        let registry = escape(&without_credentials(&answer.registry));
        match answer.failed {
            Some(failure) => Err(failure.explain(spec, registry, &self.path)),
            None => Ok((self.read(answer.told)?, registry)),
        }
    }

    fn read<T: serde::de::DeserializeOwned>(&self, answer: Value) -> Result<T, FetchError> {
        let unusable = |_| Error::AnswerUnusable {
            command: "npm".to_owned(),
            path: self.path.clone(),
        };
        Ok(serde_json::from_value(answer).map_err(unusable)?)
    }
}

impl Registry for Npm {
    fn versions(&self, name: &str) -> Result<Vec<String>, FetchError> {
        let spec = Spec {
            ecosystem: Ecosystem::Npm,
            name: name.to_owned(),
            wanted: Wanted::Latest,
            expected: Vec::new(),
        };
        let question = json!({"what": "versions", "name": name});
        Ok(self.ask(&spec, &question)?.0)
    }

    fn release(&self, spec: &Spec) -> Result<Release, FetchError> {
        let mut question = json!({"what": "release", "name": spec.name});
        match &spec.wanted {
            Wanted::Latest => {}
            Wanted::Exact(version) => question["exact"] = version.as_str().into(),
            Wanted::Matching(text) => question["matching"] = text.as_str().into(),
        }
        let (told, registry): (Told, _) = self.ask(spec, &question)?;
        let Some(file_name) = file_name(&spec.name, &told.version) else {
            return Err(FetchError::Unusable {
                spec: spec.clone(),
                registry,
                said: format!("`{}` is no version", escape(&told.version)),
            });
        };
        let Some(address) = told.tarball else {
            let spec = spec.clone();
            return Err(FetchError::NoFile { spec, registry });
        };
        let integrity = told.integrity.as_deref();
        let known = integrity.and_then(Integrity::of_subresource);
        if let (Some(written), None) = (integrity.filter(|text| !text.is_empty()), known) {
            let said = format!("`{}` is no hash that is known here", escape(written));
            return Err(FetchError::Unusable {
                spec: spec.clone(),
                registry,
                said,
            });
        }
        let shasum = told.shasum.as_deref();
        let shasum = shasum.and_then(|shasum| Integrity::of_hex("sha1", shasum));
        let beside = told.beside.into_iter();
        Ok(Release {
            name: spec.name.clone(),
            version: told.version,
            withdrawn: told.deprecated,
            files: vec![Remote {
                name: file_name,
                address,
                size: None,
                integrity: known.or(shasum),
            }],
            beside: beside
                .map(|(name, text)| BesideText { name, text })
                .collect(),
        })
    }

    fn fetch(
        &self,
        release: &Release,
        file: &Remote,
        directory: &Path,
    ) -> Result<PathBuf, FetchError> {
        let spec = Spec::exact(Ecosystem::Npm, &release.name, &release.version);
        let to = directory.join(&file.name);
        let question = json!({
            "what": "fetch",
            "name": release.name,
            "version": release.version,
            "tarball": file.address,
            "hash": file.integrity.map(|hash| hash.parts()),
            "to": to.to_string_lossy(),
        });
        match self.ask::<Value>(&spec, &question) {
            Ok(_) => Ok(to),
            // The version was there: only its file is not.
            Err(FetchError::NoPackage { spec, registry }) => {
                Err(FetchError::NoFile { spec, registry })
            }
            Err(error) => Err(error),
        }
    }
}

/// What `npm pack` would call it; `None` if the registry tells a version that is none.
fn file_name(name: &str, version: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte);
    if version.is_empty() || !version.bytes().all(plain) {
        return None;
    }
    let flat = name.trim_start_matches('@').replace('/', "-");
    let mut file_name = format!("{flat}-{version}");
    file_name.truncate(LONGEST_FILE_NAME);
    Some(file_name + ".tgz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_as_npm_pack_calls_them() {
        for (name, version, expected) in [
            ("nanoid", "3.3.12", Some("nanoid-3.3.12.tgz")),
            ("@types/node", "1.0.0-a+b", Some("types-node-1.0.0-a+b.tgz")),
            ("a", "../../b", None),
            ("a", "", None),
            ("a", "1.0.0\u{1b}", None),
        ] {
            assert_eq!(file_name(name, version).as_deref(), expected, "{version}");
        }
        let long = file_name("a", &"1".repeat(1000)).unwrap();
        assert!(long.len() < 255 && long.ends_with(".tgz"));
    }
}
