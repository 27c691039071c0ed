//! Rules of every kind, and entries that meet them or do not.

use proptest::prelude::*;

use super::*;
use crate::{
    model::{EntryKind, Window},
    rule::fill,
};

/// What detectors report, as the built-in rules name it: that there are such detectors is told where both
/// are known.
fn kinds() -> Vec<&'static str> {
    let lines = WHOLE.iter().flat_map(|(_, text)| text.lines());
    let named = lines.filter_map(|line| line.strip_prefix("detector = \""));
    named.filter_map(|rest| rest.split('"').next()).collect()
}

/// Rules with these ids and matches.
fn set(rules: &[(&str, &str)]) -> RuleSet {
    let mut text = String::new();
    for (id, rest) in rules {
        text.push_str(&format!(
            "[[rule]]\nid = '{id}'\ntitle = 't'\ncategory = 'secret'\nseverity = 'low'\n\
             level = 'deny'\nwhy = 'w'\nfix = 'f'\n[rule.match]\n{rest}\n"
        ));
    }
    RuleSet::from_text("own.toml", &text, &kinds()).unwrap()
}

/// The matches in content that arrives in pieces: rule, start, value, all in the content.
fn found(set: &RuleSet, pieces: &[&[u8]]) -> Vec<(usize, u64, Vec<u8>)> {
    let mut window = Window::new(RuleSet::BEFORE, RuleSet::AFTER);
    let apart = set.apart_in(&file("a", 1), pieces[0]);
    let mut found = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        window.push(piece, index + 1 == pieces.len(), &mut |view| {
            set.search(view, &apart, &|_| true, &mut |matched| {
                assert_eq!(&view.bytes[matched.value.clone()], matched.bytes);
                let start = view.offset + matched.start as u64;
                found.push((matched.rule, start, matched.bytes.to_vec()));
            });
        });
    }
    found.sort();
    found.dedup();
    found
}

fn file(path: &str, size: u64) -> Entry {
    Entry::file(&format!("package/{path}"), size)
}

#[test]
fn built_in_rules_are_in_order() {
    match RuleSet::check_built_in(&kinds()) {
        Ok(set) => assert_eq!(set.digest(), RuleSet::load(&[], &kinds()).unwrap().digest()),
        Err(errors) => {
            let errors: Vec<miette::Report> = errors.into_iter().map(Into::into).collect();
            panic!("{errors:?}");
        }
    }
}

#[test]
fn what_is_refused_hides_nothing_that_begins_after_it() {
    let rule = "anchors = ['key_']\nregex = 'key_[a-z0-9_]{8}'\nreject = ['key_$']";
    let met = found(&set(&[("key", rule)]), &[b"key_aaaakey_bbbbcccc"]);
    assert_eq!(met, [(0, 8, b"key_bbbbcccc".to_vec())]);
}

#[test]
fn what_is_assigned_is_known_by_its_name() {
    let rule = "context = ['datadog', 'dd_api']\nregex = '[0-9a-f]{32}'\nentropy = 2.0";
    let set = set(&[("datadog", rule)]);
    let value = "0b9f2c47d1e8a35690cafe1248d7b63e";
    let found = |text: &str| {
        let text = text.replace("VALUE", value);
        let met = found(&set, &[text.as_bytes()]);
        met.iter().filter(|met| met.2 == value.as_bytes()).count()
    };
    for text in [
        "DD_API_KEY=VALUE",
        "export DD_API_KEY='VALUE'\n",
        "datadog:\n  apiKey: VALUE\n",
        "new Datadog({ site: 'eu', apiKey: \"VALUE\" })",
        r#"{"datadog": {"api_key": "VALUE"}}"#,
        r#"const s = "{\"dd_api_key\":\"VALUE\"}""#,
        "const DATADOG_TOKEN: &str = \"VALUE\";",
        "datadog_token: string = `VALUE`",
        "os.environ.setdefault('DD_API_KEY', 'VALUE')",
        "os.environ['DD_API_KEY'] = 'VALUE'",
        "process.env.DD_API_KEY || \"VALUE\"",
        "datadog-ci upload --api-key VALUE --x",
        "curl -H 'DD-API-KEY: a' # Datadog\n -H \"authorization: Bearer VALUE\"",
        r#"<add key="DatadogApiKey" value="VALUE"/>"#,
    ] {
        assert_eq!(found(text), 1, "{text}");
    }
    for text in [
        "API_KEY=VALUE",
        "datadog sha: VALUE",
        "DD_API_KEY=VALUE0",
        "DD_API_KEY=aVALUE",
        "DD_API_KEY=VALUE-rest",
        "datadog_hash = 'VALUE'",
        "the Datadog key is VALUE",
    ] {
        assert_eq!(found(text), 0, "{text}");
    }
    let far = format!("datadog{}api_key = VALUE", " ".repeat(200));
    assert_eq!(found(&far), 0);
}

#[test]
fn values_are_not_looked_for_in_what_a_tool_made() {
    let set = set(&[("any", "context = ['datadog']\nregex = '[0-9a-f]{32}'")]);
    let looks = |path: &str, head: &str| {
        let entry = file(path, head.len() as u64);
        set.apart_in(&entry, head.as_bytes()).assigned
    };
    assert!(looks("a.js", "const a = 1;\n"));
    assert!(looks("config", "a=1"));
    assert!(looks("a.json", &"x".repeat(1000)));
    assert!(!looks("a.js", &"x".repeat(1000)));
    assert!(!looks("a.js.map", "{}"));
    assert!(!looks("a.py", "a\0b"));
}

#[test]
fn what_a_rule_requires_must_be_near() {
    let set = set(&[
        ("id", "anchors = ['ID-1']\nregex = 'ID-1[0-9]{4}'"),
        (
            "secret",
            "anchors = ['key=']\nregex = 'key=([a-z]{8})'\nvalue = 1\nrequires = { rule = 'id', within = 20 }",
        ),
        (
            "named",
            "anchors = ['tok_']\nregex = 'tok_[a-z]{8}'\ncontext = ['acme']",
        ),
    ]);
    let rules = |text: &str| {
        let met = found(&set, &[text.as_bytes()]);
        met.iter().map(|met| met.0).collect::<Vec<_>>()
    };
    assert_eq!(rules("key=qwertyui ID-19283"), [0, 1]);
    assert_eq!(rules("ID-19283 key=qwertyui"), [0, 1]);
    assert_eq!(rules("key=qwertyui ID-192"), [] as [usize; 0]);
    let far = format!("key=qwertyui{}ID-19283", " ".repeat(20));
    assert_eq!(rules(&far), [0]);
    assert_eq!(rules("ACME: tok_qwertyui"), [2]);
    assert_eq!(rules("tok_qwertyui"), [] as [usize; 0]);
}

#[test]
fn what_is_required_must_be_a_rule() {
    let rule = "[[rule]]\nid = 'a'\ntitle = 't'\ncategory = 'secret'\nseverity = 'low'\nlevel = 'deny'\n\
        why = 'w'\nfix = 'f'\n[rule.match]\nanchors = ['key=']\nregex = 'key='\nrequires = { rule = 'b' }\n";
    let errors = RuleSet::from_text("own.toml", rule, &[]).unwrap_err();
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["the rule `a` requires `b`, and there is no such rule with anchors"]
    );
}

#[test]
fn a_file_of_rules_may_require_a_built_in_one() {
    let set = set(&[(
        "own",
        "anchors = ['key=']\nregex = 'key=([a-z]{8})'\nvalue = 1\nrequires = { rule = 'npm-token' }",
    )]);
    assert_eq!(set.len(), 1);
    let token = fill("{{npm-token}}").unwrap();
    let with = format!("{token} key=qwertyui");
    assert_eq!(found(&set, &[with.as_bytes()]).len(), 1);
    assert_eq!(found(&set, &[b"npm_ key=qwertyui"]).len(), 0);
}

#[test]
fn a_generic_finding_names_the_variable() {
    let generic = "generic = true\ncontext = ['api_key']\nregex = '[0-9a-f]{32}'";
    let set = set(&[
        ("generic", generic),
        ("named", &generic.replace("generic = true", "")),
    ]);
    let text = "self.api_key = 'q8f0e1d2c3b4a5968778695a4b3c2d1e'".replace('q', "7");
    let mut details = Vec::new();
    let mut window = Window::new(RuleSet::BEFORE, RuleSet::AFTER);
    let apart = set.apart_in(&file("a.py", 1), text.as_bytes());
    window.push(text.as_bytes(), true, &mut |view| {
        set.search(view, &apart, &|_| true, &mut |matched| {
            if let Answer::Sound(known) = matched.answer {
                details.push((matched.rule, known.detail));
            }
        });
    });
    details.sort();
    assert_eq!(details, [(0, Some("`self.api_key`".to_owned())), (1, None)]);
}

#[test]
fn what_the_first_bytes_say_is_said_of_a_file() {
    let set = set(&[(
        "der",
        "magic = [{ bytes = '302e' }]\nverify = ['der-private-key']",
    )]);
    let start = [0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34];
    let key = [&start[..], &[7; 34]].concat();
    let answer = |head: &[u8]| set.match_entry(&file("a", 48), head)[0].answer.clone();
    assert!(
        matches!(answer(&key), Answer::Sound(known) if known.detail.as_deref() == Some("Ed25519"))
    );
    // Bytes that no key goes on after are found all the same.
    assert_eq!(answer(&key[..20]), Answer::Other);
}

#[test]
fn paths_and_magic_are_met_by_entries() {
    let set = set(&[
        ("env", "paths = ['**/.env']\nexcept = ['**/examples/**']"),
        ("big", "paths = ['**']\nsize = '>1 kB'"),
        (
            "gguf",
            "magic = [{ bytes = '47475546' }, { offset = 4, bytes = '??ff' }]\nexcept = ['a.bin']",
        ),
    ]);
    let ids = |entry: &Entry, head: &[u8]| {
        let matches = set.match_entry(entry, head).into_iter();
        matches.map(|found| found.rule).collect::<Vec<_>>()
    };
    assert_eq!(ids(&file(".ENV", 1), b""), [0]);
    assert_eq!(ids(&file("examples/.env", 1), b""), [] as [usize; 0]);
    assert_eq!(ids(&file("a/.env", 1001), b"GGUF"), [0, 1, 2]);
    assert_eq!(ids(&file("a.bin", 9), b"GGUF"), [] as [usize; 0]);
    assert_eq!(ids(&file("b", 9), b"GGU_\x00\xff"), [2]);
    let directory = Entry {
        kind: EntryKind::Directory,
        ..file("x/.env/", 0)
    };
    assert_eq!(ids(&directory, b"GGUF"), [] as [usize; 0]);
    let derived = Entry {
        kind: EntryKind::Derived,
        ..file("a.map!/.env", 0)
    };
    assert_eq!(ids(&derived, b"GGUF"), [] as [usize; 0]);
    let evidence = |path| set.match_entry(&file(path, 9), b"GGUF")[0].evidence.clone();
    assert_eq!(evidence("x").as_str(), "bytes 47475546 at offset 0");
    assert_eq!(evidence("\n/.env").as_str(), "\\n/.env");
}

#[test]
fn text_passes_every_filter() {
    let set = set(&[
        (
            "npm",
            "anchors = ['npm_']\nregex = '\\b(npm_[0-9A-Za-z]{36})\\b'\nvalue = 1\nverify = ['npm-crc32']",
        ),
        (
            "ant",
            "anchors = ['sk-ant-']\nregex = 'sk-ant-[a-z0-9-]+[\\w-]{93}AA'",
        ),
        (
            "any",
            "anchors = ['sk-a']\nregex = 'sk-[\\w-]{90,}'\nentropy = 4.5",
        ),
        (
            "key",
            "anchors = ['PRIVATE KEY-----']\nregex = '-----BEGIN[A-Z ]{0,20} PRIVATE KEY-----[\\s\\S]+?-----END[A-Z ]{0,20} PRIVATE KEY-----'\nwindow = 16384\nverify = ['pem-private-key']",
        ),
        (
            "rej",
            "anchors = ['pass']\nregex = 'pass=(\\w+)'\nvalue = 1\nreject = ['^abc']",
        ),
    ]);
    let rules = |text: &str| {
        let found = found(&set, &[fill(text).unwrap().as_bytes()]);
        found
            .into_iter()
            .map(|(rule, _, _)| rule)
            .collect::<Vec<_>>()
    };
    assert_eq!(rules("t = {{npm-token}};"), [0]);
    assert_eq!(rules("t = x{{npm-token}};"), [] as [usize; 0]);
    // A wrong checksum makes it doubtful, and hides nothing.
    assert_eq!(rules("npm_{{random-alnum:36}}"), [0]);
    assert_eq!(rules("npm_{{random-alnum:35}}"), [] as [usize; 0]);
    assert_eq!(rules("{{anthropic-key}}"), [1, 2]);
    assert_eq!(rules("sk-a{{random-hex:100}}"), [] as [usize; 0]);
    assert_eq!(rules("a {{rsa-private-key}} {{ec-private-key}}"), [3, 3]);
    assert_eq!(rules("{{encrypted-private-key}}"), [] as [usize; 0]);
    assert_eq!(rules("pass=abcq7w pass=zq7w"), [4]);
    assert_eq!(rules("pass=your_password pass=zq7w"), [4]);
}

#[test]
fn a_match_is_reported_once_and_only_if_it_touches_its_anchor() {
    let set = set(&[(
        "twice",
        "anchors = ['bnmq', 'bnmqw', 'mqwz']\nregex = '[a-z]+'",
    )]);
    let all = found(&set, &[b"zzz xbnmqwzx yyy 12 bnmq3"]);
    let values: Vec<_> = all
        .iter()
        .map(|(_, start, value)| (*start, value.as_slice()))
        .collect();
    assert_eq!(values, [(4, b"xbnmqwzx".as_slice()), (20, b"bnmq")]);
    let mut times = 0;
    let bytes = b"xbnmqwzx";
    let view = View {
        bytes,
        search: (0, bytes.len()),
        offset: 0,
        lines: 0,
    };
    set.search(view, &ApartIn::default(), &|_| true, &mut |_| times += 1);
    assert_eq!(times, 1);
}

#[test]
fn keys_of_json_are_met() {
    let set = set(&[
        ("where", "paths = ['**/package.json']\nkeys = ['_where']"),
        (
            "hook",
            "paths = ['package.json']\nkeys = ['scripts.*']\nregex = 'curl'",
        ),
    ]);
    let json =
        b"\xef\xbb\xbf{\"_where\": \"/h\",\n \"scripts\": {\"a\": \"tsc\", \"b\": \"curl x\"}}";
    let entry = file("package.json", json.len() as u64);
    assert!(set.wants_keys(&entry));
    let matches = set.match_keys(&entry, json).unwrap();
    let matches: Vec<_> = matches
        .iter()
        .map(|found| {
            (
                found.rule,
                found.key.as_str(),
                found.value.as_str(),
                found.line,
            )
        })
        .collect();
    assert_eq!(
        matches,
        [
            (0, "_where", "/h", Some(1)),
            (1, "scripts.b", "curl x", Some(2))
        ]
    );
    assert!(!set.wants_keys(&file("package.json", 9 << 20)));
    assert!(!set.wants_keys(&file("index.js", 9)));
    assert!(set.match_keys(&entry, b"{").is_err());
    assert_eq!(set.match_keys(&file("x.json", 1), b"{").unwrap(), []);
}

#[test]
fn detectors_and_scopes_are_asked_by_index() {
    let set = set(&[
        ("link", "detector = 'archive:link'\nexcept = ['vendor/**']"),
        ("text", "anchors = ['abcd']\nregex = 'abcd'\nsize = '<1 kB'"),
    ]);
    assert_eq!(set.reporting("archive:link"), [0]);
    assert_eq!(set.reporting("archive:setuid"), [] as [usize; 0]);
    assert!(set.covers(0, &file("a", 1)));
    assert!(!set.covers(0, &file("vendor/a", 1)));
    assert!(!set.covers(1, &file("a", 1000)));
    assert!(!set.covers(2, &file("a", 1)));
}

#[test]
fn the_digest_changes_with_any_file() {
    let one = set(&[("one", "paths = ['a']")]);
    assert_eq!(one.digest(), set(&[("one", "paths = ['a']")]).digest());
    assert_ne!(one.digest(), set(&[("one", "paths = ['b']")]).digest());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn pieces_make_no_difference(
        words in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "bnmq", "bnmqwz", "tok_", "tok_ab12", "secret=", "\n", " ", "\\n", "-", "BEGIN", "END",
                ]).prop_map(str::to_owned),
                "[a-z0-9]{1,9}",
                (1usize..3000).prop_map(|length| " x".repeat(length)),
            ],
            0..60,
        ),
        cuts in prop::collection::vec(0usize..60_000, 0..8),
    ) {
        let set = set(&[
            ("a", "anchors = ['bnmq', 'bnmqwz']\nregex = '\\b[a-z]{4,20}\\b'"),
            ("b", "anchors = ['tok_']\nregex = '(?:secret=)?(tok_\\w+)'\nvalue = 1"),
            ("c", "anchors = ['BEGIN']\nregex = 'BEGIN[\\s\\S]+?END'\nwindow = 16384"),
            ("d", "anchors = ['END ']\nregex = '(?m)^.*END.*$'"),
        ]);
        let content = words.concat().into_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(content.len())).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut start = 0;
        for cut in cuts.into_iter().chain([content.len()]) {
            pieces.push(&content[start..cut]);
            start = cut;
        }
        prop_assert_eq!(found(&set, &pieces), found(&set, &[&content]));
    }
}

#[test]
fn what_is_searched_apart_is_searched_for_where_it_may_be() {
    let set = set(&[
        (
            "logs",
            "paths = ['**/*.log']\nanchors = ['core']\nregex = 'core\\d'\napart = true",
        ),
        (
            "programs",
            "magic = [{ bytes = '7f45' }]\nanchors = ['core']\nregex = 'core\\d'",
        ),
        (
            "short",
            "anchors = ['://']\nregex = '[a-z]+://x'\napart = true",
        ),
    ]);
    let rules = |path: &str, content: &[u8]| {
        let entry = file(path, content.len() as u64);
        let apart = set.apart_in(&entry, content);
        let view = View {
            bytes: content,
            search: (0, content.len()),
            offset: 0,
            lines: 0,
        };
        let mut found = Vec::new();
        set.search(view, &apart, &|_| true, &mut |matched| {
            found.push((matched.rule, matched.start))
        });
        found
    };
    assert_eq!(rules("a.log", b"core1 core2"), [(0, 0), (0, 6)]);
    assert_eq!(rules("a.bin", b"\x7fE core1"), [(1, 3)]);
    assert_eq!(rules("b.log", b"\x7fE core1"), [(0, 3), (1, 3)]);
    assert_eq!(rules("a.txt", b"core1 git://x"), [(2, 6)]);
    // A match counts for the view in which its anchor begins.
    let pieces: [&[u8]; 2] = [b"aaa git:", b"//x"];
    assert_eq!(found(&set, &pieces), [(2, 4, b"git://x".to_vec())]);
}
