//! From a rule file to rules: the one checker for built-in and for users' rules.

use std::{collections::HashMap, sync::Arc};

use miette::NamedSource;
use toml::Spanned;

use super::{
    Example, KeysRule, MagicRule, Matcher, Rule, RuleError, TextRule,
    error::Problem,
    file::{Fields, Mistakes, parse},
    keys::KeyPath,
    magic::Magic,
    reading::Reading,
    text::{self, TextMatcher},
};
use crate::model::{Category, Ecosystem, Level, Levels, RuleInfo, Severity, escape, mask};

const CATEGORIES: &[(&str, Category)] = &[
    ("source-map", Category::SourceMap),
    ("source", Category::Source),
    ("secret", Category::Secret),
    ("path", Category::Path),
    ("file", Category::File),
    ("ai", Category::Ai),
    ("metadata", Category::Metadata),
    ("archive", Category::Archive),
    ("manifest", Category::Manifest),
];

const SEVERITIES: &[(&str, Severity)] = &[
    ("critical", Severity::Critical),
    ("high", Severity::High),
    ("medium", Severity::Medium),
    ("low", Severity::Low),
];

const LEVELS: &[(&str, Level)] = &[
    ("deny", Level::Deny),
    ("warn", Level::Warn),
    ("note", Level::Note),
    ("off", Level::Off),
];

const ECOSYSTEMS: &[(&str, Ecosystem)] = &[
    ("npm", Ecosystem::Npm),
    ("pypi", Ecosystem::Pypi),
    ("crates", Ecosystem::Crates),
];

/// Reads the rules of one file after the other, and sees that no id comes twice.
pub(super) struct Checker<'a> {
    reading: Reading<'a>,
    taken: HashMap<String, Arc<str>>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(detector_kinds: &'a [&'static str]) -> Self {
        Self {
            reading: Reading {
                trusted: false,
                detector_kinds,
            },
            taken: HashMap::new(),
        }
    }

    /// Reads a built-in file. With `trusted`, nothing is compiled that is not needed yet.
    pub(super) fn built_in(
        &mut self,
        name: &str,
        text: &str,
        trusted: bool,
    ) -> Result<Vec<Rule>, Vec<RuleError>> {
        self.reading.trusted = trusted;
        let rules = self.read(name, text, true);
        self.reading.trusted = false;
        rules
    }

    /// Reads a user's file.
    pub(super) fn file(&mut self, name: &str, text: &str) -> Result<Vec<Rule>, Vec<RuleError>> {
        self.read(name, text, false)
    }

    fn read(
        &mut self,
        name: &str,
        text: &str,
        built_in: bool,
    ) -> Result<Vec<Rule>, Vec<RuleError>> {
        let mistakes = Mistakes::default();
        let source: Arc<str> = name.into();
        let table = parse(text, &mistakes);
        let mut rules = Vec::new();
        // What could be saved of a file that is not TOML has mistakes that nobody made.
        if mistakes.is_empty() {
            let mut fields = Fields::new(&table, &mistakes);
            for rule in fields.tables("rule") {
                rules.extend(self.rule(rule, &source, built_in));
            }
            fields.finish();
        }
        let mistakes = mistakes.into_sorted();
        if mistakes.is_empty() {
            return Ok(rules);
        }
        let shown = NamedSource::new(escape(name), mask(text).into());
        let file = Arc::new(shown.with_language("TOML"));
        let errors = mistakes.into_iter();
        Err(errors
            .map(|(span, problem)| RuleError::in_file(&file, span, problem))
            .collect())
    }

    /// Reads one `[[rule]]`; `None` when it has mistakes.
    fn rule(&mut self, mut fields: Fields<'_>, source: &Arc<str>, built_in: bool) -> Option<Rule> {
        let id = fields
            .required("id")
            .and_then(|id| self.id(&fields, &id, source));
        let title = owned(fields.required("title"));
        let category = required_choice("category", "category", CATEGORIES, &mut fields);
        let severity = required_choice("severity", "severity", SEVERITIES, &mut fields);
        let level = levels(&mut fields);
        let why = owned(fields.required("why"));
        let fix = owned(fields.required("fix"));
        let references = fields.texts("references");
        if built_in && references.is_empty() {
            fields.mistake(fields.span(), Problem::NoReference);
        }
        let ecosystems = fields.texts("ecosystems");
        let ecosystems = ecosystems
            .iter()
            .filter_map(|name| choice("ecosystem", name, ECOSYSTEMS, &fields))
            .collect();
        if !fields.has("match") {
            fields.mistake(fields.span(), Problem::Missing("match"));
        }
        let matching = fields.table("match").map(|mut fields| {
            let scope = self.reading.scope(&mut fields);
            let matcher = self.matcher(&mut fields, category);
            fields.finish();
            (scope, matcher)
        });
        let examples = fields.tables("example");
        let examples: Vec<Example> = examples.into_iter().filter_map(Example::read).collect();
        if built_in && !examples.iter().any(|example| example.matches) {
            fields.mistake(fields.span(), Problem::NoExample);
        }
        fields.finish();
        let (scope, matcher) = matching?;
        Some(Rule {
            info: Arc::new(RuleInfo {
                id: id?,
                title: title?,
                category: category?,
                severity: severity?,
                level: level?,
                why: why?,
                fix: fix?,
                references: references
                    .iter()
                    .map(|text| (*text.get_ref()).to_owned())
                    .collect(),
            }),
            ecosystems,
            scope,
            matcher: matcher?,
            examples,
            source: Arc::clone(source),
        })
    }

    fn id(&mut self, fields: &Fields<'_>, id: &Spanned<&str>, source: &Arc<str>) -> Option<String> {
        let text: &str = id.get_ref();
        if !is_kebab_case(text) {
            fields.mistake(id.span(), Problem::BadId(text.to_owned()));
            return None;
        }
        if let Some(taken_by) = self.taken.get(text) {
            let problem = Problem::DuplicateId {
                id: text.to_owned(),
                taken_by: taken_by.to_string(),
            };
            fields.mistake(id.span(), problem);
            return None;
        }
        self.taken.insert(text.to_owned(), Arc::clone(source));
        Some(text.to_owned())
    }

    /// Reads what is special to one kind of match.
    fn matcher(&self, fields: &mut Fields<'_>, category: Option<Category>) -> Option<Matcher> {
        let secret = category == Some(Category::Secret);
        match self.kind(fields)? {
            "paths" => Some(Matcher::Paths),
            "magic" => {
                let magic = fields.tables("magic");
                let magic = magic.into_iter().filter_map(Magic::read).collect();
                Some(Matcher::Magic(MagicRule(magic)))
            }
            "keys" => self.keys(fields),
            "detector" => self.detector(fields),
            _ => {
                let matcher = TextMatcher::read(fields, secret, &self.reading)?;
                Some(Matcher::Text(TextRule(matcher)))
            }
        }
    }

    /// The key that says how the rule matches.
    fn kind(&self, fields: &mut Fields<'_>) -> Option<&'static str> {
        // A regular expression may also narrow `keys`.
        let text = if fields.has("keys") {
            &text::KEYS[..1]
        } else {
            &text::KEYS
        };
        let kinds = ["magic", "keys", "detector"].iter();
        let text = text.iter().find(|key| fields.has(key));
        let kinds: Vec<&'static str> = kinds
            .filter(|key| fields.has(key))
            .chain(text)
            .copied()
            .collect();
        match kinds.as_slice() {
            [] if fields.has("paths") => Some("paths"),
            [] => {
                fields.mistake(fields.span(), Problem::NoKind);
                None
            }
            [kind] => Some(kind),
            [first, second, ..] => {
                for key in kinds.iter().chain(&text::KEYS) {
                    fields.any(key);
                }
                fields.mistake(
                    fields.key_span(second),
                    Problem::SeveralKinds(first, second),
                );
                None
            }
        }
    }

    fn keys(&self, fields: &mut Fields<'_>) -> Option<Matcher> {
        if !fields.has("paths") {
            fields.mistake(fields.span(), Problem::Missing("paths"));
        }
        let mut keys = Vec::new();
        for text in fields.texts("keys") {
            match KeyPath::parse(text.get_ref()) {
                Some(path) => keys.push(path),
                None => {
                    let problem = Problem::BadKeyPath((*text.get_ref()).to_owned());
                    fields.mistake(text.span(), problem);
                }
            }
        }
        let regex = fields.text("regex");
        let regex = regex.and_then(|text| self.reading.pattern(fields, &text));
        Some(Matcher::Keys(KeysRule { keys, regex }))
    }

    fn detector(&self, fields: &mut Fields<'_>) -> Option<Matcher> {
        let kind = fields.required("detector")?;
        if !self.reading.detector_kinds.contains(kind.get_ref()) {
            let known = self.reading.detector_kinds.iter().copied();
            fields.unknown("detector", &kind, known);
        }
        Some(Matcher::Detector(kind.into_inner().to_owned()))
    }
}

/// Reads `level`: one for all profiles, or one for each.
fn levels(fields: &mut Fields<'_>) -> Option<Levels> {
    if !fields.has("level") {
        fields.mistake(fields.span(), Problem::Missing("level"));
    }
    if fields.value_is_text("level") {
        let level = required_choice("level", "level", LEVELS, fields)?;
        return Some(Levels {
            open: level,
            closed: level,
            public: level,
        });
    }
    let mut table = fields.table("level")?;
    let open = required_choice("level", "open", LEVELS, &mut table);
    let closed = required_choice("level", "closed", LEVELS, &mut table);
    let public = table.text("public");
    let public = public.map(|name| choice("level", &name, LEVELS, &table));
    table.finish();
    Some(Levels {
        open: open?,
        closed: closed?,
        public: public.unwrap_or(open)?,
    })
}

fn required_choice<T: Copy>(
    what: &'static str,
    key: &'static str,
    table: &[(&'static str, T)],
    fields: &mut Fields<'_>,
) -> Option<T> {
    let name = fields.required(key)?;
    choice(what, &name, table, fields)
}

/// What `name` stands for in a table of names.
fn choice<T: Copy>(
    what: &'static str,
    name: &Spanned<&str>,
    table: &[(&'static str, T)],
    fields: &Fields<'_>,
) -> Option<T> {
    let found = table.iter().find(|(known, _)| known == name.get_ref());
    if found.is_none() {
        fields.unknown(what, name, table.iter().map(|(known, _)| *known));
    }
    found.map(|(_, value)| *value)
}

fn owned(text: Option<Spanned<&str>>) -> Option<String> {
    text.map(|text| text.into_inner().trim().to_owned())
}

/// Lower-case words of letters and digits, joined by single hyphens.
fn is_kebab_case(id: &str) -> bool {
    id.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    }) && id.starts_with(|first: char| first.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
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
                public: open
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
    fn a_rule_matches_in_one_way() {
        let wrong = |rest: &str| mistakes(&rule(rest));
        assert_snapshot!([
            wrong(""),
            wrong("[rule.match]"),
            wrong("[rule.match]\nexcept = ['a']"),
            wrong("[rule.match]\nanchors = ['abcd']\nregex = 'abcd'\nmagic = []"),
            wrong("[rule.match]\nregex = 'abcd'"),
            wrong("[rule.match]\nanchors = ['abcd']\nregex = 'abcd'\nvalue = 1"),
            wrong("[rule.match]\ndetector = 'archive:links'\nverify = ['jwt']"),
            wrong("[rule.match]\nmagic = [{ bytes = '????' }, { offset = 65536, bytes = '00' }, { bytes = 'xy' }]"),
            wrong("[rule.match]\nkeys = ['a..b']\nregex = 'x'"),
        ].join("\n"), @r#"
        [[rule]] => own.toml:1: `match` is missing
        [rule.match] => own.toml:9: the rule says nothing of what it matches ([rule.match] needs one of: paths, anchors with regex, magic, keys, detector)
        [rule.match] => own.toml:9: the rule says nothing of what it matches ([rule.match] needs one of: paths, anchors with regex, magic, keys, detector)
        anchors => own.toml:10: a rule matches in one way only, but this one has `magic` and `anchors` (write one rule for each)
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
            .built_in("rules/a.toml", &text, true)
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
}
