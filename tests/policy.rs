//! Policies that a change can't loosen: taken from a revision (`--policy-from`), and held to floors (`--policy`).

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{fs, path::Path};

use serde_json::{Value, json};
use support::{
    command::{Ran, packwarden},
    tarball::TarballBuilder,
    tree::{git, write},
};
use tempfile::TempDir;

/// A directory with an artifact that holds these files beside an open manifest.
fn place(files: &[(&str, &str)]) -> TempDir {
    let manifest = json!({
        "name": "cli", "version": "1.0.0", "license": "MIT", "repository": "acme/cli", "files": ["*"],
    });
    let package =
        TarballBuilder::new().file("package/package.json", manifest.to_string().as_bytes());
    let add = |tarball: TarballBuilder, (path, text): &(&str, &str)| {
        tarball.file(&format!("package/{path}"), text.as_bytes())
    };
    let place = tempfile::tempdir().unwrap();
    let artifact = files.iter().fold(package, add).gzip();
    fs::write(place.path().join("cli.tgz"), artifact).unwrap();
    place
}

/// A file that is denied by its name, and can be waived by its path.
const LOG: &[(&str, &str)] = &[("debug.log", "A=1\n")];
const WAIVER: &str = "[[waive]]\nrule = \"log-file\"\npath = \"debug.log\"\nreason = \"a test\"\n";

fn check(place: &Path, arguments: &[&str]) -> Ran {
    packwarden(&["check", "cli.tgz", "--format", "json"])
        .arguments(arguments)
        .directory(place)
        .run()
}

/// The sentence of the only error.
fn error(ran: &Ran) -> String {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let document = ran.json();
    document["errors"][0]["message"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn policy(ran: &Ran) -> Value {
    ran.json()["artifacts"][0]["policy"].clone()
}

/// A repository whose first commit, on branch main, holds these files.
fn repository(place: &Path, files: &[(&str, &str)]) {
    git(place, &["init", "--quiet", "--initial-branch=main"]);
    write(place, "README", "");
    for (path, text) in files {
        write(place, path, text);
    }
    git(place, &["add", "--all"]);
    git(place, &["commit", "--quiet", "--message=one"]);
    git(place, &["checkout", "--quiet", "-b", "change"]);
}

#[test]
fn a_change_that_waives_itself_is_blocked() {
    let place = place(LOG);
    let place = place.path();
    repository(place, &[("packwarden.toml", "[levels]\n")]);
    write(place, "packwarden.toml", WAIVER);
    git(place, &["commit", "--quiet", "--all", "--message=two"]);
    assert_eq!(check(place, &[]).code, Some(0));
    let ran = check(place, &["--policy-from", "main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let policy = policy(&ran);
    let source = policy["source"][0].as_str().unwrap();
    assert!(source.starts_with("packwarden.toml at main ("), "{source}");
    assert_eq!(policy["override"], json!(["--policy-from main"]));
    assert_eq!(check(place, &["--policy-from", "change"]).code, Some(0));
    // What is not committed is not there either, and what was removed since still is.
    fs::remove_file(place.join("packwarden.toml")).unwrap();
    assert_eq!(check(place, &["--policy-from", "change"]).code, Some(0));
}

#[test]
fn all_of_the_configuration_is_that_of_the_revision() {
    let place = place(&[("a.txt", "zebra-4711\n")]);
    let place = place.path();
    let rule = |level: &str| {
        format!(
            "[[rule]]\nid = \"own\"\ntitle = \"t\"\ncategory = \"path\"\nseverity = \"high\"\nlevel = \"{level}\"\n\
             why = \"w\"\nfix = \"f\"\n[rule.match]\nanchors = [\"zebra-\"]\nregex = 'zebra-[0-9]+'\n\
             [[rule.example]]\ntext = \"zebra-1\"\nmatches = true\n"
        )
    };
    let config =
        "profile = \"closed\"\nrules = [\"./team/../rules/own.toml\"]\n[limits]\ndepth = 3\n";
    repository(
        place,
        &[
            ("packwarden.toml", config),
            ("rules/own.toml", &rule("deny")),
        ],
    );
    write(place, "packwarden.toml", "profile = \"open\"\n");
    write(place, "rules/own.toml", rule("off"));
    assert_eq!(check(place, &[]).code, Some(0));
    let ran = check(place, &["--policy-from", "main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.json()["findings"][0]["rule"], "own");
    let policy = policy(&ran);
    assert_eq!(policy["profile"], "closed");
    assert_eq!(policy["limits"]["depth"], 3);
    // A rule file that is gone from the working tree is read all the same.
    fs::remove_dir_all(place.join("rules")).unwrap();
    assert_eq!(check(place, &["--policy-from", "main"]).code, Some(1));
}

#[test]
fn a_revision_without_a_configuration_has_the_defaults() {
    let place = place(LOG);
    let place = place.path();
    repository(place, &[]);
    write(place, "packwarden.toml", WAIVER);
    let ran = check(place, &["--policy-from", "main"]);
    assert_eq!(ran.code, Some(1));
    let source = policy(&ran)["source"][0].as_str().unwrap().to_owned();
    assert!(source.starts_with("no configuration at main ("), "{source}");
}

#[test]
fn a_policy_that_can_not_be_read_is_an_error() {
    let place = place(LOG);
    let place = place.path();
    let from = |revision: &str| error(&check(place, &[&format!("--policy-from={revision}")]));
    insta::assert_snapshot!(from("main"), @"--policy-from main: not a git repository (or any of the parent directories): .git");
    repository(
        place,
        &[
            ("packwarden.toml", "profil = \"open\"\n"),
            ("real.toml", ""),
        ],
    );
    insta::assert_snapshot!(from("gone"), @"--policy-from gone: there is no such commit in this repository");
    insta::assert_snapshot!(from("--all"), @"--policy-from --all: there is no such commit in this repository");
    insta::assert_snapshot!(from("main:README"), @"--policy-from main:README: there is no such commit in this repository");
    insta::assert_snapshot!(from("a\nb"), @r"--policy-from a\nb: that is no name of a revision");
    let wrong = from("main");
    assert!(
        wrong.starts_with("packwarden.toml at main (")
            && wrong.ends_with("):1: unknown key `profil`"),
        "{wrong}"
    );
    let named = |file: &str| error(&check(place, &["--policy-from", "main", "--config", file]));
    let missing = named("new.toml");
    assert!(missing.ends_with("): there is no such file"), "{missing}");
    let outside = named("../a.toml");
    assert!(
        outside.ends_with("): it lies outside of the repository"),
        "{outside}"
    );
    let both = check(place, &["--policy-from", "main", "--no-config"]);
    assert_eq!(both.code, Some(2));
}

#[cfg(unix)]
#[test]
fn a_link_in_a_revision_is_not_followed() {
    let place = place(LOG);
    let place = place.path();
    write(place, "real.toml", "");
    std::os::unix::fs::symlink("real.toml", place.join("packwarden.toml")).unwrap();
    repository(place, &[]);
    let wrong = error(&check(place, &["--policy-from", "main"]));
    assert!(
        wrong.ends_with("it is a link there, which is not followed"),
        "{wrong}"
    );
}

#[test]
fn a_shallow_clone_without_the_revision_says_so() {
    let origin = tempfile::tempdir().unwrap();
    repository(origin.path(), &[]);
    write(origin.path(), "README", "two");
    git(
        origin.path(),
        &["commit", "--quiet", "--all", "--message=two"],
    );
    let place = place(LOG);
    let clone = place.path().join("clone");
    let url = format!("file://{}", origin.path().display());
    let clone_to = clone.to_str().unwrap();
    git(
        place.path(),
        &[
            "clone",
            "--quiet",
            "--depth=1",
            "--branch=change",
            &url,
            clone_to,
        ],
    );
    fs::copy(place.path().join("cli.tgz"), clone.join("cli.tgz")).unwrap();
    let ran = check(&clone, &["--policy-from", "main"]);
    insta::assert_snapshot!(error(&ran), @"--policy-from main: there is no such commit in this repository");
    assert!(ran.stderr.contains("the clone is shallow"), "{ran:?}");
}

/// What comes of a check that a floor and a configuration hold for.
fn with_floor(files: &[(&str, &str)], floor: &str, config: &str, arguments: &[&str]) -> Ran {
    let place = place(files);
    let place = place.path();
    write(place, "acme.toml", floor);
    write(place, "packwarden.toml", config);
    let both = ["--policy", "acme.toml"];
    check(place, &[&both[..], arguments].concat())
}

#[test]
fn of_two_levels_the_stricter_one_holds() {
    let deny = "[levels]\nlog-file = \"deny\"\n";
    let warn = "[levels]\nlog-file = \"warn\"\n";
    let off = "[levels]\nlog-file = \"off\"\n";
    for (floor, config, code) in [
        ("", off, 0),
        (deny, off, 1),
        (deny, warn, 1),
        (warn, deny, 1),
        (warn, off, 0),
        ("unwaivable = [\"log-file\"]\n", off, 1),
        ("unwaivable = [\"file\"]\n", warn, 1),
        ("unwaivable = [\"secret\"]\n", off, 0),
    ] {
        let ran = with_floor(LOG, floor, config, &[]);
        assert_eq!(ran.code, Some(code), "{floor}{config}{ran:?}");
    }
    let ran = with_floor(LOG, warn, off, &[]);
    assert_eq!(ran.json()["findings"][0]["level"], "warn");
    let sources = policy(&ran)["source"].clone();
    assert_eq!(sources, json!(["packwarden.toml", "acme.toml"]));
    let digest = |floor| policy(&with_floor(LOG, floor, off, &[]))["digest"].clone();
    assert_ne!(digest(warn), digest(deny));
}

#[test]
fn a_closed_floor_closes_and_nothing_typed_opens_it() {
    let open = "profile = \"open\"\n";
    let closed = "profile = \"closed\"\n";
    let profile = |ran: &Ran| policy(ran)["profile"].clone();
    assert_eq!(profile(&with_floor(&[], closed, open, &[])), "closed");
    assert_eq!(
        profile(&with_floor(&[], closed, "", &["--no-config"])),
        "closed"
    );
    assert_eq!(profile(&with_floor(&[], "", closed, &[])), "closed");
    let typed = ["--profile", "open"];
    insta::assert_snapshot!(error(&with_floor(&[], closed, open, &typed)), @"--profile open asks for less than acme.toml demands");
    assert_eq!(profile(&with_floor(&[], "", closed, &typed)), "open");
}

#[test]
fn of_two_limits_the_smaller_one_holds() {
    let depth = |floor: &str, config: &str, arguments: &[&str]| {
        let ran = with_floor(&[], floor, config, arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        policy(&ran)["limits"]["depth"].as_u64().unwrap()
    };
    let (two, nine) = ("[limits]\ndepth = 2\n", "[limits]\ndepth = 9\n");
    assert_eq!(depth(two, nine, &[]), 2);
    assert_eq!(depth(nine, two, &[]), 2);
    assert_eq!(depth(nine, "", &[]), 4);
    assert_eq!(depth(two, "", &["--limit", "depth=1"]), 1);
    let ran = with_floor(&[], two, "", &["--limit", "depth=1", "--limit", "depth=3"]);
    insta::assert_snapshot!(error(&ran), @"--limit depth=3 asks for less than acme.toml demands");
}

#[test]
fn what_a_floor_lets_nobody_waive_is_not_waived() {
    let gap = with_floor(LOG, "unwaivable = [\"nested-container\"]\n", WAIVER, &[]);
    assert_eq!(gap.code, Some(0));
    let ran = with_floor(LOG, "unwaivable = [\"log-file\"]\n", WAIVER, &[]);
    assert_eq!(ran.code, Some(1));
    let document = ran.json();
    assert_eq!(document["waivers"][0]["state"], "forbidden");
    assert_eq!(document["waivers"][0]["forbidden_by"], "acme.toml");
    let own = format!("unwaivable = [\"log-file\"]\n{WAIVER}");
    let ran = with_floor(LOG, &own, "", &[]);
    assert_eq!(
        ran.code,
        Some(0),
        "a floor may waive itself what others may not"
    );
    assert_eq!(ran.json()["waivers"][0]["file"], "acme.toml");
    assert_eq!(with_floor(LOG, &own, "", &["--no-waivers"]).code, Some(1));
}

#[test]
fn of_several_floors_the_strictest_holds() {
    let place = place(LOG);
    let place = place.path();
    write(place, "a.toml", "[levels]\nlog-file = \"warn\"\n");
    write(
        place,
        "b.toml",
        "[levels]\nlog-file = \"deny\"\n[limits]\ndepth = 3\n",
    );
    write(
        place,
        "c.toml",
        "profile = \"closed\"\n[limits]\ndepth = 2\n",
    );
    write(place, "packwarden.toml", "[levels]\nlog-file = \"off\"\n");
    let all = [
        "--policy", "b.toml", "--policy", "a.toml", "--policy", "c.toml",
    ];
    let ran = check(place, &all);
    assert_eq!(ran.code, Some(1));
    let policy = policy(&ran);
    assert_eq!(policy["limits"]["depth"], 2);
    assert_eq!(policy["profile"], "closed");
}

#[test]
fn names_of_a_floor_are_searched_for_with_its_own_exceptions() {
    let names = |ran: &Ran| -> Vec<String> {
        let document = ran.json();
        let all = document["findings"].as_array().unwrap().iter();
        let all = all.map(|one| one["rule"].as_str().unwrap().to_owned());
        all.filter(|rule| rule.contains("organisation")).collect()
    };
    let files = [("a.js", "'api.acme.com', 'api.other.org'\n")];
    let floor = "[paths]\norganisation = [\"acme.com\"]\n";
    let config =
        "[paths]\norganisation = [\"acme.com\", \"other.org\"]\nallow = [\"api.acme.com\"]\n";
    let ran = with_floor(&files, floor, config, &[]);
    assert_eq!(
        names(&ran),
        ["floor-organisation-domain", "organisation-domain"]
    );
    let allowing = format!("{floor}allow = [\"api.acme.com\"]\n");
    let ran = with_floor(&files, &allowing, "", &[]);
    assert_eq!(names(&ran), [""; 0]);
}

#[test]
fn where_packages_may_go_is_what_both_say() {
    let publish = |scope: &str| format!("[publish]\nscope = \"{scope}\"\n");
    let rules = |floor: &str, config: &str| -> Vec<String> {
        let ran = with_floor(&[], floor, config, &[]);
        let document = ran.json();
        let all = document["findings"].as_array().unwrap().iter();
        let all = all.filter(|one| one["rule"] == "unexpected-scope");
        all.map(|one| one["message"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(rules("", ""), [""; 0]);
    assert_eq!(
        rules(&publish("@acme"), &publish("@other")),
        [
            "cli is not in the scope @other that `[publish]` asks for",
            "cli is not in the scope @acme that `[publish]` of acme.toml asks for",
        ]
    );
}

#[test]
fn self_match_stays_on_where_a_floor_says_so() {
    let on = "self-match = true\n";
    let off = "self-match = false\n";
    // What is looked for on this machine may be nothing at all, but a flag is refused in any case.
    insta::assert_snapshot!(error(&with_floor(&[], on, off, &["--no-self-match"])), @"--no-self-match asks for less than acme.toml demands");
    let secret = ["Zq8Vz0Lw2J", "t7Xb4Nc9Rk"].concat();
    for (floor, code) in [("", 0), (on, 1)] {
        let place = place(&[("a.js", &format!("'{secret}'"))]);
        let place = place.path();
        write(place, "acme.toml", floor);
        write(place, "packwarden.toml", off);
        let ran = packwarden(&["check", "cli.tgz", "--policy", "acme.toml"])
            .variable("ACME_TOKEN", &secret)
            .directory(place)
            .run();
        assert_eq!(ran.code, Some(code), "{ran:?}");
    }
}

#[test]
fn a_floor_that_could_be_misunderstood_is_refused() {
    let wrong = |floor: &str| error(&with_floor(&[], floor, "", &[]));
    insta::assert_snapshot!(wrong("profile = \"open\""), @r#"acme.toml is a floor, and `profile = "open"` would tighten nothing there"#);
    insta::assert_snapshot!(wrong("self-match = false"), @"acme.toml is a floor, and `self-match = false` would tighten nothing there");
    insta::assert_snapshot!(wrong("[levels]\nlog-file = \"off\""), @r#"acme.toml is a floor, and `a level of "off"` would tighten nothing there"#);
    insta::assert_snapshot!(wrong("[build]\noutputs = [\"a/**\"]"), @"acme.toml is a floor, and `[build] outputs` would tighten nothing there");
    insta::assert_snapshot!(wrong("[hooks]\npre-push-build = \"make\""), @"acme.toml is a floor, and `[hooks]` would tighten nothing there");
    insta::assert_snapshot!(wrong("unwaivabel = []"), @"acme.toml:1: unknown key `unwaivabel`");
    insta::assert_snapshot!(wrong("unwaivable = [\"secrets\"]"), @"acme.toml:1: there is no rule, category or gap `secrets` that could be waived");
    let config = with_floor(&[], "", "unwaivable = [\"secret\"]\n", &[]);
    insta::assert_snapshot!(error(&config), @"packwarden.toml:1: `unwaivable` holds in a floor only");
    let place = place(&[]);
    let ran = check(place.path(), &["--policy", "gone.toml"]);
    assert!(error(&ran).starts_with("can't read gone.toml: "), "{ran:?}");
}

#[test]
fn what_holds_is_shown_with_where_it_is_from() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    write(
        place,
        "packwarden.toml",
        "profile = \"open\"\n[levels]\nlog-file = \"deny\"\ngguf-weights = \"off\"\n[limits]\ndepth = 5\n\
         [publish]\nscope = \"@acme\"\n",
    );
    write(
        place,
        "acme.toml",
        "profile = \"closed\"\nunwaivable = [\"secret\"]\n[levels]\nlog-file = \"warn\"\ngguf-weights = \"warn\"\n\
         [publish]\naccess = \"restricted\"\n",
    );
    let ran = packwarden(&["config", "show", "--policy", "acme.toml"])
        .directory(place)
        .run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    insta::assert_snapshot!(ran.stdout, @r#"
    # packwarden.toml, acme.toml
    profile = "closed"                  # acme.toml
    self-match = true                   # default
    unwaivable "secret"                 # acme.toml

    [levels]
    gguf-weights = "warn"               # acme.toml
    log-file = "deny"                   # packwarden.toml
    # all others                        # each rule's own level

    [limits]
    decompressed = "4294967296 B"       # default
    ratio = 200                         # default
    entries = 100000                    # default
    depth = 5                           # packwarden.toml
    time = "60s"                        # default

    [publish]
    scope = "@acme"                     # the project

    [publish]
    access = "restricted"               # acme.toml

    # 0 waivers (`packwarden waivers`)
    "#);
}

#[test]
fn a_change_that_locks_itself_is_blocked() {
    let place = place(&[("a.js", "1\n")]);
    let place = place.path();
    let lock = |files: &str| {
        format!(
            "version = 1\n\n[[artifact]]\nname = \"cli\"\nformat = \"npm-tgz\"\nfiles = [\"package.json\"{files}]\n"
        )
    };
    repository(place, &[("packwarden.lock", &lock(""))]);
    write(place, "packwarden.lock", lock(", \"a.js\""));
    assert_eq!(check(place, &[]).code, Some(0));
    let ran = check(place, &["--policy-from", "main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.json()["findings"][0]["rule"], "not-in-lock");
}

#[test]
fn no_rule_of_a_project_is_called_as_one_that_stands_in_no_file() {
    for id in ["not-in-lock", "unexpected-artifact"] {
        let place = place(LOG);
        let place = place.path();
        let rule = format!(
            "[[rule]]\nid = '{id}'\ntitle = 't'\ncategory = 'file'\nseverity = 'low'\nlevel = 'note'\nwhy = 'w'\n\
             fix = 'f'\n[rule.match]\npaths = ['no-such-file']\n[[rule.example]]\npath = 'no-such-file'\nmatches = true\n\
             [[rule.example]]\npath = 'other'\nmatches = false\n"
        );
        write(place, "own.toml", &rule);
        write(place, "packwarden.toml", "rules = [\"own.toml\"]\n");
        let ran = check(place, &[]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
    }
}
