//! cargo: the `.crate` that `cargo publish` would upload.
//!
//! `cargo publish` makes the same bytes as `cargo package` with the same flags, at the same commit and
//! in the same state of the working tree (measured for cargo 1.95). Whether what is packed compiles
//! changes none of them, so nothing of the project is run.

mod configuration;
mod fetch;
mod metadata;
mod providers;
mod publishing;
mod registry;
mod token;

use std::{env, ffi::OsStr, path::Path, process::Command, sync::Arc};

use super::{
    Entry, Error, Is, ManifestFile, Member, PackOptions, Packed, Project,
    client::{Client, MARKER, WITHOUT_SCRIPTS},
    files,
    kept::KeptFile,
    only_file,
    private::PrivateDirectory,
    toml_table,
};
use crate::model::{Ecosystem, PackedBy, escape};
pub(super) use fetch::registry as published;
pub use providers::{Provider, Providers, cargo_providers};
pub use publishing::CargoWorkspace;
pub use token::{cargo_token, cargo_token_variable};

pub(super) const ENTRY: Entry = Entry {
    ecosystem: Ecosystem::Crates,
    manifests: &[ManifestFile {
        name: "Cargo.toml",
        read,
    }],
    clients: &["cargo"],
    name,
    members,
    together: true,
    pack,
};

/// With `--allow-dirty` cargo takes what is not committed too, as a publish with that flag would; in a
/// clean tree it changes nothing.
const PACKAGE: [&str; 3] = ["package", "--no-verify", "--allow-dirty"];

fn read(manifest: &str) -> Result<Is, String> {
    let table = toml_table(manifest)?;
    let Some(package) = package(&table) else {
        let what = "the manifest of a workspace without a package of its own";
        return Ok(Is::Other(what));
    };
    Ok(match package.get("publish") {
        Some(toml::Value::Boolean(false)) => Is::Private("it says `publish = false`"),
        Some(toml::Value::Array(registries)) if registries.is_empty() => {
            Is::Private("it says `publish = []`")
        }
        _ => Is::Project,
    })
}

fn pack(project: &Project, options: &PackOptions) -> Result<Vec<Packed>, Error> {
    let client = client(&project.root, options);
    let version = client.ask(&mut command(&["--version"]), "cargo --version")?;
    let question = ["locate-project", "--workspace", "--message-format", "plain"];
    let said = "cargo locate-project --workspace";
    // A name may hold line breaks; the answer ends with one.
    let manifest = client.ask_all(&mut command(&question), said)?;
    let manifest = manifest.strip_suffix('\n').unwrap_or(&manifest);
    if !Path::new(manifest).is_absolute() {
        return Err(Error::AnswerUnusable {
            command: said.to_owned(),
            path: Error::shown(&project.root),
        });
    }
    let lock_file = KeptFile::new(Path::new(manifest).with_file_name("Cargo.lock"))?;
    let mut said: Vec<&str> = PACKAGE.to_vec();
    for package in &project.packages {
        said.extend(["--package", &package.name]);
    }
    if let Some(registry) = &options.registry {
        said.extend(["--registry", registry]);
    }

    let directory = PrivateDirectory::create()?;
    let mut package = command(&said);
    package
        .arg("--target-dir")
        .arg(directory.path())
        // cargo leaves a copy of the crate in the build directory, which may be configured apart.
        .env("CARGO_BUILD_BUILD_DIR", directory.path().join("build"));
    let typed = format!("cargo {}", said.join(" "));
    let done = client.run(&mut package, &typed);
    lock_file.restore()?;
    done?;

    let made = directory.path().join("package");
    let packed_by = PackedBy {
        client: "cargo".to_owned(),
        version: number(&version),
        command: typed.split(' ').map(str::to_owned).collect(),
        without_scripts: None,
    };
    let directory = Arc::new(directory);
    let packed = |file_name: &OsStr, root: &Path, allowed: Option<&[String]>| Packed {
        file: made.join(file_name),
        label: file_name.to_string_lossy().into_owned(),
        root: root.to_owned(),
        packed_by: Some(packed_by.clone()),
        destination: Some(registry::destination(
            root,
            options.registry.as_deref(),
            allowed,
        )),
        _directory: Some(directory.clone()),
        ..Packed::default()
    };
    if project.packages.is_empty() {
        let allowed = allowed(&project.root, &project.manifest, &client);
        let file_name = only_file(&made, "cargo")?;
        return Ok(vec![packed(&file_name, &project.root, allowed.as_deref())]);
    }
    let of_workspace = metadata::packages(&client)?;
    let files = files(&made, "cargo")?;
    let unexpected = || Error::packed_several("cargo", &files);
    let mut all = Vec::new();
    for package in &project.packages {
        let known = of_workspace.iter().find(|one| one.name == package.name);
        let known = known.ok_or_else(unexpected)?;
        let file_name = known.file_name();
        let file = files.iter().find(|file| **file == *file_name);
        let file = file.ok_or_else(unexpected)?;
        all.push(packed(file, &package.root, known.publish.as_deref()));
    }
    // What nobody has asked for must not go unread either.
    match all.len() == files.len() {
        true => Ok(all),
        false => Err(unexpected()),
    }
}

/// The registries that the manifest in `root` names. What it inherits only cargo knows.
fn allowed(root: &Path, manifest: &str, client: &Client<'_>) -> Option<Vec<String>> {
    let table = toml_table(manifest).ok()?;
    match package(&table)?.get("publish")? {
        toml::Value::Boolean(true) => None,
        toml::Value::Boolean(false) => Some(Vec::new()),
        toml::Value::Array(names) => {
            let names = names.iter().filter_map(toml::Value::as_str);
            Some(names.map(str::to_owned).collect())
        }
        _ => {
            let root = root.canonicalize().ok()?;
            let mut packages = metadata::packages(client).ok()?.into_iter();
            packages.find(|package| package.root() == root)?.publish
        }
    }
}

fn client<'a>(root: &'a Path, options: &PackOptions) -> Client<'a> {
    Client {
        name: "cargo",
        project: root,
        show_output: options.show_output.clone(),
        limit: options.limit(),
    }
}

/// The packages of the workspace, which cargo itself knows best.
fn members(directory: &Path, _: &str, options: &PackOptions) -> Result<Vec<Member>, Error> {
    let packages = metadata::packages(&client(directory, options))?;
    let member = |package: &metadata::Package| Member {
        directory: package.root().to_owned(),
        private: package.is_private().then_some("it says `publish = false`"),
    };
    Ok(packages.iter().map(member).collect())
}

fn name(manifest: &str) -> Option<String> {
    let table = toml_table(manifest).ok()?;
    let name = package(&table)?.get("name")?;
    name.as_str().map(str::to_owned)
}

/// The table of the package, which was once called otherwise.
fn package(manifest: &toml::Table) -> Option<&toml::Value> {
    manifest.get("package").or(manifest.get("project"))
}

/// `cargo ARGUMENTS`, with the cargo that has started us if one has.
fn command(arguments: &[&str]) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).env(MARKER, WITHOUT_SCRIPTS);
    command
}

/// The number in `cargo 1.95.0 (HASH DATE)`.
fn number(version: &str) -> String {
    escape(version.split(' ').nth(1).unwrap_or(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_with_a_package_is_a_project() {
        assert!(matches!(read("[package]\nname = 'a'"), Ok(Is::Project)));
        for private in ["publish = false", "publish = []"] {
            let manifest = format!("[package]\nname = 'a'\n{private}");
            assert!(matches!(read(&manifest), Ok(Is::Private(_))));
        }
        assert!(matches!(read("[workspace]"), Ok(Is::Other(_))));
        assert!(read("[package").is_err());
    }

    #[test]
    fn the_version_is_a_number() {
        assert_eq!(number("cargo 1.95.0 (f2d3ce0bd 2026-03-21)"), "1.95.0");
        assert_eq!(number("odd"), "odd");
    }
}
