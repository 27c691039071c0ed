//! The package's own manifest: a fact that the policy and other detectors draw on.

mod cargo_toml;
mod core_metadata;
mod package_json;

use super::{Detector, Fact, Inspection, content};
use crate::model::{Context, Ecosystem, Entry, EntryKind, EntryPath, Manifest};

/// A file that says what package this is.
struct Kind {
    ecosystem: Ecosystem,
    file: &'static str,
    /// A longer one is not parsed, in bytes.
    longest: usize,
    /// Ends a sentence that begins with the file's name.
    parse: fn(&[u8]) -> Result<Manifest, String>,
}

/// All of them: one archive may hold several, and its format tells which counts.
const KINDS: [Kind; 4] = [
    Kind {
        ecosystem: Ecosystem::Npm,
        file: "package.json",
        longest: 8 << 20,
        parse: package_json::parse,
    },
    Kind {
        ecosystem: Ecosystem::Crates,
        file: "Cargo.toml",
        // The parser takes many times as much memory.
        longest: 1 << 20,
        parse: cargo_toml::parse,
    },
    Kind {
        ecosystem: Ecosystem::Pypi,
        file: "PKG-INFO",
        longest: 8 << 20,
        parse: core_metadata::parse,
    },
    Kind {
        ecosystem: Ecosystem::Pypi,
        file: "METADATA",
        longest: 8 << 20,
        parse: core_metadata::parse,
    },
];

struct Manifests;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Manifests)
}

impl Detector for Manifests {
    fn inspect(&self, entry: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        if entry.kind != EntryKind::File || entry.depth > 0 {
            return None;
        }
        let kind = kind_of(&entry.path)?;
        let path = entry.path.clone();
        Some(content::whole(kind.longest, move |text, out| {
            let parsed = match text {
                None => Err(format!("is longer than {} MiB", kind.longest >> 20)),
                Some(text) => (kind.parse)(&text),
            };
            out.fact(Fact::Manifest(Box::new(ReadManifest {
                ecosystem: kind.ecosystem,
                path,
                manifest: parsed.map_err(|reason| format!("{} {reason}", kind.file)),
            })));
        }))
    }
}

fn kind_of(path: &EntryPath) -> Option<&'static Kind> {
    let in_wheel = path.is_rootless();
    let file = match in_wheel {
        true => path.in_dist_info()?.1.into(),
        false => path.in_package(),
    };
    let is_kind = |kind: &&Kind| kind.file == file && (kind.file == "METADATA") == in_wheel;
    KINDS.iter().find(is_kind)
}

/// What one manifest says, or why it can't be used. It can matter only if the artifact is of that
/// ecosystem: an sdist may hold a broken `package.json`.
#[derive(Debug)]
pub struct ReadManifest {
    /// Whose manifest it is.
    pub ecosystem: Ecosystem,
    /// Where it lies.
    pub path: EntryPath,
    /// What it says; or a sentence that says why it can't be used.
    pub manifest: Result<Manifest, String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect_in_steps;

    fn read(entry: &Entry, text: &[u8]) -> Option<ReadManifest> {
        match inspect_in_steps(&Manifests, entry, text, 1 << 20)
            .facts
            .pop()?
        {
            Fact::Manifest(read) => Some(*read),
            other => panic!("no manifest but {other:?}"),
        }
    }

    #[test]
    fn each_format_has_its_own() {
        for (path, text, ecosystem) in [
            (
                EntryPath::new("package/package.json"),
                "{\"name\":\"acme\"}",
                Ecosystem::Npm,
            ),
            (
                EntryPath::new("acme-1.0/Cargo.toml"),
                "package.name = \"acme\"",
                Ecosystem::Crates,
            ),
            (
                EntryPath::new("acme-1.0/PKG-INFO"),
                "Name: acme\n",
                Ecosystem::Pypi,
            ),
            (
                EntryPath::rootless("acme-1.0.dist-info/METADATA"),
                "Name: acme\n",
                Ecosystem::Pypi,
            ),
        ] {
            let entry = Entry {
                path,
                ..Entry::file("", 0)
            };
            let read = read(&entry, text.as_bytes()).unwrap();
            assert_eq!(read.ecosystem, ecosystem);
            assert_eq!(read.manifest.unwrap().name.as_deref(), Some("acme"));
        }
    }

    #[test]
    fn only_the_top_level_manifest_counts() {
        let mut nested = Entry::file("package/package.json", 0);
        nested.depth = 1;
        let mut elsewhere = Entry::file("", 0);
        elsewhere.path = EntryPath::rootless("acme/METADATA");
        for entry in [
            nested,
            elsewhere,
            Entry::file("package/a/package.json", 0),
            Entry::file("package.json", 0),
            Entry::file("acme-1.0/METADATA", 0),
        ] {
            assert!(read(&entry, b"{}").is_none(), "{entry:?}");
        }
    }

    #[test]
    fn a_manifest_that_is_too_long_is_not_parsed() {
        let entry = Entry::file("package/package.json", 0);
        let long = [b"{".to_vec(), vec![b' '; 8 << 20], b"}".to_vec()].concat();
        let reason = read(&entry, &long).unwrap().manifest.unwrap_err();
        assert_eq!(reason, "package.json is longer than 8 MiB");
    }
}
