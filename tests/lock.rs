//! `packwarden lock`, and what it lets through, from the command line to the exit code.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use packwarden::model::Sha256;
use serde_json::{Value, json};
use support::{
    command::{Ran, packwarden},
    tarball::TarballBuilder,
    tree,
    zip::ZipBuilder,
};
use tempfile::TempDir;

/// A directory with a project or artifacts.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        tree::write(self.0.path(), name, content);
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        packwarden(arguments).directory(self.0.path()).run()
    }

    /// Runs `lock` with these arguments, and returns what it has told.
    #[track_caller]
    fn lock(&self, arguments: &[&str], code: i32) -> String {
        let ran = self.run(&[&["lock"], arguments].concat());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        ran.stdout + &ran.stderr
    }

    fn written(&self) -> String {
        fs::read_to_string(self.path("packwarden.lock")).unwrap()
    }

    /// Replaces something in the lock.
    fn edit(&self, from: &str, to: &str) {
        let text = self.written();
        assert!(text.contains(from), "{text}");
        self.write("packwarden.lock", text.replacen(from, to, 1));
    }

    /// Checks, and returns the exit code and the document.
    fn check(&self, arguments: &[&str]) -> (i32, Value) {
        let ran = self.run(&[&["check", "--format", "json"], arguments].concat());
        (ran.code.unwrap(), ran.json())
    }

    /// Paths of the findings of a rule.
    fn found(&self, rule: &str, arguments: &[&str]) -> Vec<String> {
        paths(&self.check(arguments).1, rule)
    }
}

fn of_rule<'d>(document: &'d Value, rule: &'d str) -> impl Iterator<Item = &'d Value> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings.filter(move |finding| finding["rule"] == rule)
}

fn paths(document: &Value, rule: &str) -> Vec<String> {
    let path = |finding: &Value| finding["path"].as_str().unwrap().to_owned();
    of_rule(document, rule).map(path).collect()
}

/// A project of npm that ships a bundle.
fn project() -> Place {
    let place = Place::new();
    let manifest = json!({
        "name": "acme-cli", "version": "1.0.0", "license": "MIT", "main": "dist/cli.js",
        "repository": "https://git.acme.example/cli", "files": ["dist", "internal"],
    });
    place.write("package.json", manifest.to_string());
    place.write("README.md", "# Acme\n");
    place.write("dist/cli.js", "module.exports = 1;\n");
    place.write("dist/index-4f3a2b1c.js", "module.exports = 2;\n");
    for name in ["a", "b", "c", "d", "e"] {
        place.write(&format!("dist/types/{name}.d.ts"), "export {};\n");
    }
    place
}

#[test]
fn a_project_ships_what_was_agreed_to() {
    let project = project();
    let told = project.lock(&["--yes"], 0);
    assert!(told.contains("+++ b/packwarden.lock") && told.contains("+    \"dist/cli.js\","));
    insta::assert_snapshot!(project.written(), @r#"
    # What may ship, artifact by artifact. A file that no line covers, more bytes than the budget or other bytes in a
    # pinned file stop the publish. `packwarden lock` proposes changes; review them like code. (docs/lock.md)
    version = 1

    [[artifact]]
    name = "acme-cli"
    format = "npm-tgz"
    budget = "17 kB"
    files = [
        "README.md",
        "dist/cli.js",
        "dist/index-*.js",
        "dist/types/*.d.ts",
        "package.json",
    ]
    "#);
    let (code, document) = project.check(&[]);
    assert_eq!(code, 0, "{document}");
    let policy = &document["artifacts"][0]["policy"];
    assert_eq!(policy["source"], json!(["packwarden.lock"]));
    let without = project.check(&["--no-config"]).1;
    assert_ne!(
        policy["digest"],
        without["artifacts"][0]["policy"]["digest"]
    );
    assert!(project.lock(&["--check"], 0).contains("covers it"));
    // What was agreed to stays as it is.
    let before = project.written();
    assert!(project.lock(&[], 0).contains("nothing to write"));
    assert_eq!(project.written(), before);

    let leaks = ["dist/.env", "dist/cli.js.map", "internal/notes.txt"];
    for leak in leaks {
        project.write(leak, "{}\n");
    }
    let denied = leaks.map(|leak| format!("package/{leak}"));
    let (code, document) = project.check(&[]);
    assert_eq!(
        (code, paths(&document, "not-in-lock")),
        (1, denied.to_vec())
    );
    let told = project.lock(&["--check"], 1);
    assert!(denied.iter().all(|path| told.contains(path)), "{told}");
    assert_eq!(
        project.check(&["--no-config"]).1["summary"]["deny"],
        1,
        "only .env"
    );
    leaks.iter().for_each(|leak| project.remove(leak));

    project.remove("dist/index-4f3a2b1c.js");
    project.write("dist/index-0a1b2c3d.js", "module.exports = 3;\n");
    project.write("dist/types/f.d.ts", "export {};\n");
    assert_eq!(project.check(&[]).0, 0, "a new build");
    project.write("dist/types/f.ts", "export {};\n");
    assert_eq!(
        project.found("not-in-lock", &[]),
        ["package/dist/types/f.ts"]
    );
}

#[test]
fn what_people_have_written_stays() {
    let project = project();
    project.lock(&["--yes"], 0);
    project.edit(
        "    \"README.md\",",
        "    # for people\n    \"README.md\", # and for npm",
    );
    project.edit("dist/cli.js", "dist/*.js");
    project.edit("17 kB", "30 kB");
    project.edit(
        "    \"package.json\",",
        "    \"package.json\",\n    \"gone.js\",",
    );
    project.write("dist/bin/run.sh", "#!/bin/sh\n");
    let idle = project.check(&[]).1;
    let idle: Vec<_> = of_rule(&idle, "unused-lock-line").collect();
    assert_eq!(idle[0]["level"], "note");
    assert_eq!(
        idle[0]["message"],
        "packwarden.lock:16: `gone.js` covers nothing here"
    );
    let told = project.lock(&["--yes"], 0);
    assert!(told.contains("+    \"dist/bin/run.sh\",") && told.contains("-    \"gone.js\","));
    insta::assert_snapshot!(project.written().split_once("npm-tgz\"\n").unwrap().1, @r#"
    budget = "30 kB"
    files = [
        # for people
        "README.md", # and for npm
        "dist/*.js",
        "dist/bin/run.sh",
        "dist/index-*.js",
        "dist/types/*.d.ts",
        "package.json",
    ]
    "#);
    project.write("dist/cli.js", "/* */\n".repeat(6000));
    let (code, document) = project.check(&[]);
    assert_eq!(code, 1);
    let over = of_rule(&document, "over-lock-budget").next().unwrap();
    let message = over["message"].as_str().unwrap();
    assert!(
        message.contains("the budget of packwarden.lock:8 is 30,000 bytes"),
        "{message}"
    );
    assert!(project.lock(&["--yes"], 0).contains("-budget = \"30 kB\""));
    assert_eq!(project.check(&[]).0, 0);
}

/// Weights that say what they are.
fn gguf(architecture: &str) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat();
    let head = [
        &b"GGUF"[..],
        &3_u32.to_le_bytes(),
        &0_u64.to_le_bytes(),
        &1_u64.to_le_bytes(),
    ];
    let key = [
        text("general.architecture"),
        8_u32.to_le_bytes().to_vec(),
        text(architecture),
    ];
    [head.concat(), key.concat()].concat()
}

fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
    let manifest = json!({"name": "acme", "version": "1.0.0", "license": "MIT"});
    let builder =
        TarballBuilder::new().file("package/package.json", manifest.to_string().as_bytes());
    let add =
        |builder: TarballBuilder, (path, content): &(&str, &[u8])| builder.file(path, content);
    files.iter().fold(builder, add).gzip()
}

#[test]
fn pinned_weights_pass_and_others_do_not() {
    let place = Place::new();
    let (one, other) = (gguf("llama"), gguf("mistral"));
    let opaque = [0_u8, 7].repeat(40_000);
    let with = |weights: &[u8]| {
        package(&[
            ("package/models/tiny.bin", weights),
            ("package/assets/words.dat", &opaque),
        ])
    };
    place.write("acme.tgz", with(&one));
    assert_eq!(
        place.found("gguf-weights", &["acme.tgz"]),
        ["package/models/tiny.bin"]
    );
    let told = place.lock(&["--yes", "acme.tgz"], 0);
    assert!(
        told.contains("about = \"architecture llama") && !told.contains("stays blocked"),
        "{told}"
    );
    let (code, document) = place.check(&["acme.tgz"]);
    let weights = of_rule(&document, "gguf-weights").next().unwrap();
    assert_eq!(code, 0, "{document}");
    assert_eq!(weights["waived"], true);
    assert!(
        weights["waiver"]["reason"]
            .as_str()
            .unwrap()
            .starts_with("pinned in packwarden.lock:")
    );
    assert_eq!(document["summary"]["waived"], 1);
    assert_eq!(place.check(&["--no-waivers", "acme.tgz"]).0, 1);

    place.write("acme.tgz", with(&other));
    let hashes = [&one, &other].map(|weights| Sha256::of(weights).to_string());
    let (code, document) = place.check(&["acme.tgz"]);
    assert_eq!((code, paths(&document, "gguf-weights").len()), (1, 1));
    let changed = of_rule(&document, "lock-pin-changed").next().unwrap();
    assert_eq!(changed["path"], "package/models/tiny.bin");
    let message = changed["message"].as_str().unwrap();
    assert!(
        hashes.iter().all(|hash| message.contains(hash)),
        "{message}"
    );
    assert!(changed["evidence"].as_str().unwrap().contains("llama"));
    let told = place.lock(&["--check", "acme.tgz"], 1);
    assert!(hashes.iter().all(|hash| told.contains(hash)), "{told}");
    let told = place.lock(&["--yes", "acme.tgz"], 0);
    assert!(
        told.contains("other content under a pinned name: models/tiny.bin"),
        "{told}"
    );
    assert!(
        told.contains("architecture llama") && told.contains("architecture mistral"),
        "{told}"
    );
    assert_eq!(place.check(&["acme.tgz"]).0, 0);

    // The same weights under another name are not approved, and a pin that was taken out stays out.
    place.write("acme.tgz", package(&[("package/other.bin", &other)]));
    assert_eq!(
        place.found("not-in-lock", &["acme.tgz"]),
        ["package/other.bin"]
    );
    place.write("acme.tgz", with(&other));
    let line = place.written();
    let line = line
        .lines()
        .find(|line| line.contains("{ path = \"assets/words.dat\""))
        .unwrap();
    place.edit(&format!("{line}\n"), "");
    assert!(place.lock(&["acme.tgz"], 0).contains("nothing to write"));
}

/// A wheel for a platform, and what it is called.
fn wheel(version: &str, tag: &str, files: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let directory = format!("acme-{version}.dist-info");
    let metadata =
        format!("Metadata-Version: 2.1\nName: acme\nVersion: {version}\nLicense: MIT\n\n");
    let about = format!("Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n");
    let (mut builder, mut record) = (ZipBuilder::new(), String::new());
    let own = [
        (format!("{directory}/METADATA"), metadata.into_bytes()),
        (format!("{directory}/WHEEL"), about.into_bytes()),
    ];
    let given = files
        .iter()
        .map(|(name, content)| ((*name).to_owned(), content.to_vec()));
    for (name, content) in given.chain(own) {
        builder = builder.file(&name, &content);
        let hash = URL_SAFE_NO_PAD.encode(Sha256::of(&content).as_bytes());
        record += &format!("{name},sha256={hash},{}\n", content.len());
    }
    record += &format!("{directory}/RECORD,,\n");
    let built = builder.file(&format!("{directory}/RECORD"), record.as_bytes());
    (format!("acme-{version}-{tag}.whl"), built.build())
}

#[test]
fn wheels_of_different_systems_do_not_fight() {
    let place = Place::new();
    let add = |version: &str, tag: &str, module: &str| {
        let files = [("acme/__init__.py", &b"x = 1\n"[..]), (module, b"\0native")];
        let (name, bytes) = wheel(version, tag, &files);
        place.write(&name, bytes);
        name
    };
    let linux = add(
        "1.0",
        "cp311-cp311-manylinux_2_17_x86_64",
        "acme/_core.cpython-311-x86_64-linux-gnu.so",
    );
    let windows = add(
        "1.0",
        "cp311-cp311-win_amd64",
        "acme/_core.cp311-win_amd64.pyd",
    );
    place.lock(&["--yes", &linux], 0);
    assert!(
        place
            .lock(&["--check", &windows], 1)
            .contains("no section for acme (wheel for windows)")
    );
    assert!(
        place
            .lock(&["--yes", &windows], 0)
            .contains("not looked at, and left as it is: acme (wheel for linux)")
    );
    insta::assert_snapshot!(place.written().split_once("version = 1\n").unwrap().1.trim(), @r#"
    [[artifact]]
    name = "acme"
    format = "wheel"
    platform = "linux"
    budget = "17 kB"
    files = [
        "acme.dist-info/METADATA",
        "acme.dist-info/RECORD",
        "acme.dist-info/WHEEL",
        "acme/__init__.py",
        "acme/_core.*.so",
    ]

    [[artifact]]
    name = "acme"
    format = "wheel"
    platform = "windows"
    budget = "17 kB"
    files = [
        "acme.dist-info/METADATA",
        "acme.dist-info/RECORD",
        "acme.dist-info/WHEEL",
        "acme/__init__.py",
        "acme/_core.*.pyd",
    ]
    "#);
    let next = add(
        "2.0",
        "cp312-cp312-musllinux_1_2_aarch64",
        "acme/_core.cpython-312-aarch64-linux-musl.so",
    );
    place.lock(&["--check", &linux, &windows, &next], 0);
    let leaky = add(
        "2.1",
        "cp312-cp312-win_amd64",
        "acme/_core.cp312-win_amd64.pdb",
    );
    assert!(
        place
            .lock(&["--check", &leaky], 1)
            .contains("acme/_core.cp312-win_amd64.pdb")
    );
}

#[test]
fn a_lock_of_a_crate_outlives_its_release() {
    let place = Place::new();
    let add = |version: &str, more: &[&str]| {
        let root = format!("acme-{version}");
        let manifest =
            format!("[package]\nname = \"acme\"\nversion = \"{version}\"\nlicense = \"MIT\"\n");
        let builder =
            TarballBuilder::new().file(&format!("{root}/Cargo.toml"), manifest.as_bytes());
        let modules = ["lib", "a", "b", "c", "app/[id]/d"].map(|name| format!("src/{name}.rs"));
        let files = modules
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied());
        let add = |builder: TarballBuilder, path: &str| {
            let lock = place.path("packwarden.lock");
            let content = match path {
                "packwarden.lock" => fs::read(lock).unwrap(),
                _ => b"//! A.\n".to_vec(),
            };
            builder.file(&format!("{root}/{path}"), &content)
        };
        let name = format!("{root}.crate");
        place.write(&name, files.fold(builder, add).gzip());
        name
    };
    let first = add("1.0.0", &[]);
    assert!(
        place
            .lock(&["--yes", &first], 0)
            .contains("+    \"src/**/*.rs\",")
    );
    // The lock itself may ship, and need not list itself.
    let second = add("1.1.0", &["src/e.rs", "packwarden.lock"]);
    place.lock(&["--check", &second], 0);
    let third = add("1.2.0", &["src/key.pem", "internal/a.rs"]);
    assert_eq!(
        place.found("not-in-lock", &[&third]),
        ["acme-1.2.0/internal/a.rs", "acme-1.2.0/src/key.pem"]
    );
}

#[test]
fn nothing_is_approved_that_nobody_has_read_or_agreed_to() {
    let place = Place::new();
    let whole = package(&[]);
    place.write("cut.tgz", &whole[..whole.len() - 9]);
    assert!(
        place
            .lock(&["--yes", "cut.tgz"], 4)
            .contains("what nobody has read is not approved")
    );
    place.write("acme.tgz", &whole);
    assert!(
        place
            .lock(&["acme.tgz"], 2)
            .contains("there is no terminal to ask on")
    );
    place.lock(&["--no-config", "--yes", "acme.tgz"], 2);
    place.lock(&["--yes", "none.tgz"], 3);
    assert!(
        place
            .lock(&["--check", "acme.tgz"], 1)
            .contains("there is no packwarden.lock")
    );
    assert!(!place.path("packwarden.lock").exists());

    place.write("leaky.tgz", package(&[("package/.env", b"A=1\n")]));
    let told = place.lock(&["--yes", "leaky.tgz"], 0);
    assert!(told.contains("acme (npm-tgz) stays blocked by"), "{told}");
    assert_eq!(place.check(&["leaky.tgz"]).0, 1);
}

#[test]
fn a_lock_that_can_not_be_used_stops_everything() {
    let place = Place::new();
    place.write("acme.tgz", package(&[]));
    place.write(
        "packwarden.lock",
        "version = 1\n[[artifact]]\nnam = \"acme\"\n",
    );
    for command in [
        &["check", "acme.tgz"][..],
        &["lock", "acme.tgz"],
        &["lock", "--check", "acme.tgz"],
    ] {
        let ran = place.run(command);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(
            ran.stderr.contains("packwarden.lock:3: unknown key `nam`"),
            "{ran:?}"
        );
    }
    assert_eq!(place.check(&["--no-config", "acme.tgz"]).0, 0);
    let other =
        "version = 1\n[[artifact]]\nname = \"other\"\nformat = \"npm-tgz\"\nfiles = [\"**/a\"]\n";
    place.write("packwarden.lock", other);
    let (code, document) = place.check(&["acme.tgz"]);
    assert_eq!(
        (code, paths(&document, "artifact-not-in-lock")),
        (1, vec!["acme.tgz".to_owned()])
    );
    assert!(
        place
            .lock(&["--yes", "acme.tgz"], 0)
            .contains("left as it is: other (npm-tgz)")
    );
    assert!(
        place.written().ends_with(other.split_once('\n').unwrap().1),
        "sorted"
    );
    assert_eq!(place.check(&["acme.tgz"]).0, 0);
}

#[test]
fn a_change_does_not_approve_itself() {
    let project = project();
    let git = |arguments: &[&str]| tree::git(project.0.path(), arguments);
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message=none"]);
    project.lock(&["--yes"], 0);
    let of_commit = ["--policy-from", "HEAD"];
    let told = project.lock(&["--check", of_commit[0], of_commit[1]], 1);
    assert!(told.contains("there is no packwarden.lock"), "{told}");
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message=lock"]);
    project.write("dist/leak.txt", "x");
    project.lock(&["--yes"], 0);
    assert_eq!(project.found("not-in-lock", &[]), [""; 0]);
    assert_eq!(
        project.found("not-in-lock", &of_commit),
        ["package/dist/leak.txt"]
    );
}

#[test]
fn secrets_in_names_are_not_written() {
    let place = Place::new();
    let secret = ["q8Vz0Lw2Jt7Xb", "4Nc9Rk1Hs6"].concat();
    let path = format!("package/{secret}.txt");
    place.write("acme.tgz", package(&[(&path, b"x")]));
    let run = |arguments: &[&str]| {
        let ran = packwarden(arguments)
            .directory(place.0.path())
            .variable("ACME_TOKEN", &secret)
            .run();
        assert!(!format!("{ran:?}").contains(&secret), "{ran:?}");
        ran.code
    };
    assert_eq!(run(&["lock", "--yes", "acme.tgz"]), Some(0));
    assert!(!place.written().contains(&secret));
    assert_eq!(run(&["lock", "--check", "acme.tgz"]), Some(0));
    place.edit(".txt", ".md");
    assert_eq!(run(&["lock", "--check", "acme.tgz"]), Some(1));
    assert_eq!(run(&["check", "--format", "json", "acme.tgz"]), Some(1));
}
