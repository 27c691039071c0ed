//! Has a client pack as it would on a publish.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    path::Path,
    process::Command,
    sync::Arc,
    thread,
};

use serde_json::Value;

use super::{
    Around, Destination, Ignoring, MANIFEST, environment,
    handover::Handover,
    registry,
    running::Running,
    scripts::{around, has_any, has_hook, manifest},
};
use crate::{
    ecosystem::{
        Error, PackOptions, Packed, Project, Scripts, WhyIgnored,
        client::{MARKER, WITHOUT_SCRIPTS},
        only_file,
        private::PrivateDirectory,
        real,
    },
    model::{self, PackedBy, Sha512, escape, read_text_file},
};

/// The script that runs when the artifact is made.
pub(super) const AFTER_PACKING: &str = "postpack";
/// What the artifact is called where the client leaves that to us.
const FILE_NAME: &str = "package.tgz";

pub(super) fn pack(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    let manifest = manifest(&project.manifest).map_err(|reason| Error::UnusableManifest {
        path: Error::shown(&project.root.join(MANIFEST)),
        reason,
    })?;
    let mut run = Run {
        running: Running::find(&project.root, &manifest, options)?,
        manifest: &manifest,
        handover: None,
    };
    let facts = run.running.facts;
    let around = options.around.as_ref();
    if let Some(around) = around {
        around.fits(&run.running, &manifest)?;
    }
    let scripts = run.scripts(options)?;
    let all = [facts.before, facts.within].concat();
    if scripts == Scripts::Ran && has_hook(&manifest, &all) {
        run.handover = Some(Handover::create(&project.root)?);
    }
    if scripts == Scripts::Ran {
        run.scripts_before()?;
    }
    // The questions take as long as the pack: both go on at the same time.
    let (made, destination) = thread::scope(|scope| {
        let asked = scope.spawn(|| registry::destination(&run.running, run.manifest));
        let made = run.make(scripts, around);
        (made, asked.join().ok())
    });
    let (directory, file_name, said) = made?;
    // What clients take it from once the scripts have run.
    let packed = read_text_file(&project.root.join(MANIFEST)).ok();
    let packed = packed.and_then(|text| self::manifest(&text).ok());
    let is_changed = registry::asked(&manifest) != registry::asked(&packed.unwrap_or_default());
    let destination = destination.map(|destination| match is_changed {
        true => model::Destination::unknown(registry::CHANGED),
        false => destination,
    });
    Ok(vec![Packed {
        file: directory.path().join(&file_name),
        label: file_name.to_string_lossy().into_owned(),
        root: project.root.clone(),
        packed_by: Some(PackedBy {
            client: facts.name.to_owned(),
            version: run.running.version,
            command: said,
            without_scripts: match scripts {
                Scripts::Ran => None,
                Scripts::Ignored(why) => Some(why.to_string()),
            },
        }),
        destination,
        asked_of: Some(registry::facts(&manifest)),
        _directory: Some(Arc::new(directory)),
        ..Packed::default()
    }])
}

/// Where an artifact was made, what it is called there, and how that would be typed.
type Made = (PrivateDirectory, OsString, Vec<String>);

/// How an artifact is come by.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// It is packed in the project's directory.
    Pack,
    /// It is packed by its path, from another directory: npm then does not read the ignore files of its
    /// workspace.
    PackFrom(&'a Path),
    /// It lies there.
    Take(&'a Path),
}

struct Run<'a> {
    running: Running<'a>,
    manifest: &'a Value,
    /// For a hook among the scripts.
    handover: Option<Handover>,
}

impl Run<'_> {
    /// Whether the project's scripts are to run. Asking npm costs a quarter of a second, and so a
    /// client is asked only where there is something to run.
    fn scripts(&self, options: &PackOptions) -> Result<Scripts, Error> {
        if options.ignore_scripts {
            return Ok(Scripts::Ignored(WhyIgnored::Asked));
        }
        if environment::inside_packing(|name| env::var_os(name)) {
            self.refuse_early(options.around.is_some())?;
            return Ok(Scripts::Ignored(WhyIgnored::InsidePacking));
        }
        let facts = self.running.facts;
        let has_any = has_any(self.manifest, &[facts.before, facts.within].concat());
        let ignores = has_any && self.running.ignores_scripts()?;
        Ok(match ignores {
            true => Scripts::Ignored(WhyIgnored::Configured),
            false => Scripts::Ran,
        })
    }

    /// A check that a script of this very project has started before others of its scripts have run does
    /// not see what these will change. What comes after the pack changes nothing that is uploaded.
    fn refuse_early(&self, is_hook: bool) -> Result<(), Error> {
        let facts = self.running.facts;
        let event = env::var("npm_lifecycle_event").unwrap_or_default();
        // Yarn 1 leaves a foreign one there.
        let named = env::var_os("npm_package_json").filter(|_| !is_hook);
        let of_project = named.is_none_or(|manifest| {
            let real = |path: &Path| path.canonicalize().ok();
            real(Path::new(&manifest)) == real(&self.running.client.project.join(MANIFEST))
        });
        let all = facts.before.iter().chain(facts.within);
        let mut later = all
            .skip_while(|name| **name != event)
            .skip(1)
            .filter(|name| **name != AFTER_PACKING);
        match later.find(|name| has_any(self.manifest, &[name])) {
            Some(script) if of_project => Err(Error::CheckTooEarly {
                path: Error::shown(self.running.client.project),
                event: escape(&event),
                script,
            }),
            _ => Ok(()),
        }
    }

    /// Runs the scripts that only a publish runs, each alone. Some clients can't: a manifest with
    /// scripts that would run around one is refused rather than packed in another way than it will be
    /// published.
    fn scripts_before(&self) -> Result<(), Error> {
        let (running, facts) = (&self.running, self.running.facts);
        let has = |name: &&&str| has_any(self.manifest, &[name]);
        for name in facts.before.iter().filter(has) {
            let typed = running.typed(&["run", name]);
            match around(self.manifest, name) {
                Some(script) if facts.runs_around => {
                    return Err(Error::ScriptNotOfPublish {
                        path: Error::shown(running.client.project),
                        script,
                        publish: facts.publish,
                        run: typed,
                        around: name,
                    });
                }
                _ => {
                    let mut command = self.command(facts.run);
                    running.client.run(command.arg(name), &typed)?;
                }
            }
        }
        Ok(())
    }

    /// A command that may run scripts.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.running.command(arguments);
        if let Some(handover) = &self.handover {
            handover.tell(&mut command);
        }
        command
    }

    /// Makes the artifact in a directory of its own, and says how that would be typed. Where the client
    /// around us tells what it has packed, that is what is made: in the way that gives it, or not at all.
    fn make(&self, scripts: Scripts, around: Option<&Around>) -> Result<Made, Error> {
        let typed_in = around.and_then(|around| around.typed_in.as_deref());
        let elsewhere = typed_in.filter(|directory| directory.is_dir());
        let packed = around.and_then(|around| around.packed);
        // A pack has written it already, maybe into the project, where one more would take it along.
        let written = around.and_then(|around| around.written.as_deref());
        let written = written.filter(|file| packed.is_some() && file.is_file());
        let ways = written.map(Way::Take).into_iter().chain([Way::Pack]);
        for way in ways.chain(elsewhere.map(Way::PackFrom)) {
            let directory = PrivateDirectory::create()?;
            let said = self.pack(directory.path(), scripts, way)?;
            let file_name = only_file(directory.path(), self.running.facts.name)?;
            let file = directory.path().join(&file_name);
            let read = || File::open(&file).and_then(Sha512::reading);
            let is_it = packed.map_or(Ok(true), |packed| Ok(read()? == packed));
            if is_it.map_err(|source| Error::unreadable(&file, source))? {
                return Ok((directory, file_name, said));
            }
        }
        Err(Error::NotReproduced {
            client: self.running.facts.name,
            path: Error::shown(self.running.client.project),
        })
    }

    /// Packs into the directory, and says how that would be typed.
    fn pack(&self, directory: &Path, scripts: Scripts, way: Way<'_>) -> Result<Vec<String>, Error> {
        let facts = self.running.facts;
        let from = match way {
            Way::Pack => None,
            Way::PackFrom(from) => Some(from),
            Way::Take(file) => {
                let name = file.file_name().unwrap_or(FILE_NAME.as_ref());
                let copied = fs::copy(file, directory.join(name));
                copied.map_err(|source| Error::unreadable(file, source))?;
                let said = [&[facts.name], facts.pack].concat();
                return Ok(said.into_iter().map(str::to_owned).collect());
            }
        };
        let mut command = self.command(facts.pack);
        if facts.packs_by_name
            && let Some(publish) = &self.running.publish
            && let Some(project) = &publish.project
        {
            command.arg(project).current_dir(&publish.directory);
        }
        match facts.destination {
            Destination::Directory(flag) => command.arg(flag).arg(directory),
            Destination::File(flag) => command.arg(flag).arg(directory.join(FILE_NAME)),
        };
        command.args(facts.plain);
        let mut said = [&[facts.name], facts.pack].concat();
        let path = from.map(|_| real(self.running.client.project));
        if let (Some(from), Some(path)) = (from, &path) {
            command.arg(path).current_dir(from);
        }
        // Held until the client has ended.
        let mut _plugin = None;
        // Where the client itself is configured to ignore scripts, it is left alone: what npm 10 runs
        // all the same it also runs on publish.
        if let Scripts::Ignored(WhyIgnored::Asked | WhyIgnored::InsidePacking) = scripts {
            command.env(MARKER, WITHOUT_SCRIPTS);
            match facts.ignoring {
                Ignoring::Flag(flag, beside) => {
                    said.push(flag);
                    command.arg(flag).args(beside);
                }
                Ignoring::Plugin { variable, text } => {
                    let plugin = plugin(text)?;
                    let all = joined(env::var_os(variable), &plugin.path().join(PLUGIN));
                    command.env(variable, all);
                    _plugin = Some(plugin);
                }
            }
        }
        let mut said: Vec<_> = said.into_iter().map(str::to_owned).collect();
        if let (Some(from), Some(path)) = (from, &path) {
            let below = path.strip_prefix(real(from));
            let shown = below.map_or_else(|_| path.clone(), |below| Path::new(".").join(below));
            said.push(Error::shown(&shown));
        }
        self.running.client.run(&mut command, &said.join(" "))?;
        Ok(said)
    }
}

const PLUGIN: &str = "plugin.cjs";

fn plugin(text: &str) -> Result<PrivateDirectory, Error> {
    let directory = PrivateDirectory::create()?;
    let path = directory.path().join(PLUGIN);
    fs::write(&path, text).map_err(|source| Error::unreadable(&path, source))?;
    Ok(directory)
}

/// The plugins that are there already, and this one.
pub(super) fn joined(others: Option<OsString>, path: &Path) -> OsString {
    match others {
        Some(mut all) if !all.is_empty() => {
            all.push(";");
            all.push(path);
            all
        }
        _ => path.into(),
    }
}
