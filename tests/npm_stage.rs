//! Packages that npm has staged with a registry: what is checked is what an approval would publish.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/npm_client.rs"]
mod npm_client;
mod support;

use std::sync::{Arc, Mutex};

use npm_client::{Client, NPM_10, NPM_11, NPM_12, Registry, artifact};
use serde_json::json;
use sha2::{Digest, Sha256};
use support::{
    command::{Ran, packwarden},
    loopback::serve,
    tree,
};
use tempfile::TempDir;

const ID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// A project, and a registry that stages one package.
struct Stage {
    place: TempDir,
    registry: Registry,
    staged: Arc<Mutex<Vec<u8>>>,
    /// What the registry adds to what it gets.
    added: Arc<Mutex<Vec<u8>>>,
}

impl Stage {
    fn new() -> Self {
        let staged = Arc::new(Mutex::new(Vec::new()));
        let added = Arc::new(Mutex::new(Vec::new()));
        let (held, more) = (staged.clone(), added.clone());
        let url = serve(move |request| {
            let path = (request.method.as_str(), request.path.as_str());
            match path {
                ("POST", "/-/stage/package/example") => {
                    let sent = [artifact(&request.body), more.lock().unwrap().clone()];
                    *held.lock().unwrap() = sent.concat();
                    ("200 OK", json!({ "stageId": ID }).to_string().into_bytes())
                }
                ("GET", path) if path == format!("/-/stage/{ID}/tarball") => {
                    ("200 OK", held.lock().unwrap().clone())
                }
                ("GET", _) => ("404 Not Found", b"{\"error\":\"not found\"}".to_vec()),
                // An approval would come here.
                _ => panic!("{path:?}"),
            }
        });
        let stage = Self {
            place: tempfile::tempdir().unwrap(),
            registry: Registry::at(url),
            staged,
            added,
        };
        let manifest = json!({"name": "example", "version": "1.0.0", "license": "MIT"});
        stage.write("package.json", &manifest.to_string());
        stage.write("index.js", "1;\n");
        stage
    }

    fn write(&self, path: &str, text: &str) {
        tree::write(self.place.path(), path, text);
    }

    fn publish(&self, npm: &Client) {
        let arguments = ["stage", "publish"];
        let staging = npm
            .command(&self.registry, &arguments)
            .directory(self.place.path());
        let ran = staging.run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains(ID), "{ran:?}");
    }

    /// Through the gate.
    fn guarded(&self, npm: &Client, command: &[&str]) -> Ran {
        let publish = packwarden(&["publish", "--stage", "--"]).arguments(command);
        npm.beside(&self.registry, publish.directory(self.place.path()))
            .run()
    }

    fn check(&self, npm: &Client, target: &str) -> Ran {
        let check = packwarden(&["check", "--format", "json", target]).directory(self.place.path());
        npm.beside(&self.registry, check).run()
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

const TARGET: &str = "npm-stage:0f8fad5b-d9cb-469f-a165-70867728950e";

#[test]
fn what_the_registry_holds_is_what_is_checked() {
    for npm in [NPM_11, NPM_12] {
        let stage = Stage::new();
        stage.publish(&npm);
        let clean = stage.check(&npm, TARGET);
        assert_eq!(clean.code, Some(0), "{clean:?}");
        let sha256 = sha256(&stage.staged.lock().unwrap());
        let artifact = &clean.json()["artifacts"][0];
        assert_eq!(artifact["sha256"], sha256);
        assert_eq!(artifact["origin"], "published");
        assert_eq!(artifact["path"], TARGET);
        let approve = format!("npm stage approve {ID}");
        assert!(clean.stderr.contains(&approve), "{clean:?}");

        stage.write(".env", "A=1\n");
        stage.publish(&npm);
        let leaking = stage.check(&npm, TARGET);
        assert_eq!(leaking.code, Some(1), "{leaking:?}");
        assert!(!leaking.stderr.contains("stage approve"), "{leaking:?}");
    }
}

#[test]
fn what_can_not_be_had_is_not_approved() {
    let stage = Stage::new();
    for (npm, target, sentence) in [
        (&NPM_12, TARGET, "npm stage download"),
        (&NPM_12, "npm-stage:--help", "under the id `--help`"),
        (&NPM_10, TARGET, "needs npm 11.15 or later"),
    ] {
        let ran = stage.check(npm, target);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stderr.contains(sentence), "{ran:?}");
        assert!(!ran.stderr.contains("stage approve"), "{ran:?}");
    }
}

#[test]
fn what_is_staged_through_the_gate_is_compared() {
    for npm in [NPM_11, NPM_12] {
        let stage = Stage::new();
        let publish = ["npm", "stage", "publish"];
        let clean = stage.guarded(&npm, &publish);
        assert_eq!(clean.code, Some(0), "{clean:?}");
        assert!(
            clean.stdout.contains("staged with id"),
            "npm's own words: {clean:?}"
        );
        let sha256 = sha256(&stage.staged.lock().unwrap());
        let told = format!(
            "holds what was checked, sha256 {sha256}; to publish it: npm stage approve {ID}"
        );
        assert!(clean.stderr.contains(&told), "{clean:?}");

        // A second member with nothing in it: npm reads what it downloads, and finds it whole.
        *stage.added.lock().unwrap() = [&b"\x1f\x8b\x08"[..], &[0; 6], &[3, 3], &[0; 9]].concat();
        let other = stage.guarded(&npm, &publish);
        assert_eq!(other.code, Some(4), "{other:?}");
        assert!(!other.stderr.contains("stage approve"), "{other:?}");

        stage.staged.lock().unwrap().clear();
        stage.write(".env", "A=1\n");
        let leaking = stage.guarded(&npm, &publish);
        assert_eq!(leaking.code, Some(1), "{leaking:?}");
        let at_once = stage.guarded(&npm, &["npm", "publish"]);
        assert_eq!(at_once.code, Some(2), "{at_once:?}");
        assert!(stage.staged.lock().unwrap().is_empty());
    }
}
