//! The real clients of PyPI, installed at pinned versions.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use packwarden::model::Sha256;

use crate::support::command::Packwarden;

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
