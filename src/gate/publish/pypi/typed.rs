//! A command as it was typed: which client it starts, through what, and with which flags.

use std::{env, ffi::OsStr, path::Path, process};

use super::tools::{How, TOOLS, Tool};
use crate::{
    gate::{
        Error,
        publish::{
            Command,
            words::{Flag, Words},
        },
    },
    model::escape,
};

/// What starts a client that is named next, with the words in between.
const RUNNERS: [(&str, &[&str]); 7] = [
    ("python", &["-m"]),
    ("python3", &["-m"]),
    ("py", &["-m"]),
    ("uvx", &[]),
    ("uv", &["tool", "run"]),
    ("uv", &["run"]),
    ("pipx", &["run"]),
];

/// A command that uploads.
pub(super) struct Typed<'a> {
    command: &'a Command<'a>,
    pub(super) tool: &'static Tool,
    pub(super) how: &'static How,
    /// How many arguments come before those of the client.
    before: usize,
    words: Words<'a>,
}

impl<'a> Typed<'a> {
    /// Follows it.
    pub(super) fn of(command: &'a Command<'a>) -> Result<Self, Error> {
        let (tool, before) = started(command)?;
        let unknown = |name: &str| {
            command.refused(
            format!("{} is not known here, and may change what is uploaded", shown(name)),
            "write each flag out in full and its value behind it, as a word of its own; leave out what is not needed to upload",
        )
        };
        let words = Words::of(&command.arguments[before..], &tool.known).map_err(unknown)?;
        for Flag { name, value, .. } in &words.flags {
            let has_value = tool.known.with_value.contains(name);
            if !has_value && !tool.known.without.contains(name) {
                return Err(unknown(name));
            }
            if has_value && value.is_none() {
                let reason = format!("{} has no value", shown(name));
                return Err(command.refused(
                    reason,
                    "give it one; a value that begins with a dash is written after `=`",
                ));
            }
        }
        let said = words.plain.first().map(|(_, word)| *word);
        let named = |(name, _): &&(&str, _)| said == Some(OsStr::new(name));
        let Some((_, how)) = tool.commands.iter().find(named) else {
            let known = tool
                .commands
                .iter()
                .map(|(name, _)| format!("`{} {name}`", tool.name));
            let known: Vec<_> = known.collect();
            return Err(
                command.refused("it does not upload", format!("give {}", known.join(" or ")))
            );
        };
        if let Some(name) = tool.variables.iter().find(|name| is_set(name)) {
            return Err(command.refused(
                format!("{name} is set, and what is uploaded depends on it"),
                format!("unset {name}, and run the command in the directory of the project"),
            ));
        }
        Ok(Self {
            command,
            tool,
            how,
            before,
            words,
        })
    }

    /// The value of the last flag of one of these names.
    pub(super) fn value(&self, names: &[&str]) -> Option<&'a OsStr> {
        self.words.value(names)
    }

    /// Whether a flag of one of these names is there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.words.has(names)
    }

    /// The files that are named.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a OsStr> {
        self.words.plain.iter().skip(1).map(|(_, word)| *word)
    }

    /// The same command, as `name`, with all its flags but these, and without files.
    pub(super) fn without(&self, flags: &[&str], name: Option<&str>) -> process::Command {
        let mut command = process::Command::new(self.command.program);
        let (before, own) = self.command.arguments.split_at(self.before);
        command.args(before);
        let said = self.words.plain.first().map(|(at, _)| *at);
        let kept = |at: usize| {
            let flag = self.words.flags.iter().find(|flag| flag.at.contains(&at));
            flag.is_some_and(|flag| !flags.contains(&flag.name))
        };
        for (at, word) in own.iter().enumerate() {
            match Some(at) == said {
                true => command.arg(name.map_or(&**word, OsStr::new)),
                false if kept(at) => command.arg(word),
                false => &mut command,
            };
        }
        command
    }

    /// Why it can't be followed, and what to type instead.
    pub(super) fn refused(&self, reason: impl Into<String>, instead: impl Into<String>) -> Error {
        self.command.refused(reason, instead)
    }
}

/// The client that a command starts, and how many arguments come before those of the client.
fn started(command: &Command<'_>) -> Result<(&'static Tool, usize), Error> {
    let name = Path::new(command.program).file_stem().unwrap_or_default();
    let called = |name: &str| TOOLS.into_iter().find(|tool| tool.name == name);
    for (runner, words) in RUNNERS {
        let (begin, rest) = command
            .arguments
            .split_at(words.len().min(command.arguments.len()));
        // As in `uvx twine@7.0.0`.
        let next = rest
            .first()
            .and_then(|word| word.to_str()?.split('@').next());
        if name == runner
            && begin == words
            && let Some(tool) = next.and_then(called)
        {
            return Ok((tool, words.len() + 1));
        }
    }
    let tool = name.to_str().and_then(called);
    let refused = || {
        command.refused(
            "which client it starts, and with what, is not known here",
            "name the client itself: `twine upload FILES…`, `python3 -m twine upload FILES…`, `uvx twine upload FILES…`",
        )
    };
    tool.map(|tool| (tool, 0)).ok_or_else(refused)
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// A flag without what may be a secret: `-pSECRET` is a flag too.
fn shown(flag: &str) -> String {
    let long = flag.starts_with("--");
    let short: String = flag.chars().take(2).collect();
    match long || flag == short {
        true => format!("`{}`", escape(flag)),
        false => format!("what begins with `{}`", escape(&short)),
    }
}
