//! Published crates, fetched by cargo: `cargo add --dry-run` brings a crate's lines of the index, and
//! `cargo info` one `.crate`, verified against them, without what it depends on (measured for cargo 1.95).

mod asking;
mod home;
mod index;
mod words;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    ecosystem::{Error, FetchError, Registry, Release, Remote},
    model::{Ecosystem, Integrity, Spec, Wanted, escape},
};
use asking::Asking;
use index::Line;

/// The registry that cargo is configured with in `directory`.
pub(in crate::ecosystem) fn registry(directory: &Path) -> Result<Arc<dyn Registry>, FetchError> {
    Ok(Arc::new(Crates(Asking::new(directory)?)))
}

struct Crates(Asking);

/// Where a version stands among the others; pre-releases of one stay as they came.
fn order(version: &str) -> (Vec<u64>, bool) {
    let plain = version.split('+').next().unwrap_or_default();
    let (core, is_release) = match plain.split_once('-') {
        Some((core, _)) => (core, false),
        None => (plain, true),
    };
    let number = |part: &str| part.parse().unwrap_or(u64::MAX);
    (core.split('.').map(number).collect(), is_release)
}

impl Registry for Crates {
    fn versions(&self, name: &str) -> Result<Vec<String>, FetchError> {
        let spec = Spec {
            ecosystem: Ecosystem::Crates,
            name: name.to_owned(),
            wanted: Wanted::Latest,
            expected: Vec::new(),
        };
        let lines = self.lines(&spec)?;
        let mut versions: Vec<String> = lines.into_iter().map(|line| line.version).collect();
        // A fix of an old version may have come after new ones.
        versions.sort_by_key(|version| order(version));
        Ok(versions)
    }

    fn release(&self, spec: &Spec) -> Result<Release, FetchError> {
        let lines = self.lines(spec)?;
        let line = match &spec.wanted {
            Wanted::Latest => index::latest(&lines),
            Wanted::Exact(version) | Wanted::Matching(version) => index::find(&lines, version),
        };
        let line = line.ok_or_else(|| FetchError::NoVersion {
            spec: spec.clone(),
            registry: self.0.registry_shown(),
            latest: index::latest(&lines).map(|line| line.version.clone()),
        })?;
        let file = Remote {
            name: format!("{}-{}.crate", line.name, line.version),
            address: format!("{}@{}", line.name, line.version),
            size: None,
            integrity: Integrity::of_hex("sha256", &line.checksum),
        };
        Ok(Release {
            name: line.name.clone(),
            version: line.version.clone(),
            withdrawn: line.yanked.then(|| "it was yanked".to_owned()),
            files: vec![file],
            // The readme and the manifest that the registry shows lie in the crate.
            beside: Vec::new(),
        })
    }

    fn fetch(
        &self,
        release: &Release,
        file: &Remote,
        directory: &Path,
    ) -> Result<PathBuf, FetchError> {
        let spec = Spec::exact(Ecosystem::Crates, &release.name, &release.version);
        self.0.at_home(|home| {
            let asked = match release.withdrawn {
                None => self.0.info(home, &file.address),
                Some(_) => {
                    let (name, version) = (&release.name, &release.version);
                    self.0.info_of_yanked(home, name, version)
                }
            };
            // cargo writes it only once its hash is the promised one; what fails after that is its own affair.
            let found = home.downloaded(&file.name);
            let found = match (found, asked) {
                (Some(found), _) => found,
                (None, Err(error)) => return Err(self.failed(&spec, error)),
                (None, Ok(())) => {
                    return Err(FetchError::Unusable {
                        spec,
                        registry: self.0.registry_shown(),
                        said: format!(
                            "cargo has left no {} where it keeps what it has fetched: its configuration replaces \
                             the registry by a directory, or it keeps them elsewhere now",
                            escape(&file.name)
                        ),
                    });
                }
            };
            let place = directory.join(&file.name);
            moved(&found, &place).map_err(|source| Error::unwritable(&place, source))?;
            home.clear();
            Ok(place)
        })
    }
}

impl Crates {
    /// The crate's lines of the index.
    fn lines(&self, spec: &Spec) -> Result<Vec<Line>, FetchError> {
        self.0.at_home(|home| {
            let asked = self.0.add(home, &spec.name);
            // cargo also fails when every version is yanked.
            match (index::lines(&home.indexes(), &spec.name), asked) {
                (Ok(Some(lines)), _) => Ok(lines),
                (Ok(None), Err(error)) => Err(self.failed(spec, error)),
                (Ok(None), Ok(())) => Err(self.unusable(
                    spec,
                    "cargo keeps no index of it: its configuration replaces the registry by a directory, or \
                     cargo keeps its indexes elsewhere now",
                )),
                (Err(why), _) => Err(self.unusable(spec, &why)),
            }
        })
    }

    fn unusable(&self, spec: &Spec, said: &str) -> FetchError {
        FetchError::Unusable {
            spec: spec.clone(),
            registry: self.0.registry_shown(),
            said: said.to_owned(),
        }
    }

    /// What cargo's failure means.
    fn failed(&self, spec: &Spec, error: Error) -> FetchError {
        words::meaning(spec, self.0.registry_shown(), self.0.is_offline(), error)
    }
}

/// Moves a file, also to another file system.
fn moved(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Ok(()) => Ok(()),
        Err(_) => fs::copy(from, to).map(|_| ()),
    }
}
