//! What is written in a configuration, held against what can be meant.

use toml::Spanned;

use super::{
    config::{ConfigFile, Scalar},
    error::PolicyError,
    limits::{self, LimitError},
};
use crate::model::{Category, Limits, Publishing, did_you_mean, without_credentials};

/// Sets a limit as a configuration has it.
pub(super) fn limit(
    config: &ConfigFile,
    limits: &mut Limits,
    key: &Spanned<String>,
    value: &Spanned<Scalar>,
) -> Result<(), PolicyError> {
    let text = match value.get_ref() {
        Scalar::Number(number) => number.to_string(),
        Scalar::Text(text) => text.clone(),
    };
    limits::set(limits, key.get_ref(), &text).map_err(|error| match error {
        LimitError::Key(message, help) => config.error(key.span(), message, "not known", help),
        LimitError::Value(message) => config.error(value.span(), message, "can't be used", None),
    })
}

/// A glob that stays in the project and does not mean all of it, which would switch the comparison with
/// git off.
pub(super) fn output(config: &ConfigFile, glob: &Spanned<String>) -> Result<String, PolicyError> {
    let text = glob.get_ref();
    let wrong = |message: String| {
        let help = "name the directories that the build writes, like `lib/**`".to_owned();
        Err(config.error(glob.span(), message, "can't be used", Some(help)))
    };
    let is_whole = |part| matches!(part, "" | "." | "*" | "**");
    if text.trim_start_matches("./").split('/').all(is_whole) {
        return wrong(format!("`{text}` means every file of the project"));
    }
    if text.starts_with('/') || text.split('/').any(|part| part == "..") {
        return wrong(format!("`{text}` is not relative to the project"));
    }
    match globset::Glob::new(text) {
        Ok(_) => Ok(text.clone()),
        Err(error) => wrong(format!("`{text}` is no glob: {}", error.kind())),
    }
}

/// What `[publish]` says, if it can be meant.
pub(super) fn publishing(config: &ConfigFile) -> Result<Publishing, PolicyError> {
    let raw = &config.raw.publish;
    for registry in &raw.registries {
        let written = registry.get_ref();
        if written.trim().is_empty() {
            let help = Some(REGISTRIES.to_owned());
            return Err(config.error(registry.span(), "a registry without a name", "empty", help));
        }
        if without_credentials(written) != *written {
            let message = "a registry with more than its address";
            let help = Some("leave out user, password, `?…` and `#…`".to_owned());
            return Err(config.error(registry.span(), message, "more than an address", help));
        }
    }
    if let Some(scope) = &raw.scope {
        let name = scope.get_ref().strip_prefix('@').unwrap_or_default();
        if name.is_empty() || name.contains(['/', '@']) || name.contains(char::is_whitespace) {
            let message = "this is no scope";
            let help = Some("a scope is written `\"@acme\"`".to_owned());
            return Err(config.error(scope.span(), message, "no scope", help));
        }
    }
    let text = |spanned: &Spanned<String>| spanned.get_ref().clone();
    Ok(Publishing {
        registries: raw.registries.iter().map(text).collect(),
        scope: raw.scope.as_ref().map(text),
        access: raw.access,
        written_in: None,
    })
}

const REGISTRIES: &str =
    "write an address, `npm`, `crates.io`, or what cargo's configuration calls a registry";

/// What the rule that `id` names is about.
pub(super) fn rule(
    config: &ConfigFile,
    rules: &[(&str, Category)],
    id: &Spanned<String>,
) -> Result<Category, PolicyError> {
    let rule = rules.iter().find(|(known, _)| known == id.get_ref());
    rule.map(|(_, category)| *category).ok_or_else(|| {
        let message = format!("there is no rule `{}`", id.get_ref());
        let all = || Some("`packwarden rules` lists all of them".to_owned());
        let ids = rules.iter().map(|(known, _)| *known);
        let help = did_you_mean(id.get_ref(), ids).or_else(all);
        config.error(id.span(), message, "not known", help)
    })
}
