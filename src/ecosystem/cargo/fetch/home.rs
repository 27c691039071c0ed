//! A home of cargo's that nobody else has, and an empty project beside it to ask in.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::ecosystem::{
    Error, PrivateDirectory,
    cargo::configuration::{first_of, home},
};

const CREDENTIALS: &str = "credentials";

pub(super) struct Home(PrivateDirectory);

impl Home {
    /// Below cargo's own home, where there is one: cargo and rustup read configuration from every directory
    /// above, and in the system's directory for temporary files anybody could leave some.
    pub(super) fn create() -> Result<Self, Error> {
        let own = home();
        let below = own.as_deref().filter(|own| own.is_dir());
        let directory = match below.map(PrivateDirectory::create_in) {
            Some(Err(Error::NoPrivateDirectory { .. })) | None => PrivateDirectory::create(),
            Some(made) => made,
        }?;
        let made = Self(directory);
        made.fill(own.as_deref())
            .map_err(|source| Error::unwritable(made.0.path(), source))?;
        Ok(made)
    }

    fn fill(&self, own: Option<&Path>) -> io::Result<()> {
        fs::create_dir(self.path())?;
        fs::create_dir_all(self.project().join("src"))?;
        fs::write(self.project().join("src/lib.rs"), "")?;
        self.depend("")?;
        let credentials = own.map(|own| first_of(own, CREDENTIALS));
        match credentials.filter(|path| path.is_file()) {
            Some(path) => link(&path, &self.path().join(CREDENTIALS).with_extension("toml")),
            None => Ok(()),
        }
    }

    /// What `CARGO_HOME` is to be.
    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("home")
    }

    pub(super) fn project(&self) -> PathBuf {
        self.0.path().join("project")
    }

    /// Where cargo keeps the indexes of registries.
    pub(super) fn indexes(&self) -> PathBuf {
        self.path().join("registry/index")
    }

    /// Writes the project's manifest, with these dependencies, and forgets what they once were.
    pub(super) fn depend(&self, dependencies: &str) -> io::Result<()> {
        let manifest = format!(
            "[package]\nname = \"{NAME}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
             [dependencies]\n{dependencies}"
        );
        match fs::remove_file(self.lock_file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::write(self.project().join("Cargo.toml"), manifest)
    }

    /// Locks the one dependency, from that source, to a version that cargo would choose no more.
    pub(super) fn lock(&self, name: &str, version: &str, source: &str) -> io::Result<()> {
        let lock = format!(
            "version = 3\n\n[[package]]\nname = \"{NAME}\"\nversion = \"0.0.0\"\n\
             dependencies = [\"{name}\"]\n\n\
             [[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = {}\n",
            toml::Value::from(source)
        );
        fs::write(self.lock_file(), lock)
    }

    fn lock_file(&self) -> PathBuf {
        self.project().join("Cargo.lock")
    }

    /// The file of this name that cargo has fetched, if it has.
    pub(super) fn downloaded(&self, file_name: &str) -> Option<PathBuf> {
        let caches = fs::read_dir(self.path().join("registry/cache")).ok()?;
        let files = caches.flatten().map(|cache| cache.path().join(file_name));
        files.into_iter().find(|file| file.is_file())
    }

    /// Removes what cargo has unpacked.
    pub(super) fn clear(&self) {
        // What is left goes with the directory.
        let _ = fs::remove_dir_all(self.path().join("registry/src"));
    }
}

/// What the project is called: no registry takes a name that begins so.
const NAME: &str = "_asking-for-published-crates";

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

/// Links are for administrators there.
#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to).map(|_| ())
}
