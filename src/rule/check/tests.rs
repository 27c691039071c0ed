//! Rule files with mistakes, and what is said of them.

use insta::assert_snapshot;
use miette::Diagnostic as _;
use proptest::prelude::*;

use super::*;
use crate::rule::RuleSet;

const KINDS: [&str; 2] = ["source-map:vendor", "archive:link"];

/// A rule with everything that every rule needs, and `rest`.
fn rule(rest: &str) -> String {
    format!(
        "[[rule]]\nid = 'a-rule'\ntitle = 't'\ncategory = 'secret'\nseverity = 'low'\n\
         level = 'deny'\nwhy = 'w'\nfix = 'f'\n{rest}"
    )
}

/// The mistakes in `text`: the place, what is wrong, what helps.
fn mistakes(text: &str) -> String {
    let errors = RuleSet::from_text("own.toml", text, &KINDS).unwrap_err();
    let mut lines = Vec::new();
    for error in errors {
        let span = error.labels().and_then(|mut labels| labels.next());
        let place = span.map_or("", |span| &text[span.offset()..span.offset() + span.len()]);
        let place = place.lines().next().unwrap_or_default();
        let help = error
            .help()
            .map(|help| format!(" ({help})"))
            .unwrap_or_default();
        lines.push(format!("{place} => {error}{help}"));
    }
    lines.join("\n")
}

#[test]
fn the_names_are_those_of_the_model() {
    fn deserialized<'de, T: serde::Deserialize<'de>>(name: &'static str) -> T {
        T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name))
            .unwrap()
    }
    for (name, category) in CATEGORIES {
        assert_eq!(deserialized::<Category>(name), *category);
    }
    for (name, severity) in SEVERITIES {
        assert_eq!(deserialized::<Severity>(name), *severity);
    }
    for (name, level) in LEVELS {
        assert_eq!(deserialized::<Level>(name), *level);
    }
    for (name, ecosystem) in ECOSYSTEMS {
        assert_eq!(deserialized::<Ecosystem>(name), *ecosystem);
    }
}

#[test]
fn a_whole_rule_is_read() {
    let text = "
[[rule]]
id = 'some-token'
title = 'Token'
category = 'secret'
severity = 'critical'
level = { open = 'warn', closed = 'deny' }
why = ' Because. '
fix = 'Remove it.'
references = ['https://example.com/']
ecosystems = ['npm', 'crates']
[rule.match]
paths = ['**/*.js']
except = ['**/docs/**']
size = '<1 MB'
anchors = ['tok_']
regex = '(tok_[a-z]{4})'
value = 1
verify = ['jwt']
entropy = 3
reject = ['aaaa']
window = 100
[[rule.example]]
text = '{{npm-token}}'
matches = false
[[rule.example]]
path = 'x/y'
bytes = '00ff'
matches = true
[[rule.example]]
files = { 'a' = '1', 'b' = '2' }
matches = true
";
    let set = RuleSet::from_text("own.toml", text, &KINDS).unwrap();
    let rule = set.get("some-token").unwrap();
    assert_eq!(rule.info.why, "Because.");
    let (open, closed) = (Level::Warn, Level::Deny);
    assert_eq!(
        rule.info.level,
        Levels {
            open,
            closed,
            public: open,
            tests: None
        }
    );
    assert_eq!(rule.ecosystems, [Ecosystem::Npm, Ecosystem::Crates]);
    assert_eq!(&*rule.source, "own.toml");
    let paths = rule.examples.iter().map(|example| {
        let entries = example.entries().unwrap();
        entries
            .into_iter()
            .map(|entry| entry.path)
            .collect::<Vec<_>>()
            .join(" ")
    });
    assert_eq!(paths.collect::<Vec<_>>(), ["file.txt", "x/y", "a b"]);
}

#[test]
fn all_mistakes_of_a_file_are_said_at_their_place() {
    let text = "
colour = 1
[[rule]]
id = 'Bad_Id'
titel = 't'
category = 'secrets'
severity = 1
level = { open = 'deny', closed = 'allow', pulbic = 'off' }
why = ''
references = 'https://example.com/'
ecosystems = ['npm', 'go']
[rule.match]
paths = ['[', 'a']
size = '10 MB'
anchors = ['ab', 'abcd']
regex = '('
verify = ['gihtub-crc32']
reject = ['(?=a)']
entropy = 9
window = 0
[[rule.example]]
text = '{{githubtoken}}'
bytes = '0'
";
    assert_snapshot!(mistakes(text), @r#"
    colour => own.toml:2: unknown key `colour` (known are: rule)
    [[rule]] => own.toml:3: `title` is missing
    [[rule]] => own.toml:3: `fix` is missing
    'Bad_Id' => own.toml:4: `Bad_Id` is not a rule id (ids are kebab-case: lower-case letters and digits, words joined by single hyphens)
    titel => own.toml:5: unknown key `titel` (did you mean `title`?)
    'secrets' => own.toml:6: `secrets` is not a known category (did you mean `secret`?)
    1 => own.toml:7: `severity` must be a string, not a number
    'allow' => own.toml:8: `allow` is not a known level (known are: deny, warn, note, off)
    pulbic => own.toml:8: unknown key `pulbic` (did you mean `public`?)
    '' => own.toml:9: `why` is empty
    'https://example.com/' => own.toml:10: `references` must be a list of strings, not a string
    'go' => own.toml:11: `go` is not a known ecosystem (known are: npm, pypi, crates)
    '[' => own.toml:13: this glob can't be read: unclosed character class; missing ']'
    '10 MB' => own.toml:14: `10 MB` is not a size (write a comparison and a unit, such as ">10 MB" or "<=4 KiB")
    'ab' => own.toml:15: the anchor "ab" is shorter than 4 bytes (an anchor is looked for in every byte: take a longer literal that every match contains)
    '(' => own.toml:16: this regular expression can't be used: unclosed group (the syntax is that of the regex crate, over bytes and ASCII: no look-around, no back-references)
    'gihtub-crc32' => own.toml:17: `gihtub-crc32` is not a known validator (did you mean `github-crc32`?)
    '(?=a)' => own.toml:18: this regular expression can't be used: look-around, including look-ahead and look-behind, is not supported (the syntax is that of the regex crate, over bytes and ASCII: no look-around, no back-references)
    9 => own.toml:19: `entropy` must be between 0 and 8
    0 => own.toml:20: `window` must be between 1 and 16384
    [[rule.example]] => own.toml:21: an example has exactly one of text, bytes, link and files
    [[rule.example]] => own.toml:21: `matches` is missing
    '{{githubtoken}}' => own.toml:22: `githubtoken` is not a known generator (did you mean `github-token`?)
    '0' => own.toml:23: `0` is not hexadecimal (write pairs of hexadecimal digits, such as "47475546"; in magic, `??` is any byte)
    "#);
}

#[test]
fn advice_may_differ_by_ecosystem() {
    let with = |fix: &str| rule("match.paths = ['a']\n").replace("'f'", fix);
    let rules = RuleSet::from_text("own.toml", &with("{ default = 'a', npm = 'b' }"), &[]).unwrap();
    let fix = &rules.get("a-rule").unwrap().info.fix;
    let texts = [Ecosystem::Npm, Ecosystem::Pypi].map(|ecosystem| fix.of(Some(ecosystem)));
    assert_eq!(texts, ["b", "a"]);
    let wrong = mistakes(&with("{ npm = '', gem = 'c' }")) + "\n" + &mistakes(&with("1"));
    assert_snapshot!(wrong, @r#"
    { npm = '', gem = 'c' } => own.toml:8: `default` is missing
    '' => own.toml:8: `npm` is empty
    gem => own.toml:8: unknown key `gem` (known are: default, npm, pypi, crates)
    1 => own.toml:8: `fix` must be a table, not a number
    "#);
}

#[test]
fn a_rule_matches_in_one_way() {
    let wrong = |rest: &str| mistakes(&rule(rest));
    assert_snapshot!([
        wrong(""),
        wrong("[rule.match]"),
        wrong("[rule.match]\nexcept = ['a']"),
        wrong("[rule.match]\npaths = ['a']\nkeys = ['a']\nmagic = []"),
        wrong("[rule.match]\nregex = 'abcd'"),
        wrong("[rule.match]\nanchors = ['abcd']\nregex = 'abcd'\nvalue = 1"),
        wrong("[rule.match]\ndetector = 'archive:links'\nverify = ['jwt']"),
        wrong("[rule.match]\nmagic = [{ bytes = '????' }, { offset = 65536, bytes = '00' }, { bytes = 'xy' }]"),
        wrong("[rule.match]\nkeys = ['a..b']\nregex = 'x'"),
    ].join("\n"), @r#"
    [[rule]] => own.toml:1: `match` is missing
    [rule.match] => own.toml:9: the rule says nothing of what it matches ([rule.match] needs one of: paths, anchors with regex, context with regex, magic, keys, detector)
    [rule.match] => own.toml:9: the rule says nothing of what it matches ([rule.match] needs one of: paths, anchors with regex, context with regex, magic, keys, detector)
    keys => own.toml:11: a rule matches in one way only, but this one has `magic` and `keys` (write one rule for each)
    [rule.match] => own.toml:9: `anchors` is missing
    1 => own.toml:12: the regular expression has no capture group 1
    'archive:links' => own.toml:10: `archive:links` is not a known detector (did you mean `archive:link`?)
    verify => own.toml:11: unknown key `verify` (known are: paths, except, size, detector)
    '????' => own.toml:10: all bytes are `??`, which every file has
    '00' => own.toml:10: the bytes to look for lie beyond the first 64 KiB
    'xy' => own.toml:10: `xy` is not hexadecimal (write pairs of hexadecimal digits, such as "47475546"; in magic, `??` is any byte)
    [rule.match] => own.toml:9: `paths` is missing
    'a..b' => own.toml:10: `a..b` is not a path of keys (write names joined by dots, with `*` for any: "dependencies.*")
    "#);
}

#[test]
fn no_level_is_stricter_among_tests() {
    let with = |levels: &str| rule("match.paths = ['a']\n").replace("'deny'", levels);
    for right in [
        "{ open = 'warn', closed = 'deny', tests = 'warn' }",
        "{ open = 'deny', closed = 'deny', tests = 'off' }",
    ] {
        assert!(RuleSet::from_text("own.toml", &with(right), &[]).is_ok());
    }
    let wrong = with("{ open = 'warn', closed = 'deny', tests = 'deny' }");
    assert_snapshot!(mistakes(&wrong), @"'deny' => own.toml:6: `tests` is stricter than `open` or `closed` (it is the level among tests, where such values are made up as a rule: take that of the milder profile at most)");
}

#[test]
fn what_is_written_around_an_expression_must_hold() {
    let wrong = |rest: &str| mistakes(&rule(&format!("[rule.match]\n{rest}")));
    assert_snapshot!([
        wrong("context = ['acme']\nregex = '(?x) [0-9a-f]{32} # hexadecimal'"),
        wrong("context = ['acme']\nregex = 'a)|(b'"),
        wrong("anchors = ['abcd']\nregex = 'abcd'\nrequires = { rule = 'a-rule' }"),
    ].join("\n"), @r#"
    '(?x) [0-9a-f]{32} # hexadecimal' => own.toml:11: this regular expression ends in a comment (more is written behind it, and would be part of the comment: end the expression with a line break)
    'a)|(b' => own.toml:11: this regular expression can't be used: unopened group (the syntax is that of the regex crate, over bytes and ASCII: no look-around, no back-references)
    [[rule]] => own.toml:1: a rule can't require itself
    "#);
    let ended =
        rule("[rule.match]\ncontext = ['acme']\nregex = \"(?x) [0-9a-f]{32} # hexadecimal\\n\"");
    assert!(RuleSet::from_text("own.toml", &ended, &[]).is_ok());
}

#[test]
fn an_id_is_taken_once() {
    let text = rule("[rule.match]\npaths = ['a']\n");
    assert_snapshot!(mistakes(&text.repeat(2)), @"'a-rule' => own.toml:12: the id `a-rule` is already taken by a rule in own.toml (give the rule another id; to change a rule's level, use [levels] in packwarden.toml)");
    let mut checker = Checker::new(&KINDS);
    assert!(checker.file("one.toml", &text).is_ok());
    let errors = checker.file("two.toml", &text).unwrap_err();
    assert_snapshot!(errors[0], @"two.toml:2: the id `a-rule` is already taken by a rule in one.toml");
}

#[test]
fn a_built_in_rule_needs_a_reference_and_an_example() {
    let text = rule("[rule.match]\npaths = ['a']\n");
    let errors = Checker::new(&KINDS)
        .built_in("rules/a.toml", &text, false)
        .unwrap_err();
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_snapshot!(errors.join("\n"), @r#"
    rules/a.toml:1: a built-in rule needs at least one reference
    rules/a.toml:1: a rule needs at least one example that matches
    "#);
}

#[test]
fn what_is_no_toml_is_said() {
    assert_snapshot!(mistakes("[[rule]\nid = \n= 3"), @r#"
    => own.toml:1: this is not TOML: unclosed array table, expected `]`
    => own.toml:3: this is not TOML: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`
    "#);
    assert!(matches!(
        RuleSet::from_text("own.toml", "", &KINDS)
            .unwrap_err()
            .as_slice(),
        [RuleError::NoRules]
    ));
}

proptest! {
    #[test]
    fn no_text_makes_the_checker_panic(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "[[rule]]\n", "[rule.match]\n", "[[rule.example]]\n", "id = ", "level = ",
                    "anchors = ", "regex = ", "paths = ", "size = ", "magic = ", "keys = ", "value = ",
                    "window = ", "entropy = ", "text = ", "bytes = ", "files = ", "matches = ",
                    "{ offset = 1, bytes = '00' }", "[", "]", "{", "}", "'a-b'", "\"é\"", "9e99",
                    "-1", "nan", "true", "'''", "\n", "['abcd']", "'{{'", "'(a'", "0x10", "'>1 B'",
                ]).prop_map(str::to_owned),
                "\\PC{0,8}",
            ],
            0..40,
        ),
    ) {
        let _ = RuleSet::from_text("own.toml", &pieces.concat(), &KINDS);
        let _ = RuleSet::from_text("own.toml", &rule(&pieces.concat()), &KINDS);
    }
}
