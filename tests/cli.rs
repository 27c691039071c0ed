//! The command line from outside: exit codes, and what goes to which stream.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use support::{
    command::{Ran, packwarden},
    tarball::TarballBuilder,
};

const NOWHERE: &str = "/nowhere/at/all";

#[test]
fn help_explains_the_exit_codes() {
    for arguments in [&["--help"][..], &["check", "--help"], &["help", "check"]] {
        let ran = packwarden(arguments).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("   70  An internal error"), "{ran:?}");
    }
    assert_eq!(packwarden(&["--version"]).run().code, Some(0));
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    for arguments in [
        &[][..],
        &["check", "--wrong"],
        &["check", "--format", "xml"],
        &["check", "--limit", "entries"],
        &["check", "--format=json", "--format=json"],
        &["check", "--config", "a", "--no-config"],
        &["rules", "show", "no-such-rule"],
        &["rules", "test"],
    ] {
        let ran = packwarden(arguments).run();
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty() || ran.stdout.starts_with('{'));
    }
}

#[test]
fn a_promised_machine_format_is_kept_at_every_exit() {
    for (code, arguments) in [
        (2, &["check", "--format", "json", "--wrong"][..]),
        (2, &["check", "--format=json", "--format=json"]),
        (3, &["check", "--format=json", NOWHERE]),
        (3, &["check", "--format=human", "--format=json", NOWHERE]),
    ] {
        let ran = packwarden(arguments).run();
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        let document = ran.json();
        assert_eq!(document["schema_version"], 1);
        assert_eq!(document["outcome"], "error");
        assert_eq!(document["errors"][0]["code"], code);
        assert!(!ran.stderr.is_empty(), "people are told too");
    }
}

const FOR_CI: [&str; 5] = ["sarif", "github", "gitlab", "junit", "markdown"];

/// What a document of a format holds when there was an error.
fn tells_of_an_error(format: &str, document: &str) {
    let json = || serde_json::from_str::<serde_json::Value>(document).unwrap();
    match format {
        "sarif" => assert_eq!(
            json()["runs"][0]["invocations"][0]["executionSuccessful"],
            false
        ),
        "gitlab" => assert_eq!(json()[0]["severity"], "blocker"),
        "junit" => {
            let document = roxmltree::Document::parse(document).unwrap();
            assert_eq!(document.root_element().attribute("errors"), Some("1"));
        }
        "github" => {
            assert!(document.starts_with("::error ") && document.contains("packwarden: error;"))
        }
        _ => assert!(document.starts_with("# packwarden: error\n")),
    }
}

#[test]
fn a_gate_that_stays_shut_replaces_the_report_of_an_earlier_run() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("report.json");
    std::fs::write(&file, "{\"outcome\":\"passed\"}").unwrap();
    let format = format!("json={}", file.display());
    for words in [
        &[
            "publish",
            "--format",
            &format,
            "--",
            "sh",
            "-c",
            "npm publish",
        ][..],
        &["hook", "npm", "--format", &format],
    ] {
        let ran = packwarden(words).directory(place.path()).run();
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert_eq!(ran.stdout, "", "it is the client's");
        let report = std::fs::read_to_string(&file).unwrap();
        assert!(report.contains("\"outcome\": \"error\""), "{report}");
    }
    // Without a file there is no place for it.
    let ran = packwarden(&["hook", "npm", "--format", "json"]).run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn every_format_for_ci_is_written_at_every_exit() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    std::fs::write(place("packwarden.toml"), "profile = 3").unwrap();
    std::fs::write(place("a.tgz"), TarballBuilder::package().gzip()).unwrap();
    for format in FOR_CI {
        for (code, rest) in [
            (2, &["--wrong"][..]),
            (2, &["a.tgz"]),
            (3, &["--no-config", NOWHERE]),
        ] {
            let to_stdout = packwarden(&["check", "--format", format]).directory(directory.path());
            let ran = to_stdout.arguments(rest).run();
            assert_eq!(ran.code, Some(code), "{format} {rest:?}: {ran:?}");
            tells_of_an_error(format, &ran.stdout);
            assert!(!ran.stderr.is_empty(), "people are told too");
            // A report of an earlier run must not be taken for that of this one.
            let file = directory.path().join("report");
            std::fs::write(&file, "earlier").unwrap();
            let to_file = format!("{format}=report");
            let to_file = packwarden(&["check", "--format", &to_file]).directory(directory.path());
            let ran = to_file.arguments(rest).run();
            assert_eq!(ran.code, Some(code), "{format} {rest:?}: {ran:?}");
            tells_of_an_error(format, &std::fs::read_to_string(&file).unwrap());
        }
    }
}

#[test]
fn one_run_writes_every_format_and_no_format_changes_the_exit_code() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    std::fs::write(place("clean.tgz"), TarballBuilder::package().gzip()).unwrap();
    let leak = TarballBuilder::package()
        .file("package/.env", b"A=1")
        .gzip();
    std::fs::write(place("leak.tgz"), &leak).unwrap();
    std::fs::write(place("cut.tgz"), &leak[..leak.len() - 9]).unwrap();
    let files: Vec<String> = FOR_CI
        .iter()
        .map(|format| format!("{format}=report.{format}"))
        .collect();
    let formats: Vec<&str> = files.iter().flat_map(|file| ["--format", file]).collect();
    for (code, outcome, file) in [
        (0, "passed", "clean.tgz"),
        (1, "blocked", "leak.tgz"),
        (4, "incomplete", "cut.tgz"),
    ] {
        let ran =
            packwarden(&["check", "--no-config", "--format", "json", file]).arguments(&formats);
        let ran = ran.directory(directory.path()).run();
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert_eq!(ran.json()["outcome"], outcome);
        let read =
            |format: &str| std::fs::read_to_string(place(&format!("report.{format}"))).unwrap();
        assert!(read("github").contains(&format!("packwarden: {outcome};")));
        assert!(read("markdown").starts_with(&format!("# packwarden: {outcome}\n")));
        assert!(read("junit").contains(&format!("name=\"outcome\" value=\"{outcome}\"")));
        let log: serde_json::Value = serde_json::from_str(&read("sarif")).unwrap();
        assert_eq!(log["runs"][0]["properties"]["outcome"], outcome);
        let list: serde_json::Value = serde_json::from_str(&read("gitlab")).unwrap();
        let mut list = list.as_array().unwrap().iter();
        assert_eq!(list.any(|one| one["severity"] == "blocker"), code != 0);
    }
    let names = std::fs::read_dir(directory.path()).unwrap();
    assert_eq!(
        names.count(),
        3 + FOR_CI.len(),
        "nothing is left beside the reports"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_the_others_are_written() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(
        directory.path().join("a.tgz"),
        TarballBuilder::package().gzip(),
    )
    .unwrap();
    let formats = [
        "--format",
        "junit=no/report.xml",
        "--format",
        "sarif=report.sarif",
    ];
    let ran = packwarden(&["check", "--no-config", "a.tgz"]).arguments(&formats);
    let ran = ran.directory(directory.path()).run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("could not be written to no/report.xml"),
        "{ran:?}"
    );
    assert!(directory.path().join("report.sarif").exists());
}

/// A directory with two artifacts that pass and one that leaks.
fn artifacts() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let one = TarballBuilder::package();
    let other = TarballBuilder::package().file("package/b.js", b"b");
    let leak = TarballBuilder::package().file("package/.env", b"A=1");
    for (name, artifact) in [("one.tgz", one), ("other.tgz", other), ("leak.tgz", leak)] {
        std::fs::write(directory.path().join(name), artifact.gzip()).unwrap();
    }
    directory
}

fn check_in(directory: &tempfile::TempDir, arguments: &[&str]) -> Ran {
    let ran = packwarden(&["check", "--no-config", "--format", "json"]).arguments(arguments);
    ran.directory(directory.path()).run()
}

#[test]
fn what_passes_is_kept_and_nothing_else_is_expected() {
    let directory = artifacts();
    let place = |name: &str| directory.path().join(name);
    let ran = check_in(&directory, &["--save", "kept", "one.tgz", "other.tgz"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let document = ran.json();
    let list = std::fs::read_to_string(place("kept/SHA256SUMS")).unwrap();
    let lines: Vec<String> = ["one.tgz", "other.tgz"]
        .iter()
        .enumerate()
        .map(|(number, name)| {
            assert_eq!(
                std::fs::read(place(name)).unwrap(),
                std::fs::read(place("kept").join(name)).unwrap()
            );
            format!(
                "{}  {name}\n",
                document["artifacts"][number]["sha256"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(list, lines.concat());
    assert_eq!(std::fs::read_dir(place("kept")).unwrap().count(), 3);

    let expect = ["--expect", "kept/SHA256SUMS"];
    assert_eq!(
        check_in(&directory, &[&expect[..], &["kept/one.tgz"]].concat()).code,
        Some(0)
    );
    std::fs::write(
        place("kept/one.tgz"),
        TarballBuilder::package().file("package/c.js", b"c").gzip(),
    )
    .unwrap();
    let ran = check_in(
        &directory,
        &[&expect[..], &["kept/other.tgz", "kept/one.tgz"]].concat(),
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let document = ran.json();
    let mut findings = document["findings"].as_array().unwrap().iter();
    let unexpected = findings
        .find(|one| one["rule"] == "unexpected-artifact")
        .unwrap();
    assert_eq!(unexpected["artifact"], 1);
    assert_eq!(unexpected["path"], "kept/one.tgz");
    let message = unexpected["message"].as_str().unwrap();
    assert!(message.ends_with("kept/SHA256SUMS lists 2 artifacts, and not this one"));
    assert!(findings.all(|one| one["rule"] != "unexpected-artifact"));
}

#[test]
fn nothing_is_kept_of_what_does_not_pass_and_nothing_is_overwritten() {
    let directory = artifacts();
    let place = |name: &str| directory.path().join(name);
    let before = || std::fs::read_dir(directory.path()).unwrap().count();
    for (code, arguments) in [
        (1, &["--save", "kept", "one.tgz", "leak.tgz"][..]),
        (1, &["--save", "kept", "--expect", "list", "one.tgz"]),
        (0, &["--save", "kept", "--exit-zero", "leak.tgz"]),
        (3, &["--save", "kept", "one.tgz", NOWHERE]),
        (2, &["--save", "kept", "-"]),
        (2, &["--save", "no/kept", "one.tgz"]),
        (2, &["--save", "one.tgz", "other.tgz"]),
        (2, &["--save", "kept", "one.tgz", "./one.tgz"]),
        (2, &["--expect", "none", "one.tgz"]),
        (2, &["--expect", "empty", "one.tgz"]),
        (2, &["--expect", "one.tgz", "one.tgz"]),
    ] {
        std::fs::write(place("list"), format!("{:064}  a.tgz\n", 0)).unwrap();
        std::fs::write(place("empty"), "\n").unwrap();
        let ran = check_in(&directory, arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        assert_eq!(before(), 5, "{arguments:?}");
    }
    std::fs::create_dir(place("full")).unwrap();
    std::fs::write(place("full/a"), "mine").unwrap();
    let ran = check_in(&directory, &["--save", "full", "one.tgz"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.json()["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("nothing in it is overwritten")
    );
    assert_eq!(std::fs::read_dir(place("full")).unwrap().count(), 1);
    // One that is empty gives way.
    std::fs::create_dir(place("kept")).unwrap();
    assert_eq!(
        check_in(&directory, &["--save", "kept", "one.tgz"]).code,
        Some(0)
    );
    assert_eq!(std::fs::read_dir(place("kept")).unwrap().count(), 2);
}

#[test]
fn a_report_in_a_file_leaves_standard_output_to_people() {
    let directory = tempfile::tempdir().unwrap();
    let ran = packwarden(&["check", "--format", "json=report.json", NOWHERE])
        .directory(directory.path())
        .run();
    assert_eq!(ran.code, Some(3));
    let report = std::fs::read(directory.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["errors"][0]["code"], 3);

    let ran = packwarden(&["check", "--format", "json", "--output", "o.json", NOWHERE])
        .directory(directory.path())
        .run();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""));
    assert!(directory.path().join("o.json").exists());
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let ran = packwarden(&["check", "--format", "json=/nowhere/report", path]).run();
    assert!(ran.stderr.contains("/nowhere/report"), "{ran:?}");
    assert!(ran.code >= Some(2), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_a_closed_pipe_is_not() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let ran = packwarden(&["rules", "list"]).stdout_to(full);
    assert_eq!(ran.code, Some(2), "{ran:?}");

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ran = packwarden(&["rules", "list"]).stdout_to(std::os::fd::OwnedFd::from(writer).into());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let coloured = |arguments: &[&str], variable: &str| {
        let ran = packwarden(&["check", NOWHERE])
            .arguments(arguments)
            .variable(variable, "1")
            .run();
        ran.stderr.contains('\u{1b}')
    };
    assert!(!coloured(&[], "X"));
    assert!(coloured(&["--color=always"], "X"));
    assert!(coloured(&[], "CLICOLOR_FORCE"));
    assert!(!coloured(&["--color=never"], "CLICOLOR_FORCE"));
}

#[test]
fn the_catalogue_can_be_read_by_machines() {
    let ran = packwarden(&["rules", "list", "--format", "json"]).run();
    assert_eq!(ran.code, Some(0));
    let document = ran.json();
    let id = document["rules"][0]["id"].as_str().unwrap();
    let ran = packwarden(&["rules", "show", id]).run();
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.starts_with(&format!("{id}: ")), "{ran:?}");
    let ran = packwarden(&["rules", "list"]).run();
    assert!(
        ran.stdout.lines().any(|line| line.starts_with(id)),
        "{ran:?}"
    );
}
