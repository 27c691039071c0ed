//! What is shown of a configuration file around a mistake: its keys, and of its values only what the
//! sentence quotes. A value in the wrong place may be a password, and a short one is known for none.

use std::ops::Range;

use crate::model::mask;

/// `text` with stars for its values, so that places in it stay where they are. What lies at `quoted` stays.
pub(super) fn shown(text: &str, quoted: Range<usize>) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut delimiter = None;
    for line in text.split_inclusive('\n') {
        let key = match delimiter {
            None => key(line),
            Some(_) => 0,
        };
        for (at, character) in line.char_indices() {
            let place = shown.len();
            match at < key || quoted.contains(&place) || is_structure(character) {
                true => shown.push(character),
                false => shown.extend(std::iter::repeat_n('*', character.len_utf8())),
            }
        }
        delimiter = open_at_end(line, delimiter);
    }
    mask(&shown)
}

/// How much of a line is the name of a table, or of what has a value there.
fn key(line: &str) -> usize {
    let is_name = |c: char| c.is_alphanumeric() || "_-. \t".contains(c);
    let trimmed = line.trim();
    let table = trimmed.trim_start_matches('[').trim_end_matches(']');
    if table.len() < trimmed.len() && trimmed.starts_with('[') && table.chars().all(is_name) {
        return line.len();
    }
    let key = line.split('=').next().unwrap_or_default();
    let is_key = key.chars().all(|c| is_name(c) || "\"'".contains(c));
    if is_key && key.len() < line.len() {
        key.len() + 1
    } else {
        0
    }
}

fn is_structure(character: char) -> bool {
    character.is_whitespace() || "\"'[]{},".contains(character)
}

/// What ends the text of several lines that is open at the end of the line, if one is.
fn open_at_end(line: &str, mut open: Option<&'static str>) -> Option<&'static str> {
    let mut rest = line;
    loop {
        let ends = match open {
            Some(delimiter) => rest.find(delimiter).map(|at| (at, None)),
            None => ["\"\"\"", "'''"]
                .into_iter()
                .filter_map(|begin| Some((rest.find(begin)?, Some(begin))))
                .min_by_key(|(at, _)| *at),
        };
        let Some((at, now)) = ends else {
            return open;
        };
        (open, rest) = (now, &rest[at + 3..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_hidden_and_keys_are_not() {
        for (text, expected) in [
            ("profil = \"hunter 2\" # x", "profil = \"****** *\" * *"),
            (
                "[publish]\nregistries = [\"é\", 12]\n",
                "[publish]\nregistries = [\"**\", **]\n",
            ),
            ("[[waive]]\n\"a b\" = 1", "[[waive]]\n\"a b\" = *"),
            ("hunter2", "*******"),
            ("# a = b\n[\"a\"]", "* * * *\n[\"*\"]"),
            (
                "a = \"\"\"\nb = c\n'''\"\"\"\nd = '''e'''\nf = 1",
                "a = \"\"\"\n* * *\n'''\"\"\"\nd = '''*'''\nf = *",
            ),
            ("a\u{1b} = 1", "** * *"),
        ] {
            assert_eq!(shown(text, 0..0), expected);
        }
    }

    #[test]
    fn what_is_quoted_stays() {
        let text = "a = \"wran\"";
        assert_eq!(shown(text, 5..9), text);
    }
}
