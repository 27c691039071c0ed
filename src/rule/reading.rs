//! What it takes to read a rule: which names are known, and how much is to be tried out.

use globset::Glob;
use toml::Spanned;

use super::{
    error::Problem,
    file::Fields,
    pattern::Pattern,
    scope::{Globs, Scope, Size},
};

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
        self.pattern_of(fields, text, text.get_ref())
    }

    /// The regular expression that is made of the one at `text`.
    pub(super) fn pattern_of(
        &self,
        fields: &Fields<'_>,
        text: &Spanned<&str>,
        made: &str,
    ) -> Option<Pattern> {
        if self.trusted {
            return Some(Pattern::trusted(made));
        }
        Pattern::checked(made)
            .map_err(|message| fields.mistake(text.span(), Problem::BadRegex(message)))
            .ok()
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
