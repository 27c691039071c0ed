//! A workspace as a cargo sees it that is publishing from it right now.

use std::path::{Path, PathBuf};

use super::{client, metadata, number, registry};
use crate::{
    ecosystem::{Error, PackOptions, Packed},
    model::{Destination, PackedBy},
};

/// Where cargo leaves crates, below its directories: of `cargo publish`, where several need each other, and
/// of `cargo package`.
const PLACES: [&str; 3] = ["package/tmp-crate", "package/tmp-registry", "package"];

/// A workspace that cargo is publishing from.
pub struct CargoWorkspace {
    metadata: metadata::Metadata,
    /// cargo's own.
    version: String,
}

impl CargoWorkspace {
    /// The workspace of a cargo that runs in `directory`, with the manifest that it was given.
    ///
    /// # Errors
    ///
    /// When cargo is missing or knows of no workspace there.
    pub fn at(
        directory: &Path,
        manifest: Option<&Path>,
        options: &PackOptions,
    ) -> Result<Self, Error> {
        let client = client(directory, options);
        let version = client.ask(&mut super::command(&["--version"]), "cargo --version")?;
        Ok(Self {
            metadata: metadata::metadata(&client, manifest)?,
            version: number(&version),
        })
    }

    /// Where a crate with this file name may lie.
    pub fn places_of(&self, file_name: &str) -> Vec<PathBuf> {
        let build = self.metadata.build_directory.iter();
        let directories = build.chain([&self.metadata.target_directory]);
        let places = directories.flat_map(|directory| PLACES.map(|place| directory.join(place)));
        places.map(|place| place.join(file_name)).collect()
    }

    /// What a crate was made of that has the name that cargo gave it, and goes to this registry; or
    /// nothing, if it was made of no package here.
    pub fn made(&self, file: &Path, registry: Option<&str>) -> Option<Packed> {
        let file_name = file.file_name()?;
        let mut packages = self.metadata.packages.iter();
        let package = packages.find(|package| file_name == &*package.file_name())?;
        let allowed = package.publish.as_deref();
        let destination = Destination {
            why: "it is where cargo is publishing to".to_owned(),
            ..registry::destination(package.root(), registry, allowed)
        };
        Some(Packed {
            file: file.to_owned(),
            label: file_name.to_string_lossy().into_owned(),
            root: package.root().to_owned(),
            packed_by: Some(PackedBy {
                client: "cargo".to_owned(),
                version: self.version.clone(),
                command: vec!["cargo".to_owned(), "publish".to_owned()],
                without_scripts: None,
            }),
            destination: Some(destination),
            ..Packed::default()
        })
    }
}
