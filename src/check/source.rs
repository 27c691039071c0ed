//! An artifact about to be checked: its bytes, and what is known of it beside them.

use std::path::Path;

use super::{Error, HERE, repositories::Known};
use crate::{
    ecosystem::Packed,
    model::{BesideText, Dist, Limits, Manifest, Members, Origin, PackedBy, escape},
    scan::{self, Source, SteadyFile},
};

/// What is known of an artifact beside its bytes.
pub(super) struct Beside<'a> {
    /// Where it was made.
    pub(super) roots: Vec<&'a Path>,
    /// The `dist/` that it lies in.
    pub(super) dist: Option<Dist>,
    /// The repository of its project.
    pub(super) repository: Option<&'a Known>,
    /// What its destination was taken from.
    pub(super) asked_of: Option<Manifest>,
    /// What the client has made, if one has.
    pub(super) packed: Option<&'a Packed>,
    /// The file that was given, if one was.
    pub(super) file: Option<&'a Path>,
    /// What a registry shows with it.
    pub(super) texts: &'a [BesideText],
    /// Whether it may have been made on this machine: packages of others are not searched for what is of it.
    pub(super) is_ours: bool,
}

impl Beside<'_> {
    /// Of an artifact that belongs to no project.
    pub(super) fn here() -> Self {
        Self {
            roots: vec![Path::new(HERE)],
            dist: None,
            repository: None,
            asked_of: None,
            packed: None,
            file: None,
            texts: &[],
            is_ours: true,
        }
    }
}

pub(super) fn open(path: &Path, label: &str, packed_by: Option<PackedBy>) -> Result<Source, Error> {
    let content = SteadyFile::open(path).map_err(|cause| Error::Open {
        path: label.to_owned(),
        cause,
    })?;
    let file_name = path.file_name();
    Ok(Source {
        label: label.to_owned(),
        file_name: file_name.map(|name| name.to_string_lossy().into_owned()),
        content: Box::new(content),
        origin: match packed_by {
            Some(_) => Origin::Packed,
            None => Origin::Given,
        },
        packed_by,
        destination: None,
        sha512: false,
    })
}

/// What is in the fresh build of an artifact.
pub(super) fn members(file: &Path, label: &str, limits: &Limits) -> Result<Members, Error> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let content = SteadyFile::open(file).map_err(|cause| Error::Open {
        path: label.to_owned(),
        cause,
    })?;
    scan::members(content, &name, limits).map_err(|reason| Error::UnreadableBuild {
        path: escape(label),
        reason,
    })
}
