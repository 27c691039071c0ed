//! What a lock file names: the exact releases, with the hashes that their files must have.

mod address;
mod berry;
mod bun;
mod cargo;
mod collected;
mod error;
mod hashes;
mod json;
mod npm;
mod pdm;
mod pnpm;
mod poetry;
mod pylock;
mod requirements;
mod tables;
#[cfg(test)]
mod tests;
mod uv;
mod yaml;
mod yarn;

use std::path::Path;

pub use error::LockFileError;

use collected::Wrong;

use crate::model::{Skipped, Spec, read_text_file};

/// What a lock file names.
#[derive(Debug, Default)]
pub struct Locked {
    /// What is from a registry, each release once, in order.
    pub specs: Vec<Spec>,
    /// What is not, with the reason: members of the workspace, what is from git, what is bundled.
    pub skipped: Vec<Skipped>,
}

/// A kind of lock file.
struct Format {
    /// What its name begins with, or has before its ending, and the ending.
    name: (&'static str, &'static str),
    /// Whether it is meant, if its name says nothing.
    is_content: fn(&str) -> bool,
    read: fn(&Path, &str) -> Result<Locked, Wrong>,
    /// How to have it written anew.
    again: &'static str,
}

const FORMATS: [Format; 11] = [
    Format {
        name: ("package-lock", ".json"),
        is_content: |text| is_json_with(text, "\"lockfileVersion\"") && !is_of_bun(text),
        read: |_, text| npm::read(text),
        again: "npm install --package-lock-only",
    },
    Format {
        name: ("npm-shrinkwrap", ".json"),
        is_content: |_| false,
        read: |_, text| npm::read(text),
        again: "npm shrinkwrap",
    },
    Format {
        name: ("pnpm-lock", ".yaml"),
        is_content: |text| has_line(text, "lockfileVersion:"),
        read: |_, text| pnpm::read(text),
        again: "pnpm install --lockfile-only",
    },
    Format {
        name: ("yarn", ".lock"),
        is_content: |text| is_of_berry(text) || has_line(text, "# yarn lockfile v1"),
        read: |_, text| match is_of_berry(text) {
            true => berry::read(text),
            false => yarn::read(text),
        },
        again: "yarn install",
    },
    Format {
        name: ("bun", ".lock"),
        is_content: is_of_bun,
        read: |_, text| bun::read(text),
        again: "bun install --lockfile-only",
    },
    Format {
        name: ("uv", ".lock"),
        is_content: |text| has_line(text, "requires-python = ") && has_line(text, "[[package]]"),
        read: |_, text| uv::read(text),
        again: "uv lock",
    },
    Format {
        name: ("poetry", ".lock"),
        is_content: |text| has_line(text, "content-hash = "),
        read: |_, text| poetry::read(text),
        again: "poetry lock",
    },
    Format {
        name: ("pdm", ".lock"),
        is_content: |text| has_line(text, "content_hash = "),
        read: |_, text| pdm::read(text),
        again: "pdm lock",
    },
    Format {
        name: ("pylock", ".toml"),
        is_content: |text| has_line(text, "lock-version = "),
        read: |_, text| pylock::read(text),
        again: "uv export --format pylock.toml",
    },
    Format {
        name: ("Cargo", ".lock"),
        is_content: |text| has_line(text, "source = \"registry+"),
        read: |_, text| cargo::read(text),
        again: "cargo generate-lockfile",
    },
    Format {
        name: ("", ".txt"),
        // Almost any text would do.
        is_content: |_| false,
        read: requirements::read,
        again: "uv pip compile --generate-hashes, or pip freeze",
    },
];

/// Bun's older form, which is not text.
const BINARY: &str = "bun.lockb";

/// Reads a lock file; its name says what it is, or what is in it.
///
/// # Errors
///
/// When it can't be read in full.
pub fn read(path: &Path) -> Result<Locked, LockFileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.ends_with(BINARY) {
        return Err(LockFileError::binary(path));
    }
    let text = read_text_file(path).map_err(|source| LockFileError::unreadable(path, source))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let format = format(&name, text)
        .ok_or_else(|| LockFileError::unknown(path, FORMATS.map(|format| format.name)))?;
    read_as(format, path, text).map_err(|wrong| LockFileError::broken(path, wrong, format.again))
}

/// A file without any entry would pass without anything checked.
fn read_as(format: &Format, path: &Path, text: &str) -> Result<Locked, Wrong> {
    let locked = (format.read)(path, text)?;
    match locked.specs.is_empty() && locked.skipped.is_empty() {
        true => Err(Wrong::whole("it names no package")),
        false => Ok(locked),
    }
}

fn format(name: &str, text: &str) -> Option<&'static Format> {
    let is_called = |format: &&Format| {
        let (begin, end) = format.name;
        let rest = name.strip_suffix(end);
        rest.is_some_and(|rest| rest.starts_with(begin) || rest.ends_with(begin))
    };
    if let Some(format) = FORMATS.iter().find(is_called) {
        return Some(format);
    }
    let mut meant = FORMATS.iter().filter(|format| (format.is_content)(text));
    meant.next().filter(|_| meant.next().is_none())
}

fn has_line(text: &str, begin: &str) -> bool {
    text.lines().any(|line| line.starts_with(begin))
}

fn is_json_with(text: &str, key: &str) -> bool {
    text.trim_start().starts_with('{') && text.contains(key)
}

fn is_of_bun(text: &str) -> bool {
    is_json_with(text, "\"workspaces\": {\n    \"\": {")
}

fn is_of_berry(text: &str) -> bool {
    has_line(text, "__metadata:")
}
