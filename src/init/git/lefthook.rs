//! Lefthook (measured: 2.2.2).

use super::{Manager, first};
use crate::init::edit::{
    hook::{CHECK, PRE_PUSH},
    script::{Place, Standing, standing},
    yaml::{Spot, has, insert, says, within},
};

const FILES: &[&str] = &[
    "lefthook.yml",
    ".lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yaml",
    ".config/lefthook.yml",
    ".config/lefthook.yaml",
    "lefthook.toml",
    ".lefthook.toml",
    "lefthook.json",
    ".lefthook.json",
    "lefthook.jsonc",
    ".lefthook.jsonc",
];

/// `{1}` is the name of the remote. `{0}`, all that git gives the hook, holds its address as well, which lefthook
/// hands to a shell without quotes.
const JOB: &str = "\
- name: packwarden
  run: packwarden hook git-pre-push {1}
  use_stdin: true
";
const COMMAND: &str = "\
packwarden:
  run: packwarden hook git-pre-push {1}
  use_stdin: true
";
/// Without it, a hook of Lefthook's that does not find Lefthook says so and passes.
const ASSERT: &str = "assert_lefthook_installed";

pub(super) const LEFTHOOK: Manager = Manager {
    name: "lefthook",
    file: |survey| first(survey, FILES),
    add: |text| add(text.unwrap_or_default()),
    standing: in_file,
    instead: "give its hook `pre-push` a job that runs `packwarden hook git-pre-push {1}`, with `use_stdin: true`",
    mark: "lefthook",
    install: "lefthook install",
    past: "`LEFTHOOK=0`",
};

fn in_file(text: &str) -> Standing {
    let Some(line) = text.lines().find(|line| says(line, CHECK)) else {
        return Standing::Absent;
    };
    let command = line.split_once("run").map_or(line, |(_, command)| command);
    let command = command.trim_matches([' ', ':', '=', '"', '\'', ',']);
    match standing(command, PRE_PUSH, Place::First) {
        Standing::Decides if !says(text, ASSERT) => Standing::Not(
            "lefthook's hook passes where it does not find lefthook: set `assert_lefthook_installed: true`",
        ),
        standing => standing,
    }
}

fn add(text: &str) -> Result<String, String> {
    let mut text = text.to_owned();
    if text.trim_start().starts_with(['{', '[']) {
        return Err("it is not YAML in lines".to_owned());
    }
    if !says(&text, CHECK) {
        text = with_check(&text)
            .ok_or("its `pre-push` is not written in a way that can be added to")?;
    }
    if !has(&text, ASSERT) && in_file(&text) != Standing::Absent {
        let end = Spot {
            at: text.len(),
            indentation: 0,
        };
        text = insert(&text, end, &format!("{ASSERT}: true"));
    }
    Ok(text)
}

fn with_check(text: &str) -> Option<String> {
    if !has(text, "pre-push") {
        let job = JOB.lines().map(|line| format!("    {line}\n"));
        let block = format!("pre-push:\n  jobs:\n{}", job.collect::<String>());
        return Some(insert(
            text,
            Spot {
                at: text.len(),
                indentation: 0,
            },
            &block,
        ));
    }
    for (key, item) in [("jobs", JOB), ("commands", COMMAND)] {
        if let Some((begin, _)) = within(text, &["pre-push", key]) {
            return Some(insert(text, begin, item));
        }
    }
    let (begin, _) = within(text, &["pre-push"])?;
    let own = &text[begin.at..];
    let is_taken = |key: &str| own.lines().any(|line| line.trim_start().starts_with(key));
    if is_taken("jobs:") || is_taken("commands:") {
        return None;
    }
    let item = COMMAND.lines().map(|line| format!("  {line}\n"));
    Some(insert(
        text,
        begin,
        &format!("commands:\n{}", item.collect::<String>()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_is_added_to_what_is_there() {
        let assert = "assert_lefthook_installed: true\n";
        for (before, after) in [
            (
                "",
                "pre-push:\n  jobs:\n    - name: packwarden\n      run: packwarden hook git-pre-push {1}\n      use_stdin: true\n",
            ),
            (
                "pre-push:\n  jobs:\n    - run: a\npre-commit:\n  jobs:\n    - run: b\n",
                "pre-push:\n  jobs:\n    - name: packwarden\n      run: packwarden hook git-pre-push {1}\n      use_stdin: true\n    - run: a\npre-commit:\n  jobs:\n    - run: b\n",
            ),
            (
                "pre-push:\n    commands:\n        a:\n            run: x",
                "pre-push:\n    commands:\n        packwarden:\n          run: packwarden hook git-pre-push {1}\n          use_stdin: true\n        a:\n            run: x\n",
            ),
            (
                "pre-push:\n  scripts:\n    \"a.sh\":\n      runner: sh\n",
                "pre-push:\n  commands:\n    packwarden:\n      run: packwarden hook git-pre-push {1}\n      use_stdin: true\n  scripts:\n    \"a.sh\":\n      runner: sh\n",
            ),
        ] {
            let edited = add(before).unwrap();
            assert_eq!(edited, format!("{after}{assert}"));
            assert_eq!(add(&edited).unwrap(), edited);
            assert_eq!(in_file(&edited), Standing::Decides);
        }
        for other in [
            "pre-push: {jobs: []}\n",
            "{\"pre-push\": {}}",
            "pre-push:\n  jobs: []\n",
        ] {
            assert!(add(other).is_err(), "{other}");
        }
    }
}
