//! All rules in effect, and what they find in an entry.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    path::PathBuf,
};

use super::{
    Matcher, Rule, RuleError, anchors::Anchors, check::Checker, keys, paths::PathIndex,
    scope::lowered, text,
};
use crate::model::{Entry, EntryKind, Evidence, Sha256, View, escape, read_text_file};

/// The built-in rule files: path and text, embedded by `build.rs`.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// All rules in effect. A rule is known by its index in [`RuleSet::rules`].
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    files: Vec<Sha256>,
    anchors: Anchors,
    paths: PathIndex,
    keys: PathIndex,
    magic: Vec<usize>,
    reporting: HashMap<String, Vec<usize>>,
}

/// A rule that an entry meets by its path or its first bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryMatch {
    /// The rule's index.
    pub rule: usize,
    /// What shows it.
    pub evidence: Evidence,
}

/// A rule that a value in a JSON file meets.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyMatch {
    /// The rule's index.
    pub rule: usize,
    /// The keys on the way to the value, joined by dots, as written in the file.
    pub key: String,
    /// A string's content, or the JSON text of any other value. It may be a secret.
    pub value: String,
    /// The line of the value, from 1.
    pub line: Option<u64>,
}

impl std::fmt::Debug for KeyMatch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeyMatch({}, {:?})", self.rule, self.key)
    }
}

/// A rule that text in an entry meets, unless the rule does not cover the entry.
#[derive(Clone, PartialEq, Eq)]
pub struct TextMatch<'a> {
    /// The rule's index.
    pub rule: usize,
    /// Where the match begins in the view's bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Where its value is: the secret itself.
    pub value: Range<usize>,
    /// The value. It may be a secret.
    pub bytes: &'a [u8],
}

impl std::fmt::Debug for TextMatch<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "TextMatch({}, {}..{})",
            self.rule, self.start, self.end
        )
    }
}

/// A file that should hold JSON and does not.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    Encoding(#[from] std::str::Utf8Error),
    /// It is not JSON.
    #[error("it is not JSON")]
    Syntax(#[from] serde_json::Error),
}

impl RuleSet {
    /// How many bytes before an anchor [`RuleSet::search`] looks at.
    pub const BEFORE: usize = text::BEFORE;
    /// How many bytes from an anchor on [`RuleSet::search`] looks at, at most.
    pub const AFTER: usize = text::AFTER;

    /// The built-in rules and those of `user_files`.
    pub fn load(
        user_files: &[PathBuf],
        detector_kinds: &[&'static str],
    ) -> Result<Self, Vec<RuleError>> {
        Self::read(BUILT_IN, true, user_files, detector_kinds)
    }

    /// The built-in rules, with everything in them tried out that [`RuleSet::load`] leaves until it
    /// is needed.
    pub fn check_built_in(detector_kinds: &[&'static str]) -> Result<Self, Vec<RuleError>> {
        Self::read(BUILT_IN, false, &[], detector_kinds)
    }

    /// The rules of `files` alone.
    pub fn from_files(
        files: &[PathBuf],
        detector_kinds: &[&'static str],
    ) -> Result<Self, Vec<RuleError>> {
        Self::read(&[], true, files, detector_kinds)
    }

    /// The rules in `text` alone, as if they were a user's file called `name`.
    pub fn from_text(
        name: &str,
        text: &str,
        detector_kinds: &[&'static str],
    ) -> Result<Self, Vec<RuleError>> {
        let rules = Checker::new(detector_kinds).file(name, text)?;
        Self::new(rules, vec![Sha256::of(text.as_bytes())]).map_err(|error| vec![error])
    }

    fn read(
        built_in: &[(&str, &str)],
        trusted: bool,
        user_files: &[PathBuf],
        detector_kinds: &[&'static str],
    ) -> Result<Self, Vec<RuleError>> {
        let mut checker = Checker::new(detector_kinds);
        let (mut rules, mut files, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        let mut take = |read: Result<Vec<Rule>, Vec<RuleError>>, text: &str| {
            match read {
                Ok(read) => rules.extend(read),
                Err(wrong) => errors.extend(wrong),
            }
            files.push(Sha256::of(text.as_bytes()));
        };
        for (name, text) in built_in {
            take(checker.built_in(name, text, trusted), text);
        }
        for path in user_files {
            match read_text_file(path) {
                Ok(text) => take(checker.file(&path.to_string_lossy(), &text), &text),
                Err(cause) => {
                    let path = path.clone();
                    take(Err(vec![RuleError::Unreadable { path, cause }]), "");
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Self::new(rules, files).map_err(|error| vec![error])
    }

    fn new(rules: Vec<Rule>, files: Vec<Sha256>) -> Result<Self, RuleError> {
        if rules.is_empty() {
            return Err(RuleError::NoRules);
        }
        let globs = |wanted: fn(&Matcher) -> bool| {
            let wanted = rules
                .iter()
                .enumerate()
                .filter(move |(_, rule)| wanted(&rule.matcher));
            PathIndex::new(wanted.map(|(index, rule)| (index, &rule.scope.paths)))
        };
        let paths = globs(|matcher| matches!(matcher, Matcher::Paths))?;
        let keys = globs(|matcher| matches!(matcher, Matcher::Keys(_)))?;
        let mut anchors = Vec::new();
        let mut magic = Vec::new();
        let mut reporting: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, rule) in rules.iter().enumerate() {
            match &rule.matcher {
                Matcher::Text(text) => {
                    anchors.extend(text.0.anchors.iter().map(|anchor| (index, anchor.as_str())));
                }
                Matcher::Magic(_) => magic.push(index),
                Matcher::Detector(kind) => reporting.entry(kind.clone()).or_default().push(index),
                Matcher::Paths | Matcher::Keys(_) => {}
            }
        }
        Ok(Self {
            anchors: Anchors::new(anchors)?,
            paths,
            keys,
            magic,
            reporting,
            files,
            rules,
        })
    }

    /// The rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of that id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.info.id == id)
    }

    /// Whether a rule looks at entries of this kind, path and size. Not cheap for a rule with
    /// globs: the caller keeps the answer.
    pub fn covers(&self, rule: usize, entry: &Entry) -> bool {
        self.rules.get(rule).is_some_and(|rule| rule.covers(entry))
    }

    /// The rules that name a detector's kind.
    pub fn reporting(&self, kind: &str) -> &[usize] {
        self.reporting.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The rules of paths and of magic that an entry meets. `head` is the first 64 KiB of its
    /// content, or all of it if shorter.
    pub fn match_entry(&self, entry: &Entry, head: &[u8]) -> Vec<EntryMatch> {
        let mut matches: Vec<EntryMatch> = self
            .named(&self.paths, entry)
            .map(|rule| EntryMatch {
                rule,
                evidence: Evidence::fact(escape(entry.path.in_package())),
            })
            .collect();
        for rule in self.magic.iter().copied() {
            let Matcher::Magic(magic) = &self.rules[rule].matcher else {
                continue;
            };
            if let Some(magic) = magic.0.iter().find(|magic| magic.matches(head))
                && self.covers(rule, entry)
            {
                let evidence = Evidence::fact(magic.evidence());
                matches.push(EntryMatch { rule, evidence });
            }
        }
        matches
    }

    /// Whether [`RuleSet::match_keys`] would look at this entry. Files over 8 MiB are not looked at.
    pub fn wants_keys(&self, entry: &Entry) -> bool {
        entry.size <= keys::LARGEST && self.named(&self.keys, entry).next().is_some()
    }

    /// The rules of keys that the values in a JSON file meet.
    pub fn match_keys(&self, entry: &Entry, content: &[u8]) -> Result<Vec<KeyMatch>, KeysError> {
        let mut matches = Vec::new();
        let rules: Vec<usize> = self.named(&self.keys, entry).collect();
        if rules.is_empty() || content.len() as u64 > keys::LARGEST {
            return Ok(matches);
        }
        let document = std::str::from_utf8(content)?;
        let document = document.strip_prefix('\u{feff}').unwrap_or(document);
        for rule in rules {
            let Matcher::Keys(wanted) = &self.rules[rule].matcher else {
                continue;
            };
            // Values come in the order of the document, and there may be very many.
            let (mut counted, mut lines) = (0, 1);
            keys::find(document, &wanted.keys, &mut |found| {
                let narrowed = wanted.regex.as_ref();
                if narrowed.is_none_or(|regex| regex.regex().is_match(found.value.as_bytes())) {
                    let between = document
                        .as_bytes()
                        .get(counted..found.offset)
                        .unwrap_or_default();
                    lines += memchr::memchr_iter(b'\n', between).count() as u64;
                    counted = found.offset;
                    matches.push(KeyMatch {
                        rule,
                        key: found.key,
                        value: found.value,
                        line: Some(lines),
                    });
                }
            })?;
        }
        Ok(matches)
    }

    /// The rules of an index that look at the entry.
    fn named(&self, index: &PathIndex, entry: &Entry) -> impl Iterator<Item = usize> {
        let path = lowered(entry);
        // A source map may hold thousands of texts whose names are nobody's file names.
        let rules = match entry.kind {
            EntryKind::Derived | EntryKind::Metadata => Vec::new(),
            _ => index.rules(&path),
        };
        rules.into_iter().filter(move |rule| {
            let rule = &self.rules[*rule];
            rule.matcher.looks_at(&entry.kind) && rule.scope.admits(entry, &path)
        })
    }

    /// Reports what text rules match in a view, wherever the entry is: the caller asks
    /// [`RuleSet::covers`]. The view is one of a window of [`RuleSet::BEFORE`] and
    /// [`RuleSet::AFTER`] bytes; a match counts for the view in which its anchor begins.
    pub fn search(&self, view: View<'_>, found: &mut dyn FnMut(TextMatch<'_>)) {
        let mut seen = HashSet::new();
        self.anchors.search(view.bytes, view.search, &mut |anchor| {
            for rule in anchor.rules.iter().copied() {
                let Matcher::Text(text) = &self.rules[rule].matcher else {
                    continue;
                };
                text.0.search(
                    view.bytes,
                    anchor.start..anchor.end,
                    &mut |matched, value| {
                        if seen.insert((rule, matched.start)) {
                            found(TextMatch {
                                rule,
                                start: matched.start,
                                end: matched.end,
                                bytes: &view.bytes[value.clone()],
                                value,
                            });
                        }
                    },
                );
            }
        });
    }

    /// A hash of the ids and files of the rules in effect, for the digest of the policy.
    pub fn digest(&self) -> Sha256 {
        let mut text = String::new();
        for id in self.rules.iter().map(|rule| &rule.info.id) {
            text.push_str(id);
            text.push('\n');
        }
        for file in &self.files {
            text.push_str(&file.to_string());
            text.push('\n');
        }
        Sha256::of(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        model::{EntryKind, Window},
        rule::fill,
    };

    const KINDS: [&str; 16] = [
        "source-map:first-party",
        "source-map:inline-first-party",
        "source-map:vendor",
        "source-map:structure",
        "source-map:absolute-path",
        "source-map:remote",
        "model-weights:safetensors",
        "model-weights:pickle",
        "tar-owner:personal",
        "archive:link",
        "archive:case-collision",
        "archive:setuid",
        "self-match:home",
        "self-match:login",
        "self-match:host",
        "self-match:project-root",
    ];

    /// Rules with these ids and matches.
    fn set(rules: &[(&str, &str)]) -> RuleSet {
        let mut text = String::new();
        for (id, rest) in rules {
            text.push_str(&format!(
                "[[rule]]\nid = '{id}'\ntitle = 't'\ncategory = 'secret'\nseverity = 'low'\n\
                 level = 'deny'\nwhy = 'w'\nfix = 'f'\n[rule.match]\n{rest}\n"
            ));
        }
        RuleSet::from_text("own.toml", &text, &KINDS).unwrap()
    }

    /// The matches in content that arrives in pieces: rule, start, value, all in the content.
    fn found(set: &RuleSet, pieces: &[&[u8]]) -> Vec<(usize, u64, Vec<u8>)> {
        let mut window = Window::new(RuleSet::BEFORE, RuleSet::AFTER);
        let mut found = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            window.push(piece, index + 1 == pieces.len(), &mut |view| {
                set.search(view, &mut |matched| {
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
        match RuleSet::check_built_in(&KINDS) {
            Ok(set) => assert_eq!(set.digest(), RuleSet::load(&[], &KINDS).unwrap().digest()),
            Err(errors) => {
                let errors: Vec<miette::Report> = errors.into_iter().map(Into::into).collect();
                assert!(BUILT_IN.is_empty(), "{errors:?}");
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
        assert_eq!(ids(&directory, b"GGUF"), [0]);
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
        assert_eq!(rules("npm_{{random-alnum:36}}"), [] as [usize; 0]);
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
        set.search(view, &mut |_| times += 1);
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
}
