//! A page of Markdown for the summary of a job, for a comment or a wiki.
//!
//! What is not our own stands in code spans, in which nothing is a link, a mention, an image or HTML, and
//! in which there is neither a backtick nor a bar: it can't leave its span or its cell. (A backslash before
//! a bar is no help: after a backslash of the name's own the bar ends the cell.)

use std::io::{self, Write};

use super::{
    Style,
    bounded::Bounded,
    disarm,
    human::{described_waiver, worth_a_word},
    remark::{Remark, Standing, Subject, known_as, one_line, remarks},
    rules_page,
};
use crate::{
    model::{Format, RuleInfo, count, counted, escape},
    policy::{Judged, Outcome, Verdict},
};

/// Bytes of the page: GitHub turns down the summary of a step as a whole if it is above 1 MiB, and other
/// commands of the step may write to it.
const MOST: usize = 900_000;
/// Of these, for the artifacts and for the rules.
const MOST_ARTIFACTS: usize = 200_000;
const MOST_RULES: usize = 200_000;
/// And for what stands around the tables.
const FRAME: usize = 500;

/// Writes the page.
pub(super) fn write(verdict: &Verdict, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let remarks = remarks(verdict);
    let outcome = verdict.outcome();
    let mut page = format!("# packwarden: {}\n\n", outcome.name());
    page += match outcome {
        Outcome::Passed => "Everything was read, and nothing in it stops the publish.\n",
        Outcome::Blocked => "Something in it must not be published.\n",
        Outcome::Incomplete => {
            "Not everything could be read, and what was not read is not clean.\n"
        }
        Outcome::Error => {
            "Not everything could be checked, and what was not checked is not clean.\n"
        }
    };
    page += &artifacts(verdict);
    let (open, beside): (Vec<&Remark<'_>>, Vec<_>) = remarks
        .iter()
        .partition(|remark| remark.standing() <= Standing::Warns);
    let rules = rules(&open);
    let stale = stale(verdict);
    let taken = page.len() + rules.len() + stale.len() + 2 * HEAD.len() + FRAME;
    let room = MOST.saturating_sub(taken);
    let (rows, left_out) = table(&open, room);
    page += &rows;
    page += &more(left_out);
    if !beside.is_empty() {
        let waived = beside
            .iter()
            .filter(|one| one.standing() == Standing::Waived);
        let waived = waived.count();
        let notes = counted(beside.len() - waived, "note");
        let waived = count(waived as u64);
        // A note must not stand where something worse had no room.
        let room = if left_out > 0 {
            0
        } else {
            room.saturating_sub(rows.len())
        };
        let (rows, left_out) = table(&beside, room);
        let more = more(left_out);
        page += &format!(
            "\n<details><summary>{notes}, {waived} waived</summary>\n{rows}{more}\n</details>\n"
        );
    }
    page += &rules;
    page += &stale;
    out.write_all(page.as_bytes())
}

/// A row for each remark, as many as there is room for, and how many there are beyond.
fn table(remarks: &[&Remark<'_>], room: usize) -> (String, usize) {
    if remarks.is_empty() {
        return (String::new(), 0);
    }
    let mut rows = Bounded::new(room);
    remarks.iter().for_each(|remark| rows.push(&row(remark)));
    let (rows, left_out) = rows.into_parts();
    match rows.is_empty() {
        true => (rows, left_out),
        false => (format!("{HEAD}{rows}"), left_out),
    }
}

const HEAD: &str = "\n| level | severity | rule | where | what |\n|---|---|---|---|---|\n";

/// Says what had no room.
fn more(left_out: usize) -> String {
    match left_out {
        0 => String::new(),
        _ => format!(
            "\n**{} had no room here.**\n",
            counted(left_out, "more line")
        ),
    }
}

fn artifacts(verdict: &Verdict) -> String {
    if verdict.artifacts.is_empty() {
        return String::new();
    }
    let head = "\n| artifact | outcome | denied | warnings | notes | waived | gaps | profile | sha256 |\n\
                |---|---|---|---|---|---|---|---|---|\n";
    let mut rows = Bounded::new(MOST_ARTIFACTS);
    rows.push(head);
    for judged in &verdict.artifacts {
        rows.push(&artifact(judged));
    }
    for skipped in &verdict.skipped {
        let (path, reason) = (code(&skipped.path), code(&one_line(&skipped.reason)));
        rows.push(&format!("| {path} | skipped: {reason} | | | | | | | |\n"));
    }
    let (rows, left_out) = rows.into_parts();
    rows + &more(left_out)
}

fn artifact(judged: &Judged) -> String {
    let artifact = &judged.artifact;
    let summary = judged.summary();
    let gaps = judged.gaps.iter().filter(|gap| gap.waiver.is_none());
    let format = artifact.format.map_or("of no known format", Format::name);
    let sha256 = artifact.sha256.map_or_else(
        || "not known: it was not read to its end".to_owned(),
        |sha256| code(&sha256.to_string()),
    );
    let outcome = match judged.outcome() {
        Outcome::Passed => "passed".to_owned(),
        other => format!("**{}**", other.name()),
    };
    format!(
        "| {} {format} | {outcome} | {} | {} | {} | {} | {} | {} | {sha256} |\n",
        code(&known_as(judged)),
        count(summary.deny as u64),
        count(summary.warn as u64),
        count(summary.note as u64),
        count(summary.waived as u64),
        count(gaps.count() as u64),
        judged.policy.profile.profile.name(),
    )
}

fn row(remark: &Remark<'_>) -> String {
    let level = match remark.standing() {
        Standing::Blocks => format!("**{}**", remark.word()),
        _ => remark.word().to_owned(),
    };
    let severity = match remark.is_finding() {
        true => remark.severity().name(),
        false => "",
    };
    let places = [
        remark.entry_shown(),
        remark.artifact.map(|(_, judged)| known_as(judged)),
    ];
    let places: Vec<String> = places.iter().flatten().map(|place| code(place)).collect();
    let (title, sentence) = (remark.title(), remark.sentence());
    let sentence = (sentence != title).then(|| code(&sentence));
    let evidence = remark.evidence().map(|evidence| code(&evidence));
    let beside = match (remark.waiver(), remark.is_finding()) {
        (Some(waiver), _) => Some(format!("accepted: {}", code(&one_line(&waiver.reason)))),
        // Those of rules are said once.
        (None, true) => None,
        (None, false) => remark.fix().map(|fix| format!("fix: {}", code(&fix))),
    };
    let what: Vec<String> = [Some(prose(title)), sentence, evidence, beside]
        .into_iter()
        .flatten()
        .collect();
    format!(
        "| {level} | {severity} | {} | {} | {} |\n",
        code(&remark.id()),
        places.join("<br>"),
        what.join("<br>")
    )
}

/// Why it matters and what to type, once for each rule.
fn rules(open: &[&Remark<'_>]) -> String {
    let mut told: Vec<(&RuleInfo, String)> = Vec::new();
    for remark in open {
        let Subject::Finding(judged) = &remark.subject else {
            continue;
        };
        let rule = &*judged.finding.rule;
        let ecosystem = remark.format().map(Format::ecosystem);
        // What is known better for one finding may name anything.
        let fix = match &judged.finding.fix {
            Some(fix) => code(&one_line(fix)),
            None => prose(&rule.fix.of(ecosystem)),
        };
        if !told
            .iter()
            .any(|(known, said)| known.id == rule.id && *said == fix)
        {
            told.push((rule, fix));
        }
        // More than anybody reads, and each is compared with all.
        if told.len() == 500 {
            break;
        }
    }
    let mut text = Bounded::new(MOST_RULES);
    for (rule, fix) in &told {
        let (id, title) = (code(&rule.id), prose(&rule.title));
        let why = prose(&rule.why);
        text.push(&format!(
            "\n**{title}** ({id})\n\n- why: {why}\n- fix: {fix}\n"
        ));
    }
    let (text, left_out) = text.into_parts();
    match text.is_empty() {
        true => text,
        false => format!("\n**What to do**\n{text}{}", more(left_out)),
    }
}

/// Waivers that do nothing any more, or soon will not: an accepted leak must not be forgotten.
fn stale(verdict: &Verdict) -> String {
    let mut text = Bounded::new(MOST_ARTIFACTS / 2);
    for lived in verdict.waivers() {
        if let Some((words, theirs)) = worth_a_word(lived) {
            let waiver = code(&described_waiver(&lived.waiver));
            let theirs = theirs.map(|theirs| format!(" {}", code(&theirs)));
            text.push(&format!(
                "- {waiver} {words}{}\n",
                theirs.unwrap_or_default()
            ));
        }
    }
    let (text, left_out) = text.into_parts();
    match text.is_empty() {
        true => text,
        false => format!("\n**Waivers to look at**\n\n{text}{}", more(left_out)),
    }
}

/// Anything, as a span of code.
fn code(text: &str) -> String {
    let safe = escape(text).replace('`', "\\u{60}").replace('|', "\\u{7c}");
    // CI systems look for commands in what is printed, at the begin of a line or anywhere.
    match disarm(&safe).trim() {
        "" => "`(empty)`".to_owned(),
        safe => format!("`{safe}`"),
    }
}

/// Text of a rule, which may hold spans of code of its own.
fn prose(text: &str) -> String {
    let text = rules_page::text(&escape(&text.replace(['\n', '\t'], " ")));
    disarm(&text.replace("](", "] (")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_span_and_cell() {
        assert_eq!(
            code("a\\|b`<script>`\n::error::"),
            "`a\\\\u{7c}b\\u{60}<script>\\u{60}\\n::error::`"
        );
        assert_eq!(code(" "), "`(empty)`");
        assert_eq!(prose("see [x](y) and <a>"), "see [x] (y) and &lt;a>");
    }
}
