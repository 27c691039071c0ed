//! Where secrets of this machine are kept.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Files of the user and of the machine: `~` is the home, `$NAME` what a variable says. What can't be
/// found is not there.
pub(super) const FILES: &[&str] = &[
    // npm and its peers.
    "$NPM_CONFIG_USERCONFIG",
    "$npm_config_userconfig",
    "$NPM_CONFIG_GLOBALCONFIG",
    "$npm_config_globalconfig",
    "~/.npmrc",
    "~/.yarnrc",
    "~/.yarnrc.yml",
    "~/.bunfig.toml",
    "$XDG_CONFIG_HOME/pnpm/rc",
    "~/.config/pnpm/rc",
    "~/.config/pnpm/auth.ini",
    // PyPI's clients.
    "~/.pypirc",
    "$PIP_CONFIG_FILE",
    "$XDG_CONFIG_HOME/pip/pip.conf",
    "~/.config/pip/pip.conf",
    "~/.pip/pip.conf",
    "~/Library/Application Support/pip/pip.conf",
    "$APPDATA/pip/pip.ini",
    "/etc/pip.conf",
    "$UV_CONFIG_FILE",
    "$XDG_CONFIG_HOME/uv/uv.toml",
    "~/.config/uv/uv.toml",
    "$UV_CREDENTIALS_DIR/credentials.toml",
    "$XDG_DATA_HOME/uv/credentials/credentials.toml",
    "~/.local/share/uv/credentials/credentials.toml",
    "$APPDATA/uv/data/credentials/credentials.toml",
    "$POETRY_CONFIG_DIR/auth.toml",
    "$XDG_CONFIG_HOME/pypoetry/auth.toml",
    "~/.config/pypoetry/auth.toml",
    "~/Library/Application Support/pypoetry/auth.toml",
    "$APPDATA/pypoetry/auth.toml",
    "~/.config/pdm/config.toml",
    "~/.config/hatch/config.toml",
    // cargo.
    "$CARGO_HOME/credentials.toml",
    "$CARGO_HOME/credentials",
    "$CARGO_HOME/config.toml",
    "~/.cargo/credentials.toml",
    "~/.cargo/credentials",
    "~/.cargo/config.toml",
    // Logins for anything.
    "$NETRC",
    "~/.netrc",
    "~/_netrc",
    "~/.git-credentials",
    "~/.config/git/credentials",
    "$GH_CONFIG_DIR/hosts.yml",
    "~/.config/gh/hosts.yml",
    // Docker and its peers.
    "$DOCKER_CONFIG/config.json",
    "~/.docker/config.json",
    "$REGISTRY_AUTH_FILE",
    "$XDG_RUNTIME_DIR/containers/auth.json",
    "~/.config/containers/auth.json",
    // Clouds.
    "$AWS_SHARED_CREDENTIALS_FILE",
    "~/.aws/credentials",
    "$AWS_CONFIG_FILE",
    "~/.aws/config",
    "$GOOGLE_APPLICATION_CREDENTIALS",
    "$CLOUDSDK_CONFIG/application_default_credentials.json",
    "$CLOUDSDK_CONFIG/credentials.db",
    "~/.config/gcloud/application_default_credentials.json",
    "~/.config/gcloud/credentials.db",
    "$APPDATA/gcloud/application_default_credentials.json",
    "$APPDATA/gcloud/credentials.db",
];

/// Files of a project and of the directories above it.
const PROJECT_FILES: &[&str] = &[
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "bunfig.toml",
    ".pypirc",
    "pip.conf",
    "uv.toml",
    "poetry.toml",
    ".cargo/config.toml",
    ".cargo/credentials.toml",
];

/// What the environment files of templates end in.
const TEMPLATES: &[&str] = &[
    "defaults", "dist", "example", "sample", "schema", "template", "tmpl", "tpl",
];

/// A file that may hold secrets, and what people call it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) name: String,
}

/// The files of the table; `variable` says what one is set to.
pub(super) fn of_machine(
    home: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<PathBuf>,
) -> Vec<Place> {
    let expanded = FILES.iter().filter_map(|written| {
        let (top, below) = match written.split_once('/') {
            Some((top, below)) => (top, below),
            None => (*written, ""),
        };
        match top.strip_prefix('$') {
            Some(name) => variable(name).map(|top| top.join(below)),
            None if top == "~" => Some(home?.join(below)),
            None => Some(PathBuf::from(written)),
        }
    });
    let mut places: Vec<Place> = Vec::new();
    for path in expanded.filter(|path| path.is_absolute()) {
        // A directory joined with nothing ends with a separator.
        let path: PathBuf = path.components().collect();
        if places.iter().all(|known| known.path != path) {
            let below = home.and_then(|home| path.strip_prefix(home).ok());
            let name = match below {
                Some(below) => format!("~/{}", below.display()),
                None => path.display().to_string(),
            };
            places.push(Place { path, name });
        }
    }
    places
}

/// The files of a project, and of the directories above it up to the top of its repository.
pub(super) fn of_project(root: &Path) -> Vec<Place> {
    let top = root.ancestors().find(|above| above.join(".git").exists());
    let mut places = Vec::new();
    for (steps, directory) in root.ancestors().enumerate() {
        let environment = fs::read_dir(directory).into_iter().flatten().flatten();
        let mut names: Vec<String> = environment
            // A virtual environment of Python may be called so; what can't be told is read, and said.
            .filter(|entry| !entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| is_environment(name))
            .collect();
        names.sort();
        names.extend(PROJECT_FILES.iter().map(|name| (*name).to_owned()));
        places.extend(names.into_iter().map(|name| Place {
            path: directory.join(&name),
            name: format!("{}{name}", "../".repeat(steps)),
        }));
        if top.is_none_or(|top| top == directory) {
            break;
        }
    }
    places
}

/// `.env`, `.env.production`, `.envrc`, Cloudflare's `.dev.vars`, but not `.env.example`.
fn is_environment(name: &str) -> bool {
    let is_template = |part: &str| TEMPLATES.contains(&part);
    (name.starts_with(".env") || name.starts_with(".dev.vars"))
        && !name.split(['.', '-', '_']).any(is_template)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_machine_lie_where_variables_say() {
        let variable = |name: &str| match name {
            "CARGO_HOME" => Some("/data/cargo".into()),
            "NETRC" => Some("/home/ann/.netrc".into()),
            "PIP_CONFIG_FILE" => Some("relative".into()),
            _ => None,
        };
        let places = of_machine(Some(Path::new("/home/ann")), &variable);
        let names: Vec<&str> = places.iter().map(|place| place.name.as_str()).collect();
        for name in [
            "~/.npmrc",
            "/data/cargo/credentials.toml",
            "~/.netrc",
            "/etc/pip.conf",
        ] {
            assert_eq!(
                names.iter().filter(|known| **known == name).count(),
                1,
                "{name}"
            );
        }
        assert!(!names.contains(&"relative"));
    }

    #[test]
    fn a_project_has_those_of_its_repository_too() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().join("above/top");
        let root = top.join("packages/a");
        fs::create_dir_all(&root).unwrap();
        for file in [
            "../.env",
            ".env.local",
            "packages/a/.env",
            "packages/a/.env.example",
            "packages/a/.envrc",
        ] {
            fs::write(top.join(file), "").unwrap();
        }
        let names = || -> Vec<String> {
            let places = of_project(&root).into_iter();
            places
                .map(|place| place.name)
                .filter(|name| name.contains(".env"))
                .collect()
        };
        assert_eq!(names(), [".env", ".envrc"]);
        fs::create_dir(top.join(".env.d")).unwrap();
        fs::create_dir(top.join(".git")).unwrap();
        assert_eq!(names(), [".env", ".envrc", "../../.env.local"]);
    }
}
