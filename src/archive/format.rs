//! Which format an artifact is of: what it holds decides, and its file name must agree.

use super::{
    error::{ArchiveError, FormatError, ManifestError, TarProblem, shown},
    name::{Names, Top},
};
use crate::model::{Format, same_release};

/// What a file name lets expect, by its suffix.
struct Suffix {
    suffix: &'static str,
    /// The formats that registries take under this suffix.
    formats: &'static [Format],
    /// What lies at the top, where it can't be told before the first entry.
    top: Top,
}

const SUFFIXES: [Suffix; 5] = [
    Suffix {
        suffix: ".tgz",
        formats: &[Format::NpmTgz],
        top: Top::Root,
    },
    Suffix {
        suffix: ".tar.gz",
        formats: &[Format::Sdist, Format::NpmTgz],
        top: Top::Root,
    },
    Suffix {
        suffix: ".crate",
        formats: &[Format::Crate],
        top: Top::Root,
    },
    Suffix {
        suffix: ".whl",
        formats: &[Format::Wheel],
        top: Top::Anything,
    },
    Suffix {
        suffix: ".zip",
        formats: &[Format::Sdist],
        top: Top::Root,
    },
];

/// What the name of an artifact's file says, if it has one.
#[derive(Clone, Copy)]
pub(super) struct FileName<'n> {
    whole: &'n str,
    said: Option<&'static Suffix>,
}

impl<'n> FileName<'n> {
    pub(super) fn new(whole: Option<&'n str>) -> Self {
        let whole = whole.unwrap_or_default();
        let lower = whole.to_ascii_lowercase();
        let said = SUFFIXES.iter().find(|known| lower.ends_with(known.suffix));
        Self { whole, said }
    }

    /// The format that the name alone makes likely.
    pub(super) fn format(self) -> Option<Format> {
        self.said.and_then(|said| said.formats.first().copied())
    }

    pub(super) fn top(self) -> Option<Top> {
        self.said.map(|said| said.top)
    }

    /// Whether it is the name of a zip file.
    pub(super) fn is_zip(self) -> bool {
        self.said
            .is_some_and(|said| matches!(said.suffix, ".whl" | ".zip"))
    }

    fn allows(self, format: Format) -> bool {
        self.said.is_none_or(|said| said.formats.contains(&format))
    }

    /// The name without its suffix.
    fn stem(self) -> Option<&'n str> {
        let suffix = self.said?.suffix;
        Some(&self.whole[..self.whole.len() - suffix.len()])
    }
}

/// What an archive turned out to be: its format, and the release that its directory is called after,
/// `NAME-VERSION`, in the formats where it is.
pub(super) type Recognised = (Format, Option<String>);

/// What a tarball is that was read to its end; `None` where no entry has a fit name, which was said
/// already.
pub(super) fn of_tarball(
    names: &Names,
    file_name: FileName<'_>,
) -> Result<Option<Recognised>, ArchiveError> {
    let Some(root) = names.manifest_directory() else {
        return Ok(None);
    };
    // A crate or sdist may hold a package.json, and an npm package a Cargo.toml, but only the first
    // two have a version in the root's name.
    let candidates = match file_name.said {
        Some(said) => said.formats,
        None if has_version(root) => &[Format::Sdist, Format::Crate, Format::NpmTgz],
        None => &[Format::NpmTgz],
    };
    let holds = |format| names.has_file(&format!("{root}/{}", manifest(format)));
    let Some(format) = candidates.iter().copied().find(|format| holds(*format)) else {
        return Err(no_manifest(root, candidates).into());
    };
    if let (Format::Crate, Some(link)) = (format, &names.link) {
        return Err(link.tar(TarProblem::LinkInCrate));
    }
    if format == Format::NpmTgz {
        return Ok(Some((format, None)));
    }
    agree(file_name, root, format)?;
    Ok(Some((format, Some(root.to_owned()))))
}

/// What a zip is that was read to its end.
pub(super) fn of_zip(
    names: &Names,
    file_name: FileName<'_>,
) -> Result<Option<Recognised>, ArchiveError> {
    let format = match names.top() {
        None => return Ok(None),
        Some(Top::Root) => Format::Sdist,
        Some(Top::Anything) => Format::Wheel,
    };
    if !file_name.allows(format) {
        return Err(FormatError::Zip.into());
    }
    let Some(directory) = names.manifest_directory() else {
        return match format {
            Format::Wheel => Err(ManifestError::NoDistInfo.into()),
            _ => Ok(None),
        };
    };
    let needed: &[&str] = match format {
        Format::Wheel => &["METADATA", "WHEEL"],
        _ => &["PKG-INFO"],
    };
    for file in needed {
        let file = format!("{directory}/{file}");
        if !names.has_file(&file) {
            return Err(missing(&file, format).into());
        }
    }
    let release = directory.strip_suffix(".dist-info").unwrap_or(directory);
    agree(file_name, release, format)?;
    Ok(Some((format, Some(release.to_owned()))))
}

/// Whether a directory is called like a release: `NAME-VERSION`.
fn has_version(directory: &str) -> bool {
    directory
        .split('-')
        .skip(1)
        .any(|part| part.starts_with(|first: char| first.is_ascii_digit()))
}

fn manifest(format: Format) -> &'static str {
    match format {
        Format::NpmTgz => "package.json",
        Format::Sdist => "PKG-INFO",
        Format::Crate => "Cargo.toml",
        Format::Wheel => "METADATA",
    }
}

fn missing(file: &str, format: Format) -> ManifestError {
    ManifestError::Missing {
        file: shown(file),
        what: match format {
            Format::NpmTgz => "an npm package",
            Format::Sdist => "an sdist",
            Format::Crate => "a crate",
            Format::Wheel => "a wheel",
        },
    }
}

fn no_manifest(root: &str, candidates: &[Format]) -> ManifestError {
    match candidates {
        [one] => missing(&format!("{root}/{}", manifest(*one)), *one),
        several => ManifestError::None {
            root: shown(root),
            manifests: several.iter().map(|format| manifest(*format)).collect(),
        },
    }
}

/// The file name must begin with the name and version inside: registries file an artifact under its
/// file name, and installers go by what is inside.
fn agree(file_name: FileName<'_>, release: &str, format: Format) -> Result<(), ManifestError> {
    let Some(stem) = file_name.stem() else {
        return Ok(());
    };
    // What downloads leave of a local version's `+`.
    let stem = stem.replace("%2B", "+").replace("%2b", "+");
    let named = match format {
        Format::Wheel => wheel_release(&stem).ok_or_else(|| ManifestError::WheelName {
            file: shown(file_name.whole),
        })?,
        _ => stem,
    };
    match same_release(format.ecosystem(), &named, release) {
        true => Ok(()),
        false => Err(ManifestError::OtherName {
            file: shown(file_name.whole),
            inside: shown(release),
        }),
    }
}

/// What a wheel's file is called before the build and the tags,
/// `NAME-VERSION(-BUILD)?-PYTHON-ABI-PLATFORM`: none of these parts holds a dash
/// (<https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention>).
fn wheel_release(stem: &str) -> Option<String> {
    let parts: Vec<_> = stem.split('-').collect();
    let (name_version, tags) = parts.split_at_checked(2)?;
    let tags = match tags {
        [build, tags @ ..]
            if tags.len() == 3 && build.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            tags
        }
        tags => tags,
    };
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"_.".contains(&byte);
    let is_tag = |tag: &&str| !tag.is_empty() && tag.bytes().all(is_fit);
    (tags.len() == 3 && tags.iter().all(is_tag)).then(|| name_version.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_directory_has_a_version() {
        for (directory, expected) in [
            ("acme-1.0.0", true),
            ("acme-cli-0.1.0-alpha.2", true),
            ("package", false),
            ("tree-sitter", false),
            ("1.0", false),
        ] {
            assert_eq!(has_version(directory), expected, "{directory}");
        }
    }

    #[test]
    fn names_agree_as_their_registry_compares_them() {
        for (file, release, format, agrees) in [
            ("acme-1.0.0.crate", "acme-1.0.0", Format::Crate, true),
            ("acme-1.0.1.crate", "acme-1.0.0", Format::Crate, false),
            ("Acme-1.0.0.crate", "acme-1.0.0", Format::Crate, false),
            ("acme_cli-1.0.tar.gz", "acme-cli-1.0", Format::Sdist, true),
            ("Acme.Cli-1.0.tar.gz", "acme_cli-1.0", Format::Sdist, true),
            ("acme-1.0.zip", "acme-1.1", Format::Sdist, false),
            (
                "acme_cli-1.0-py3-none-any.whl",
                "Acme_Cli-1.0",
                Format::Wheel,
                true,
            ),
            (
                "acme-1.0-7-cp312-abi3-linux.whl",
                "acme-1.0",
                Format::Wheel,
                true,
            ),
            (
                "acme-1.0-py3-none-any.whl",
                "other-1.0",
                Format::Wheel,
                false,
            ),
            ("acme-1.0.0.tar.gz", "acme-1.0", Format::Sdist, true),
            ("acme-cli-1.0.tar.gz", "acme-cli-1.0", Format::Sdist, true),
            ("acme-1-0.tar.gz", "acme-1.0", Format::Sdist, false),
            (
                "acme-1.0%2Bcu121-py3-none-any.whl",
                "acme-1.0+cu121",
                Format::Wheel,
                true,
            ),
            (
                "acme-1.0-b7-py3-none-any.whl",
                "acme-1.0",
                Format::Wheel,
                false,
            ),
            (
                "acme-1.0-py3-none-any (1).whl",
                "acme-1.0",
                Format::Wheel,
                false,
            ),
            ("acme-1.0-py3-any.whl", "acme-1.0", Format::Wheel, false),
            ("acme.whl", "acme-1.0", Format::Wheel, false),
            ("download", "acme-1.0", Format::Wheel, true),
        ] {
            let result = agree(FileName::new(Some(file)), release, format);
            assert_eq!(result.is_ok(), agrees, "{file} {release}");
        }
    }
}
