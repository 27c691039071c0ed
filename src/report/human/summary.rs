//! What stands at the end: stale waivers, and what it all comes to.

use std::{cmp::Reverse, time::Duration};

use super::page::{BOLD, DIM, GREEN, Page, RED, YELLOW};
use crate::{
    model::{Fingerprint, count, counted},
    policy::{Judged, JudgedFinding, JudgedGap, Lived, Outcome, State, Verdict, Waiver, paste},
    report::{Detail, Style, quantity::duration},
};

/// Warns of waivers that do nothing, or soon will not: an accepted leak must not be forgotten.
pub(super) fn waivers(page: &mut Page, verdict: &Verdict, detail: Detail) {
    if detail == Detail::Quiet {
        return;
    }
    let warning = page.paint(YELLOW.bold(), "warning");
    page.gap();
    let mut told: Vec<_> = verdict
        .waivers()
        .into_iter()
        .filter_map(|lived| Some((lived, worth_a_word(lived)?)))
        .collect();
    told.sort_by_key(|(lived, _)| (Reverse(lived.state), !lived.ends_soon()));
    for (lived, word) in told {
        let (words, theirs) = word;
        let theirs = theirs.map(|theirs| format!(" ({theirs})"));
        let waiver = described(&lived.waiver);
        let text = format!("{waiver} {words}{}", theirs.unwrap_or_default());
        page.sentence(&format!("{warning}: "), &text);
    }
}

/// The end of a sentence on a waiver that somebody should look at, and what of it is not in our own words.
pub(in crate::report) fn worth_a_word(lived: &Lived) -> Option<(String, Option<String>)> {
    let waiver = &lived.waiver;
    let last = || waiver.expires.map(|last| last.to_string());
    match lived.state {
        State::Expired => Some((format!("expired on {}", last()?), None)),
        State::Forbidden => {
            let floor = format!("floor: {}", waiver.forbidden_by.as_deref()?);
            Some((
                "does not hold: nobody may accept this".to_owned(),
                Some(floor),
            ))
        }
        State::Used | State::Unused if lived.ends_soon() => {
            let left = match lived.days_left? {
                0 => "today".to_owned(),
                days => format!("in {}", counted(usize::try_from(days).ok()?, "day")),
            };
            let owner = waiver.owner.as_ref();
            let owner = owner.map(|owner| format!("owner: {owner}"));
            Some((format!("ends {left}, on {}", last()?), owner))
        }
        State::Unused => {
            let hint = match &waiver.path {
                Some(path) if path.starts_with("package/") => {
                    "; paths start below the root directory, without `package/`"
                }
                _ => "",
            };
            Some((format!("accepts nothing here{hint}"), None))
        }
        State::Used => None,
    }
}

/// Where a waiver stands, and what it is of.
pub(in crate::report) fn described(waiver: &Waiver) -> String {
    let path = waiver.path.as_ref();
    let path = path
        .map(|path| format!(" for `{path}`"))
        .unwrap_or_default();
    let place = format!("{}:{}", waiver.file, waiver.line);
    format!("{place}: the waiver of {}{path}", waiver.accepts)
}

/// Shows what to type to accept a finding.
pub(super) fn how_to_accept_finding(page: &mut Page, judged: &JudgedFinding) {
    let finding = &judged.finding;
    how_to_accept(page, &finding.fingerprint(), &paste::finding(finding));
}

/// Shows what to type to accept a gap.
pub(super) fn how_to_accept_gap(page: &mut Page, judged: &JudgedGap) {
    let gap = &judged.gap;
    how_to_accept(page, &gap.fingerprint(), &paste::gap(gap));
}

fn how_to_accept(page: &mut Page, fingerprint: &Fingerprint, block: &str) {
    page.line(&format!(
        "  to accept it: packwarden waive {fingerprint} --reason \"…\""
    ));
    page.line("  which writes into packwarden.toml:");
    for line in block.lines() {
        page.line(&format!("    {line}"));
    }
}

/// Says what an artifact comes to, and how long that took.
pub(super) fn artifact(
    page: &mut Page,
    judged: &Judged,
    elapsed: Option<Duration>,
    detail: Detail,
) {
    page.gap();
    let outcome = outcome(page, judged, detail);
    let elapsed = elapsed.filter(|_| detail != Detail::Quiet);
    let time = elapsed.map(|time| page.paint(DIM, &format!("  {}", duration(time))));
    page.line(&format!("{outcome}{}", time.unwrap_or_default()));
}

/// `blocked by 2 findings; 1 warning, 3 notes, 1 waived`
fn outcome(page: &Page, judged: &Judged, detail: Detail) -> String {
    let summary = judged.summary();
    let findings = counted(summary.deny, "finding");
    let gaps = judged.gaps.iter().filter(|gap| gap.waiver.is_none());
    let (style, verdict) = match judged.outcome() {
        Outcome::Passed => (GREEN.bold(), "passed".to_owned()),
        Outcome::Blocked => (RED.bold(), format!("blocked by {findings}")),
        Outcome::Incomplete => {
            let gaps = counted(gaps.count(), "gap");
            let also = match summary.deny {
                0 => String::new(),
                _ => format!(", and blocked by {findings}"),
            };
            (RED.bold(), format!("incomplete: {gaps}{also}"))
        }
        Outcome::Error => (RED.bold(), "error: no rules were applied".to_owned()),
    };
    let counts = [
        (summary.warn, counted(summary.warn, "warning")),
        (summary.note, counted(summary.note, "note")),
        (
            summary.waived,
            format!("{} waived", count(summary.waived as u64)),
        ),
    ];
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(_, text)| text).collect();
    let rest = match counts.is_empty() {
        true => String::new(),
        false => format!("; {}", counts.join(", ")),
    };
    let hint = match summary.note + summary.waived > 0 && detail == Detail::Normal {
        true => page.paint(DIM, " (--verbose lists them)"),
        false => String::new(),
    };
    format!("{}{rest}{hint}", page.paint(style, &verdict))
}

/// Says which projects were left out.
pub(super) fn skipped(page: &mut Page, verdict: &Verdict, detail: Detail) {
    if detail == Detail::Quiet || verdict.skipped.is_empty() {
        return;
    }
    page.gap();
    for skipped in &verdict.skipped {
        let word = page.paint(DIM, "skipped");
        page.paragraph(
            &format!("{word}  "),
            &format!("{}: {}", skipped.path, skipped.reason),
        );
    }
}

/// Says what a run comes to that is not about a single artifact.
pub(super) fn run(page: &mut Page, verdict: &Verdict, style: &Style) {
    let error = page.paint(RED.bold(), "error");
    for problem in verdict.errors.iter().filter(|_| !style.errors_told) {
        page.gap();
        page.paragraph(&format!("{error}: "), &problem.message);
        if let Some(help) = &problem.help {
            page.paragraph(&format!("  {}  ", page.paint(DIM, "fix")), help);
        }
    }
    if verdict.artifacts.is_empty() && verdict.errors.is_empty() {
        page.line(&format!("{error}: nothing was checked"));
    }
    let quiet = style.detail == Detail::Quiet && verdict.outcome() == Outcome::Passed;
    if verdict.artifacts.is_empty() || quiet {
        return;
    }
    let outcomes = [
        Outcome::Passed,
        Outcome::Blocked,
        Outcome::Incomplete,
        Outcome::Error,
    ];
    let counts: Vec<String> = outcomes
        .into_iter()
        .filter_map(|outcome| {
            let number = verdict
                .artifacts
                .iter()
                .filter(|one| one.outcome() == outcome);
            let number = number.count();
            (number > 0).then(|| format!("{number} {}", outcome.name()))
        })
        .collect();
    let errors = match verdict.errors.len() {
        0 => String::new(),
        number => format!("; {}", counted(number, "error")),
    };
    page.gap();
    let artifacts = page.paint(BOLD, &counted(verdict.artifacts.len(), "artifact"));
    let time = duration(verdict.elapsed);
    let outcomes = counts.join(", ");
    page.line(&format!("{artifacts}: {outcomes}{errors} ({time})"));
}
