//! An artifact held against the lock.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{Budget, Key, LOCK, Line, Lock, Pin, Section, rules::Rule};
use crate::{
    model::{
        Category, Doubt, EntryPath, Evidence, Finding, Listed, Location, RuleInfo, Scanned, Sha256,
        count, counted, escape,
    },
    policy::waiver::Waiver,
};

/// The largest files that are named where all together are too large.
const LARGEST: usize = 3;

/// What holding an artifact against the lock has come to.
#[derive(Default)]
pub(in crate::policy) struct Held {
    /// What the lock does not let through, and what of it is not needed.
    pub(in crate::policy) findings: Vec<Finding>,
    /// By path in the artifact, the assets that are what the lock pins.
    pinned: HashMap<String, Arc<Waiver>>,
}

impl Held {
    /// What accepts a finding: the AI rules are satisfied by exactly the content that is pinned, all that lies
    /// in it included.
    pub(in crate::policy) fn accepts(&self, finding: &Finding) -> Option<Arc<Waiver>> {
        let entry = self.pinned.get(finding.path.outermost())?;
        (finding.rule.category == Category::Ai).then(|| entry.clone())
    }
}

/// Holds what was scanned against the lock.
pub(in crate::policy) fn hold(scanned: &Scanned, lock: &Lock) -> Held {
    let artifact = EntryPath::rootless(&scanned.artifact.path);
    let key = Key::of(&scanned.artifact);
    let Some(section) = key.as_ref().and_then(|key| lock.section(key)) else {
        let called = key.map_or(
            "an artifact that does not say what it is".to_owned(),
            |key| key.to_string(),
        );
        let known: Vec<String> = lock
            .sections
            .iter()
            .map(|one| one.key.to_string())
            .collect();
        let message = format!("{} has no section for {called}", lock.name);
        let evidence = match known.is_empty() {
            true => "it has none at all".to_owned(),
            false => format!("it has: {}", known.join(", ")),
        };
        return Held {
            findings: vec![finding(
                Rule::ArtifactNotInLock.info(),
                &artifact,
                message,
                evidence,
                None,
            )],
            ..Held::default()
        };
    };
    let mut holding = Holding {
        lock,
        section,
        held: Held::default(),
    };
    holding.cover(&scanned.inventory, &artifact, scanned.gaps.is_empty());
    holding.pins(&scanned.inventory, &artifact, scanned.gaps.is_empty());
    if let Some(budget) = &section.budget {
        holding.budget(&scanned.inventory, budget, &artifact);
    }
    holding.held
}

/// Whether an entry lies in a directory of a wheel that is called after another release than the wheel.
fn is_of_another(path: &EntryPath, own: Option<&str>) -> bool {
    let top = path.as_str().split('/').next().unwrap_or_default();
    let stem = [".data", ".dist-info"]
        .iter()
        .find_map(|suffix| top.strip_suffix(suffix));
    path.is_rootless() && stem.is_some() && stem != own
}

struct Holding<'l> {
    lock: &'l Lock,
    section: &'l Section,
    held: Held,
}

impl Holding<'_> {
    /// Each file needs a line. A line is idle only where everything was read.
    fn cover(&mut self, inventory: &[Listed], artifact: &EntryPath, is_whole: bool) {
        let rule = Rule::NotInLock.info();
        let mut lines = Lines::of(&self.section.files);
        let own = inventory.iter().find_map(|one| one.path.in_dist_info());
        let own = own.and_then(|(directory, _)| directory.strip_suffix(".dist-info"));
        let mut seen = HashSet::new();
        for listed in inventory {
            // Without its version a directory of another release would be taken for the wheel's own.
            let path = match is_of_another(&listed.path, own) {
                true => Cow::Borrowed(listed.path.as_str()),
                false => listed.path.in_package(),
            };
            let is_the_lock = path == LOCK && listed.sha256 == Some(self.lock.sha256());
            let is_new = seen.insert(path.clone());
            if is_the_lock || is_new && lines.cover(&path) {
                continue;
            }
            self.held.findings.push(finding(
                rule.clone(),
                &listed.path,
                format!("no line of {} covers it", self.lock.name),
                counted(listed.size, "byte"),
                listed.sha256,
            ));
        }
        for line in lines.idle().filter(|_| is_whole) {
            self.idle(line.line, line.pattern.text(), "covers", artifact);
        }
    }

    fn pins(&mut self, inventory: &[Listed], artifact: &EntryPath, is_whole: bool) {
        let mut pins: BTreeMap<&str, Vec<&Pin>> = BTreeMap::new();
        for pin in &self.section.pins {
            pins.entry(&pin.path).or_default().push(pin);
        }
        let mut seen = HashSet::new();
        for listed in inventory {
            let path = listed.path.in_package();
            let Some((path, pins)) = pins.get_key_value(&*path) else {
                continue;
            };
            seen.insert(*path);
            match pins.iter().find(|pin| Some(pin.sha256) == listed.sha256) {
                Some(pin) => {
                    let entry = listed.path.as_str().to_owned();
                    self.held.pinned.insert(entry, pin.waiver.clone());
                }
                None => self.changed(listed, pins),
            }
        }
        for (path, pins) in pins
            .iter()
            .filter(|(path, _)| is_whole && !seen.contains(*path))
        {
            let line = pins.first().map_or(0, |pin| pin.line);
            self.idle(line, path, "pins", artifact);
        }
    }

    fn changed(&mut self, listed: &Listed, pins: &[&Pin]) {
        let was: Vec<String> = pins.iter().map(|pin| said(pin.sha256, pin.size)).collect();
        let place = pins.first().map_or(0, |pin| pin.line);
        let now = match listed.sha256 {
            Some(sha256) => said(sha256, listed.size),
            None => "what was not read to its end".to_owned(),
        };
        self.held.findings.push(finding(
            Rule::PinChanged.info(),
            &listed.path,
            format!(
                "{}:{place} pins {}; this is {now}",
                self.lock.name,
                was.join(" or ")
            ),
            pins.iter()
                .find_map(|pin| pin.about.as_deref())
                .map_or_else(
                    || counted(listed.size, "byte"),
                    |about| format!("approved was: {}", escape(about)),
                ),
            listed.sha256,
        ));
    }

    fn budget(&mut self, inventory: &[Listed], budget: &Budget, artifact: &EntryPath) {
        let size = total(inventory);
        if size <= budget.size {
            return;
        }
        let mut largest: Vec<&Listed> = inventory.iter().collect();
        largest.sort_by_key(|listed| std::cmp::Reverse(listed.size));
        let named = largest
            .iter()
            .take(LARGEST)
            .map(|listed| format!("{} {}", escape(listed.path.as_str()), count(listed.size)));
        let named: Vec<String> = named.collect();
        self.held.findings.push(finding(
            Rule::OverBudget.info(),
            artifact,
            format!(
                "its files take {} together, and the budget of {}:{} is {}",
                counted(size, "byte"),
                self.lock.name,
                budget.line,
                counted(budget.size, "byte"),
            ),
            format!("largest: {}", named.join(", ")),
            None,
        ));
    }

    fn idle(&mut self, line: usize, text: &str, does: &str, artifact: &EntryPath) {
        let text = escape(text);
        let message = format!("{}:{line}: `{text}` {does} nothing here", self.lock.name);
        self.held.findings.push(finding(
            Rule::UnusedLine.info(),
            artifact,
            message,
            text,
            None,
        ));
    }
}

/// How much the files of an artifact take together, without what their container adds: the same files come to
/// the same, whoever packs them.
fn total(inventory: &[Listed]) -> u64 {
    inventory
        .iter()
        .fold(0, |sum, one| one.size.saturating_add(sum))
}

fn said(sha256: Sha256, size: u64) -> String {
    format!("sha256 {sha256} ({})", counted(size, "byte"))
}

/// Lines, and which have covered something.
struct Lines<'s> {
    lines: &'s [Line],
    exact: HashMap<&'s str, Vec<usize>>,
    with_room: Vec<usize>,
    used: HashSet<usize>,
}

impl<'s> Lines<'s> {
    fn of(lines: &'s [Line]) -> Self {
        let (mut exact, mut with_room) = (HashMap::<_, Vec<_>>::new(), Vec::new());
        for (index, line) in lines.iter().enumerate() {
            match line.pattern.only() {
                Some(path) => exact.entry(path).or_default().push(index),
                None => with_room.push(index),
            }
        }
        Self {
            lines,
            exact,
            with_room,
            used: HashSet::new(),
        }
    }

    fn cover(&mut self, path: &str) -> bool {
        let exact = self.exact.get(path).into_iter().flatten();
        let with_room = self.with_room.iter();
        let with_room = with_room.filter(|index| self.lines[**index].pattern.covers(path));
        let before = exact.chain(with_room);
        let covering: Vec<usize> = before.copied().collect();
        self.used.extend(&covering);
        !covering.is_empty()
    }

    fn idle(&self) -> impl Iterator<Item = &'s Line> {
        let lines = self.lines.iter().enumerate();
        lines.filter_map(|(index, line)| (!self.used.contains(&index)).then_some(line))
    }
}

fn finding(
    rule: Arc<RuleInfo>,
    path: &EntryPath,
    message: String,
    evidence: String,
    sha256: Option<Sha256>,
) -> Finding {
    Finding {
        rule,
        path: path.clone(),
        location: Location::default(),
        message,
        evidence: Evidence::fact(evidence),
        doubt: Doubt::None,
        expires: None,
        algorithm: None,
        fix: None,
        sha256,
        value: None,
    }
}
