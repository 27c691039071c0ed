//! `packwarden.lock`: the approved shape of what ships, by artifact.

mod file;
mod judge;
mod pattern;
mod rules;

use std::{ops::Range, path::Path, sync::Arc};

use super::{error::PolicyError, files::PolicyFiles, waiver::Waiver};
use crate::model::{ArtifactInfo, Format, Sha256};

pub(super) use judge::hold;
pub use pattern::{Pattern, literal};
pub use rules::{ids, is_of_lock};

/// What the file is called. An artifact that ships it need not list it.
pub const LOCK: &str = "packwarden.lock";

/// A lock, ready to apply, and where each part of it is written.
#[derive(Debug, Clone)]
pub struct Lock {
    /// The path that the user sees.
    pub name: String,
    /// What is written.
    pub text: String,
    /// What it says of each artifact, in the order of the file.
    pub sections: Vec<Section>,
}

/// Which artifacts a section is about: all releases, and of wheels all that are for one operating system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The package's name, as its manifest writes it.
    pub name: String,
    /// The format, which tells the ecosystem.
    pub format: Format,
    /// What a wheel is for: `linux`, `macos`, `windows`; nothing for one that fits all.
    pub platform: Option<String>,
}

/// What may ship in an artifact.
#[derive(Debug, Clone)]
pub struct Section {
    /// Which artifact.
    pub key: Key,
    /// Where it begins, in bytes.
    pub start: usize,
    /// The line that it begins in, counted from 1.
    pub line: usize,
    /// How much its files may take together; anything, where nothing is said.
    pub budget: Option<Budget>,
    /// What covers its files.
    pub files: Vec<Line>,
    /// Where the list of them is written, in bytes.
    pub files_at: Range<usize>,
    /// Files that must not change.
    pub pins: Vec<Pin>,
    /// Where the list of them is written, if it is, in bytes.
    pub pins_at: Option<Range<usize>>,
}

/// How much the files of an artifact may take.
#[derive(Debug, Clone)]
pub struct Budget {
    /// In bytes.
    pub size: u64,
    /// As it is written.
    pub text: String,
    /// The line, counted from 1.
    pub line: usize,
    /// Where, in bytes.
    pub at: Range<usize>,
}

/// A line that covers files.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it covers.
    pub pattern: Pattern,
    /// The line, counted from 1.
    pub line: usize,
    /// Where, in bytes.
    pub at: Range<usize>,
}

/// A file that must not change.
#[derive(Debug, Clone)]
pub struct Pin {
    /// Where it lies, below the artifact's root directory.
    pub path: String,
    /// Its size when it was approved, in bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub sha256: Sha256,
    /// What its header said when it was approved.
    pub about: Option<String>,
    /// The line, counted from 1.
    pub line: usize,
    /// Where, in bytes.
    pub at: Range<usize>,
    /// What it makes of findings of the AI rules in exactly this content.
    pub(super) waiver: Arc<Waiver>,
}

impl Lock {
    /// Reads the lock at `path`.
    ///
    /// # Errors
    ///
    /// When it can't be read, is no TOML, or says something that is not known.
    pub fn read(path: &Path, files: &dyn PolicyFiles) -> Result<Self, PolicyError> {
        file::read(path, files)
    }

    /// The hash of the file.
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(self.text.as_bytes())
    }

    /// Reads the lock `name`, which says `text`.
    ///
    /// # Errors
    ///
    /// When it is no TOML, or says something that is not known.
    pub fn parse(name: &str, text: String) -> Result<Self, PolicyError> {
        file::parse(name, text)
    }

    /// What it says of an artifact.
    pub fn section(&self, key: &Key) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == *key)
    }

    /// All that decides, whatever the order that it is written in.
    pub(super) fn digested(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for Section {
            key,
            budget,
            files,
            pins,
            ..
        } in &self.sections
        {
            let budget = budget.as_ref().map(|budget| budget.size);
            parts.push(format!("lock {key:?} {budget:?}\n"));
            let line = |line: &Line| format!("lock {key:?} line {:?}\n", line.pattern.text());
            parts.extend(files.iter().map(line));
            let pin = |pin: &Pin| format!("lock {key:?} pin {:?} {}\n", pin.path, pin.sha256);
            parts.extend(pins.iter().map(pin));
        }
        parts.sort();
        parts.concat()
    }
}

impl Key {
    /// Which section an artifact belongs to; nothing where it does not say what it is.
    pub fn of(artifact: &ArtifactInfo) -> Option<Self> {
        let format = artifact.format?;
        Some(Self {
            name: artifact.name.clone()?,
            format,
            platform: match format {
                Format::Wheel => platform(&artifact.path),
                Format::NpmTgz | Format::Sdist | Format::Crate => None,
            },
        })
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = crate::model::escape(&self.name);
        match &self.platform {
            Some(platform) => write!(formatter, "{name} ({} for {platform})", self.format.name()),
            None => write!(formatter, "{name} ({})", self.format.name()),
        }
    }
}

/// The operating system in the platform tag that ends a wheel's name
/// (<https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/>). Wheels for one may
/// differ in Python's version and in the processor, and hold the same files by other names.
fn platform(wheel: &str) -> Option<String> {
    let name = wheel.rsplit(['/', '\\']).next()?.strip_suffix(".whl")?;
    let tag = name.rsplit('-').next()?;
    let system = tag.split(['_', '.']).next()?;
    match system {
        "any" => None,
        "manylinux" | "manylinux1" | "manylinux2010" | "manylinux2014" | "musllinux" | "linux" => {
            Some("linux".to_owned())
        }
        "macosx" => Some("macos".to_owned()),
        "win" | "win32" => Some("windows".to_owned()),
        other => Some(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_for_one_system_belong_together() {
        for (name, expected) in [
            ("dist/acme-1.0-py3-none-any.whl", None),
            (
                "acme-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
                Some("linux"),
            ),
            (
                "acme-1.0-cp312-cp312-musllinux_1_2_aarch64.whl",
                Some("linux"),
            ),
            ("acme-1.0-cp312-abi3-macosx_11_0_arm64.whl", Some("macos")),
            ("acme-1.0-cp312-cp312-win_amd64.whl", Some("windows")),
            ("acme-1.0-cp312-cp312-win32.whl", Some("windows")),
            (
                "acme-1.0-cp312-cp312-emscripten_3_1_wasm32.whl",
                Some("emscripten"),
            ),
            ("-", None),
        ] {
            assert_eq!(platform(name).as_deref(), expected, "{name}");
        }
    }
}
