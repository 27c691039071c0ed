//! A registry of npm on 127.0.0.1 that has a few packages, most of them with something wrong.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use crate::support::{
    loopback::{Answer, Request, serve},
    tarball::TarballBuilder,
};

/// What the private part of it wants to see.
pub(crate) const TOKEN: &str = "sesame";

/// The file of every package.
pub(crate) fn tarball() -> Vec<u8> {
    TarballBuilder::package().gzip()
}

/// Starts it, and says where it is.
pub(crate) fn start() -> String {
    let unfinished = hanging_up();
    serve(move |request| answer(request, &unfinished))
}

/// A server that takes what is asked, and never answers.
pub(crate) fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// Where nobody listens.
pub(crate) fn closed() -> String {
    silent().1
}

/// A server that hangs up in the middle of every answer.
fn hanging_up() -> String {
    let (listener, url) = silent();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nbegun");
        }
    });
    url
}

fn answer(request: &Request, unfinished: &str) -> Answer<Vec<u8>> {
    let base = &request.url;
    let is_let_in = request.authorization.as_deref() == Some(&format!("Bearer {TOKEN}"));
    let path = request.path.replace("%2f", "/");
    let found = |value: Value| ("200 OK", value.to_string().into_bytes());
    let text = |status, text: &str| (status, text.as_bytes().to_vec());
    let latest = |version: Value| {
        let name = path.trim_start_matches('/');
        let latest = json!({"latest": "1.0.0"});
        found(json!({"name": name, "dist-tags": latest, "versions": {"1.0.0": version}}))
    };
    let at = |address: String, integrity: String| {
        let name = path.trim_start_matches('/');
        let dist = json!({"tarball": address, "integrity": integrity});
        json!({"name": name, "version": "1.0.0", "dist": dist})
    };
    let whole = || at(format!("{base}/whole.tgz"), integrity(&tarball()));
    match path.as_str() {
        "/whole.tgz" => ("200 OK", tarball()),
        "/half.tgz" => ("200 OK", tarball()[..100].to_vec()),
        path if path.starts_with("/private/") && !is_let_in => {
            text("401 Unauthorized", r#"{"error":"who \u001b[2Jare you?"}"#)
        }
        path if path.starts_with("/locked/") => text("403 Forbidden", r#"{"error":"no licence"}"#),
        "/private/@acme/cli" => latest(whole()),
        "/good" => found(good(base)),
        "/odd-name" => {
            let mut version = whole();
            version["version"] = "../../odd".into();
            latest(version)
        }
        "/unhashed" => {
            let mut version = whole();
            version["dist"]["integrity"] = Value::Null;
            latest(version)
        }
        "/told" => {
            let mut version = whole();
            version["deprecated"] = "use \u{1b}[2J2".into();
            version["_resolved"] = "/Users/rosalind/told.tgz".into();
            latest(version)
        }
        "/withdrawn" => {
            let versions = json!({"1.0.1": whole()});
            let time = json!({"1.0.0": "2024-01-02T03:04:05.000Z"});
            let tags = json!({"latest": "1.0.1"});
            found(
                json!({"name": "withdrawn", "dist-tags": tags, "versions": versions, "time": time}),
            )
        }
        "/gone" => {
            let unpublished = json!({"name": "gone", "time": "2024-01-02T03:04:05.000Z"});
            found(json!({"name": "gone", "time": {"unpublished": unpublished}}))
        }
        "/other-bytes" => latest(at(format!("{base}/whole.tgz"), integrity(b"other"))),
        "/truncated" => latest(at(format!("{base}/half.tgz"), integrity(&tarball()))),
        "/broken-off" => latest(at(format!("{unfinished}a.tgz"), integrity(&tarball()))),
        "/without-tarball" => latest(at(format!("{base}/none.tgz"), integrity(&tarball()))),
        "/without-file" => latest(json!({"name": "without-file", "version": "1.0.0"})),
        "/without-versions" => found(json!([])),
        "/page" => text("200 OK", "<!doctype html><title>Sign in</title>"),
        "/failing" => text("500 Internal Server Error", "<title>Oops</title>"),
        _ => text("404 Not Found", r#"{"error":"not found"}"#),
    }
}

/// Three versions, in another order than that of their publication.
fn good(base: &str) -> Value {
    let tarball = tarball();
    let version = |version: &str| {
        let dist = json!({
            "tarball": format!("{base}/whole.tgz"),
            "integrity": integrity(&tarball),
            "signatures": [{"sig": "none"}],
        });
        json!({
            "name": "good",
            "version": version,
            "dist": dist,
            "_resolved": "/home/jdoe/good.tgz",
            "_npmUser": {"name": "jdoe", "email": "jdoe@acme.example"},
            "maintainers": [{"name": "jdoe", "email": "jdoe@acme.example"}],
        })
    };
    let mut deprecated = version("1.1.0");
    deprecated["deprecated"] = "use 2".into();
    json!({
        "name": "good",
        "readme": "# Good",
        "dist-tags": {"latest": "1.0.0", "next": "2.0.0-rc.1"},
        "versions": {
            "1.1.0": deprecated,
            "2.0.0-rc.1": version("2.0.0-rc.1"),
            "1.0.0": version("1.0.0"),
        },
        "time": {
            "created": "2020-01-01T00:00:00.000Z",
            "1.0.0": "2020-01-03T00:00:00.000Z",
            "1.1.0": "2020-01-01T00:00:00.000Z",
            "2.0.0-rc.1": "2020-01-02T00:00:00.000Z",
        },
    })
}

fn integrity(content: &[u8]) -> String {
    format!("sha512-{}", BASE64_STANDARD.encode(Sha512::digest(content)))
}
