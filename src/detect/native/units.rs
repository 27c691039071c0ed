//! The compilation units in debug information: how many, and where they were compiled
//! (DWARF 5, 3.1.1 and 7.5).

use std::ops::Range;

use gimli::{
    AttributeValue, DebugAbbrev, DebugAbbrevOffset, DebugInfo, DebugStrOffsets,
    DebugStrOffsetsBase, EndianSlice, Reader as _, RunTimeEndian, UnitHeader,
    constants::{DW_AT_comp_dir, DW_AT_name, DW_AT_str_offsets_base, DW_FORM_implicit_const},
};

use super::{budget::Budget, sections::Sections};
use crate::model::people::person_in;

/// How long the declarations before that of a unit may be, in bytes: it is mostly the first one.
const DECLARATIONS: usize = 16 << 10;
/// As much of a text is read, in bytes: each unit may refer to one that has no end.
const TEXT: usize = 4 << 10;

type Slice<'s> = EndianSlice<'s, RunTimeEndian>;

/// What the units of an image say.
#[derive(Default)]
pub(super) struct Units {
    pub(super) count: u64,
    /// The first path of a unit that leads into a person's home.
    pub(super) home: Option<String>,
}

/// Reads the units of an image, as far as its sections were kept and are in order.
pub(super) fn read(sections: &Sections<'_>, budget: &mut Budget) -> Units {
    let endian = match sections.is_big_endian {
        true => RunTimeEndian::Big,
        false => RunTimeEndian::Little,
    };
    let [info, abbrev, texts, line_texts, offsets] =
        ["info", "abbrev", "str", "line_str", "str_offsets"]
            .map(|name| sections.content(name, budget));
    let strings = Strings {
        endian,
        texts: &texts,
        line_texts: &line_texts,
        offsets: EndianSlice::new(&offsets, endian).into(),
    };
    let mut found = Units::default();
    let mut headers = DebugInfo::new(&info, endian).units();
    while let Ok(Some(header)) = headers.next() {
        found.count += 1;
        if found.home.is_none() && budget.unit() {
            // A unit that is not in order says nothing; the others may.
            let paths = strings.paths(&header, &abbrev, budget).unwrap_or_default();
            found.home = paths.into_iter().find(|path| person_in(path).is_some());
        }
    }
    found
}

/// Where texts lie that units refer to.
struct Strings<'s> {
    endian: RunTimeEndian,
    texts: &'s [u8],
    line_texts: &'s [u8],
    offsets: DebugStrOffsets<Slice<'s>>,
}

impl Strings<'_> {
    /// The directory that a unit was compiled in, and its name, where they are known.
    fn paths<'a>(
        &'a self,
        header: &UnitHeader<Slice<'a>>,
        abbrev: &[u8],
        budget: &mut Budget,
    ) -> gimli::Result<Vec<String>> {
        let code = header.range_from(header.root_offset()..)?.read_uleb128()?;
        let start = header.debug_abbrev_offset().0.min(abbrev.len());
        let declaration = declaration(&abbrev[start..], code, budget)?;
        let declared =
            DebugAbbrev::new(&declaration, self.endian).abbreviations(DebugAbbrevOffset(0))?;
        let mut entries = header.entries(&declared);
        let Some(root) = entries.next_dfs()? else {
            return Ok(Vec::new());
        };
        let base = match root.attr_value(DW_AT_str_offsets_base) {
            Some(AttributeValue::DebugStrOffsetsBase(base)) => base,
            _ => DebugStrOffsetsBase(0),
        };
        let values = [DW_AT_comp_dir, DW_AT_name].map(|name| root.attr_value(name));
        let text = |value: AttributeValue<Slice<'a>>| match value {
            AttributeValue::String(text) => Some(text.slice()),
            AttributeValue::DebugStrRef(offset) => self.texts.get(offset.0..),
            AttributeValue::DebugLineStrRef(offset) => self.line_texts.get(offset.0..),
            AttributeValue::DebugStrOffsetsIndex(index) => {
                let offset = self.offsets.get_str_offset(header.format(), base, index);
                self.texts.get(offset.ok()?.0..)
            }
            _ => None,
        };
        let texts = values.into_iter().flatten().filter_map(text);
        Ok(texts.map(up_to_end).collect())
    }
}

/// The text that starts here.
fn up_to_end(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(TEXT)];
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The declaration of the entry that has this code, as a table of its own: a whole table may be
/// of any length, and each of the units may have one.
fn declaration(table: &[u8], code: u64, budget: &mut Budget) -> gimli::Result<Vec<u8>> {
    let table = &table[..table.len().min(DECLARATIONS)];
    let found = place(table, code);
    budget.walked(found.as_ref().map_or(table.len(), |place| place.end));
    Ok([&table[found?], &[0]].concat())
}

/// Where in a table the declaration of a code lies.
fn place(table: &[u8], code: u64) -> gimli::Result<Range<usize>> {
    let mut rest = EndianSlice::new(table, RunTimeEndian::Little);
    loop {
        let before = rest.len();
        let found = rest.read_uleb128()?;
        if found == 0 {
            return Err(gimli::Error::InvalidAbbreviationCode(code));
        }
        rest.skip_leb128()?;
        rest.read_u8()?;
        loop {
            let (name, form) = (rest.read_uleb128()?, rest.read_uleb128()?);
            if form == u64::from(DW_FORM_implicit_const.0) {
                rest.skip_leb128()?;
            }
            if (name, form) == (0, 0) {
                break;
            }
        }
        if found == code {
            return Ok(table.len() - before..table.len() - rest.len());
        }
    }
}
