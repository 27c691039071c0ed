//! The leaks that this program exists for, made again with invented content.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{fmt::Write as _, fs, path::Path, process::Command};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::{
    command::{Packwarden, Ran, packwarden},
    tarball::TarballBuilder,
    tree,
};

/// The sources of a CLI, as many and as long as asked for.
fn sources(count: usize, lines: usize) -> Vec<(String, String)> {
    let source = |file: usize| {
        let mut text = String::new();
        for line in 1..=lines {
            let _ = writeln!(
                text,
                "const value{line} = \"file {file}, line {line}\"; // as we say"
            );
        }
        (format!("../src/part{}/file{file}.ts", file % 40), text)
    };
    (0..count).map(source).collect()
}

fn map(sources: &[(String, String)]) -> String {
    let (names, contents): (Vec<_>, Vec<_>) = sources.iter().cloned().unzip();
    json!({ "version": 3, "sources": names, "sourcesContent": contents, "names": [], "mappings": "AAAA;" })
        .to_string()
}

/// A closed package around these files.
fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
    let manifest = json!({
        "name": "@invented/cli", "version": "2.1.88",
        "license": "SEE LICENSE IN README.md", "bin": { "cli": "cli.js" }, "files": ["*"],
        "publishConfig": { "access": "public" },
    });
    let manifest =
        TarballBuilder::new().file("package/package.json", manifest.to_string().as_bytes());
    let add =
        |tarball: TarballBuilder, (path, content): &(&str, &[u8])| tarball.file(path, content);
    files.iter().fold(manifest, add).gzip()
}

fn check(artifact: &[u8]) -> (Ran, Value) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("cli.tgz"), artifact).unwrap();
    let ran = packwarden(&["check", "--format", "json", "cli.tgz"])
        .directory(directory.path())
        .run();
    let document = ran.json();
    (ran, document)
}

/// The rules that deny, and where, in a check of a directory by the client that packs it.
fn denied(prepared: Packwarden, directory: &Path) -> Vec<(String, String)> {
    let ran = prepared
        .arguments(&["check", "--format", "json"])
        .directory(directory)
        .run();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let document = ran.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let denied = findings.filter(|finding| finding["level"] == "deny");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    denied
        .map(|finding| (text(&finding["rule"]), text(&finding["path"])))
        .collect()
}

fn found(document: &Value) -> Vec<(&str, &str, &str)> {
    let findings = document["findings"].as_array().unwrap().iter();
    let text = |finding: &'_ Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let found = findings.map(|finding| {
        let parts = ["rule", "path", "message"].map(|key| text(finding, key).leak() as &str);
        (parts[0], parts[1], parts[2])
    });
    found.collect()
}

/// A waiver of a container must not hold for another one that is put in its place.
#[test]
fn what_is_found_of_an_opened_container_is_bound_to_its_content() {
    let fingerprint = |content: &[u8]| {
        let inner = TarballBuilder::package()
            .file("package/a.txt", content)
            .gzip();
        let (_, document) = check(&package(&[("package/old.tgz", &inner)]));
        let findings = document["findings"].as_array().unwrap().iter();
        let mut nested = findings.filter(|finding| finding["rule"] == "nested-package");
        nested.next().unwrap()["fingerprint"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(fingerprint(b"one"), fingerprint(b"one"));
    assert_ne!(fingerprint(b"one"), fingerprint(b"two"));
}

/// March 2026: `cli.js.map`, 59.8 MB, some 1,900 TypeScript files.
#[test]
fn an_external_map_of_sixty_megabytes_is_blocked() {
    let sources = sources(1_900, 540);
    let map = map(&sources);
    assert!(map.len() > 55_000_000, "{}", map.len());
    let cli = b"#!/usr/bin/env node\nrun();\n//# sourceMappingURL=cli.js.map\n";
    let artifact = package(&[
        ("package/cli.js", cli),
        ("package/cli.js.map", map.as_bytes()),
    ]);
    let (ran, document) = check(&artifact);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(
        found(&document)[..1],
        [(
            "source-map-with-sources",
            "package/cli.js.map",
            "1,900 original files (1,026,000 lines) can be recovered, among them \
             src/part0/file0.ts, src/part1/file1.ts, src/part2/file2.ts"
        )]
    );
    let (ran, document) = check(&package(&[("package/cli.js", b"run();\n")]));
    assert_eq!((ran.code, found(&document)), (Some(0), vec![]));
}

/// February 2025: no `.map` file at all, but 18 MB of base64 at the end of the bundle.
#[test]
fn an_inline_map_of_eighteen_megabytes_is_blocked() {
    let sources = sources(600, 360);
    let encoded = STANDARD.encode(map(&sources));
    assert!(encoded.len() > 15_000_000, "{}", encoded.len());
    let comment = "//# sourceMappingURL=data:application/json;base64,";
    let bundle = format!("#!/usr/bin/env node\nrun();\n{comment}{encoded}");
    let (ran, document) = check(&package(&[("package/cli.mjs", bundle.as_bytes())]));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(
        found(&document)[..1],
        [(
            "inline-source-map-with-sources",
            "package/cli.mjs",
            "600 original files (216,000 lines) can be recovered from a source map inside the file, \
             among them src/part0/file0.ts, src/part1/file1.ts, src/part2/file2.ts"
        )]
    );
}

/// April 2026: agents' settings with the literal command that was allowed, token and all.
#[test]
fn agent_settings_with_a_token_are_blocked_for_both_reasons() {
    let token = packwarden::rule::fill("{{npm-token}}").unwrap();
    let command =
        format!("Bash(curl -H 'Authorization: Bearer {token}' https://packages.example:*)");
    let settings = json!({ "permissions": { "allow": [command] } }).to_string();
    let path = "package/.claude/settings.local.json";
    let (ran, document) = check(&package(&[(path, settings.as_bytes())]));
    assert_eq!(ran.code, Some(1));
    let rules: Vec<_> = found(&document)
        .into_iter()
        .map(|(rule, ..)| rule)
        .collect();
    assert_eq!(rules, ["agent-local-state", "npm-token"]);
    assert!(!ran.stdout.contains(&token) && !ran.stderr.contains(&token));
}

/// A secret that only the text inside a map holds is told by the name of its source.
#[test]
fn a_secret_in_a_source_of_a_map_has_the_sources_path() {
    let token = packwarden::rule::fill("{{github-token}}").unwrap();
    let source = format!("export const helper = 1;\nconst token = \"{token}\";\n");
    let map = map(&[("../src/ci/release.ts".to_owned(), source)]);
    let (ran, document) = check(&package(&[("package/dist/cli.js.map", map.as_bytes())]));
    assert_eq!(ran.code, Some(1));
    let places: Vec<_> = found(&document)
        .into_iter()
        .map(|(rule, path, _)| (rule, path))
        .collect();
    assert_eq!(
        places,
        [
            ("github-token", "package/dist/cli.js.map!/src/ci/release.ts"),
            ("source-map-with-sources", "package/dist/cli.js.map"),
        ]
    );
    let finding = &document["findings"][0];
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&json!(2), &json!(16))
    );
    assert!(!ran.stdout.contains(&token) && !ran.stderr.contains(&token));
}

/// What ships as a file anyway leaks nothing through a map.
#[test]
fn a_map_of_shipped_sources_passes() {
    let source = "export const a = 1;\r\nexport const b = 2;\r\n";
    let map = map(&[("../src/a.ts".to_owned(), source.replace('\r', ""))]);
    let files: [(&str, &[u8]); 2] = [
        ("package/src/a.ts", source.as_bytes()),
        ("package/dist/a.js.map", map.as_bytes()),
    ];
    let (ran, document) = check(&package(&files));
    let denied = |finding: &&Value| finding["level"] == "deny";
    assert_eq!(
        ran.code,
        Some(0),
        "{:?}",
        document["findings"].as_array().unwrap().iter().find(denied)
    );
}

/// 2023 and later: a `.npmignore` switches `.gitignore` off, and what git ignores is packed.
#[test]
fn what_npmignore_lets_through_is_blocked() {
    let project = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &str| tree::write(project.path(), path, content);
    write("package.json", r#"{"name":"invented","version":"0.9.1"}"#);
    write(".gitignore", ".env*\n");
    write(".npmignore", "*.log\n");
    write(".env.local", "DATABASE_PASSWORD=correct-horse\n");
    write(".claude/settings.local.json", "{}");
    let denied = denied(packwarden(&[]), project.path());
    let expected = [
        ("agent-local-state", "package/.claude/settings.local.json"),
        ("env-file", "package/.env.local"),
        ("live-secret", "package/.env.local"),
    ];
    assert_eq!(
        denied,
        expected.map(|(rule, path)| (rule.into(), path.into()))
    );
}

/// June 2024: the token was taken out of the `.py`, and its two halves were one in the `.pyc`.
#[test]
fn a_token_that_only_bytecode_holds_is_blocked() {
    let token = packwarden::rule::fill("{{github-token}}").unwrap();
    let (first, second) = token.split_at(6);
    let source = format!("TOKEN = \"{first}\" + \"{second}\"\n");
    let directory = tempfile::tempdir().unwrap();
    tree::write(directory.path(), "deploy.py", &source);
    let compile = "import py_compile; py_compile.compile('deploy.py', cfile='deploy.pyc', dfile='demo/deploy.py')";
    let status = Command::new("python3")
        .args(["-c", compile])
        .current_dir(directory.path())
        .status();
    assert!(status.unwrap().success());
    let compiled = fs::read(directory.path().join("deploy.pyc")).unwrap();
    let (ran, document) = check(&package(&[
        ("package/deploy.py", source.as_bytes()),
        ("package/__pycache__/deploy.cpython-311.pyc", &compiled),
    ]));
    assert_eq!(ran.code, Some(1));
    let tokens = found(&document)
        .into_iter()
        .filter(|found| found.0 == "github-token");
    let places: Vec<_> = tokens.map(|(_, path, _)| path).collect();
    assert_eq!(places, ["package/__pycache__/deploy.cpython-311.pyc"]);
    assert!(!ran.stdout.contains(&token) && !ran.stderr.contains(&token));
}

/// cargo packs every file that git does not ignore: an agent's transcripts, data with the author's paths.
#[test]
fn a_crate_with_paths_of_home_and_transcripts_is_blocked() {
    let prepared = packwarden(&[]);
    let home = prepared.home();
    let project = home.join("src/personal/invented");
    let write = |path: &str, content: &str| tree::write(&project, path, content);
    write(
        "Cargo.toml",
        "[package]\nname = \"invented\"\nversion = \"1.0.5\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
         description = \"x\"\nrepository = \"https://example.com/x\"\n[workspace]\n",
    );
    write("src/lib.rs", "");
    let path = format!("{}/src/lib.rs", project.display());
    write(
        "examples/build.ndjson",
        &json!({ "src_path": path }).to_string(),
    );
    let line = json!({
        "type": "user", "sessionId": "5f2c", "cwd": "/srv/x",
        "message": { "role": "user", "content": "Rename it." },
    });
    write("notes/today.jsonl", &format!("{line}\n").repeat(6));
    let denied = denied(prepared, &project);
    let has =
        |rule: &str, path: &str| denied.contains(&(rule.into(), format!("invented-1.0.5/{path}")));
    assert!(has("agent-transcript", "notes/today.jsonl"), "{denied:?}");
    assert!(
        has("own-project-directory", "examples/build.ndjson"),
        "{denied:?}"
    );
}
