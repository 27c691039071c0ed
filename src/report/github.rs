//! Workflow commands for GitHub Actions, which shows them beside the code.
//!
//! What the runner obeys and how it takes escapes back: actions/runner, `ActionCommand.cs`.

use std::io::{self, Write};

use super::{
    Style, disarm,
    remark::{Place, Remark, Standing, remarks},
};
use crate::{
    model::{counted, escape},
    policy::Verdict,
};

/// GitHub keeps so many annotations of each kind of a step, and drops the others without a word.
const MOST: usize = 10;

/// The kinds, most severe first.
const KINDS: [(Standing, &str); 3] = [
    (Standing::Blocks, "error"),
    (Standing::Warns, "warning"),
    (Standing::Notes, "notice"),
];

/// Writes the commands, and a last line that says what the run comes to.
pub(super) fn write(verdict: &Verdict, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let remarks = remarks(verdict);
    for (standing, kind) in KINDS {
        let of_kind: Vec<&Remark<'_>> = remarks
            .iter()
            .filter(|remark| remark.standing() == standing)
            .collect();
        let shown = match of_kind.len() {
            all @ ..=MOST => all,
            _ => MOST - 1,
        };
        for remark in &of_kind[..shown] {
            writeln!(out, "{}", command(kind, remark))?;
        }
        let rest = of_kind.len() - shown;
        if rest > 0 {
            let more = counted(rest, "more");
            let more = more.trim_end_matches('s');
            writeln!(
                out,
                "::{kind} title=packwarden::and {more} of this kind: GitHub keeps {MOST} of a step"
            )?;
        }
    }
    let waived = remarks
        .iter()
        .filter(|one| one.standing() == Standing::Waived);
    let outcome = verdict.outcome().name();
    let summary = verdict.summary();
    writeln!(
        out,
        "packwarden: {outcome}; {} denied, {}, {}, {} waived",
        summary.deny,
        counted(summary.warn, "warning"),
        counted(summary.note, "note"),
        waived.count()
    )
}

/// `::error file=a.js,line=3,col=9,title=github-token::text`
fn command(kind: &str, remark: &Remark<'_>) -> String {
    let mut properties = Vec::new();
    // What is about no artifact may be about a directory, and such an annotation is not shown.
    let place = remark.artifact.and_then(|_| remark.place());
    if let Some(Place { path, line, column }) = place {
        properties.push(format!("file={}", property(&path)));
        properties.push(format!("line={}", line.unwrap_or(1)));
        properties.extend(column.map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", property(&remark.id())));
    let fix = remark.fix().map(|fix| format!("%0A{}", data(&fix)));
    let text = data(&remark.text());
    format!(
        "::{kind} {}::{text}{}",
        properties.join(","),
        fix.unwrap_or_default()
    )
}

/// A message in which nothing ends the line or is taken for an escape.
fn data(text: &str) -> String {
    // Other CI systems look for commands in the midst of a line.
    disarm(&escape(text)).replace('%', "%25")
}

/// A property's value in which nothing ends it either.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_would_take_back_is_escaped() {
        assert_eq!(
            data("100%0A ::error::a\r\n##[x]"),
            "100%250A ::error::a\\r\\n#\\u{23}[x]"
        );
        assert_eq!(property("a,line=2::b%"), "a%2Cline=2%3A%3Ab%25");
    }
}
