//! The real clients of PyPI, installed at pinned versions, and a registry on 127.0.0.1.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex,
        mpsc::{Receiver, channel},
    },
};

use packwarden::model::Sha256;

use crate::support::{command::Packwarden, loopback::serve};

/// What is installed, each group in an environment of its own: PDM wants others' dependencies in other
/// versions.
const GROUPS: [&[&str]; 2] = [
    &[
        "build==1.6.1",
        "uv==0.13.8",
        "hatch==1.18.2",
        "flit==4.2.0",
        "poetry==2.5.1",
        "maturin==1.16.0",
        "twine==7.0.0",
    ],
    &["pdm[locked]==2.29.3"],
];

/// Where the programs of a group are. Installed by the Python of this machine, as it is configured, the
/// first time.
fn programs(group: &[&str]) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let name = Sha256::of(group.join(" ").as_bytes()).to_string();
    let place = clients().join(format!("python-{}", &name[..16]));
    let done = place.join("done");
    if !done.exists() {
        let run = |command: &mut Command| {
            let output = command.output().unwrap();
            assert!(output.status.success(), "{output:?}");
        };
        let venv = ["-m", "venv", "--clear"];
        run(Command::new("python3").args(venv).arg(&place));
        let pip = Command::new(place.join("bin/python3"));
        run({ pip }
            .args(["-m", "pip", "install", "--quiet"])
            .args(group));
        fs::write(done, "").unwrap();
    }
    place.join("bin")
}

fn clients() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("clients")
}

/// In an environment where a program finds these programs, the system's own, and no others.
pub(crate) fn beside(names: &[&str], program: Packwarden) -> Packwarden {
    let own = program.home().join("programs");
    fs::create_dir_all(&own).unwrap();
    for name in names {
        let places = GROUPS.map(|group| programs(group).join(name));
        let path = places.iter().find(|path| path.exists());
        let path = path.unwrap_or_else(|| panic!("no {name}")).display();
        stand_in(&own.join(name), &format!("exec '{path}' \"$@\""));
    }
    let cargo = Path::new(env!("CARGO")).parent().unwrap().to_owned();
    let all = [own, cargo, "/usr/bin".into(), "/bin".into()];
    let cache = clients().join("cache");
    program
        .variable("PATH", env::join_paths(all).unwrap())
        .variable("UV_CACHE_DIR", cache.join("uv"))
        .variable("PIP_CACHE_DIR", cache.join("pip"))
        .variable("PDM_CHECK_UPDATE", "0")
}

/// Makes a program of a shell script.
pub(crate) fn stand_in(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A registry that takes whatever is uploaded, and has nothing.
pub(crate) struct Registry {
    pub(crate) url: String,
    uploads: Receiver<(String, Sha256)>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let (sender, uploads) = channel();
        let url = serve(move |request| match request.method.as_str() {
            "POST" => {
                sender.send(uploaded(&request.body)).unwrap();
                ("200 OK", "{}".to_owned())
            }
            _ => ("404 Not Found", "{}".to_owned()),
        });
        Self { url, uploads }
    }

    /// The names and hashes of what came since this was last asked, in order of the names.
    pub(crate) fn uploads(&self) -> Vec<(String, String)> {
        let uploads = self.uploads.try_iter();
        let mut all: Vec<_> = uploads
            .map(|(name, hash)| (name, hash.to_string()))
            .collect();
        all.sort();
        all
    }

    /// In an environment where an uploading client reaches this registry only, whatever it reads.
    pub(crate) fn alone(&self, program: Packwarden) -> Packwarden {
        let nowhere = "http://127.0.0.1:9";
        [
            ("HTTP_PROXY", nowhere),
            ("HTTPS_PROXY", nowhere),
            ("ALL_PROXY", nowhere),
            ("http_proxy", nowhere),
            ("https_proxy", nowhere),
            ("all_proxy", nowhere),
            ("NO_PROXY", "127.0.0.1"),
            ("no_proxy", "127.0.0.1"),
            ("UV_PUBLISH_URL", &self.url),
            ("UV_PUBLISH_TOKEN", "none"),
            ("TWINE_REPOSITORY_URL", &self.url),
            ("TWINE_USERNAME", "none"),
            ("TWINE_PASSWORD", "none"),
            // Hatch asks no proxy.
            ("HATCH_INDEX_REPO", &self.url),
            ("HATCH_INDEX_USER", "none"),
            ("HATCH_INDEX_AUTH", "none"),
            // Poetry takes no other address for the registry that it calls `pypi`.
            ("POETRY_REPOSITORIES_LOCAL_URL", &self.url),
            ("POETRY_HTTP_BASIC_LOCAL_USERNAME", "none"),
            ("POETRY_HTTP_BASIC_LOCAL_PASSWORD", "none"),
            ("MATURIN_REPOSITORY_URL", &self.url),
            ("MATURIN_USERNAME", "none"),
            ("MATURIN_PASSWORD", "none"),
            ("PDM_PUBLISH_REPO", &self.url),
            ("PDM_PUBLISH_USERNAME", "none"),
            ("PDM_PUBLISH_PASSWORD", "none"),
            ("FLIT_INDEX_URL", &self.url),
            ("FLIT_USERNAME", "none"),
            ("FLIT_PASSWORD", "none"),
        ]
        .into_iter()
        .fold(program, |program, (name, value)| {
            program.variable(name, value)
        })
    }
}

/// The file in a form of several parts: its name and the hash of its content.
fn uploaded(body: &[u8]) -> (String, Sha256) {
    let find = |bytes: &[u8], text: &str| {
        let mut windows = bytes.windows(text.len());
        windows
            .position(|window| window == text.as_bytes())
            .unwrap()
    };
    let boundary = str::from_utf8(&body[..find(body, "\r\n")]).unwrap();
    let part = &body[find(body, "name=\"content\"")..];
    let (head, rest) = part.split_at(find(part, "\r\n\r\n"));
    let content = &rest[4..find(rest, &format!("\r\n{boundary}"))];
    let head = str::from_utf8(head).unwrap();
    let name = head.split("filename=\"").nth(1).unwrap();
    let name = name.split('"').next().unwrap().to_owned();
    (name, Sha256::of(content))
}
