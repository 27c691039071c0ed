//! The secrets that are in use on this machine: in its environment, in the files of clients, in the
//! environment files of the project. They are read to be looked for, and leave memory overwritten.

mod addresses;
mod core_dump;
mod names;
mod pairs;
mod places;
mod text;
mod values;

use std::{
    env,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::model::{LiveSecret, LiveSecrets, escape};
use pairs::Pair;
use places::Place;

/// No file of a client is nearly as long, in bytes.
const LONGEST: u64 = 1 << 20;
/// Nobody has so many; what is looked for is held in memory in many forms.
const MOST: usize = 256;
/// How often a value may be a document with values of its own: a service account's key in a variable.
const DEEPEST: u8 = 2;
/// What a name and a password are kept under together in base64, or a password.
const IN_BASE64: &[&str] = &["auth", "_auth", "_password"];
/// The clients of Google's own tools, whose secret everybody can read in them.
const OF_GOOGLES_TOOLS: &[&str] = &["764086051850-", "32555940559."];

/// The secrets of this machine, and of the projects at `roots`. Keyrings are not asked.
pub fn live_secrets(roots: &[&Path]) -> LiveSecrets {
    core_dump::forbid();
    let mut gathered = Gathered::default();
    for (name, value) in env::vars_os() {
        let value = Zeroizing::new(value.into_encoded_bytes());
        if let (Some(name), Some(value)) = (name.to_str(), text::decoded(&value)) {
            gathered.variable(name, &value);
        }
    }
    let variable = |name: &str| env::var_os(name).map(PathBuf::from);
    let mut places = places::of_machine(env::home_dir().as_deref(), &variable);
    for root in roots.iter().filter_map(|root| root.canonicalize().ok()) {
        for place in places::of_project(&root) {
            if places.iter().all(|known| known.path != place.path) {
                places.push(place);
            }
        }
    }
    places.iter().for_each(|place| gathered.file(place));
    gathered.secrets
}

/// What a text says to be secrets, by their names and in addresses.
pub fn secrets_in(text: &str) -> LiveSecrets {
    let mut gathered = Gathered::default();
    let place = Place {
        path: PathBuf::new(),
        name: String::new(),
    };
    gathered.content(&place, text.as_bytes());
    gathered.secrets
}

#[derive(Default)]
struct Gathered {
    secrets: LiveSecrets,
}

impl Gathered {
    fn variable(&mut self, name: &str, value: &str) {
        let source = format!("the value of `${}`", escape(name));
        if names::is_secret(name) {
            self.value(&source, name, value);
        } else if !names::is_for_browsers(name) {
            values::within(value, DEEPEST, &mut |part| self.add(&source, part));
        } else {
            addresses::in_address(value, &mut |part| self.add(&source, part));
        }
    }

    fn file(&mut self, place: &Place) {
        match read(&place.path) {
            Ok(Some(content)) => self.content(place, &content),
            Ok(None) => {}
            Err(reason) => {
                let unread = format!("`{}` ({reason})", escape(&place.name));
                self.secrets.unread.push(unread);
            }
        }
    }

    fn content(&mut self, place: &Place, content: &[u8]) {
        let file = escape(&place.name);
        let is_of_google = |id: &&str| memchr::memmem::find(content, id.as_bytes()).is_some();
        let public = OF_GOOGLES_TOOLS.iter().any(is_of_google);
        let mut take = |pair: Pair<'_>| {
            for name in referred(&pair.value) {
                if let Ok(value) = env::var(name).map(Zeroizing::new) {
                    let source = format!("the value of `${}`", escape(name));
                    self.value(&source, pair.key, &value);
                }
            }
            if pair.is_secret() && !(public && pair.key == "client_secret") {
                let key = escape(pair.key.rsplit(['/', ':']).next().unwrap_or_default());
                let source = format!("the value of `{key}` in `{file}`");
                self.value(&source, pair.key, &pair.value);
            } else if !names::is_for_browsers(pair.key) {
                let source = format!("a password in `{file}`");
                values::within(&pair.value, DEEPEST, &mut |part| self.add(&source, part));
            }
        };
        let Some(text) = text::decoded(content) else {
            return pairs::each(content, &mut take);
        };
        match place.name.ends_with("netrc") {
            true => pairs::netrc(&text, &mut take),
            false => pairs::each(text.as_bytes(), &mut take),
        }
        let source = format!("a password in `{file}`");
        addresses::in_address(&text, &mut |part| self.add(&source, part));
    }

    /// A value that has the name of a secret.
    fn value(&mut self, source: &str, key: &str, value: &str) {
        values::parts(value, DEEPEST, &mut |part| self.add(source, part));
        if names::is_webhook(key) {
            addresses::in_webhook(value, &mut |part| self.add(source, part));
        }
        let short = key.rsplit(['/', ':']).next().unwrap_or_default();
        if IN_BASE64.iter().any(|name| short.ends_with(name)) {
            let mut bytes = Zeroizing::new(Vec::with_capacity(value.len()));
            let decoded = STANDARD.decode_vec(value, &mut bytes);
            if let (Ok(()), Ok(text)) = (decoded, str::from_utf8(&bytes)) {
                let password = text.split_once(':').map_or(text, |(_, password)| password);
                values::parts(password, 0, &mut |part| self.add(source, part));
            }
        }
    }

    fn add(&mut self, source: &str, value: &str) {
        let LiveSecrets { secrets, unread } = &mut self.secrets;
        if secrets.iter().any(|known| *known.value == value) {
            return;
        }
        if secrets.len() < MOST {
            secrets.push(LiveSecret {
                source: source.to_owned(),
                value: Zeroizing::new(value.to_owned()),
            });
        } else if secrets.len() == MOST && !unread.iter().any(|what| what.starts_with("more than"))
        {
            unread.push(format!("more than {MOST} secrets (the further ones)"));
        }
    }
}

/// The variables that a value in `.npmrc` refers to: `${NPM_TOKEN}`, `${NPM_TOKEN-}`.
fn referred(value: &str) -> impl Iterator<Item = &str> {
    let inner = value
        .split("${")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0));
    inner.map(|inner| inner.split(['-', '?', ':']).next().unwrap_or(inner))
}

/// The content of a file; `None` if there is no such file.
fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    if !metadata.is_file() {
        return Err("it is not a file".to_owned());
    }
    if metadata.len() > LONGEST {
        return Err("it is longer than 1 MiB".to_owned());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    // All of it at once: a buffer that grows would leave copies behind.
    let mut content = Zeroizing::new(Vec::with_capacity(metadata.len() as usize + 1));
    let read = file.take(metadata.len()).read_to_end(&mut content);
    read.map_err(|error| error.to_string())?;
    Ok(Some(content))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(seed: &str) -> String {
        ["aB3dE6gH", seed, "9jK2mN5p"].concat()
    }

    fn found(gathered: &Gathered) -> Vec<(String, String)> {
        let secrets = gathered.secrets.secrets.iter();
        secrets
            .map(|secret| (secret.source.clone(), (*secret.value).clone()))
            .collect()
    }

    fn in_file(name: &str, content: &str) -> Vec<(String, String)> {
        let place = Place {
            path: PathBuf::new(),
            name: name.to_owned(),
        };
        let mut gathered = Gathered::default();
        gathered.content(&place, content.as_bytes());
        found(&gathered)
    }

    #[test]
    fn variables_by_their_names_and_addresses_by_their_passwords() {
        let mut gathered = Gathered::default();
        gathered.variable("NPM_TOKEN", &secret("1"));
        gathered.variable("COPY_TOKEN", &secret("1"));
        gathered.variable("HARMLESS", &secret("2"));
        gathered.variable(
            "PIP_INDEX_URL",
            &format!("https://u:{}@h/simple", secret("3")),
        );
        gathered.variable(
            "npm_config__auth",
            &STANDARD.encode(format!("ann:{}", secret("4"))),
        );
        assert_eq!(
            found(&gathered),
            [
                ("the value of `$NPM_TOKEN`".to_owned(), secret("1")),
                ("the value of `$PIP_INDEX_URL`".to_owned(), secret("3")),
                (
                    "the value of `$npm_config__auth`".to_owned(),
                    STANDARD.encode(format!("ann:{}", secret("4")))
                ),
                ("the value of `$npm_config__auth`".to_owned(), secret("4")),
            ]
        );
    }

    #[test]
    fn files_of_every_client() {
        let value = secret("x");
        for (name, content, source) in [
            (
                "~/.npmrc",
                format!("//npm.example/:_authToken={value}\n"),
                "the value of `_authToken` in `~/.npmrc`",
            ),
            (
                "~/.pypirc",
                format!("[pypi]\nusername = __token__\npassword = {value}\n"),
                "the value of `password` in `~/.pypirc`",
            ),
            (
                "pip.conf",
                format!("[global]\nindex-url = https://ann:{value}@h/simple\n"),
                "a password in `pip.conf`",
            ),
            (
                "~/credentials.toml",
                format!("[[credential]]\nusername = \"ann\"\npassword = \"{value}\"\n"),
                "the value of `password` in `~/credentials.toml`",
            ),
            (
                "~/auth.toml",
                format!("[pypi-token]\nprivate = \"{value}\"\n"),
                "the value of `private` in `~/auth.toml`",
            ),
            (
                "~/.cargo/credentials.toml",
                format!("[registries.inner]\ntoken = \"{value}\"\n"),
                "the value of `token` in `~/.cargo/credentials.toml`",
            ),
            (
                "~/.netrc",
                format!("machine h login ann password {value}\n"),
                "the value of `password` in `~/.netrc`",
            ),
            (
                "~/.docker/config.json",
                format!("{{\"auths\":{{\"h\":{{\"identitytoken\":\"{value}\"}}}}}}"),
                "the value of `identitytoken` in `~/.docker/config.json`",
            ),
            (
                ".env",
                format!(
                    "NEXT_PUBLIC_KEY={}\nAPI_KEY=\"{value}\"\nNAME={}\n",
                    secret("p"),
                    secret("n")
                ),
                "the value of `API_KEY` in `.env`",
            ),
            (
                "~/.aws/credentials",
                format!(
                    "[default]\naws_access_key_id = AKIA{}\naws_secret_access_key = {value}\n",
                    secret("i")
                ),
                "the value of `aws_secret_access_key` in `~/.aws/credentials`",
            ),
            (
                "~/adc.json",
                format!(
                    "{{\"client_id\":\"764086051850-x\",\"client_secret\":\"{}\",\"refresh_token\":\"{value}\"}}",
                    secret("g")
                ),
                "the value of `refresh_token` in `~/adc.json`",
            ),
            (
                "~/.git-credentials",
                format!("https://ann:{value}@github.com\n"),
                "a password in `~/.git-credentials`",
            ),
        ] {
            assert_eq!(
                in_file(name, &content),
                [(source.to_owned(), value.clone())],
                "{name}"
            );
        }
    }

    #[test]
    fn a_file_may_be_written_in_another_encoding() {
        let value = secret("x");
        let text = format!("# caf\u{e9}\nAPI_KEY={value}\n");
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        for content in [
            [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat(),
            text.chars().map(|letter| letter as u8).collect(),
            [&b"\xff\xfe"[..], &little].concat(),
            [&b"\xfe\xff"[..], &big].concat(),
        ] {
            let mut gathered = Gathered::default();
            let place = Place {
                path: PathBuf::new(),
                name: ".env".to_owned(),
            };
            gathered.content(&place, &content);
            let source = "the value of `API_KEY` in `.env`".to_owned();
            assert_eq!(found(&gathered), [(source, value.clone())]);
        }
    }

    #[test]
    fn a_document_and_a_webhook_are_looked_into() {
        let mut gathered = Gathered::default();
        let account = format!(
            "{{\"type\":\"x\",\"private_key_id\":\"a\",\"client_secret\":\"{}\"}}",
            secret("1")
        );
        gathered.variable("SERVICE_ACCOUNT", &account);
        let hook = format!("https://hooks.example.com/services/T/B/{}", secret("2"));
        gathered.variable("SLACK_WEBHOOK_URL", &hook);
        let values: Vec<_> = found(&gathered)
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        assert_eq!(values, [secret("1"), secret("2")]);
    }

    #[test]
    fn a_connection_string_in_a_file_needs_no_name() {
        let value = secret("x");
        let content =
            format!("BUS=\"Endpoint=sb://h/;SharedAccessKeyName=a;SharedAccessKey={value}\"\n");
        let source = "a password in `.env`".to_owned();
        assert_eq!(in_file(".env", &content), [(source, value)]);
    }

    #[test]
    fn what_can_not_be_read_is_said_and_what_is_not_there_is_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let mut gathered = Gathered::default();
        for (name, path) in [
            ("absent", directory.path().join("a")),
            ("~/.netrc", directory.path().to_owned()),
        ] {
            let name = name.to_owned();
            gathered.file(&Place { path, name });
        }
        assert_eq!(gathered.secrets.unread, ["`~/.netrc` (it is not a file)"]);
        assert_eq!(found(&gathered), []);
    }

    #[test]
    fn references_name_variables() {
        let names: Vec<_> = referred("a${NPM_TOKEN}b${OTHER-}c${open").collect();
        assert_eq!(names, ["NPM_TOKEN", "OTHER"]);
    }
}
