//! Has a client pack as it would on a publish.

use std::{env, ffi::OsString, fs, path::Path, sync::Arc, thread};

use serde_json::Value;

use super::{
    Destination, Ignores, Ignoring, MANIFEST, environment, registry,
    running::Running,
    scripts::{around, has_any, manifest},
};
use crate::{
    ecosystem::{
        Error, PackOptions, Packed, Project, PublishCommand, Scripts, WhyIgnored,
        client::{MARKER, WITHOUT_SCRIPTS},
        only_file,
        private::PrivateDirectory,
    },
    model::{self, PackedBy, escape, read_text_file},
};

/// The script that runs when the artifact is made.
const AFTER_PACKING: &str = "postpack";
/// What the artifact is called where the client leaves that to us.
const FILE_NAME: &str = "package.tgz";

pub(super) fn pack(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    let manifest = manifest(&project.manifest).map_err(|reason| Error::UnusableManifest {
        path: Error::shown(&project.root.join(MANIFEST)),
        reason,
    })?;
    let run = Run {
        running: Running::find(&project.root, &manifest, options)?,
        manifest: &manifest,
        publish: options.publish.as_ref(),
    };
    let facts = run.running.facts;
    let scripts = run.scripts(options)?;
    if scripts == Scripts::Ran {
        run.scripts_before()?;
    }
    let directory = PrivateDirectory::create()?;
    // The questions take as long as the pack: both go on at the same time.
    let (said, destination) = thread::scope(|scope| {
        let asked = scope.spawn(|| registry::destination(&run.running, run.manifest));
        let said = run.pack(directory.path(), scripts);
        (said, asked.join().ok())
    });
    let said = said?;
    // What clients take it from once the scripts have run.
    let packed = read_text_file(&project.root.join(MANIFEST)).ok();
    let packed = packed.and_then(|text| self::manifest(&text).ok());
    let is_changed = registry::asked(&manifest) != registry::asked(&packed.unwrap_or_default());
    let destination = destination.map(|destination| match is_changed {
        true => model::Destination::unknown(registry::CHANGED),
        false => destination,
    });
    let file_name = only_file(directory.path(), facts.name)?;
    Ok(vec![Packed {
        file: directory.path().join(&file_name),
        label: file_name.to_string_lossy().into_owned(),
        root: project.root.clone(),
        packed_by: Some(PackedBy {
            client: facts.name.to_owned(),
            version: run.running.version,
            command: said.into_iter().map(str::to_owned).collect(),
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

struct Run<'a> {
    running: Running<'a>,
    manifest: &'a Value,
    publish: Option<&'a PublishCommand>,
}

impl Run<'_> {
    /// Whether the project's scripts are to run. Asking npm costs a quarter of a second, and so a
    /// client is asked only where there is something to run.
    fn scripts(&self, options: &PackOptions) -> Result<Scripts, Error> {
        if options.ignore_scripts {
            return Ok(Scripts::Ignored(WhyIgnored::Asked));
        }
        if environment::inside_packing(|name| env::var_os(name)) {
            self.refuse_early()?;
            return Ok(Scripts::Ignored(WhyIgnored::InsidePacking));
        }
        let (running, facts) = (&self.running, self.running.facts);
        let has_any = has_any(self.manifest, &[facts.before, facts.within].concat());
        let ignores = has_any
            && match facts.ignores {
                Ignores::Never => false,
                Ignores::Says(question) => {
                    let mut command = running.question(question)?;
                    let said = running.typed(question);
                    running.client.ask(&mut command, &said)? == "true"
                }
                Ignores::Reads(ignores) => ignores(running.client.project),
            };
        Ok(match ignores {
            true => Scripts::Ignored(WhyIgnored::Configured),
            false => Scripts::Ran,
        })
    }

    /// A check that a script of this very project has started before others of its scripts have run does
    /// not see what these will change. What comes after the pack changes nothing that is uploaded.
    fn refuse_early(&self) -> Result<(), Error> {
        let facts = self.running.facts;
        let event = env::var("npm_lifecycle_event").unwrap_or_default();
        let of_project = env::var_os("npm_package_json").is_none_or(|manifest| {
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
                    let mut command = running.command(facts.run);
                    running.client.run(command.arg(name), &typed)?;
                }
            }
        }
        Ok(())
    }

    /// Packs into the directory, and says how that would be typed.
    fn pack(&self, directory: &Path, scripts: Scripts) -> Result<Vec<&'static str>, Error> {
        let facts = self.running.facts;
        let mut command = self.running.command(facts.pack);
        if let Some(publish) = self.publish.filter(|_| facts.packs_by_name)
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
