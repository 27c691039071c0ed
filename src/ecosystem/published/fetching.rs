//! From a spec to its files, with every hash compared.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{Cache, FetchError, Registry, Release, Remote, registry};
use crate::{
    ecosystem::{Error, PrivateDirectory},
    model::{BesideText, Ecosystem, Integrity, Spec, Wanted, escape},
};

/// A file that was published, and is here now. It is gone with this, unless it lies in a cache.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it lies.
    pub file: PathBuf,
    /// How it is called.
    pub name: String,
    /// The package and its version.
    pub spec: Spec,
    /// Whether its release has no other file.
    pub is_only: bool,
    /// Why the version should no longer be used, where somebody has said so.
    pub withdrawn: Option<String>,
    /// The texts that the registry shows beside it; of a release with several files with the first.
    pub beside: Vec<BesideText>,
    _directory: Option<Arc<PrivateDirectory>>,
}

impl Fetched {
    /// What people know it by.
    pub fn label(&self) -> String {
        match self.is_only {
            true => self.spec.to_string(),
            false => format!("{} {}", self.spec, self.name),
        }
    }
}

/// Fetches with the clients as they are configured in one directory. Several threads may share it.
pub struct Fetching {
    directory: PathBuf,
    cache: Option<Cache>,
    registries: Mutex<BTreeMap<Ecosystem, Arc<dyn Registry>>>,
}

impl Fetching {
    /// Asks the clients as they are configured in `directory`.
    pub fn new(directory: &Path, cache: Option<Cache>) -> Self {
        Self {
            directory: directory.to_owned(),
            cache,
            registries: Mutex::default(),
        }
    }

    /// Asks this one, whatever is configured.
    #[cfg(test)]
    pub(crate) fn of(ecosystem: Ecosystem, registry: Arc<dyn Registry>) -> Self {
        let fetching = Self::new(Path::new("."), None);
        let known = Mutex::new([(ecosystem, registry)].into());
        Self {
            registries: known,
            ..fetching
        }
    }

    /// The registry of an ecosystem; its client is asked once.
    ///
    /// # Errors
    ///
    /// When there is no client that can be asked.
    pub fn registry(&self, ecosystem: Ecosystem) -> Result<Arc<dyn Registry>, FetchError> {
        let registries = self.registries.lock();
        let mut registries = registries.unwrap_or_else(PoisonError::into_inner);
        if let Some(registry) = registries.get(&ecosystem) {
            return Ok(registry.clone());
        }
        let registry = registry(ecosystem, &self.directory)?;
        registries.insert(ecosystem, registry.clone());
        Ok(registry)
    }

    /// What the registry tells of the release that is meant: at least one file.
    ///
    /// # Errors
    ///
    /// When there is none, or the registry can't be asked.
    pub fn release(&self, spec: &Spec) -> Result<Release, FetchError> {
        let release = self.registry(spec.ecosystem)?.release(spec)?;
        if release.files.is_empty() {
            return Err(FetchError::NoFile {
                spec: spec.clone(),
                registry: spec.ecosystem.name().to_owned(),
            });
        }
        // A lock file need not know what was added to a release later, but what it knows must be there.
        let known: Vec<_> = release
            .files
            .iter()
            .filter_map(|file| file.integrity)
            .collect();
        for promised in &spec.expected {
            let same = known.iter().find(|known| known.is_alike(promised));
            if let Some(found) = same.filter(|_| !known.contains(promised)) {
                let file = &release.files[0].name;
                return Err(other_bytes(spec, file, LOCK_FILE, promised, found));
            }
        }
        Ok(release)
    }

    /// One file of a release.
    ///
    /// # Errors
    ///
    /// When it can't be had, or has another hash than the registry or a lock file says.
    pub fn file(
        &self,
        spec: &Spec,
        release: &Release,
        file: &Remote,
    ) -> Result<Fetched, FetchError> {
        let is_only = release.files.len() == 1;
        let is_first = release
            .files
            .first()
            .is_some_and(|first| first.name == file.name);
        let fetched = |place: PathBuf, directory: Option<PrivateDirectory>| Fetched {
            file: place,
            name: file.name.clone(),
            spec: Spec {
                name: release.name.clone(),
                wanted: Wanted::Exact(release.version.clone()),
                ..spec.clone()
            },
            is_only,
            withdrawn: release.withdrawn.clone(),
            beside: if is_first {
                release.beside.clone()
            } else {
                Vec::new()
            },
            _directory: directory.map(Arc::new),
        };
        let cached = || self.cache.as_ref()?.find(file.integrity.as_ref()?);
        if let Some(place) = cached() {
            self.compare_with_lock(spec, file, &place)?;
            return Ok(fetched(place, None));
        }
        let directory = PrivateDirectory::create().map_err(FetchError::Client)?;
        let registry = self.registry(spec.ecosystem)?;
        let place = registry.fetch(release, file, directory.path())?;
        self.compare(spec, file, &place)?;
        self.compare_with_lock(spec, file, &place)?;
        if let (Some(cache), Some(integrity)) = (&self.cache, &file.integrity)
            && let Ok(kept) = cache.keep(integrity, &place)
        {
            return Ok(fetched(kept, None));
        }
        Ok(fetched(place, Some(directory)))
    }

    /// Every file of the release that is meant.
    ///
    /// # Errors
    ///
    /// When one of them can't be had, or has another hash than the registry or the spec says.
    pub fn obtain(&self, spec: &Spec) -> Result<Vec<Fetched>, FetchError> {
        let release = self.release(spec)?;
        let files = release.files.iter();
        files.map(|file| self.file(spec, &release, file)).collect()
    }

    /// Compares the hash of what came with that which the registry promised.
    fn compare(&self, spec: &Spec, file: &Remote, place: &Path) -> Result<(), FetchError> {
        let Some(promised) = &file.integrity else {
            return Ok(());
        };
        let found = hash_as(promised, place)?;
        match found == *promised {
            true => Ok(()),
            false => Err(other_bytes(
                spec,
                &file.name,
                "its registry",
                promised,
                &found,
            )),
        }
    }

    /// The same with those of a lock file, where the registry told none that could be compared with these.
    fn compare_with_lock(
        &self,
        spec: &Spec,
        file: &Remote,
        place: &Path,
    ) -> Result<(), FetchError> {
        let is_compared =
            |promised: &Integrity| file.integrity.is_some_and(|known| known.is_alike(promised));
        let Some(promised) = spec.expected.iter().max() else {
            return Ok(());
        };
        if spec.expected.iter().any(is_compared) {
            return Ok(());
        }
        let found = hash_as(promised, place)?;
        match spec.expected.contains(&found) {
            true => Ok(()),
            false => Err(other_bytes(spec, &file.name, LOCK_FILE, promised, &found)),
        }
    }
}

/// Who has promised a hash that the registry does not tell.
const LOCK_FILE: &str = "the lock file";

fn hash_as(promised: &Integrity, place: &Path) -> Result<Integrity, FetchError> {
    let unreadable = |source| FetchError::from(Error::unreadable(place, source));
    let content = File::open(place).map_err(unreadable)?;
    promised.of_same(content).map_err(unreadable)
}

fn other_bytes(
    spec: &Spec,
    file: &str,
    promised_by: &str,
    promised: &Integrity,
    found: &Integrity,
) -> FetchError {
    let shown = |integrity: &Integrity| {
        let (algorithm, digits) = integrity.parts();
        format!("{algorithm} {digits}")
    };
    FetchError::OtherBytes {
        spec: spec.clone(),
        file: escape(file),
        promised_by: promised_by.to_owned(),
        promised: shown(promised),
        found: shown(found),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use crate::model::Sha256;

    /// A registry that has one package, and gives `content` for each of its files.
    struct Fake {
        release: Release,
        content: &'static str,
        asked: AtomicUsize,
    }

    impl Registry for Fake {
        fn versions(&self, _: &str) -> Result<Vec<String>, FetchError> {
            Ok(vec![self.release.version.clone()])
        }

        fn release(&self, _: &Spec) -> Result<Release, FetchError> {
            Ok(self.release.clone())
        }

        fn fetch(&self, _: &Release, file: &Remote, to: &Path) -> Result<PathBuf, FetchError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            fs::write(to.join(&file.name), self.content).unwrap();
            Ok(to.join(&file.name))
        }
    }

    fn integrity(text: &str) -> Integrity {
        Integrity::Sha256(Sha256::of(text.as_bytes()))
    }

    fn fetching(promised: &[Option<&str>], cache: Option<Cache>) -> (Fetching, Arc<Fake>) {
        let file = |(number, promised): (usize, &Option<&str>)| Remote {
            name: format!("{number}.whl"),
            address: String::new(),
            size: None,
            integrity: promised.map(integrity),
        };
        let fake = Arc::new(Fake {
            release: Release {
                name: "Acme".to_owned(),
                version: "1.0".to_owned(),
                withdrawn: None,
                files: promised.iter().enumerate().map(file).collect(),
                beside: vec![BesideText {
                    name: "readme.md".to_owned(),
                    text: String::new(),
                }],
            },
            content: "good",
            asked: AtomicUsize::new(0),
        });
        let fetching = Fetching::new(Path::new("."), cache);
        let registry: Arc<dyn Registry> = fake.clone();
        fetching
            .registries
            .lock()
            .unwrap()
            .insert(Ecosystem::Pypi, registry);
        (fetching, fake)
    }

    fn spec(expected: &[&str]) -> Spec {
        Spec {
            expected: expected.iter().map(|text| integrity(text)).collect(),
            ..Spec::exact(Ecosystem::Pypi, "acme", "1")
        }
    }

    #[test]
    fn files_come_with_what_the_registry_tells_of_them_and_go_with_the_last_use() {
        let (fetching, _) = fetching(&[Some("good"), None], None);
        let all = fetching.obtain(&spec(&["good"])).unwrap();
        let labels: Vec<_> = all.iter().map(Fetched::label).collect();
        assert_eq!(labels, ["pypi:Acme==1.0 0.whl", "pypi:Acme==1.0 1.whl"]);
        assert_eq!([all[0].beside.len(), all[1].beside.len()], [1, 0]);
        let places: Vec<_> = all.iter().map(|one| one.file.clone()).collect();
        assert!(
            places
                .iter()
                .all(|place| fs::read(place).unwrap() == b"good")
        );
        drop(all);
        assert!(places.iter().all(|place| !place.exists()));
    }

    #[test]
    fn what_has_another_hash_than_promised_is_refused() {
        let refused = |promised: &[Option<&str>], expected: &[&str]| {
            let (fetching, _) = fetching(promised, None);
            match fetching.obtain(&spec(expected)) {
                Err(FetchError::OtherBytes { promised_by, .. }) => Some(promised_by),
                Ok(_) => None,
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!(refused(&[Some("good")], &[]), None);
        assert_eq!(refused(&[None], &[]), None);
        assert_eq!(refused(&[None], &["bad", "good"]), None);
        // A file that came after the lock file was written.
        assert_eq!(refused(&[Some("good"), None], &["good"]), None);
        // One that it knows, and that is another now.
        assert_eq!(
            refused(&[Some("good"), Some("good")], &["good", "bad"]).unwrap(),
            "the lock file"
        );
        assert_eq!(refused(&[None, None], &["bad"]).unwrap(), "the lock file");
        assert_eq!(refused(&[Some("bad")], &[]).unwrap(), "its registry");
        assert_eq!(
            refused(&[Some("good"), Some("bad")], &[]).unwrap(),
            "its registry"
        );
        assert_eq!(refused(&[None], &["bad"]).unwrap(), "the lock file");
        assert_eq!(refused(&[Some("good")], &["bad"]).unwrap(), "the lock file");
        assert_eq!(
            refused(&[Some("good"), Some("good")], &["bad"]).unwrap(),
            "the lock file"
        );
        let (nothing, _) = fetching(&[], None);
        assert!(matches!(
            nothing.obtain(&spec(&[])),
            Err(FetchError::NoFile { .. })
        ));
    }

    #[test]
    fn what_lies_in_the_cache_is_not_fetched_again() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache::at(place.path().join("cache"));
        let (fetching, fake) = fetching(&[Some("good"), None], Some(cache));
        for _ in 0..2 {
            fetching.obtain(&spec(&[])).unwrap();
        }
        // The one without a hash is.
        assert_eq!(fake.asked.load(Ordering::Relaxed), 3);
        // What the lock file says holds for what lies there too.
        let wrong = Spec {
            expected: vec![Integrity::of_hex("sha1", &"0".repeat(40)).unwrap()],
            ..spec(&[])
        };
        assert!(matches!(
            fetching.obtain(&wrong),
            Err(FetchError::OtherBytes { .. })
        ));
    }
}
