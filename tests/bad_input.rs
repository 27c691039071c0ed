//! Whatever is wrong: the right exit code, an error that names the file and the way out, one valid
//! document for machines, no forged line, no secret, and nothing changed or left behind.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails")]

mod support;

#[path = "support/schema.rs"]
mod schema;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::{
        ffi::OsStrExt,
        fs::{FileTypeExt, PermissionsExt},
    },
    path::PathBuf,
    process::Command,
};

use serde_json::{Value, json};
use support::{
    command::{Packwarden, Ran, packwarden},
    tarball::{TarballBuilder, gzip, gzip_at},
};
use tempfile::TempDir;

/// What could move the cursor, hide text, or be a command to a CI system.
const NASTY: &str = "\u{1b}[2J\n::error::forged\r\n##[error]forged \u{202e}\u{200b}\u{7f}\u{85}";

/// A directory to check in.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(files: &[(&str, &[u8])]) -> Self {
        let place = Self::new();
        for (path, content) in files {
            place.write(path, content);
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, path: &str, content: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// A project whose npm is this shell script; `$destination` is where it is to pack to.
    fn with_npm(script: &str) -> Self {
        let place = Self::with(&[("project/package.json", PROJECT.as_bytes())]);
        let text = format!(
            "#!/bin/sh\ncase $1 in --version) echo 11.0.0; exit;; esac\n\
             while [ $# -gt 0 ]; do [ \"$1\" = --pack-destination ] && destination=$2; shift; done\n\
             {script}\n"
        );
        place.write("bin/npm", text.as_bytes());
        fs::set_permissions(place.path("bin/npm"), fs::Permissions::from_mode(0o755)).unwrap();
        place
    }

    fn fifo(&self, name: &str) {
        let made = Command::new("mkfifo").arg(self.path(name)).status();
        assert!(made.unwrap().success());
    }

    /// Every file and its content.
    fn snapshot(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut found = BTreeMap::new();
        let mut directories = vec![self.0.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                let (path, kind) = (entry.path(), entry.file_type().unwrap());
                if kind.is_dir() {
                    directories.push(path);
                } else if kind.is_file() {
                    found.insert(path.clone(), Some(fs::read(path).unwrap()));
                } else {
                    assert!(kind.is_fifo() || kind.is_symlink());
                    found.insert(path, None);
                }
            }
        }
        found
    }

    fn prepare(&self, arguments: &[&str]) -> Packwarden {
        let path = std::env::var_os("PATH").unwrap();
        let paths = std::iter::once(self.path("bin")).chain(std::env::split_paths(&path));
        packwarden(&["check", "--format=json", "--format=human"])
            .arguments(arguments)
            .directory(self.0.path())
            .variable("PATH", std::env::join_paths(paths).unwrap())
    }

    /// Checks, and sees to it that what comes out is in order whatever it is.
    #[track_caller]
    fn check(&self, arguments: &[&str]) -> (Ran, Value) {
        let before = self.snapshot();
        let checked = in_order(self.prepare(arguments).run());
        assert_eq!(before, self.snapshot(), "nothing of the user's is changed");
        checked
    }

    /// The code, and all that people are told.
    #[track_caller]
    fn said(&self, arguments: &[&str]) -> (i32, String) {
        let (ran, _) = self.check(arguments);
        (ran.code.unwrap(), ran.stderr)
    }
}

const PROJECT: &str = r#"{"name":"example","version":"1.0.0","license":"MIT"}"#;

#[track_caller]
fn in_order(ran: Ran) -> (Ran, Value) {
    let document = ran.json();
    let schema = serde_json::from_str(include_str!("../docs/schema/report-v1.json")).unwrap();
    let complaints = schema::complaints(&schema, &document);
    assert_eq!(complaints, Vec::<String>::new());
    let outcome = match ran.code.unwrap() {
        0 => "passed",
        1 => "blocked",
        4 => "incomplete",
        _ => "error",
    };
    assert_eq!(document["outcome"], outcome, "{ran:?}");
    unforged(&ran);
    (ran, document)
}

#[track_caller]
fn unforged(ran: &Ran) {
    for line in ran.stdout.lines().chain(ran.stderr.lines()) {
        assert_eq!(packwarden::model::escape(line), line);
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(!line.contains("##"), "{line}");
    }
}

#[track_caller]
fn holds_all(text: &str, words: &[&str]) {
    // Lines are wrapped for people.
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(flat.contains(word), "{word:?} is not in {text}");
    }
}

fn good() -> Vec<u8> {
    TarballBuilder::package().gzip()
}

fn env_file() -> Vec<u8> {
    TarballBuilder::package()
        .file("package/.env", b"A=1\n")
        .gzip()
}

#[test]
fn what_cannot_be_read_in_full_exits_with_4() {
    let whole = good();
    let spoilt = |at: usize| {
        let mut bytes = good();
        let place = bytes.len() - at;
        bytes[place] ^= 1;
        bytes
    };
    let manifest = |text: &[u8]| {
        TarballBuilder::new()
            .file("package/package.json", text)
            .gzip()
    };
    let cases: [(&str, Vec<u8>, &str); 14] = [
        ("not a gzip", b"hello, world".to_vec(), "gzip"),
        (
            "truncated",
            whole[..whole.len() / 2].to_vec(),
            "ends too early",
        ),
        (
            "without its trailer",
            whole[..whole.len() - 8].to_vec(),
            "ends too early",
        ),
        ("wrong CRC", spoilt(8), "checksum"),
        ("wrong length", spoilt(4), "damaged"),
        ("trailing bytes", [&whole[..], b"more"].concat(), "follow"),
        (
            "a second member",
            [&whole[..], &whole[..]].concat(),
            "member",
        ),
        ("an empty file", Vec::new(), "empty"),
        ("nothing zipped", gzip(b""), "tar"),
        (
            "an empty archive",
            TarballBuilder::new().gzip(),
            "without entries",
        ),
        (
            "only a directory",
            TarballBuilder::new().directory("package/").gzip(),
            "package.json",
        ),
        (
            "no package.json",
            TarballBuilder::new().file("package/a.js", b"a").gzip(),
            "package.json",
        ),
        ("a manifest that is no JSON", manifest(b"{"), "package.json"),
        (
            "a manifest that is an array",
            manifest(b"[]"),
            "package.json",
        ),
    ];
    for (name, bytes, word) in cases {
        let place = Place::with(&[("a.tgz", &bytes)]);
        let (ran, document) = place.check(&["a.tgz"]);
        assert_eq!(ran.code, Some(4), "{name}: {ran:?}");
        holds_all(&ran.stderr, &["a.tgz", "fix", word]);
        assert_eq!(document["artifacts"][0]["path"], "a.tgz");
        // The same through a pipe's end.
        let stdin = File::open(place.path("a.tgz")).unwrap();
        let (ran, _) = in_order(place.prepare(&["-"]).stdin_from(stdin).run());
        assert_eq!(ran.code, Some(4), "{name}: {ran:?}");
    }
}

#[test]
fn where_there_is_no_artifact_the_code_is_3() {
    let place = Place::with(&[("empty/file", b"")]);
    for (name, manifest) in [("broken", "{"), ("array", "[]"), ("blank", "")] {
        place.write(&format!("{name}/package.json"), manifest.as_bytes());
    }
    place.write("latin/package.json", b"\xff");
    place.write("rust/Cargo.toml", b"");
    fs::create_dir(place.path("x.tgz")).unwrap();
    fs::create_dir_all(place.path("pipe")).unwrap();
    place.fifo("pipe/package.json");
    place.fifo("fifo.tgz");
    std::os::unix::fs::symlink("gone", place.path("link.tgz")).unwrap();
    std::os::unix::fs::symlink("loop.tgz", place.path("loop.tgz")).unwrap();
    fs::create_dir(place.path("endless")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", place.path("endless/package.json")).unwrap();
    let (ours, odd) = ("does not exist", format!("gone{NASTY}"));
    for (target, words) in [
        (
            "gone",
            &[ours, "help: give a project directory or an artifact file"][..],
        ),
        ("gone/deep.tgz", &[ours]),
        ("link.tgz", &[ours]),
        (&odd, &[ours, "gone\\u{1b}[2J\\n::error::forged"]),
        ("loop.tgz", &["can't open loop.tgz"]),
        (
            "empty",
            &[
                "empty",
                "package.json",
                "give the directory that holds the manifest",
            ],
        ),
        ("x.tgz", &["x.tgz", "package.json"]),
        (
            "broken",
            &["broken/package.json", "not JSON", "correct the file"],
        ),
        ("array", &["array/package.json", "not a JSON object"]),
        ("blank", &["blank/package.json", "not JSON"]),
        ("latin", &["latin/package.json", "not UTF-8"]),
        ("pipe", &["pipe/package.json", "not a file"]),
        ("endless", &["endless/package.json", "not a file"]),
        (
            "rust",
            &["rust/Cargo.toml is the manifest of a workspace without a package"],
        ),
        (
            "fifo.tgz",
            &[
                "fifo.tgz is neither",
                "pipe it in: `COMMAND | packwarden check -`",
            ],
        ),
        ("/dev/null", &["/dev/null is neither"]),
        ("/dev/zero", &["/dev/zero is neither"]),
    ] {
        let (code, said) = place.said(&["--", target]);
        assert_eq!(code, 3, "{target}: {said}");
        holds_all(&said, words);
    }
}

#[test]
fn a_client_that_fails_is_no_artifact() {
    for (script, words) in [
        (
            "printf 'npm error \\033[2Jbad\\n::error::forged\\n##[error]x\\n' >&2; exit 9",
            &[
                "`npm pack` failed",
                "npm error \\u{1b}[2Jbad",
                "run it there yourself",
            ][..],
        ),
        ("kill -9 $$", &["`npm pack` failed", "signal: 9"]),
        ("exit 0", &["packed no file", "npm config list"]),
        (
            "touch \"$destination/a.tgz\" \"$destination/b.tgz\"",
            &["more than one file: a.tgz, b.tgz"],
        ),
        ("mkdir \"$destination/a.tgz\"", &["more than one file"]),
        (
            "ln -s /dev/zero \"$destination/a.tgz\"",
            &["more than one file"],
        ),
    ] {
        let (code, said) = Place::with_npm(script).said(&["project"]);
        assert_eq!(code, 3, "{script}: {said}");
        holds_all(&said, words);
    }
    let place = Place::with_npm("");
    let alone = place
        .prepare(&["project"])
        .variable("PATH", place.path("gone"));
    let (ran, _) = in_order(alone.run());
    assert_eq!(ran.code, Some(3));
    holds_all(
        &ran.stderr,
        &["npm was not found", "give the packed artifact"],
    );
    // One that can't be started.
    fs::set_permissions(place.path("bin/npm"), fs::Permissions::from_mode(0o644)).unwrap();
    let path = place.path("bin");
    let (ran, _) = in_order(place.prepare(&["project"]).variable("PATH", path).run());
    assert_eq!(ran.code, Some(3));
    holds_all(&ran.stderr, &["npm could not be started in project"]);
}

#[test]
fn what_the_client_packs_is_judged_like_any_file() {
    let place = Place::with_npm("cp \"$ARTIFACT\" \"$destination/packed.tgz\"");
    for (artifact, code) in [(good(), 0), (env_file(), 1), (b"no".to_vec(), 4)] {
        place.write("artifact", &artifact);
        let artifact = place.path("artifact");
        let check = place.prepare(&["--profile=open", "project"]);
        let (ran, document) = in_order(check.variable("ARTIFACT", artifact).run());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert_eq!(document["artifacts"][0]["path"], "packed.tgz");
    }
}

#[test]
fn a_mistake_in_the_configuration_exits_with_2() {
    let hash = "0".repeat(64);
    let odd = "profile = \"o\u{1b}[2Jpen\" # \u{202e} ##[error]\n::error::x";
    let bound = format!(
        "[[waive]]\nrule = \"test-file\"\npath = \"a\"\nreason = \"x\"\nsha256 = \"{}\"",
        &hash[1..]
    );
    for (text, words) in [
        (
            "profil = \"open\"",
            &[
                "packwarden.toml:1",
                "unknown key `profil`",
                "did you mean `profile`?",
            ][..],
        ),
        ("profile =", &["packwarden.toml:1"]),
        (
            "profile = \"wide\"",
            &["unknown value", "known here: open, closed"],
        ),
        (
            "\n[levels]\nenv-file = \"blok\"",
            &["packwarden.toml:3", "unknown value", "off, note, warn"],
        ),
        (
            "[levels]\nenv-fil = \"deny\"",
            &["no rule `env-fil`", "did you mean `env-file`?"],
        ),
        (
            "[limits]\nentrys = 1",
            &["packwarden.toml:2", "entrys", "`entries`"],
        ),
        (
            "[limits]\ntime = \"soon\"",
            &["packwarden.toml:2", "`time` must be a time"],
        ),
        (
            "[[waive]]\nrule = \"test-file\"\npath = \"a\"",
            &["missing key `reason`"],
        ),
        (
            "[[waive]]\nrule = \"test-file\"\npath = \"a\"\nreason = \" \"",
            &["packwarden.toml:4", "needs a reason"],
        ),
        (
            "[[waive]]\nrule = \"test-file\"\nreason = \"a\"",
            &["needs a path, a sha256 or both"],
        ),
        (
            "[[waive]]\nrule = \"test-file\"\npath = \"a\"\nreason = \"x\"\nexpires = \"soon\"",
            &["`expires` is not a date", "2027-06-30"],
        ),
        (
            "[[waive]]\nrule = \"test-file\"\npath = \"a\"\nreason = \"x\"\nexpires = \"2027-02-30\"",
            &["is not a date"],
        ),
        (
            "[[waive]]\nrule = \"github-token\"\npath = \"a\"\nreason = \"x\"",
            &["a waiver of github-token needs a sha256"],
        ),
        (
            "[[waive]]\ngap = \"nested-container\"\npath = \"a\"\nreason = \"x\"",
            &["needs a sha256"],
        ),
        (
            "[[waive]]\ngap = \"gzip\"\npath = \"a\"\nreason = \"x\"",
            &["a `gzip` gap can't be waived"],
        ),
        (&bound, &["packwarden.toml:5", "SHA-256"]),
        (
            "rules = [\"gone.toml\"]",
            &["no rule file `gone.toml`", "relative to the directory"],
        ),
        (
            "rules = [\"pipe.toml\"]",
            &["pipe.toml` could not be read", "it is not a file"],
        ),
        (odd, &["packwarden.toml:2", "profile = \"*"]),
        (
            "[levels]\n\"a\\u001b\\n\u{202e}\" = \"deny\"",
            &["no rule `a\\u{1b}\\n\\u{202e}`"],
        ),
    ] {
        let place = Place::with(&[("a.tgz", &good()), ("packwarden.toml", text.as_bytes())]);
        place.fifo("pipe.toml");
        let (code, said) = place.said(&["a.tgz"]);
        assert_eq!(code, 2, "{text}: {said}");
        holds_all(&said, words);
        assert_eq!(place.said(&["--no-config", "a.tgz"]).0, 0);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_exits_with_2() {
    let place = Place::with(&[
        ("a.tgz", &good()),
        ("packwarden.toml", b""),
        (".packwarden.toml", b""),
    ]);
    let (code, said) = place.said(&["a.tgz"]);
    assert_eq!(code, 2);
    holds_all(
        &said,
        &[
            "two configurations",
            "packwarden.toml and .packwarden.toml",
            "--config",
        ],
    );
    assert_eq!(place.said(&["--config", "packwarden.toml", "a.tgz"]).0, 0);

    for name in ["pipe", "directory", "endless", "gone"] {
        let place = Place::with(&[("a.tgz", &good())]);
        let path = place.path("packwarden.toml");
        match name {
            "pipe" => place.fifo("packwarden.toml"),
            "directory" => fs::create_dir(path).unwrap(),
            "endless" => std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
            _ => std::os::unix::fs::symlink("gone", path).unwrap(),
        }
        for arguments in [&["a.tgz"][..], &["--config", "packwarden.toml", "a.tgz"]] {
            let (code, said) = place.said(arguments);
            assert_eq!(code, 2, "{name}: {said}");
            holds_all(&said, &["can't read packwarden.toml"]);
        }
    }
}

#[test]
fn a_mistake_in_a_rule_file_exits_with_2() {
    let rule = |id: &str, rest: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\ntitle = \"t\"\ncategory = \"file\"\nseverity = \"low\"\nlevel = \"deny\"\nwhy = \"w\"\nfix = \"f\"\n{rest}\n[rule.match]\npaths = [\"**/x\"]\n"
        )
    };
    for (text, words) in [
        ("[[rule]".to_owned(), &["rules.toml:1", "not TOML"][..]),
        (String::new(), &["no rules", "rules.toml"]),
        (
            rule("own", "titel = \"x\""),
            &[
                "rules.toml:9",
                "unknown key `titel`",
                "did you mean `title`?",
            ],
        ),
        (
            rule("env-file", ""),
            &["rules.toml:2", "`env-file` is already taken"],
        ),
        (
            rule("o\\u001b[2J\\n::error::n\u{202e}", ""),
            &["rules.toml:2", "is not a rule id"],
        ),
        (
            "\u{7f}[[rule]] # \u{202e}\u{1b}".to_owned(),
            &["rules.toml:1"],
        ),
    ] {
        let place = Place::with(&[
            ("a.tgz", &good()),
            ("packwarden.toml", b"rules = [\"rules.toml\"]"),
            ("rules.toml", text.as_bytes()),
        ]);
        if text.is_empty() {
            // No rules of one's own are no mistake, where the built-in ones hold.
            assert_eq!(place.said(&["a.tgz"]).0, 0);
            continue;
        }
        let (ran, document) = place.check(&["a.tgz"]);
        assert_eq!(ran.code, Some(2), "{text}: {ran:?}");
        holds_all(&ran.stderr, words);
        holds_all(
            document["errors"][0]["message"].as_str().unwrap(),
            &words[..1],
        );
        let test = packwarden(&["rules", "test", "rules.toml"]).directory(place.0.path());
        let ran = test.run();
        unforged(&ran);
        // An id is taken only beside the built-in rules.
        let alone = text.contains("env-file");
        assert_eq!(ran.code, Some(if alone { 0 } else { 2 }), "{ran:?}");
    }
    let place = Place::new();
    place.fifo("pipe.toml");
    let ran = packwarden(&["rules", "test", "pipe.toml", "gone.toml"])
        .directory(place.0.path())
        .run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
    holds_all(
        &ran.stderr,
        &[
            "`pipe.toml` could not be read: it is not a file",
            "`gone.toml` could not be read",
        ],
    );
}

#[test]
fn limits_are_checked_and_hold() {
    let place = Place::with(&[("a.tgz", &good())]);
    for (limit, words) in [
        ("entrees=1", &["entrees", "did you mean `entries`?"][..]),
        ("entries=many", &["entries=many", "must be a"]),
        ("entries=-1", &["entries=-1"]),
        ("entries=1\u{1b}", &["\\u{1b}"]),
        ("decompressed=1 XB", &["1 XB"]),
    ] {
        let (code, said) = place.said(&["--limit", limit, "a.tgz"]);
        assert_eq!(code, 2, "{limit}: {said}");
        holds_all(&said, words);
    }
    assert_eq!(place.said(&["--limit", "entries=100", "a.tgz"]).0, 0);
    let (code, said) = place.said(&["--limit", "decompressed=10 B", "a.tgz"]);
    assert_eq!(code, 4, "{said}");
    holds_all(
        &said,
        &["(limit `decompressed`)", "--limit decompressed=20"],
    );
}

#[test]
fn more_findings_than_entries_may_be_are_a_gap() {
    let key = packwarden::rule::fill(&"{{aws-access-key-id}}\n".repeat(30)).unwrap();
    let artifact = TarballBuilder::package()
        .file("package/a.txt", key.as_bytes())
        .gzip();
    let place = Place::with(&[("a.tgz", &artifact)]);
    let (ran, document) = place.check(&["--limit", "entries=10", "a.tgz"]);
    assert_eq!(ran.code, Some(4));
    assert_eq!(document["findings"].as_array().unwrap().len(), 10);
    holds_all(
        &ran.stderr,
        &["more than 10 times (limit `entries`)", "--limit entries=20"],
    );
    assert_eq!(place.said(&["a.tgz"]).0, 1);
}

#[test]
fn what_has_no_end_is_given_up() {
    let zero = File::open("/dev/zero").unwrap();
    let place = Place::new();
    let check = place.prepare(&["--limit", "time=1s", "-"]);
    let (ran, document) = in_order(check.stdin_from(zero).run());
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(document["artifacts"][0]["sha256"], Value::Null);
}

#[test]
fn the_highest_code_counts() {
    let place = Place::with(&[
        ("good.tgz", &good()),
        ("bad.tgz", &env_file()),
        ("torn.tgz", &good()[..40]),
    ]);
    let open = |arguments: &[&str]| place.said(&[&["--profile=open"], arguments].concat()).0;
    assert_eq!(open(&["good.tgz"]), 0);
    assert_eq!(open(&["good.tgz", "bad.tgz", "good.tgz"]), 1);
    assert_eq!(open(&["bad.tgz", "gone.tgz", "good.tgz"]), 3);
    assert_eq!(open(&["torn.tgz", "gone.tgz", "bad.tgz"]), 4);
    for (code, target) in [
        (0, "good.tgz"),
        (0, "bad.tgz"),
        (3, "gone.tgz"),
        (4, "torn.tgz"),
    ] {
        let ran = place.prepare(&["--exit-zero", target]).run();
        assert_eq!(ran.code, Some(code), "{target}");
        unforged(&ran);
    }
    assert_eq!(open(&["--exit-zero", "--limit", "a=1", "good.tgz"]), 2);
    let (_, document) = place.check(&["torn.tgz", "gone.tgz", "bad.tgz"]);
    assert_eq!(document["artifacts"].as_array().unwrap().len(), 2);
    assert_eq!(document["errors"][0]["path"], "gone.tgz");
}

#[test]
fn profile_and_strictness_decide() {
    let manifest = json!({"name": "example", "version": "1.0.0", "license": "MIT",
        "repository": "github:example/example"});
    let map = json!({"version": 3, "sources": ["../src/a.ts"], "sourcesContent": ["let a = 1"],
        "names": [], "mappings": "AAAA"});
    let artifact = TarballBuilder::new()
        .file("package/package.json", manifest.to_string().as_bytes())
        .file("package/dist/a.js.map", map.to_string().as_bytes())
        .gzip();
    let place = Place::with(&[("a.tgz", &artifact)]);
    assert_eq!(place.said(&["a.tgz"]).0, 0, "a warning");
    assert_eq!(place.said(&["--strict", "a.tgz"]).0, 1);
    let (ran, document) = place.check(&["--profile=closed", "a.tgz"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(document["artifacts"][0]["policy"]["profile"], "closed");
    assert_eq!(
        document["artifacts"][0]["policy"]["override"],
        json!(["--profile closed"])
    );
    assert_eq!(place.said(&["--profile=wide", "a.tgz"]).0, 2);
}

/// The `[[waive]]` blocks of a report, with a reason in each.
fn pasted(place: &Place) -> String {
    let ran = packwarden(&["check", "--verbose", "a.tgz"])
        .directory(place.0.path())
        .run();
    unforged(&ran);
    let mut blocks = String::new();
    let mut inside = false;
    for line in ran.stdout.lines() {
        let line = line.trim();
        inside |= line == "[[waive]]";
        if inside {
            blocks.push_str(line);
            blocks.push('\n');
        }
        inside &= !line.starts_with("reason");
    }
    blocks.replace("reason = \"\"", "reason = \"on purpose\"")
}

#[test]
fn a_pasted_waiver_holds_for_that_content_alone() {
    let corrupt = |content: &[u8]| {
        let mut bytes = gzip(content);
        let place = bytes.len() - 8;
        bytes[place] ^= 1;
        bytes
    };
    let nasty = format!("package/lib/a{}.txt", "é [x]{y}*\"#");
    let key = packwarden::rule::fill("{{aws-access-key-id}}").unwrap();
    let key = |last: char| format!("k = {}{last}\n", &key[..key.len() - 1]).into_bytes();
    let cases: [(&str, &str, [Vec<u8>; 2], bool); 4] = [
        // A rule of paths holds for the file's content.
        (
            "env-file",
            "package/.env",
            [b"A=1\n".to_vec(), b"A=2\n".to_vec()],
            false,
        ),
        // A secret holds for its value, wherever it stands in the file.
        (
            "aws-access-key-id",
            "package/dist/a.js",
            [key('C'), key('D')],
            false,
        ),
        ("aws-access-key-id", &nasty, [key('E'), key('F')], false),
        (
            "nested-container",
            "package/a.gz",
            [corrupt(b"one"), corrupt(b"two")],
            true,
        ),
    ];
    for (name, path, contents, gap) in cases {
        let artifact = |content: &[u8]| TarballBuilder::package().file(path, content).gzip();
        let place = Place::with(&[("a.tgz", &artifact(&contents[0]))]);
        let code = if gap { 4 } else { 1 };
        assert_eq!(place.said(&["a.tgz"]).0, code, "{name}");
        let blocks = pasted(&place);
        assert!(
            blocks.contains(name) && blocks.contains("sha256"),
            "{blocks}"
        );
        place.write("packwarden.toml", blocks.as_bytes());
        let (ran, document) = place.check(&["a.tgz"]);
        assert_eq!(ran.code, Some(0), "{name}: {ran:?}\n{blocks}");
        let list = &document[if gap { "gaps" } else { "findings" }];
        assert_eq!(list[0]["waived"], true, "it stays listed");
        assert_eq!(place.said(&["--no-waivers", "a.tgz"]).0, code);
        // Other content is a new finding, and then the waiver is of no use.
        place.write("a.tgz", &artifact(&contents[1]));
        let (ran, _) = place.check(&["a.tgz"]);
        assert_eq!(ran.code, Some(code), "{name}");
        holds_all(&ran.stderr, &["accepts nothing here"]);
        // Nor does it hold for ever.
        place.write("a.tgz", &artifact(&contents[0]));
        let expired = blocks.replace("reason", "expires = \"2020-01-01\"\nreason");
        place.write("packwarden.toml", expired.as_bytes());
        let (ran, _) = place.check(&["a.tgz"]);
        assert_eq!(ran.code, Some(code), "{name}");
        holds_all(&ran.stderr, &["expired on 2020-01-01"]);
    }
}

#[test]
fn nothing_in_an_artifact_forges_a_line() {
    let nasty = NASTY.replace(['\0'], "");
    let manifest = json!({"name": format!("a{nasty}"), "version": format!("1{nasty}"),
        "license": format!("MIT{nasty}"), "repository": format!("github:a/b{nasty}"),
        "dependencies": {format!("x{nasty}"): format!("file:../{nasty}")}});
    let map = json!({"version": 3, "file": nasty, "sources": [format!("../src/{nasty}.ts")],
        "sourcesContent": [format!("let a = 1; // {nasty}")], "sourceRoot": nasty, "mappings": "AAAA"});
    let source = format!("/home/rosalind/{nasty}\n//# sourceMappingURL={nasty}\n");
    let artifacts = [
        TarballBuilder::new()
            .file("package/package.json", manifest.to_string().as_bytes())
            .file("package/a.js.map", map.to_string().as_bytes())
            .file("package/a.js", source.as_bytes())
            .file("package/\u{202e}txt.env", b"")
            .file("package/dist/\u{200b}/.env", b"A=1")
            .file("package/::error::x/##[error]/.env", b"A=1")
            .gzip(),
        TarballBuilder::package()
            .file(&format!("package/{nasty}/.env"), b"")
            .gzip(),
        TarballBuilder::package()
            .file_named(b"package/\x1b[2J\xff\n", b"")
            .gzip(),
        TarballBuilder::package()
            .pax(&[("comment", &nasty), ("path", &format!("package/{nasty}"))])
            .file("package/x", b"")
            .gzip(),
        TarballBuilder::package()
            .symlink("package/link", "../\u{1b}[2J\n::error::x")
            .gzip(),
        TarballBuilder::package()
            .raw_header(|header| {
                let ustar = header.as_ustar_mut().unwrap();
                ustar.uname[..11].copy_from_slice(b"\x1b[2J\n::err#");
            })
            .gzip(),
    ];
    let quiet = |ran: Ran| {
        assert!([1, 4].contains(&ran.code.unwrap()), "{ran:?}");
        unforged(&ran);
        assert!(
            !ran.stdout.contains("\nforged") && !ran.stderr.contains("\nforged"),
            "{ran:?}"
        );
    };
    for artifact in artifacts {
        let place = Place::with(&[("a.tgz", &artifact)]);
        for arguments in [
            &["a.tgz"][..],
            &["-v", "a.tgz"],
            &["-q", "a.tgz"],
            &["-v", "--profile=closed", "a.tgz"],
        ] {
            quiet(place.check(arguments).0);
        }
    }
    // What the user's own paths are called.
    let odd = format!("p{NASTY}").replace('/', "");
    let place = Place::with(&[
        (&format!("{odd}/package.json"), b"{"),
        (&format!("{odd}/a.tgz"), &env_file()),
    ]);
    assert_eq!(place.said(&[&odd]).0, 3);
    assert_eq!(place.said(&[&format!("{odd}/a.tgz")]).0, 1);
    let name = std::ffi::OsStr::from_bytes(b"not\xfftext.tgz");
    fs::write(place.0.path().join(name), env_file()).unwrap();
    let lossy = place.prepare(&["--profile=open"]).argument(name);
    assert_eq!(in_order(lossy.run()).0.code, Some(1));
}

/// Every generator's name.
const SECRETS: [&str; 16] = [
    "anthropic-key",
    "aws-access-key-id",
    "aws-secret-access-key",
    "ec-private-key",
    "encrypted-private-key",
    "github-fine-grained-token",
    "github-token",
    "google-api-key",
    "npm-token",
    "openai-key",
    "openssh-private-key",
    "pypi-token",
    "rsa-private-key",
    "slack-bot-token",
    "slack-webhook-path",
    "stripe-live-key",
];

#[test]
fn no_secret_is_ever_shown() {
    let mut artifact = TarballBuilder::package();
    let mut values = Vec::new();
    for name in SECRETS {
        let value = packwarden::rule::fill(&format!("{{{{{name}}}}}")).unwrap();
        let source = format!(
            "const a = `{value}`;\naws_secret_access_key = {value}\nhttps://hooks.slack.com/services/{value}\n"
        );
        let map = json!({"version": 3, "sources": ["../src/a.ts"], "sourcesContent": [source],
            "names": [], "mappings": "AAAA"})
        .to_string();
        let settings =
            json!({"token": value, "permissions": {"allow": [format!("Bash(curl {value})")]}})
                .to_string();
        artifact = artifact
            .file(&format!("package/{name}.js"), source.as_bytes())
            .file(&format!("package/{name}.js.map"), map.as_bytes())
            .file(&format!("package/{name}/.env"), format!("TOKEN={value}\nAWS_SECRET_ACCESS_KEY={value}\n").as_bytes())
            .file(&format!("package/{name}/.npmrc"), format!("//localhost/:_authToken={value}\n").as_bytes())
            .file(&format!("package/{name}/.claude/settings.local.json"), settings.as_bytes())
            .file(&format!("package/{name}/package.json"), json!({"name": "x", "version": "1.0.0", "_token": value, "dependencies": {"a": format!("git+https://u:{value}@example.com/a")}}).to_string().as_bytes())
            .file(&format!("package/{name}.txt.gz"), &gzip_at(source.as_bytes(), flate2::Compression::fast()));
        // A key's lines are shown neither whole nor one by one.
        let lines = value
            .lines()
            .filter(|line| line.len() >= 16 && !line.starts_with("-----"));
        values.extend(lines.map(str::to_owned));
    }
    let place = Place::with(&[("a.tgz", &artifact.gzip())]);
    for arguments in [
        &["a.tgz"][..],
        &["-v", "a.tgz"],
        &["-q", "a.tgz"],
        &["-v", "--profile=closed", "--strict", "a.tgz"],
    ] {
        let (ran, document) = place.check(arguments);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let rules: Vec<_> = document["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["rule"].as_str().unwrap())
            .collect();
        assert!(
            rules.contains(&"github-token") && rules.contains(&"private-key"),
            "{rules:?}"
        );
        let shown = ran.stdout + &ran.stderr;
        let flat: String = shown.split_whitespace().collect();
        for value in &values {
            // Half of it is too much.
            let part = &value[value.len() / 2..];
            assert!(!flat.contains(part), "{arguments:?} shows {part}");
        }
    }
}
