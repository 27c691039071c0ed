//! A registry for crates on 127.0.0.1, and the real cargo publishing to it and to no other.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
};

use tempfile::TempDir;

use crate::support::loopback::{Answer, Request, serve};

pub(crate) struct Registry {
    /// cargo's home, whose configuration knows this registry only.
    home: TempDir,
    uploads: Receiver<Vec<u8>>,
    url: String,
    /// The lines of its index, by the crate's name.
    known: Arc<Mutex<HashMap<String, String>>>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let (sender, uploads) = channel();
        let known = Arc::new(Mutex::new(HashMap::new()));
        let of_server = known.clone();
        let url = serve(move |request| answer(request, &sender, &mut of_server.lock().unwrap()));
        let home = tempfile::tempdir().unwrap();
        let registry = Self {
            home,
            uploads,
            url,
            known,
        };
        registry.configure("[registry]\nglobal-credential-providers = [\"cargo:token\"]\n");
        registry
    }

    /// Adds this to cargo's configuration, and takes away what was added before. A table `[registry]` must
    /// come first in it.
    pub(crate) fn configure(&self, more: &str) {
        let registry = "[registry]\ndefault = \"local\"\n";
        let more = more.strip_prefix("[registry]\n").unwrap_or(more);
        let configuration = format!(
            "{registry}{more}\n[registries]\nlocal.index = \"sparse+{}/index/\"\nlocal.token = \"none\"\n\
             [source.crates-io]\nreplace-with = \"nowhere\"\n\
             [source.nowhere]\ndirectory = \"/nowhere\"\n",
            self.url
        );
        fs::write(self.home.path().join("config.toml"), configuration).unwrap();
    }

    /// What has been uploaded since this was asked last, in order. It can be uploaded again then.
    pub(crate) fn uploads(&self) -> Vec<Vec<u8>> {
        self.known.lock().unwrap().clear();
        self.uploads.try_iter().collect()
    }

    /// What `cargo publish` uploads of the crate in `directory`.
    pub(crate) fn publish(&self, directory: &Path, allow_dirty: bool) -> Vec<u8> {
        let arguments = allow_dirty.then_some("--allow-dirty");
        self.publish_all(directory, arguments.as_slice()).remove(0)
    }

    /// All that `cargo publish` uploads, in order.
    pub(crate) fn publish_all(&self, directory: &Path, arguments: &[&str]) -> Vec<Vec<u8>> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["publish", "--no-verify", "--registry", "local"])
            .args(arguments)
            .env("CARGO_TARGET_DIR", self.home.path().join("target"))
            .env_remove("CARGO_REGISTRY_TOKEN")
            .current_dir(directory);
        let output = cargo.env(CARGO_HOME, self.home.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        self.uploads()
    }

    /// cargo's home, and the variable that names it.
    pub(crate) fn home(&self) -> (&'static str, &Path) {
        (CARGO_HOME, self.home.path())
    }
}

const CARGO_HOME: &str = "CARGO_HOME";

/// What the registry says to a request; `known` is what its index has, by the crate's name.
fn answer(
    request: &Request,
    uploads: &Sender<Vec<u8>>,
    known: &mut HashMap<String, String>,
) -> Answer {
    let url = &request.url;
    match request.path.as_str() {
        "/index/config.json" => ("200 OK", format!(r#"{{"dl":"{url}/dl","api":"{url}"}}"#)),
        "/api/v1/crates/new" => {
            // Lengths of four bytes before the metadata and before the crate.
            let (metadata, rest) = part(&request.body);
            let (package, _) = part(rest);
            let metadata: serde_json::Value = serde_json::from_slice(metadata).unwrap();
            let line = serde_json::json!({
                "name": metadata["name"], "vers": metadata["vers"], "deps": [], "features": {},
                "cksum": "0".repeat(64), "yanked": false,
            });
            // What cargo looks for after an upload, until it finds it.
            let name = metadata["name"].as_str().unwrap();
            known.insert(name.to_owned(), line.to_string());
            uploads.send(package.to_vec()).unwrap();
            ("200 OK", "{}".to_owned())
        }
        path if path.ends_with("/yank") || path.ends_with("/unyank") => {
            ("200 OK", r#"{"ok":true}"#.to_owned())
        }
        path if path.ends_with("/owners") => (
            "200 OK",
            r#"{"users":[],"ok":true,"msg":"done"}"#.to_owned(),
        ),
        path if path.starts_with("/api/v1/crates?") => {
            let found = r#"{"crates":[],"meta":{"total":0}}"#;
            ("200 OK", found.to_owned())
        }
        path => match known.get(path.rsplit('/').next().unwrap()) {
            Some(line) => ("200 OK", line.clone()),
            None => ("404 Not Found", String::new()),
        },
    }
}

fn part(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_first_chunk().unwrap();
    rest.split_at(u32::from_le_bytes(*length) as usize)
}
