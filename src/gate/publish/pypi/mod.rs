//! Clients that upload to PyPI: each uploads files that lie ready, and so it is given what has passed in the
//! place of its own. Those that build first are kept from that.

mod companion;
mod destination;
mod files;
mod place;
mod tools;
mod typed;

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::Command;
use crate::{
    check::{PackOptions, Request, Target},
    ecosystem,
    gate::{Error, Gate, client},
    model::{directory_of, escape},
};
use companion::Companion;
use files::is_companion;
use tools::{Directory, How};
use typed::Typed;

/// A client that uploads to PyPI, or a program that starts one.
pub(super) fn publish(gate: &Gate<'_>, command: &Command<'_>) -> Result<u8, Error> {
    let typed = Typed::of(command)?;
    let name = typed.tool.name;
    let gate = &Gate {
        request: Request {
            destination: destination::destination(&typed),
            ..gate.request.clone()
        },
        ..*gate
    };
    match typed.how {
        How::Files(files) => {
            let found = files::named(&typed, files)?;
            let targets = place::targets(found.artifacts)?;
            upload(gate, &typed, targets, &found.companions, As::Files(None))
        }
        How::Directory(directory) => of_directory(gate, &typed, directory),
        How::Builds(uploading) => {
            refuse_words(&typed)?;
            let root = place::project_above(Path::new("."));
            build_and_upload(gate, &typed, root, As::Files(Some(uploading)))
        }
        How::Never(instead) => Err(typed.refused(
            format!("{name} always builds what it uploads, so that it can't be what was checked"),
            *instead,
        )),
    }
}

/// What a client is given.
enum As<'a> {
    /// The files, to a command of this name if it is another.
    Files(Option<&'static str>),
    /// The directory that they are in.
    Directory(&'a Directory),
}

fn of_directory(gate: &Gate<'_>, typed: &Typed<'_>, directory: &Directory) -> Result<u8, Error> {
    refuse_words(typed)?;
    let root = (directory.root)(typed);
    if (directory.builds)(typed) {
        return build_and_upload(gate, typed, root, As::Directory(directory));
    }
    let place = root.join(
        typed
            .value(directory.flags)
            .map_or(Path::new("dist"), Path::new),
    );
    let artifacts = (directory.takes)(&place, &root)?;
    if artifacts.is_empty() {
        return Err(Error::Nothing(escape(&place.display().to_string())));
    }
    let is_signed = |companion: &PathBuf| artifacts.iter().any(|one| signs(companion, one));
    let entries = fs::read_dir(&place).into_iter().flatten();
    let companions = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let companions = companions.filter(|path| {
        let name = path.file_name().unwrap_or_default();
        is_companion(name, directory.companions) && is_signed(path)
    });
    let companions: Vec<_> = companions.collect();
    let targets = vec![Target::Made(ecosystem::built(&root, &artifacts)?)];
    upload(gate, typed, targets, &companions, As::Directory(directory))
}

/// Has the client build, in a private copy, and then upload that.
fn build_and_upload(
    gate: &Gate<'_>,
    typed: &Typed<'_>,
    root: PathBuf,
    given: As<'_>,
) -> Result<u8, Error> {
    let pack = PackOptions {
        client: Some(typed.tool.name),
        build_only: true,
        ..gate.request.pack.clone()
    };
    let gate = Gate {
        request: Request {
            pack,
            ..gate.request.clone()
        },
        ..*gate
    };
    upload(&gate, typed, vec![Target::Path(root)], &[], given)
}

/// Checks, and has the client upload what has passed and nothing else.
fn upload(
    gate: &Gate<'_>,
    typed: &Typed<'_>,
    targets: Vec<Target>,
    companions: &[PathBuf],
    given: As<'_>,
) -> Result<u8, Error> {
    let companions = companions.iter().map(|path| Companion::read(path));
    let companions = companions.collect::<Result<Vec<_>, _>>()?;
    let held = match gate.hold(targets)? {
        Ok(held) => held,
        Err(code) => return Ok(code),
    };
    // Without a file, a client may take what lies in dist/.
    let Some(first) = held.artifacts.first() else {
        return Err(Error::Nothing("no file is named".to_owned()));
    };
    let beside = companions.iter().map(|one| one.put_beside(&first.file));
    let beside = beside.collect::<Result<Vec<_>, _>>()?;
    let mut command = match given {
        As::Files(name) => {
            let mut command = typed.without(&[], name);
            command.args(held.artifacts.iter().map(|artifact| &artifact.file));
            command.args(beside);
            command
        }
        As::Directory(directory) => {
            let dropped = [directory.flags, directory.about_building].concat();
            let mut command = typed.without(&dropped, None);
            command.args(directory.no_build);
            command
                .args(directory.flags.last())
                .arg(directory_of(&first.file));
            command
        }
    };
    held.verify(typed.tool.name)?;
    for artifact in &held.artifacts {
        gate.let_through(artifact, typed.tool.name);
    }
    client::run(&mut command, typed.tool.name, Path::new("."))
}

fn signs(companion: &Path, artifact: &Path) -> bool {
    let (companion, artifact) = (companion.file_name(), artifact.file_name());
    let name = companion.unwrap_or_default().as_encoded_bytes();
    name.starts_with(artifact.unwrap_or_default().as_encoded_bytes())
}

fn refuse_words(typed: &Typed<'_>) -> Result<(), Error> {
    match typed.files().next() {
        None => Ok(()),
        Some(_) => Err(typed.refused(
            format!("{} takes no files there", typed.tool.name),
            "leave them out",
        )),
    }
}
