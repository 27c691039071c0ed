//! The difference between two texts, as `diff -u` shows it.

/// As many lines around a change are shown.
const AROUND: usize = 3;
/// Middles of more lines than this are shown as replaced in whole: edits of ours are a few lines.
const LONGEST: usize = 2000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Removed(&'t str),
    Added(&'t str),
}

/// The changed lines of a file with those around them; nothing where there are none. A file that is not there
/// yet is called /dev/null.
pub fn unified(name: &str, before: Option<&str>, after: &str) -> String {
    let lines = compared(before.unwrap_or_default(), after);
    let is_same = |line: &Line<'_>| matches!(line, Line::Same(_));
    let mut text = String::new();
    let mut at = 0;
    let (mut old, mut new) = (0, 0);
    while let Some(first) = lines[at..].iter().position(|line| !is_same(line)) {
        let start = (at + first).saturating_sub(AROUND).max(at);
        // Changes with few lines between them are shown as one.
        let mut end = at + first;
        while let Some(next) = lines[end..].iter().position(|line| !is_same(line)) {
            if next > 2 * AROUND && end > at + first {
                break;
            }
            end += next + 1;
        }
        let shown = &lines[start..(end + AROUND).min(lines.len())];
        let skipped = start - at;
        (old, new) = (old + skipped, new + skipped);
        let removed = shown
            .iter()
            .filter(|line| !matches!(line, Line::Added(_)))
            .count();
        let added = shown
            .iter()
            .filter(|line| !matches!(line, Line::Removed(_)))
            .count();
        if text.is_empty() {
            let from = before.map_or("/dev/null".to_owned(), |_| format!("a/{name}"));
            text = format!("--- {from}\n+++ b/{name}\n");
        }
        let place = |start: usize, count: usize| match count {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            _ => format!("{},{count}", start + 1),
        };
        text.push_str(&format!(
            "@@ -{} +{} @@\n",
            place(old, removed),
            place(new, added)
        ));
        for line in shown {
            let (sign, line) = match line {
                Line::Same(line) => (' ', line),
                Line::Removed(line) => ('-', line),
                Line::Added(line) => ('+', line),
            };
            text.push_str(&format!("{sign}{}\n", line.trim_end_matches(['\n', '\r'])));
            if !line.ends_with('\n') {
                text.push_str("\\ No newline at end of file\n");
            }
        }
        (old, new) = (old + removed, new + added);
        at = start + shown.len();
    }
    text
}

/// All lines, those of both that are the same once.
fn compared<'t>(before: &'t str, after: &'t str) -> Vec<Line<'t>> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let start = old
        .iter()
        .zip(&new)
        .take_while(|(one, other)| one == other)
        .count();
    let rest = (&old[start..], &new[start..]);
    let ends = rest.0.iter().rev().zip(rest.1.iter().rev());
    let end = ends.take_while(|(one, other)| one == other).count();
    let (old_middle, new_middle) = (&rest.0[..rest.0.len() - end], &rest.1[..rest.1.len() - end]);
    let mut lines: Vec<Line<'_>> = old[..start].iter().map(|line| Line::Same(line)).collect();
    lines.extend(middle(old_middle, new_middle));
    lines.extend(old[old.len() - end..].iter().map(|line| Line::Same(line)));
    lines
}

/// The longest common subsequence, and what lies between.
fn middle<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let whole = old.len().max(new.len()) > LONGEST;
    let (rows, columns) = if whole {
        (0, 0)
    } else {
        (old.len(), new.len())
    };
    let mut longest = vec![vec![0_u32; columns + 1]; rows + 1];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            longest[i][j] = match old[i] == new[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < rows && j < columns {
        if old[i] == new[j] {
            lines.push(Line::Same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            lines.push(Line::Removed(old[i]));
            i += 1;
        } else {
            lines.push(Line::Added(new[j]));
            j += 1;
        }
    }
    lines.extend(old[i..].iter().map(|line| Line::Removed(line)));
    lines.extend(new[j..].iter().map(|line| Line::Added(line)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_with_what_is_around_them() {
        let before: String = (1..=20).map(|number| format!("{number}\n")).collect();
        let after = before
            .replace("\n3\n", "\n3\nnew\n")
            .replace("19\n20\n", "19!\n20");
        insta::assert_snapshot!(unified("a", Some(&before), &after), @r"
        --- a/a
        +++ b/a
        @@ -1,6 +1,7 @@
         1
         2
         3
        +new
         4
         5
         6
        @@ -16,5 +17,5 @@
         16
         17
         18
        -19
        -20
        +19!
        +20
        \ No newline at end of file
        ");
        assert_eq!(unified("a", Some("x\n"), "x\n"), "");
        assert_eq!(
            unified("a", None, "x\n"),
            "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n"
        );
    }
}
