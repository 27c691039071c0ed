//! What could not be read, as one paragraph for each kind.

use super::{
    finding::FEW,
    page::{BOLD, DIM, Page, RED},
    summary,
};
use crate::{
    model::{GapKind, count, counted, escape},
    policy::JudgedGap,
    report::Detail,
};

/// Writes the gaps that stand in the way, and, when everything is asked for, the accepted ones.
pub(super) fn write(page: &mut Page, gaps: &[JudgedGap], detail: Detail) {
    let verbose = detail == Detail::Verbose;
    let (waived, open): (Vec<&JudgedGap>, Vec<_>) =
        gaps.iter().partition(|judged| judged.waiver.is_some());
    for group in open.chunk_by(same_kind) {
        paragraph(page, group, verbose);
        // Each has a hash of its own, which is shown nowhere else.
        for judged in group {
            if verbose && judged.gap.kind.waivable() {
                summary::how_to_accept_gap(page, judged);
            }
        }
    }
    if verbose {
        for group in waived.chunk_by(same_kind) {
            paragraph(page, group, verbose);
        }
    }
}

fn same_kind(one: &&JudgedGap, other: &&JudgedGap) -> bool {
    one.gap.kind == other.gap.kind
}

fn paragraph(page: &mut Page, gaps: &[&JudgedGap], verbose: bool) {
    let (word, style) = match gaps[0].waiver {
        Some(_) => ("waived gap", DIM),
        None => ("gap", RED.bold()),
    };
    let number = gaps.len();
    let many = match number {
        1 => String::new(),
        number => format!(" ({})", counted(number, "gap")),
    };
    page.gap();
    let name = page.paint(style, &format!("{word}[{}]", gaps[0].gap.kind.name()));
    let title = page.paint(BOLD, title(gaps[0].gap.kind));
    page.line(&format!("{name}: {title}{many}"));
    let shown = if verbose { number } else { number.min(FEW) };
    for judged in &gaps[..shown] {
        page.sentence("  ", &sentence(judged));
        if let Some(waiver) = &judged.waiver {
            page.sentence("    ", &format!("accepted: {}", waiver.reason));
        }
    }
    if number > shown {
        let more = format!(
            "and {} more (--verbose lists them)",
            count((number - shown) as u64)
        );
        page.line(&format!("  {}", page.paint(DIM, &more)));
    }
    let mut helps: Vec<&str> = Vec::new();
    for help in gaps[..shown]
        .iter()
        .filter_map(|judged| judged.gap.help.as_deref())
    {
        if !helps.contains(&help) {
            helps.push(help);
            let label = format!("  {}  ", page.paint(DIM, "fix"));
            page.paragraph(&label, help);
        }
    }
}

/// What it means for the check.
pub(in crate::report) fn title(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Manifest => "what would be published is in doubt",
        GapKind::Name => "what would be installed is in doubt",
        GapKind::Limit => "not read to the end, and so not checked",
        GapKind::Format
        | GapKind::Gzip
        | GapKind::Tar
        | GapKind::Zip
        | GapKind::NestedContainer
        | GapKind::SourceMap
        | GapKind::Io => "not read, and so not checked",
    }
}

/// The reason, after the path unless the reason names it.
fn sentence(judged: &JudgedGap) -> String {
    let gap = &judged.gap;
    match &gap.path {
        Some(path) if !gap.reason.contains(&escape(path.as_str())) => {
            format!("{}: {}", escape(path.as_str()), gap.reason)
        }
        _ => gap.reason.clone(),
    }
}
