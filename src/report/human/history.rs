//! All versions of packages: a line each, and when findings came in and went.

use super::page::{BOLD, DIM, GREEN, Page, RED, YELLOW};
use crate::{
    model::{Level, counted, escape},
    policy::{Judged, Outcome, Stay},
};

/// An artifact as one line: what it is, and what it comes to.
pub(super) fn line(page: &mut Page, judged: &Judged) {
    let (style, outcome) = match judged.outcome() {
        Outcome::Passed => (GREEN, "passed"),
        Outcome::Blocked => (RED.bold(), "blocked"),
        Outcome::Incomplete => (RED.bold(), "incomplete"),
        Outcome::Error => (RED.bold(), "error"),
    };
    let withdrawn = match judged.artifact.withdrawn {
        Some(_) => page.paint(DIM, "  (withdrawn)"),
        None => String::new(),
    };
    let outcome = page.paint(style, &format!("{outcome:10}"));
    let path = escape(&judged.artifact.path);
    page.line(&format!("{outcome}  {path}{withdrawn}"));
}

/// When each finding came in, and when it went.
pub(super) fn write(page: &mut Page, stays: &[Stay], missing: usize) {
    page.gap();
    if stays.is_empty() {
        page.line("no version has anything to warn of");
    }
    for of_package in stays.chunk_by(|one, next| one.package == next.package) {
        page.gap();
        page.line(&page.paint(BOLD, &format!("history of {}", of_package[0].package)));
        for stay in of_package {
            let (word, style) = match stay.level {
                Level::Deny => ("deny", RED.bold()),
                _ => ("warn", YELLOW.bold()),
            };
            let head = page.paint(style, &format!("{word}[{}]", stay.rule.id));
            page.line(&format!("  {head} {}", escape(&stay.path)));
            page.sentence("    ", &said(stay));
        }
    }
    if missing > 0 {
        unsure(page, missing);
    }
}

/// What can't be known where a version is missing.
fn unsure(page: &mut Page, missing: usize) {
    let warning = page.paint(YELLOW.bold(), "warning");
    let versions = counted(missing, "version");
    page.gap();
    page.sentence(
        &format!("{warning}: "),
        &format!("{versions} could not be had: what they held, and so where a finding came in or went, is not known"),
    );
}

/// `came in with 2.1.88, gone in 2.1.89 (1 version)`
fn said(stay: &Stay) -> String {
    let came = match stay.from_the_first {
        true => format!("there from the first version on, {}", stay.since),
        false => format!("came in with {}", stay.since),
    };
    let went = match &stay.gone_in {
        Some(version) => format!("gone in {version}"),
        None => format!("still there in {}", stay.until),
    };
    format!("{came}, {went} ({})", counted(stay.versions, "version"))
}
