//! cargo: the `.crate` that `cargo publish` would upload.
//!
//! `cargo publish` makes the same bytes as `cargo package` with the same flags, at the same commit and
//! in the same state of the working tree (measured for cargo 1.95). Whether what is packed compiles
//! changes none of them, so nothing of the project is run.

mod lock_file;

use std::{env, path::Path, process::Command, sync::Arc};

use super::{
    Entry, Error, Is, ManifestFile, PackOptions, Packed, Project,
    client::{Client, MARKER, WITHOUT_SCRIPTS},
    only_file,
    private::PrivateDirectory,
    toml_table,
};
use crate::model::{Ecosystem, PackedBy, escape};
use lock_file::LockFile;

pub(super) const ENTRY: Entry = Entry {
    ecosystem: Ecosystem::Crates,
    manifests: &[ManifestFile {
        name: "Cargo.toml",
        read,
    }],
    clients: &["cargo"],
    pack,
};

/// With `--allow-dirty` cargo takes what is not committed too, as a publish with that flag would; in a
/// clean tree it changes nothing.
const PACKAGE: [&str; 3] = ["package", "--no-verify", "--allow-dirty"];

fn read(manifest: &str) -> Result<Is, String> {
    let table = toml_table(manifest)?;
    let Some(package) = table.get("package").or(table.get("project")) else {
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
    let client = Client {
        name: "cargo",
        project: &project.root,
        show_output: options.show_output,
        limit: options.limit(),
    };
    let version = client.ask(&mut command(&["--version"]), "cargo --version")?;
    let question = ["locate-project", "--workspace", "--message-format", "plain"];
    let manifest = client.ask(&mut command(&question), "cargo locate-project --workspace")?;
    let lock_file = LockFile::beside(Path::new(&manifest))?;

    let directory = PrivateDirectory::create()?;
    let said = format!("cargo {}", PACKAGE.join(" "));
    let mut package = command(&PACKAGE);
    package
        .arg("--target-dir")
        .arg(directory.path())
        // cargo leaves a copy of the crate in the build directory, which may be configured apart.
        .env("CARGO_BUILD_BUILD_DIR", directory.path().join("build"));
    let done = client.run(&mut package, &said);
    lock_file.restore()?;
    done?;

    let made = directory.path().join("package");
    let file_name = only_file(&made, "cargo")?;
    Ok(vec![Packed {
        file: made.join(&file_name),
        label: file_name.to_string_lossy().into_owned(),
        packed_by: Some(PackedBy {
            client: "cargo".to_owned(),
            version: number(&version),
            command: said.split(' ').map(str::to_owned).collect(),
            without_scripts: None,
        }),
        _directory: Some(Arc::new(directory)),
    }])
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
