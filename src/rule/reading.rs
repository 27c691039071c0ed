//! What it takes to read a rule: which names are known, and how much is to be tried out.

use globset::Glob;
use toml::Spanned;

use super::{
    error::Problem,
    file::Fields,
    pattern::Pattern,
    scope::{Globs, Scope, Size},
    verify::{self, Validator},
};

/// What is wrong with an expression whose brackets do not close.
const UNCLOSED: &str = "unclosed group";

/// How a rule file is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Whether a test has shown that the expressions and globs of the file can be compiled, so that
    /// it need not be done before they are used.
    pub(super) trusted: bool,
    /// The detector kinds that a rule may name.
    pub(super) detector_kinds: &'a [&'static str],
}

impl Reading<'_> {
    /// A regular expression.
    pub(super) fn pattern(&self, fields: &Fields<'_>, text: &Spanned<&str>) -> Option<Pattern> {
        if self.trusted {
            return Some(Pattern::trusted(text.get_ref()));
        }
        Pattern::checked(text.get_ref())
            .map_err(|message| fields.mistake(text.span(), Problem::BadRegex(message)))
            .ok()
    }

    /// The regular expression that is made of the one at `text`, which is one by itself.
    pub(super) fn pattern_of(
        &self,
        fields: &Fields<'_>,
        text: &Spanned<&str>,
        make: impl FnOnce(&str) -> String,
    ) -> Option<Pattern> {
        let made = make(text.get_ref());
        if self.trusted {
            return Some(Pattern::trusted(&made));
        }
        self.pattern(fields, text)?;
        Pattern::checked(&made)
            .map_err(|message| {
                // A comment at the end takes with it what the expression is put into.
                let problem = match message == UNCLOSED {
                    true => Problem::EndsInComment,
                    false => Problem::BadRegex(message),
                };
                fields.mistake(text.span(), problem);
            })
            .ok()
    }

    /// `verify`.
    pub(super) fn validators(&self, fields: &mut Fields<'_>) -> Vec<&'static Validator> {
        let mut validators = Vec::new();
        for name in fields.texts("verify") {
            match verify::find(name.get_ref()) {
                Some(validator) => validators.push(validator),
                None => fields.unknown(
                    "validator",
                    &name,
                    verify::VALIDATORS.iter().map(|known| known.name),
                ),
            }
        }
        validators
    }

    /// `paths`, `except` and `size`.
    pub(super) fn scope(&self, fields: &mut Fields<'_>) -> Scope {
        Scope {
            paths: self.globs("paths", fields),
            except: self.globs("except", fields),
            size: fields.text("size").and_then(|text| {
                let size = Size::parse(text.get_ref());
                if size.is_none() {
                    let problem = Problem::BadSize((*text.get_ref()).to_owned());
                    fields.mistake(text.span(), problem);
                }
                size
            }),
        }
    }

    fn globs(&self, key: &'static str, fields: &mut Fields<'_>) -> Globs {
        let mut globs: Vec<Glob> = Vec::new();
        for text in fields.texts(key) {
            match Globs::parse(text.get_ref()) {
                Ok(glob) => globs.push(glob),
                Err(message) => fields.mistake(text.span(), Problem::BadGlob(message)),
            }
        }
        if self.trusted {
            return Globs::trusted(globs);
        }
        Globs::checked(globs).unwrap_or_else(|message| {
            fields.mistake(fields.value_span(key), Problem::BadGlob(message));
            Globs::default()
        })
    }
}
