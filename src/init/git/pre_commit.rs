//! pre-commit (measured: 4.7.0), and prek where it reads the same file.

use super::{Manager, first};
use crate::init::edit::{
    hook::{CHECK, PRE_PUSH},
    script::{Place, Standing, standing},
    yaml::{Spot, has, insert, says, within},
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
    install: "pre-commit install --hook-type pre-push",
    past: "`SKIP=packwarden`",
};

/// Also one that is taken from the repository of this program.
fn in_file(text: &str) -> Standing {
    match text.lines().find(|line| says(line, CHECK)) {
        Some(line) => {
            let entry = line.split_once("entry:").map_or(line, |(_, entry)| entry);
            standing(entry.trim_matches([' ', '"', '\'']), PRE_PUSH, Place::First)
        }
        None if says(text, "id: packwarden") => Standing::Decides,
        None => Standing::Absent,
    }
}

fn add(text: &str) -> Result<String, String> {
    if in_file(text) != Standing::Absent {
        return Ok(text.to_owned());
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
}
