//! The lock as it is written, checked.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use serde::Deserialize;
use toml::Spanned;

use super::{Budget, Key, Line, Lock, Pattern, Pin, Section};
use crate::{
    model::{Format, SIZE_UNITS, Sha256},
    policy::{
        config::reworded,
        error::{PolicyError, line_of},
        files::PolicyFiles,
        limits,
        waiver::Waiver,
    },
};

/// The version of the format that is known here.
const VERSION: i64 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLock {
    version: Spanned<i64>,
    #[serde(default)]
    artifact: Vec<Spanned<RawSection>>,
}

/// The keys of one `[[artifact]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    name: String,
    format: Format,
    platform: Option<String>,
    budget: Option<Spanned<String>>,
    files: Spanned<Vec<Spanned<String>>>,
    pins: Option<Spanned<Vec<Spanned<RawPin>>>>,
}

/// The keys of one pin.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPin {
    path: Spanned<String>,
    size: u64,
    sha256: Spanned<String>,
    about: Option<String>,
}

/// A file being read: what errors point into.
struct Reading<'t> {
    name: &'t str,
    text: &'t str,
}

pub(super) fn read(path: &Path, files: &dyn PolicyFiles) -> Result<Lock, PolicyError> {
    let name = files.name(path);
    let text = files.text(path).map_err(|cause| PolicyError::Read {
        path: name.clone(),
        cause,
    })?;
    parse(&name, text)
}

pub(super) fn parse(name: &str, text: String) -> Result<Lock, PolicyError> {
    let reading = Reading { name, text: &text };
    let raw: RawLock = toml::from_str(&text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let written = text.get(span.clone()).unwrap_or_default();
        let (message, help) = reworded(error.message().trim_end(), written);
        PolicyError::at((name, &text), span, message, "here", help)
    })?;
    if *raw.version.get_ref() != VERSION {
        let message = format!("a lock of version `{}`", raw.version.get_ref());
        let help = format!("this packwarden reads version {VERSION}: take a later one");
        return Err(reading.error(&raw.version, message, "not known", &help));
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut begun = BTreeMap::new();
    for raw in raw.artifact {
        let section = reading.section(&raw)?;
        if let Some(line) = begun.insert(section.key.clone(), section.line) {
            let message = format!("a second section for {}", section.key);
            let help = format!("the first begins in line {line}: make one of both");
            return Err(reading.error(&raw, message, "this section", &help));
        }
        sections.push(section);
    }
    Ok(Lock {
        name: name.to_owned(),
        sections,
        text,
    })
}

impl Reading<'_> {
    fn section(&self, written: &Spanned<RawSection>) -> Result<Section, PolicyError> {
        let start = written.span().start;
        let raw = written.get_ref();
        let pins = raw.pins.as_ref();
        Ok(Section {
            key: Key {
                name: raw.name.clone(),
                format: raw.format,
                platform: raw.platform.clone(),
            },
            start,
            line: line_of(self.text, start),
            budget: raw
                .budget
                .as_ref()
                .map(|one| self.budget(one))
                .transpose()?,
            files: self.all(raw.files.get_ref(), Self::line)?,
            files_at: raw.files.span(),
            pins: match pins {
                Some(pins) => self.all(pins.get_ref(), Self::pin)?,
                None => Vec::new(),
            },
            pins_at: pins.map(Spanned::span),
        })
    }

    fn all<R, T>(
        &self,
        raw: &[R],
        ready: fn(&Self, &R) -> Result<T, PolicyError>,
    ) -> Result<Vec<T>, PolicyError> {
        raw.iter().map(|one| ready(self, one)).collect()
    }

    fn budget(&self, written: &Spanned<String>) -> Result<Budget, PolicyError> {
        let text = written.get_ref().clone();
        let size = limits::size(&text).ok_or_else(|| {
            let units = SIZE_UNITS.map(|(unit, _)| unit).join(", ");
            let help = format!("a whole number and a unit ({units}), like \"850 kB\"");
            self.error(written, "`budget` must be a size", "no size", &help)
        })?;
        Ok(Budget {
            size,
            text,
            line: line_of(self.text, written.span().start),
            at: written.span(),
        })
    }

    fn line(&self, written: &Spanned<String>) -> Result<Line, PolicyError> {
        let pattern = Pattern::new(written.get_ref()).map_err(|wrong| {
            let message = format!("`{}` {wrong}", written.get_ref());
            let help = "name a path, like `dist/cli.js`, or `dist/**/*.js` for all of an ending";
            self.error(written, message, "can't be used", help)
        })?;
        Ok(Line {
            pattern,
            line: line_of(self.text, written.span().start),
            at: written.span(),
        })
    }

    fn pin(&self, written: &Spanned<RawPin>) -> Result<Pin, PolicyError> {
        let raw = written.get_ref();
        let sha256: Sha256 = raw.sha256.get_ref().parse().map_err(|wrong: String| {
            let help = "`packwarden lock` writes it";
            self.error(&raw.sha256, wrong, "not a SHA-256", help)
        })?;
        let path = raw.path.get_ref();
        let line = line_of(self.text, written.span().start);
        Ok(Pin {
            path: path.clone(),
            size: raw.size,
            sha256,
            about: raw.about.clone(),
            line,
            at: written.span(),
            waiver: Arc::new(Waiver::of_pin(path, sha256, (self.name, line))),
        })
    }

    fn error<T>(
        &self,
        at: &Spanned<T>,
        message: impl Into<String>,
        label: &str,
        help: &str,
    ) -> PolicyError {
        let help = Some(help.to_owned());
        PolicyError::at((self.name, self.text), at.span(), message, label, help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: &str = "version = 1\n[[artifact]]\nname = \"a\"\nformat = \"crate\"\n";

    fn complaint(text: &str) -> String {
        let error = parse("packwarden.lock", text.to_owned()).unwrap_err();
        let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
        format!("{error} | {}", help.unwrap_or_default())
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let section = |rest: &str| complaint(&format!("{SECTION}{rest}"));
        insta::assert_snapshot!(complaint(""), @"packwarden.lock:1: missing key `version` |");
        insta::assert_snapshot!(complaint("version = 2"), @"packwarden.lock:1: a lock of version `2` | this packwarden reads version 1: take a later one");
        insta::assert_snapshot!(section("file = []"), @"packwarden.lock:5: unknown key `file` | did you mean `files`?");
        insta::assert_snapshot!(section("files = [\"../a\"]"), @"packwarden.lock:5: `../a` is not below the root directory | name a path, like `dist/cli.js`, or `dist/**/*.js` for all of an ending");
        insta::assert_snapshot!(section("files = []\nbudget = \"much\""), @r#"packwarden.lock:6: `budget` must be a size | a whole number and a unit (B, kB, MB, GB, KiB, MiB, GiB), like "850 kB""#);
        insta::assert_snapshot!(section("files = []\npins = [{ path = \"a\", size = 1, sha256 = \"b\" }]"), @"packwarden.lock:6: expected 64 hexadecimal digits | `packwarden lock` writes it");
        insta::assert_snapshot!(section(&format!("files = []\n{}files = []", &SECTION[12..])), @"packwarden.lock:6: a second section for a (crate) | the first begins in line 2: make one of both");
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = format!("{SECTION}budget = \"2 kB\"\nfiles = [\n    \"b\", # why\n]\n");
        let lock = parse("packwarden.lock", text.clone()).unwrap();
        let section = &lock.sections[0];
        let budget = section.budget.as_ref().unwrap();
        assert_eq!(
            (section.line, budget.line, section.files[0].line),
            (2, 5, 7)
        );
        assert_eq!(budget.size, 2000);
        assert!(text[section.start..].starts_with("[[artifact]]"));
        assert_eq!(&text[section.files_at.clone()], "[\n    \"b\", # why\n]");
        assert_eq!(&text[section.files[0].at.clone()], "\"b\"");
        assert_eq!(&text[budget.at.clone()], "\"2 kB\"");
    }
}
