//! Adds the check before a push to a shell script that git runs.

use super::script::{Join, Standing, commands, is_check};

/// What git's hook is called here.
pub(in crate::init) const PRE_PUSH: &str = "git-pre-push";
/// What is typed in a hook.
pub(in crate::init) const CHECK: &str = "packwarden hook git-pre-push";

/// Comes before what the user's script does: that may end anywhere, and read what git says of the push.
const BLOCK: &str = r#"# packwarden: checks the packages that a push touches. What git says of the push goes on to what follows.
packwarden_refs=$(cat)
printf '%s\n' "$packwarden_refs" | packwarden hook git-pre-push "$@" || exit $?
exec <<PACKWARDEN
$packwarden_refs
PACKWARDEN
[ -n "$packwarden_refs" ] || exec </dev/null
"#;

/// The script with the check in it.
///
/// # Errors
///
/// The end of a sentence that says why it can't be added.
pub(in crate::init) fn add(script: &str) -> Result<String, String> {
    if script.lines().any(names_check) {
        return Ok(script.to_owned());
    }
    if script.contains('\r') {
        return Err("sh can't run what has the line ends of Windows".to_owned());
    }
    let mut at = 0;
    for (number, line) in script.split_inclusive('\n').enumerate() {
        let is_first = number == 0 && line.starts_with("#!");
        if is_first && !is_shell(line) {
            return Err("it is not a shell script".to_owned());
        }
        if is_first || is_of_husky(line) {
            at += line.len();
        } else {
            break;
        }
    }
    let (before, after) = script.split_at(at);
    let open = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    Ok(format!("{before}{open}{BLOCK}{after}"))
}

/// Whether the check decides what the script comes to.
pub(in crate::init) fn standing(script: &str, stops_at_errors: bool) -> Standing {
    let lines: Vec<&str> = script.lines().map(str::trim).collect();
    let Some(at) = lines.iter().position(|line| names_check(line)) else {
        return Standing::Absent;
    };
    if lines[0].starts_with("#!") && !is_shell(lines[0]) {
        return Standing::Not("it is not a shell script");
    }
    let (before, line, after) = (&lines[..at], lines[at], &lines[at + 1..]);
    if !before.iter().all(|line| is_harmless(line)) {
        return Standing::Not(
            "what stands before it may end the script, pass over it, or read what git says of the push",
        );
    }
    let commands = commands(line).filter(|_| !line.ends_with('\\'));
    let Some(commands) = commands else {
        return Standing::Not("its line is too intricate to be followed");
    };
    let is_ours = |text: &str| is_check(text, PRE_PUSH);
    let Some(at) = commands.iter().position(|(_, text)| is_ours(text)) else {
        return Standing::Not("its line is not one that is known here");
    };
    let mut reads = before.iter().filter_map(|line| keeps_all(line));
    let is_told = match (reads.next(), &commands[..=at]) {
        (None, [(Join::First, own)]) => !own.contains('<'),
        (Some(name), [(Join::First, told), (Join::Pipe, own)]) => {
            told.starts_with("printf ") && told.contains(&format!("${name}")) && !own.contains('<')
        }
        _ => false,
    };
    // What reads a second time gets nothing.
    if !is_told || reads.next().is_some() {
        return Standing::Not(
            "it does not run whenever the script does, or does not get what git says of the push",
        );
    }
    let stops = stops_at_errors || before.iter().any(|line| line.starts_with("set -e"));
    let is_last = after.iter().all(|line| line.is_empty() || is_comment(line));
    match &commands[at + 1..] {
        [] if is_last || stops || commands[at].1.starts_with("exec ") => Standing::Decides,
        [(Join::Or, exit)] if ["exit $?", "exit 1"].contains(exit) => Standing::Decides,
        _ => Standing::Not("its failure is not that of the hook: end its line with `|| exit $?`"),
    }
}

/// Whether what follows the line runs all the same, with the same input or with what [`keeps_all`].
fn is_harmless(line: &str) -> bool {
    let is_option = |byte: u8| b"euxo pipefail".contains(&byte);
    let options = line.strip_prefix("set -");
    line.is_empty()
        || is_comment(line)
        || options.is_some_and(|options| options.bytes().all(is_option))
        || line.starts_with(". ") && is_of_husky(line) && !line.contains(['&', '|', ';', '\\'])
        || keeps_all(line).is_some()
}

/// The name that a line gives to what git says of the push.
fn keeps_all(line: &str) -> Option<&str> {
    let name = line.strip_suffix("=$(cat)")?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(is_name).then_some(name)
}

/// Husky 8 and before start the script anew from here.
fn is_of_husky(line: &str) -> bool {
    line.contains("/_/husky.sh")
}

fn names_check(line: &str) -> bool {
    !is_comment(line) && line.contains(&CHECK["packwarden ".len()..]) && line.contains("packwarden")
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Whether the first line of a script names a shell.
fn is_shell(line: &str) -> bool {
    let words = line.trim_start_matches("#!").split_whitespace();
    let mut names = words.map(|word| word.rsplit('/').next().unwrap_or(word));
    names.any(|name| ["sh", "bash", "dash", "zsh", "ksh"].contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_comes_before_what_the_user_does() {
        for (script, begin) in [
            (
                "#!/bin/sh\ngit lfs pre-push \"$@\"\n",
                "#!/bin/sh\n# packwarden",
            ),
            ("npm test", "# packwarden"),
            ("", "# packwarden"),
            ("#!/usr/bin/env bash", "#!/usr/bin/env bash\n# packwarden"),
            (
                "#!/usr/bin/env sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n\nnpm test\n",
                "#!/usr/bin/env sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n# packwarden",
            ),
        ] {
            let added = add(script).unwrap();
            assert!(added.starts_with(begin), "{added}");
            assert_eq!(add(&added).unwrap(), added);
            assert_eq!(standing(&added, false), Standing::Decides, "{added}");
            assert_eq!(standing(script, true), Standing::Absent);
        }
        assert!(add("#!/usr/bin/env node\n").is_err());
        assert!(add("#!/bin/sh\r\na\r\n").is_err());
    }

    #[test]
    fn a_check_whose_failure_is_lost_does_not_hold() {
        for (script, stops, decides) in [
            ("packwarden hook git-pre-push \"$@\"\n", false, true),
            (
                "#!/bin/sh\nexec packwarden hook git-pre-push \"$@\"\n",
                false,
                true,
            ),
            (
                "packwarden hook git-pre-push \"$@\"\nnpm test\n",
                true,
                true,
            ),
            (
                "npx packwarden hook git-pre-push \"$@\" || exit 1\nnpm test\n",
                false,
                true,
            ),
            (
                "set -eu\npackwarden hook git-pre-push\nnpm test\n",
                false,
                true,
            ),
            (
                "packwarden hook git-pre-push \"$@\"\nnpm test\n",
                false,
                false,
            ),
            ("packwarden hook git-pre-push \"$@\" || true\n", true, false),
            (
                "command -v packwarden || exit 0\npackwarden hook git-pre-push\n",
                true,
                false,
            ),
            (
                "command -v packwarden && packwarden hook git-pre-push\n",
                true,
                false,
            ),
            (
                "if command -v packwarden; then\npackwarden hook git-pre-push \"$@\" || exit 1\nfi\n",
                false,
                false,
            ),
            (
                "while read -r a; do\n:\ndone\npackwarden hook git-pre-push \"$@\" || exit 1\n",
                false,
                false,
            ),
            (
                "git lfs pre-push \"$@\"\npackwarden hook git-pre-push \"$@\"\n",
                true,
                false,
            ),
            (
                "packwarden hook git-pre-push \"$@\" \\\n|| true\n",
                true,
                false,
            ),
            (
                "set -e; exit 0\npackwarden hook git-pre-push\n",
                true,
                false,
            ),
            ("exit 0; packwarden hook git-pre-push\n", true, false),
            ("packwarden hook git-pre-push </dev/null\n", true, false),
            ("refs=$(cat)\npackwarden hook git-pre-push\n", true, false),
            (
                "r=$(cat)\nr=$(cat)\nprintf \"$r\" | packwarden hook git-pre-push\n",
                true,
                false,
            ),
            (
                "#!/usr/bin/env node\npackwarden hook git-pre-push\n",
                true,
                false,
            ),
            (
                "refs=$(cat)\ntrue | packwarden hook git-pre-push\n",
                true,
                false,
            ),
            (
                "#!/bin/sh\nrefs=$(cat)\nprintf '%s\\n' \"$refs\" | packwarden hook git-pre-push \"$@\" || exit 1\nprintf '%s\\n' \"$refs\" | git lfs pre-push \"$@\"\n",
                false,
                true,
            ),
        ] {
            assert_eq!(
                standing(script, stops) == Standing::Decides,
                decides,
                "{script}"
            );
        }
    }
}
