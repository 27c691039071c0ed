//! npm: the artifact that `npm publish` would upload.
//!
//! `npm publish DIR` runs prepublishOnly, prepack and prepare, packs in memory, runs postpack and
//! uploads. `npm pack` does the same but for prepublishOnly, and makes the same bytes (measured for
//! npm 10, 11 and 12).

mod environment;
mod scripts;

use std::{env, ffi::OsString, process::Command, sync::Arc};

use serde_json::Value;

use super::{
    Entry, Error, Is, ManifestFile, PackOptions, Packed, Project, Scripts, WhyIgnored,
    client::{Client, MARKER, WITH_SCRIPTS, WITHOUT_SCRIPTS},
    only_file,
    private::PrivateDirectory,
};
use crate::model::{Ecosystem, PackedBy, escape};
use scripts::PublishScripts;

const MANIFEST: &str = "package.json";

pub(super) const ENTRY: Entry = Entry {
    ecosystem: Ecosystem::Npm,
    manifests: &[ManifestFile {
        name: MANIFEST,
        read,
    }],
    pack,
};

/// Flags that win over the environment and over every `.npmrc`: with `dry-run` npm packs nothing,
/// and still exits 0.
const PLAIN: [&str; 2] = ["--dry-run=false", "--json=false"];
const IGNORE_SCRIPTS: &str = "--ignore-scripts";
/// What npm is given to run scripts with when it is to run none: a program that does nothing. npm 10
/// runs `prepare` in spite of `--ignore-scripts` (measured for 10.9.9; 11.19.1 and 12.2.0 obey).
#[cfg(unix)]
const NO_SHELL: &str = "--script-shell=true";

fn read(manifest: &str) -> Result<Is, String> {
    Ok(match scripts::parse(manifest)?.get("private") {
        Some(Value::Bool(true)) => Is::Private("it says `\"private\": true`"),
        _ => Is::Project,
    })
}

/// Whether this program was started by a script of a client of this family that packs.
pub(super) fn inside_packing() -> bool {
    environment::inside_script(|name| env::var_os(name))
}

fn pack(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    let npm = Npm {
        program: environment::program(|name| env::var_os(name)),
        client: Client {
            name: "npm",
            project: &project.root,
            show_output: options.show_output,
        },
    };
    if environment::inside_ignoring(|name| env::var_os(name)) {
        return Err(Error::ScriptsNotIgnored { client: "npm" });
    }
    let in_manifest =
        PublishScripts::of(&project.manifest).map_err(|reason| Error::UnusableManifest {
            path: Error::shown(&project.root.join(MANIFEST)),
            reason,
        })?;
    let version = npm.version()?;
    let scripts = npm.scripts(options, &in_manifest)?;
    if scripts == Scripts::Ran && in_manifest.prepublish_only {
        npm.prepublish_only(&in_manifest)?;
    }

    let directory = PrivateDirectory::create()?;
    let mut command = npm.command(&["pack"]);
    command
        .arg("--pack-destination")
        .arg(directory.path())
        .args(PLAIN);
    let mut said = vec!["npm", "pack"];
    // Where npm itself is configured to ignore scripts, it is left alone: what it runs all the same
    // (see NO_SHELL) it also runs on publish.
    if let Scripts::Ignored(WhyIgnored::Asked | WhyIgnored::InsidePacking) = scripts {
        said.push(IGNORE_SCRIPTS);
        command.arg(IGNORE_SCRIPTS).env(MARKER, WITHOUT_SCRIPTS);
        #[cfg(unix)]
        command.arg(NO_SHELL);
    }
    npm.client.run(&mut command, &said.join(" "))?;

    let file_name = only_file(directory.path(), "npm")?;
    Ok(vec![Packed {
        file: directory.path().join(&file_name),
        label: file_name.to_string_lossy().into_owned(),
        packed_by: Some(PackedBy {
            client: "npm".to_owned(),
            version,
            command: said.into_iter().map(str::to_owned).collect(),
            without_scripts: match scripts {
                Scripts::Ran => None,
                Scripts::Ignored(why) => Some(why.to_string()),
            },
        }),
        _directory: Some(Arc::new(directory)),
    }])
}

struct Npm<'a> {
    /// The program and the arguments that come first.
    program: Vec<OsString>,
    client: Client<'a>,
}

impl Npm<'_> {
    /// `npm ARGUMENTS` without the settings of an npm around us that would change what is packed.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut program = self.program.iter();
        let mut command = Command::new(program.next().map_or("npm".as_ref(), OsString::as_os_str));
        command
            .args(program)
            .args(arguments)
            .env(MARKER, WITH_SCRIPTS);
        for (name, _) in env::vars_os() {
            if environment::misleads(&name) {
                command.env_remove(name);
            }
        }
        command
    }

    fn version(&self) -> Result<String, Error> {
        let mut command = self.command(&["--version"]);
        Ok(escape(&self.client.ask(&mut command, "npm --version")?))
    }

    /// Whether the project's scripts are to run. Asking npm costs a quarter of a second, and so it
    /// is asked only where there is something to run.
    fn scripts(
        &self,
        options: &PackOptions,
        in_manifest: &PublishScripts,
    ) -> Result<Scripts, Error> {
        if options.ignore_scripts {
            return Ok(Scripts::Ignored(WhyIgnored::Asked));
        }
        if environment::inside_packing(|name| env::var_os(name)) {
            return Ok(Scripts::Ignored(WhyIgnored::InsidePacking));
        }
        if !in_manifest.any {
            return Ok(Scripts::Ran);
        }
        let question = ["config", "get", "ignore-scripts"];
        // Without the second flag npm refuses where an `.npmrc` turns workspaces on.
        let mut command = self.command(&question);
        command.args(["--json=false", "--workspaces=false"]);
        let said = format!("npm {}", question.join(" "));
        Ok(match self.client.ask(&mut command, &said)?.as_str() {
            "true" => Scripts::Ignored(WhyIgnored::Configured),
            _ => Scripts::Ran,
        })
    }

    /// Runs prepublishOnly alone, as `npm publish` does. `npm run` would also run scripts named
    /// pre… and post… around it, and the flag that keeps it from that, `--ignore-scripts`, is
    /// inherited by every npm that the script calls, where it leaves out more than that. A manifest
    /// that has such scripts is therefore refused rather than packed in another way than it will be
    /// published.
    fn prepublish_only(&self, in_manifest: &PublishScripts) -> Result<(), Error> {
        if let Some(script) = &in_manifest.around_prepublish_only {
            return Err(Error::ScriptNotOfPublish {
                path: Error::shown(self.client.project),
                script: (*script).to_owned(),
                around: scripts::PREPUBLISH_ONLY,
            });
        }
        let mut command = self.command(&["run", scripts::PREPUBLISH_ONLY]);
        self.client.run(&mut command, "npm run prepublishOnly")
    }
}
