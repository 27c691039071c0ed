//! All rules in effect, and what they find in an entry.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    path::PathBuf,
};

use super::{
    KeysError, Matcher, Organisation, Rule, RuleError, RuleFile,
    anchors::{Anchors, Occurrence},
    apart::{Apart, ApartIn},
    check::Checker,
    held::{self, BuiltIn, FILES, Held, Index, WHOLE},
    keys,
    paths::PathIndex,
    scope::lowered,
    text,
    verify::Answer,
};
use crate::model::{Category, Entry, EntryKind, Evidence, Sha256, View, escape};

/// Files of built-in rules: of each its name, and its rules.
type BuiltInFiles = Vec<(&'static str, Vec<(&'static str, Option<Index>)>)>;

/// The built-in rules that are read.
enum Built {
    /// As they were tried out when the program was tested.
    Trusted(BuiltInFiles),
    /// With examples, and all that is to be tried out.
    Untried(BuiltInFiles),
}

/// The built-in rules as every run needs them.
fn in_short() -> Built {
    let rules = |file: &BuiltIn| {
        file.rules
            .iter()
            .map(|rule| (rule.text, rule.index))
            .collect()
    };
    Built::Trusted(FILES.iter().map(|file| (file.name, rules(file))).collect())
}

/// All rules in effect. A rule is known by its index in [`RuleSet::rules`].
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Held>,
    files: Vec<Sha256>,
    /// Those of text rules, and the words of rules for what is assigned to a name.
    anchors: Anchors,
    apart: Apart,
    /// Rules that must match near another one's match: by that one's index, with the distance in bytes.
    required: HashMap<usize, (usize, usize)>,
    /// Built-in rules that are not in effect, and that others require. Their indices follow those of the rules.
    beside: Vec<Held>,
    paths: PathIndex,
    keys: PathIndex,
    magic: Vec<usize>,
    names: Vec<usize>,
    reporting: HashMap<String, Vec<usize>>,
}

/// A rule that an entry meets by its path or its first bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryMatch {
    /// The rule's index.
    pub rule: usize,
    /// What shows it.
    pub evidence: Evidence,
    /// What the rule's validators say of the first bytes.
    pub answer: Answer,
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
    /// What the rule's validators say of it.
    pub answer: Answer,
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
        let user_files = user_files.iter().map(|path| RuleFile::read(path));
        Self::load_with(user_files.collect(), &[], detector_kinds, &[])
    }

    /// The same, of files that were read, and the rules that look for the names of organisations. What is called
    /// as one of the `reserved` ids would be taken for a rule that stands in no file.
    pub fn load_with(
        user_files: Vec<RuleFile>,
        organisations: &[Organisation],
        detector_kinds: &[&'static str],
        reserved: &[&str],
    ) -> Result<Self, Vec<RuleError>> {
        let generated = organisations.iter().filter_map(Organisation::rule);
        let generated = generated.collect();
        let mut checker = Checker::new(detector_kinds);
        for id in reserved {
            checker.unread(id, "packwarden itself");
        }
        Self::read(checker, in_short(), user_files, generated)
    }

    /// The built-in rules, with everything in them tried out that [`RuleSet::load`] leaves until it
    /// is needed.
    pub fn check_built_in(detector_kinds: &[&'static str]) -> Result<Self, Vec<RuleError>> {
        let whole = WHOLE
            .iter()
            .map(|(name, text)| (*name, vec![(*text, None)]));
        let checker = Checker::new(detector_kinds);
        Self::read(
            checker,
            Built::Untried(whole.collect()),
            Vec::new(),
            Vec::new(),
        )
    }

    /// The rules of `files` alone. They may require built-in ones.
    pub fn from_files(
        files: &[PathBuf],
        detector_kinds: &[&'static str],
    ) -> Result<Self, Vec<RuleError>> {
        let files = files.iter().map(|path| RuleFile::read(path));
        let checker = Checker::new(detector_kinds);
        Self::read(
            checker,
            Built::Trusted(Vec::new()),
            files.collect(),
            Vec::new(),
        )
    }

    /// The rules in `text` alone, as if they were a user's file called `name`.
    pub fn from_text(
        name: &str,
        text: &str,
        detector_kinds: &[&'static str],
    ) -> Result<Self, Vec<RuleError>> {
        let rules = Checker::new(detector_kinds).file(name, text)?;
        let rules = rules.into_iter().map(Held::from).collect();
        Self::new(rules, vec![Sha256::of(text.as_bytes())]).map_err(|error| vec![error])
    }

    fn read(
        mut checker: Checker,
        built_in: Built,
        user_files: Vec<RuleFile>,
        generated: Vec<String>,
    ) -> Result<Self, Vec<RuleError>> {
        let mut rules: Vec<Held> = Vec::new();
        let (mut files, mut errors) = (Vec::new(), Vec::new());
        let (built_in, trusted) = match built_in {
            Built::Trusted(files) => (files, true),
            Built::Untried(files) => (files, false),
        };
        for (name, texts) in built_in {
            for &(text, index) in &texts {
                if let Some(index) = index {
                    checker.unread(index.id, name);
                    rules.push(Held::unread(name, text, index));
                    continue;
                }
                match checker.built_in(name, text, trusted) {
                    Ok(read) => rules.extend(read.into_iter().map(Held::from)),
                    Err(wrong) => errors.extend(wrong),
                }
            }
            // The examples decide nothing.
            let rules = FILES.iter().filter(|file| file.name == name);
            let rules = rules.flat_map(|file| file.rules.iter().map(|rule| rule.text));
            files.push(Sha256::of(rules.collect::<String>().as_bytes()));
        }
        let mut take = |read: Result<Vec<Rule>, Vec<RuleError>>, text: &str| {
            match read {
                Ok(read) => rules.extend(read.into_iter().map(Held::from)),
                Err(wrong) => errors.extend(wrong),
            }
            files.push(Sha256::of(text.as_bytes()));
        };
        for text in generated {
            take(checker.file("[paths] organisation", &text), &text);
        }
        for RuleFile { path, text } in user_files {
            match text {
                Ok(text) => take(checker.file(&path.to_string_lossy(), &text), &text),
                Err(cause) => take(Err(vec![RuleError::Unreadable { path, cause }]), ""),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Self::new(rules, files).map_err(|error| vec![error])
    }

    fn new(rules: Vec<Held>, files: Vec<Sha256>) -> Result<Self, RuleError> {
        if rules.is_empty() {
            return Err(RuleError::NoRules);
        }
        let beside = held::required_by(&rules);
        let globs = |wanted: fn(&Matcher) -> bool| {
            let read = rules.iter().enumerate();
            let read = read.filter_map(|(index, held)| Some((index, held.if_read()?)));
            let wanted = read.filter(move |(_, rule)| wanted(&rule.matcher));
            PathIndex::new(wanted.map(|(index, rule)| (index, &rule.scope.paths)))
        };
        let paths = globs(|matcher| matches!(matcher, Matcher::Paths))?;
        let keys = globs(|matcher| matches!(matcher, Matcher::Keys(_)))?;
        let (mut anchors, mut words) = (Vec::new(), Vec::new());
        let (mut magic, mut names) = (Vec::new(), Vec::new());
        let mut reporting: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, held) in rules.iter().enumerate() {
            let (by_anchors, by_words) = held.searched();
            anchors.extend(by_anchors.into_iter().map(|anchor| (index, anchor)));
            words.extend(by_words.into_iter().map(|word| (index, word)));
            match held.if_read().map(|rule| &rule.matcher) {
                Some(Matcher::Text(text)) => names.extend(text.0.names.then_some(index)),
                Some(Matcher::Magic(_)) => magic.push(index),
                Some(Matcher::Detector(kind)) => {
                    reporting.entry(kind.clone()).or_default().push(index);
                }
                Some(Matcher::Paths | Matcher::Keys(_)) | None => {}
            }
        }
        Ok(Self {
            anchors: Anchors::new(&anchors, &words),
            required: required(&rules, &beside)?,
            beside,
            apart: Apart::new(&rules)?,
            paths,
            keys,
            magic,
            names,
            reporting,
            files,
            rules,
        })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none, which is never so.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> + Clone {
        self.rules.iter().map(Held::rule)
    }

    /// The id of each rule, and what it is about.
    pub fn names(&self) -> impl Iterator<Item = (&str, Category)> {
        self.rules.iter().map(Held::name)
    }

    /// The rule of that index.
    pub fn rule(&self, index: usize) -> &Rule {
        self.rules[index].rule()
    }

    /// The rule of that id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules
            .iter()
            .find(|held| held.id() == id)
            .map(Held::rule)
    }

    /// Whether a rule looks at entries of this kind, path and size. Not cheap for a rule with
    /// globs: the caller keeps the answer.
    pub fn covers(&self, rule: usize, entry: &Entry) -> bool {
        self.rules
            .get(rule)
            .is_some_and(|held| held.rule().covers(entry))
    }

    /// The rules that name a detector's kind.
    pub fn reporting(&self, kind: &str) -> &[usize] {
        self.reporting.get(kind).map_or(&[], Vec::as_slice)
    }

    /// Whether what a detector reports under this kind is a secret.
    pub fn reports_secret(&self, kind: &str) -> bool {
        let mut rules = self.reporting(kind).iter();
        rules.any(|rule| self.rule(*rule).info.category == Category::Secret)
    }

    /// The rules of paths and of magic that an entry meets, and those of text that its path does.
    /// `head` is the first 64 KiB of its content, or all of it if shorter.
    pub fn match_entry(&self, entry: &Entry, head: &[u8]) -> Vec<EntryMatch> {
        let mut matches: Vec<EntryMatch> = self
            .named(&self.paths, entry)
            .map(|rule| EntryMatch {
                rule,
                evidence: Evidence::fact(escape(&entry.path.in_package())),
                answer: Answer::Other,
            })
            .collect();
        for rule in self.magic.iter().copied() {
            let Matcher::Magic(magic) = &self.rule(rule).matcher else {
                continue;
            };
            if let Some(bytes) = magic.magic.iter().find(|magic| magic.matches(head))
                && self.covers(rule, entry)
            {
                let answers = magic.verify.iter().map(|validator| (validator.judge)(head));
                matches.push(EntryMatch {
                    rule,
                    evidence: Evidence::fact(bytes.evidence()),
                    answer: answers.reduce(Answer::or).unwrap_or(Answer::Other),
                });
            }
        }
        // The names of the containers that it lies in are those of other entries.
        let path = entry.path.in_package();
        let path = path.rsplit("!/").next().unwrap_or_default();
        for rule in self.names.iter().copied() {
            if let Matcher::Text(text) = &self.rule(rule).matcher
                && let Some(found) = text.0.find(path.as_bytes())
                && self.covers(rule, entry)
            {
                matches.push(EntryMatch {
                    rule,
                    evidence: Evidence::quoted(found),
                    answer: Answer::Other,
                });
            }
        }
        matches
    }

    /// Whether [`RuleSet::match_keys`] would look at this entry. Files over 8 MiB are not looked at.
    pub fn wants_keys(&self, entry: &Entry) -> bool {
        entry.size <= keys::LARGEST && self.named(&self.keys, entry).next().is_some()
    }

    /// The rules of keys that the values in a JSON or TOML file meet.
    pub fn match_keys(&self, entry: &Entry, content: &[u8]) -> Result<Vec<KeyMatch>, KeysError> {
        let mut matches = Vec::new();
        let rules: Vec<usize> = self.named(&self.keys, entry).collect();
        if rules.is_empty() || content.len() as u64 > keys::LARGEST {
            return Ok(matches);
        }
        let document = std::str::from_utf8(content)?;
        let document = document.strip_prefix('\u{feff}').unwrap_or(document);
        for rule in rules {
            let Matcher::Keys(wanted) = &self.rule(rule).matcher else {
                continue;
            };
            // Values come in the order of the document, and there may be very many.
            let (mut counted, mut lines) = (0, 1);
            keys::find(
                entry.path.file_name(),
                document,
                &wanted.keys,
                &mut |found| {
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
                },
            )?;
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
            let rule = self.rule(*rule);
            rule.matcher.looks_at(&entry.kind) && rule.scope.admits(entry, &path)
        })
    }

    /// Reports what text rules match in a view, wherever the entry is: the caller asks
    /// [`RuleSet::covers`]. The view is one of a window of [`RuleSet::BEFORE`] and
    /// [`RuleSet::AFTER`] bytes; a match counts for the view in which its anchor begins.
    ///
    /// `spend` is told how many bytes an anchor leads to, before they are looked at; `false` leaves
    /// them out.
    pub fn search(
        &self,
        view: View<'_>,
        apart: &ApartIn,
        spend: &dyn Fn(usize) -> bool,
        found: &mut dyn FnMut(TextMatch<'_>),
    ) {
        let mut seen = HashSet::new();
        let mut look = |anchor: Occurrence<'_>| {
            for rule in anchor.rules.iter().copied() {
                let Matcher::Text(text) = &self.rule(rule).matcher else {
                    continue;
                };
                let range = anchor.start..anchor.end;
                text.0
                    .search(view.bytes, range, spend, &mut |matched, value, answer| {
                        if self.has_required(rule, view.bytes, &matched)
                            && seen.insert((rule, matched.start))
                        {
                            found(TextMatch {
                                rule,
                                start: matched.start,
                                end: matched.end,
                                bytes: &view.bytes[value.clone()],
                                value,
                                answer,
                            });
                        }
                    });
            }
        };
        self.anchors
            .search(view.bytes, view.search, apart.assigned, spend, &mut look);
        self.apart.search(apart, view.bytes, view.search, &mut look);
    }

    /// Whether what a rule requires matches near a match of it.
    fn has_required(&self, rule: usize, bytes: &[u8], matched: &Range<usize>) -> bool {
        let Some((required, within)) = self.required.get(&rule) else {
            return true;
        };
        let mut all = self.rules.iter().chain(&self.beside);
        let Some(required) = all.nth(*required).map(Held::rule) else {
            return false;
        };
        let end = bytes.len().min(matched.end + within);
        let near = &bytes[matched.start.saturating_sub(*within)..end];
        matches!(&required.matcher, Matcher::Text(text) if text.0.find(near).is_some())
    }

    /// What [`RuleSet::search`] is to search for apart in an entry whose content begins with `head`: in
    /// most next to nothing.
    pub fn apart_in(&self, entry: &Entry, head: &[u8]) -> ApartIn {
        self.apart.in_entry(&self.rules, entry, head)
    }

    /// A hash of the ids and files of the rules in effect, for the digest of the policy.
    pub fn digest(&self) -> Sha256 {
        let mut text = String::new();
        for (id, _) in self.names() {
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

/// Which rules require another, and how near.
fn required(rules: &[Held], beside: &[Held]) -> Result<HashMap<usize, (usize, usize)>, RuleError> {
    let mut all = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let Some((id, within)) = rule.requires() else {
            continue;
        };
        let has_anchors = |other: &Held| matches!(&other.rule().matcher, Matcher::Text(text) if !text.0.is_assigned());
        let required = rules
            .iter()
            .chain(beside)
            .position(|other| other.id() == id && has_anchors(other))
            .ok_or_else(|| RuleError::NoSuchRule {
                rule: rule.id().to_owned(),
                required: id.to_owned(),
            })?;
        all.insert(index, (required, within));
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
