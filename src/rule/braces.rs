//! Globs with braces, written out: `*.{a,b}` as `*.a` and `*.b`.

use super::paths::skip_class;

/// The globs without braces that `glob` stands for, or `glob` itself if they are more than `most`.
pub(super) fn expand(glob: &str, most: usize) -> Vec<String> {
    let mut expanded = Vec::new();
    let mut waiting = vec![glob.to_owned()];
    while let Some(next) = waiting.pop() {
        match group(&next) {
            None => expanded.push(next),
            Some((before, alternatives, after)) => waiting.extend(
                alternatives
                    .iter()
                    .map(|alternative| format!("{before}{alternative}{after}")),
            ),
        }
        if expanded.len() + waiting.len() > most {
            return vec![glob.to_owned()];
        }
    }
    expanded
}

/// The first group in braces: what stands before it, its alternatives, what stands after it.
fn group(glob: &str) -> Option<(&str, Vec<&str>, &str)> {
    let (mut open, mut start, mut depth) = (0, 0, 0usize);
    let mut alternatives = Vec::new();
    let mut characters = glob.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '[' => skip_class(&mut characters),
            '{' => {
                depth += 1;
                if depth == 1 {
                    (open, start) = (index, index + 1);
                }
            }
            ',' if depth == 1 => {
                alternatives.push(&glob[start..index]);
                start = index + 1;
            }
            '}' if depth == 1 => {
                alternatives.push(&glob[start..index]);
                return Some((&glob[..open], alternatives, &glob[index + 1..]));
            }
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn groups_are_written_out() {
        for (glob, expanded) in [
            ("a*", &["a*"][..]),
            ("{a,b}c", &["ac", "bc"]),
            (
                "x{a,{b,}c}{1,2}",
                &["xa1", "xa2", "xbc1", "xbc2", "xc1", "xc2"],
            ),
            ("[{,}]{a,[,}]}", &["[{,}][,}]", "[{,}]a"]),
            ("\\{a,b\\}", &["\\{a,b\\}"]),
            ("{a\\,b,c}", &["a\\,b", "c"]),
        ] {
            let mut found = expand(glob, 10);
            found.sort_unstable();
            assert_eq!(found, expanded, "{glob}");
        }
        assert_eq!(expand("{a,b}{a,b}{a,b}", 7), ["{a,b}{a,b}{a,b}"]);
        assert_eq!(expand("{a,b}{a,b}{a,b}", 8).len(), 8);
    }
}
