//! A registry for crates on 127.0.0.1, and the real cargo publishing to it and to no other.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::Command,
    sync::mpsc::{Receiver, Sender, channel},
};

use tempfile::TempDir;

use crate::support::loopback::{Answer, Request, serve};

pub(crate) struct Registry {
    /// cargo's home, whose configuration knows this registry only.
    home: TempDir,
    uploads: Receiver<Vec<u8>>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let (sender, uploads) = channel();
        let mut known = HashMap::new();
        let url = serve(move |request| answer(request, &sender, &mut known));
        let home = tempfile::tempdir().unwrap();
        let configuration = format!(
            "[registries.local]\nindex = \"sparse+{url}/index/\"\ntoken = \"none\"\n\
             [registry]\ndefault = \"local\"\nglobal-credential-providers = [\"cargo:token\"]\n\
             [source.crates-io]\nreplace-with = \"nowhere\"\n\
             [source.nowhere]\ndirectory = \"/nowhere\"\n"
        );
        fs::write(home.path().join("config.toml"), configuration).unwrap();
        Self { home, uploads }
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
        self.uploads.try_iter().collect()
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
