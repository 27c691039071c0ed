//! What a typed command of the npm family would publish, and how it is typed for a file instead.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process,
};

use super::clients::{ALL_MEMBERS, Client, MEMBERS, Refusal, Takes, WITH_ROOT};
use crate::{
    ecosystem::PublishCommand,
    gate::{
        Error,
        publish::{
            Command,
            words::{Flag, Words},
        },
    },
    model::escape,
};

/// A command that publishes.
pub(super) struct Typed<'a> {
    pub(super) command: &'a Command<'a>,
    pub(super) client: &'static Client,
    words: Words<'a>,
    /// How many words make the client publish.
    length: usize,
    /// Where it runs.
    pub(super) directory: PathBuf,
    /// What is to be published, if it is named.
    pub(super) named: Option<Named<'a>>,
}

/// What is named to be published.
pub(super) enum Named<'a> {
    Directory(&'a OsStr),
    File(&'a OsStr),
}

impl<'a> Typed<'a> {
    /// Takes the command apart.
    ///
    /// # Errors
    ///
    /// When nobody but the client knows what it would publish.
    pub(super) fn of(command: &'a Command<'a>, client: &'static Client) -> Result<Self, Error> {
        let refused = |refusal: &Refusal| command.refused(refusal.reason, refusal.instead);
        let words = Words::of(command.arguments, &client.flags).map_err(|flag| {
            let mut refusals = client.refused.iter();
            let refusal = refusals.find(|refusal| refusal.flags.contains(&flag));
            refusal.map_or_else(|| ambiguous(command, flag), refused)
        })?;
        let mut refusals = client.refused.iter();
        if let Some(refusal) = refusals.find(|refusal| words.has(refusal.flags)) {
            return Err(refused(refusal));
        }
        let Some(length) = length(&words, client) else {
            return Err(another(command, client));
        };
        let known = |flag: &Flag<'_>| {
            let Flag { name, .. } = flag;
            client.flags.with_value.contains(name) || client.flags.without.contains(name)
        };
        let mut others = words.flags.iter().filter(|flag| !known(flag));
        if let Some(flag) = others.next().filter(|_| !client.takes_any_flag) {
            let reason = format!("what `{}` does is not known here", escape(flag.name));
            return Err(command.refused(reason, "leave it out, or set it in the configuration"));
        }
        let directory = match words.value(client.directory) {
            Some(directory) => PathBuf::from(directory),
            None => PathBuf::from("."),
        };
        let named = named(command, client, &words.plain[length..], &directory)?;
        Ok(Self {
            command,
            client,
            words,
            length,
            directory,
            named,
        })
    }

    /// Where what is named lies.
    pub(super) fn at(&self, named: &OsStr) -> PathBuf {
        match self.directory.as_os_str() == "." {
            true => PathBuf::from(named),
            false => self.directory.join(named),
        }
    }

    /// Whether a flag of these names is on: the last counts.
    pub(super) fn is_on(&self, names: &[&str]) -> bool {
        let negated: Vec<_> = names
            .iter()
            // One with a single dash has no opposite.
            .filter_map(|name| Some(format!("--no-{}", name.strip_prefix("--")?)))
            .collect();
        let is_negated = |flag: &Flag<'_>| negated.iter().any(|name| name == flag.name);
        let mut flags = self.words.flags.iter().rev();
        let last = flags.find(|flag| names.contains(&flag.name) || is_negated(flag));
        last.is_some_and(|flag| !is_negated(flag) && flag.value != Some(OsStr::new("false")))
    }

    /// The values of all flags of these names.
    pub(super) fn values(&self, names: &[&str]) -> Vec<&'a OsStr> {
        let flags = self.words.flags.iter();
        let named = flags.filter(|flag| names.contains(&flag.name));
        named.filter_map(|flag| flag.value).collect()
    }

    /// Whether it leaves what it sends with the registry for an approval.
    pub(super) fn stages(&self) -> bool {
        let is_first = self
            .words
            .plain
            .first()
            .is_some_and(|(_, word)| *word == "stage");
        is_first && !self.is_on(&["--dry-run"])
    }

    /// Settings that say where it goes, by the names that npm gives them.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let flags = self.words.flags.iter();
        let settings = flags.filter_map(|flag| {
            let name = flag.name.strip_prefix("--")?;
            let matters = ["registry", "access"].contains(&name) || name.ends_with(":registry");
            let value = flag.value?.to_str()?;
            matters.then(|| (name.to_owned(), value.to_owned()))
        });
        settings.collect()
    }

    /// The program, so that it is the same one wherever it runs.
    pub(super) fn program(&self) -> OsString {
        let path = Path::new(self.command.program);
        let program = match path.components().count() {
            // On Windows all but bun are scripts, which are only found with their extension.
            1 if cfg!(windows) && path.extension().is_none() && self.client.name != "bun" => {
                return path.with_extension("cmd").into();
            }
            1 => return path.into(),
            _ => std::path::absolute(path),
        };
        program.map_or_else(|_| path.into(), PathBuf::into_os_string)
    }

    /// The command, for those who pack.
    pub(super) fn publish_command(&self) -> Result<PublishCommand, Error> {
        // What runs elsewhere must not take it for something there.
        let directory = env::current_dir().map(|here| here.join(&self.directory));
        let directory = directory.map_err(|_| {
            self.command.refused(
                "the current directory is gone",
                "change into one that is there",
            )
        })?;
        Ok(PublishCommand {
            program: self.program(),
            directory,
            project: match self.named {
                Some(Named::Directory(named)) => Some(named.to_owned()),
                _ => None,
            },
            settings: self.settings(),
        })
    }

    /// The command that publishes this file, or what the command itself does, with the user's own flags.
    pub(super) fn publishing(&self, file: Option<&Path>) -> process::Command {
        let mut command = process::Command::new(self.program());
        let chosen = [self.client.directory, MEMBERS, ALL_MEMBERS, WITH_ROOT].concat();
        let left_out = self.words.flags.iter().filter(|flag| {
            // What these are called elsewhere is something else.
            (self.client.directory.contains(&flag.name) || self.client.name == "npm")
                && chosen.contains(&flag.name)
        });
        let left_out: Vec<_> = left_out.map(|flag| flag.at.clone()).collect();
        let named = self.words.plain.get(self.length).map(|(at, _)| *at);
        let last = self.words.plain[self.length - 1].0;
        for (at, word) in self.command.arguments.iter().enumerate() {
            if left_out.iter().any(|range| range.contains(&at)) || named == Some(at) {
                continue;
            }
            command.arg(word);
            if at == last {
                command.args(file).args(self.client.beside);
            }
        }
        command
    }
}

/// How many of the plain words are those that publish.
fn length(words: &Words<'_>, client: &Client) -> Option<usize> {
    let is_typed = |command: &&&[&str]| {
        let typed = words.plain.iter().map(|(_, word)| *word);
        typed.take(command.len()).eq(command.iter().map(OsStr::new))
    };
    let command = client.commands.iter().find(is_typed)?;
    let mut places = words.plain.iter().map(|(at, _)| *at).enumerate();
    let is_first = places.all(|(expected, at)| expected >= command.len() || at == expected);
    (is_first || !client.command_first).then_some(command.len())
}

fn named<'a>(
    command: &Command<'_>,
    client: &Client,
    words: &[(usize, &'a OsStr)],
    directory: &Path,
) -> Result<Option<Named<'a>>, Error> {
    let word = match words {
        [] => return Ok(None),
        [(_, word)] => *word,
        _ => {
            let instead = "run the command once for each";
            return Err(command.refused("it names more than one package", instead));
        }
    };
    let path = directory.join(word);
    let shown = escape(&word.to_string_lossy());
    let is_path = path.is_dir().then(|| is_path(word));
    match (client.takes, is_path) {
        (Takes::Nothing, _) => Err(command.refused(
            format!("{} publishes the project in its own directory", client.name),
            "change into that directory, and leave the word out",
        )),
        (Takes::Directory, None) if path.is_file() => Err(command.refused(
            format!("{} would describe the file by the package.json that lies here", client.name),
            format!("`packwarden publish -- npm publish {shown}` uploads the same bytes"),
        )),
        (_, None) if path.is_file() => Ok(Some(Named::File(word))),
        (Takes::Any | Takes::Directory, Some(_)) | (Takes::AnyPath, Some(true)) => Ok(Some(Named::Directory(word))),
        (Takes::AnyPath, Some(false)) => Err(command.refused(
            format!("{} takes `{shown}` for a name or a repository", client.name),
            format!("type `./{shown}`"),
        )),
        (Takes::File, Some(_)) => Err(command.refused(
            format!("{} publishes no directory that is named", client.name),
            "change into that directory, and leave the word out",
        )),
        (_, None) => Err(command.refused(
            format!("there is no directory and no file `{shown}` here"),
            "give a project's directory or an artifact; what is published elsewhere already can't be checked so",
        )),
    }
}

/// Whether npm takes this for a path.
fn is_path(word: &OsStr) -> bool {
    let bytes = word.as_encoded_bytes();
    bytes.starts_with(b".") || bytes.ends_with(b"/") || Path::new(word).is_absolute()
}

fn ambiguous(command: &Command<'_>, flag: &str) -> Error {
    let flag = escape(flag);
    command.refused(
        format!("whether the word behind `{flag}` belongs to it is not known here"),
        format!("write `{flag}=VALUE`, or put `{flag}` at the end"),
    )
}

/// A command that does something else than to publish, or publishes something else.
fn another(command: &Command<'_>, client: &Client) -> Error {
    let all = client.commands.iter().map(|words| words.join(" "));
    let all: Vec<_> = all
        .map(|words| format!("`packwarden publish -- {} {words}`", client.name))
        .collect();
    command.refused(
        "what it uploads is not known here",
        format!(
            "type {}; a script or a release tool that publishes is stopped by `packwarden hook npm` in \
             the project's scripts",
            all.join(" or ")
        ),
    )
}
