//! The table of container formats: how each is recognised, and how it is opened.
//!
//! A format that can be opened is one file with its decoder, and one line here.

use std::io::{BufRead, Read};

use super::{
    budget::Budget,
    bundle::{asar, pyinstaller},
    decode::{self, Decompress},
    error::Stop,
    gzip::{Gunzip, Members},
    reading::Reading,
    tar, zip,
};
use crate::model::Entry;

/// A container format.
pub(crate) struct Container {
    /// What people call it.
    pub(crate) name: &'static str,
    /// Alternatives, each a list of bytes that must all be there, by offset.
    magic: &'static [&'static [(usize, &'static [u8])]],
    /// What files with one of the suffixes begin with where that is no magic.
    by_name: fn(&[u8]) -> bool,
    /// File name endings, in lower case, and what the name of an inner file has in their place.
    suffixes: &'static [(&'static str, &'static str)],
    /// How to open it.
    pub(crate) how: How,
}

/// How a container is opened.
pub(crate) enum How {
    /// It is one stream; what comes out is a tar, or one file.
    Decompress(Decompress),
    /// It has members.
    Walk(fn(&mut Reading<'_>, &Entry, &mut dyn BufRead) -> Result<(), Stop>),
    /// It can't be opened.
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
        suffixes: &[(".gz", ""), (".tgz", ".tar")],
        how: How::Decompress(gunzip),
        ..NO_MAGIC
    },
    Container {
        name: "zip",
        magic: &[&[(0, b"PK\x03\x04")], &[(0, b"PK\x05\x06")]],
        suffixes: &[(".zip", ""), (".whl", ""), (".jar", "")],
        how: How::Walk(zip::nested),
        ..NO_MAGIC
    },
    Container {
        name: "bzip2",
        magic: &[
            &[(0, b"BZh"), (4, b"1AY&SY")],
            &[(0, b"BZh"), (4, b"\x17\x72\x45\x38\x50\x90")],
        ],
        suffixes: &[(".bz2", ""), (".tbz2", ".tar"), (".tbz", ".tar")],
        how: How::Decompress(decode::bzip2),
        ..NO_MAGIC
    },
    Container {
        name: "xz",
        magic: &[&[(0, b"\xfd7zXZ\0")]],
        suffixes: &[(".xz", ""), (".txz", ".tar")],
        how: How::Decompress(decode::xz),
        ..NO_MAGIC
    },
    Container {
        name: "zstd",
        magic: &[
            &[(0, b"\x28\xb5\x2f\xfd")],
            // A skippable frame, with which pzstd begins, and what follows it.
            &[(1, b"\x2a\x4d\x18")],
        ],
        suffixes: &[(".zst", ""), (".tzst", ".tar")],
        how: How::Decompress(decode::zstd),
        ..NO_MAGIC
    },
    Container {
        name: "lzip",
        magic: &[&[(0, b"LZIP\x01")]],
        suffixes: &[(".lz", ""), (".tlz", ".tar")],
        how: How::Decompress(decode::lzip),
        ..NO_MAGIC
    },
    Container {
        name: "7z",
        magic: &[&[(0, b"7z\xbc\xaf\x27\x1c")]],
        ..NO_MAGIC
    },
    Container {
        name: "rar",
        magic: &[&[(0, b"Rar!\x1a\x07")]],
        ..NO_MAGIC
    },
    Container {
        name: "cab",
        magic: &[&[(0, b"MSCF\0\0\0\0")]],
        ..NO_MAGIC
    },
    Container {
        name: "lz4",
        magic: &[&[(0, b"\x04\x22\x4d\x18")], &[(0, b"\x02\x21\x4c\x18")]],
        ..NO_MAGIC
    },
    Container {
        name: "compress",
        by_name: |head| head.starts_with(b"\x1f\x9d"),
        suffixes: &[(".z", "")],
        ..NO_MAGIC
    },
    Container {
        name: "cpio",
        by_name: |head| head.starts_with(b"0707") || head.starts_with(b"\xc7\x71"),
        suffixes: &[(".cpio", "")],
        ..NO_MAGIC
    },
    Container {
        name: "deb",
        magic: &[&[(0, b"!<arch>\ndebian-binary")]],
        ..NO_MAGIC
    },
    Container {
        name: "rpm",
        magic: &[&[(0, b"\xed\xab\xee\xdb")]],
        ..NO_MAGIC
    },
    Container {
        name: "xar",
        magic: &[&[(0, b"xar!\0\x1c")]],
        ..NO_MAGIC
    },
    Container {
        name: "squashfs",
        magic: &[&[(0, b"hsqs"), (28, b"\x04\0")]],
        ..NO_MAGIC
    },
    Container {
        name: "iso9660",
        magic: &[&[(0x8001, b"CD001")]],
        ..NO_MAGIC
    },
    Container {
        name: "tar",
        magic: &[&[(257, b"ustar\0")], &[(257, b"ustar ")]],
        // The oldest kind has no magic.
        by_name: tar::is_header,
        suffixes: &[(".tar", "")],
        how: How::Walk(tar::nested),
    },
    Container {
        name: "asar",
        magic: &[&[(0, b"\x04\0\0\0"), (16, b"{\"files\":")]],
        by_name: asar::is_header,
        suffixes: &[(".asar", "")],
        how: How::Walk(asar::nested),
    },
    Container {
        name: "PYZ",
        magic: &[&[(0, b"PYZ\0")]],
        how: How::Walk(pyinstaller::modules),
        ..NO_MAGIC
    },
    Container {
        name: "brotli",
        by_name: |head| !head.is_empty(),
        suffixes: &[(".br", "")],
        how: How::Decompress(decode::brotli),
        ..NO_MAGIC
    },
    Container {
        name: "lzma",
        by_name: |head| !head.is_empty(),
        suffixes: &[(".lzma", ""), (".tlz", ".tar")],
        how: How::Decompress(decode::lzma),
        ..NO_MAGIC
    },
];

/// What a line of the table has where it says nothing else.
const NO_MAGIC: Container = Container {
    name: "",
    magic: &[],
    by_name: |_| false,
    suffixes: &[],
    how: How::Closed,
};

fn gunzip<'p>(packed: &'p mut dyn BufRead, _budget: &'p Budget<'p>) -> Box<dyn Decoder + 'p> {
    Box::new(Gunzip::new(packed, Members::Many))
}

/// The format of a file, by its first bytes, or by its name where the format has no magic.
pub(crate) fn recognise(file_name: &str, head: &[u8]) -> Option<&'static Container> {
    CONTAINERS.iter().find(|container| {
        let by_name = || container.suffix_of(file_name).is_some() && (container.by_name)(head);
        container.is_magic(head) || by_name()
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

    fn suffix_of(&self, file_name: &str) -> Option<(&'static str, &'static str)> {
        let lower = file_name.to_ascii_lowercase();
        let mut suffixes = self.suffixes.iter().copied();
        suffixes.find(|(suffix, _)| lower.ends_with(suffix))
    }

    /// What the one file in a compressed stream is called: the stream's name without its suffix.
    pub(crate) fn inner_name(&self, file_name: &str) -> String {
        self.suffix_of(file_name)
            .map(|(suffix, inner)| (&file_name[..file_name.len() - suffix.len()], inner))
            .filter(|(name, _)| !name.is_empty())
            .map_or("content".to_owned(), |(name, inner)| {
                format!("{name}{inner}")
            })
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
            ("a.tar", b"text", None),
            ("a", b"LZIP\x01", Some("lzip")),
            ("a", b"MSCF\0\0\0\0", Some("cab")),
            ("a", b"MSCFAULT", None),
            ("a", b"\x04\x22\x4d\x18", Some("lz4")),
            ("a", b"\x5a\x2a\x4d\x18", Some("zstd")),
            ("a.tlz", b"\x5d\0\0", Some("lzma")),
            ("a.cpio", b"070701", Some("cpio")),
            ("a.csv", b"070701", None),
            ("a.Z", b"\x1f\x9d\x90", Some("compress")),
            ("a", b"!<arch>\ndebian-binary   ", Some("deb")),
            ("a", b"!<arch>\n/               ", None),
            (
                "a",
                b"\x04\0\0\0\x20\0\0\0\x1c\0\0\0\x18\0\0\0{\"files\":{",
                Some("asar"),
            ),
            ("app.asar", b"\x04\0\0\0", Some("asar")),
            ("app.asar", b"text", None),
            ("a", b"\x04\0\0\0", None),
            ("a.pyz", b"PYZ\0\xa7\x0d\x0d\x0a", Some("PYZ")),
            ("a.pyz", b"#!/usr/bin/env python3\nPK", None),
            ("a.js.BR", b"any", Some("brotli")),
            ("a.lzma", b"any", Some("lzma")),
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
            ("a.TGZ", "a.tar"),
            (".gz", "content"),
            ("a.svgz", "content"),
        ] {
            assert_eq!(gzip.inner_name(name), inner);
        }
    }
}
