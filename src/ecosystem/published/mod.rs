//! What registries hold: fetched by the user's own client, as that is configured, and never built.

mod asked;
mod cache;
mod error;
mod fetching;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub(super) use asked::Asked;
pub use cache::Cache;
pub use error::FetchError;
pub use fetching::{Fetched, Fetching};

use super::{cargo, npm, pypi};
use crate::model::{BesideText, Ecosystem, Integrity, Spec};

/// One version of a package, as its registry tells of it.
#[derive(Debug, Clone)]
pub struct Release {
    /// The name as the registry writes it.
    pub name: String,
    /// The version.
    pub version: String,
    /// Why it should no longer be used, where somebody has said so: yanked, deprecated.
    pub withdrawn: Option<String>,
    /// All its files: one, and on PyPI every wheel and the sdist.
    pub files: Vec<Remote>,
    /// The texts that the registry shows beside them.
    pub beside: Vec<BesideText>,
}

/// A file that a registry holds.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Its file name: nothing but a name, whatever the registry says.
    pub name: String,
    /// Where its client finds it.
    pub address: String,
    /// Its size in bytes, where the registry tells.
    pub size: Option<u64>,
    /// Its hash, where the registry tells.
    pub integrity: Option<Integrity>,
}

/// The registry that a client of an ecosystem is configured with. Several threads may ask at once.
pub trait Registry: Send + Sync {
    /// All versions of a package, the lowest first where numbers say so, also those that are withdrawn but still there.
    ///
    /// # Errors
    ///
    /// When there is no such package, or the registry can't be asked.
    fn versions(&self, name: &str) -> Result<Vec<String>, FetchError>;

    /// What the registry tells of the version that is meant.
    ///
    /// # Errors
    ///
    /// When there is none, or the registry can't be asked.
    fn release(&self, spec: &Spec) -> Result<Release, FetchError>;

    /// Puts a file of a release into `directory`, under its name. Its hash is compared by the caller.
    ///
    /// # Errors
    ///
    /// When it can't be had as a whole.
    fn fetch(
        &self,
        release: &Release,
        file: &Remote,
        directory: &Path,
    ) -> Result<PathBuf, FetchError>;
}

/// The registry of an ecosystem, as its client is configured in `directory`.
///
/// # Errors
///
/// When there is no client that can be asked.
pub fn registry(ecosystem: Ecosystem, directory: &Path) -> Result<Arc<dyn Registry>, FetchError> {
    match ecosystem {
        Ecosystem::Npm => npm::registry(directory),
        Ecosystem::Pypi => pypi::published(directory),
        Ecosystem::Crates => cargo::published(directory),
    }
}
