//! cargo asks the gate before it uploads: what passes is uploaded, byte for byte, and nothing else is.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[expect(dead_code, reason = "each test is a crate of its own and uses a part")]
#[path = "support/crate_registry.rs"]
mod crate_registry;
mod support;

use std::{fs, io::Read as _, os::unix::fs::PermissionsExt, path::Path};

use crate_registry::Registry;
use packwarden::model::Sha256;
use support::{
    command::{Packwarden, Ran, packwarden, scrubbed},
    tree,
};
use tempfile::TempDir;

const MANIFEST: &str = "[package]\nname = \"acme\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\
    license = \"MIT\"\ndescription = \"An example\"\nrepository = \"https://example.com/acme\"\n\
    [workspace]\n";
const PROGRAM: &str = env!("CARGO_BIN_EXE_packwarden");
/// The arguments of a publish that compiles nothing.
const PUBLISH: [&str; 4] = ["publish", "--no-verify", "--registry", "local"];

/// A project in a git repository of its own, and the only registry that cargo can reach.
struct Place {
    project: TempDir,
    registry: Registry,
}

impl Place {
    /// A crate, and a cargo that asks the gate.
    fn new() -> Self {
        let place = Self {
            project: tempfile::tempdir().unwrap(),
            registry: Registry::start(),
        };
        place.write("Cargo.toml", MANIFEST);
        place.write("src/lib.rs", "//! Acme.\n");
        tree::git(place.root(), &["init", "--quiet"]);
        place.commit();
        place.gated(&[PROGRAM, "hook", "cargo"]);
        place
    }

    /// Three crates, the first of which needs the second, and that the third: they are uploaded backwards.
    fn workspace() -> Self {
        let place = Self::new();
        let root = "[workspace]\nmembers = [\"a\", \"b\", \"c\"]\nresolver = \"2\"\n";
        place.write("Cargo.toml", root);
        fs::remove_dir_all(place.root().join("src")).unwrap();
        for (name, needs) in [("a", Some("b")), ("b", Some("c")), ("c", None)] {
            let needed = |needed: &str| {
                format!(
                    "[dependencies]\n{needed} = {{ path = \"../{needed}\", version = \"1\", registry = \"local\" }}\n"
                )
            };
            let manifest = MANIFEST.replace("\"acme\"", &format!("\"{name}\""));
            let needs = needs.map(needed).unwrap_or_default();
            place.write(
                &format!("{name}/Cargo.toml"),
                manifest.replace("[workspace]\n", &needs),
            );
            place.write(&format!("{name}/src/lib.rs"), "//! Acme.\n");
        }
        place.commit();
        place
    }

    fn root(&self) -> &Path {
        self.project.path()
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        tree::write(self.root(), path, content);
    }

    fn commit(&self) {
        tree::git(self.root(), &["add", "--all"]);
        tree::git(self.root(), &["commit", "--quiet", "-m", "x"]);
    }

    /// A program that is not in the project.
    fn script(&self, name: &str, text: &str) -> String {
        let path = self.root().join(".git").join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Has cargo ask this provider before its own.
    fn gated(&self, provider: &[&str]) {
        self.registry.configure(&format!(
            "[registry]\nglobal-credential-providers = [\"cargo:token\", \"guard\"]\n\
             [credential-alias]\nguard = {provider:?}\n"
        ));
    }

    fn in_place(&self, program: Packwarden) -> Packwarden {
        let (variable, home) = self.registry.home();
        program
            .directory(self.root())
            .variable(variable, home)
            .variable("CARGO_TARGET_DIR", home.join("target"))
    }

    fn cargo(&self, arguments: &[&str]) -> Packwarden {
        self.in_place(scrubbed(env!("CARGO")).arguments(arguments))
    }

    /// `packwarden publish` with a publish by cargo.
    fn around(&self, arguments: &[&str]) -> Packwarden {
        let program = packwarden(&["publish", "--no-progress", "--", "cargo"]);
        self.in_place(program.arguments(arguments))
    }

    /// The hashes of what has arrived, which must be as many as these and have been told of.
    fn arrived(&self, ran: &Ran, crates: usize) {
        let uploads = self.registry.uploads();
        assert_eq!(uploads.len(), crates, "{ran:?}");
        for upload in uploads {
            let told = format!(", sha256 {}\n", Sha256::of(&upload));
            assert!(
                ran.stderr.contains("packwarden: cargo may upload "),
                "{ran:?}"
            );
            assert!(ran.stderr.contains(&told), "{told}: {ran:?}");
        }
    }

    /// Sees to it that nothing at all was uploaded, and that the reason was told.
    fn refused(&self, ran: &Ran, reason: &str) {
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert!(self.registry.uploads().is_empty(), "{ran:?}");
        assert!(ran.stderr.contains(reason), "{reason}: {ran:?}");
    }
}

#[test]
fn what_passes_is_what_arrives() {
    let place = Place::new();
    let ran = place.cargo(&["publish", "--registry", "local"]).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 1);
    assert!(
        ran.stderr
            .contains("packwarden: cargo may upload acme 1.0.0, sha256 ")
    );

    // The token is told to nobody, wherever it comes from.
    let token = ["cioT0ken", "0123456789abcdef"].concat();
    place.write("src/lib.rs", "//! Acme, changed.\n");
    place.commit();
    let ran = place
        .cargo(&PUBLISH)
        .variable("CARGO_REGISTRIES_LOCAL_TOKEN", &token)
        .run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 1);
    assert!(!format!("{ran:?}").contains(&token), "{ran:?}");
}

#[test]
fn each_crate_of_a_workspace_is_asked_about() {
    let place = Place::workspace();
    let ran = place
        .cargo(&[&PUBLISH[..], &["--workspace"]].concat())
        .run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 3);
    // People are told once what was found in all of them.
    assert_eq!(
        ran.stderr.matches("\na 1.0.0  crate\n").count(),
        1,
        "{ran:?}"
    );
}

#[test]
fn a_leak_in_any_crate_keeps_all_of_them() {
    for leaking in ["c", "b", "a"] {
        let place = Place::workspace();
        place.write(&format!("{leaking}/.env"), "A=1\n");
        place.commit();
        let publish = [&PUBLISH[..], &["--workspace"]].concat();
        let ran = place.cargo(&publish).run();
        place.refused(&ran, "env-file");
        place.refused(&ran, "is not uploaded: the check has not passed");
        // Nor is it forgotten.
        place.refused(&place.cargo(&publish).run(), "env-file");
        let ran = place.around(&publish).run();
        place.refused(&ran, "env-file");
        assert_eq!(ran.code, Some(1), "{ran:?}");
    }
}

#[test]
fn only_what_cargo_has_open_counts_and_not_what_lies_around() {
    let place = Place::new();
    place.write(".env", "A=1\n");
    place.commit();
    let packed = place.cargo(&["package", "--no-verify"]).run();
    assert_eq!(packed.code, Some(0), "{packed:?}");
    // The name is the same, the bytes are not.
    place.refused(&place.cargo(&PUBLISH).run(), "env-file");
    fs::remove_file(place.root().join(".env")).unwrap();
    place.commit();
    let ran = place.cargo(&PUBLISH).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 1);
}

#[test]
fn the_project_is_found_from_wherever_cargo_runs() {
    let place = Place::new();
    place.write("packwarden.toml", "[levels]\nenv-file = \"off\"\n");
    place.write(".env", "A=1\n");
    place.commit();
    let manifest = place.root().join("Cargo.toml");
    let manifest = manifest.to_str().unwrap();
    let (apart, further) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let from_root = |arguments: &[&str]| {
        let cargo = place.cargo(&[&PUBLISH[..], arguments].concat());
        cargo.directory(Path::new("/"))
    };
    for ran in [
        from_root(&["--manifest-path", manifest]),
        from_root(&[&format!("--manifest-path={manifest}")]),
        place.cargo(&PUBLISH).directory(&place.root().join("src")),
        place
            .cargo(&PUBLISH)
            .variable("CARGO_BUILD_BUILD_DIR", apart.path()),
        place
            .cargo(&PUBLISH)
            .arguments(&["--target-dir", apart.path().to_str().unwrap()]),
    ] {
        let ran = ran.run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        place.arrived(&ran, 1);
    }
    // With another program between them, cargo's own account of its directories must do.
    let between = place.script("between", &format!("{PROGRAM:?} \"$@\""));
    place.gated(&[&between, "hook", "cargo"]);
    let ran = place.cargo(&PUBLISH).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 1);
    // Where that knows them not, and no older file has the same bytes, nothing does.
    fs::remove_dir_all(place.registry.home().1.join("target")).unwrap();
    let ran = place
        .cargo(&PUBLISH)
        .arguments(&["--target-dir", further.path().to_str().unwrap()])
        .run();
    place.refused(&ran, "no file with the SHA-256 that cargo names");
    // The gate's own options are understood, and hold.
    place.gated(&[PROGRAM, "hook", "cargo", "--no-config"]);
    place.refused(&place.cargo(&PUBLISH).run(), "env-file");
}

#[test]
fn a_gate_that_is_broken_stays_shut() {
    let place = Place::new();
    let missing = place.root().join("missing");
    let missing = missing.to_str().unwrap();
    let killed = place.script("killed", "kill -9 $$");
    let late = place.script("late", &format!("{PROGRAM:?} \"$@\"; kill -9 $$"));
    let failing = place.script("failing", &format!("{PROGRAM:?} \"$@\"; exit 1"));
    let silent = place.script("silent", "echo '{\"v\":[1]}'; read line");
    // Asked for the token when everything has passed, it ends the gate.
    let murderer = place.script("murderer", "kill -9 $PPID; sleep 1");
    let gate = [PROGRAM, "hook", "cargo"];
    for (provider, reason) in [
        (&[missing][..], "failed to spawn credential process"),
        (
            &["packwarden-is-not-on-the-path", "hook", "cargo"],
            "failed to spawn",
        ),
        (&[&killed, "hook", "cargo"], "failed to deserialize hello"),
        (&[&late, "hook", "cargo"], "failed with status signal: 9"),
        (
            &[&failing, "hook", "cargo"],
            "failed with status exit status: 1",
        ),
        (
            &[&silent, "hook", "cargo"],
            "failed to deserialize response",
        ),
        (&[PROGRAM], "can't be understood"),
        (&[PROGRAM, "check"], "other words than `hook cargo`"),
        (
            &[PROGRAM, "hook", "cargo", "--odd"],
            "unexpected argument '--odd'",
        ),
        (
            &[PROGRAM, "hook", "cargo", "--config", "none.toml"],
            "none.toml",
        ),
        (
            &[&gate[..], &["--", missing]].concat(),
            "which packwarden asks, has failed",
        ),
        (
            &[&gate[..], &["--", &murderer]].concat(),
            "failed to deserialize response",
        ),
        (
            &[&gate[..], &["--", &killed]].concat(),
            "which packwarden asks, has failed",
        ),
        (
            &[&gate[..], &["--", &silent]].concat(),
            "which packwarden asks, has failed",
        ),
        (
            &[&gate[..], &["--", "cargo:libsecret"]].concat(),
            "it is a part of cargo",
        ),
        (
            &[&gate[..], &["--", "cargo:token-from-stdout"]].concat(),
            "no command stands behind it",
        ),
        (
            &[&gate[..], &["--", "cargo:token-from-stdout", "true"]].concat(),
            "it prints nothing",
        ),
    ] {
        place.gated(provider);
        place.refused(&place.cargo(&PUBLISH).run(), reason);
    }
    place.gated(&gate);
    let ran = place.cargo(&PUBLISH).variable("TMPDIR", "/nowhere").run();
    place.refused(&ran, "/nowhere");
    place.write("packwarden.toml", "[levels]\nno-such-rule = \"off\"\n");
    place.commit();
    place.refused(&place.cargo(&PUBLISH).run(), "no-such-rule");
}

#[test]
fn without_a_token_nothing_else_is_asked() {
    let place = Place::new();
    let (_, home) = place.registry.home();
    let configuration = fs::read_to_string(home.join("config.toml")).unwrap();
    fs::write(
        home.join("config.toml"),
        configuration.replace("local.token = \"none\"\n", ""),
    )
    .unwrap();
    let ran = place.cargo(&PUBLISH).run();
    place.refused(&ran, "there is no token for the registry local");
    place.refused(&ran, "set CARGO_REGISTRIES_LOCAL_TOKEN");
    // What `cargo login` has saved is found, and gone after `cargo logout`.
    let token = ["saved", "T0ken"].concat();
    let file = tempfile::tempdir().unwrap();
    fs::write(file.path().join("token"), &token).unwrap();
    let input = fs::File::open(file.path().join("token")).unwrap();
    let login = place
        .cargo(&["login", "--registry", "local"])
        .stdin_from(input)
        .run();
    assert_eq!(login.code, Some(0), "{login:?}");
    let saved = fs::read_to_string(home.join("credentials.toml")).unwrap();
    assert!(saved.contains(&token), "{saved}");
    let ran = place.cargo(&PUBLISH).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 1);
    for command in [
        &["yank", "--registry", "local", "acme@1.0.0"][..],
        &["yank", "--undo", "--registry", "local", "acme@1.0.0"],
        &["owner", "--list", "--registry", "local", "acme"],
        &["owner", "--add", "ann", "--registry", "local", "acme"],
        &["search", "--registry", "local", "acme"],
        &["logout", "--registry", "local"],
    ] {
        let ran = place.cargo(command).run();
        assert_eq!(ran.code, Some(0), "{command:?}: {ran:?}");
    }
    place.refused(&place.cargo(&PUBLISH).run(), "there is no token");
}

#[test]
fn another_provider_can_have_the_token() {
    let place = Place::workspace();
    // What a provider may say that would keep cargo from asking again.
    let said = "{\"Ok\":{\"kind\":\"get\",\"token\":\"inner\",\"cache\":\"session\",\"operation_independent\":true}}";
    let log = place.root().join(".git/asked");
    let inner = place.script(
        "inner",
        &format!("echo '{{\"v\":[1]}}'; read line; echo \"$line\" >> {log:?}; echo '{said}'"),
    );
    let other = place.script(
        "other",
        "echo '{\"v\":[1]}'; read line; echo '{\"Err\":{\"kind\":\"not-found\"}}'",
    );
    place.gated(&[
        PROGRAM,
        "hook",
        "cargo",
        "--",
        &other,
        "--",
        &inner,
        "an argument",
    ]);
    let publish = [&PUBLISH[..], &["--workspace"]].concat();
    let ran = place.cargo(&publish).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 3);
    let asked = fs::read_to_string(log).unwrap();
    assert_eq!(asked.lines().count(), 4, "{asked}");
    assert_eq!(
        asked.matches("\"args\":[\"an argument\"]").count(),
        4,
        "{asked}"
    );
    // It is told of log-ins too.
    let ran = place.cargo(&["logout", "--registry", "local"]).run();
    assert!(
        ran.stderr
            .contains("it gives a token that it was not asked for"),
        "{ran:?}"
    );

    let printing = place.script("printing", "echo \"$CARGO_REGISTRY_NAME_OPT-$1\"");
    place.gated(&[
        PROGRAM,
        "hook",
        "cargo",
        "--",
        "cargo:token-from-stdout",
        &printing,
        "{index_url}",
    ]);
    place.write("c/src/lib.rs", "//! Acme, changed.\n");
    place.commit();
    let ran = place.cargo(&publish).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 3);
}

#[test]
fn a_publish_is_gated_whatever_cargo_is_configured_to_ask() {
    let place = Place::workspace();
    let publish = [&PUBLISH[..], &["--workspace"]].concat();
    let log = place.root().join(".git/asked");
    let said = "{\"Ok\":{\"kind\":\"get\",\"token\":\"inner\",\"cache\":\"session\",\"operation_independent\":true}}";
    let inner = place.script(
        "a provider",
        &format!("echo '{{\"v\":[1]}}'; read line; echo \"$line\" >> {log:?}; echo '{said}'"),
    );
    let relative = "[registries.local]\ncredential-provider = [\"./.git/a provider\", \"--odd\"]\n";
    for (configuration, asks) in [
        ("", 0),
        (
            "[registry]\nglobal-credential-providers = [\"cargo:token\"]\n",
            0,
        ),
        (
            "[registries.local]\ncredential-provider = \"cargo:token\"\n",
            0,
        ),
        (
            "[registries.local]\ncredential-provider = [\"cargo:token\"]\n",
            0,
        ),
        (
            &format!("[registries.local]\ncredential-provider = [{inner:?}]\n"),
            4,
        ),
        (
            &format!(
                "[registries.local]\ncredential-provider = \"own\"\n[credential-alias]\nown = [{inner:?}, \"x\"]\n"
            ),
            4,
        ),
        (relative, 4),
    ] {
        place.registry.configure("");
        place.write(".cargo/config.toml", configuration);
        place.commit();
        let ran = place.around(&publish).run();
        assert_eq!(ran.code, Some(0), "{configuration}: {ran:?}");
        place.arrived(&ran, 3);
        let asked = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(&log);
        assert_eq!(asked.lines().count(), asks, "{configuration}: {asked}");
        // cargo does not know that the gate reads the token.
        let is_own = configuration.contains("registries.local");
        let warned = ran.stderr.contains("will be ignored");
        assert_eq!(warned, is_own, "{configuration}: {ran:?}");
    }
    // Variables of the user's too.
    place.write(".cargo/config.toml", "");
    place.commit();
    for (name, value) in [
        ("CARGO_REGISTRIES_LOCAL_CREDENTIAL_PROVIDER", "cargo:token"),
        ("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", "cargo:token"),
    ] {
        let ran = place.around(&publish).variable(name, value).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        place.arrived(&ran, 3);
    }
    // And the file that `cargo login` writes, which cargo merges over all others.
    let (_, home) = place.registry.home();
    let own = "[registries.local]\ncredential-provider = \"cargo:token\"\n";
    fs::write(home.join("credentials.toml"), own).unwrap();
    let ran = place.around(&publish).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 3);
    place.write("b/.env", "A=1\n");
    place.commit();
    place.refused(&place.around(&publish).run(), "env-file");
}

#[test]
fn a_publish_around_cargo_ends_as_the_check_or_cargo_did() {
    let place = Place::new();
    let ran = place.around(&PUBLISH).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 1);
    // cargo's own refusal is its own.
    place.write("new.rs", "");
    let ran = place.around(&PUBLISH).run();
    place.refused(&ran, "not yet committed");
    assert_eq!(ran.code, Some(101), "{ran:?}");
    let ran = place.around(&PUBLISH).arguments(&["--allow-dirty"]).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.arrived(&ran, 1);
    // The gate's options go with it, and a report is written.
    let report = place.root().join(".git/report.json");
    let format = format!("json={}", report.display());
    let strict = |options: &[&str]| {
        let all = [
            &["publish"],
            options,
            &["--format", &format, "--", "cargo"],
            &PUBLISH,
        ];
        place
            .in_place(packwarden(&all.concat()).arguments(&["--allow-dirty"]))
            .run()
    };
    let ran = strict(&["--config", "none.toml"]);
    place.refused(&ran, "none.toml");
    place.write(".env", "A=1\n");
    let ran = strict(&["--profile", "closed"]);
    place.refused(&ran, "env-file");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let report = fs::read_to_string(report).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["outcome"], "blocked");
    assert_eq!(report["artifacts"][0]["policy"]["profile"], "closed");
}

#[test]
fn a_publish_that_would_not_ask_is_refused() {
    let place = Place::new();
    place.write("a=b.toml", "");
    for (arguments, reason) in [
        (
            &["publish", "--token", "x"][..],
            "cargo asks nobody before it uploads",
        ),
        (
            &["publish", "--token=x"],
            "cargo asks nobody before it uploads",
        ),
        (
            &["publish", "--index", "x"],
            "asks nobody then before it uploads",
        ),
        (&["-C", "x", "publish"], "in another directory"),
        (
            &[
                "--config",
                "registry.credential-provider='cargo:token'",
                "publish",
            ],
            "take the place of the gate",
        ),
        (
            &["publish", "--config", "file.toml"],
            "take the place of the gate",
        ),
        (
            &["publish", "--config", "a=b.toml"],
            "take the place of the gate",
        ),
        (
            &[
                "publish",
                "--config",
                "registries.local.\"\\u0063redential-provider\"=\"cargo:t\\u006fken\"",
            ],
            "take the place of the gate",
        ),
        (&["publish", "--odd"], "what cargo makes of `--odd`"),
        (&["publish", "-nv"], "what cargo makes of `-nv`"),
        (
            &["publish", "other"],
            "only `cargo publish` can be followed",
        ),
        (&["release"], "only `cargo publish` can be followed"),
        (&["package"], "only `cargo publish` can be followed"),
        (&[], "only `cargo publish` can be followed"),
    ] {
        let ran = place.around(arguments).run();
        place.refused(&ran, reason);
        assert_eq!(ran.code, Some(2), "{ran:?}");
    }
    place.write(".cargo/config.toml", "include = [\"other.toml\"]\n");
    place.refused(&place.around(&PUBLISH).run(), "includes other files");
    fs::remove_dir_all(place.root().join(".cargo")).unwrap();
    // A cargo that uploads without asking is told of afterwards.
    let silent = place.script("cargo", "exit 0");
    let ran = place
        .in_place(packwarden(&["publish", "--", &silent, "publish"]))
        .run();
    place.refused(&ran, "what was uploaded is not known");
    let ran = place
        .in_place(packwarden(&["publish", "--", "/nowhere/cargo", "publish"]))
        .run();
    place.refused(&ran, "cargo was not found");
}

#[test]
fn a_rehearsal_is_checked_too() {
    let place = Place::new();
    let rehearse = [&PUBLISH[..], &["--dry-run"]].concat();
    let ran = place.around(&rehearse).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stderr.contains("aborting upload due to dry run"),
        "{ran:?}"
    );
    place.write(".env", "A=1\n");
    place.commit();
    let ran = place.around(&rehearse).run();
    place.refused(&ran, "env-file");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let manifest = place.root().join("Cargo.toml");
    let manifest = ["--manifest-path", manifest.to_str().unwrap()];
    let ran = place
        .around(&rehearse)
        .arguments(&manifest)
        .directory(Path::new("/"))
        .run();
    place.refused(&ran, "env-file");

    let place = Place::workspace();
    let all = [&rehearse[..], &["--workspace"]].concat();
    let ran = place.around(&all).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.write("c/.env", "A=1\n");
    place.commit();
    place.refused(&place.around(&all).run(), "env-file");
    place.refused(
        &place.around(&rehearse).arguments(&["-p", "c"]).run(),
        "env-file",
    );
    assert!(place.registry.uploads().is_empty());
}

#[test]
fn cargo_packwarden_is_packwarden() {
    let place = Place::new();
    let path = std::env::var("PATH").unwrap();
    let directory = Path::new(PROGRAM).parent().unwrap();
    let with = |directory: &Path| format!("{}:{path}", directory.display());
    let cargo = |arguments: &[&str]| {
        let arguments = [&["packwarden"], arguments].concat();
        place.cargo(&arguments).variable("PATH", with(directory))
    };
    let ran = cargo(&["check"]).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.write(".env", "A=1\n");
    place.commit();
    assert_eq!(cargo(&["check"]).run().code, Some(1));
    assert_eq!(cargo(&["check", "none"]).run().code, Some(3));
    let ran = cargo(&["publish", "--", "cargo"]).arguments(&PUBLISH).run();
    place.refused(&ran, "env-file");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    // Alone it does nothing.
    let alone = tempfile::tempdir().unwrap();
    fs::copy(
        env!("CARGO_BIN_EXE_cargo-packwarden"),
        alone.path().join("cargo-packwarden"),
    )
    .unwrap();
    let ran = place
        .cargo(&["packwarden", "check"])
        .variable("PATH", with(alone.path()))
        .run();
    assert_eq!(ran.code, Some(70), "{ran:?}");
    assert!(ran.stderr.contains("nothing was checked"), "{ran:?}");
}

#[test]
fn a_publish_whose_packwarden_is_killed_uploads_nothing_unchecked() {
    for (leak, signal, arrives) in [(true, "KILL", 0), (false, "KILL", 1), (false, "TERM", 0)] {
        let place = Place::new();
        if leak {
            place.write(".env", "A=1\n");
            place.commit();
        }
        let cargo = env!("CARGO");
        // On SIGTERM we end what we have started before we end.
        let waits = if signal == "TERM" { "exec cat" } else { "" };
        fs::create_dir(place.root().join(".git/bin")).unwrap();
        let killing = place.script(
            "bin/cargo",
            &format!("kill -{signal} $PPID; {waits}\nexec {cargo:?} \"$@\""),
        );
        let input = fs::File::open("/dev/zero").unwrap();
        let program = packwarden(&["publish", "--", &killing]).arguments(&PUBLISH);
        let mut running = place.in_place(program).stdin_from(input).start();
        let mut told = String::new();
        // Ends when what it has started has ended too.
        let read = running
            .child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut told);
        read.unwrap();
        assert!(!running.child.wait().unwrap().success(), "{told}");
        assert_eq!(place.registry.uploads().len(), arrives, "{told}");
        assert_eq!(told.contains("env-file"), leak, "{told}");
    }
}

#[test]
fn a_directory_may_have_any_name() {
    for name in [
        "a b",
        "-n",
        "it's \"so\"",
        "a\nb",
        "caf\u{e9}.crate",
        "$(x)",
    ] {
        let place = Place::new();
        let odd = place.root().join(name);
        fs::create_dir(&odd).unwrap();
        fs::rename(place.root().join("Cargo.toml"), odd.join("Cargo.toml")).unwrap();
        fs::rename(place.root().join("src"), odd.join("src")).unwrap();
        place.commit();
        let target = odd.join("target");
        for ran in [place.cargo(&PUBLISH), place.around(&PUBLISH)] {
            let ran = ran
                .directory(&odd)
                .variable("CARGO_TARGET_DIR", &target)
                .run();
            assert_eq!(ran.code, Some(0), "{ran:?}");
            place.arrived(&ran, 1);
            fs::remove_dir_all(&target).unwrap();
        }
        fs::write(odd.join(".env"), "A=1\n").unwrap();
        place.commit();
        let ran = place.around(&PUBLISH).directory(&odd).run();
        place.refused(&ran, "env-file");
    }
}
