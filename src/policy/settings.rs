//! The settings that hold: defaults, then the project's file, then the command line, and none looser than the
//! floors.
//!
//! Each effective value has one reader here.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use toml::Spanned;

use super::{
    config::ConfigFile,
    error::PolicyError,
    floor::Floor,
    limits,
    lock::Lock,
    overrides::Overrides,
    profile::{Profile, ProfileChoice},
    waiver::Waiver,
    written,
};
use crate::model::{
    Category, Doubt, Finding, Level, Limits, Manifest, Publishing, RuleInfo, escape,
};

/// A value of the configuration, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// A file, as the user sees it, or the command line.
    pub by: String,
}

impl<T> Set<T> {
    /// A value that is from there.
    pub(super) fn by(by: &str, value: T) -> Self {
        let by = by.to_owned();
        Self { value, by }
    }
}

/// What the command line is called.
const COMMAND_LINE: &str = "the command line";

/// The settings that hold for a run.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    profile: Option<Set<Profile>>,
    levels: BTreeMap<String, Set<Level>>,
    limits: Limits,
    limits_set: BTreeMap<String, String>,
    self_match: Option<Set<bool>>,
    outputs: Vec<String>,
    publishing: Vec<Publishing>,
    waivers: Vec<Arc<Waiver>>,
    lock: Option<Arc<Lock>>,
    lock_place: PathBuf,
    sources: Vec<String>,
    file: Option<PathBuf>,
    floor: Floor,
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
        let typed = overrides.profile;
        let typed = typed.map(|profile| Set::by(COMMAND_LINE, profile));
        settings.profile = typed.or(settings.profile);
        if overrides.no_waivers {
            settings.waivers.clear();
        }
        for (key, value) in &overrides.limits {
            limits::set(&mut settings.limits, key, value).map_err(|error| {
                let (message, help) = error.told();
                PolicyError::Limit {
                    key: escape(key),
                    value: escape(value),
                    message,
                    help,
                }
            })?;
            let by = COMMAND_LINE.to_owned();
            settings.limits_set.insert(key.clone(), by);
        }
        Ok(settings)
    }

    fn take(&mut self, config: &ConfigFile, rules: &[(&str, Category)]) -> Result<(), PolicyError> {
        let known = |id: &Spanned<String>| written::rule(config, rules, id);
        let raw = &config.raw;
        let by = config.name();
        if let Some(first) = raw.unwaivable.first() {
            let message = "`unwaivable` holds in a floor only";
            let help = "put it into a file that is given with --policy".to_owned();
            return Err(config.error(first.span(), message, "no floor", Some(help)));
        }
        self.sources.push(by.to_owned());
        self.file = config.path().map(Path::to_owned);
        self.self_match = raw.self_match.map(|value| Set::by(by, value));
        let publishing = written::publishing(config)?;
        if publishing != Publishing::default() {
            self.publishing.push(publishing);
        }
        self.profile = raw.profile.map(|value| Set::by(by, value));
        for (id, level) in &raw.levels {
            known(id)?;
            self.levels
                .insert(id.get_ref().clone(), Set::by(by, *level));
        }
        for (key, value) in &raw.limits {
            written::limit(config, &mut self.limits, key, value)?;
            self.limits_set.insert(key.get_ref().clone(), by.to_owned());
        }
        for glob in &raw.build.outputs {
            self.outputs.push(written::output(config, glob)?);
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

    /// The same, held to floors: no value is looser than theirs, and what they forbid to waive is not waived. `own` are
    /// the ids of the rules that they bring.
    ///
    /// # Errors
    ///
    /// When a floor has a mistake, or the command line asks for what one forbids: whoever types that would take it
    /// for granted.
    pub fn held_to(
        mut self,
        floors: &[ConfigFile],
        rules: &[(&str, Category)],
        own: &BTreeSet<String>,
    ) -> Result<Self, PolicyError> {
        self.floor.own.clone_from(own);
        for config in floors {
            let floor = Floor::new(config, rules)?;
            self.sources.push(config.name().to_owned());
            self.tighten(&floor, config.name())?;
            self.floor.add(floor);
        }
        if !self.overrides.no_waivers {
            self.waivers.extend(self.floor.waivers.iter().cloned());
        }
        for waiver in &mut self.waivers {
            let by = self.floor.forbids(waiver, rules).map(str::to_owned);
            if by.is_some() {
                Arc::make_mut(waiver).forbidden_by = by;
            }
        }
        Ok(self)
    }

    /// Tightens what is looser than a floor.
    fn tighten(&mut self, floor: &Floor, by: &str) -> Result<(), PolicyError> {
        let typed = &self.overrides;
        let refused = |flag: String| {
            let floor = by.to_owned();
            Err(PolicyError::Floor { flag, floor })
        };
        if floor.is_closed {
            if typed.profile == Some(Profile::Open) {
                return refused("--profile open".to_owned());
            }
            self.profile = Some(Set::by(by, Profile::Closed));
        }
        if floor.is_self_matching {
            if typed.no_self_match {
                return refused("--no-self-match".to_owned());
            }
            self.self_match = Some(Set::by(by, true));
        }
        for (key, most) in &floor.limits {
            let capped = self.limits.at_most(most);
            if capped == self.limits {
                continue;
            }
            if let Some((_, value)) = typed.limits.iter().rfind(|(typed, _)| typed == key) {
                return refused(format!("--limit {key}={}", escape(value)));
            }
            self.limits = capped;
            self.limits_set.insert(key.clone(), by.to_owned());
        }
        self.publishing.extend(floor.publishing.clone());
        Ok(())
    }

    /// The profile that holds for a package with this manifest.
    pub fn profile(&self, manifest: Option<&Manifest>) -> ProfileChoice {
        match &self.profile {
            Some(Set { value, by }) => {
                let place = if by == COMMAND_LINE { "on" } else { "in" };
                ProfileChoice::configured(*value, manifest, &format!("set {place} {by}"))
            }
            None => ProfileChoice::infer(manifest),
        }
    }

    /// The profile that was chosen for all packages, if one was.
    pub fn chosen_profile(&self) -> Option<&Set<Profile>> {
        self.profile.as_ref()
    }

    /// What to do about a finding. What the configuration says of its rule holds among tests too, but makes no
    /// more than a note of what is no secret.
    pub fn level(&self, finding: &Finding, profile: Profile, public: bool) -> Level {
        let rule = &finding.rule;
        let by_profile = match (profile, public) {
            (Profile::Closed, _) => rule.level.closed,
            (Profile::Open, false) => rule.level.open,
            (Profile::Open, true) => rule.level.public,
        };
        let own = match finding.doubt {
            Doubt::Tests => rule
                .level
                .tests
                .map_or(by_profile, |most| most.min(by_profile)),
            Doubt::None | Doubt::Value => by_profile,
        };
        let set = self.levels.get(&rule.id).map(|set| set.value);
        let level = set.unwrap_or(own).max(self.least(rule, own));
        let level = match finding.doubt {
            Doubt::Value => level.min(Level::Note),
            Doubt::None | Doubt::Tests => level,
        };
        match level {
            Level::Warn if self.overrides.strict => Level::Deny,
            level => level,
        }
    }

    /// What a rule has at least: what a floor says, and what nobody may waive stays at its `own` level.
    fn least(&self, rule: &RuleInfo, own: Level) -> Level {
        let said = self.floor.levels.get(&rule.id).map(|set| set.value);
        let said = said.unwrap_or(Level::Off);
        match self.floor.holds(rule) || self.floor.own.contains(&rule.id) {
            true => said.max(own),
            false => said,
        }
    }

    /// Whether a project may accept findings of the rule.
    pub fn lets_waive(&self, rule: &RuleInfo) -> bool {
        !self.floor.holds(rule)
    }

    /// The levels that are set, by rule id: the stricter of the configuration's and the floor's.
    pub fn levels(&self) -> BTreeMap<&str, &Set<Level>> {
        let mut levels: BTreeMap<&str, &Set<Level>> = BTreeMap::new();
        for (id, set) in self.levels.iter().chain(&self.floor.levels) {
            let strictest = levels.entry(id).or_insert(set);
            if set.value > strictest.value {
                *strictest = set;
            }
        }
        levels
    }

    /// What nobody but a floor may waive: rules, categories and kinds of gaps, each with the floor that says so.
    pub fn unwaivable(&self) -> &BTreeMap<String, Vec<String>> {
        &self.floor.unwaivable
    }

    /// The reader's limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Where a limit is from, by its name; the others are defaults.
    pub fn limits_set(&self) -> &BTreeMap<String, String> {
        &self.limits_set
    }

    /// Whether values of this machine are looked for.
    pub fn self_match(&self) -> bool {
        !self.overrides.no_self_match && self.self_match.as_ref().is_none_or(|set| set.value)
    }

    /// Where that is from, if it is no default.
    pub fn self_match_set(&self) -> Option<&str> {
        match self.overrides.no_self_match {
            true => Some(COMMAND_LINE),
            false => self.self_match.as_ref().map(|set| set.by.as_str()),
        }
    }

    /// Globs of the paths, relative to the project, that its build writes.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Where packages are meant to go, and as what: all of these must hold.
    pub fn publishing(&self) -> &[Publishing] {
        &self.publishing
    }

    /// The waivers, in the order of the files.
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

    /// The configuration file itself, if there is one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// What the command line says.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }
}
