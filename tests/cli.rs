//! The command line from outside: exit codes, and what goes to which stream.

mod support;

use support::command::packwarden;

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
