//! CI: does each workflow that publishes have packwarden check before? Searched for as text, by lines.

use std::path::{Path, PathBuf};

use super::{Error, Gate, Plan, State, Survey, plan::text_of};
use crate::model::Ecosystem;

/// Where the services keep what they are to do: files, and directories of such files.
const PLACES: &[&str] = &[
    ".github/workflows",
    ".github/actions",
    ".forgejo/workflows",
    ".gitea/workflows",
    ".gitlab-ci.yml",
    ".gitlab/ci",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    ".travis.yml",
    ".woodpecker.yml",
    ".drone.yml",
    ".buildkite/pipeline.yml",
    "Jenkinsfile",
];

/// What publishes, in a line of a workflow.
struct Publish {
    text: &'static str,
    /// The ecosystem whose hook it runs into, if it does.
    hook: Option<Ecosystem>,
    /// What in the same line takes it past that hook.
    past: &'static [&'static str],
}

const fn by_npm(text: &'static str) -> Publish {
    Publish {
        text,
        hook: Some(Ecosystem::Npm),
        past: &["--ignore-scripts", ".tgz", "stage approve"],
    }
}

const fn by_cargo(text: &'static str) -> Publish {
    Publish {
        text,
        hook: Some(Ecosystem::Crates),
        past: &["--token", "credential-provider"],
    }
}

const fn without_hook(text: &'static str) -> Publish {
    Publish {
        text,
        hook: None,
        past: &[],
    }
}

/// A further client is a further line.
const PUBLISHES: &[Publish] = &[
    by_npm("npm publish"),
    by_npm("npm stage publish"),
    by_npm("pnpm publish"),
    by_npm("pnpm -r publish"),
    by_npm("pnpm --recursive publish"),
    by_npm("yarn publish"),
    by_npm("yarn npm publish"),
    by_npm("bun publish"),
    by_npm("changeset publish"),
    by_npm("changesets/action"),
    by_npm("semantic-release"),
    by_npm("release-it"),
    by_npm("lerna publish"),
    by_npm("nx release"),
    by_npm("npx np"),
    by_npm("JS-DevTools/npm-publish"),
    without_hook("twine upload"),
    without_hook("uv publish"),
    without_hook("poetry publish"),
    without_hook("flit publish"),
    without_hook("hatch publish"),
    without_hook("pdm publish"),
    without_hook("maturin publish"),
    without_hook("maturin upload"),
    without_hook("gh-action-pypi-publish"),
    by_cargo("cargo publish"),
    by_cargo("cargo release"),
    by_cargo("release-plz"),
    // They hand the token to cargo on its command line, which then asks nobody.
    without_hook("cargo workspaces publish"),
    without_hook("cargo ws publish"),
];

/// What has packwarden check.
const CHECKS: &[&str] = &["packwarden check", "packwarden publish"];
/// What the action is called in a line that uses it.
const ACTIONS: &[&str] = &["packwarden@", "packwarden/packwarden"];
/// What has a job go on after a step that failed.
const GOES_ON: &[&str] = &["continue-on-error:", "allow_failure:"];

/// A line that publishes, and whether something checks before.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    /// From 1 on.
    line: usize,
    what: &'static str,
    hook: Option<Ecosystem>,
    is_checked: bool,
}

/// The lines of a workflow that publish.
fn publishes(text: &str) -> Vec<Found> {
    let (mut found, mut is_checked) = (Vec::new(), false);
    // Of which step such a line is, a text does not tell.
    let says = |key: &str, is_meant: fn(&str) -> bool| {
        let values = text
            .match_indices(key)
            .map(|(at, _)| &text[at + key.len()..]);
        let mut values = values.map(|value| value.trim_start_matches([' ', '"', '\'']));
        values.any(is_meant)
    };
    let goes_on = GOES_ON
        .iter()
        .any(|key| says(key, |value| !value.starts_with("false")));
    let is_action_off = says("check:", |value| value.starts_with("false"));
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim_start().starts_with('#') || line.trim_start().starts_with("//") {
            continue;
        }
        let mut line = line.to_owned();
        while let Some(begin) = line.strip_suffix('\\') {
            let next = lines.next().map_or("", |(_, next)| next.trim());
            line = format!("{begin}{next}");
        }
        let code = line.as_str();
        let code = code.split(" #").next().unwrap_or_default();
        let is_lost = ["|| true", "|| :", "|| exit 0", "--exit-zero", "--help"];
        let acts = code.contains("uses:") && ACTIONS.iter().any(|action| code.contains(action));
        let checks = acts && !is_action_off || CHECKS.iter().any(|check| code.contains(check));
        is_checked |= checks && !goes_on && !is_lost.iter().any(|lost| code.contains(lost));
        let known = PUBLISHES
            .iter()
            .find(|publish| has_words(code, publish.text));
        if let Some(publish) = known.filter(|_| !code.contains("--dry-run")) {
            let goes_past = publish.past.iter().any(|past| code.contains(past));
            found.push(Found {
                line: at + 1,
                what: publish.text,
                hook: publish.hook.filter(|_| !goes_past),
                is_checked,
            });
        }
    }
    found
}

/// Whether the words are in a line, and not parts of others: `npm publish` is in none of `pnpm publish`.
fn has_words(line: &str, words: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    line.match_indices(words).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + words.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

/// The workflows of a project.
fn workflows(survey: &Survey) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for place in PLACES {
        collect(&survey.top().join(place), 2, &mut files);
    }
    files
}

fn collect(path: &Path, depth: u32, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        files.push(path.to_owned());
    } else if depth > 0 {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
            .iter()
            .for_each(|path| collect(path, depth - 1, files));
    }
}

const SNIPPET: &str = "have `packwarden check` run in the same job before it, on what it uploads (docs/gates.md has the \
                       lines for GitHub Actions and GitLab CI)";

/// Says where a step is missing. Workflows are not edited: where what is published is built, a text can't tell.
pub(super) fn propose(survey: &Survey, plan: &mut Plan) -> Result<(), Error> {
    for file in workflows(survey) {
        let name = survey.shown(&file);
        for found in publishes(&text_of(&file)?.unwrap_or_default()) {
            let Found { line, what, .. } = found;
            match (found.is_checked, found.hook) {
                (true, _) => {}
                (false, Some(_)) => plan.by_hand.push(format!(
                    "{name}:{line}: `{what}` runs into the hook there too, which fails without packwarden: install \
                     it in that job, or {SNIPPET}"
                )),
                (false, None) => plan.by_hand.push(format!("{name}:{line}: `{what}` uploads unchecked: {SNIPPET}")),
            }
        }
    }
    Ok(())
}

/// Whether each workflow that publishes checks before; `gates` are those of the clients.
pub(super) fn examine(survey: &Survey, gates: &mut Vec<Gate>) -> Result<(), Error> {
    let (npm, crates) = (
        hook_holds(survey, gates, Ecosystem::Npm),
        hook_holds(survey, gates, Ecosystem::Crates),
    );
    let mut publishing = false;
    for file in workflows(survey) {
        for found in publishes(&text_of(&file)?.unwrap_or_default()) {
            publishing = true;
            let holds = match found.hook {
                Some(Ecosystem::Npm) => npm,
                Some(Ecosystem::Crates) => crates,
                Some(Ecosystem::Pypi) | None => false,
            };
            let what = found.what;
            let (state, text) = match (found.is_checked, holds) {
                (true, _) => (State::Holds, format!("packwarden is named before `{what}`")),
                (false, true) => (
                    State::Holds,
                    format!(
                        "`{what}` runs into the hook, if packwarden is installed in that job; without it, it fails"
                    ),
                ),
                (false, false) => (
                    State::Missing,
                    format!("nothing checks before `{what}`: {SNIPPET}"),
                ),
            };
            let name = format!("{}:{}", survey.shown(&file), found.line);
            gates.push(Gate { name, state, text });
        }
    }
    if !publishing {
        gates.push(Gate {
            name: "CI".to_owned(),
            state: State::Told,
            text: "no workflow is known to publish".to_owned(),
        });
    }
    Ok(())
}

/// Whether the hooks of all packages of an ecosystem hold.
fn hook_holds(survey: &Survey, gates: &[Gate], ecosystem: Ecosystem) -> bool {
    let names = survey
        .of_ecosystem(ecosystem)
        .map(|package| package.manifest.name.clone());
    let names: Vec<String> = names
        .flatten()
        .map(|name| crate::model::escape(&name))
        .collect();
    let mut own = gates
        .iter()
        .filter(|gate| names.contains(&gate.name))
        .peekable();
    own.peek().is_some() && own.all(|gate| gate.state == State::Holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_publish_are_found_with_what_comes_before() {
        let text = "\
jobs:
  a:
    steps:
      # npm publish
      - run: npm publish --dry-run
      - run: npm publish --access public
      - run: npm publish ./a.tgz
      - run: pnpm publish
      - run: echo npm publisher
      - run: packwarden check || true
      - uses: pypa/gh-action-pypi-publish@release/v1
      - run: packwarden check
      - run: cargo publish --token x
      - run: cargo ws publish # why
";
        let found: Vec<_> = publishes(text)
            .iter()
            .map(|found| {
                (
                    found.line,
                    found.what,
                    found.hook.is_some(),
                    found.is_checked,
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (6, "npm publish", true, false),
                (7, "npm publish", false, false),
                (8, "pnpm publish", true, false),
                (11, "gh-action-pypi-publish", false, false),
                (13, "cargo publish", false, true),
                (14, "cargo ws publish", false, true),
            ]
        );
    }

    #[test]
    fn only_what_checks_and_ends_the_job_counts() {
        for (before, is_checked, hook) in [
            ("- run: packwarden check", true, true),
            ("- uses: acme/packwarden@1", true, true),
            ("- run: cargo install packwarden@0.1.0", false, true),
            (
                "- uses: acme/packwarden@1\n  with: { check: false }",
                false,
                true,
            ),
            (
                "- run: packwarden check\n  continue-on-error: true",
                false,
                true,
            ),
            (
                "- run: packwarden check\n  continue-on-error: false",
                true,
                true,
            ),
            (
                "- run: |\n    packwarden check \\\n      || true",
                false,
                true,
            ),
            ("- run: npm publish \\\n    --ignore-scripts", false, false),
        ] {
            let found = publishes(&format!("{before}\n- run: npm publish\n"));
            let first = found.first().unwrap();
            let told = (first.is_checked, first.hook.is_some());
            assert_eq!(told, (is_checked, hook), "{before}");
        }
    }
}
