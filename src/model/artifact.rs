//! What is known of an artifact: the exact file that a registry would receive.

use serde::{Deserialize, Serialize};

use super::{Destination, Rebuilt, Sha256, Sha512};

/// The registry family that an artifact belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// npm and the clients that publish to it.
    Npm,
    /// PyPI.
    Pypi,
    /// crates.io.
    Crates,
}

impl Ecosystem {
    /// What people call its registry.
    pub fn name(self) -> &'static str {
        match self {
            Ecosystem::Npm => "npm",
            Ecosystem::Pypi => "PyPI",
            Ecosystem::Crates => "crates.io",
        }
    }
}

/// The container format of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A gzipped tar with one root directory that holds `package.json`.
    NpmTgz,
    /// A zip whose top level is what gets installed, with one `NAME-VERSION.dist-info/` that holds
    /// `METADATA` and `WHEEL`
    /// (<https://packaging.python.org/en/latest/specifications/binary-distribution-format/>).
    Wheel,
    /// A gzipped tar, or the zip of older tools, with one root directory `NAME-VERSION/` that holds
    /// `PKG-INFO`
    /// (<https://packaging.python.org/en/latest/specifications/source-distribution-format/>).
    Sdist,
    /// A gzipped tar with one root directory `NAME-VERSION/` that holds `Cargo.toml`.
    Crate,
}

impl Format {
    /// The ecosystem whose registry takes this format.
    pub fn ecosystem(self) -> Ecosystem {
        match self {
            Format::NpmTgz => Ecosystem::Npm,
            Format::Wheel | Format::Sdist => Ecosystem::Pypi,
            Format::Crate => Ecosystem::Crates,
        }
    }

    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Format::NpmTgz => "npm-tgz",
            Format::Wheel => "wheel",
            Format::Sdist => "sdist",
            Format::Crate => "crate",
        }
    }
}

/// Where the bytes of an artifact came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A file (or standard input) that the user named.
    Given,
    /// Made by a client from a project directory, for this check.
    Packed,
    /// Downloaded from a registry.
    Published,
}

/// A project that was left out, because it is not to be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its manifest.
    pub path: String,
    /// What says so.
    pub reason: String,
}

/// The client that made an artifact, and how it was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackedBy {
    /// The client's name, e.g. `npm`.
    pub client: String,
    /// The version that the client reports.
    pub version: String,
    /// The command line, program first.
    pub command: Vec<String>,
    /// Why the project's scripts were not run, if they were not.
    #[serde(skip)]
    pub without_scripts: Option<String>,
}

/// What an artifact was compared with, to see what is new in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// An earlier release, or what was named instead: what people know it by.
    Release(String),
    /// Nothing, because there is none: a sentence that says why.
    Nothing(String),
}

/// Size, hashes and identity of an artifact after it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactInfo {
    /// What the user knows it by: the path given, or the file name that the client chose.
    pub path: String,
    /// Its format, when it could be recognised.
    pub format: Option<Format>,
    /// The package name in its manifest.
    pub name: Option<String>,
    /// The package version in its manifest.
    pub version: Option<String>,
    /// Packed size in bytes.
    pub size: u64,
    /// Bytes that came out of the outer container.
    pub unpacked_size: u64,
    /// SHA-256 of the packed bytes; `None` when they could not be read to the end.
    pub sha256: Option<Sha256>,
    /// SHA-512 of the packed bytes (what npm calls `integrity`, in hex); `None` when they could not be
    /// read to the end, or nobody wants to know it.
    pub sha512: Option<Sha512>,
    /// Files in the artifact, nested ones not counted.
    pub entries: u64,
    /// Where the bytes came from.
    pub origin: Origin,
    /// The client that packed it.
    pub packed_by: Option<PackedBy>,
    /// What it was compared with, if that was asked for.
    pub earlier: Option<Earlier>,
    /// What it is beside a fresh build, if one was made to compare.
    pub rebuilt: Option<Rebuilt>,
    /// The commit that the project is at, where it is in a git repository that has one.
    pub commit: Option<String>,
    /// Whether a tracked file of the project is not as it is in that commit. Files that git does not
    /// know are not counted: those that ship are findings.
    pub dirty: Option<bool>,
    /// Why nothing is known of the project's git repository, if there is one: the end of a sentence.
    pub commit_unknown: Option<String>,
    /// Why it should no longer be used, of one that was published and withdrawn: yanked, deprecated.
    pub withdrawn: Option<String>,
    /// Where it would go, if anybody was asked.
    pub destination: Option<Destination>,
}
