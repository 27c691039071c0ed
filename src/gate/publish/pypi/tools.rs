//! What there is to know of the clients that upload to PyPI, and to registries like it.

use std::path::{Path, PathBuf};

use super::{
    place::{project_above, variable},
    typed::Typed,
};
use crate::{
    ecosystem::{self, artifacts_in, newest_in},
    gate::publish::words::Known,
};

/// A client.
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) known: Known,
    /// Flags and variables that say where it uploads to, by an address or a name; the first that is there
    /// decides, of several flags that mean the same the last.
    pub(super) goes_to: &'static [&'static [&'static str]],
    /// Variables that change what it uploads in ways that are not followed.
    pub(super) variables: &'static [&'static str],
    /// Its commands that upload.
    pub(super) commands: &'static [(&'static str, How)],
}

/// How a command comes to what it uploads.
pub(super) enum How {
    /// From files that it is told.
    Files(Files),
    /// From a directory.
    Directory(Directory),
    /// It builds, and has another command that uploads files.
    Builds(&'static str),
    /// It builds, and has none: what to type instead.
    Never(&'static str),
}

/// How files are told.
pub(super) struct Files {
    /// Where names of files begin.
    pub(super) base: fn(&Typed<'_>) -> PathBuf,
    /// What is meant if none is named.
    pub(super) default: Option<&'static str>,
    /// Whether a directory stands for what lies in it.
    pub(super) takes_directories: bool,
    /// Whether what is not called as an artifact is passed over.
    pub(super) passes_over: bool,
    /// What goes with an artifact ends so, after its name.
    pub(super) companions: &'static [&'static str],
}

/// How a directory is told.
pub(super) struct Directory {
    /// The directory of the project.
    pub(super) root: fn(&Typed<'_>) -> PathBuf,
    /// The flags that name the directory.
    pub(super) flags: &'static [&'static str],
    /// Which files in it are uploaded.
    pub(super) takes: fn(&Path, &Path) -> Result<Vec<PathBuf>, ecosystem::Error>,
    /// Whether it builds first.
    pub(super) builds: fn(&Typed<'_>) -> bool,
    /// The flags that say so.
    pub(super) about_building: &'static [&'static str],
    /// What keeps it from building.
    pub(super) no_build: Option<&'static str>,
    /// What goes with an artifact ends so, after its name.
    pub(super) companions: &'static [&'static str],
}

/// The clients. Measured: twine 7.0.0, uv 0.13.8, Hatch 1.18.2, maturin 1.16.0, Poetry 2.5.1, PDM 2.29.3,
/// Flit 4.2.0. A flag that is not here is refused: it may change what is uploaded.
pub(super) const TOOLS: [&Tool; 7] = [&TWINE, &UV, &HATCH, &MATURIN, &POETRY, &PDM, &FLIT];

const TWINE: Tool = Tool {
    name: "twine",
    known: Known {
        with_value: &[
            "-r",
            "--repository",
            "--repository-url",
            "--sign-with",
            "-i",
            "--identity",
            "-u",
            "--username",
            "-p",
            "--password",
            "-c",
            "--comment",
            "--config-file",
            "--cert",
            "--client-cert",
        ],
        without: &[
            "--attestations",
            "-s",
            "--sign",
            "--non-interactive",
            "--skip-existing",
            "--verbose",
            "--disable-progress-bar",
            "--no-color",
        ],
    },
    goes_to: &[
        &["--repository-url"],
        &["TWINE_REPOSITORY_URL"],
        &["-r", "--repository"],
        &["TWINE_REPOSITORY"],
    ],
    variables: &[],
    commands: &[(
        "upload",
        How::Files(Files {
            base: |_| PathBuf::new(),
            default: None,
            takes_directories: false,
            passes_over: false,
            companions: &[".asc", ".attestation"],
        }),
    )],
};

const UV: Tool = Tool {
    name: "uv",
    known: Known {
        with_value: &[
            "--index",
            "-u",
            "--username",
            "-p",
            "--password",
            "-t",
            "--token",
            "--trusted-publishing",
            "--keyring-provider",
            "--publish-url",
            "--check-url",
            "--cache-dir",
            "--color",
            "--allow-insecure-host",
            "--directory",
            "--project",
            "--config-file",
        ],
        without: &[
            "--dry-run",
            "--no-attestations",
            "-n",
            "--no-cache",
            "--managed-python",
            "--no-managed-python",
            "--no-python-downloads",
            "-q",
            "-qq",
            "--quiet",
            "-v",
            "-vv",
            "-vvv",
            "--verbose",
            "--system-certs",
            "--native-tls",
            "--offline",
            "--no-progress",
            "--no-config",
            "--preview",
        ],
    },
    goes_to: &[
        &["--publish-url"],
        &["UV_PUBLISH_URL"],
        &["--index"],
        &["UV_PUBLISH_INDEX"],
    ],
    variables: &[],
    commands: &[(
        "publish",
        How::Files(Files {
            base: |typed| {
                let told = typed.value(&["--directory"]).map(PathBuf::from);
                told.or_else(|| variable("UV_WORKING_DIR"))
                    .unwrap_or_default()
            },
            default: Some("dist/*"),
            takes_directories: false,
            passes_over: true,
            companions: &[".publish.attestation"],
        }),
    )],
};

const HATCH: Tool = Tool {
    name: "hatch",
    known: Known {
        with_value: &[
            "-e",
            "--env",
            "--data-dir",
            "--cache-dir",
            "--config",
            "-r",
            "--repo",
            "-u",
            "--user",
            "-a",
            "--auth",
            "--ca-cert",
            "--client-cert",
            "--client-key",
        ],
        without: &[
            "-v",
            "-vv",
            "--verbose",
            "-q",
            "-qq",
            "--quiet",
            "--color",
            "--no-color",
            "--interactive",
            "--no-interactive",
            "-n",
            "--no-prompt",
            "--initialize-auth",
            "-y",
            "--yes",
        ],
    },
    goes_to: &[&["-r", "--repo"], &["HATCH_INDEX_REPO"]],
    variables: &["HATCH_PROJECT", "HATCH_PUBLISHER"],
    commands: &[(
        "publish",
        How::Files(Files {
            base: |_| project_above(Path::new(".")),
            default: Some("dist"),
            takes_directories: true,
            passes_over: true,
            companions: &[],
        }),
    )],
};

const MATURIN: Tool = Tool {
    name: "maturin",
    known: Known {
        with_value: &[
            "-r",
            "--repository",
            "--repository-url",
            "-u",
            "--username",
            "-p",
            "--password",
        ],
        without: &[
            "--skip-existing",
            "--non-interactive",
            "-v",
            "-vv",
            "-vvv",
            "--verbose",
        ],
    },
    goes_to: &[
        &["--repository-url"],
        &["MATURIN_REPOSITORY_URL"],
        &["-r", "--repository"],
        &["MATURIN_REPOSITORY"],
    ],
    variables: &[],
    commands: &[
        (
            "upload",
            How::Files(Files {
                base: |_| PathBuf::new(),
                default: None,
                takes_directories: false,
                passes_over: false,
                companions: &[],
            }),
        ),
        ("publish", How::Builds("upload")),
    ],
};

const POETRY: Tool = Tool {
    name: "poetry",
    known: Known {
        with_value: &[
            "-r",
            "--repository",
            "-u",
            "--username",
            "-p",
            "--password",
            "--cert",
            "--client-cert",
            "--dist-dir",
            "-P",
            "--project",
            "-C",
            "--directory",
        ],
        without: &[
            "--build",
            "--dry-run",
            "--skip-existing",
            "-q",
            "--quiet",
            "--ansi",
            "--no-ansi",
            "-n",
            "--no-interaction",
            "--no-plugins",
            "--no-cache",
            "-v",
            "-vv",
            "-vvv",
            "--verbose",
        ],
    },
    goes_to: &[&["-r", "--repository"]],
    variables: &[],
    commands: &[(
        "publish",
        How::Directory(Directory {
            root: |typed| match typed.value(&["-P", "--project"]) {
                Some(project) => project.into(),
                None => {
                    let directory = typed.value(&["-C", "--directory"]);
                    project_above(directory.map_or(Path::new("."), Path::new))
                }
            },
            flags: &["--dist-dir"],
            takes: newest_in,
            builds: |typed| typed.has(&["--build"]),
            about_building: &["--build"],
            no_build: None,
            companions: &[],
        }),
    )],
};

const PDM: Tool = Tool {
    name: "pdm",
    known: Known {
        with_value: &[
            "-r",
            "--repository",
            "-u",
            "--username",
            "-P",
            "--password",
            "-i",
            "--identity",
            "-c",
            "--comment",
            "--config",
            "-d",
            "--dest",
            "-k",
            "--skip",
            "-p",
            "--project",
            "--ca-certs",
        ],
        without: &[
            "--no-build",
            "-S",
            "--sign",
            "--skip-existing",
            "--no-verify-ssl",
            "-v",
            "-vv",
            "--verbose",
            "-q",
            "--quiet",
            "-I",
            "--ignore-python",
            "-n",
            "--non-interactive",
        ],
    },
    goes_to: &[&["-r", "--repository"], &["PDM_PUBLISH_REPO"]],
    variables: &[],
    commands: &[(
        "publish",
        How::Directory(Directory {
            root: |typed| {
                let told = typed.value(&["-p", "--project"]).map(PathBuf::from);
                told.or_else(|| variable("PDM_PROJECT"))
                    .unwrap_or_else(|| project_above(Path::new(".")))
            },
            flags: &["-d", "--dest"],
            takes: |directory, _| artifacts_in(directory),
            builds: |typed| !typed.has(&["--no-build"]),
            about_building: &["--no-build"],
            no_build: Some("--no-build"),
            companions: &[".asc"],
        }),
    )],
};

const FLIT: Tool = Tool {
    name: "flit",
    known: Known {
        with_value: &["-f", "--ini-file", "--format", "--pypirc", "--repository"],
        without: &["--use-vcs", "--no-use-vcs", "--debug"],
    },
    goes_to: &[],
    variables: &[],
    commands: &[(
        "publish",
        How::Never(
            "type `flit build`, and then `packwarden publish -- twine upload dist/*` or `packwarden publish -- uv publish`",
        ),
    )],
};
