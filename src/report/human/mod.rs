//! The report for people: one look says which file, what leaks, why it matters and what to type.

mod finding;
mod gap;
mod page;
mod summary;

use std::io::{self, Write};

use super::{Detail, Style};
use crate::{
    model::{ArtifactInfo, Format, Level, SelfKind, counted},
    policy::{Judged, JudgedFinding, Outcome, Verdict},
};
use page::{BOLD, DIM, Page, YELLOW};

/// Writes the report.
pub(super) fn write(verdict: &Verdict, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style);
    let alone = verdict.artifacts.len() == 1 && verdict.errors.is_empty();
    let elapsed = alone.then_some(verdict.elapsed);
    for judged in &verdict.artifacts {
        if style.detail == Detail::Quiet && judged.outcome() == Outcome::Passed {
            continue;
        }
        page.gap();
        header(&mut page, judged, style.detail);
        gap::write(&mut page, &judged.gaps, style.detail);
        findings(&mut page, judged, style.detail);
        if alone {
            summary::waivers(&mut page, verdict, style.detail);
        }
        summary::artifact(&mut page, judged, elapsed, style.detail);
    }
    summary::skipped(&mut page, verdict, style.detail);
    if !alone {
        summary::waivers(&mut page, verdict, style.detail);
        summary::run(&mut page, verdict, style);
    }
    out.write_all(page.into_text().as_bytes())
}

fn header(page: &mut Page, judged: &Judged, detail: Detail) {
    let artifact = &judged.artifact;
    let name = match (&artifact.name, &artifact.version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.clone(),
        (None, _) => known_as(artifact).to_owned(),
    };
    let format = artifact.format.map_or("of no known format", Format::name);
    let origin = match &artifact.packed_by {
        Some(by) => format!(", packed by {} {}", by.client, by.version),
        None if artifact.name.is_some() => format!(", {}", known_as(artifact)),
        None => String::new(),
    };
    let name = page.paint(BOLD, &page::shorten(&name, page.width));
    let rest = page.paint(DIM, &format!("{format}{origin}"));
    page.line(&format!("{name}  {rest}"));
    if detail != Detail::Quiet {
        let by = artifact.packed_by.as_ref();
        if let Some(why) = by.and_then(|by| by.without_scripts.as_deref()) {
            page.sentence("", &format!("the project's scripts were not run: {why}"));
        }
        if let Some(reason) = &artifact.commit_unknown {
            let warning = page.paint(YELLOW.bold(), "warning");
            let text = format!("nothing was compared with git, which can't be read here: {reason}");
            page.sentence(&format!("{warning}: "), &text);
        }
        policy(page, judged, detail == Detail::Verbose);
    }
}

/// The path, or in words what is meant by `-`.
fn known_as(artifact: &ArtifactInfo) -> &str {
    match artifact.path.as_str() {
        "-" => "standard input",
        path => path,
    }
}

/// Rules named by the line on profile closed, at most.
const FEW_RULES: usize = 4;

fn policy(page: &mut Page, judged: &Judged, verbose: bool) {
    let policy = &judged.policy;
    let profile = &policy.profile;
    let hint = match profile.configured {
        true => "",
        false => " (packwarden.toml can set it)",
    };
    let text = format!("profile {}: {}{hint}", profile.profile, profile.why);
    page.sentence("", &text);
    if let Some(hint) = &judged.closed_hint {
        let few = hint.rules.iter().take(FEW_RULES).cloned();
        let mut rules: Vec<String> = few.collect();
        if hint.rules.len() > FEW_RULES {
            rules.push(format!("{} more", hint.rules.len() - FEW_RULES));
        }
        let findings = counted(hint.findings, "finding");
        let text = format!(
            "profile closed would also block {findings}: {}",
            rules.join(", ")
        );
        page.sentence("", &text);
    }
    if !policy.overrides.is_empty() {
        page.sentence("", &format!("set by {}", policy.overrides.join(" ")));
    }
    if verbose {
        let rules = counted(policy.rules, "rule");
        let looked_for: Vec<_> = policy
            .self_match
            .iter()
            .map(|kind| self_name(*kind))
            .collect();
        let machine = match looked_for.is_empty() {
            true => String::new(),
            false => format!(", and looked for this machine's {}", looked_for.join(", ")),
        };
        page.sentence("", &format!("applied {rules}{machine}"));
        page.line(&format!("policy sha256:{}", policy.digest));
    }
}

fn self_name(kind: SelfKind) -> &'static str {
    match kind {
        SelfKind::Home => "home directory",
        SelfKind::Login => "login",
        SelfKind::HostName => "host name",
        SelfKind::ProjectRoot => "project root",
    }
}

/// Writes a paragraph for each rule that was met: they come sorted, what blocks first.
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
    for group in open
        .chunk_by(same_rule)
        .filter(|group| shown(group[0].level))
    {
        finding::write(page, group, ecosystem, verbose);
        if verbose && group[0].blocks() {
            summary::how_to_accept_finding(page, group[0]);
        }
    }
    if verbose {
        for group in waived.chunk_by(same_rule) {
            finding::write(page, group, ecosystem, verbose);
        }
    }
}

fn same_rule(one: &&JudgedFinding, other: &&JudgedFinding) -> bool {
    one.finding.rule.id == other.finding.rule.id
}
