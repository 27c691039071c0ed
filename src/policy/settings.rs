//! The settings that hold: defaults, then the project's file, then the command line.
//!
//! Each effective value has one reader here.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use toml::Spanned;

use super::{
    config::{ConfigFile, Scalar},
    error::PolicyError,
    limits::{self, LimitError},
    lock::Lock,
    profile::{Profile, ProfileChoice},
    waiver::Waiver,
};
use crate::model::{
    Category, Doubt, Finding, Level, Limits, Manifest, Publishing, did_you_mean, escape,
    without_credentials,
};

/// What the command line says on top of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--profile`.
    pub profile: Option<Profile>,
    /// `--strict`: what would warn, blocks.
    pub strict: bool,
    /// `--no-waivers`: as if there were none.
    pub no_waivers: bool,
    /// `--limit KEY=VALUE`, in order.
    pub limits: Vec<(String, String)>,
    /// `publish --override REASON`: what is blocked or incomplete is published all the same.
    pub publish_anyway: Option<String>,
}

impl Overrides {
    /// The flags as they were typed, in a fixed order.
    pub fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        flags.extend(self.profile.map(|profile| format!("--profile {profile}")));
        flags.extend(self.strict.then(|| "--strict".to_owned()));
        flags.extend(self.no_waivers.then(|| "--no-waivers".to_owned()));
        let limit = |(key, value): &(String, String)| format!("--limit {key}={value}");
        flags.extend(self.limits.iter().map(limit));
        let reason = self.publish_anyway.as_deref().map(escape);
        flags.extend(reason.map(|reason| format!("--override \"{reason}\"")));
        flags
    }
}

/// The settings that hold for a run.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    profile: Option<(Profile, String)>,
    levels: BTreeMap<String, Level>,
    limits: Limits,
    self_match: Option<bool>,
    outputs: Vec<String>,
    publishing: Publishing,
    waivers: Vec<Arc<Waiver>>,
    lock: Option<Arc<Lock>>,
    lock_place: PathBuf,
    sources: Vec<String>,
    overrides: Overrides,
}

impl Settings {
    /// Lays `overrides` over `config` over the defaults. `rules` are the ids of all rules that may be named, and what
    /// each is about.
    ///
    /// # Errors
    ///
    /// When a rule, a limit or a kind of gap is not known, or a value can't be used.
    pub fn new(
        config: Option<&ConfigFile>,
        overrides: &Overrides,
        rules: &[(&str, Category)],
    ) -> Result<Self, PolicyError> {
        let mut settings = Self {
            overrides: overrides.clone(),
            ..Self::default()
        };
        if let Some(config) = config {
            settings.take(config, rules)?;
        }
        if let Some(profile) = overrides.profile {
            settings.profile = Some((profile, "set on the command line".to_owned()));
        }
        if overrides.no_waivers {
            settings.waivers.clear();
        }
        for (key, value) in &overrides.limits {
            limits::set(&mut settings.limits, key, value).map_err(|error| {
                let (message, help) = match error {
                    LimitError::Key(message, help) => (message, help),
                    LimitError::Value(message) => (message, None),
                };
                PolicyError::Limit {
                    key: escape(key),
                    value: escape(value),
                    message,
                    help,
                }
            })?;
        }
        Ok(settings)
    }

    fn take(&mut self, config: &ConfigFile, rules: &[(&str, Category)]) -> Result<(), PolicyError> {
        let known = |id: &Spanned<String>| find(config, rules, id);
        let raw = &config.raw;
        self.sources.push(config.name().to_owned());
        self.self_match = raw.self_match;
        self.publishing = publishing(config)?;
        self.profile = raw
            .profile
            .map(|profile| (profile, format!("set in {}", config.name())));
        for (id, level) in &raw.levels {
            known(id)?;
            self.levels.insert(id.get_ref().clone(), *level);
        }
        for (key, value) in &raw.limits {
            let text = match value.get_ref() {
                Scalar::Number(number) => number.to_string(),
                Scalar::Text(text) => text.clone(),
            };
            limits::set(&mut self.limits, key.get_ref(), &text).map_err(|error| match error {
                LimitError::Key(message, help) => {
                    config.error(key.span(), message, "not known", help)
                }
                LimitError::Value(message) => {
                    config.error(value.span(), message, "can't be used", None)
                }
            })?;
        }
        for glob in &raw.build.outputs {
            self.outputs.push(output(config, glob)?);
        }
        for waiver in &raw.waive {
            let waiver = Waiver::new(config, waiver, known)?;
            self.waivers.push(Arc::new(waiver));
        }
        Ok(())
    }

    /// The same with a lock, which lies at `place`, or would lie there.
    pub fn with_lock(mut self, lock: Option<Lock>, place: PathBuf) -> Self {
        self.sources
            .extend(lock.iter().map(|lock| lock.name.clone()));
        self.lock = lock.map(Arc::new);
        self.lock_place = place;
        self
    }

    /// The profile that holds for a package with this manifest.
    pub fn profile(&self, manifest: Option<&Manifest>) -> ProfileChoice {
        match &self.profile {
            Some((profile, why)) => ProfileChoice::configured(*profile, manifest, why),
            None => ProfileChoice::infer(manifest),
        }
    }

    /// What to do about a finding. What the configuration says of its rule holds among tests too, but makes no
    /// more than a note of what is no secret.
    pub fn level(&self, finding: &Finding, profile: Profile, public: bool) -> Level {
        let rule = &finding.rule;
        let own = match (profile, public) {
            (Profile::Closed, _) => rule.level.closed,
            (Profile::Open, false) => rule.level.open,
            (Profile::Open, true) => rule.level.public,
        };
        let among_tests = rule.level.tests.map_or(own, |most| most.min(own));
        let set = self.levels.get(&rule.id).copied();
        let level = match finding.doubt {
            Doubt::None => set.unwrap_or(own),
            Doubt::Tests => set.unwrap_or(among_tests),
            Doubt::Value => set.unwrap_or(own).min(Level::Note),
        };
        match level {
            Level::Warn if self.overrides.strict => Level::Deny,
            level => level,
        }
    }

    /// The levels that the configuration sets, by rule id.
    pub fn levels(&self) -> &BTreeMap<String, Level> {
        &self.levels
    }

    /// The reader's limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether values of this machine are looked for.
    pub fn self_match(&self) -> bool {
        self.self_match.unwrap_or(true)
    }

    /// Globs of the paths, relative to the project, that its build writes.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Where packages are meant to go, and as what.
    pub fn publishing(&self) -> &Publishing {
        &self.publishing
    }

    /// The waivers, in the order of the file.
    pub fn waivers(&self) -> &[Arc<Waiver>] {
        &self.waivers
    }

    /// The approved shape of what ships, if there is one.
    pub fn lock(&self) -> Option<&Lock> {
        self.lock.as_deref()
    }

    /// Where the lock lies, or would lie.
    pub fn lock_place(&self) -> &Path {
        &self.lock_place
    }

    /// The configuration files and locks that were read, as the user sees them.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// What the command line says.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }
}

/// A glob that stays in the project and does not mean all of it, which would switch the comparison with
/// git off.
fn output(config: &ConfigFile, glob: &Spanned<String>) -> Result<String, PolicyError> {
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
fn publishing(config: &ConfigFile) -> Result<Publishing, PolicyError> {
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
    })
}

const REGISTRIES: &str =
    "write an address, `npm`, `crates.io`, or what cargo's configuration calls a registry";

/// What the rule that `id` names is about.
fn find(
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
