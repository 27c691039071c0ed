//! From a rule file to rules: the one checker for built-in and for users' rules.

use std::{collections::HashMap, sync::Arc};

use miette::NamedSource;
use toml::Spanned;

use super::{
    Example, KeysRule, MagicRule, Matcher, Matches, Rule, RuleError, TextRule,
    error::Problem,
    file::{Fields, Mistakes, parse},
    keys::KeyPath,
    magic::Magic,
    reading::Reading,
    text::{self, TextMatcher},
};
use crate::model::{Category, Ecosystem, Fix, Level, Levels, RuleInfo, Severity, escape, mask};

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

    /// Takes the id of a built-in rule that is not read.
    pub(super) fn unread(&mut self, id: &str, source: &str) {
        self.taken.insert(id.to_owned(), source.into());
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
        let provider = owned(fields.optional("provider"));
        let formats = fields.texts("formats");
        let category = required_choice("category", "category", CATEGORIES, &mut fields);
        let severity = required_choice("severity", "severity", SEVERITIES, &mut fields);
        let level = levels(&mut fields);
        let why = owned(fields.required("why"));
        let fix = fix(&mut fields);
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
        // What is trusted was tested with its examples, and comes without them.
        if built_in
            && !self.reading.trusted
            && !examples
                .iter()
                .any(|example| example.matches == Matches::Yes)
        {
            fields.mistake(fields.span(), Problem::NoExample);
        }
        if let (Some(id), Some((_, Some(Matcher::Text(text))))) = (&id, &matching)
            && let Some((required, _)) = &text.0.requires
            && required == id
        {
            fields.mistake(fields.span(), Problem::RequiresItself);
        }
        fields.finish();
        let (scope, matcher) = matching?;
        Some(Rule {
            info: Arc::new(RuleInfo {
                id: id?,
                title: title?,
                provider,
                formats: texts(&formats),
                category: category?,
                severity: severity?,
                level: level?,
                why: why?,
                fix: fix?,
                references: texts(&references),
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
                let verify = self.reading.validators(fields);
                Some(Matcher::Magic(MagicRule { magic, verify }))
            }
            "keys" => self.keys(fields),
            "detector" => self.detector(fields),
            _ => {
                let matcher = TextMatcher::read(fields, secret, &self.reading)?;
                Some(Matcher::Text(TextRule(Box::new(matcher))))
            }
        }
    }

    /// The key that says how the rule matches.
    fn kind(&self, fields: &mut Fields<'_>) -> Option<&'static str> {
        // A regular expression may also narrow `keys`.
        let text = if fields.has("keys") {
            &text::KEYS[..2]
        } else {
            &text::KEYS
        };
        let kinds = ["magic", "keys", "detector"].iter();
        let text = text.iter().find(|key| fields.has(key));
        // Magic may narrow a text rule.
        let narrows = |key: &str| key == "magic" && text.is_some();
        let kinds: Vec<&'static str> = kinds
            .filter(|key| fields.has(key) && !narrows(key))
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

/// Reads `fix`: one for all ecosystems, or a `default` and some of their own.
fn fix(fields: &mut Fields<'_>) -> Option<Fix> {
    if !fields.has("fix") {
        fields.mistake(fields.span(), Problem::Missing("fix"));
    }
    if fields.value_is_text("fix") {
        return Some(Fix::from(*fields.required("fix")?.get_ref()));
    }
    let mut table = fields.table("fix")?;
    let default = owned(table.required("default"));
    let mut own = Vec::new();
    for (name, ecosystem) in ECOSYSTEMS {
        let text = owned(table.optional(name));
        own.extend(text.map(|text| (*ecosystem, text)));
    }
    table.finish();
    let default = default?;
    Some(Fix { default, own })
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
            tests: None,
        });
    }
    let mut table = fields.table("level")?;
    let open = required_choice("level", "open", LEVELS, &mut table);
    let closed = required_choice("level", "closed", LEVELS, &mut table);
    let public = table.text("public");
    let public = public.map(|name| choice("level", &name, LEVELS, &table));
    let tests = table.text("tests");
    let tests = tests.map(|name| choice("level", &name, LEVELS, &table));
    if let Some(Some(tests)) = tests
        && [open, closed]
            .into_iter()
            .flatten()
            .any(|level| tests > level)
    {
        table.mistake(table.value_span("tests"), Problem::StricterInTests);
    }
    table.finish();
    Some(Levels {
        open: open?,
        closed: closed?,
        public: public.unwrap_or(open)?,
        tests: match tests {
            Some(level) => Some(level?),
            None => None,
        },
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

fn texts(texts: &[Spanned<&str>]) -> Vec<String> {
    let texts = texts.iter().map(|text| (*text.get_ref()).to_owned());
    texts.collect()
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
mod tests;
