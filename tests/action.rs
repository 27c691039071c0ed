//! The GitHub action: its steps, run as GitHub runs them, with what they are given in variables.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use support::{
    command::{Ran, scrubbed},
    tree,
};
use tempfile::TempDir;

const PACKAGE: &str = r#"{"name": "acme", "version": "1.0.0", "license": "MIT", "files": ["lib"]}"#;

/// The action as it is written.
fn action() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml")).unwrap()
}

/// The scripts of its steps, by the step's id.
fn script(id: &str) -> String {
    let action = action();
    let (_, step) = action.split_once(&format!("- id: {id}\n")).unwrap();
    let (_, script) = step.split_once("      run: |\n").unwrap();
    let lines = script
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with("        "));
    lines
        .map(|line| format!("{}\n", line.get(8..).unwrap_or_default()))
        .collect()
}

/// A job's files, and a project.
struct Job(TempDir);

impl Job {
    fn new() -> Self {
        let job = Self(tempfile::tempdir().unwrap());
        tree::write(job.root(), "project/package.json", PACKAGE);
        tree::write(job.root(), "project/lib/a.js", "1;\n");
        for file in ["output", "path", "summary"] {
            tree::write(job.root(), file, "");
        }
        job
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    fn program(&self, name: &str, text: &str) {
        tree::write(
            self.root(),
            &format!("bin/{name}"),
            format!("#!/bin/sh\n{text}\n"),
        );
        let path = self.root().join("bin").join(name);
        fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn step(&self, id: &str, variables: &[(&str, &str)]) -> Ran {
        let file = self.root().join("step.sh");
        fs::write(&file, script(id)).unwrap();
        let path = format!(
            "{}:{}",
            self.root().join("bin").display(),
            std::env::var("PATH").unwrap()
        );
        let mut shell =
            scrubbed("bash").arguments(&["--noprofile", "--norc", "-e", "-o", "pipefail"]);
        shell = shell
            .argument(file.as_os_str())
            .directory(&self.root().join("project"));
        for (name, file) in [
            ("GITHUB_OUTPUT", "output"),
            ("GITHUB_PATH", "path"),
            ("GITHUB_STEP_SUMMARY", "summary"),
            ("RUNNER_TEMP", ""),
        ] {
            shell = shell.variable(name, self.root().join(file));
        }
        let source = env!("CARGO_MANIFEST_DIR");
        for (name, value) in [("PATH", &*path), ("SOURCE", source)]
            .iter()
            .chain(variables)
        {
            shell = shell.variable(name, value);
        }
        shell.run()
    }

    fn check(&self, variables: &[(&str, &str)]) -> Ran {
        let all = [
            ("PROGRAM", env!("CARGO_BIN_EXE_packwarden")),
            ("PATHS", "."),
            ("ARGUMENTS", ""),
            ("SAVE", ""),
            ("EXPECT", ""),
            ("SARIF", "packwarden.sarif"),
        ];
        let known = all
            .iter()
            .filter(|(name, _)| variables.iter().all(|(other, _)| other != name));
        let known: Vec<_> = known.chain(variables).copied().collect();
        self.step("check", &known)
    }
}

#[test]
fn nothing_that_a_user_writes_becomes_a_script() {
    for id in ["version", "install", "check"] {
        let script = script(id);
        assert!(
            script.lines().count() > 3 && !script.contains("${{"),
            "{script}"
        );
    }
    let uses: Vec<String> = action()
        .lines()
        .filter(|line| line.trim().starts_with("uses:"))
        .map(str::to_owned)
        .collect();
    for line in uses {
        let (_, commit) = line.split_once('@').unwrap();
        let commit = commit.split(' ').next().unwrap();
        assert!(
            commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()),
            "{line}"
        );
    }
}

#[test]
fn only_what_passes_lets_the_job_go_on() {
    let job = Job::new();
    let clean = job.check(&[("SAVE", "../passed")]);
    assert_eq!(clean.code, Some(0), "{clean:?}");
    assert!(
        job.read("output").contains("exit-code=0\n"),
        "{}",
        job.read("output")
    );
    assert!(job.root().join("passed/SHA256SUMS").exists());
    assert!(!job.read("summary").is_empty() && !job.read("project/packwarden.sarif").is_empty());
    let given = [
        ("PATHS", "../passed/acme-1.0.0.tgz\n"),
        ("EXPECT", "../passed/SHA256SUMS"),
    ];
    let again = job.check(&given);
    assert_eq!(again.code, Some(0), "{again:?}");

    tree::write(job.root(), "project/lib/.env", "A=1\n");
    fs::write(job.root().join("summary"), "").unwrap();
    let leaking = job.check(&[]);
    assert_eq!(leaking.code, Some(1), "{leaking:?}");
    assert!(
        leaking.stdout.contains("::error ") && leaking.stderr.contains("env-file"),
        "{leaking:?}"
    );
    assert!(
        job.read("summary").contains("env-file"),
        "{}",
        job.read("summary")
    );
    assert!(
        job.read("output")
            .ends_with("exit-code=1\nsarif=packwarden.sarif\n")
    );
}

#[test]
fn whatever_goes_wrong_stops_the_job() {
    let job = Job::new();
    assert_eq!(
        job.check(&[("PROGRAM", "/nowhere/packwarden")]).code,
        Some(127)
    );
    assert!(job.read("summary").contains("exit code 127"));
    job.program("killed", "kill -9 $$");
    let killed = job.root().join("bin/killed");
    assert_eq!(
        job.check(&[("PROGRAM", killed.to_str().unwrap())]).code,
        Some(137)
    );
    // One word, whatever is in it.
    let hostile = job.check(&[("PATHS", "$(touch made); touch made\n--exit-zero")]);
    assert_eq!(hostile.code, Some(3), "{hostile:?}");
    assert!(!job.root().join("project/made").exists());
    assert_eq!(job.check(&[("ARGUMENTS", "--wrong")]).code, Some(2));
}

#[test]
fn the_program_is_built_from_the_sources_of_the_action() {
    let job = Job::new();
    job.program("rustc", "echo rustc 1.95.0");
    let version = job.step("version", &[]);
    assert_eq!(version.code, Some(0), "{version:?}");
    let output = job.read("output");
    let root = output
        .lines()
        .find_map(|line| line.strip_prefix("root="))
        .unwrap();
    job.program("rustc", "echo rustc 1.96.0");
    assert_eq!(job.step("version", &[]).code, Some(0));
    assert_eq!(
        job.read("output")
            .lines()
            .filter(|line| *line == format!("root={root}"))
            .count(),
        1
    );
    job.program("rustc", "exit 1");
    assert_eq!(job.step("version", &[]).code, Some(1));

    // Stands in for a build: the last word is where the program is to go.
    let build = "echo \"$@\" >> ../built; for root; do :; done; mkdir -p \"$root/bin\"; \
                 printf '#!/bin/sh\\necho packwarden 1\\n' > \"$root/bin/packwarden\"; chmod +x \"$root/bin/packwarden\"";
    job.program("cargo", build);
    for _ in 0..2 {
        let install = job.step("install", &[("ROOT", root)]);
        assert_eq!(install.code, Some(0), "{install:?}");
    }
    let source = env!("CARGO_MANIFEST_DIR");
    assert_eq!(
        job.read("built"),
        format!("install --locked --path {source} --root {root}\n")
    );
    assert_eq!(job.read("path"), format!("{root}/bin\n{root}/bin\n"));
    job.program("cargo", "exit 101");
    assert_eq!(job.step("install", &[("ROOT", "/nowhere")]).code, Some(101));
}
