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

/// Whether all that stands at the left is plain keys and items of one document: what lines can be added to.
pub(in crate::init) fn is_plain(text: &str) -> bool {
    let is_key = |line: &str| {
        let key = line.split_once(':').map_or("", |(key, _)| key);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        !key.is_empty() && key.bytes().all(is_plain)
    };
    let mut has_begun = false;
    lines(text).iter().all(|line| {
        let begins = line.text == "---" && !has_begun;
        has_begun |= begins || line.says();
        let is_left = !line.text.starts_with([' ', '#'])
            && !line.text.starts_with("- ")
            && !line.text.is_empty();
        begins || !is_left || is_key(line.text)
    })
}

/// What is written in the item that a line belongs to.
pub(in crate::init) struct Item {
    /// The key at the top of the file that it stands below.
    pub(in crate::init) top: String,
    /// Its keys and their values; a value in several lines is one with spaces.
    pub(in crate::init) keys: Vec<(String, String)>,
}

impl Item {
    /// The value of a key.
    pub(in crate::init) fn value(&self, key: &str) -> Option<&str> {
        let mut keys = self.keys.iter();
        keys.find(|(one, _)| one == key)
            .map(|(_, value)| value.as_str())
    }
}

/// The item with the first line, comments left out, that is wanted.
pub(in crate::init) fn item(text: &str, is_wanted: impl Fn(&str) -> bool) -> Option<Item> {
    let lines = lines(text);
    let lines: Vec<&Line<'_>> = lines.iter().filter(|line| line.says()).collect();
    let at = lines.iter().position(|line| is_wanted(line.text))?;
    let column = column(lines[at]);
    let (mut first, mut last) = (at, at + 1);
    while first > 0 && lines[first].indentation() >= column {
        first -= 1;
    }
    // The line to the left begins the item if only its dash is there.
    if lines[first].indentation() < column && self::column(lines[first]) != column {
        first += 1;
    }
    while lines
        .get(last)
        .is_some_and(|line| line.indentation() >= column)
    {
        last += 1;
    }
    let mut keys: Vec<(String, String)> = Vec::new();
    for line in &lines[first..last] {
        let written = &line.text[self::column(line).min(column)..];
        let written = written.split(" #").next().unwrap_or_default().trim();
        match keys.last_mut() {
            Some((_, value)) if self::column(line) != column => {
                value.push(' ');
                value.push_str(written);
            }
            _ => {
                let (key, value) = written.split_once(':').unwrap_or((written, ""));
                keys.push((key.to_owned(), value.trim().to_owned()));
            }
        }
    }
    let mut above = lines[..=at].iter().rev();
    let top = above.find(|line| line.indentation() == 0 && !line.text.starts_with('-'))?;
    let top = top.text.split(':').next().unwrap_or_default().to_owned();
    Some(Item { top, keys })
}

/// Where the text of a line begins behind the dash of an item.
fn column(line: &Line<'_>) -> usize {
    let text = line.text.trim_start_matches(' ');
    let text = text.strip_prefix("- ").map_or(text, str::trim_start);
    line.text.len() - text.len()
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
    fn only_plain_keys_and_items_are_added_to() {
        for plain in [
            "",
            "# a\n---\npre-push:\n  a: 1\n\nrepos:\n- a\n",
            "a: [1]\r\n",
        ] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in [
            "# a\n[pre-push]\n",
            "// a\n{}",
            "\u{feff}pre-push:\n",
            "\"pre-push\":\n",
            "a: 1\n...\n",
            "a: 1\n---\nb: 1\n",
            "---\n---\n",
        ] {
            assert!(!is_plain(other), "{other}");
        }
    }

    #[test]
    fn the_item_of_a_line_is_what_stands_beside_it() {
        let text = "a:\n  - x: 1\nb:\n  - name: n # why\n    run: here\n      and there\n    in:\n    - c\n  - run: else\n";
        let item = item(text, |line| line.contains("here")).unwrap();
        assert_eq!(item.top, "b");
        let keys: Vec<_> = item
            .keys
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            keys,
            [("name", "n"), ("run", "here and there"), ("in", " - c")]
        );
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
