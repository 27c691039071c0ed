//! cargo, asked with the configuration that holds in the user's directory, in homes of its own.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::Deserialize;

use super::home::Home;
use crate::{
    ecosystem::{
        Error, FetchError,
        cargo::{
            command,
            configuration::{Configuration, places},
            number,
            registry::{PUBLIC, destination},
        },
        client::{Client, LIMIT},
    },
    model::escape,
};

/// The first cargo with `cargo info`.
const OLDEST: (u32, u32) = (1, 82);

/// How cargo is asked.
pub(super) struct Asking {
    directory: PathBuf,
    /// The configuration files that hold there, the first of which wins.
    files: Vec<PathBuf>,
    /// The registry that is asked, where it is not the public one.
    registry: Option<String>,
    is_offline: bool,
    /// Homes that nobody is using. cargo locks its home: with one for each, several can ask at a time.
    idle: Mutex<Vec<Home>>,
}

impl Asking {
    pub(super) fn new(directory: &Path) -> Result<Self, FetchError> {
        let configuration = Configuration::of(directory);
        let registry = configuration.value("CARGO_REGISTRY_DEFAULT", &["registry", "default"]);
        let asking = Self {
            directory: directory.to_owned(),
            files: places(directory),
            registry: registry.filter(|name| name != PUBLIC),
            is_offline: configuration.is_true("CARGO_NET_OFFLINE", &["net", "offline"]),
            idle: Mutex::default(),
        };
        asking.at_home(|home| Ok(asking.expect_fit(home)?))?;
        Ok(asking)
    }

    fn expect_fit(&self, home: &Home) -> Result<(), Error> {
        let mut question = command(&["--version"]);
        let answer = self
            .client()
            .ask(question.current_dir(home.project()), "cargo --version")?;
        let version = number(&answer);
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        let found: (u32, u32) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if found >= OLDEST {
            return Ok(());
        }
        Err(Error::ClientUnfit {
            client: "cargo",
            version,
            path: "what was published".to_owned(),
            needs: format!("cargo {}.{} or later to be fetched", OLDEST.0, OLDEST.1),
        })
    }

    /// Whether cargo is told to leave the network alone.
    pub(super) fn is_offline(&self) -> bool {
        self.is_offline
    }

    /// What people call the registry, and where it is.
    pub(super) fn registry_shown(&self) -> String {
        let destination = destination(&self.directory, None, None);
        let name = escape(&destination.registry.unwrap_or_default());
        match destination.url {
            Some(url) => format!("{name} ({})", escape(&url)),
            None => name,
        }
    }

    /// Does this in a home that nobody else uses meanwhile.
    pub(super) fn at_home<T>(
        &self,
        work: impl FnOnce(&Home) -> Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = idle().pop();
        let home = match known {
            Some(home) => home,
            None => Home::create()?,
        };
        let done = work(&home);
        idle().push(home);
        done
    }

    /// Has cargo look a crate up in the index.
    pub(super) fn add(&self, home: &Home, name: &str) -> Result<(), Error> {
        self.empty(home, "")?;
        self.run(home, &["add", "--dry-run", "--ignore-rust-version", name])
    }

    /// Has cargo fetch a crate, by name and version.
    pub(super) fn info(&self, home: &Home, address: &str) -> Result<(), Error> {
        self.empty(home, "")?;
        self.run(home, &["info", address])
    }

    /// Has cargo fetch a crate that is yanked: it takes only one that a project has locked.
    pub(super) fn info_of_yanked(
        &self,
        home: &Home,
        name: &str,
        version: &str,
    ) -> Result<(), Error> {
        let registry = self.registry.iter();
        let registry = registry.map(|registry| format!(", registry = {}", toml_text(registry)));
        let dependency = format!(
            "{name} = {{ version = \"={version}\"{} }}\n",
            registry.collect::<String>()
        );
        self.empty(home, &dependency)?;
        let source = self.source(home)?;
        home.lock(name, version, &source)
            .map_err(|error| Error::unwritable(&home.project(), error))?;
        self.run(home, &["info", &format!("{name}@{version}")])
    }

    fn empty(&self, home: &Home, dependencies: &str) -> Result<(), Error> {
        let made = home.depend(dependencies);
        made.map_err(|error| Error::unwritable(&home.project(), error))
    }

    /// What cargo calls the source of the project's one dependency in a lock file.
    fn source(&self, home: &Home) -> Result<String, Error> {
        let question = ["metadata", "--no-deps", "--format-version", "1"];
        let said = format!("cargo {}", question.join(" "));
        let answer = self
            .client()
            .ask_all(&mut self.command(home, &question), &said)?;
        let metadata: Option<Metadata> = serde_json::from_str(&answer).ok();
        let dependency =
            metadata.and_then(|mut metadata| metadata.packages.pop()?.dependencies.pop());
        let source = dependency.and_then(|dependency| dependency.source);
        source.ok_or_else(|| Error::AnswerUnusable {
            command: said,
            path: Error::shown(&home.project()),
        })
    }

    fn run(&self, home: &Home, arguments: &[&str]) -> Result<(), Error> {
        let mut command = self.command(home, arguments);
        // A replaced registry is named too: without its name, `cargo info` would ask none.
        let registry = self.registry.as_deref().unwrap_or(PUBLIC);
        command.args(["--registry", registry]);
        self.client()
            .run(&mut command, &format!("cargo {}", arguments.join(" ")))
    }

    fn command(&self, home: &Home, arguments: &[&str]) -> std::process::Command {
        let mut command = command(&["--color", "never"]);
        // The last one wins.
        for file in self.files.iter().rev() {
            command.arg("--config").arg(file);
        }
        command
            .args(arguments)
            .env("CARGO_HOME", home.path())
            .current_dir(home.project());
        command
    }

    fn client(&self) -> Client<'_> {
        Client {
            name: "cargo",
            project: &self.directory,
            show_output: None,
            limit: LIMIT,
        }
    }
}

fn toml_text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// What `cargo metadata` says.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    source: Option<String>,
}
