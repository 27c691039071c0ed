//! Adds to a YAML file as a text, by its lines. What is not written in the usual way is left alone.

/// A line of the file.
struct Line<'t> {
    /// Without its end.
    text: &'t str,
    start: usize,
    end: usize,
}

impl Line<'_> {
    fn indentation(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    /// Whether it is more than space and comment.
    fn says(&self) -> bool {
        let text = self.text.trim();
        !text.is_empty() && !text.starts_with('#') && text != "---"
    }

    /// Whether it is this key, and what belongs to it is in the lines below.
    fn opens(&self, key: &str) -> bool {
        let rest = self.text.trim_start().strip_prefix(key);
        let rest = rest.and_then(|rest| rest.strip_prefix(':'));
        rest.is_some_and(|rest| rest.trim().is_empty() || rest.trim_start().starts_with('#'))
    }
}

/// A place in the file that something can be added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::init) struct Spot {
    /// The first byte of a line, or the end of the file.
    pub(in crate::init) at: usize,
    /// How far lines are indented there.
    pub(in crate::init) indentation: usize,
}

/// Whether a line of the file, comments left out, has this text.
pub(in crate::init) fn says(text: &str, wanted: &str) -> bool {
    lines(text)
        .iter()
        .any(|line| line.says() && line.text.contains(wanted))
}

/// Whether the file has this key at its top.
pub(in crate::init) fn has(text: &str, key: &str) -> bool {
    let begins = |line: &Line<'_>| line.text.starts_with(&format!("{key}:"));
    lines(text).iter().any(begins)
}

/// Where the value of the key at this path of keys begins and ends, if it is written in lines of its own.
pub(in crate::init) fn within(text: &str, keys: &[&str]) -> Option<(Spot, Spot)> {
    let lines = lines(text);
    let (mut from, mut to) = (0, lines.len());
    let mut outer = None;
    for key in keys {
        let opens = |line: &Line<'_>| line.says() && line.opens(key);
        let is_here = |line: &Line<'_>| outer.is_none_or(|outer| line.indentation() == outer);
        let is_top = |line: &Line<'_>| outer.is_some() || line.indentation() == 0;
        let at = (from..to).find(|at| {
            let line = &lines[*at];
            opens(line) && is_here(line) && is_top(line)
        })?;
        let own = lines[at].indentation();
        let deeper = |line: &Line<'_>| {
            // A list may stand as far left as its key.
            line.indentation() > own
                || line.indentation() == own && line.text[own..].starts_with('-')
        };
        let first = (at + 1..to).find(|at| lines[*at].says())?;
        if !deeper(&lines[first]) || lines[first].text.contains('\t') {
            return None;
        }
        outer = Some(lines[first].indentation());
        let end = (first..to).find(|at| lines[*at].says() && !deeper(&lines[*at]));
        let end = end.unwrap_or(to);
        let last = (first..end).rev().find(|at| lines[*at].says())?;
        (from, to) = (first, last + 1);
    }
    let indentation = outer?;
    let begin = Spot {
        at: lines[from].start,
        indentation,
    };
    let end = Spot {
        at: lines[to - 1].end,
        indentation,
    };
    Some((begin, end))
}

/// The file with these lines at a place of it.
pub(in crate::init) fn insert(text: &str, spot: Spot, block: &str) -> String {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (before, after) = text.split_at(spot.at);
    let open = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        line_end
    };
    let space = " ".repeat(spot.indentation);
    let lines = block.lines().map(|line| format!("{space}{line}{line_end}"));
    format!("{before}{open}{}{after}", lines.collect::<String>())
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let start = at;
        at += line.len();
        Line {
            text: line.trim_end_matches(['\n', '\r']),
            start,
            end: at,
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_added_to_at_its_end() {
        for (before, after) in [
            (
                "repos:\n- a: 1\n  b: 2\n\nci: x\n",
                "repos:\n- a: 1\n  b: 2\n- new\n\nci: x\n",
            ),
            (
                "ci: x\nrepos:\r\n  - a: 1",
                "ci: x\nrepos:\r\n  - a: 1\r\n  - new\r\n",
            ),
        ] {
            let (_, end) = within(before, &["repos"]).unwrap();
            assert_eq!(insert(before, end, "- new"), after);
        }
        for other in [
            "repos: []\n",
            "x:\n  repos:\n    - a\n",
            "repos:\n",
            "",
            "repos:\n\t- a\n",
        ] {
            assert_eq!(within(other, &["repos"]), None, "{other}");
        }
    }

    #[test]
    fn a_key_below_a_key_is_found() {
        let text = "pre-commit:\n  commands:\n    a:\n      run: x\npre-push:\n  parallel: true\n  commands:\n    b:\n      run: y\n";
        let (begin, _) = within(text, &["pre-push", "commands"]).unwrap();
        let edited = insert(text, begin, "new:\n  run: z");
        assert!(edited.ends_with("  commands:\n    new:\n      run: z\n    b:\n      run: y\n"));
        assert_eq!(within(text, &["pre-push", "jobs"]), None);
        assert!(has(text, "pre-push") && !has(text, "commands") && says(text, "run: y"));
    }
}
