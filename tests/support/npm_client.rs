//! The real clients of the npm family, installed at pinned versions, and a registry on 127.0.0.1 that
//! is the only one they can reach.

// Not `expect`: whether anything is unused differs from test to test.
#![allow(dead_code, reason = "each test is a crate of its own and uses a part")]

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::support::{
    command::{Packwarden, scrubbed},
    loopback::serve,
};

/// Stands for the address of the registry.
pub(crate) const REGISTRY: &str = "REGISTRY";

/// A client at a version.
pub(crate) struct Client {
    /// What is installed, and what it is called there.
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    pub(crate) program: &'static str,
    /// What is typed to publish to [`REGISTRY`].
    pub(crate) publish: &'static [&'static str],
    /// Its lock file, with nothing in it.
    pub(crate) lock_file: (&'static str, &'static str),
}

const NPM: &str = "package-lock.json";
pub(crate) const NPM_10: Client = Client {
    package: "npm",
    version: "10.9.9",
    program: "npm",
    publish: &["publish", "--registry=REGISTRY"],
    lock_file: (NPM, "{}"),
};
pub(crate) const NPM_11: Client = Client {
    version: "11.19.1",
    ..NPM_10
};
pub(crate) const NPM_12: Client = Client {
    version: "12.2.0",
    ..NPM_10
};
pub(crate) const PNPM_10: Client = Client {
    package: "pnpm",
    version: "10.34.9",
    program: "pnpm",
    publish: &["publish", "--no-git-checks", "--registry=REGISTRY"],
    lock_file: ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
};
pub(crate) const PNPM_12: Client = Client {
    version: "12.21.0",
    ..PNPM_10
};
pub(crate) const YARN_1: Client = Client {
    package: "yarn",
    version: "1.22.22",
    program: "yarn",
    publish: &["publish", "--non-interactive", "--registry=REGISTRY"],
    lock_file: ("yarn.lock", "# yarn lockfile v1\n"),
};
pub(crate) const YARN_4: Client = Client {
    package: "@yarnpkg/cli-dist",
    version: "4.18.1",
    program: "yarn",
    publish: &["npm", "publish"],
    lock_file: ("yarn.lock", "# Yarn\n\n__metadata:\n  version: 8\n"),
};
pub(crate) const BUN: Client = Client {
    package: "bun",
    version: "1.4.5",
    program: "bun",
    publish: &["publish", "--registry=REGISTRY"],
    lock_file: ("bun.lock", "{\"lockfileVersion\": 1}\n"),
};

impl Client {
    /// The directory that its program is in. Installed by the npm of this machine, as it is
    /// configured, the first time.
    pub(crate) fn directory(&self) -> PathBuf {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let name = format!("{}-{}", self.package.replace('/', "-"), self.version);
        let place = target.join("clients").join(&name);
        if !place.exists() {
            let unfinished = format!("unfinished-{}-{name}", std::process::id());
            let unfinished = target.join("clients").join(unfinished);
            fs::create_dir_all(&unfinished).unwrap();
            let installed = Command::new("npm")
                .args(["install", "--no-audit", "--no-fund", "--prefix"])
                .arg(&unfinished)
                .arg(format!("{}@{}", self.package, self.version))
                // bun's puts the program in place; npm 12 would not run it.
                .env("npm_config_dangerously_allow_all_scripts", "true")
                .output();
            let installed = installed.unwrap();
            assert!(installed.status.success(), "{installed:?}");
            // Another run of the tests may have been faster.
            let _ = fs::rename(&unfinished, &place);
        }
        place.join("node_modules/.bin")
    }

    /// A PATH on which it is the first.
    pub(crate) fn path(&self) -> OsString {
        let path = env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(self.directory()).chain(env::split_paths(&path));
        env::join_paths(all).unwrap()
    }

    /// In an environment where a program finds this client first, and the client this registry only.
    pub(crate) fn beside(&self, registry: &Registry, program: Packwarden) -> Packwarden {
        reaching(registry, program.variable("PATH", self.path()))
    }

    /// Its program.
    pub(crate) fn program_path(&self) -> PathBuf {
        self.directory().join(self.program)
    }

    /// A command of this client.
    pub(crate) fn command(&self, registry: &Registry, arguments: &[&str]) -> Packwarden {
        let program = self.program_path();
        let program = scrubbed(program.to_str().unwrap()).arguments(arguments);
        self.beside(registry, program)
    }

    /// Runs a command of this client.
    pub(crate) fn run(&self, registry: &Registry, project: &Path, arguments: &[&str]) {
        let ran = self.command(registry, arguments).directory(project).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    /// The command that publishes to this registry.
    pub(crate) fn publishing(&self, registry: &Registry) -> Packwarden {
        let arguments = self.publish.iter();
        let arguments: Vec<_> = arguments
            .map(|part| part.replace(REGISTRY, &registry.url))
            .collect();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        self.command(registry, &arguments)
    }

    /// What the client uploads when it publishes this directory.
    pub(crate) fn publish(&self, registry: &Registry, project: &Path) -> Vec<u8> {
        let ran = self.publishing(registry).directory(project).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        registry.uploads().remove(0)
    }
}

/// In an environment where a client reaches this registry only.
pub(crate) fn reaching(registry: &Registry, mut program: Packwarden) -> Packwarden {
    let nowhere = "http://127.0.0.1:9";
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        program = program.variable(name, nowhere);
    }
    let token = format!("npm_config_{}/:_authToken", registry.host());
    for (name, value) in [
        ("NO_PROXY", "127.0.0.1"),
        ("no_proxy", "127.0.0.1"),
        ("npm_config_globalconfig", "/nowhere"),
        ("npm_config_registry", &registry.url),
        ("pnpm_config_registry", &registry.url),
        (&token, "none"),
        ("NPM_CONFIG_TOKEN", "none"),
        ("YARN_NPM_REGISTRY_SERVER", &registry.url),
        ("YARN_NPM_AUTH_TOKEN", "none"),
        ("YARN_UNSAFE_HTTP_WHITELIST", "127.0.0.1"),
        ("YARN_HTTPS_PROXY", nowhere),
        ("YARN_ENABLE_TELEMETRY", "0"),
        ("COREPACK_ENABLE_NETWORK", "0"),
    ] {
        program = program.variable(name, value);
    }
    let home = program.home();
    // What yarn 1 and pnpm 12 take a token from.
    let settings = format!(
        "registry={}\n{}/:_authToken=none\n",
        registry.url,
        registry.host()
    );
    fs::write(home.join(".npmrc"), settings).unwrap();
    program
}

/// A registry that takes whatever is published, and has nothing.
pub(crate) struct Registry {
    pub(crate) url: String,
    uploads: Receiver<Vec<u8>>,
    refuses: Arc<AtomicBool>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let (sender, uploads) = channel();
        let refuses = Arc::new(AtomicBool::new(false));
        let refusing = refuses.clone();
        let url = serve(move |request| match request.method.as_str() {
            "PUT" | "POST" if refusing.load(Ordering::Relaxed) => {
                ("403 Forbidden", r#"{"error":"not for you"}"#.to_owned())
            }
            "PUT" | "POST" => {
                sender.send(request.body.clone()).unwrap();
                ("200 OK", r#"{"ok":true}"#.to_owned())
            }
            _ if request.path == "/-/whoami" => ("200 OK", r#"{"username":"somebody"}"#.to_owned()),
            _ => ("404 Not Found", r#"{"error":"not found"}"#.to_owned()),
        });
        Self {
            url,
            uploads,
            refuses,
        }
    }

    /// From now on it takes nothing.
    pub(crate) fn refuse(&self) {
        self.refuses.store(true, Ordering::Relaxed);
    }

    /// What came since this was last asked, as it came.
    pub(crate) fn documents(&self) -> Vec<Value> {
        let bodies = self.uploads.try_iter();
        bodies
            .map(|body| serde_json::from_slice(&body).unwrap())
            .collect()
    }

    /// One that somebody else has started.
    pub(crate) fn at(url: String) -> Self {
        let (_, uploads) = channel();
        let refuses = Arc::default();
        Self {
            url,
            uploads,
            refuses,
        }
    }

    /// The artifacts that came since this was last asked.
    pub(crate) fn uploads(&self) -> Vec<Vec<u8>> {
        self.uploads
            .try_iter()
            .map(|body| artifact(&body))
            .collect()
    }

    /// As npm's configuration names it.
    fn host(&self) -> &str {
        self.url.trim_start_matches("http:")
    }
}

/// The tarball in what npm sends.
pub(crate) fn artifact(body: &[u8]) -> Vec<u8> {
    let document: Value = serde_json::from_slice(body).unwrap();
    let attachments = document["_attachments"].as_object().unwrap();
    assert_eq!(attachments.len(), 1);
    let data = attachments.values().next().unwrap()["data"].as_str();
    BASE64_STANDARD.decode(data.unwrap()).unwrap()
}
