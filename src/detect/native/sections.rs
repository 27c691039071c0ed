//! The sections of an image that hold its debug information (DWARF 5, 7.5.1; the older ones of the GNU
//! tools begin with `.z`, those of a `.dwo` end so).

use std::{borrow::Cow, io::Read as _};

use super::budget::Budget;

/// What is unpacked of one section, in bytes; it holds more names than anybody reads.
const UNPACKED: u64 = 8 << 20;

/// The sections that are looked into, by what follows the prefix.
const NAMES: [&str; 6] = ["info", "abbrev", "str", "line_str", "str_offsets", "line"];
/// Those that hold paths.
pub(super) const WITH_PATHS: [&str; 3] = ["str", "line_str", "line"];

/// One section.
#[derive(Default)]
pub(super) struct Section<'d> {
    /// Bytes in the file.
    pub(super) size: u64,
    /// Its content, where it was kept.
    pub(super) bytes: Option<&'d [u8]>,
    pub(super) is_packed: bool,
}

/// The sections of one image.
#[derive(Default)]
pub(super) struct Sections<'d> {
    known: [Section<'d>; NAMES.len()],
    pub(super) is_big_endian: bool,
    /// Bytes of debug information.
    pub(super) size: u64,
}

impl<'d> Sections<'d> {
    /// Takes a section, if there is debug information in it.
    pub(super) fn add(&mut self, name: &[u8], mut section: Section<'d>) {
        let prefixes: [(&[u8], bool); 3] = [
            (b".debug_", false),
            (b"__debug_", false),
            (b".zdebug_", true),
        ];
        let mut prefixes = prefixes.iter();
        let Some((name, is_old)) =
            prefixes.find_map(|(prefix, is_old)| Some((name.strip_prefix(*prefix)?, is_old)))
        else {
            return;
        };
        self.size = self.size.saturating_add(section.size);
        if *is_old {
            // "ZLIB" and the size.
            section.bytes = section.bytes.and_then(|bytes| bytes.get(12..));
            section.is_packed = true;
        }
        let name = name.strip_suffix(b".dwo").unwrap_or(name);
        // The names of Mach-O end after sixteen characters.
        let index = NAMES.iter().position(|known| {
            known.as_bytes() == name || name == b"str_offs" && *known == "str_offsets"
        });
        if let Some(index) = index.filter(|index| self.known[*index].size == 0) {
            self.known[index] = section;
        }
    }

    fn section(&self, name: &str) -> Option<&Section<'d>> {
        NAMES
            .iter()
            .position(|known| *known == name)
            .map(|index| &self.known[index])
    }

    /// Whether there is a description of a program.
    pub(super) fn describe(&self) -> bool {
        self.section("info").is_some_and(|section| section.size > 0)
    }

    /// The content of a section, as far as it was kept and may be unpacked.
    pub(super) fn content(&self, name: &str, budget: &mut Budget) -> Cow<'d, [u8]> {
        let section = self.section(name);
        let bytes = section
            .and_then(|section| section.bytes)
            .unwrap_or_default();
        match section.is_some_and(|section| section.is_packed) {
            true => Cow::Owned(unpacked(bytes, budget)),
            false => Cow::Borrowed(bytes),
        }
    }

    /// Whether the content of a section is not in the file as such, and so was not searched.
    pub(super) fn is_packed(&self, name: &str) -> bool {
        self.section(name).is_some_and(|section| section.is_packed)
    }
}

/// What zlib or zstd has packed, as far as it can be unpacked.
fn unpacked(bytes: &[u8], budget: &mut Budget) -> Vec<u8> {
    let most = budget.unpackable().min(UNPACKED);
    let mut content = Vec::new();
    // What comes before a fault is of use.
    let _ = match bytes.starts_with(b"\x28\xb5\x2f\xfd") {
        true => match ruzstd::decoding::StreamingDecoder::new(bytes) {
            Ok(decoder) => decoder.take(most).read_to_end(&mut content),
            Err(_) => Ok(0),
        },
        false => flate2::read::ZlibDecoder::new(bytes)
            .take(most)
            .read_to_end(&mut content),
    };
    let length = content.len() as u64;
    budget.unpacked(length, most < UNPACKED && length == most);
    content
}
