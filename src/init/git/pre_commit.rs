//! pre-commit (measured: 4.7.0), and prek where it reads the same file.

use super::{Manager, first};
use crate::init::edit::{
    hook::{CHECK, PRE_PUSH},
    script::{Place, Standing, standing},
    yaml::{Spot, has, insert, is_plain, item, within},
};

const FILES: &[&str] = &[".pre-commit-config.yaml", ".pre-commit-config.yml"];

const ITEM: &str = "\
- repo: local
  hooks:
    - id: packwarden
      name: packwarden
      entry: packwarden hook git-pre-push
      language: system
      stages: [pre-push]
      pass_filenames: false
      always_run: true
";

pub(super) const PRE_COMMIT: Manager = Manager {
    name: "pre-commit",
    file: |survey| first(survey, FILES),
    add: |text| add(text.unwrap_or_default()),
    standing: in_file,
    instead: "add a local hook with the entry `packwarden hook git-pre-push`, `language: system`, \
              `stages: [pre-push]`, `pass_filenames: false` and `always_run: true`",
    // Both name themselves in what they install, and both have this.
    mark: "hook-impl",
    is_copied: false,
    install: "pre-commit install --hook-type pre-push",
    past: "`SKIP=packwarden`, nor a second ref of the same push",
};

/// What the hooks of this program's own repository are called.
const IDS: &[&str] = &["packwarden", "packwarden-system"];
/// What a hook may have beside it and still run at each push.
const HARMLESS: &[&str] = &[
    "id",
    "name",
    "description",
    "entry",
    "language",
    "stages",
    "pass_filenames",
    "always_run",
    "require_serial",
    "verbose",
];

fn in_file(text: &str) -> Standing {
    let is_id = |line: &str| {
        let line = line.trim_start_matches([' ', '-']);
        let id = line.strip_prefix("id:").unwrap_or_default();
        IDS.contains(&bare(id.split(" #").next().unwrap_or_default()))
    };
    let found = item(text, |line| line.contains(CHECK)).or_else(|| item(text, is_id));
    match found {
        None => Standing::Absent,
        Some(item) if item.top != "repos" => Standing::Not("it is not one of its `repos`"),
        Some(item) => of_hook(&item.keys, has(text, "default_stages")),
    }
}

/// Whether a hook with these keys runs at each push, and stops it.
pub(super) fn of_hook(keys: &[(String, String)], has_default_stages: bool) -> Standing {
    let value = |wanted: &str| {
        let found = keys.iter().find(|(key, _)| key == wanted);
        found.map(|(_, value)| bare(value))
    };
    let is_local = value("entry").is_some();
    let stages = value("stages").map(|stages| {
        let mut stages = stages.split(|c: char| !c.is_alphanumeric() && c != '-');
        stages.any(|stage| stage == "pre-push")
    });
    // One from this program's own repository says there when it runs.
    let is_staged = stages.unwrap_or(!is_local || !has_default_stages);
    let said = |key, wanted| value(key).map_or(!is_local, |value| value == wanted);
    let is_known = keys.iter().all(|(key, _)| HARMLESS.contains(&key.as_str()));
    if !is_known || !is_staged || !said("always_run", "true") || !said("pass_filenames", "false") {
        return Standing::Not("its hook is not written as docs/gates-git.md has it");
    }
    match value("entry") {
        Some(entry) => standing(entry, PRE_PUSH, Place::First),
        None => Standing::Decides,
    }
}

/// A text without its quotes.
fn bare(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

fn add(text: &str) -> Result<String, String> {
    if in_file(text) != Standing::Absent {
        return Ok(text.to_owned());
    }
    if !is_plain(text) {
        return Err("it is not YAML in plain lines".to_owned());
    }
    if !has(text, "repos") {
        let end = Spot {
            at: text.len(),
            indentation: 0,
        };
        return Ok(insert(text, end, &format!("repos:\n{ITEM}")));
    }
    let place = within(text, &["repos"]);
    let (_, end) = place.ok_or("its `repos` is not written in a way that can be added to")?;
    Ok(insert(text, end, ITEM))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_is_added_as_the_last() {
        let before = "repos:\r\n  - repo: local\r\n    hooks: []\r\nci:\r\n  a: b\r\n";
        let edited = add(before).unwrap();
        assert!(edited.starts_with("repos:\r\n  - repo: local\r\n    hooks: []\r\n  - repo: local\r\n    hooks:\r\n      - id: packwarden\r\n"));
        assert!(
            edited.ends_with("        always_run: true\r\nci:\r\n  a: b\r\n"),
            "{edited}"
        );
        assert_eq!(add(&edited).unwrap(), edited);
        assert!(add("repos: []\n").is_err());
        assert!(
            add("ci: x\n")
                .unwrap()
                .starts_with("ci: x\nrepos:\n- repo: local\n")
        );
        let theirs = "repos:\n- repo: a\n  rev: v1\n  hooks:\n  - id: packwarden\n";
        assert_eq!(add(theirs).unwrap(), theirs);
    }

    #[test]
    fn a_hook_that_may_not_run_at_each_push_does_not_hold() {
        let good = format!("repos:\n{ITEM}");
        assert_eq!(in_file(&good), Standing::Decides);
        for (from, to) in [
            ("[pre-push]", "[pre-commit]"),
            ("      always_run: true\n", "      files: a\n"),
            ("always_run: true", "always_run: true\n      args: [--help]"),
            ("git-pre-push\n", "git-pre-push || true\n"),
            ("repos:", "default_stages: [pre-commit]\nothers:"),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good);
            assert!(matches!(in_file(&bad), Standing::Not(_)), "{bad}");
        }
        let other = "repos:\n- repo: a\n  hooks:\n  - id: packwarden-else\n";
        assert_eq!(in_file(other), Standing::Absent);
        let theirs =
            "repos:\n- repo: a\n  hooks:\n  - id: packwarden-system\n    stages: [manual]\n";
        assert!(matches!(in_file(theirs), Standing::Not(_)));
        assert!(add("\u{feff}repos:\n- repo: a\n").is_err());
    }
}
