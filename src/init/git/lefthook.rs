//! Lefthook (measured: 2.2.2).

use super::{Manager, first};
use crate::init::edit::{
    hook::{CHECK, PRE_PUSH},
    script::{Place, Standing, standing},
    yaml::{Spot, has, insert, is_plain, item, says, within},
};

const FILES: &[&str] = &[
    "lefthook.yml",
    ".lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yaml",
    ".config/lefthook.yml",
    ".config/lefthook.yaml",
];
const OTHERS: &[&str] = &[
    "lefthook.toml",
    ".lefthook.toml",
    "lefthook.json",
    ".lefthook.json",
    "lefthook.jsonc",
    ".lefthook.jsonc",
];

/// Without what git gives the hook (`{0}`, `{1}`): lefthook hands it to a shell without quotes, and where a push
/// names an address, that is in it.
const JOB: &str = "\
- name: packwarden
  run: packwarden hook git-pre-push
  use_stdin: true
";
const COMMAND: &str = "\
packwarden:
  run: packwarden hook git-pre-push
  use_stdin: true
";
/// What a job may have beside it and still run at each push.
const HARMLESS: &[&str] = &["name", "run", "use_stdin", "fail_text", "priority"];
/// What may keep a job of the hook from being run.
const SKIPPING: &[&str] = &["skip", "only", "exclude_tags", "group", "<<"];
/// Without it, a hook of Lefthook's that does not find Lefthook says so and passes.
const ASSERT: &str = "assert_lefthook_installed";

pub(super) const LEFTHOOK: Manager = Manager {
    name: "lefthook",
    file: |survey| first(survey, FILES),
    add: |text| add(text.unwrap_or_default()),
    standing: in_file,
    instead: "give its hook `pre-push` a job that runs `packwarden hook git-pre-push`, with `use_stdin: true`",
    mark: "lefthook",
    is_copied: false,
    install: "lefthook install",
    past: "`LEFTHOOK=0`, nor with a `lefthook-local.yml`",
};

/// The same, with a file that is not edited here, whatever it holds.
pub(super) const LEFTHOOK_ELSEWHERE: Manager = Manager {
    file: |survey| first(survey, OTHERS),
    add: |text| match text.unwrap_or_default() {
        text if text.contains(CHECK) => Ok(text.to_owned()),
        _ => Err("it is not YAML".to_owned()),
    },
    standing: |text| match text.contains(CHECK) {
        true => Standing::Not("only a job in YAML can be followed here"),
        false => Standing::Absent,
    },
    ..LEFTHOOK
};

fn in_file(text: &str) -> Standing {
    let Some(item) = item(text, |line| line.contains(CHECK)) else {
        return Standing::Absent;
    };
    let key = |line: &str| {
        let line = line.trim_start_matches([' ', '-']);
        line.split(':').next().unwrap_or_default().to_owned()
    };
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with("pre-push:"));
    let mut section = lines
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with([' ', '#', '-']));
    let is_skipped = section.any(|line| SKIPPING.contains(&key(line).as_str()));
    let run = item.value("run").unwrap_or_default();
    let is_known = item
        .keys
        .iter()
        .all(|(key, _)| HARMLESS.contains(&key.as_str()));
    if item.top != "pre-push"
        || is_skipped
        || !is_known
        || item.value("use_stdin") != Some("true")
        || run.contains(['{', '<'])
    {
        return Standing::Not("its job is not written as docs/gates-git.md has it");
    }
    let is_asserted = format!("{ASSERT}: true");
    match standing(run.trim_matches(['"', '\'']), PRE_PUSH, Place::First) {
        Standing::Decides if text.lines().all(|line| line.trim_end() != is_asserted) => {
            Standing::Not(
                "lefthook's hook passes where it does not find lefthook: set `assert_lefthook_installed: true`",
            )
        }
        standing => standing,
    }
}

fn add(text: &str) -> Result<String, String> {
    let mut text = text.to_owned();
    if !is_plain(&text) {
        return Err("it is not YAML in plain lines".to_owned());
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
                "pre-push:\n  jobs:\n    - name: packwarden\n      run: packwarden hook git-pre-push\n      use_stdin: true\n",
            ),
            (
                "pre-push:\n  jobs:\n    - run: a\npre-commit:\n  jobs:\n    - run: b\n",
                "pre-push:\n  jobs:\n    - name: packwarden\n      run: packwarden hook git-pre-push\n      use_stdin: true\n    - run: a\npre-commit:\n  jobs:\n    - run: b\n",
            ),
            (
                "pre-push:\n    commands:\n        a:\n            run: x",
                "pre-push:\n    commands:\n        packwarden:\n          run: packwarden hook git-pre-push\n          use_stdin: true\n        a:\n            run: x\n",
            ),
            (
                "pre-push:\n  scripts:\n    \"a.sh\":\n      runner: sh\n",
                "pre-push:\n  commands:\n    packwarden:\n      run: packwarden hook git-pre-push\n      use_stdin: true\n  scripts:\n    \"a.sh\":\n      runner: sh\n",
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
            "# a\n[pre-push]\n",
            "\"pre-push\":\n  jobs:\n    - run: a\n",
        ] {
            assert!(add(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_file_in_another_form_is_left_alone() {
        for text in [None, Some("# a\n"), Some("[pre-push]\n")] {
            assert!((LEFTHOOK_ELSEWHERE.add)(text).is_err());
        }
        let job = "[pre-push.commands.a]\nrun = \"packwarden hook git-pre-push\"\n";
        assert_eq!((LEFTHOOK_ELSEWHERE.add)(Some(job)).unwrap(), job);
        assert!(matches!(
            (LEFTHOOK_ELSEWHERE.standing)(job),
            Standing::Not(_)
        ));
    }

    #[test]
    fn a_job_that_may_not_stop_a_push_does_not_hold() {
        let good = "assert_lefthook_installed: true\npre-push:\n  jobs:\n    - name: a\n      run: packwarden hook git-pre-push\n      use_stdin: true\n    - run: b\n      glob: c\n";
        assert_eq!(in_file(good), Standing::Decides);
        for (from, to) in [
            ("pre-push:\n", "pre-commit:\n"),
            ("      use_stdin: true\n", ""),
            ("use_stdin: true", "use_stdin: true\n      glob: '*.rs'"),
            ("use_stdin: true", "use_stdin: true\n      skip: true"),
            ("  jobs:", "  skip: true\n  jobs:"),
            (
                "run: packwarden hook git-pre-push",
                "run: |\n        packwarden hook git-pre-push\n        true",
            ),
            ("git-pre-push\n", "git-pre-push\n        || true\n"),
            ("git-pre-push\n", "git-pre-push {1}\n"),
            ("git-pre-push\n", "git-pre-push < /dev/null\n"),
            ("installed: true", "installed: false"),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good);
            assert!(matches!(in_file(&bad), Standing::Not(_)), "{bad}");
        }
    }
}
