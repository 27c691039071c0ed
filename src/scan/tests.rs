//! What is told of an entry, and what is not lost where not everything can be told.

use super::{Scope, collected::Collected, entry_scan::EntryScan, *};
use crate::archive::Summary;
use crate::model::{
    Doubt, Entry, EntryKind, EntryPath, Finding, Gap, GapKind, LiveSecrets, Sha256,
};

const RULE: &str = "[[rule]]\nid = 'key'\ntitle = 'A key'\ncategory = 'path'\nseverity = 'high'\n\
    level = 'deny'\nwhy = 'w'\nfix = 'f'\n[rule.match]\nanchors = ['key_']\nregex = 'key_[a-z0-9]+'\n";

fn scope<'s>(rules: &'s RuleSet, limits: &'s Limits) -> Scope<'s> {
    Scope {
        rules,
        detectors: Vec::new(),
        limits,
        derived: pipeline::DerivedBudget::default(),
        bounds: Bounds::new(limits),
        redaction: Redaction::new(Some(rules), &LiveSecrets::default()),
        inventory: false,
    }
}

/// What one entry, in pieces, comes to.
fn found_by(rules: &RuleSet, limits: &Limits, kind: EntryKind, pieces: &[&[u8]]) -> Collected {
    let scope = scope(rules, limits);
    let entry = Entry {
        kind,
        ..Entry::file("package/a.js", 1)
    };
    let mut collected = Collected::default();
    let mut scan = EntryScan::new(&scope, entry);
    for (index, piece) in pieces.iter().enumerate() {
        scan.push(piece, index + 1 == pieces.len(), &mut collected);
    }
    collected.gaps.extend(scope.bounds.gaps());
    collected
}

fn found_under(limits: &Limits, kind: EntryKind, pieces: &[&[u8]]) -> Collected {
    let rules = RuleSet::from_text("own.toml", RULE, &[]).unwrap();
    found_by(&rules, limits, kind, pieces)
}

fn found(kind: EntryKind, pieces: &[&[u8]]) -> Collected {
    found_under(&Limits::default(), kind, pieces)
}

fn bound_to(findings: &[Finding], text: &str) -> usize {
    let hash = Some(Sha256::of(text.as_bytes()));
    findings
        .iter()
        .filter(|finding| finding.sha256 == hash)
        .count()
}

#[test]
fn a_value_after_many_others_does_not_pass_with_their_waiver() {
    let same = "key_q7w8e9\n".repeat(150);
    let found_in = |text: &str| found(EntryKind::File, &[text.as_bytes()]).findings;
    let repeated = found_in(&same);
    assert_eq!(bound_to(&repeated, "key_q7w8e9"), 100);
    assert_eq!(repeated.len(), 100);
    assert!(
        repeated[0].message.contains("50 more times"),
        "{:?}",
        repeated[0]
    );

    let text = format!("{same}key_z1x2c3 key_v4b5n6");
    let findings = found_in(&text);
    assert_eq!(bound_to(&findings, "key_q7w8e9"), 100);
    // One for all others, which only a waiver of the whole file's hash covers.
    assert_eq!(findings.len(), 101);
    assert_eq!(bound_to(&findings, &text), 1);
    assert_eq!(findings[100].location.line, Some(151));
}

#[test]
fn what_is_bound_to_the_entry_is_so_in_derived_text_too() {
    let text = format!("{}key_z1x2c3", "key_q7w8e9\n".repeat(100));
    let (one, two) = text.as_bytes().split_at(500);
    for kind in [EntryKind::File, EntryKind::Derived, EntryKind::Metadata] {
        let findings = found(kind, &[one, two]).findings;
        assert_eq!(bound_to(&findings, &text), 1);
    }
}

#[test]
fn a_secret_that_can_be_guessed_is_bound_to_the_entry() {
    let rule = RULE.replace("'path'", "'secret'");
    let rules = RuleSet::from_text("own.toml", &rule, &[]).unwrap();
    let random = ["key_q8z0lw2t7xb4", "nc9rk1hs6yd3gm5v"].concat();
    let text = format!("key_summer19 {random}");
    let limits = Limits::default();
    let findings = found_by(&rules, &limits, EntryKind::File, &[text.as_bytes()]).findings;
    assert_eq!(findings[0].sha256, Some(Sha256::of(text.as_bytes())));
    assert_eq!(findings[0].evidence.as_str(), "12 bytes, not shown");
    assert_eq!(findings[1].sha256, Some(Sha256::of(random.as_bytes())));
    assert!(findings[1].evidence.as_str().starts_with("key_… (32 bytes"));
}

#[test]
fn a_hundred_doubtful_values_hide_no_sound_one() {
    let rule = RULE.replace("'path'", "'secret'").replace(
        "key_[a-z0-9]+'",
        "npm_[0-9A-Za-z]{36}'\nverify = ['npm-crc32']",
    );
    let rules = RuleSet::from_text("own.toml", &rule.replace("'key_'", "'npm_'"), &[]).unwrap();
    let doubtful: String = (0..250)
        .map(|n| format!("npm_q8Vz0Lw2Jt7Xb4Nc9Rk1Hs6Yd3Gm5P7Wx{:03}\n", n + 100))
        .collect();
    let text = format!("{doubtful}{}", crate::rule::fill("{{npm-token}}").unwrap());
    let limits = Limits::default();
    let findings = found_by(&rules, &limits, EntryKind::File, &[text.as_bytes()]).findings;
    let sound = |finding: &&Finding| finding.doubt == Doubt::None;
    // The doubtful ones that are told apart, one for all others, and the true one.
    assert_eq!(findings.len(), 102);
    assert_eq!(findings.iter().filter(sound).count(), 1);
}

#[test]
fn a_password_in_a_derived_text_is_told_once() {
    let rule = RULE.replace("'path'", "'secret'");
    let rules = RuleSet::from_text("own.toml", &rule, &[]).unwrap();
    let limits = Limits::default();
    let scope = scope(&rules, &limits);
    let mut collected = Collected::default();
    for (path, text) in [
        ("package/a.map", "x key_summer19"),
        ("package/a.map!/b.js", "key_summer19"),
    ] {
        EntryScan::new(&scope, Entry::file(path, 1)).push(text.as_bytes(), true, &mut collected);
    }
    let findings = collected.conclude(&scope, &Summary::default()).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].path.as_str(), "package/a.map!/b.js");
}

/// Keys of these curves, each with what lies before its name.
fn keys_of(curves: &[&str]) -> Vec<Finding> {
    let rules = RuleSet::load(&[], &detect::kinds().collect::<Vec<_>>()).unwrap();
    let limits = Limits::default();
    let scope = scope(&rules, &limits);
    let mut collected = Collected::default();
    let mut look = |path: &str, curve: &str| {
        let key = format!(r#"{{"kty":"OKP","crv":"{curve}","d":"{{{{random-base64url:43}}}}"}}"#);
        let key = crate::rule::fill(&key).unwrap();
        EntryScan::new(&scope, Entry::file(path, 1)).push(key.as_bytes(), true, &mut collected);
    };
    for curve in curves {
        look(&format!("package/data/{curve}.jwk"), curve);
    }
    look("package/server.jwk", "Ed25519");
    collected.conclude(&scope, &Summary::default()).findings
}

#[test]
fn keys_of_every_algorithm_in_one_directory_are_samples() {
    let curves = ["Ed25519", "Ed448", "X25519", "X448", "K-1", "K-2"];
    let samples = |findings: &[Finding]| {
        let samples = findings
            .iter()
            .filter(|finding| finding.doubt == Doubt::Tests);
        samples.count()
    };
    let few = keys_of(&curves[..5]);
    assert_eq!((few.len(), samples(&few)), (6, 0));
    let many = keys_of(&curves);
    assert_eq!((many.len(), samples(&many)), (7, 6));
    assert_eq!(
        many[0].message,
        "Private key as a JSON Web Key (Ed25519); beside keys of 5 other algorithms, as in collections of samples"
    );
    // What lies elsewhere is a key.
    assert_eq!(many[6].doubt, Doubt::None);
}

#[test]
fn findings_that_are_not_kept_are_a_gap() {
    let limits = Limits {
        entries: 1,
        ..Limits::default()
    };
    let collected = found_under(&limits, EntryKind::File, &[b"key_a1 key_b2 key_c3"]);
    assert_eq!(collected.findings.len(), 1);
    let kinds = |gap: &Gap| (gap.kind, gap.kind.waivable());
    let gaps: Vec<_> = collected.gaps.iter().map(kinds).collect();
    assert_eq!(gaps, [(GapKind::Limit, false)]);
}

#[test]
fn neighbours_that_share_a_separator_are_all_found() {
    let rule = RULE.replace(
        "key_[a-z0-9]+'",
        "(?:^|[^a-z0-9_])(key_[a-z0-9]{6})(?:[^a-z0-9_]|$)'\nvalue = 1",
    );
    let text = b"key_q7w8e1,key_q7w8e2,key_q7w8e3\nkey_q7w8e4";
    let rules = RuleSet::from_text("own.toml", &rule, &[]).unwrap();
    let collected = found_by(&rules, &Limits::default(), EntryKind::File, &[text]);
    assert_eq!(collected.findings.len(), 4);
}

/// How many bytes the built-in rules try in a megabyte of `unit`.
fn tried_in(unit: &str) -> u64 {
    let (rules, limits) = (
        RuleSet::load(&[], &detect::kinds().collect::<Vec<_>>()).unwrap(),
        Limits::default(),
    );
    let scope = scope(&rules, &limits);
    let text = unit.repeat((1 << 20) / unit.len());
    EntryScan::new(&scope, Entry::file("package/a.js", 1)).push(
        text.as_bytes(),
        true,
        &mut Collected::default(),
    );
    scope.bounds.tried()
}

#[test]
fn an_anchor_that_leads_to_nothing_is_turned_down_at_once() {
    let begin = format!("-----{} {}-----\n", "BEGIN", "PRIVATE KEY");
    let end = begin.replace("BEGIN", "END");
    // The three rules of private keys, each with a look at what stands before the anchor.
    let lines = (1 << 20) / end.len() as u64;
    assert!(tried_in(&end) < lines * 400, "{}", tried_in(&end));
    // No match is longer than some 80 bytes, whatever follows, and it begins here or one byte before.
    let token = ["gh", "p_"].concat();
    let tokens = (1 << 20) / token.len() as u64;
    assert!(tried_in(&token) < tokens * 400, "{}", tried_in(&token));
    assert_eq!(tried_in("function a(b){return b+1}\n"), 0);
}

#[test]
fn a_flood_of_anchors_is_a_gap_and_hides_nothing_found_before() {
    let limits = Limits {
        time: std::time::Duration::from_secs(3600),
        ..Limits::default()
    };
    let rules = RuleSet::from_text("own.toml", RULE, &[]).unwrap();
    let scope = scope(&rules, &limits);
    let mut collected = Collected::default();
    let path = EntryPath::new("package/b.js");
    let look = |name: &str, text: &str, collected: &mut Collected| {
        EntryScan::new(&scope, Entry::file(name, 1)).push(text.as_bytes(), true, collected);
    };
    look("package/a.js", "key_a1", &mut collected);
    // All but the last of what the artifact may try.
    let share = 3600 * (16 << 20);
    assert!(scope.bounds.try_out(share - 1000, &path));
    look("package/b.js", &"key_-".repeat(100), &mut collected);
    look("package/c.js", "key_c3", &mut collected);
    assert_eq!(collected.findings.len(), 1);
    let gaps: Vec<Gap> = scope.bounds.gaps().collect();
    assert_eq!(gaps.len(), 1);
    assert_eq!(
        (gaps[0].kind, gaps[0].path.as_ref()),
        (GapKind::Limit, Some(&path))
    );
    assert!(
        gaps[0].reason.contains("MiB had to be tried (limit `time`"),
        "{:?}",
        gaps[0]
    );
}

/// The reader leaves the hash of a long file to the threads that take it.
#[test]
fn a_gap_in_a_long_file_is_bound_to_its_hash() {
    let mut collected = found(EntryKind::File, &[b"long ", b"file"]);
    for kind in [GapKind::NestedContainer, GapKind::Limit] {
        collected.gaps.push(Gap {
            kind,
            path: Some(Entry::file("package/a.js", 1).path),
            reason: String::new(),
            help: None,
            sha256: None,
        });
    }
    let rules = RuleSet::from_text("own.toml", RULE, &[]).unwrap();
    let limits = Limits::default();
    let concluded = collected.conclude(&scope(&rules, &limits), &Summary::default());
    // The archive, which is none, has gaps of its own.
    let gaps = concluded.gaps.iter().filter(|gap| gap.path.is_some());
    let hashes: Vec<_> = gaps.map(|gap| (gap.kind, gap.sha256)).collect();
    let hash = Sha256::of(b"long file");
    assert_eq!(
        hashes,
        [
            (GapKind::Limit, None),
            (GapKind::NestedContainer, Some(hash))
        ]
    );
}

#[test]
fn files_are_listed_with_their_hashes_where_that_is_asked_for() {
    let rules = RuleSet::from_text("own.toml", RULE, &[]).unwrap();
    let limits = Limits::default();
    let scope = Scope {
        inventory: true,
        ..scope(&rules, &limits)
    };
    let mut collected = Collected::default();
    for (path, kind, depth, text) in [
        ("package/b", EntryKind::File, 0, "\0\u{1}"),
        ("package/a", EntryKind::File, 0, "text"),
        ("package/a!/in", EntryKind::File, 1, "nested"),
        ("package/d", EntryKind::Directory, 0, ""),
        (
            "package/l",
            EntryKind::Link {
                target: "a".to_owned(),
            },
            0,
            "a",
        ),
    ] {
        let entry = Entry {
            kind,
            depth,
            ..Entry::file(path, text.len() as u64)
        };
        EntryScan::new(&scope, entry).push(text.as_bytes(), true, &mut collected);
    }
    let summary = Summary::default();
    let listed = collected.conclude(&scope, &summary).inventory;
    let shown: Vec<_> = listed
        .iter()
        .map(|one| (one.path.as_str(), one.size, one.binary, one.sha256))
        .collect();
    let hash = |text: &str| Some(Sha256::of(text.as_bytes()));
    assert_eq!(
        shown,
        [
            ("package/a", 4, false, hash("text")),
            ("package/b", 2, true, hash("\0\u{1}")),
            // What it leads to may change.
            ("package/l", 1, false, None),
        ]
    );
}

#[test]
fn what_a_registry_repeats_of_an_artifact_is_told_once() {
    let rules = RuleSet::from_text("own.toml", RULE, &[]).unwrap();
    let limits = Limits::default();
    let scope = scope(&rules, &limits);
    let mut collected = Collected::default();
    for (path, text) in [
        ("package/readme.md", "key_q7w8e9"),
        ("!/registry/readme.md", "key_q7w8e9 key_z1x2c3"),
    ] {
        let entry = Entry::file(path, text.len() as u64);
        EntryScan::new(&scope, entry).push(text.as_bytes(), true, &mut collected);
    }
    let findings = collected.conclude(&scope, &Summary::default()).findings;
    let places: Vec<_> = findings
        .iter()
        .map(|one| (one.path.as_str(), one.location.column))
        .collect();
    assert_eq!(
        places,
        [
            ("!/registry/readme.md", Some(12)),
            ("package/readme.md", Some(1)),
        ]
    );
}
