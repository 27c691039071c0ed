//! Which indexes uv is configured with (<https://docs.astral.sh/uv/concepts/indexes/>).

use std::{
    env, io,
    path::{Path, PathBuf},
    process::Command,
};

use super::settings::{Index, Settings, is_yes, variable};
use crate::{
    ecosystem::{
        Error,
        client::{Client, LIMIT},
        pypi::project::PYPROJECT,
        real,
    },
    model::read_text_file,
};

const OWN_FILE: &str = "uv.toml";
/// uv's own, in seconds.
const TIMEOUT: f64 = 30.0;
const RETRIES: u32 = 3;

/// What uv is told.
pub(super) struct Uv {
    /// Whether the project here is one of uv's.
    pub(super) is_used: bool,
    /// Its tables of settings, the first of which wins.
    tables: Vec<toml::Table>,
}

impl Uv {
    /// What holds in `directory`.
    pub(super) fn read(directory: &Path) -> Result<Self, Error> {
        let directory = real(directory);
        let mut tables = Vec::new();
        for above in directory.ancestors() {
            if let Some(table) = of_directory(above)? {
                tables.push(table);
                break;
            }
        }
        let is_used = !tables.is_empty()
            || directory
                .ancestors()
                .any(|above| above.join("uv.lock").is_file());
        for place in configured() {
            tables.extend(table(&place.join("uv").join(OWN_FILE))?);
        }
        Ok(Self { is_used, tables })
    }

    /// Whether it is told which index to ask.
    pub(super) fn names_index(&self) -> bool {
        self.default().is_some() || !self.further().is_empty()
    }

    /// How it asks indexes.
    pub(super) fn settings(&self, directory: &Path) -> Result<Settings, Error> {
        let misconfigured = |reason: &str| Error::ClientMisconfigured {
            client: "uv",
            reason: reason.to_owned(),
        };
        let is_offline = variable("UV_OFFLINE").is_some_and(|text| is_yes(&text));
        if is_offline || self.is_set("offline") {
            return Err(misconfigured("it is to be offline"));
        }
        if self.is_set("no-index") {
            return Err(misconfigured("it is to ask no index (no-index)"));
        }
        let default = match self.default() {
            Some(index) => index,
            None => default_of_program(directory)?
                .ok_or_else(|| misconfigured("it tells of no index that it asks"))?,
        };
        let mut indexes = self.further();
        indexes.push(default);
        let number = |name| variable(name)?.parse::<f64>().ok();
        let hosts = variable("UV_INSECURE_HOST").unwrap_or_default();
        let mut trusted_hosts: Vec<_> = hosts.split_whitespace().map(str::to_owned).collect();
        trusted_hosts.extend(self.lists("allow-insecure-host"));
        Ok(Settings {
            client: "uv",
            indexes,
            first_only: true,
            cert: variable("SSL_CERT_FILE"),
            client_cert: variable("SSL_CLIENT_CERT"),
            proxy: None,
            trusted_hosts,
            timeout: number("UV_HTTP_TIMEOUT").unwrap_or(TIMEOUT),
            retries: number("UV_HTTP_RETRIES").map_or(RETRIES, |number| number as u32),
        })
    }

    /// The index that it asks last.
    fn default(&self) -> Option<Index> {
        let set = variable("UV_DEFAULT_INDEX").or_else(|| variable("UV_INDEX_URL"));
        let set = set.map(|text| named(&text));
        let in_file = || {
            let own = self.own_indexes().find(|own| is_true(own, "default"));
            own.and_then(of_table).or_else(|| {
                let mut texts = self
                    .tables
                    .iter()
                    .filter_map(|table| table.get("index-url")?.as_str());
                texts.next().map(|url| Index::new(url, None, None))
            })
        };
        set.or_else(in_file)
    }

    /// The indexes that it asks before, in this order.
    fn further(&self) -> Vec<Index> {
        let variables = ["UV_INDEX", "UV_EXTRA_INDEX_URL"]
            .into_iter()
            .filter_map(variable);
        let variables: Vec<_> = variables.collect();
        let words = variables.iter().flat_map(|text| text.split_whitespace());
        let mut all: Vec<_> = words.map(named).collect();
        let is_asked = |own: &&toml::Table| {
            let is_flat = own.get("format").and_then(toml::Value::as_str) == Some("flat");
            !is_true(own, "default") && !is_true(own, "explicit") && !is_flat
        };
        all.extend(self.own_indexes().filter(is_asked).filter_map(of_table));
        let extra = self.lists("extra-index-url");
        all.extend(extra.map(|url| Index::new(&url, None, None)));
        all
    }

    /// The `[[index]]` of all files.
    fn own_indexes(&self) -> impl Iterator<Item = &toml::Table> {
        let lists = self
            .tables
            .iter()
            .filter_map(|table| table.get("index")?.as_array());
        lists.flatten().filter_map(toml::Value::as_table)
    }

    fn lists(&self, name: &str) -> impl Iterator<Item = String> {
        let lists = self
            .tables
            .iter()
            .filter_map(move |table| table.get(name)?.as_array());
        lists
            .flatten()
            .filter_map(|value| value.as_str().map(str::to_owned))
    }

    fn is_set(&self, name: &str) -> bool {
        let mut values = self
            .tables
            .iter()
            .filter_map(|table| table.get(name)?.as_bool());
        values.next() == Some(true)
    }
}

fn is_true(table: &toml::Table, name: &str) -> bool {
    table.get(name).and_then(toml::Value::as_bool) == Some(true)
}

fn of_table(table: &toml::Table) -> Option<Index> {
    let url = table.get("url")?.as_str()?;
    Some(match table.get("name").and_then(toml::Value::as_str) {
        Some(name) => with_login(name, url),
        None => Index::new(url, None, None),
    })
}

/// An address, perhaps with a name before it.
fn named(text: &str) -> Index {
    match text
        .split_once('=')
        .filter(|(name, _)| !name.contains([':', '/']))
    {
        Some((name, url)) => with_login(name, url),
        None => Index::new(text, None, None),
    }
}

/// An index whose user and password may be in variables.
fn with_login(name: &str, url: &str) -> Index {
    let upper = name
        .to_uppercase()
        .replace(|character: char| !character.is_ascii_alphanumeric(), "_");
    let of = |what: &str| variable(&format!("UV_INDEX_{upper}_{what}"));
    Index::new(url, of("USERNAME"), of("PASSWORD"))
}

/// The settings of a directory's own files.
fn of_directory(directory: &Path) -> Result<Option<toml::Table>, Error> {
    if let Some(own) = table(&directory.join(OWN_FILE))? {
        return Ok(Some(own));
    }
    let path = directory.join(PYPROJECT);
    let Some(mut pyproject) = table(&path)? else {
        return Ok(None);
    };
    let tool = pyproject
        .get_mut("tool")
        .and_then(|tool| tool.get_mut("uv"));
    Ok(tool.and_then(|uv| uv.as_table().cloned()))
}

/// A file, if it is there. One that can't be read might name another index.
fn table(path: &Path) -> Result<Option<toml::Table>, Error> {
    let text = match read_text_file(path) {
        Ok(text) => text,
        Err(error)
            if [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind()) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(Error::unreadable(path, error)),
    };
    // What the parser says may quote the file.
    let wrong = |_| Error::unreadable(path, io::Error::other("it is not TOML"));
    toml::from_str(&text).map(Some).map_err(wrong)
}

/// Where the user's settings and those of the system are.
fn configured() -> impl Iterator<Item = PathBuf> {
    let own = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let own = own.or_else(|| Some(env::home_dir()?.join(".config")));
    own.into_iter().chain([PathBuf::from("/etc")])
}

/// What uv's help says that it asks if it is told nothing.
fn default_of_program(directory: &Path) -> Result<Option<Index>, Error> {
    let client = Client {
        name: "uv",
        project: directory,
        show_output: None,
        limit: LIMIT,
    };
    let question = ["pip", "install", "--help"];
    let help = client.ask_all(Command::new("uv").args(question), "uv pip install --help")?;
    Ok(default_in(&help))
}

fn default_in(help: &str) -> Option<Index> {
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, rest) = words.split_once("(by default: <")?;
    let (url, _) = rest.split_once('>')?;
    Some(Index::new(url, None, None))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn shown(indexes: &[Index]) -> Vec<String> {
        indexes.iter().map(Index::shown).collect()
    }

    #[test]
    fn the_nearest_file_names_the_indexes() {
        let place = tempfile::tempdir().unwrap();
        let inner = place.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let pyproject = "[[tool.uv.index]]\nname = 'own'\nurl = 'https://a.example/simple'\n\
             [[tool.uv.index]]\nurl = 'https://b.example/simple'\ndefault = true\n\
             [[tool.uv.index]]\nname = 'torch'\nurl = 'https://c.example'\nexplicit = true\n\
             [tool.uv]\nextra-index-url = ['https://d.example']\n";
        fs::write(place.path().join(PYPROJECT), pyproject).unwrap();
        fs::write(inner.join(PYPROJECT), "[project]\nname = 'inner'\n").unwrap();
        let uv = Uv::read(&inner).unwrap();
        assert!(uv.is_used && uv.names_index());
        assert_eq!(
            shown(&uv.further()),
            ["https://a.example/simple", "https://d.example"]
        );
        assert_eq!(uv.default().unwrap().shown(), "https://b.example/simple");
        fs::write(inner.join(OWN_FILE), "index-url = 'https://e.example'\n").unwrap();
        let uv = Uv::read(&inner).unwrap();
        assert!(uv.further().is_empty());
        assert_eq!(uv.default().unwrap().shown(), "https://e.example");
        fs::write(inner.join(OWN_FILE), "index-url = ").unwrap();
        assert!(Uv::read(&inner).is_err());
    }

    #[test]
    fn an_index_may_have_a_name_before_its_address() {
        assert_eq!(
            named("own=https://a.example/x").url(),
            "https://a.example/x"
        );
        assert_eq!(
            named("https://a.example/?x=y").url(),
            "https://a.example/?x=y"
        );
    }

    #[test]
    fn the_help_tells_the_default() {
        let help = "--default-index <DEFAULT_INDEX>\n    The default package index (by\n    default: <https://a.example/simple>) [env: X=]";
        assert_eq!(default_in(help).unwrap().url(), "https://a.example/simple");
        assert!(default_in("--index").is_none());
    }
}
