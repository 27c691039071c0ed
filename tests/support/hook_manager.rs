//! The managers of git's hooks, installed at pinned versions, each set up as docs/gates.md says.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use crate::{git_push::Pushing, support::tree};
use serde_json::{Value, json};

/// A manager of hooks.
pub(crate) struct Manager {
    pub(crate) name: &'static str,
    /// What is written into the repository.
    files: &'static [(&'static str, &'static str)],
    /// What package.json holds beside the usual.
    manifest: &'static str,
    /// What is typed then.
    pub(crate) install: &'static [&'static [&'static str]],
    group: &'static Group,
}

/// What is installed together.
struct Group {
    name: &'static str,
    install: fn(&Path) -> Vec<Command>,
    programs: &'static str,
}

const NODE: Group = Group {
    name: "hook-managers-node-1",
    install: |place| {
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
        ])
        .arg(place)
        .args(["husky@9.1.7", "lefthook@2.2.2", "simple-git-hooks@2.14.0"]);
        vec![npm]
    },
    programs: "node_modules/.bin",
};
const PYTHON: Group = Group {
    name: "hook-managers-python-1",
    install: |place| {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(place);
        let mut pip = Command::new(place.join("bin/python3"));
        pip.args(["-m", "pip", "install", "--quiet"])
            .args(["pre-commit==4.7.0", "prek==0.5.11"]);
        vec![venv, pip]
    },
    programs: "bin",
};

const OF_PRE_COMMIT: (&str, &str) = (
    ".pre-commit-config.yaml",
    "repos:\n- repo: HOOKS\n  rev: v1\n  hooks:\n  - id: packwarden-system\n",
);

pub(crate) const MANAGERS: [Manager; 5] = [
    Manager {
        name: "husky",
        files: &[(".husky/pre-push", "packwarden hook git-pre-push \"$@\"\n")],
        manifest: "{}",
        install: &[&["husky"]],
        group: &NODE,
    },
    Manager {
        name: "lefthook",
        files: &[(
            "lefthook.yml",
            "pre-push:\n  jobs:\n    - name: packwarden\n      run: packwarden hook git-pre-push\n      use_stdin: true\n",
        )],
        manifest: "{}",
        install: &[&["lefthook", "install"]],
        group: &NODE,
    },
    Manager {
        name: "simple-git-hooks",
        files: &[],
        manifest: r#"{"simple-git-hooks":{"pre-push":"packwarden hook git-pre-push \"$@\""}}"#,
        install: &[&["simple-git-hooks"]],
        group: &NODE,
    },
    Manager {
        name: "pre-commit",
        files: &[OF_PRE_COMMIT],
        manifest: "{}",
        install: &[&["pre-commit", "install", "--hook-type", "pre-push"]],
        group: &PYTHON,
    },
    Manager {
        name: "prek",
        files: &[OF_PRE_COMMIT],
        manifest: "{}",
        install: &[&["prek", "install", "--hook-type", "pre-push"]],
        group: &PYTHON,
    },
];

impl Manager {
    /// Writes a package and the manager's files.
    pub(crate) fn set_up(&self, pushing: &Pushing) {
        let mut manifest: Value = serde_json::from_str(self.manifest).unwrap();
        manifest["files"] = json!(["index.js", ".env"]);
        pushing.manifest("package.json", &manifest);
        pushing.write("index.js", "module.exports = 1;\n");
        for (path, text) in self.files {
            pushing.write(path, &text.replace("HOOKS", &hooks(pushing)));
        }
    }

    /// The directory of its programs. Installed by the npm and the Python of this machine, as they are
    /// configured, the first time.
    pub(crate) fn programs(&self) -> PathBuf {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let place = target.join("clients").join(self.group.name);
        let done = place.join("done");
        if !done.exists() {
            for mut command in (self.group.install)(&place) {
                let output = command.output().unwrap();
                assert!(output.status.success(), "{output:?}");
            }
            fs::write(done, "").unwrap();
        }
        place.join(self.group.programs)
    }
}

/// A repository with what this one tells pre-commit of its hooks.
fn hooks(pushing: &Pushing) -> String {
    let place = pushing.path("../hooks");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    tree::write(&place, ".pre-commit-hooks.yaml", fs::read(own).unwrap());
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "x"],
        &["tag", "v1"],
    ] {
        tree::git(&place, arguments);
    }
    place.canonicalize().unwrap().display().to_string()
}
