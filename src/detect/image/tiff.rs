//! The tags of Exif, which are those of TIFF: directories of entries that point to each other and to
//! values. Every number in them may be wrong
//! (CIPA DC-008, <https://www.loc.gov/preservation/digital/formats/fdd/fdd000022.shtml>).

use crate::model::begin_of;

/// More entries are in no directory that a camera writes.
const MOST_ENTRIES: u16 = 1024;
/// Of a longer text no more is read.
const LONGEST_TEXT: usize = 4 << 10;
/// How much of a text is shown, in characters.
const SHOWN: usize = 200;

const ARTIST: u16 = 0x013b;
const EXIF_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
const OWNER: u16 = 0xa430;
const BODY_SERIAL: u16 = 0xa431;
const LENS_SERIAL: u16 = 0xa435;
const GPS_LATITUDE_REF: u16 = 0x0001;
const GPS_LATITUDE: u16 = 0x0002;
const GPS_LONGITUDE_REF: u16 = 0x0003;
const GPS_LONGITUDE: u16 = 0x0004;

const ASCII: u16 = 2;
const RATIONAL: u16 = 5;

/// What the tags of a picture tell of the person who took it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Tags {
    /// Degrees to the north and to the east, whole ones: more would put the place into reports.
    pub(super) place: Option<(i32, i32)>,
    /// What a tag is called, and its text.
    pub(super) owners: Vec<(&'static str, String)>,
}

impl Tags {
    /// Reads what a TIFF header at the beginning of `bytes` leads to.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let tiff = Tiff::new(bytes)?;
        let first = tiff.long(4)?;
        let mut tags = Self::default();
        tags.take(&tiff, first, &[("artist", ARTIST)]);
        let pointer = |tag| tiff.find(first, tag).and_then(|entry| tiff.long(entry + 8));
        if let Some(exif) = pointer(EXIF_DIRECTORY) {
            let owners = [
                ("owner of the camera", OWNER),
                ("serial number of the camera", BODY_SERIAL),
                ("serial number of the lens", LENS_SERIAL),
            ];
            tags.take(&tiff, exif, &owners);
        }
        if let Some(gps) = pointer(GPS_DIRECTORY) {
            let north = tiff.degrees(gps, GPS_LATITUDE, GPS_LATITUDE_REF);
            let east = tiff.degrees(gps, GPS_LONGITUDE, GPS_LONGITUDE_REF);
            tags.place = north.zip(east);
        }
        Some(tags)
    }

    fn take(&mut self, tiff: &Tiff<'_>, directory: usize, wanted: &[(&'static str, u16)]) {
        for (name, tag) in wanted {
            let text = tiff.text(directory, *tag);
            self.owners.extend(text.map(|text| (*name, text)));
        }
    }
}

struct Tiff<'b> {
    bytes: &'b [u8],
    little: bool,
}

impl<'b> Tiff<'b> {
    fn new(bytes: &'b [u8]) -> Option<Self> {
        let little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, little })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self.little {
            true => u16::from_le_bytes(bytes),
            false => u16::from_be_bytes(bytes),
        })
    }

    /// A number of 32 bits, as what it counts in: bytes.
    fn long(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let number = match self.little {
            true => u32::from_le_bytes(bytes),
            false => u32::from_be_bytes(bytes),
        };
        usize::try_from(number).ok()
    }

    /// Where the entry of a tag lies in a directory.
    fn find(&self, directory: usize, tag: u16) -> Option<usize> {
        let count = self.short(directory)?.min(MOST_ENTRIES);
        let mut entries = (0..usize::from(count)).map(|index| directory + 2 + index * 12);
        entries.find(|entry| self.short(*entry) == Some(tag))
    }

    /// The bytes of a value of this type, at most so many.
    fn value(&self, entry: usize, kind: u16, size: usize, most: usize) -> Option<&'b [u8]> {
        if self.short(entry + 2)? != kind {
            return None;
        }
        let length = self.long(entry + 4)?.checked_mul(size)?;
        let start = if length > 4 {
            self.long(entry + 8)?
        } else {
            entry + 8
        };
        let end = start.checked_add(length.min(most))?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    fn text(&self, directory: usize, tag: u16) -> Option<String> {
        let entry = self.find(directory, tag)?;
        let bytes = self.value(entry, ASCII, 1, LONGEST_TEXT)?;
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = String::from_utf8_lossy(text).trim().to_owned();
        let says = |text: &str| {
            text.contains(|character: char| character.is_alphanumeric() && character != '0')
        };
        says(&text).then(|| begin_of(&text, SHOWN))
    }

    /// Degrees, minutes and seconds as whole degrees; negative to the south and west.
    fn degrees(&self, directory: usize, tag: u16, direction: u16) -> Option<i32> {
        let value = self.value(self.find(directory, tag)?, RATIONAL, 8, 24)?;
        let place = value.as_ptr().addr() - self.bytes.as_ptr().addr();
        let mut degrees = 0.0;
        for (index, part) in [1.0, 60.0, 3600.0].into_iter().enumerate() {
            let number = self.long(place + index * 8)? as f64;
            let divisor = self.long(place + index * 8 + 4)? as f64;
            degrees += if divisor > 0.0 {
                number / divisor / part
            } else {
                0.0
            };
        }
        let negative = self
            .find(directory, direction)
            .and_then(|entry| self.bytes.get(entry + 8))
            .is_some_and(|letter| matches!(letter, b'S' | b'W'));
        // Nothing was measured, or what is written is no angle.
        (degrees > 0.0 && degrees <= 180.0)
            .then(|| degrees.round() as i32 * if negative { -1 } else { 1 })
    }
}
