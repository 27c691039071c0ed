//! The report for people: one look says what goes where, which file, what leaks, why it matters and
//! what to type.

mod card;
mod difference;
mod finding;
mod gap;
mod history;
mod page;
mod summary;

pub use difference::differences;
pub(super) use gap::title as gap_title;
pub(super) use summary::{described as described_waiver, worth_a_word};

use std::io::{self, Write};

use super::{Detail, Style};
use crate::{
    model::{Format, Level, Origin},
    policy::{Judged, JudgedFinding, Outcome, Verdict},
};
use page::Page;

/// Writes the report.
pub(super) fn write(verdict: &Verdict, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style);
    let alone = verdict.artifacts.len() == 1 && verdict.errors.is_empty();
    let elapsed = alone.then_some(verdict.elapsed);
    let mut before = None;
    for judged in &verdict.artifacts {
        if style.detail == Detail::Quiet && judged.outcome() == Outcome::Passed {
            continue;
        }
        if is_brief(verdict, judged, style.detail) {
            history::line(&mut page, judged);
            continue;
        }
        page.gap();
        card::write(&mut page, judged, before.replace(judged), style.detail);
        gap::write(&mut page, &judged.gaps, style.detail);
        findings(&mut page, judged, style.detail);
        if alone {
            summary::waivers(&mut page, verdict, style.detail);
        }
        summary::artifact(&mut page, judged, elapsed, style.detail);
    }
    if let Some(stays) = &verdict.history {
        history::write(&mut page, stays, verdict.errors.len());
    }
    summary::skipped(&mut page, verdict, style.detail);
    if !alone {
        summary::waivers(&mut page, verdict, style.detail);
        summary::run(&mut page, verdict, style);
    }
    out.write_all(page.into_text().as_bytes())
}

/// Whether a line is enough: of many that were published what has nothing to show, and of a history, which says
/// what was found, all.
fn is_brief(verdict: &Verdict, judged: &Judged, detail: Detail) -> bool {
    let summary = judged.summary();
    let silent = judged.outcome() == Outcome::Passed && summary.warn == 0;
    let many = verdict.artifacts.len() > 1 && judged.artifact.origin == Origin::Published;
    let told = verdict.history.is_some() && judged.outcome() != Outcome::Incomplete;
    many && (silent || told) && detail != Detail::Verbose
}

/// Writes a paragraph for each rule that was met and each of its levels: they come sorted, what blocks first.
fn findings(page: &mut Page, judged: &Judged, detail: Detail) {
    let shown = |level: Level| match detail {
        Detail::Quiet => level == Level::Deny,
        Detail::Normal => level >= Level::Warn,
        Detail::Verbose => true,
    };
    let verbose = detail == Detail::Verbose;
    let ecosystem = judged.artifact.format.map(Format::ecosystem);
    let (waived, open): (Vec<&JudgedFinding>, Vec<_>) = judged
        .findings
        .iter()
        .partition(|judged| judged.waiver.is_some());
    for group in open.chunk_by(alike).filter(|group| shown(group[0].level)) {
        finding::write(page, group, ecosystem, verbose);
        if verbose && group[0].blocks() {
            summary::how_to_accept_finding(page, group[0]);
        }
    }
    if verbose {
        for group in waived.chunk_by(alike) {
            finding::write(page, group, ecosystem, verbose);
        }
    }
}

fn alike(one: &&JudgedFinding, other: &&JudgedFinding) -> bool {
    one.level == other.level && one.finding.rule.id == other.finding.rule.id
}
