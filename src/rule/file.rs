//! A rule file as it is written: TOML tables read key by key, with every mistake collected at its
//! place.
//!
//! Reading with serde would stop at the first mistake of a type or a name.

use std::{cell::RefCell, ops::Range};

use toml::{
    Spanned,
    de::{DeInteger, DeTable, DeValue},
};

use super::error::Problem;
use crate::model::suggest;

/// The mistakes of one file, each with its place in the text.
#[derive(Debug, Default)]
pub(super) struct Mistakes(RefCell<Vec<(Range<usize>, Problem)>>);

impl Mistakes {
    pub(super) fn add(&self, span: Range<usize>, problem: Problem) {
        self.0.borrow_mut().push((span, problem));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The mistakes in the order of the text.
    pub(super) fn into_sorted(self) -> Vec<(Range<usize>, Problem)> {
        let mut mistakes = self.0.into_inner();
        mistakes.sort_by_key(|(span, _)| span.start);
        mistakes
    }
}

/// Parses a file into tables, as far as it is TOML.
pub(super) fn parse<'i>(text: &'i str, mistakes: &Mistakes) -> Spanned<DeTable<'i>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        mistakes.add(
            error.span().unwrap_or(0..0),
            Problem::Syntax(error.message().trim().to_owned()),
        );
    }
    table
}

/// One table being read. What is asked for is known; whatever else it holds is a mistake.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    table: &'t DeTable<'t>,
    span: Range<usize>,
    known: Vec<&'static str>,
    mistakes: &'t Mistakes,
}

impl<'t> Fields<'t> {
    pub(super) fn new(table: &'t Spanned<DeTable<'t>>, mistakes: &'t Mistakes) -> Self {
        Self::of(table.get_ref(), table.span(), mistakes)
    }

    pub(super) fn of(table: &'t DeTable<'t>, span: Range<usize>, mistakes: &'t Mistakes) -> Self {
        Self {
            table,
            span,
            known: Vec::new(),
            mistakes,
        }
    }

    /// Where the table is.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Records a mistake at `span`.
    pub(super) fn mistake(&self, span: Range<usize>, problem: Problem) {
        self.mistakes.add(span, problem);
    }

    /// The value of `key`, whatever its type.
    pub(super) fn any(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Whether `key` is there; does not make it known.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// Where the name of `key` is.
    pub(super) fn key_span(&self, key: &str) -> Range<usize> {
        let found = self.table.get_key_value(key);
        found.map_or_else(|| self.span(), |(name, _)| name.span())
    }

    /// Where the value of `key` is.
    pub(super) fn value_span(&self, key: &str) -> Range<usize> {
        let found = self.table.get(key);
        found.map_or_else(|| self.span(), Spanned::span)
    }

    /// Whether the value of `key` is a string.
    pub(super) fn value_is_text(&self, key: &str) -> bool {
        self.table
            .get(key)
            .is_some_and(|value| value.get_ref().is_str())
    }

    /// A string.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Spanned<&'t str>> {
        let value = self.any(key)?;
        self.as_text(key, value)
    }

    /// A string that must be there and say something.
    pub(super) fn required(&mut self, key: &'static str) -> Option<Spanned<&'t str>> {
        if !self.has(key) {
            self.mistake(self.span(), Problem::Missing(key));
        }
        self.optional(key)
    }

    /// A string that says something if it is there.
    pub(super) fn optional(&mut self, key: &'static str) -> Option<Spanned<&'t str>> {
        let text = self.text(key)?;
        if text.get_ref().trim().is_empty() {
            self.mistake(text.span(), Problem::Empty(key));
            return None;
        }
        Some(text)
    }

    /// A list of strings, none of them empty; no key is an empty list.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<Spanned<&'t str>> {
        let Some(value) = self.any(key) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type(key, "a list of strings", value);
            return Vec::new();
        };
        if list.is_empty() {
            self.mistake(value.span(), Problem::Empty(key));
        }
        let mut texts = Vec::with_capacity(list.len());
        for text in list.iter().filter_map(|item| self.as_text(key, item)) {
            if text.get_ref().is_empty() {
                self.mistake(text.span(), Problem::Empty(key));
            } else {
                texts.push(text);
            }
        }
        texts
    }

    /// A number between `least` and `most`, or `default` if there is no such key. `None` when the
    /// value is wrong.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        default: f64,
        (least, most): (f64, f64),
    ) -> Option<f64> {
        let Some(value) = self.any(key) else {
            return Some(default);
        };
        let number = match value.get_ref() {
            DeValue::Integer(integer) => whole(integer).map(|number| number as f64),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => {
                self.wrong_type(key, "a number", value);
                return None;
            }
        };
        let within = number.filter(|number| (least..=most).contains(number));
        if within.is_none() {
            let (least, most) = (least.to_string(), most.to_string());
            self.mistake(value.span(), Problem::OutOfRange { key, least, most });
        }
        within
    }

    /// A whole number between `least` and `most`, or `default` if there is no such key. `None` when
    /// the value is wrong.
    pub(super) fn integer(
        &mut self,
        key: &'static str,
        default: usize,
        (least, most): (usize, usize),
    ) -> Option<usize> {
        let Some(value) = self.any(key) else {
            return Some(default);
        };
        let DeValue::Integer(integer) = value.get_ref() else {
            self.wrong_type(key, "a whole number", value);
            return None;
        };
        let number = whole(integer).and_then(|number| usize::try_from(number).ok());
        let within = number.filter(|number| (least..=most).contains(number));
        if within.is_none() {
            let (least, most) = (least.to_string(), most.to_string());
            self.mistake(value.span(), Problem::OutOfRange { key, least, most });
        }
        within
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.any(key)?;
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(key, "true or false", value);
        }
        boolean
    }

    /// A table.
    pub(super) fn table(&mut self, key: &'static str) -> Option<Fields<'t>> {
        let value = self.any(key)?;
        self.as_table(key, value)
    }

    /// A list of tables; no key is an empty list.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Fields<'t>> {
        let Some(value) = self.any(key) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type(key, "a list of tables", value);
            return Vec::new();
        };
        let tables = list.iter().filter_map(|item| self.as_table(key, item));
        tables.collect()
    }

    /// All keys and their strings, of a table whose keys are free.
    pub(super) fn entries(&self) -> Vec<(&'t str, Spanned<&'t str>)> {
        let entries = self.table.iter().filter_map(|(name, value)| {
            let text = self.as_text("files", value)?;
            Some((name.get_ref().as_ref(), text))
        });
        entries.collect()
    }

    /// Ends the reading: every key that was not asked for is a mistake.
    pub(super) fn finish(self) {
        for name in self.table.keys() {
            let key: &str = name.get_ref();
            if !self.known.contains(&key) {
                let problem = Problem::UnknownKey {
                    key: key.to_owned(),
                    help: suggest(key, self.known.iter().copied()),
                };
                self.mistake(name.span(), problem);
            }
        }
    }

    /// Records that `value` is none of the `known` names of `what`.
    pub(super) fn unknown<'a>(
        &self,
        what: &'static str,
        value: &Spanned<&str>,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let problem = Problem::Unknown {
            what,
            value: (*value.get_ref()).to_owned(),
            help: suggest(value.get_ref(), known),
        };
        self.mistake(value.span(), problem);
    }

    /// Records that the value of `key` is not what was `expected`.
    pub(super) fn wrong_type(
        &self,
        key: &'static str,
        expected: &'static str,
        value: &Spanned<DeValue<'_>>,
    ) {
        let problem = Problem::WrongType {
            key,
            expected,
            found: type_name(value.get_ref()),
        };
        self.mistake(value.span(), problem);
    }

    fn as_text(
        &self,
        key: &'static str,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Option<Spanned<&'t str>> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(key, "a string", value);
        }
        text.map(|text| Spanned::new(value.span(), text))
    }

    fn as_table(&self, key: &'static str, value: &'t Spanned<DeValue<'t>>) -> Option<Fields<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(key, "a table", value);
        }
        table.map(|table| Fields::of(table, value.span(), self.mistakes))
    }
}

fn whole(integer: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
