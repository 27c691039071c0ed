//! Python, asked about indexes: one process for all questions.

use std::{path::Path, process::Command, time::Duration};

use serde_json::{Value, json};

use super::{
    settings::{Index, Settings},
    uv::Uv,
};
use crate::{
    ecosystem::{
        Error, FetchError,
        client::{MARKER, WITHOUT_SCRIPTS},
        published::Asked,
    },
    model::{Spec, escape, without_secrets_in_urls},
};

const SCRIPT: &str = concat!(include_str!("pip.py"), "\n\n", include_str!("fetch.py"));
/// What runs it: the first that is there. Without the user's own directories in its path of modules.
const PYTHONS: [&[&str]; 3] = [
    &["python3", "-I"],
    &["python", "-I"],
    &["uv", "run", "--quiet", "--no-project", "python", "-I"],
];
/// An index that says nothing is given up earlier, as its client is configured.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// Python, and which indexes it asks.
pub(super) struct Asking {
    python: Asked,
    settings: Settings,
}

impl Asking {
    pub(super) fn new(directory: &Path) -> Result<Self, FetchError> {
        let uv = Uv::read(directory)?;
        let (python, pip) = start(directory, !uv.is_used)?;
        let settings = Settings::of(directory, &uv, &pip)?;
        let asking = Self { python, settings };
        let question = json!({"do": "configure", "settings": asking.settings});
        match asking.ask(&question)? {
            Ok(_) => Ok(asking),
            Err(failed) => Err(Error::ClientMisconfigured {
                client: asking.settings.client,
                reason: failed.said,
            }
            .into()),
        }
    }

    pub(super) fn indexes(&self) -> &[Index] {
        &self.settings.indexes
    }

    /// Whether the first index that has a project counts, and no other.
    pub(super) fn first_only(&self) -> bool {
        self.settings.first_only
    }

    /// What is asked, without credentials.
    pub(super) fn shown(&self) -> String {
        let all: Vec<_> = self.indexes().iter().map(Index::shown).collect();
        all.join(" and ")
    }

    /// What is answered; or why there is no answer.
    pub(super) fn ask(&self, question: &Value) -> Result<Result<Value, Failed>, Error> {
        let answer = self.python.ask(question, LIMIT)?;
        let text = |name| answer.get(name).and_then(Value::as_str);
        Ok(match text("failed") {
            Some(kind) => Err(Failed {
                kind: kind.to_owned(),
                said: escape(&without_secrets_in_urls(text("said").unwrap_or_default())),
            }),
            None => Ok(answer),
        })
    }
}

/// A Python that runs the script, and what it says of pip if that is wanted.
fn start(directory: &Path, is_pip_wanted: bool) -> Result<(Asked, Value), Error> {
    let question = json!({"do": "pip", "is_wanted": is_pip_wanted});
    let mut first = None;
    for python in PYTHONS {
        let mut command = Command::new(python[0]);
        command
            .args(&python[1..])
            .args(["-c", SCRIPT])
            .env(MARKER, WITHOUT_SCRIPTS)
            .current_dir(directory);
        let asked = Asked::start("python3", command).and_then(|asked| {
            let pip = asked.ask(&question, LIMIT)?;
            Ok((asked, pip))
        });
        match asked {
            // Not there, or a stand-in with no Python behind it.
            Err(error @ (Error::ClientMissing { .. } | Error::ClientGone { .. })) => {
                first.get_or_insert(error);
            }
            asked => return asked,
        }
    }
    Err(first.unwrap_or(Error::Interrupted))
}

/// Why a question has no answer.
pub(super) struct Failed {
    kind: String,
    said: String,
}

impl Failed {
    pub(super) fn unusable(said: &str) -> Self {
        Self {
            kind: "unusable".to_owned(),
            said: said.to_owned(),
        }
    }

    /// Whether the index says that it has no such thing.
    pub(super) fn is_absent(&self) -> bool {
        self.kind == "absent"
    }

    /// The same with what it is about.
    pub(super) fn about(self, what: &str) -> Self {
        Self {
            said: format!("{what}: {}", self.said),
            ..self
        }
    }

    /// What it means to somebody who wants this package.
    pub(super) fn meaning(self, spec: &Spec, registry: String) -> FetchError {
        let (spec, said) = (spec.clone(), self.said);
        match &*self.kind {
            "refused" => FetchError::Refused {
                spec,
                registry,
                said: format!(
                    "{said} (keyring is not asked: user and password are taken from the address of the index, or \
                     from netrc)"
                ),
            },
            "unreachable" => FetchError::Unreachable {
                spec,
                registry,
                said,
            },
            _ => FetchError::Unusable {
                spec,
                registry,
                said,
            },
        }
    }
}
