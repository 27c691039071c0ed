//! Pictures that say where they were taken and whose camera it was: Exif in JPEG, PNG, WebP, HEIF, AVIF
//! and TIFF.
//!
//! The formats differ in where Exif lies, some have it behind the pixels. All begin it with a TIFF header
//! behind a mark of their own, so that this is what is looked for, in a stream; TIFF itself is read as a
//! whole.

mod tiff;

use super::{Detection, Detector, Inspection, Out, content};
use crate::model::{Context, Entry, EntryKind, EntryPath, Window, escape};

use tiff::Tags;

const LOCATION: &str = "image:location";
const OWNER: &str = "image:owner";
pub(super) const KINDS: &[&str] = &[LOCATION, OWNER];

/// Exif in JPEG is at most so long, and small everywhere.
const LONGEST: usize = 64 << 10;
/// TIFF has its directories anywhere, so that it is taken as a whole, up to so many bytes.
const LONGEST_TIFF: usize = 16 << 20;
/// As long as the longest mark before a TIFF header.
const BEFORE: usize = 8;
/// So many headers of one picture are read: there is one, and one in each picture within it.
const MOST_HEADERS: usize = 16;

struct Image;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Image)
}

impl Detector for Image {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        let path = entry.path.clone();
        if entry.kind == EntryKind::File && is_tiff(head) {
            return Some(content::whole(LONGEST_TIFF, move |content, out| {
                let tags = content.as_deref().and_then(Tags::read);
                tell(&path, tags.unwrap_or_default(), out);
            }));
        }
        let is_image = entry.kind == EntryKind::File && !entry.opened && is_image(head);
        is_image.then(|| {
            Box::new(Looking {
                path,
                window: Window::new(BEFORE, LONGEST),
                headers: 0,
                tags: Tags::default(),
            }) as Box<dyn Inspection>
        })
    }
}

fn is_image(head: &[u8]) -> bool {
    let brand = head
        .get(4..12)
        .and_then(|bytes| bytes.strip_prefix(b"ftyp"));
    head.starts_with(b"\xff\xd8\xff")
        || head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")
        || brand
            .is_some_and(|brand| matches!(brand, b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif"))
}

fn is_tiff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
}

/// Whether this is what stands before a TIFF header: the mark of JPEG and HEIF, the type of a
/// chunk of PNG, or the type and length of one of WebP.
fn is_mark(before: &[u8]) -> bool {
    before.ends_with(b"Exif\0\0")
        || before.ends_with(b"eXIf")
        || before.len() >= 8 && before[before.len() - 8..].starts_with(b"EXIF")
}

struct Looking {
    path: EntryPath,
    window: Window,
    headers: usize,
    tags: Tags,
}

impl Inspection for Looking {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let (headers, tags) = (&mut self.headers, &mut self.tags);
        self.window.push(piece, last, &mut |view| {
            let (mut from, end) = view.search;
            while let Some(found) = view
                .bytes
                .get(from..end)
                .and_then(|rest| memchr::memchr2(b'I', b'M', rest))
            {
                let at = from + found;
                from = at + 1;
                let (before, here) = view.bytes.split_at(at);
                let before = &before[before.len().saturating_sub(BEFORE)..];
                if !is_tiff(here) || !is_mark(before) {
                    continue;
                }
                *headers += 1;
                if *headers > MOST_HEADERS {
                    return;
                }
                let found = Tags::read(&here[..here.len().min(LONGEST)]).unwrap_or_default();
                tags.place = tags.place.or(found.place);
                tags.owners.extend(found.owners);
            }
        });
        if last {
            tell(&self.path, std::mem::take(&mut self.tags), out);
        }
    }
}

/// What the tags come to.
fn tell(path: &EntryPath, mut tags: Tags, out: &mut dyn Out) {
    if let Some((north, east)) = tags.place {
        let latitude = format!("{}° {}", north.abs(), if north < 0 { 'S' } else { 'N' });
        let longitude = format!("{}° {}", east.abs(), if east < 0 { 'W' } else { 'E' });
        let message = "it says where it was taken, to some metres".to_owned();
        let evidence = format!("GPS, about {latitude}, {longitude}");
        out.detection(Detection::new(LOCATION, path, message, evidence));
    }
    tags.owners.dedup();
    if let Some((name, text)) = tags.owners.first() {
        let names: Vec<&str> = tags.owners.iter().map(|(name, _)| *name).collect();
        let message = format!("it names the {}", names.join(", "));
        let evidence = format!("{name}: {}", escape(text));
        out.detection(Detection::new(OWNER, path, message, evidence));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect_in_steps;

    /// Writes numbers in either order of bytes.
    struct Writer {
        bytes: Vec<u8>,
        little: bool,
    }

    impl Writer {
        fn short(&mut self, number: u16) {
            let bytes = match self.little {
                true => number.to_le_bytes(),
                false => number.to_be_bytes(),
            };
            self.bytes.extend(bytes);
        }

        fn long(&mut self, number: usize) {
            let number = u32::try_from(number).unwrap();
            let bytes = match self.little {
                true => number.to_le_bytes(),
                false => number.to_be_bytes(),
            };
            self.bytes.extend(bytes);
        }

        fn entry(&mut self, tag: u16, kind: u16, count: usize, value: usize) {
            self.short(tag);
            self.short(kind);
            self.long(count);
            self.long(value);
        }
    }

    /// A picture's tags: taken at 52° 30′ north and 13° 15′ west, with a camera of Ann's.
    fn exif(little: bool) -> Vec<u8> {
        let header = if little { *b"II*\0" } else { *b"MM\0*" };
        let mut writer = Writer {
            bytes: header.to_vec(),
            little,
        };
        let (first, exif, gps, texts) = (8, 8 + 30, 8 + 30 + 18, 8 + 30 + 18 + 54);
        writer.long(first);
        writer.short(2);
        writer.entry(0x8769, 4, 1, exif);
        writer.entry(0x8825, 4, 1, gps);
        writer.long(0);
        writer.short(1);
        writer.entry(0xa430, 2, 8, texts);
        writer.long(0);
        writer.short(4);
        let letter = |letter: u8| match little {
            true => usize::from(letter),
            false => usize::from(letter) << 24,
        };
        writer.entry(1, 2, 2, letter(b'N'));
        writer.entry(2, 5, 3, texts + 8);
        writer.entry(3, 2, 2, letter(b'W'));
        writer.entry(4, 5, 3, texts + 8 + 24);
        writer.long(0);
        writer.bytes.extend(b"Ann Lee\0");
        for number in [52, 1, 30, 1, 0, 1, 13, 1, 1500, 100, 0, 0] {
            writer.long(number);
        }
        writer.bytes
    }

    fn said(content: &[u8]) -> Vec<String> {
        let entry = Entry::file("package/a.jpg", content.len() as u64);
        let shown = |step| -> Vec<String> {
            let found = inspect_in_steps(&Image, &entry, content, step).detections;
            let shown = |found: &Detection| format!("{}: {}", found.kind, found.evidence.as_str());
            found.iter().map(shown).collect()
        };
        let whole = shown(usize::MAX);
        assert_eq!(shown(999), whole);
        whole
    }

    #[test]
    fn exif_is_found_in_every_format() {
        let expected = [
            "image:location: GPS, about 53° N, 13° W",
            "image:owner: owner of the camera: Ann Lee",
        ];
        for little in [true, false] {
            let exif = exif(little);
            let pixels = vec![b'I'; 100_000];
            let jpeg = [b"\xff\xd8\xff\xe1\0\xffExif\0\0", &exif[..], &pixels].concat();
            assert_eq!(said(&jpeg), expected);
            let png = [b"\x89PNG\r\n\x1a\n", &pixels[..], b"\0\0\0\xffeXIf", &exif].concat();
            assert_eq!(said(&png), expected);
            let webp = [b"RIFF\0\0\0\0WEBP", &pixels[..], b"EXIF\0\x01\0\0", &exif].concat();
            assert_eq!(said(&webp), expected);
            let heif = [
                b"\0\0\0\x18ftypheic",
                &pixels[..],
                b"\0\0\0\x06Exif\0\0",
                &exif,
            ]
            .concat();
            assert_eq!(said(&heif), expected);
            assert_eq!(said(&exif), expected);
        }
    }

    #[test]
    fn what_is_no_picture_or_has_no_mark_is_left_alone() {
        let exif = exif(true);
        assert_eq!(said(&[b"Exif\0\0", &exif[..]].concat()), [""; 0]);
        assert_eq!(said(&[b"\xff\xd8\xff\xe0 ", &exif[..]].concat()), [""; 0]);
        let zeros = exif
            .iter()
            .map(|byte| if *byte == 52 || *byte == 30 { 0 } else { *byte });
        let zeros: Vec<u8> = zeros.collect();
        assert_eq!(said(&zeros).len(), 1, "no place, but an owner");
    }

    #[test]
    fn wrong_numbers_lead_nowhere() {
        let exif = exif(true);
        for length in 0..exif.len() {
            said(&exif[..length]);
        }
        for at in 4..exif.len() {
            for byte in [0, 0x7f, 0xff] {
                let mut wrong = exif.clone();
                wrong[at] = byte;
                said(&wrong);
            }
        }
    }
}
