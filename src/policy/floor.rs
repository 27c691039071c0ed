//! An organisation's floor (`--policy FILE`): written like a configuration, it can only tighten one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use toml::Spanned;

use super::{
    config::ConfigFile,
    error::PolicyError,
    profile::Profile,
    settings::Set,
    waiver::{Accepts, Waiver},
    written,
};
use crate::model::{Category, GapKind, Level, Limits, Publishing, RuleInfo, did_you_mean};

/// What floors demand.
#[derive(Debug, Clone, Default)]
pub(super) struct Floor {
    pub(super) is_closed: bool,
    pub(super) is_self_matching: bool,
    /// The least level of rules, by their ids.
    pub(super) levels: BTreeMap<String, Set<Level>>,
    /// The most that a limit may be, by its name: all others of the value are boundless.
    pub(super) limits: Vec<(String, Limits)>,
    pub(super) publishing: Option<Publishing>,
    /// Rules, categories and kinds of gaps, each with the floors that say so.
    pub(super) unwaivable: BTreeMap<String, Vec<String>>,
    /// The ids of the rules that floors bring, which nobody may lower.
    pub(super) own: BTreeSet<String>,
    pub(super) waivers: Vec<Arc<Waiver>>,
}

impl Floor {
    /// What a file demands.
    pub(super) fn new(
        config: &ConfigFile,
        rules: &[(&str, Category)],
    ) -> Result<Self, PolicyError> {
        refuse_what_loosens(config)?;
        let raw = &config.raw;
        let by = config.name();
        let known = |id: &Spanned<String>| written::rule(config, rules, id);
        let mut floor = Self {
            is_closed: raw.profile == Some(Profile::Closed),
            is_self_matching: raw.self_match == Some(true),
            ..Self::default()
        };
        for (id, level) in &raw.levels {
            known(id)?;
            floor
                .levels
                .insert(id.get_ref().clone(), Set::by(by, *level));
        }
        for (key, value) in &raw.limits {
            let mut most = Limits::BOUNDLESS;
            written::limit(config, &mut most, key, value)?;
            floor.limits.push((key.get_ref().clone(), most));
        }
        let publishing = written::publishing(config)?;
        if publishing != Publishing::default() {
            floor.publishing = Some(Publishing {
                written_in: Some(by.to_owned()),
                ..publishing
            });
        }
        for name in &raw.unwaivable {
            can_be_waived(config, rules, name)?;
            floor
                .unwaivable
                .insert(name.get_ref().clone(), vec![by.to_owned()]);
        }
        for waiver in &raw.waive {
            let waiver = Waiver::new(config, waiver, known)?;
            floor.waivers.push(Arc::new(waiver));
        }
        Ok(floor)
    }

    /// Adds what a further floor demands: of two levels the stricter one.
    pub(super) fn add(&mut self, other: Self) {
        for (id, set) in other.levels {
            let strictest = self.levels.entry(id).or_insert_with(|| set.clone());
            if set.value > strictest.value {
                *strictest = set;
            }
        }
        for (name, by) in other.unwaivable {
            self.unwaivable.entry(name).or_default().extend(by);
        }
        self.waivers.extend(other.waivers);
    }

    /// Whether nobody may waive findings of the rule, nor lower its level.
    pub(super) fn holds(&self, rule: &RuleInfo) -> bool {
        [rule.id.as_str(), rule.category.name()]
            .iter()
            .any(|name| self.unwaivable.contains_key(*name))
    }

    /// The floor that forbids this waiver. One may accept itself what it lets nobody else accept.
    pub(super) fn forbids(&self, waiver: &Waiver, rules: &[(&str, Category)]) -> Option<&str> {
        let (name, category) = match &waiver.accepts {
            Accepts::Gap(kind) => (kind.name(), None),
            // `Settings::lets_waive` says of each finding whether a pin accepts it.
            Accepts::Pinned => return None,
            Accepts::Rule(id) => {
                let rule = rules.iter().find(|(known, _)| known == id);
                (id.as_str(), rule.map(|(_, category)| category.name()))
            }
        };
        let names = [Some(name), category].into_iter().flatten();
        let mut by = names.filter_map(|name| self.unwaivable.get(name)).flatten();
        by.find(|by| **by != waiver.file).map(String::as_str)
    }
}

/// A floor that says less than nothing was not understood by whoever wrote it.
fn refuse_what_loosens(config: &ConfigFile) -> Result<(), PolicyError> {
    let raw = &config.raw;
    let off = raw.levels.iter().find(|(_, level)| **level == Level::Off);
    let found = [
        (raw.profile == Some(Profile::Open)).then_some("profile = \"open\""),
        (raw.self_match == Some(false)).then_some("self-match = false"),
        off.map(|_| "a level of \"off\""),
        (!raw.build.outputs.is_empty()).then_some("[build] outputs"),
        raw.hooks.pre_push_build.as_ref().map(|_| "[hooks]"),
    ];
    match found.into_iter().flatten().next() {
        None => Ok(()),
        Some(what) => Err(PolicyError::Loosens {
            floor: config.name().to_owned(),
            what,
        }),
    }
}

fn can_be_waived(
    config: &ConfigFile,
    rules: &[(&str, Category)],
    name: &Spanned<String>,
) -> Result<(), PolicyError> {
    let categories = Category::ALL.map(Category::name);
    let gaps = GapKind::WAIVABLE.map(GapKind::name);
    let ids = rules.iter().map(|(id, _)| *id);
    let mut known = ids.chain(categories).chain(gaps);
    if known.clone().any(|known| known == name.get_ref()) {
        return Ok(());
    }
    let message = format!(
        "there is no rule, category or gap `{}` that could be waived",
        name.get_ref()
    );
    let all = || {
        format!(
            "`packwarden rules list` lists the rules; the categories are {}",
            categories.join(", ")
        )
    };
    let help = did_you_mean(name.get_ref(), known.by_ref()).unwrap_or_else(all);
    Err(config.error(name.span(), message, "not known", Some(help)))
}
