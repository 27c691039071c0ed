//! The table of container formats: how each is recognised, and how it is opened.
//!
//! A format that can be opened is one file with its decoder, and one line here.

use std::io::{BufRead, Read};

use super::{
    error::Stop,
    gzip::{Gunzip, Members},
    reading::Reading,
    tar,
};
use crate::model::Entry;

/// A container format.
pub(crate) struct Container {
    /// What people call it.
    pub(crate) name: &'static str,
    /// Alternatives, each a list of bytes that must all be there, by offset. Without any, the format
    /// has no magic and is recognised by its suffix.
    magic: &'static [&'static [(usize, &'static [u8])]],
    /// File name endings, in lower case; also what an inner file's name loses.
    suffixes: &'static [&'static str],
    /// How to open it.
    pub(crate) how: How,
}

/// How a container is opened.
pub(crate) enum How {
    /// It is one stream; what comes out is a tar, or one file.
    Decompress(for<'p> fn(&'p mut dyn BufRead) -> Box<dyn Decoder + 'p>),
    /// It has members.
    Walk(fn(&mut Reading<'_>, &Entry, &mut dyn BufRead) -> Result<(), Stop>),
    /// It can't be opened yet.
    Closed,
}

/// Something that uncompresses.
pub(crate) trait Decoder: Read {
    /// Texts in the headers met until now, by the name of the metadata entry that each becomes.
    fn texts(&mut self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// All formats. The order matters where one format's magic could be another's content.
const CONTAINERS: &[Container] = &[
    Container {
        name: "gzip",
        magic: &[&[(0, b"\x1f\x8b\x08")]],
        suffixes: &[".gz", ".tgz"],
        how: How::Decompress(|packed| Box::new(Gunzip::new(packed, Members::Many))),
    },
    Container {
        name: "zip",
        magic: &[&[(0, b"PK\x03\x04")], &[(0, b"PK\x05\x06")]],
        suffixes: &[".zip", ".whl", ".jar"],
        how: How::Closed,
    },
    Container {
        name: "bzip2",
        magic: &[
            &[(0, b"BZh"), (4, b"1AY&SY")],
            &[(0, b"BZh"), (4, b"\x17\x72\x45\x38\x50\x90")],
        ],
        suffixes: &[".bz2", ".tbz2"],
        how: How::Closed,
    },
    Container {
        name: "xz",
        magic: &[&[(0, b"\xfd7zXZ\0")]],
        suffixes: &[".xz", ".txz"],
        how: How::Closed,
    },
    Container {
        name: "zstd",
        magic: &[&[(0, b"\x28\xb5\x2f\xfd")]],
        suffixes: &[".zst", ".tzst"],
        how: How::Closed,
    },
    Container {
        name: "7z",
        magic: &[&[(0, b"7z\xbc\xaf\x27\x1c")]],
        suffixes: &[".7z"],
        how: How::Closed,
    },
    Container {
        name: "rar",
        magic: &[&[(0, b"Rar!\x1a\x07")]],
        suffixes: &[".rar"],
        how: How::Closed,
    },
    Container {
        name: "tar",
        magic: &[&[(257, b"ustar\0")], &[(257, b"ustar ")]],
        suffixes: &[".tar"],
        how: How::Walk(tar::nested),
    },
    Container {
        name: "brotli",
        magic: &[],
        suffixes: &[".br"],
        how: How::Closed,
    },
];

/// The format of a file, by its first bytes, or by its name where the format has no magic.
pub(crate) fn recognise(file_name: &str, head: &[u8]) -> Option<&'static Container> {
    CONTAINERS.iter().find(|container| {
        if container.magic.is_empty() {
            !head.is_empty() && container.suffix_of(file_name).is_some()
        } else {
            container.is_magic(head)
        }
    })
}

impl Container {
    fn is_magic(&self, head: &[u8]) -> bool {
        self.magic.iter().any(|parts| {
            parts
                .iter()
                .all(|(offset, bytes)| head.get(*offset..).is_some_and(|at| at.starts_with(bytes)))
        })
    }

    fn suffix_of(&self, file_name: &str) -> Option<&'static str> {
        let lower = file_name.to_ascii_lowercase();
        let mut suffixes = self.suffixes.iter().copied();
        suffixes.find(|suffix| lower.ends_with(suffix))
    }

    /// What the one file in a compressed stream is called: the stream's name without its suffix.
    pub(crate) fn inner_name<'n>(&self, file_name: &'n str) -> &'n str {
        self.suffix_of(file_name)
            .map(|suffix| &file_name[..file_name.len() - suffix.len()])
            .filter(|name| !name.is_empty())
            .unwrap_or("content")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised_by_content() {
        let tar = [&[b'a'; 257][..], b"ustar\x0000"].concat();
        for (name, head, expected) in [
            ("a.txt", &b"\x1f\x8b\x08rest"[..], Some("gzip")),
            ("a.gz", b"text", None),
            ("a", b"PK\x03\x04", Some("zip")),
            ("a", b"PK\x05\x06", Some("zip")),
            ("a", b"BZh91AY&SY", Some("bzip2")),
            ("a", b"BZh is a word", None),
            ("a", b"\xfd7zXZ\0\0", Some("xz")),
            ("a", b"\x28\xb5\x2f\xfd", Some("zstd")),
            ("a", b"7z\xbc\xaf\x27\x1c", Some("7z")),
            ("a", b"Rar!\x1a\x07\x01\0", Some("rar")),
            ("a", &tar, Some("tar")),
            ("a.js.BR", b"any", Some("brotli")),
            ("a.br", b"", None),
            ("a", b"", None),
        ] {
            let found = recognise(name, head).map(|container| container.name);
            assert_eq!(found, expected, "{name} {head:?}");
        }
    }

    #[test]
    fn an_inner_file_is_named_after_its_container() {
        let gzip = &CONTAINERS[0];
        for (name, inner) in [
            ("a.txt.gz", "a.txt"),
            ("a.TGZ", "a"),
            (".gz", "content"),
            ("a.svgz", "content"),
        ] {
            assert_eq!(gzip.inner_name(name), inner);
        }
    }
}
