//! Scripts of hooks, told into commands: does a check in it decide what the script comes to?

/// What stands before a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::init) enum Join {
    First,
    And,
    Or,
    Pipe,
    /// `;` or a line break: whatever came before, this runs.
    Next,
    Background,
}

/// Where in a script the check must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::init) enum Place {
    /// What follows may put back what was changed for the pack.
    First,
    /// What comes before may still change what is packed.
    Last,
}

/// What a script has to do with a check.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::init) enum Standing {
    /// It is not in it.
    Absent,
    /// The script fails when the check does.
    Decides,
    /// It does not, and why: the end of a sentence.
    Not(&'static str),
}

/// What a project's own copy of this program may be started with.
const LAUNCHERS: &[&str] = &[
    "npx",
    "pnpm",
    "yarn",
    "bun",
    "bunx",
    "exec",
    "run",
    "x",
    "--no",
    "--no-install",
    "--yes",
    "-y",
    "--",
];

/// What turns a check into something else.
const ASKING: &[&str] = &["--help", "-h", "--version", "-V"];

/// The commands of a script outside quotes and parentheses, and what stands before each; nothing where that
/// can't be told.
pub(super) fn commands(script: &str) -> Option<Vec<(Join, &str)>> {
    let (mut found, mut join, mut start) = (Vec::new(), Join::First, 0);
    let (mut quote, mut depth) = (None, 0_u32);
    let mut characters = script.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = match (quote, character) {
            (Some('\''), '\\') => continue,
            (_, '\\') => {
                characters.next();
                continue;
            }
            (Some(open), _) if open == character => {
                quote = None;
                continue;
            }
            (Some(_), _) => continue,
            (None, '\'' | '"' | '`') => {
                quote = Some(character);
                continue;
            }
            (None, '#')
                if script[..at].ends_with(|c: char| c.is_whitespace() || ";&|(".contains(c)) =>
            {
                return None;
            }
            (None, '(') => {
                depth += 1;
                continue;
            }
            (None, ')') => {
                depth = depth.checked_sub(1)?;
                continue;
            }
            _ if depth > 0 => continue,
            (None, '&') if follows(&mut characters, '&') => Join::And,
            (None, '&') if script[..at].ends_with('>') => continue,
            (None, '&') => Join::Background,
            (None, '|') if follows(&mut characters, '|') => Join::Or,
            (None, '|') => Join::Pipe,
            (None, ';' | '\n') => Join::Next,
            _ => continue,
        };
        found.push((join, script[start..at].trim()));
        join = next;
        start = characters.peek().map_or(script.len(), |(at, _)| *at);
    }
    found.push((join, script[start..].trim()));
    (quote.is_none() && depth == 0 && !script.contains("<<")).then_some(found)
}

fn follows(characters: &mut std::iter::Peekable<std::str::CharIndices<'_>>, wanted: char) -> bool {
    characters
        .next_if(|(_, character)| *character == wanted)
        .is_some()
}

/// Whether a command is the check `hook` (`npm`, as in `packwarden hook npm`), started in whatever way.
pub(super) fn is_check(command: &str, hook: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    let is_ours = |word: &&str| is_program(word.trim_matches(['"', '\'']));
    let Some(at) = words.iter().position(is_ours) else {
        return false;
    };
    words[..at].iter().all(|word| LAUNCHERS.contains(word))
        && words[at + 1..].starts_with(&["hook", hook])
        && !words.iter().any(|word| ASKING.contains(word))
}

/// Whether a path or a name is that of this program.
pub(in crate::init) fn is_program(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    matches!(name, "packwarden" | "packwarden.exe" | "packwarden.cmd")
}

/// Whether the check `hook` is in the script, and decides what it comes to.
pub(in crate::init) fn standing(script: &str, hook: &str, place: Place) -> Standing {
    if !script.contains("packwarden") {
        return Standing::Absent;
    }
    let Some(commands) = commands(script) else {
        return Standing::Not("the script is too intricate to be followed");
    };
    let Some(at) = commands.iter().position(|(_, text)| is_check(text, hook)) else {
        return Standing::Not(
            "the script names packwarden, but not as a command that is known here",
        );
    };
    let joins: Vec<Join> = commands.iter().map(|(join, _)| *join).collect();
    let (until, after) = joins.split_at(at + 1);
    let goes_on = after.is_empty() || after[0] == Join::And;
    if !goes_on
        || after
            .iter()
            .any(|join| !matches!(join, Join::And | Join::Pipe))
    {
        return Standing::Not("what follows it in the script can turn its failure into success");
    }
    if joins[at] == Join::Or || until.contains(&Join::Background) {
        return Standing::Not("it does not run whenever the script does");
    }
    match place {
        Place::First if at > 0 => {
            Standing::Not("what comes before it in the script may already put back what was packed")
        }
        Place::Last if at + 1 < joins.len() => {
            Standing::Not("what follows it in the script may still change what is packed")
        }
        _ => Standing::Decides,
    }
}

/// The user's script with the check in it; nothing where it can't be added by a machine.
pub(in crate::init) fn chained(script: &str, check: &str, place: Place) -> Option<String> {
    if script.trim().is_empty() {
        return Some(check.to_owned());
    }
    let joins = commands(script)?;
    let is_plain = joins.iter().all(|(join, text)| {
        matches!(join, Join::First | Join::And | Join::Pipe) && !text.is_empty()
    });
    let own = match is_plain {
        true => script.trim().to_owned(),
        false => format!("({})", script.trim()),
    };
    Some(match place {
        Place::First => format!("{check} && {own}"),
        Place::Last => format!("{own} && {check}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &str = "packwarden hook npm";

    #[test]
    fn a_check_decides_only_where_nothing_hides_its_failure() {
        for (script, first, last) in [
            (CHECK, true, true),
            ("npx --no packwarden hook npm", true, true),
            (
                "./node_modules/.bin/packwarden hook npm --strict",
                true,
                true,
            ),
            ("packwarden hook npm && restore", true, false),
            ("packwarden hook npm && (a; b || c)", true, false),
            ("packwarden hook npm && echo 'a; b' | tee log", true, false),
            ("build && packwarden hook npm", false, true),
            ("a || b && packwarden hook npm", false, true),
            ("a; packwarden hook npm", false, true),
            ("packwarden hook npm || true", false, false),
            ("packwarden hook npm; restore", false, false),
            ("packwarden hook npm && a || true", false, false),
            ("packwarden hook npm &", false, false),
            ("packwarden hook npm | tee log", false, false),
            ("packwarden hook npm\ntrue", false, false),
            ("a || packwarden hook npm", false, false),
            ("a & packwarden hook npm", false, false),
            ("! packwarden hook npm", false, false),
            (
                "command -v packwarden && packwarden hook npm || exit 0",
                false,
                false,
            ),
            ("packwarden hook npm --help", false, false),
            ("packwarden check", false, false),
            ("echo packwarden hook npm", false, false),
            ("build # packwarden hook npm", false, false),
        ] {
            let decides = |place| standing(script, "npm", place) == Standing::Decides;
            let told = (decides(Place::First), decides(Place::Last));
            assert_eq!(told, (first, last), "{script}");
        }
        assert_eq!(standing("build", "npm", Place::First), Standing::Absent);
    }

    #[test]
    fn a_script_is_chained_so_that_the_check_decides() {
        for (script, first, last) in [
            ("", CHECK, CHECK),
            ("a", "packwarden hook npm && a", "a && packwarden hook npm"),
            (
                "a && b | c",
                "packwarden hook npm && a && b | c",
                "a && b | c && packwarden hook npm",
            ),
            (
                "a; b",
                "packwarden hook npm && (a; b)",
                "(a; b) && packwarden hook npm",
            ),
            (
                "a || b",
                "packwarden hook npm && (a || b)",
                "(a || b) && packwarden hook npm",
            ),
            (
                "a &",
                "packwarden hook npm && (a &)",
                "(a &) && packwarden hook npm",
            ),
            (
                "a 2>&1",
                "packwarden hook npm && a 2>&1",
                "a 2>&1 && packwarden hook npm",
            ),
            (
                "(a; b)",
                "packwarden hook npm && (a; b)",
                "(a; b) && packwarden hook npm",
            ),
        ] {
            for (place, expected) in [(Place::First, first), (Place::Last, last)] {
                let chained = chained(script, CHECK, place).unwrap();
                assert_eq!(chained, expected, "{script}");
                assert_eq!(
                    standing(&chained, "npm", place),
                    Standing::Decides,
                    "{chained}"
                );
            }
        }
        for intricate in ["a 'b", "a )", "a # b", "cat <<E\nE"] {
            assert_eq!(chained(intricate, CHECK, Place::First), None, "{intricate}");
        }
    }
}
