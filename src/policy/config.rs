//! A configuration file as it is written, before anything in it is looked up.

use std::{
    collections::BTreeMap,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::{Spanned, value::Datetime};

use super::{error::PolicyError, files::PolicyFiles, profile::Profile};
use crate::model::{Access, Level, did_you_mean};
use crate::rule::{Organisation, RuleFile};

/// A configuration file: what it says, and where, so that errors can point into it.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Where the file is.
    path: PathBuf,
    /// The path that the user sees.
    name: String,
    text: String,
    pub(super) raw: RawConfig,
}

/// The keys of `packwarden.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawConfig {
    pub(super) profile: Option<Profile>,
    pub(super) rules: Vec<Spanned<String>>,
    pub(super) levels: BTreeMap<Spanned<String>, Level>,
    pub(super) limits: BTreeMap<Spanned<String>, Spanned<Scalar>>,
    pub(super) self_match: Option<bool>,
    pub(super) build: RawBuild,
    pub(super) hooks: RawHooks,
    pub(super) paths: RawPaths,
    pub(super) publish: RawPublish,
    pub(super) waive: Vec<Spanned<RawWaiver>>,
    pub(super) unwaivable: Vec<Spanned<String>>,
}

/// The keys of `[build]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawBuild {
    pub(super) outputs: Vec<Spanned<String>>,
}

/// The keys of `[hooks]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawHooks {
    pub(super) pre_push_build: Option<String>,
}

/// The keys of `[paths]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPaths {
    pub(super) organisation: Vec<Spanned<String>>,
    pub(super) allow: Vec<Spanned<String>>,
}

/// The keys of `[publish]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPublish {
    pub(super) registries: Vec<Spanned<String>>,
    pub(super) scope: Option<Spanned<String>>,
    pub(super) access: Option<Access>,
}

/// The keys of one `[[waive]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWaiver {
    pub(super) rule: Option<Spanned<String>>,
    pub(super) gap: Option<Spanned<String>>,
    pub(super) path: Option<Spanned<String>>,
    pub(super) sha256: Option<Spanned<OneOrMany>>,
    pub(super) reason: Spanned<String>,
    pub(super) owner: Option<String>,
    pub(super) expires: Option<Spanned<DateText>>,
}

/// A number or a text: `entries = 200000`, `decompressed = "8 GiB"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a text or a whole number")]
pub(super) enum Scalar {
    Number(i64),
    Text(String),
}

/// One text or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// A date, with or without quotes.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a date like \"2027-06-30\"")]
pub(super) enum DateText {
    Quoted(String),
    Bare(Datetime),
}

impl ConfigFile {
    /// Reads and parses the file at `path`.
    ///
    /// # Errors
    ///
    /// When it can't be read, is no TOML, or has a key or a value that is not known.
    pub fn read(path: &Path, files: &dyn PolicyFiles) -> Result<Self, PolicyError> {
        let name = files.name(path);
        let text = files.text(path).map_err(|cause| PolicyError::Read {
            path: name.clone(),
            cause,
        })?;
        Self::parse(path, &name, text)
    }

    /// The one that says nothing: what is told of it is its `name`.
    pub fn empty(name: &str) -> Self {
        Self {
            path: PathBuf::new(),
            name: name.to_owned(),
            text: String::new(),
            raw: RawConfig::default(),
        }
    }

    /// Parses `text`, the content of the file at `path` that the user knows as `name`.
    ///
    /// # Errors
    ///
    /// When it is no TOML, or has a key or a value that is not known.
    pub fn parse(path: &Path, name: &str, text: String) -> Result<Self, PolicyError> {
        let raw = toml::from_str(&text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let written = text.get(span.clone()).unwrap_or_default();
            let (message, help) = reworded(error.message().trim_end(), written);
            PolicyError::at((name, &text), span, message, "here", help)
        })?;
        Ok(Self {
            path: path.to_owned(),
            name: name.to_owned(),
            text,
            raw,
        })
    }

    /// What builds the projects that this file holds for, before the hook of a push checks them.
    pub fn pre_push_build(&self) -> Option<&str> {
        self.raw.hooks.pre_push_build.as_deref()
    }

    /// Where it lies, if it does.
    pub fn path(&self) -> Option<&Path> {
        (!self.path.as_os_str().is_empty()).then_some(&self.path)
    }

    /// The path that the user sees.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The user's own rule files, found from the directory of this file.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn rule_files(&self, files: &dyn PolicyFiles) -> Result<Vec<RuleFile>, PolicyError> {
        let directory = self.path.parent().unwrap_or(Path::new(""));
        let read = |written: &Spanned<String>| {
            let path = directory.join(written.get_ref());
            let is_there = files.is_there(&path).map_err(|cause| PolicyError::Read {
                path: files.name(&path),
                cause,
            })?;
            if is_there {
                let text = files.text(&path);
                return Ok(RuleFile { path, text });
            }
            let message = format!("there is no rule file `{}`", written.get_ref());
            let help = "paths in `rules` are relative to the directory of this file".to_owned();
            Err(self.error(written.span(), message, "no such file", Some(help)))
        };
        self.raw.rules.iter().map(read).collect()
    }

    /// The names that must not ship, and what of them may, but for names that `known` has: it searches for them.
    ///
    /// # Errors
    ///
    /// When one of them can't be searched for.
    pub fn organisation(&self, known: Option<&Organisation>) -> Result<Organisation, PolicyError> {
        let mut organisation = Organisation::default();
        let wrong = |name: &Spanned<String>, reason| {
            let message = format!("`{}` can't be searched for: {reason}", name.get_ref());
            let help = Some(ORGANISATION.to_owned());
            self.error(name.span(), message, "can't be used", help)
        };
        let RawPaths {
            organisation: names,
            allow,
        } = &self.raw.paths;
        let is_known = |name: &str| known.is_some_and(|known| known.has(name));
        for name in names.iter().filter(|name| !is_known(name.get_ref())) {
            organisation
                .add(name.get_ref())
                .map_err(|reason| wrong(name, reason))?;
        }
        for name in allow {
            organisation
                .allow(name.get_ref())
                .map_err(|reason| wrong(name, reason))?;
        }
        Ok(organisation)
    }

    /// What is wrong with the element at `span`.
    pub(super) fn error(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        label: &str,
        help: Option<String>,
    ) -> PolicyError {
        PolicyError::at((&self.name, &self.text), span, message, label, help)
    }

    /// The line of the element at `span`, counted from 1.
    pub(super) fn line(&self, span: Range<usize>) -> usize {
        super::error::line_of(&self.text, span.start)
    }
}

const ORGANISATION: &str =
    "write a domain like `\"acme.com\"`, or a regular expression like `\"ACME-[0-9]+\"`";

/// A message of the parser in our words, and what was probably meant. It quotes what stands in the file, and
/// that may be a password: what was `written` is taken up only where it is a key, or nearly a word that belongs
/// there. Of the parser's own words those before any quote are kept.
pub(super) fn reworded(message: &str, written: &str) -> (String, Option<String>) {
    let (head, expected) = message.rsplit_once(", expected ").unwrap_or((message, ""));
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let written = written.trim_matches(['"', '\'']);
    let meant = did_you_mean(written, known.iter().copied());
    let all = || (!known.is_empty()).then(|| format!("known here: {}", known.join(", ")));
    let own = head.split(['`', '"']).next().unwrap_or_default().trim_end();
    match own {
        "unknown field" => (format!("unknown key `{written}`"), meant.or_else(all)),
        "unknown variant" if meant.is_some() => (format!("unknown value `{written}`"), meant),
        "unknown variant" => ("unknown value".to_owned(), all()),
        // Its name is one of ours.
        "missing field" => (head.replacen("field", "key", 1), None),
        _ if own.starts_with("invalid type") && !expected.is_empty() => {
            (format!("{own}, expected {expected}"), None)
        }
        _ => (
            own.split(", expected").next().unwrap_or(own).to_owned(),
            None,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, PolicyError> {
        ConfigFile::parse(Path::new("packwarden.toml"), "packwarden.toml", text.into())
    }

    fn complaint(text: &str) -> String {
        let error = parse(text).unwrap_err();
        let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
        format!("{error} | {}", help.unwrap_or_default())
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_suggestion() {
        insta::assert_snapshot!(complaint("profil = \"open\""), @"packwarden.toml:1: unknown key `profil` | did you mean `profile`?");
        insta::assert_snapshot!(complaint("[levels]\nenv-file = \"wran\""), @"packwarden.toml:2: unknown value `wran` | did you mean `warn`?");
        insta::assert_snapshot!(complaint("[[waive]]\nreasons = \"x\""), @"packwarden.toml:2: unknown key `reasons` | did you mean `reason`?");
        insta::assert_snapshot!(complaint("[[waive]]\nrule = \"x\""), @"packwarden.toml:1: missing key `reason` |");
        insta::assert_snapshot!(complaint("profile = \"secret\""), @"packwarden.toml:1: unknown value | known here: open, closed");
        insta::assert_snapshot!(complaint("[limits]\ndepth = [1]"), @"packwarden.toml:2: expected a text or a whole number |");
        insta::assert_snapshot!(complaint("[publish]\nregistry = \"a\""), @"packwarden.toml:2: unknown key `registry` | did you mean `registries`?");
        insta::assert_snapshot!(complaint("[publish]\naccess = \"private\""), @"packwarden.toml:2: unknown value | known here: public, restricted");
        insta::assert_snapshot!(complaint("profile ="), @"packwarden.toml:1: string values must be quoted |");
        insta::assert_snapshot!(complaint("[build]\noutput = []"), @"packwarden.toml:2: unknown key `output` | did you mean `outputs`?");
    }

    #[test]
    fn no_value_is_told_in_whole_or_in_part() {
        for value in [
            "hunter`22",
            "`hunter`, expected `22`",
            "hunter, expected 22",
            "hunter\"22",
            "'hunter22'",
        ] {
            let value = toml::Value::from(value);
            for text in [
                format!("profile = {value}"),
                format!("self-match = {value}"),
                format!("publish = {value}"),
                format!("build.outputs = {value}"),
                format!("token = {value}"),
                format!("levels.env-file = {value}"),
                format!("waive = [{{ rule = {value}, reason = {value} }}]\nprofile = 1"),
                format!("a = {value} {value}"),
                format!("limits.time = [{value}]"),
            ] {
                let error = parse(&text).unwrap_err();
                let mut told = complaint(&text);
                miette::GraphicalReportHandler::new()
                    .render_report(&mut told, &error)
                    .unwrap();
                assert!(
                    !told.contains("hunter") && !told.contains("22"),
                    "{text}: {told}"
                );
            }
        }
        insta::assert_snapshot!(complaint("self-match = \"hunter22\""), @"packwarden.toml:1: invalid type: string, expected a boolean |");
        insta::assert_snapshot!(complaint("profile = 3"), @"packwarden.toml:1: wanted string or table |");
        insta::assert_snapshot!(complaint("a = 1\na = 2"), @"packwarden.toml:2: duplicate key |");
        insta::assert_snapshot!(complaint("a = \"\\q\""), @"packwarden.toml:1: missing escaped value |");
    }

    #[test]
    fn a_date_may_have_quotes_or_not() {
        for date in ["\"2027-06-30\"", "2027-06-30"] {
            let text = format!("[[waive]]\nrule = \"a\"\nreason = \"b\"\nexpires = {date}");
            assert!(parse(&text).is_ok(), "{date}");
        }
    }

    #[test]
    fn a_missing_rule_file_is_an_error() {
        let error = parse("rules = [\"no-such-file.toml\"]")
            .unwrap()
            .rule_files(&crate::policy::Disk);
        insta::assert_snapshot!(error.unwrap_err(), @"packwarden.toml:1: there is no rule file `no-such-file.toml`");
    }
}
