//! The findings of one rule, as one paragraph.

use textwrap::core::display_width;

use super::page::{BOLD, CYAN, DIM, Page, RED, YELLOW, shorten};
use crate::{
    model::{Ecosystem, Finding, Level, RuleInfo, Severity, count, counted, escape},
    policy::JudgedFinding,
};

/// Findings of one rule that are shown unless all are asked for.
pub(super) const FEW: usize = 5;
/// What is shown of a path or of evidence when everything is asked for, in columns.
const EVERYTHING: usize = 1000;

/// Writes the findings of one rule: what, where, why it matters, what to type.
pub(super) fn write(
    page: &mut Page,
    findings: &[&JudgedFinding],
    ecosystem: Option<Ecosystem>,
    verbose: bool,
) {
    let Some(first) = findings.first() else {
        return;
    };
    let rule = &first.finding.rule;
    let number = findings.len();
    page.gap();
    page.line(&heading(page, first, number));
    let all: Vec<&Finding> = findings.iter().map(|judged| &judged.finding).collect();
    let message = shared(&all, |finding| &finding.message);
    // Where the entry is the whole finding, the heading has said it.
    if let Some(message) = message.filter(|message| **message != rule.title) {
        page.sentence("  ", message);
    }
    let fix = shared(&all, |finding| &finding.fix);
    let shown = if verbose { number } else { number.min(FEW) };
    let rows: Vec<Row<'_>> = findings[..shown]
        .iter()
        .map(|judged| Row {
            judged,
            message: message.is_none().then_some(judged.finding.message.as_str()),
            fix: judged.finding.fix.as_deref().filter(|_| fix.is_none()),
        })
        .collect();
    table(page, &rows, verbose);
    if number > shown {
        let rest = count((number - shown) as u64);
        let more = page.paint(DIM, &format!("and {rest} more (--verbose lists them)"));
        page.line(&format!("  {more}"));
    }
    if first.waiver.is_none() {
        let fix = fix.cloned().flatten();
        let fix = fix.unwrap_or_else(|| rule.fix.of(ecosystem));
        reasons(page, rule, &fix, verbose);
    }
}

fn heading(page: &Page, judged: &JudgedFinding, number: usize) -> String {
    let rule = &judged.finding.rule;
    let (word, style) = match (&judged.waiver, judged.level) {
        (Some(_), _) => ("waived", DIM),
        (None, Level::Deny) => ("deny", RED.bold()),
        (None, Level::Warn) => ("warn", YELLOW.bold()),
        (None, Level::Note | Level::Off) => ("note", CYAN.bold()),
    };
    let (severity, severity_style) = match rule.severity {
        Severity::Critical => ("critical", RED.bold()),
        Severity::High => ("high", RED),
        Severity::Medium => ("medium", YELLOW),
        Severity::Low => ("low", CYAN),
    };
    let many = match number {
        1 => String::new(),
        number => format!(", {}", counted(number, "finding")),
    };
    format!(
        "{}: {} ({}{many})",
        page.paint(style, &format!("{word}[{}]", rule.id)),
        page.paint(BOLD, &rule.title),
        page.paint(severity_style, severity),
    )
}

/// What all findings have in common.
fn shared<'a, T: PartialEq>(all: &[&'a Finding], part: fn(&Finding) -> &T) -> Option<&'a T> {
    let first = part(all.first()?);
    all.iter()
        .all(|finding| part(finding) == first)
        .then_some(first)
}

/// One finding, with what it does not share with the others.
struct Row<'a> {
    judged: &'a JudgedFinding,
    message: Option<&'a str>,
    fix: Option<&'a str>,
}

/// Writes places in one column and evidence in another.
fn table(page: &mut Page, rows: &[Row<'_>], verbose: bool) {
    let evidence: Vec<String> = rows
        .iter()
        .map(|row| evidence(&row.judged.finding))
        .collect();
    let most = evidence.iter().map(|text| display_width(text)).max();
    // Places get what evidence leaves, and more than half in any case.
    let half = page.width * 3 / 5;
    let room = page.width.saturating_sub(4 + most.unwrap_or(0)).max(half);
    let widest = if verbose { EVERYTHING } else { room };
    let places: Vec<String> = rows
        .iter()
        .map(|row| place(&row.judged.finding, widest))
        .collect();
    // One very long path must not push everybody's evidence out of sight.
    let widths = places.iter().map(|place| display_width(place));
    let column = widths.filter(|width| *width <= room).max().unwrap_or(0);
    for ((row, place), evidence) in rows.iter().zip(places).zip(evidence) {
        let padding = column.saturating_sub(display_width(&place));
        let left = page
            .width
            .saturating_sub(display_width(&place) + padding + 4);
        let left = if verbose { EVERYTHING } else { left.max(20) };
        let evidence = page.paint(DIM, &shorten(&evidence, left));
        let row_text = format!("  {place}{}  {evidence}", " ".repeat(padding));
        page.line(row_text.trim_end());
        if let Some(message) = row.message {
            page.sentence("    ", message);
        }
        if let Some(fix) = row.fix {
            page.paragraph("    fix  ", fix);
        }
        if let Some(waiver) = &row.judged.waiver {
            page.sentence("    ", &format!("accepted: {}", waiver.reason));
        }
    }
}

/// What is shown beside a place; nothing where it would say the path again.
fn evidence(finding: &Finding) -> String {
    let evidence = escape(finding.evidence.as_str());
    match evidence == escape(&finding.path.in_package()) {
        true => String::new(),
        false => evidence,
    }
}

/// `path:line:column`, with the path shortened so that all takes `columns` at most.
fn place(finding: &Finding, columns: usize) -> String {
    let location = &finding.location;
    let within = match (location.line, location.column, location.offset) {
        (Some(line), Some(column), _) => format!(":{line}:{column}"),
        (Some(line), None, _) => format!(":{line}"),
        (None, _, Some(offset)) => format!(", byte {}", count(offset)),
        (None, _, None) => String::new(),
    };
    let path = escape(finding.path.as_str());
    let path = shorten(&path, columns.saturating_sub(within.len()).max(10));
    format!("{path}{within}")
}

fn reasons(page: &mut Page, rule: &RuleInfo, fix: &str, verbose: bool) {
    let label = |page: &Page, word: &str| format!("  {}  ", page.paint(DIM, word));
    page.paragraph(&label(page, "why"), &rule.why);
    page.paragraph(&label(page, "fix"), fix);
    if verbose {
        for reference in &rule.references {
            page.paragraph(&label(page, "see"), reference);
        }
    }
}
