//! Lines that a CI system would obey.

use std::borrow::Cow;

/// `line` without what a CI system would obey in it. Everything that is printed for people goes
/// through here, after it was put together.
///
/// Indentation is no help: GitHub's runner takes `::command::` after any white space, and the old
/// `##[command]` anywhere in a line (actions/runner, `ActionCommand.cs`); Azure Pipelines takes
/// `##vso[command]` anywhere (azure-pipelines-agent, `Command.cs`), and TeamCity has
/// `##teamcity[command]`.
pub fn disarm(line: &str) -> Cow<'_, str> {
    let mut line = Cow::Borrowed(line);
    if line.contains("##") {
        line = line.replace("##", "#\\u{23}").into();
    }
    if line.trim_start().starts_with("::") {
        line = line.replacen("::", ":\\u{3a}", 1).into();
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_lines_stay_as_they_are() {
        for line in ["", "  a::b", "# a", "std::fs", "C# #1"] {
            assert_eq!(disarm(line), line);
        }
    }

    proptest! {
        #[test]
        fn no_line_is_a_command(line in "[ \u{a0}\t]{0,2}[:#a\\[]{0,9}") {
            let safe = disarm(&line);
            prop_assert!(!safe.contains("##") && !safe.trim_start().starts_with("::"), "{safe}");
            prop_assert_eq!(disarm(&safe), safe.as_ref());
        }
    }
}
