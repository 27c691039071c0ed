//! What is in an artifact that is not itself checked.

use std::{io::Read, mem, ops::ControlFlow};

use sha2::Digest as _;

use crate::{
    archive::{self, Visitor},
    model::{Entry, EntryKind, EntryPath, Gap, Limits, Members, Progress, Sha256},
};

/// The entries of an artifact, and the hashes of their contents.
///
/// # Errors
///
/// When it can't be read in full: then the reason.
pub fn members(artifact: impl Read, file_name: &str, limits: &Limits) -> Result<Members, String> {
    let mut reading = Reading::default();
    let progress = Progress::default();
    archive::read(artifact, Some(file_name), limits, &progress, &mut reading);
    match reading.gap {
        None => Ok(reading.members),
        Some(gap) => Err(gap.reason),
    }
}

#[derive(Default)]
struct Reading {
    members: Members,
    /// The file that is being read.
    file: Option<EntryPath>,
    hash: sha2::Sha256,
    /// The first thing that could not be read.
    gap: Option<Gap>,
}

impl Visitor for Reading {
    fn entry(&mut self, entry: Entry) -> ControlFlow<()> {
        self.file = None;
        self.hash = sha2::Sha256::new();
        if entry.depth == 0 && entry.kind != EntryKind::Metadata {
            self.members.insert(entry.path.clone(), None);
            // The hash of a container comes when its members are done.
            let is_file = entry.kind == EntryKind::File && !entry.opened;
            self.file = is_file.then_some(entry.path);
        }
        ControlFlow::Continue(())
    }

    fn piece(&mut self, bytes: Vec<u8>, last: bool) -> ControlFlow<()> {
        self.hash.update(&bytes);
        if last && let Some(path) = self.file.take() {
            let hash = mem::take(&mut self.hash).finalize();
            self.members
                .insert(path, Some(Sha256::from_bytes(hash.into())));
        }
        ControlFlow::Continue(())
    }

    fn container(&mut self, path: EntryPath, sha256: Sha256) {
        if let Some(known) = self.members.get_mut(&path) {
            *known = Some(sha256);
        }
    }

    fn gap(&mut self, gap: Gap) {
        self.gap.get_or_insert(gap);
    }
}
