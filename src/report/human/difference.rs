//! What is new, for people: what would make a reviewer stop comes first.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::page::{BOLD, CYAN, DIM, GREEN, Page, RED, YELLOW, shorten};
use crate::{
    diff::{Comparison, Difference, KnownBy, Pair},
    model::{Format, Level, Listed, count, counted, escape},
    policy::{Judged, JudgedFinding},
    report::{Detail, Style, quantity::bytes},
};

/// Lines of a list that are shown unless all are asked for.
const FEW: usize = 10;
/// Columns that a size takes.
const SIZE: usize = 9;
/// What is shown of a path when everything is asked for, in columns.
const EVERYTHING: usize = 1000;

/// Writes what is new in each artifact, and which have no counterpart.
pub fn differences(
    comparison: &Comparison<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(style);
    for difference in &comparison.differences {
        page.gap();
        write(&mut page, difference, style.detail);
    }
    for (word, alone) in [
        ("only before", &comparison.only_before),
        ("only after", &comparison.only_after),
    ] {
        for judged in alone {
            page.gap();
            let head = page.paint(BOLD, word);
            page.sentence(&format!("{head}  "), &judged.artifact.path);
        }
    }
    out.write_all(page.into_text().as_bytes())
}

fn write(page: &mut Page, difference: &Difference<'_>, detail: Detail) {
    let Difference { before, after, .. } = difference;
    page.line(&page.paint(BOLD, &title(difference)));
    for (word, judged) in [("before", before), ("after", after)] {
        let head = page.paint(DIM, &format!("{word:8}"));
        page.sentence(&head, &holds(judged));
    }
    for note in &difference.notes {
        let head = page.paint(YELLOW.bold(), "note");
        page.sentence(&format!("{head}: "), note);
    }
    unread(page, difference);
    let mut list = List { page, detail };
    list.first("new extensions", ".", &difference.first.extensions);
    list.first("new directories", "", &difference.first.directories);
    let file = |one: &&Listed| (bytes(one.size), path(one));
    list.rows("added", difference.added().iter().map(file));
    list.rows("removed", difference.removed().iter().map(file));
    list.rows("grown", difference.grown().iter().map(grown));
    let kinds = difference.changed_in_kind();
    list.rows("changed in kind", kinds.iter().map(in_kind));
    let renamed = difference.renamed();
    list.rows("renamed", renamed.iter().map(moved));
    if detail == Detail::Verbose {
        list.rows("changed", difference.changed().iter().map(resized));
    }
    list.findings("new findings", &difference.new);
    list.findings("findings gone", &difference.gone);
    summary(page, difference);
}

/// `example 1.0.0 → 1.1.0`
fn title(difference: &Difference<'_>) -> String {
    let [before, after] = [difference.before, difference.after].map(|one| &one.artifact);
    match (&before.name, &after.name, &before.version, &after.version) {
        (Some(one), Some(other), Some(earlier), Some(later)) if one == other => {
            format!("{one} {earlier} → {later}")
        }
        _ => format!("{} → {}", before.path, after.path),
    }
}

fn holds(judged: &Judged) -> String {
    let artifact = &judged.artifact;
    let format = artifact.format.map_or("of no known format", Format::name);
    let files = counted(artifact.entries, "file");
    let (packed, unpacked) = (bytes(artifact.size), bytes(artifact.unpacked_size));
    format!(
        "{}: {format}, {files}, {packed} packed, {unpacked} unpacked",
        artifact.path
    )
}

/// Says what could not be read: then what follows is not all there is.
fn unread(page: &mut Page, difference: &Difference<'_>) {
    for (judged, gap) in difference.gaps().filter(|(_, gap)| gap.waiver.is_none()) {
        let head = page.paint(RED.bold(), "incomplete");
        let place = gap.gap.path.as_ref().map(|path| format!(", {path}"));
        let text = format!(
            "{}{} can't be read in full, so this is not all: {}",
            judged.artifact.path,
            place.unwrap_or_default(),
            gap.gap.reason
        );
        page.sentence(&format!("{head}: "), &text);
    }
}

fn summary(page: &mut Page, difference: &Difference<'_>) {
    let files = &difference.files;
    let changed = difference.changed().len();
    let counts = [
        (files.added.len(), "added"),
        (files.removed.len(), "removed"),
        (changed, "changed"),
        (files.pairs.len() - changed, "unchanged"),
    ];
    let counts = counts.map(|(number, word)| format!("{} {word}", count(number as u64)));
    let new = counted(difference.new.len(), "new finding");
    let gone = count(difference.gone.len() as u64);
    page.gap();
    let text = format!("files: {}; {new}, {gone} gone", counts.join(", "));
    let is_new = difference.new.iter().any(|one| one.blocks());
    let style = match (difference.is_complete(), is_new) {
        (true, false) => GREEN.bold(),
        _ => RED.bold(),
    };
    page.line(&page.paint(style, &text));
}

fn path(listed: &Listed) -> String {
    listed.path.in_package().into_owned()
}

fn grown(pair: &Pair<'_>) -> (String, String) {
    let [before, after] = [pair.before, pair.after].map(|one| bytes(one.size));
    let text = format!("{} ({before} → {after})", both(pair));
    (format!("+{}", bytes(pair.growth())), text)
}

fn resized(pair: &Pair<'_>) -> (String, String) {
    (bytes(pair.after.size), both(pair))
}

fn in_kind(pair: &Pair<'_>) -> (String, String) {
    let kind = |listed: &Listed| if listed.binary { "binary" } else { "text" };
    let (before, after) = (kind(pair.before), kind(pair.after));
    (
        bytes(pair.after.size),
        format!("{} ({before} → {after})", both(pair)),
    )
}

fn moved(pair: &Pair<'_>) -> (String, String) {
    let [before, after] = [pair.before, pair.after].map(path);
    (bytes(pair.after.size), format!("{before} → {after}"))
}

/// The path, and where the hash in it is another, how it was called.
fn both(pair: &Pair<'_>) -> String {
    let after = path(pair.after);
    match pair.known_by {
        KnownBy::HashedName => {
            let before = pair.before.path.file_name();
            format!("{after}, was {before}")
        }
        KnownBy::Path | KnownBy::Content => after,
    }
}

/// Writes lists, each cut with a count unless everything is asked for.
struct List<'p> {
    page: &'p mut Page,
    detail: Detail,
}

impl List<'_> {
    fn heading(&mut self, word: &str, number: usize) {
        self.page.gap();
        let number = self
            .page
            .paint(DIM, &format!(" ({})", count(number as u64)));
        let word = self.page.paint(BOLD, word);
        self.page.line(&format!("{word}{number}"));
    }

    /// What is shown of so many, and how many are not.
    fn cut(&self, all: usize) -> (usize, usize) {
        match self.detail {
            Detail::Verbose => (all, 0),
            Detail::Quiet | Detail::Normal => (all.min(FEW), all.saturating_sub(FEW)),
        }
    }

    fn more(&mut self, number: usize) {
        if number > 0 {
            let text = format!("and {} more (--verbose lists them)", count(number as u64));
            let more = self.page.paint(DIM, &text);
            self.page.line(&format!("  {more}"));
        }
    }

    fn rows(&mut self, word: &str, rows: impl Iterator<Item = (String, String)>) {
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return;
        }
        self.heading(word, rows.len());
        let (shown, left) = self.cut(rows.len());
        let columns = match self.detail {
            Detail::Verbose => EVERYTHING,
            Detail::Quiet | Detail::Normal => self.page.width.saturating_sub(SIZE + 4),
        };
        for (size, text) in &rows[..shown] {
            let text = shorten(&escape(text), columns);
            self.page.line(&format!("  {size:>SIZE$}  {text}"));
        }
        self.more(left);
    }

    fn first(&mut self, word: &str, before: &str, seen: &BTreeMap<String, Vec<&Listed>>) {
        let rows = seen.iter().map(|(name, files)| {
            let largest = files.iter().max_by_key(|file| file.size);
            let largest = largest.map(|file| path(file)).unwrap_or_default();
            let size = bytes(files.iter().map(|file| file.size).sum());
            let what = match files.len() {
                1 => largest,
                number => format!("{}, the largest {largest}", counted(number, "file")),
            };
            (size, format!("{before}{name}: {what}"))
        });
        self.rows(word, rows);
    }

    /// As in the report of a check, notes are for those who ask for everything.
    fn findings(&mut self, word: &str, findings: &[&JudgedFinding]) {
        let least = match self.detail {
            Detail::Verbose => Level::Off,
            Detail::Quiet | Detail::Normal => Level::Warn,
        };
        let findings = findings.iter().filter(|one| one.level >= least);
        let findings: Vec<_> = findings.collect();
        if findings.is_empty() {
            return;
        }
        self.heading(word, findings.len());
        let (shown, left) = self.cut(findings.len());
        for judged in &findings[..shown] {
            let finding = &judged.finding;
            let (level, style) = match (&judged.waiver, judged.level) {
                (Some(_), _) => ("waived", DIM),
                (None, Level::Deny) => ("deny", RED.bold()),
                (None, Level::Warn) => ("warn", YELLOW.bold()),
                (None, Level::Note | Level::Off) => ("note", CYAN.bold()),
            };
            let rule = self
                .page
                .paint(style, &format!("{level}[{}]", finding.rule.id));
            let text = format!("{}: {}", finding.path.in_package(), finding.message);
            self.page.sentence(&format!("  {rule} "), &text);
        }
        self.more(left);
    }
}
