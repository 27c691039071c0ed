//! git: a hook checks what a push would make public, through the manager that is there.
//!
//! A manager is one file and one line in [`MANAGERS`].

mod husky;
mod lefthook;
mod plain;
mod pre_commit;
mod prek;
mod simple_git_hooks;

use std::path::{Path, PathBuf};

use super::{
    Error, Gate, Plan, State, Survey,
    edit::{hook::CHECK, script::Standing},
    plan::text_of,
};
use crate::{host::git::Hooks, model::escape};

/// What looks after the hooks of a repository.
struct Manager {
    name: &'static str,
    /// The file that says what it is to run, if it looks after this repository.
    file: fn(&Survey) -> Result<Option<PathBuf>, Error>,
    /// The file with the check in it, or the end of a sentence that says why it can't be added.
    add: fn(Option<&str>) -> Result<String, String>,
    /// Whether the file has the check in it.
    standing: fn(&str) -> Standing,
    /// What people are to do where the file can't be edited.
    instead: &'static str,
    /// What git's own hook has in it once it is installed; nothing if git runs the file itself.
    mark: &'static str,
    /// Whether git's hook holds what the file says as it was when it was installed.
    is_copied: bool,
    /// What is typed to have it installed.
    install: &'static str,
    /// How people get past it.
    past: &'static str,
}

impl Manager {
    /// Whether git runs the file itself.
    fn is_git(&self) -> bool {
        self.mark.is_empty()
    }
}

/// The first that looks after the repository counts; the last always does.
const MANAGERS: [&Manager; 7] = [
    &husky::HUSKY,
    &lefthook::LEFTHOOK,
    &lefthook::LEFTHOOK_ELSEWHERE,
    &pre_commit::PRE_COMMIT,
    &prek::PREK,
    &simple_git_hooks::SIMPLE_GIT_HOOKS,
    &plain::PLAIN,
];

/// What git itself lets people do.
const NO_VERIFY: &str = "`git push --no-verify`";

/// git's hook.
fn hook(hooks: &Hooks) -> PathBuf {
    hooks.directory.join("pre-push")
}

/// The manager that is at work, or else the first that has a file here.
fn manager(survey: &Survey, hooks: &Hooks) -> Result<(&'static Manager, PathBuf), Error> {
    let mut found = Vec::new();
    for manager in MANAGERS {
        if let Some(file) = (manager.file)(survey)? {
            found.push((manager, file));
        }
    }
    let installed = text_of(&hook(hooks)).ok().flatten().unwrap_or_default();
    let runs = |(manager, _): &&(&Manager, _)| is_at_work(manager, &installed);
    let at_work = found.iter().find(runs).or(found.first());
    Ok(match at_work {
        // What git runs itself, as in Husky 8.
        Some((_, file)) if *file == hook(hooks) => (&plain::PLAIN, hook(hooks)),
        Some((manager, file)) => (manager, file.clone()),
        None => (&plain::PLAIN, hook(hooks)),
    })
}

fn is_at_work(manager: &Manager, hook: &str) -> bool {
    !manager.is_git() && hook.contains(manager.mark)
}

/// Whether git's hook does what the file says.
fn is_installed(manager: &Manager, hook: &str) -> bool {
    is_at_work(manager, hook) && (!manager.is_copied || hook.contains(CHECK))
}

/// Adds the check to what the manager runs.
pub(super) fn propose(survey: &Survey, plan: &mut Plan) -> Result<(), Error> {
    let Some(hooks) = &survey.hooks else {
        plan.found
            .push("there is no git repository, and so no hook for a push".to_owned());
        return Ok(());
    };
    let (manager, file) = manager(survey, hooks)?;
    plan.found
        .push(format!("the hooks of git are run by {}", manager.name));
    if manager.is_git() && plain::is_switched_off(&file) {
        let name = survey.shown(&file);
        plan.by_hand.push(format!(
            "{name} was left alone: it can't be run, and so git does not run it; make it executable or \
             remove it, and run `packwarden init` again"
        ));
        return Ok(());
    }
    plan.edit(survey, &file, manager.instead, manager.add);
    if manager.is_git() {
        if plan.run(&file) && file.starts_with(&hooks.own) {
            plan.by_hand.push(
                "hooks in .git are not committed: whoever clones the repository runs `packwarden init` as well"
                    .to_owned(),
            );
        }
        return Ok(());
    }
    if !is_installed(
        manager,
        &text_of(&hook(hooks)).ok().flatten().unwrap_or_default(),
    ) {
        plan.by_hand.push(format!(
            "git does not run {} here yet: type `{}`",
            manager.name, manager.install
        ));
    }
    Ok(())
}

/// Whether a push is checked.
pub(super) fn examine(survey: &Survey, gates: &mut Vec<Gate>) -> Result<(), Error> {
    let Some(hooks) = &survey.hooks else {
        return Ok(());
    };
    let (manager, file) = manager(survey, hooks)?;
    let name = survey.shown(&file);
    let gate = |state, text| Gate {
        name: "git push".to_owned(),
        state,
        text,
    };
    let text = match text_of(&file) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => {
            gates.push(gate(State::Open, error.to_string()));
            return Ok(());
        }
    };
    gates.push(match (manager.standing)(&text) {
        Standing::Absent => {
            let mut plan = Plan::default();
            plan.edit(survey, &file, manager.instead, manager.add);
            let how = match plan.by_hand.is_empty() {
                true => "`packwarden init` adds it",
                false => manager.instead,
            };
            gate(
                State::Missing,
                format!("{name} does not check what is pushed: {how}"),
            )
        }
        Standing::Not(reason) => gate(State::Open, format!("{name} has the check, but {reason}")),
        Standing::Decides => match not_run(manager, hooks, survey) {
            Some(reason) => gate(State::Open, format!("{name} has the check, but {reason}")),
            None => {
                let mut past = vec![NO_VERIFY];
                past.extend((!manager.past.is_empty()).then_some(manager.past));
                let past = past.join(" and ");
                gate(
                    State::Holds,
                    format!("{name} checks what is pushed; not with {past}"),
                )
            }
        },
    });
    Ok(())
}

/// Why git does not run what the manager would.
fn not_run(manager: &Manager, hooks: &Hooks, survey: &Survey) -> Option<String> {
    let hook = hook(hooks);
    let installed = text_of(&hook).ok().flatten();
    let elsewhere = hooks.directory != hooks.own;
    let place = elsewhere.then(|| {
        let path = escape(&hooks.directory.to_string_lossy());
        format!(" (core.hooksPath leads git to {path})")
    });
    let place = place.unwrap_or_default();
    match installed {
        Some(_) if plain::is_switched_off(&hook) => Some(format!(
            "{} can't be run: `chmod +x` it",
            survey.shown(&hook)
        )),
        Some(_) if manager.is_git() => None,
        Some(text) if is_installed(manager, &text) => None,
        _ => Some(format!(
            "git does not run {}{place}: type `{}`",
            manager.name, manager.install
        )),
    }
}

/// A file at the top of the repository, if it is there.
fn first(survey: &Survey, names: &[&str]) -> Result<Option<PathBuf>, Error> {
    Ok(survey.first_of(names)?.map(|(path, _)| path))
}

/// A path below the top.
fn below(survey: &Survey, path: &str) -> PathBuf {
    Path::new(survey.top()).join(path)
}
