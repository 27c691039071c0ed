//! Where a script of a package can hold its publish back.

use std::path::Path;

use super::{CLIENTS, Facts, MANIFEST, choice::choose, running::Running, scripts, yarn_1, yarn_2};
use crate::{
    ecosystem::{Error, PackOptions},
    model::read_text_file,
};

/// The script of a package in which a check stops its publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishScript {
    /// Who publishes.
    pub client: &'static str,
    /// What is typed to publish.
    pub publish: &'static str,
    /// The name of the script: the last that the client runs before the upload, and that can stop it.
    pub event: &'static str,
    /// Whether the artifact is made by then.
    pub is_after_packing: bool,
}

impl PublishScript {
    fn of(facts: &'static Facts) -> Self {
        // Yarn 2 and later upload first, and run `postpack` then (measured for 4.18.1).
        let is_after_packing = facts.publish != yarn_2::YARN_2.publish;
        Self {
            client: facts.name,
            publish: facts.publish,
            event: if is_after_packing {
                "postpack"
            } else {
                "prepack"
            },
            is_after_packing,
        }
    }
}

/// The script in which a check stops a publish of the package in this directory by the client that it uses.
///
/// # Errors
///
/// When the manifest can't be read, or nobody can say which client it is.
pub fn publish_script(root: &Path) -> Result<PublishScript, Error> {
    let path = root.join(MANIFEST);
    let text = read_text_file(&path).map_err(|source| Error::unreadable(&path, source))?;
    let manifest = scripts::manifest(&text).map_err(|reason| Error::UnusableManifest {
        path: Error::shown(&path),
        reason,
    })?;
    let choice = choose(root, &manifest, None)?;
    let of_name = || CLIENTS.into_iter().find(|facts| facts.name == choice.name);
    let facts = match (choice.name, choice.later_yarn) {
        ("yarn", Some(_)) => Some(&yarn_2::YARN_2),
        // Nothing says which Yarn it is but the one that is there.
        ("yarn", None) => {
            let running = Running::find(root, &manifest, &PackOptions::default());
            Some(running.map_or(&yarn_1::YARN_1, |running| running.facts))
        }
        _ => of_name(),
    };
    Ok(PublishScript::of(facts.unwrap_or(CLIENTS[0])))
}

/// Whether the client is configured to run no scripts of the package in this directory, on a publish either.
///
/// # Errors
///
/// When it can't be asked.
pub fn ignores_scripts(root: &Path) -> Result<bool, Error> {
    let text = read_text_file(&root.join(MANIFEST)).unwrap_or_default();
    let manifest = scripts::manifest(&text).unwrap_or_default();
    Running::find(root, &manifest, &PackOptions::default())?.ignores_scripts()
}
