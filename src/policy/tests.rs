//! From a configuration's text to a verdict.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::{Timestamp, civil::Date, civil::date};

use super::*;
use crate::model::{
    ArtifactInfo, Category, Doubt, EntryPath, Evidence, Finding, Fix, Gap, GapKind, Level, Levels,
    Limits, Location, Manifest, Origin, RuleInfo, Scanned, Severity, Sha256,
};

const TODAY: Date = date(2026, 11, 21);

fn rule(id: &str, category: Category, open: Level, closed: Level, public: Level) -> Arc<RuleInfo> {
    Arc::new(RuleInfo {
        id: id.to_owned(),
        title: id.to_owned(),
        provider: None,
        formats: Vec::new(),
        category,
        severity: Severity::High,
        level: Levels {
            open,
            closed,
            public,
            tests: (category == Category::Secret).then_some(Level::Warn),
        },
        why: String::new(),
        fix: Fix::default(),
        references: Vec::new(),
    })
}

fn rules() -> Vec<Arc<RuleInfo>> {
    use Level::{Deny, Note, Warn};
    vec![
        rule("env-file", Category::File, Deny, Deny, Deny),
        rule("gguf-weights", Category::Ai, Deny, Deny, Warn),
        rule("github-token", Category::Secret, Deny, Deny, Deny),
        rule("internal-host", Category::Path, Note, Deny, Note),
        rule("source-map", Category::SourceMap, Deny, Deny, Warn),
    ]
}

/// What the configuration may name.
const NAMES: [(&str, Category); 5] = [
    ("env-file", Category::File),
    ("gguf-weights", Category::Ai),
    ("github-token", Category::Secret),
    ("internal-host", Category::Path),
    ("source-map", Category::SourceMap),
];

fn finding(id: &str, path: &str, content: &str) -> Finding {
    let rule = rules().into_iter().find(|rule| rule.id == id).unwrap();
    Finding {
        rule,
        path: EntryPath::new(path),
        location: Location::default(),
        message: String::new(),
        evidence: Evidence::default(),
        doubt: Doubt::None,
        expires: None,
        algorithm: None,
        fix: None,
        value: None,
        sha256: Some(Sha256::of(content.as_bytes())),
    }
}

fn gap(kind: GapKind, content: &str) -> Gap {
    Gap {
        kind,
        path: Some(EntryPath::new("package/fixture.tgz")),
        reason: "it can't be read".to_owned(),
        help: None,
        sha256: Some(Sha256::of(content.as_bytes())),
    }
}

fn scanned(findings: Vec<Finding>, gaps: Vec<Gap>) -> Scanned {
    let manifest = Manifest {
        license: Some("MIT".to_owned()),
        ..Manifest::default()
    };
    Scanned {
        artifact: ArtifactInfo {
            path: "cli-1.0.0.tgz".to_owned(),
            format: None,
            name: None,
            version: None,
            size: 1,
            unpacked_size: 1,
            sha256: None,
            sha512: None,
            entries: 1,
            origin: Origin::Given,
            packed_by: None,
            rebuilt: None,
            commit: None,
            dirty: None,
            commit_unknown: None,
            withdrawn: None,
            destination: None,
        },
        manifest: Some(manifest),
        findings,
        gaps,
        inventory: Vec::new(),
        rules: 4,
        self_match: Vec::new(),
        secrets: 0,
        unread: Vec::new(),
        limits: Limits::default(),
    }
}

fn config(text: &str) -> ConfigFile {
    ConfigFile::parse(Path::new("packwarden.toml"), "packwarden.toml", text.into()).unwrap()
}

fn settings(text: &str) -> Settings {
    Settings::new(Some(&config(text)), &Overrides::default(), &NAMES).unwrap()
}

fn judged(scanned: Scanned, settings: &Settings) -> Judged {
    judge(scanned, settings, Sha256::of(b"rules"), TODAY)
}

fn waiver(head: &str, rest: &str) -> String {
    format!("[[waive]]\n{head}\nreason = \"a test\"\n{rest}\n")
}

/// The error in `text`, as a person sees it without colours.
fn complaint(text: &str) -> String {
    let error = Settings::new(Some(&config(text)), &Overrides::default(), &NAMES).unwrap_err();
    let mut shown = String::new();
    miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor())
        .render_report(&mut shown, &error)
        .unwrap();
    shown
}

#[test]
fn errors_underline_what_is_wrong() {
    insta::assert_snapshot!(complaint("profile = \"open\"\n\n[levels]\nenv-fil = \"off\""), @r#"
     × packwarden.toml:4: there is no rule `env-fil`
      ╭─[packwarden.toml:4:1]
    3 │ [levels]
    4 │ env-fil = "***"
      · ───┬───
      ·    ╰── not known
      ╰────
     help: did you mean `env-file`?
    "#);
    insta::assert_snapshot!(complaint("[limits]\ntime = \"soon\""), @r#"
     × packwarden.toml:2: `time` must be a time like "90s" or "5min"
      ╭─[packwarden.toml:2:8]
    1 │ [limits]
    2 │ time = "****"
      ·        ───┬──
      ·           ╰── can't be used
      ╰────
    "#);
    insta::assert_snapshot!(complaint(&waiver("rule = \"github-token\"", "path = \"a.js\"")), @r#"
     × packwarden.toml:1: a waiver of github-token needs a sha256
      ╭─[packwarden.toml:1:1]
    1 │ [[waive]]
      · ────┬────
      ·     ╰── this waiver
    2 │ rule = "************"
      ╰────
     help: add `sha256 = "…"`, so that other content is a new finding; `packwarden check --verbose` shows the value
    "#);
    insta::assert_snapshot!(complaint(&waiver("gap = \"tar\"", "")), @r#"
     × packwarden.toml:2: a `tar` gap can't be waived
      ╭─[packwarden.toml:2:7]
    1 │ [[waive]]
    2 │ gap = "tar"
      ·       ──┬──
      ·         ╰── not a kind that can be waived
    3 │ reason = "* ****"
      ╰────
     help: only what lies inside an entry can: nested-container, source-map
    "#);
    insta::assert_snapshot!(complaint(&waiver("rule = \"env-file\"", "path = \"a[\"")), @r#"
     × packwarden.toml:4: `a[` is no glob: unclosed character class; missing ']'
      ╭─[packwarden.toml:4:8]
    3 │ reason = "* ****"
    4 │ path = "a["
      ·        ──┬─
      ·          ╰── not a path
      ╰────
     help: a path below the root directory, like `dist/*.map` or `vendor/**`
    "#);
}

#[test]
fn every_waiver_says_what_it_covers_and_why() {
    for (text, message) in [
        (
            waiver("", "path = \"a\""),
            "names one rule or one kind of gap",
        ),
        (
            waiver("rule = \"env-file\"\ngap = \"source-map\"", ""),
            "names one rule",
        ),
        (
            waiver("rule = \"env-file\"", ""),
            "needs a path, a sha256 or both",
        ),
        (
            waiver("gap = \"source-map\"", "path = \"a\""),
            "source-map gap needs a sha256",
        ),
        (
            waiver("rule = \"env-file\"", "sha256 = []"),
            "the list of hashes is empty",
        ),
        (
            waiver("rule = \"env-file\"", "sha256 = \"12\""),
            "expected 64 hexadecimal",
        ),
        (
            waiver("rule = \"env-file\"", "path = \"./a\""),
            "is not below the root",
        ),
        (
            waiver("rule = \"env-file\"", "path = \"../a\""),
            "is not below the root",
        ),
        (
            waiver("rule = \"env-file\"", "path = \"a\"\nexpires = \"soon\""),
            "is not a date",
        ),
        (
            "[[waive]]\nrule = \"env-file\"\npath = \"a\"\nreason = \" \"".to_owned(),
            "needs a reason",
        ),
    ] {
        let error = Settings::new(Some(&config(&text)), &Overrides::default(), &NAMES);
        let error = error.expect_err(&text).to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn a_waiver_is_bound_to_place_and_content() {
    let text = waiver("rule = \"env-file\"", "path = \"app/**\"");
    let settings = settings(&text);
    for (path, outcome) in [
        ("package/app/a/.env", Outcome::Passed),
        ("package/.env", Outcome::Blocked),
        ("app/.env", Outcome::Blocked),
    ] {
        let judged = judged(
            scanned(vec![finding("env-file", path, "")], vec![]),
            &settings,
        );
        assert_eq!(judged.outcome(), outcome, "{path}");
        let used = judged.waivers[0].state == State::Used;
        assert_eq!(used, outcome == Outcome::Passed);
    }
}

/// <https://github.com/gitleaks/gitleaks/issues/2239>: an accepted value was swapped for a real one
/// in the same place, and passed.
#[test]
fn a_swapped_secret_is_a_new_finding() {
    let hash = Sha256::of(b"sample");
    let text = waiver(
        "rule = \"github-token\"",
        &format!("path = \"a.js\"\nsha256 = [\"{hash}\"]"),
    );
    for (value, outcome) in [("sample", Outcome::Passed), ("real", Outcome::Blocked)] {
        let found = vec![finding("github-token", "package/a.js", value)];
        assert_eq!(
            judged(scanned(found, vec![]), &settings(&text)).outcome(),
            outcome
        );
    }
}

#[test]
fn a_swapped_model_is_a_new_finding() {
    let head = "rule = \"gguf-weights\"";
    let hash = Sha256::of(b"tiny");
    let text = waiver(
        head,
        &format!("path = \"models/*.gguf\"\nsha256 = \"{hash}\""),
    );
    for (content, outcome) in [("tiny", Outcome::Passed), ("whole", Outcome::Blocked)] {
        let found = vec![finding("gguf-weights", "package/models/a.gguf", content)];
        assert_eq!(
            judged(scanned(found, vec![]), &settings(&text)).outcome(),
            outcome
        );
    }
    let unbound = complaint(&waiver(head, "path = \"models/*.gguf\""));
    assert!(unbound.contains("a waiver of gguf-weights needs a sha256"));
}

#[test]
fn a_path_that_reads_as_a_glob_can_be_spelled_out() {
    let text = waiver("rule = \"source-map\"", "path = \"app/[id]/page.js.map\"");
    let found = vec![finding("source-map", "package/app/[id]/page.js.map", "")];
    assert_eq!(
        judged(scanned(found, vec![]), &settings(&text)).outcome(),
        Outcome::Passed
    );
}

#[test]
fn a_waiver_applies_through_its_last_day() {
    for (last, applies) in [("2026-11-21", true), ("2026-11-20", false)] {
        let text = waiver(
            "rule = \"env-file\"",
            &format!("path = \"**\"\nexpires = {last}"),
        );
        let found = vec![finding("env-file", "package/.env", "")];
        let judged = judged(scanned(found, vec![]), &settings(&text));
        assert_eq!(judged.outcome() == Outcome::Passed, applies, "{last}");
        let expired = judged.waivers[0].state == State::Expired;
        assert_eq!(expired, !applies);
    }
}

#[test]
fn only_gaps_inside_entries_can_be_accepted_and_by_hash() {
    let hash = Sha256::of(b"corrupt");
    let text = waiver(
        "gap = \"nested-container\"",
        &format!("sha256 = \"{hash}\""),
    );
    for (kind, content, outcome) in [
        (GapKind::NestedContainer, "corrupt", Outcome::Passed),
        (GapKind::NestedContainer, "other", Outcome::Incomplete),
        (GapKind::Tar, "corrupt", Outcome::Incomplete),
    ] {
        let judged = judged(scanned(vec![], vec![gap(kind, content)]), &settings(&text));
        assert_eq!(judged.outcome(), outcome, "{kind:?} {content}");
        assert_eq!(judged.gaps.len(), 1, "a waived gap stays listed");
    }
}

#[test]
fn a_gap_outranks_a_finding_which_is_judged_all_the_same() {
    let found = vec![finding("env-file", "package/.env", "")];
    let judged = judged(
        scanned(found, vec![gap(GapKind::Gzip, "")]),
        &Settings::default(),
    );
    assert_eq!(
        (judged.outcome(), judged.exit_code()),
        (Outcome::Incomplete, 4)
    );
    assert_eq!(judged.summary().deny, 1);
}

#[test]
fn what_was_not_read_or_had_no_rules_never_passes() {
    let mut empty = scanned(vec![], vec![]);
    empty.artifact.entries = 0;
    assert_eq!(judged(empty, &Settings::default()).exit_code(), 4);
    let mut unruly = scanned(vec![], vec![]);
    unruly.rules = 0;
    assert_eq!(judged(unruly, &Settings::default()).exit_code(), 70);
}

#[test]
fn levels_come_from_the_profile_the_file_and_the_command_line() {
    let level = |text: &str, overrides: &Overrides, repository: Option<&str>, id: &str| {
        let settings = Settings::new(Some(&config(text)), overrides, &NAMES).unwrap();
        let mut scanned = scanned(vec![finding(id, "package/a", "")], vec![]);
        scanned.manifest.as_mut().unwrap().repository = repository.map(str::to_owned);
        let judged = judged(scanned, &settings);
        judged.findings.first().map(|judged| judged.level)
    };
    let none = Overrides::default();
    let strict = Overrides {
        strict: true,
        ..Overrides::default()
    };
    let closed = Overrides {
        profile: Some(Profile::Closed),
        ..Overrides::default()
    };
    let repository = Some("github:acme/cli");
    assert_eq!(level("", &none, None, "source-map"), Some(Level::Deny));
    assert_eq!(
        level("", &none, repository, "source-map"),
        Some(Level::Warn)
    );
    assert_eq!(
        level("", &strict, repository, "source-map"),
        Some(Level::Deny)
    );
    assert_eq!(level("", &strict, None, "internal-host"), Some(Level::Note));
    assert_eq!(
        level("profile = \"closed\"", &none, repository, "source-map"),
        Some(Level::Deny)
    );
    assert_eq!(
        level("profile = \"open\"", &closed, None, "internal-host"),
        Some(Level::Deny)
    );
    let text = "[levels]\nsource-map = \"note\"\nenv-file = \"off\"";
    assert_eq!(level(text, &closed, None, "source-map"), Some(Level::Note));
    assert_eq!(level(text, &none, None, "env-file"), None);
}

#[test]
fn open_says_what_closed_would_have_blocked() {
    let found = || {
        vec![
            finding("internal-host", "package/b", ""),
            finding("env-file", "package/.env", ""),
            finding("internal-host", "package/a", ""),
        ]
    };
    let open = judged(scanned(found(), vec![]), &Settings::default());
    let expected = ClosedHint {
        findings: 2,
        rules: vec!["internal-host".to_owned()],
    };
    assert_eq!(open.closed_hint, Some(expected));
    let paths: Vec<_> = open
        .findings
        .iter()
        .map(|f| f.finding.path.as_str())
        .collect();
    assert_eq!(paths, ["package/.env", "package/a", "package/b"]);
    let closed = judged(scanned(found(), vec![]), &settings("profile = \"closed\""));
    assert_eq!(closed.closed_hint, None);
}

#[test]
fn the_digest_changes_with_whatever_decides() {
    let digest = |text: &str| {
        judged(scanned(vec![], vec![]), &settings(text))
            .policy
            .digest
    };
    let waived = |reason: &str, path: &str| {
        format!("[[waive]]\nrule = \"env-file\"\nreason = {reason:?}\npath = {path:?}")
    };
    assert_eq!(digest(""), digest("[limits]\nratio = 3"));
    assert_eq!(digest(&waived("a", "x")), digest(&waived("b", "x")));
    let all = [
        digest(""),
        digest("profile = \"closed\""),
        digest("[levels]\nenv-file = \"off\""),
        digest("[levels]\nenv-file = \"warn\""),
        digest(&waived("a", "x")),
        digest(&waived("a", "y")),
        judge(
            scanned(vec![], vec![]),
            &Settings::default(),
            Sha256::of(b"other"),
            TODAY,
        )
        .policy
        .digest,
    ];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[..index].contains(one), "{index}");
    }
}

#[test]
fn limits_are_laid_over_one_another() {
    let overrides = Overrides {
        limits: vec![("time".to_owned(), "5s".to_owned())],
        ..Overrides::default()
    };
    let file = config("[limits]\ntime = \"90s\"\nentries = 7\nself-match = 1");
    let error = Settings::new(Some(&file), &overrides, &NAMES).unwrap_err();
    assert!(
        error.to_string().contains("no limit `self-match`"),
        "{error}"
    );
    let file = config("self-match = false\n[limits]\ntime = \"90s\"\nentries = 7");
    let settings = Settings::new(Some(&file), &overrides, &NAMES).unwrap();
    let expected = Limits {
        entries: 7,
        time: Duration::from_secs(5),
        ..Limits::default()
    };
    assert_eq!(*settings.limits(), expected);
    assert!(!settings.self_match());
    assert_eq!(settings.overrides().flags(), ["--limit time=5s"]);
    let wrong = Overrides {
        limits: vec![("tim".to_owned(), "5s".to_owned())],
        ..Overrides::default()
    };
    let error = Settings::new(None, &wrong, &NAMES).unwrap_err();
    assert_eq!(error.to_string(), "--limit tim=5s: there is no limit `tim`");
}

#[test]
fn of_several_the_highest_code_counts_and_nothing_checked_is_no_pass() {
    let verdict = |artifacts: Vec<Judged>, codes: &[u8]| Verdict {
        checked_at: Timestamp::UNIX_EPOCH,
        elapsed: Duration::ZERO,
        artifacts,
        skipped: Vec::new(),
        history: None,
        errors: codes
            .iter()
            .map(|code| RunError {
                code: *code,
                message: String::new(),
                path: None,
                help: None,
            })
            .collect(),
    };
    let passed = || judged(scanned(vec![], vec![]), &Settings::default());
    let blocked = || {
        let found = vec![finding("env-file", "package/.env", "")];
        judged(scanned(found, vec![]), &Settings::default())
    };
    assert_eq!(verdict(vec![passed()], &[]).exit_code(), 0);
    assert_eq!(verdict(vec![], &[]).exit_code(), 3);
    assert_eq!(verdict(vec![passed(), blocked()], &[]).exit_code(), 1);
    assert_eq!(verdict(vec![blocked()], &[3]).outcome(), Outcome::Error);
    assert_eq!(
        verdict(vec![blocked()], &[4]).outcome(),
        Outcome::Incomplete
    );
    assert_eq!(verdict(vec![passed()], &[0]).exit_code(), 70);
}

#[test]
fn a_waiver_used_by_one_of_several_artifacts_is_not_unused() {
    let settings = settings(&waiver("rule = \"env-file\"", "path = \".env\""));
    let with = judged(
        scanned(vec![finding("env-file", "package/.env", "")], vec![]),
        &settings,
    );
    let without = judged(scanned(vec![], vec![]), &settings);
    let mut verdict = Verdict {
        checked_at: Timestamp::UNIX_EPOCH,
        elapsed: Duration::ZERO,
        artifacts: vec![without.clone(), with],
        errors: Vec::new(),
        skipped: Vec::new(),
        history: None,
    };
    assert_eq!(verdict.waivers()[0].state, State::Used);
    verdict.artifacts = vec![without.clone(), without];
    let states: Vec<_> = verdict.waivers().iter().map(|lived| lived.state).collect();
    assert_eq!(states, [State::Unused]);
}

/// The level of one finding of `github-token` (deny, and a warning among tests).
fn level_of(config: &str, doubt: Doubt, expires: Option<i64>) -> (Level, String) {
    let token = Finding {
        doubt,
        expires,
        ..finding("github-token", "package/a", "a")
    };
    let judged = judged(scanned(vec![token], Vec::new()), &settings(config));
    let judged = &judged.findings[0];
    (judged.level, judged.finding.message.clone())
}

#[test]
fn what_lies_among_tests_or_is_doubtful_is_lowered() {
    let set = "[levels]\ngithub-token = \"deny\"";
    for (config, doubt, level) in [
        ("", Doubt::None, Level::Deny),
        ("", Doubt::Tests, Level::Warn),
        ("", Doubt::Value, Level::Note),
        ("profile = \"closed\"", Doubt::Tests, Level::Warn),
        (set, Doubt::Tests, Level::Deny),
        (set, Doubt::Value, Level::Note),
    ] {
        assert_eq!(level_of(config, doubt, None).0, level, "{config} {doubt:?}");
    }
}

#[test]
fn a_secret_that_has_expired_is_a_note() {
    // The tests are judged on one day; a century lies between these two.
    let (level, message) = level_of("", Doubt::None, Some(0));
    assert_eq!(
        (level, message.as_str()),
        (Level::Note, "; it expired on 1970-01-01")
    );
    assert_eq!(level_of("", Doubt::None, Some(i64::MAX)).0, Level::Deny);
    assert_eq!(
        level_of("", Doubt::None, Some(4_102_444_800)).0,
        Level::Deny
    );
}

#[test]
fn a_history_says_when_a_finding_came_in_and_when_it_went() {
    let released = |version: &str, findings: Vec<Finding>, gaps: Vec<Gap>| {
        let mut one = judged(scanned(findings, gaps), &settings(""));
        one.artifact.name = Some("cli".to_owned());
        one.artifact.version = Some(version.to_owned());
        one
    };
    let met = || vec![finding("env-file", "package/.env", "x")];
    let unread = vec![gap(GapKind::NestedContainer, "x")];
    let artifacts = [
        released("1.0.0", met(), vec![]),
        released("1.1.0", vec![], vec![]),
        released("2.0.0", met(), vec![]),
        // A wheel that has it, and another that has not.
        released("2.1.0", vec![], vec![]),
        released("2.1.0", met(), vec![]),
        released("2.2.0", vec![], unread),
        released("2.3.0", vec![], vec![]),
        released("3.0.0", met(), vec![]),
    ];
    let shown: Vec<_> = history(&artifacts)
        .iter()
        .map(|stay| {
            let Stay {
                since,
                until,
                gone_in,
                versions,
                from_the_first,
                ..
            } = stay;
            let gone_in = gone_in.as_deref().unwrap_or("-");
            format!("{since} {until} {gone_in} {versions} {from_the_first}")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "1.0.0 1.0.0 1.1.0 1 true",
            "2.0.0 2.1.0 2.3.0 2 false",
            "3.0.0 3.0.0 - 1 false",
        ]
    );
}
