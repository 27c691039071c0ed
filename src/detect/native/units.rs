//! The compilation units in debug information: how many, and where they were compiled
//! (DWARF 5, 3.1.1 and 7.5).

use gimli::{
    AttributeValue, DebugAbbrev, DebugAbbrevOffset, DebugInfo, DebugLineStr, DebugStr,
    DebugStrOffsets, DebugStrOffsetsBase, EndianSlice, Reader as _, RunTimeEndian, Section as _,
    UnitHeader,
    constants::{DW_AT_comp_dir, DW_AT_name, DW_AT_str_offsets_base, DW_FORM_implicit_const},
};

use super::sections::Sections;
use crate::model::people::person_in;

/// As many units are looked into; the others are counted.
const LOOKED_INTO: u64 = 10_000;
/// How long the declarations before that of a unit may be, in bytes: it is mostly the first one.
const DECLARATIONS: usize = 16 << 10;

type Slice<'s> = EndianSlice<'s, RunTimeEndian>;

/// What the units of an image say.
#[derive(Default)]
pub(super) struct Units {
    pub(super) count: u64,
    /// The first path of a unit that leads into a person's home.
    pub(super) home: Option<String>,
}

/// Reads the units of an image, as far as its sections were kept and are in order.
pub(super) fn read(sections: &Sections<'_>) -> Units {
    let endian = match sections.is_big_endian {
        true => RunTimeEndian::Big,
        false => RunTimeEndian::Little,
    };
    let [info, abbrev, texts, line_texts, offsets] =
        ["info", "abbrev", "str", "line_str", "str_offsets"].map(|name| sections.content(name));
    let strings = Strings {
        texts: DebugStr::new(&texts, endian),
        line_texts: DebugLineStr::new(&line_texts, endian),
        offsets: EndianSlice::new(&offsets, endian).into(),
    };
    let mut found = Units::default();
    let mut headers = DebugInfo::new(&info, endian).units();
    while let Ok(Some(header)) = headers.next() {
        found.count += 1;
        if found.home.is_none() && found.count <= LOOKED_INTO {
            // A unit that is not in order says nothing; the others may.
            let paths = strings.paths(&header, &abbrev).unwrap_or_default();
            found.home = paths.into_iter().find(|path| person_in(path).is_some());
        }
    }
    found
}

/// Where texts lie that units refer to.
struct Strings<'s> {
    texts: DebugStr<Slice<'s>>,
    line_texts: DebugLineStr<Slice<'s>>,
    offsets: DebugStrOffsets<Slice<'s>>,
}

impl Strings<'_> {
    /// The directory that a unit was compiled in, and its name, where they are known.
    fn paths(&self, header: &UnitHeader<Slice<'_>>, abbrev: &[u8]) -> gimli::Result<Vec<String>> {
        let code = header.range_from(header.root_offset()..)?.read_uleb128()?;
        let start = header.debug_abbrev_offset().0.min(abbrev.len());
        let declaration = declaration(&abbrev[start..], code)?;
        let endian = self.texts.reader().endian();
        let declared =
            DebugAbbrev::new(&declaration, endian).abbreviations(DebugAbbrevOffset(0))?;
        let mut entries = header.entries(&declared);
        let Some(root) = entries.next_dfs()? else {
            return Ok(Vec::new());
        };
        let base = match root.attr_value(DW_AT_str_offsets_base) {
            Some(AttributeValue::DebugStrOffsetsBase(base)) => base,
            _ => DebugStrOffsetsBase(0),
        };
        let values = [DW_AT_comp_dir, DW_AT_name].map(|name| root.attr_value(name));
        let text = |value| match value {
            AttributeValue::String(text) => Ok(text),
            AttributeValue::DebugStrRef(offset) => self.texts.get_str(offset),
            AttributeValue::DebugLineStrRef(offset) => self.line_texts.get_str(offset),
            AttributeValue::DebugStrOffsetsIndex(index) => {
                let offset = self.offsets.get_str_offset(header.format(), base, index)?;
                self.texts.get_str(offset)
            }
            _ => Err(gimli::Error::UnsupportedOffset),
        };
        let texts = values
            .into_iter()
            .flatten()
            .filter_map(|value| text(value).ok());
        Ok(texts
            .map(|text| text.to_string_lossy().into_owned())
            .collect())
    }
}

/// The declaration of the entry that has this code, as a table of its own: a whole table may be
/// of any length, and each of the units may have one.
fn declaration(table: &[u8], code: u64) -> gimli::Result<Vec<u8>> {
    let table = &table[..table.len().min(DECLARATIONS)];
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
            let start = table.len() - before;
            let end = table.len() - rest.len();
            return Ok([&table[start..end], &[0]].concat());
        }
    }
}
