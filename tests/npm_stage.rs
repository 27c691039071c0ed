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
}

impl Stage {
    fn new() -> Self {
        let staged = Arc::new(Mutex::new(Vec::new()));
        let held = staged.clone();
        let url = serve(move |request| {
            let path = (request.method.as_str(), request.path.as_str());
            match path {
                ("POST", "/-/stage/package/example") => {
                    *held.lock().unwrap() = artifact(&request.body);
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

    fn check(&self, npm: &Client, target: &str) -> Ran {
        let check = packwarden(&["check", "--format", "json", target]).directory(self.place.path());
        npm.beside(&self.registry, check).run()
    }
}

const TARGET: &str = "npm-stage:0f8fad5b-d9cb-469f-a165-70867728950e";

#[test]
fn what_the_registry_holds_is_what_is_checked() {
    for npm in [NPM_11, NPM_12] {
        let stage = Stage::new();
        stage.publish(&npm);
        let clean = stage.check(&npm, TARGET);
        assert_eq!(clean.code, Some(0), "{clean:?}");
        let digits = Sha256::digest(&*stage.staged.lock().unwrap());
        let sha256: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
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
fn what_passes_is_staged_and_compared_with_what_the_registry_holds() {
    let stage = Stage::new();
    let publish = |stage: &Stage| {
        let words = [
            "publish", "--stage", "--", "npm", "stage", "publish", "--tag", "next",
        ];
        let publish = packwarden(&words).directory(stage.place.path());
        NPM_12.beside(&stage.registry, publish).run()
    };
    let clean = publish(&stage);
    assert_eq!(clean.code, Some(0), "{clean:?}");
    let sha256 = Sha256::digest(&*stage.staged.lock().unwrap());
    let sha256: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    let said = format!("the registry holds what was checked, sha256 {sha256}");
    assert!(clean.stderr.contains(&said), "{clean:?}");
    assert!(clean.stderr.contains(&format!("npm stage approve {ID}")));
    assert!(clean.stdout.contains(ID), "{clean:?}");

    stage.staged.lock().unwrap().clear();
    stage.write(".env", "A=1\n");
    let leaking = publish(&stage);
    assert_eq!(leaking.code, Some(1), "{leaking:?}");
    assert!(stage.staged.lock().unwrap().is_empty());
}

#[test]
fn a_registry_that_holds_something_else_is_told_of() {
    let stage = Stage::new();
    let other = stage.registry.url.clone();
    // Whatever comes, another package is handed out.
    let url = serve(move |request| match request.method.as_str() {
        "POST" => ("200 OK", json!({ "stageId": ID }).to_string().into_bytes()),
        "GET" if request.path.ends_with("/tarball") => ("200 OK", b"other".to_vec()),
        _ => ("404 Not Found", b"{}".to_vec()),
    });
    assert_ne!(url, other);
    let registry = Registry::at(url);
    let words = ["publish", "--stage", "--", "npm", "stage", "publish"];
    let publish = packwarden(&words).directory(stage.place.path());
    let ran = NPM_12.beside(&registry, publish).run();
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stderr.contains("is not what was checked"), "{ran:?}");
    assert!(!ran.stderr.contains("stage approve"), "{ran:?}");
}
