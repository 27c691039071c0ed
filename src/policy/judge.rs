//! The only place that turns findings into a verdict.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    judged::{ClosedHint, Judged, JudgedFinding, JudgedGap, PolicyFacts},
    life::Waivers,
    lock::{self, Lock},
    profile::{Profile, ProfileChoice},
    settings::Settings,
    waiver::Waiver,
};
use crate::model::{
    ArtifactInfo, Doubt, Finding, Gap, GapKind, Level, Scanned, Sha256, SourcePlaces,
};

/// Judges what a scan has found.
///
/// `rules` is the digest of the rule set that was applied; `today` decides which waivers apply.
pub fn judge(scanned: Scanned, settings: &Settings, rules: Sha256, today: Date) -> Judged {
    let profile = settings.profile(scanned.manifest.as_ref());
    let mut waivers = Waivers::new(settings.waivers(), today);
    let lock = settings.lock().map(|lock| lock::hold(&scanned, lock));
    let mut held = lock.unwrap_or_default();
    let of_lock = std::mem::take(&mut held.findings);

    let mut hidden = Vec::new();
    let mut findings = Vec::new();
    for finding in scanned.findings.into_iter().chain(of_lock) {
        let finding = aged(finding, today);
        let level = settings.level(&finding, profile.profile, profile.public);
        let waiver = waivers.first(|waiver| waiver.covers_finding(&finding));
        let pinned = || {
            held.accepts(&finding)
                .filter(|_| !settings.overrides().no_waivers)
                .filter(|_| settings.lets_waive(&finding.rule))
        };
        let waiver = waiver.or_else(pinned);
        let judged = JudgedFinding {
            finding,
            level,
            waiver,
        };
        let shown = level > Level::Off;
        if shown { &mut findings } else { &mut hidden }.push(judged);
    }
    findings.sort_by(|one, other| order(one).cmp(&order(other)));

    let unsaid = scanned
        .gaps
        .is_empty()
        .then(|| nothing_read(&scanned.artifact))
        .flatten();
    let mut gaps: Vec<JudgedGap> = scanned
        .gaps
        .into_iter()
        .chain(unsaid)
        .map(|gap| JudgedGap {
            waiver: waivers.first(|waiver| waiver.covers_gap(&gap)),
            gap,
        })
        .collect();
    gaps.sort_by(|one, other| gap_order(&one.gap).cmp(&gap_order(&other.gap)));

    let closed_hint = match profile.profile {
        Profile::Open => closed_hint(settings, findings.iter().chain(&hidden)),
        Profile::Closed => None,
    };
    Judged {
        artifact: scanned.artifact,
        policy: PolicyFacts {
            digest: digest(settings, &profile, rules),
            profile,
            sources: settings.sources().to_vec(),
            file: settings.file().map(Path::to_owned),
            lock_place: settings.lock_place().to_owned(),
            locked: settings.lock().is_some(),
            overrides: settings.overrides().flags(),
            rules: scanned.rules,
            self_match: scanned.self_match,
            secrets: scanned.secrets,
            unread: scanned.unread,
            limits: scanned.limits,
        },
        findings,
        gaps,
        inventory: scanned.inventory,
        waivers: waivers.into_all(),
        closed_hint,
        sources: SourcePlaces::default(),
    }
}

/// The finding as it is today: a secret that has expired opens nothing any more.
fn aged(mut finding: Finding, today: Date) -> Finding {
    let last = finding
        .expires
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map(|time| time.to_zoned(TimeZone::UTC).date());
    if let Some(last) = last.filter(|last| *last < today && finding.doubt < Doubt::Value) {
        finding.doubt = Doubt::Value;
        finding.message += &format!("; it expired on {last}");
    }
    finding
}

/// An artifact of which nothing was read is never passed, whatever the reader says.
fn nothing_read(artifact: &ArtifactInfo) -> Option<Gap> {
    (artifact.entries == 0).then(|| Gap {
        kind: GapKind::Format,
        path: None,
        reason: "no file was read in this artifact".to_owned(),
        help: None,
        sha256: artifact.sha256,
    })
}

fn order(judged: &JudgedFinding) -> impl Ord + use<'_> {
    let finding = &judged.finding;
    (
        std::cmp::Reverse((judged.level, finding.rule.severity)),
        &finding.rule.id,
        &finding.path,
        finding.location,
        (finding.evidence.as_str(), finding.sha256),
    )
}

fn gap_order(gap: &Gap) -> impl Ord + use<'_> {
    (gap.kind, &gap.path, &gap.reason)
}

fn closed_hint<'a>(
    settings: &Settings,
    findings: impl Iterator<Item = &'a JudgedFinding>,
) -> Option<ClosedHint> {
    let beyond: Vec<&JudgedFinding> = findings
        .filter(|judged| judged.level < Level::Deny && judged.waiver.is_none())
        .filter(|judged| settings.level(&judged.finding, Profile::Closed, false) == Level::Deny)
        .collect();
    let rules: BTreeSet<&str> = beyond
        .iter()
        .map(|judged| judged.finding.rule.id.as_str())
        .collect();
    (!beyond.is_empty()).then(|| ClosedHint {
        findings: beyond.len(),
        rules: rules.into_iter().map(str::to_owned).collect(),
    })
}

/// SHA-256 over everything that decides: two runs with the same digest judge the same artifact in
/// the same way (on the same day).
fn digest(settings: &Settings, profile: &ProfileChoice, rules: Sha256) -> Sha256 {
    let mut text = format!(
        "packwarden policy 1\nrules {rules}\nprofile {} {}\nstrict {}\n",
        profile.profile,
        profile.public,
        settings.overrides().strict
    );
    // Debug quotes and escapes, so that no value can pass for a line of its own.
    for (rule, level) in settings.levels() {
        let _ = writeln!(text, "level {rule:?} {:?}", level.value);
    }
    for name in settings.unwaivable().keys() {
        let _ = writeln!(text, "unwaivable {name:?}");
    }
    for glob in settings.outputs() {
        let _ = writeln!(text, "output {glob:?}");
    }
    for publishing in settings.publishing() {
        let _ = writeln!(text, "publish {publishing:?}");
    }
    let mut waivers: Vec<String> = settings
        .waivers()
        .iter()
        .filter(|waiver| waiver.forbidden_by.is_none())
        .map(|waiver| {
            let Waiver {
                accepts,
                path,
                sha256,
                expires,
                ..
            } = &**waiver;
            format!("waive {accepts:?} {path:?} {sha256:?} {expires:?}\n")
        })
        .collect();
    waivers.sort();
    text.extend(waivers);
    text.extend(settings.lock().map(Lock::digested));
    Sha256::of(text.as_bytes())
}
