//! What lies beside an artifact in the directory that is uploaded from.

use std::collections::BTreeMap;

use super::{EntryPath, PackedBy, Sha256};

/// What is known of a Python project's `dist/`, all of which its clients upload.
#[derive(Debug, Clone, Default)]
pub struct Dist {
    /// The names of the projects whose artifacts belong there; none if that is not known.
    pub projects: Vec<String>,
    /// The newest version there of each project, by its name as PyPI compares names.
    pub newest: BTreeMap<String, String>,
    /// What was built again to compare with, if anything was.
    pub fresh: Option<FreshBuild>,
}

/// A build that was made for this check, beside an artifact that was there already.
#[derive(Debug, Clone)]
pub struct FreshBuild {
    /// How it was made.
    pub by: PackedBy,
    /// The names of the files that it made.
    pub made: Vec<String>,
    /// What is in the one that is called as the artifact is, if one is.
    pub members: Option<Members>,
}

/// The entries of an artifact, nested ones not among them; of files the hash of their content.
pub type Members = BTreeMap<EntryPath, Option<Sha256>>;

/// What an artifact is beside a fresh build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It holds the same.
    Same,
    /// It does not.
    Differs,
    /// The build made no file that could be compared with it.
    Absent,
}

/// A fresh build, and what came of comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// How it was made.
    pub by: PackedBy,
    /// What came of it.
    pub comparison: Comparison,
}

impl Comparison {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Comparison::Same => "same",
            Comparison::Differs => "differs",
            Comparison::Absent => "absent",
        }
    }
}
