//! Why there is no artifact.

use std::{ffi::OsString, io, path::Path, time::Duration};

use miette::Diagnostic;
use thiserror::Error as ThisError;

use crate::model::{Skipped, escape};

/// Why there is no artifact to check. Paths and output in it are escaped for display.
#[derive(Debug, ThisError, Diagnostic)]
pub enum Error {
    /// Nothing is there.
    #[error("there is no directory {0}")]
    #[diagnostic(help("give a project directory, or the artifact file itself"))]
    NoSuchDirectory(String),

    /// Something else is there.
    #[error("{0} is not a directory")]
    #[diagnostic(help("give a project directory, or the artifact file itself"))]
    NotADirectory(String),

    /// The directory holds no manifest.
    #[error(
        "{path} is not in a project that can be packed: neither it nor a directory above it has a {}",
        .manifests.join(" or ")
    )]
    #[diagnostic(help(
        "give the directory that holds the manifest, or the artifact file itself (for npm, what `npm pack` makes)"
    ))]
    NoProject {
        /// The directory.
        path: String,
        /// The manifests looked for.
        manifests: Vec<&'static str>,
    },

    /// There is nothing built, and nothing to build it with.
    #[error("{path} has no artifact in dist/, and no client that could build one was found")]
    #[diagnostic(help(
        "install uv or build (`python3 -m pip install build`) and check again, or build it where you can: what then lies in dist/ is checked; if it is not for PyPI, give it the classifier `Private :: Do Not Upload`"
    ))]
    NoBuilder {
        /// The project.
        path: String,
    },

    /// A build has started this program, which would build again, for ever.
    #[error("{path} can't be built for a check from inside a build that a check has started")]
    #[diagnostic(help(
        "take the check out of the build, and run it on what the build has made: `packwarden check dist/*`"
    ))]
    BuildInsideBuild {
        /// The project.
        path: String,
    },

    /// A copy would take too long.
    #[error(
        "{path} holds more than 2 GiB, too much for a private copy that could be built for this check"
    )]
    #[diagnostic(help(
        "build it yourself (`uv build`, `python3 -m build`) and check again: what then lies in dist/ is checked; or name environments and other large directories of tools in .gitignore, which leaves them out"
    ))]
    TooLargeToCopy {
        /// What would have been copied.
        path: String,
    },

    /// The manifest is not that of a package.
    #[error("{path} is {what}, so there is nothing to pack")]
    #[diagnostic(help(
        "check all its packages with --workspace, one with --package NAME, or give the directory of a package"
    ))]
    OtherManifest {
        /// The manifest.
        path: String,
        /// What it is instead.
        what: &'static str,
    },

    /// The root of a workspace.
    #[error("{path} is not for publishing ({reason}), but the workspace has packages that are")]
    #[diagnostic(help("check them all with --workspace, or one with --package NAME"))]
    PrivateRoot {
        /// The manifest.
        path: String,
        /// What says so.
        reason: &'static str,
    },

    /// A workspace without anything for a registry.
    #[error("nothing in the workspace of {path} can be published{}", reasons(.skipped))]
    #[diagnostic(help("name one with --package NAME to check it all the same"))]
    NothingPublishable {
        /// The directory.
        path: String,
        /// What was left out.
        skipped: Vec<Skipped>,
    },

    /// A name that no package of the workspace has.
    #[error("the workspace of {path} has no package `{name}`")]
    #[diagnostic(help("{help}"))]
    PackageUnknown {
        /// The name.
        name: String,
        /// The directory.
        path: String,
        /// What may be meant.
        help: String,
    },

    /// The manifest is broken.
    #[error("{path} can't be used: {reason}")]
    #[diagnostic(help("correct the file: a client could not publish this project either"))]
    UnusableManifest {
        /// The manifest.
        path: String,
        /// What is wrong with it.
        reason: String,
    },

    /// Reading failed.
    #[error("{path} can't be read")]
    Unreadable {
        /// The file or directory.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },

    /// Writing failed.
    #[error("{path} can't be written")]
    #[diagnostic(help("make room there, and see that you may write there"))]
    Unwritable {
        /// The file or directory.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },

    /// A pipe, a socket or a device: to read it could wait forever.
    #[error(
        "{path} is called as an artifact is, but it is a pipe, a socket or a device, and what it would hand to an upload can't be known before"
    )]
    #[diagnostic(help("remove it, or put the artifact itself there"))]
    SpecialFile {
        /// The file.
        path: String,
    },

    /// No place to pack into.
    #[error(
        "no private directory could be made in the system's directory for temporary files, {path}"
    )]
    #[diagnostic(help("make room there, or name another place with TMPDIR"))]
    NoPrivateDirectory {
        /// The directory for temporary files.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },

    /// The client is not installed.
    #[error("{client} was not found, and it is what packs {path}")]
    #[diagnostic(help(
        "install {client} and see that it is on PATH, or give the packed artifact instead of the directory"
    ))]
    ClientMissing {
        /// The client's name.
        client: &'static str,
        /// The project.
        path: String,
    },

    /// The client could not be started.
    #[error("{client} could not be started in {path}")]
    ClientNotStarted {
        /// The client's name.
        client: &'static str,
        /// The project.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },

    /// The client failed.
    #[error("`{command}` failed in {path} ({status}){output}")]
    #[diagnostic(help(
        "run it there yourself to see more; what the client can't pack, it can't publish either"
    ))]
    ClientFailed {
        /// The command, as it would be typed.
        command: String,
        /// The project.
        path: String,
        /// How it ended.
        status: String,
        /// The end of what it printed, indented, after a line break; or empty.
        output: String,
    },

    /// The client answered in an unknown form.
    #[error("what `{command}` answers in {path} is of no form that is known here")]
    #[diagnostic(help(
        "run it there yourself to see why; check each package by its own directory until it answers"
    ))]
    AnswerUnusable {
        /// The command, as it would be typed.
        command: String,
        /// The directory.
        path: String,
    },

    /// The client did not end.
    #[error("`{command}` did not end within {limit:?} in {path}, and was stopped{output}")]
    #[diagnostic(help(
        "run it there yourself to see what it waits for; if it only needs longer, give it more with --pack-timeout SECONDS"
    ))]
    ClientTooSlow {
        /// The command, as it would be typed.
        command: String,
        /// The project.
        path: String,
        /// How long it was waited for.
        limit: Duration,
        /// The end of what it printed, indented, after a line break; or empty.
        output: String,
    },

    /// The client that answers questions is no longer there.
    #[error("{client} has ended in {path} before it answered ({status}){output}")]
    #[diagnostic(help("run `{client} --version` there yourself to see whether it works"))]
    ClientGone {
        /// The client's name.
        client: &'static str,
        /// The directory.
        path: String,
        /// How it ended.
        status: String,
        /// The end of what it printed, indented, after a line break; or empty.
        output: String,
    },

    /// The client works, but not as it must to be asked.
    #[error("{client} in {path} can't be asked for packages: {said}")]
    #[diagnostic(help(
        "packages are fetched with the client's own libraries (npm 10 and later have them), configuration and cache: see that such a {client} comes first on PATH, and that it can install something there"
    ))]
    ClientUnusable {
        /// The client's name.
        client: &'static str,
        /// The directory.
        path: String,
        /// What is wrong.
        said: String,
    },

    /// The client is configured so that nothing can be fetched.
    #[error("{client} can't be asked for what was published: {reason}")]
    #[diagnostic(help("look into its configuration files and its variables in the environment"))]
    ClientMisconfigured {
        /// The client's name.
        client: &'static str,
        /// What keeps it.
        reason: String,
    },

    /// The client is there and says nothing.
    #[error("{client} has not answered within {limit:?} in {path}{output}")]
    #[diagnostic(help("try again; a proxy or a registry may keep it waiting"))]
    ClientSilent {
        /// The client's name.
        client: &'static str,
        /// The directory.
        path: String,
        /// How long it was waited for.
        limit: Duration,
        /// The end of what it printed, indented, after a line break; or empty.
        output: String,
    },

    /// The client reported success and left nothing.
    #[error("{client} reported success but packed no file")]
    #[diagnostic(help(
        "look for settings that keep it from packing (for npm: `npm config list`), or pack yourself and give the file"
    ))]
    PackedNothing {
        /// The client's name.
        client: &'static str,
    },

    /// The client left several files.
    #[error("{client} packed more than one file: {}", .names.join(", "))]
    #[diagnostic(help(
        "check each package's own directory; if one of the project's scripts packs something else, give that its own --pack-destination, or pack yourself and give the file"
    ))]
    PackedSeveral {
        /// The client's name.
        client: &'static str,
        /// The files.
        names: Vec<String>,
    },

    /// The manifest has scripts that would run here but not on publish.
    #[error(
        "the manifest of {path} has the script `{script}`, which `{publish}` never runs but `{run}` does"
    )]
    #[diagnostic(help(
        "remove it or call it from `{around}`, so that what is checked is what is published; or give the packed artifact"
    ))]
    ScriptNotOfPublish {
        /// The project.
        path: String,
        /// The script.
        script: String,
        /// The publish that does not run it.
        publish: &'static str,
        /// The command that would.
        run: String,
        /// The script around which it runs.
        around: &'static str,
    },

    /// What is checked may still be changed before it is published.
    #[error(
        "this check runs in `{event}` of {path}, and `{script}` comes after it and may change what ships"
    )]
    #[diagnostic(help(
        "run the check in a later script, best in `postpack`, which is the last one before the upload"
    ))]
    CheckTooEarly {
        /// The project.
        path: String,
        /// The script that has started the check.
        event: String,
        /// A script that runs after it.
        script: &'static str,
    },

    /// Which client publishes is not certain.
    #[error(
        "what publishes around this check can't be told: it calls itself `{agent}` (npm_config_user_agent), and its program is `{program}` (npm_execpath)"
    )]
    #[diagnostic(help(
        "start the publish itself, not from a script that another client runs; or call the check in `postpack` and publish with npm, which tells what it has packed"
    ))]
    ClientUnclear {
        /// What the environment says that it is.
        agent: String,
        /// What the environment or the program itself says that it is.
        program: String,
    },

    /// npm tells what it has packed in one script only.
    #[error(
        "npm does not tell in `{event}` which bytes it will upload, and without that none are checked"
    )]
    #[diagnostic(help("call `packwarden hook npm` in `postpack`, where npm 8 and later tell it"))]
    NothingTold {
        /// The script.
        event: String,
    },

    /// The artifact could not be made again.
    #[error(
        "{client} holds other bytes of {path} than it packs when it is asked again, so what it would upload was not read"
    )]
    #[diagnostic(help(
        "call the check first in `postpack`, before anything is put back, see that no other program writes there meanwhile, and publish from the package's own directory"
    ))]
    NotReproduced {
        /// The client's name.
        client: &'static str,
        /// The project.
        path: String,
    },

    /// A check that could stop nothing.
    #[error(
        "{client} {version} runs no `{event}` before it uploads, so a check there stops nothing"
    )]
    #[diagnostic(help(
        "call `packwarden hook npm` in `{gate}`; what was published in spite of this was not checked"
    ))]
    NoGate {
        /// The client's name.
        client: &'static str,
        /// Its version.
        version: String,
        /// The script.
        event: String,
        /// Where a check stops a publish.
        gate: &'static str,
    },

    /// Another command of the same script may change what ships.
    #[error("the script `{event}` of {path} must {must} with `packwarden hook npm`: {why}")]
    #[diagnostic(help(
        "write the check into that script itself, and the other commands into scripts of their own or to its other side"
    ))]
    HookNotAlone {
        /// The manifest.
        path: String,
        /// The script.
        event: String,
        /// Where in it the check belongs.
        must: &'static str,
        /// What would be missed.
        why: &'static str,
    },

    /// No staged package can have it.
    #[error("npm stages no package under the id `{id}`")]
    #[diagnostic(help(
        "give the id that `npm stage publish` has printed, or `npm stage list` prints"
    ))]
    NoStageId {
        /// What was given.
        id: String,
    },

    /// Several clients have left their lock files.
    #[error("{path} has lock files of several clients: {}", .names.join(", "))]
    #[diagnostic(help(
        "each packs other bytes: name the one that publishes with --client or as `packageManager` in package.json, or remove the lock files of the others"
    ))]
    SeveralLockFiles {
        /// The directory.
        path: String,
        /// The lock files.
        names: Vec<&'static str>,
    },

    /// The manifest names a client that is not known here.
    #[error("`{field}` in {path} names {client}, which is not a client that is known here")]
    #[diagnostic(help(
        "name the client that publishes with --client, or pack with {client} and give the packed artifact"
    ))]
    ClientUnknown {
        /// The manifest.
        path: String,
        /// The field of it.
        field: &'static str,
        /// The client's name.
        client: String,
    },

    /// A client that packs projects of another kind was asked for.
    #[error("{client} does not pack what is in {path}")]
    #[diagnostic(help("leave --client out, or give a directory with a project that it packs"))]
    ClientOfOthers {
        /// The client's name.
        client: &'static str,
        /// The directory.
        path: String,
    },

    /// An option that is about projects of another kind.
    #[error("{option} means nothing to what is in {path}")]
    #[diagnostic(help("leave it out: --registry is for crates, --build for Python projects"))]
    OptionOfOthers {
        /// The option.
        option: &'static str,
        /// The directory.
        path: String,
    },

    /// The client has a version that can't pack the project.
    #[error("{path} needs {needs}, and the {client} that was found is {version}")]
    #[diagnostic(help(
        "install what is needed and see that it comes first on PATH, or give the packed artifact instead of the directory"
    ))]
    ClientUnfit {
        /// The client's name.
        client: &'static str,
        /// Its version.
        version: String,
        /// The project.
        path: String,
        /// What is needed instead.
        needs: String,
    },

    /// The client runs scripts that it was told not to run.
    #[error(
        "{client} runs the project's scripts although it was told not to, and one of them has started this check again"
    )]
    #[diagnostic(help("take the check out of that script, or update {client}"))]
    ScriptsNotIgnored {
        /// The client's name.
        client: &'static str,
    },

    /// The run was ended by a signal.
    #[error("interrupted while packing")]
    Interrupted,
}

/// A line for each.
fn reasons(skipped: &[Skipped]) -> String {
    let line = |one: &Skipped| format!("\n  {}: {}", one.path, one.reason);
    skipped.iter().map(line).collect()
}

impl Error {
    pub(super) fn shown(path: &Path) -> String {
        escape(&path.to_string_lossy())
    }

    /// Why a client could not be started in a directory.
    pub fn not_started(client: &'static str, directory: &Path, source: io::Error) -> Self {
        let path = Self::shown(directory);
        match source.kind() {
            io::ErrorKind::NotFound => Self::ClientMissing { client, path },
            _ => Self::ClientNotStarted {
                client,
                path,
                source,
            },
        }
    }

    pub(super) fn packed_several(client: &'static str, names: &[OsString]) -> Self {
        let names = names.iter().map(|name| Self::shown(Path::new(name)));
        Self::PackedSeveral {
            client,
            names: names.collect(),
        }
    }

    pub(super) fn unreadable(path: &Path, source: io::Error) -> Self {
        Self::Unreadable {
            path: Self::shown(path),
            source,
        }
    }
    pub(super) fn unwritable(path: &Path, source: io::Error) -> Self {
        Self::Unwritable {
            path: Self::shown(path),
            source,
        }
    }
}
